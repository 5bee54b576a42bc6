//! Replacing the contents of files, all or none.

use super::{Failed, local, nothing_happened};
use crate::journal::write_synced;
use cargo_orchestrate::manifest::apply;
use cargo_orchestrate::model::Digest;
use cargo_orchestrate::plan::FileEdit;
use cargo_orchestrate::run::{Probe, Receipt, Trouble, TroubleKind};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

/// How the names of staged files begin.
const STAGED: &str = ".orchestrate-staged-";

/// Where files are, and where their old contents are kept.
pub(crate) struct Files<'a> {
    pub(crate) repository: &'a Path,
    pub(crate) backups: PathBuf,
}

/// A file read and checked, not yet written.
struct Prepared {
    path: PathBuf,
    staged: tempfile::NamedTempFile,
}

impl Files<'_> {
    /// Writes the new contents. Every file is read, checked and staged beside its target before
    /// the first is replaced; files that have their new contents already are left alone.
    pub(crate) fn write(&self, files: &[FileEdit]) -> Result<(), Failed> {
        self.clear(files);
        let mut prepared = Vec::new();
        for file in files {
            let path = self.target(file).map_err(|error| local("find the file", &error))?;
            let doing = |verb: &str| format!("{verb} `{}`", file.path);
            let old = std::fs::read_to_string(&path).map_err(|e| local(doing("read"), &e))?;
            let digest = Digest::of(old.as_bytes());
            if digest == file.after {
                continue;
            }
            if digest != file.before {
                let text = format!("`{}` is not what the plan was made for", file.path);
                return Err(nothing_happened(TroubleKind::Moved, text));
            }
            let new = apply(&old, &file.edits).map_err(|e| local(doing("edit"), &e))?;
            if Digest::of(new.as_bytes()) != file.after {
                let text = format!("the edit of `{}` does not give what was planned", file.path);
                return Err(nothing_happened(TroubleKind::Moved, text));
            }
            self.keep(file, &old).map_err(|e| local(doing("back up"), &e))?;
            let staged = stage(&path, new.as_bytes()).map_err(|e| local(doing("write"), &e))?;
            prepared.push(Prepared { path, staged });
        }
        for Prepared { path, staged } in prepared {
            let doing = format!("replace `{}`", path.display());
            staged.persist(&path).map_err(|error| local(doing, &error.error))?;
        }
        Ok(())
    }

    /// Whether every file has its new contents.
    pub(super) fn probe(&self, files: &[FileEdit]) -> Probe {
        for file in files {
            let digest = match self.digest(file) {
                Ok(digest) => digest,
                Err(error) => return Probe::Unknown(format!("`{}`: {error}", file.path)),
            };
            if digest == file.before {
                return Probe::NotDone;
            }
            if digest != file.after {
                return Probe::Foreign(format!("`{}` was changed by somebody else", file.path));
            }
        }
        Probe::Done(Receipt::Plain)
    }

    /// Puts the old contents back where the new ones stand; a file that holds something else by
    /// now is left as it is.
    pub(crate) fn undo(&self, files: &[FileEdit]) -> Result<(), Trouble> {
        self.clear(files);
        for file in files {
            let doing = |verb: &str, error: &io::Error| {
                let text = format!("could not {verb} `{}`: {error}", file.path);
                Trouble::new(TroubleKind::Local, text)
            };
            if self.digest(file).map_err(|error| doing("read", &error))? != file.after {
                continue;
            }
            let old = std::fs::read(self.backup(file)).map_err(|e| doing("restore", &e))?;
            let path = self.target(file).map_err(|e| doing("restore", &e))?;
            let staged = stage(&path, &old).map_err(|e| doing("restore", &e))?;
            staged.persist(&path).map_err(|error| doing("restore", &error.error))?;
        }
        Ok(())
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

    fn digest(&self, file: &FileEdit) -> io::Result<Digest> {
        Ok(Digest::of(&std::fs::read(self.target(file)?)?))
    }

    /// The file itself, which is in the repository and no symbolic link: a commit of the link
    /// would not hold the new contents.
    fn target(&self, file: &FileEdit) -> io::Result<PathBuf> {
        let named = self.repository.join(file.path.as_str());
        if named.is_symlink() {
            let text = format!("`{}` is a symbolic link; put the file itself there", file.path);
            return Err(io::Error::other(text));
        }
        let path = named.canonicalize()?;
        if path.starts_with(self.repository.canonicalize()?) {
            return Ok(path);
        }
        Err(io::Error::other(format!("`{}` leads out of the repository", file.path)))
    }

    fn backup(&self, file: &FileEdit) -> PathBuf {
        // Named by digest: the path itself may hold anything.
        self.backups.join(file.before.as_str())
    }

    fn keep(&self, file: &FileEdit, old: &str) -> io::Result<()> {
        std::fs::create_dir_all(&self.backups)?;
        write_synced(&self.backup(file), old.as_bytes())
    }
}

/// A durable file beside `path` with the same permissions, ready to take its place.
fn stage(path: &Path, bytes: &[u8]) -> io::Result<tempfile::NamedTempFile> {
    let folder = path.parent().expect("a file has a folder");
    let mut staged = tempfile::Builder::new().prefix(STAGED).tempfile_in(folder)?;
    staged.write_all(bytes)?;
    staged.as_file().set_permissions(std::fs::metadata(path)?.permissions())?;
    staged.as_file().sync_all()?;
    Ok(staged)
}

#[cfg(test)]
mod tests {
    use super::*;
    use cargo_orchestrate::manifest::TextEdit;
    use cargo_orchestrate::model::RelPath;

    fn edit(path: &str, from: &str, to: &str) -> FileEdit {
        FileEdit {
            path: RelPath::new(path).expect("inside"),
            before: Digest::of(from.as_bytes()),
            after: Digest::of(to.as_bytes()),
            tracked: true,
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
}
