//! Changing, removing and making files, all or none.

use super::{Failed, local, nothing_happened};
use crate::fail_point;
use crate::journal::write_synced;
use cargo_orchestrate::plan::{EditKind, FileEdit, Stand};
use cargo_orchestrate::run::{Certainty, Probe, Receipt, Trouble, TroubleKind};
use std::fs::Permissions;
use std::io::{self, ErrorKind, Write as _};
use std::path::{Path, PathBuf};

/// How the names of staged files begin.
const STAGED: &str = ".orchestrate-staged-";

/// Where files are, and where their old contents are kept.
pub(crate) struct Files<'a> {
    pub(crate) repository: &'a Path,
    pub(crate) backups: PathBuf,
}

/// A file read and checked, not yet touched.
struct Prepared {
    path: PathBuf,
    /// What takes its place; nothing when it is to go.
    staged: Option<tempfile::NamedTempFile>,
    kind: EditKind,
}

impl Files<'_> {
    /// Brings every file to where its edit leaves it. All are read, checked and staged beside their
    /// targets before the first is touched; files that are there already are left alone. When one
    /// cannot be replaced after all, those before it are put back.
    pub(crate) fn write(&self, files: &[FileEdit]) -> Result<(), Failed> {
        self.clear(files);
        let mut prepared = Vec::new();
        for file in files {
            prepared.extend(self.prepare(file)?);
        }
        for one in prepared {
            let doing = format!("{} `{}`", verb(one.kind), one.path.display());
            if let Err(error) = one.swap() {
                let (certainty, trouble) = local(doing, &error);
                return Err(match self.undo(files) {
                    Ok(()) => (certainty, trouble),
                    Err(_) => (Certainty::Unknown, trouble),
                });
            }
        }
        Ok(())
    }

    /// Checks a file and stages its new contents; nothing when it has them already.
    fn prepare(&self, file: &FileEdit) -> Result<Option<Prepared>, Failed> {
        let doing = |verb: &str| format!("{verb} `{}`", file.path);
        let path = self.target(file).map_err(|error| local("find the file", &error))?;
        let old = read(&path).map_err(|e| local(doing("read"), &e))?;
        match file.stand(old.as_deref()) {
            Stand::After => return Ok(None),
            Stand::Before => {}
            Stand::Elsewhere => {
                let text = format!("`{}` is not what the plan was made for", file.path);
                return Err(nothing_happened(TroubleKind::Moved, text));
            }
        }
        let text = String::from_utf8(old.unwrap_or_default());
        let text = text.map_err(|e| local(doing("read"), &e))?;
        let new = file.outcome(&text).map_err(|e| local(doing("edit"), &e))?;
        if file.stand(new.as_ref().map(String::as_bytes)) != Stand::After {
            let text = format!("the edit of `{}` does not give what was planned", file.path);
            return Err(nothing_happened(TroubleKind::Moved, text));
        }
        if file.kind != EditKind::Create {
            self.keep(file, &path, &text).map_err(|e| local(doing("back up"), &e))?;
        }
        let staged = new.map(|new| stage(&path, new.as_bytes(), permissions(&path)));
        let staged = staged.transpose().map_err(|e| local(doing("write"), &e))?;
        Ok(Some(Prepared { path, staged, kind: file.kind }))
    }

    /// Whether every file is where its edit leaves it.
    pub(super) fn probe(&self, files: &[FileEdit]) -> Probe {
        for file in files {
            match self.stand(file) {
                Ok(Stand::After) => {}
                Ok(Stand::Before) => return Probe::NotDone,
                Ok(Stand::Elsewhere) => {
                    return Probe::Foreign(format!("`{}` was changed by somebody else", file.path));
                }
                Err(error) => return Probe::Unknown(format!("`{}`: {error}", file.path)),
            }
        }
        Probe::Done(Receipt::Plain)
    }

    /// Takes back what was done to each file; one that holds something else by now is left as it
    /// is.
    pub(crate) fn undo(&self, files: &[FileEdit]) -> Result<(), Trouble> {
        self.clear(files);
        for file in files {
            self.restore(file).map_err(|error| {
                let text = format!("could not restore `{}`: {error}", file.path);
                Trouble::new(TroubleKind::Local, text)
            })?;
        }
        Ok(())
    }

    fn restore(&self, file: &FileEdit) -> io::Result<()> {
        if self.stand(file)? != Stand::After {
            return Ok(());
        }
        let path = self.target(file)?;
        if file.kind == EditKind::Create {
            return std::fs::remove_file(path);
        }
        let backup = self.backup(file);
        let staged = stage(&path, &std::fs::read(&backup)?, permissions(&backup))?;
        let kind = file.reversed().kind;
        Prepared { path, staged: Some(staged), kind }.swap()
    }

    /// Removes what a killed process staged beside the files: it would count as untracked. The
    /// lock is ours, so nobody else is staging now.
    fn clear(&self, files: &[FileEdit]) {
        for path in files.iter().filter_map(|file| self.target(file).ok()) {
            let entries = path.parent().and_then(|folder| std::fs::read_dir(folder).ok());
            for entry in entries.into_iter().flatten().filter_map(Result::ok) {
                if entry.file_name().to_string_lossy().starts_with(STAGED) {
                    // What cannot be removed is found again as an untracked file, with its name.
                    let _ = std::fs::remove_file(entry.path());
                }
            }
        }
    }

    fn stand(&self, file: &FileEdit) -> io::Result<Stand> {
        Ok(file.stand(read(&self.target(file)?)?.as_deref()))
    }

    /// The file itself, there or not, which is in the repository and no symbolic link: a commit of
    /// the link would not hold the new contents.
    fn target(&self, file: &FileEdit) -> io::Result<PathBuf> {
        let named = self.repository.join(file.path.as_str());
        if named.is_symlink() {
            let text = format!("`{}` is a symbolic link; put the file itself there", file.path);
            return Err(io::Error::other(text));
        }
        let (folder, name) = (named.parent(), named.file_name());
        let (Some(folder), Some(name)) = (folder, name) else {
            return Err(io::Error::other(format!("`{}` is no file", file.path)));
        };
        // Git removes a folder with its last file.
        let there = folder.ancestors().find(|folder| folder.exists()).unwrap_or(folder);
        let gone = folder.strip_prefix(there).unwrap_or(Path::new(""));
        let there = there.canonicalize()?;
        if there.starts_with(self.repository.canonicalize()?) {
            return Ok(there.join(gone).join(name));
        }
        Err(io::Error::other(format!("`{}` leads out of the repository", file.path)))
    }

    fn backup(&self, file: &FileEdit) -> PathBuf {
        // Named by digest: the path itself may hold anything.
        self.backups.join(file.before.as_str())
    }

    fn keep(&self, file: &FileEdit, path: &Path, old: &str) -> io::Result<()> {
        std::fs::create_dir_all(&self.backups)?;
        let backup = self.backup(file);
        write_synced(&backup, old.as_bytes())?;
        permissions(path).map_or(Ok(()), |same| std::fs::set_permissions(backup, same))
    }
}

impl Prepared {
    fn swap(self) -> io::Result<()> {
        let Self { path, staged, kind } = self;
        fail_point::write("a file of the workspace")?;
        match staged {
            None => std::fs::remove_file(path),
            Some(staged) if kind == EditKind::Create => {
                staged.persist_noclobber(path).map(drop).map_err(|error| error.error)
            }
            Some(staged) => staged.persist(path).map(drop).map_err(|error| error.error),
        }
    }
}

fn verb(kind: EditKind) -> &'static str {
    match kind {
        EditKind::Change => "replace",
        EditKind::Remove => "remove",
        EditKind::Create => "make",
    }
}

/// What a file holds; nothing when there is none.
fn read(path: &Path) -> io::Result<Option<Vec<u8>>> {
    match std::fs::read(path) {
        Ok(bytes) => Ok(Some(bytes)),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

/// Those of a file; nothing when there is none.
fn permissions(path: &Path) -> Option<Permissions> {
    std::fs::metadata(path).ok().map(|metadata| metadata.permissions())
}

/// A durable file beside `path`, ready to take its place, with these permissions or those that a
/// new file has.
fn stage(
    path: &Path,
    bytes: &[u8],
    permissions: Option<Permissions>,
) -> io::Result<tempfile::NamedTempFile> {
    let folder = path.parent().expect("a file has a folder");
    fail_point::write("a staged file")?;
    std::fs::create_dir_all(folder)?;
    let mut builder = tempfile::Builder::new();
    builder.prefix(STAGED);
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
    let mut staged = builder.tempfile_in(folder)?;
    staged.write_all(bytes)?;
    if let Some(permissions) = permissions {
        staged.as_file().set_permissions(permissions)?;
    }
    staged.as_file().sync_all()?;
    fail_point::place("a staged file, synced");
    Ok(staged)
}

#[cfg(test)]
mod tests {
    use super::*;
    use cargo_orchestrate::manifest::TextEdit;
    use cargo_orchestrate::model::{Digest, RelPath};

    fn edit(path: &str, from: &str, to: &str) -> FileEdit {
        FileEdit {
            path: RelPath::new(path).expect("inside"),
            before: Digest::of(from.as_bytes()),
            after: Digest::of(to.as_bytes()),
            tracked: true,
            kind: EditKind::Change,
            edits: vec![TextEdit { start: 0, end: from.len(), from: from.into(), to: to.into() }],
        }
    }

    #[test]
    fn either_all_files_are_replaced_or_none_and_leftovers_of_a_kill_go() {
        let folder = tempfile::tempdir().expect("a folder");
        let at = |name: &str| folder.path().join(name);
        let read = |name: &str| std::fs::read_to_string(at(name)).expect("readable");
        for (name, text) in [("a", "one"), ("b", "two"), (".orchestrate-staged-x", "half")] {
            std::fs::write(at(name), text).expect("written");
        }
        let files = Files { repository: folder.path(), backups: at("backup") };
        let wrong = [edit("a", "one", "1"), edit("b", "other", "2")];
        assert!(files.write(&wrong).is_err());
        assert_eq!((read("a"), read("b")), ("one".into(), "two".into()));
        assert!(!at(".orchestrate-staged-x").exists());

        let right = [edit("a", "one", "1"), edit("b", "two", "2")];
        files.write(&right).expect("both fit");
        assert_eq!((read("a"), read("b")), ("1".into(), "2".into()));
        files.write(&right).expect("again is the same as once");
        files.undo(&right).expect("taken back");
        assert_eq!((read("a"), read("b")), ("one".into(), "two".into()));
    }

    #[test]
    fn a_file_is_removed_and_comes_back_with_everything_or_not_at_all() {
        let folder = tempfile::tempdir().expect("a folder");
        let at = |name: &str| folder.path().join(name);
        let files = Files { repository: folder.path(), backups: at("backup") };
        let text = "---\r\nlib1: patch\r\n---";
        let removal = FileEdit {
            after: Digest::of(b""),
            kind: EditKind::Remove,
            ..edit("notes/x.md", text, "")
        };
        std::fs::create_dir(at("notes")).expect("made");
        std::fs::write(at("notes/x.md"), text).expect("written");
        std::fs::write(at("a"), "one").expect("written");
        let shown = || std::fs::read_to_string(at("notes/x.md")).ok();

        let wrong = [removal.clone(), edit("a", "other", "2")];
        assert!(files.write(&wrong).is_err());
        assert_eq!(shown().as_deref(), Some(text));

        let both = [removal.clone(), edit("a", "one", "2")];
        files.write(&both).expect("both fit");
        assert_eq!((shown(), files.probe(&both)), (None, Probe::Done(Receipt::Plain)));
        files.write(&both).expect("again is the same as once");
        // Git takes the empty folder along.
        std::fs::remove_dir(at("notes")).expect("empty");
        files.undo(&both).expect("taken back");
        files.undo(&both).expect("again is the same as once");
        assert_eq!((shown().as_deref(), files.probe(&both)), (Some(text), Probe::NotDone));

        let creation = removal.reversed();
        std::fs::remove_file(at("notes/x.md")).expect("removed");
        files.write(std::slice::from_ref(&creation)).expect("there was none");
        assert_eq!(shown().as_deref(), Some(text));
        files.undo(std::slice::from_ref(&creation)).expect("taken back");
        assert_eq!(shown(), None);
        std::fs::write(at("notes/x.md"), "mine").expect("written");
        assert!(files.write(std::slice::from_ref(&creation)).is_err());
        assert!(matches!(files.probe(&[creation]), Probe::Foreign(_)));
        assert_eq!(shown().as_deref(), Some("mine"));
    }

    #[cfg(unix)]
    #[test]
    fn a_symbolic_link_is_refused_wherever_it_leads() {
        use std::os::unix::fs::symlink;
        let world = tempfile::tempdir().expect("a folder");
        let (inside, outside) = (world.path().join("inside"), world.path().join("outside"));
        for folder in [&inside, &outside] {
            std::fs::create_dir(folder).expect("made");
            std::fs::write(folder.join("a"), "one").expect("written");
        }
        symlink(outside.join("a"), inside.join("file")).expect("a link");
        symlink("a", inside.join("same")).expect("a link");
        symlink(&outside, inside.join("folder")).expect("a link");
        let files = Files { repository: &inside, backups: world.path().join("backup") };
        for path in ["file", "same", "folder/a"] {
            assert!(files.write(&[edit(path, "one", "1")]).is_err(), "{path}");
        }
        let read = |folder: &Path| std::fs::read_to_string(folder.join("a")).expect("readable");
        assert_eq!((read(&inside), read(&outside)), ("one".into(), "one".into()));
    }

    #[cfg(unix)]
    #[test]
    fn permissions_stay() {
        use std::os::unix::fs::PermissionsExt as _;
        let folder = tempfile::tempdir().expect("a folder");
        let at = |name: &str| folder.path().join(name);
        let mode = |name: &str| at(name).metadata().expect("there").permissions().mode() & 0o777;
        let files = Files { repository: folder.path(), backups: at("backup") };
        std::fs::write(at("a"), "one").expect("written");
        std::fs::set_permissions(at("a"), Permissions::from_mode(0o750)).expect("changed");
        let removal =
            [FileEdit { after: Digest::of(b""), kind: EditKind::Remove, ..edit("a", "one", "") }];
        files.write(&removal).expect("removed");
        files.undo(&removal).expect("back");
        assert_eq!(mode("a"), 0o750);
        std::fs::write(at("plain"), "").expect("written");
        std::fs::remove_file(at("a")).expect("removed");
        files.write(&[removal[0].reversed()]).expect("made");
        assert_eq!(mode("a"), mode("plain"));
    }
}
