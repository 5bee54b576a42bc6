//! What Cargo says of edited manifests and an edited lock file.

use super::super::process::{self, Cargo, Command, Ran};
use super::mirror::{self, Content};
use cargo_orchestrate::model::RelPath;
use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};

/// A workspace, and a folder to lay its shadow in.
pub(crate) struct Trial<'a> {
    pub(crate) repository: &'a Path,
    pub(crate) workspace: &'a Path,
    /// Empty, and in a place that only this user writes to: Cargo reads the configuration of the
    /// folders above it too.
    pub(crate) folder: &'a Path,
    /// The lock file as it is, and whether it is kept; nothing when there is none.
    pub(crate) lockfile: Option<(&'a RelPath, &'a str, Kept)>,
    pub(crate) cargo: Cargo<'a>,
    /// Whether Cargo may download what it lacks.
    pub(crate) network: bool,
}

/// Whether git tracks a lock file, so that it has to be right.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kept {
    Tracked,
    Untracked,
}

/// Cargo refused the edited files.
#[derive(Debug)]
pub(crate) struct Refusal {
    /// Cargo's own words, about the real files.
    pub(crate) said: String,
}

/// How Cargo is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Lock {
    /// The lock file must be right as it is.
    Locked,
    Free,
}

impl Trial<'_> {
    /// Lays the files with these contents into a shadow and has Cargo resolve it.
    ///
    /// A lock file that was out of date before the edits is not held against them.
    ///
    /// # Errors
    /// When the shadow cannot be laid or Cargo cannot be started.
    pub(crate) fn of(
        &self,
        contents: &BTreeMap<RelPath, Content>,
    ) -> io::Result<Result<(), Refusal>> {
        let edited = self.folder.join("edited");
        self.lay(&edited, contents)?;
        if !matches!(self.lockfile, Some((_, _, Kept::Tracked))) {
            return self.resolve(&edited, Lock::Free);
        }
        let refusal = match self.resolve(&edited, Lock::Locked)? {
            Ok(()) => return Ok(Ok(())),
            Err(refusal) => refusal,
        };
        let unedited = self.folder.join("unedited");
        self.lay(&unedited, &BTreeMap::new())?;
        match self.resolve(&unedited, Lock::Locked)? {
            Ok(()) => Ok(Err(refusal)),
            Err(_) => self.resolve(&edited, Lock::Free),
        }
    }

    fn lay(&self, root: &Path, contents: &BTreeMap<RelPath, Content>) -> io::Result<()> {
        let mut all: BTreeMap<PathBuf, Content> = BTreeMap::new();
        // Never a link: Cargo writes to the lock file that it finds.
        all.insert(self.workspace.join("Cargo.lock"), None);
        if let Some((path, text, _)) = self.lockfile {
            all.insert(self.repository.join(path.as_str()), Some(text.to_owned()));
        }
        for (path, content) in contents {
            all.insert(self.repository.join(path.as_str()), content.clone());
        }
        mirror::mirror(root, &all)
    }

    fn resolve(&self, root: &Path, lock: Lock) -> io::Result<Result<(), Refusal>> {
        let workspace = mirror::inside(root, self.workspace);
        let mut ran = self.ask(&workspace, lock, false)?;
        if !ran.success && self.network && ran.stderr.contains("offline") {
            ran = self.ask(&workspace, lock, true)?;
        }
        if ran.success {
            return Ok(Ok(()));
        }
        // The mirror begins at the root, so what stands before a path there is all that is odd.
        let said = ran.stderr.replace(&root.display().to_string(), "");
        // Warnings come first, and are about the workspace as it always was.
        let error = said.find("error:").unwrap_or(0);
        Ok(Err(Refusal { said: said[error..].trim_end().to_owned() }))
    }

    fn ask(&self, folder: &Path, lock: Lock, network: bool) -> io::Result<Ran> {
        let ask = |mut cargo: Command| {
            cargo.args(&["metadata", "--format-version", "1"]);
            if lock == Lock::Locked {
                cargo.arg("--locked");
            }
            if !network {
                cargo.arg("--offline");
            }
            process::run(&cargo)
        };
        let ran = ask(self.cargo.building(folder))?;
        if !ran.success && network && process::wants_credential(&ran.stderr) {
            return ask(self.cargo.resolving(folder));
        }
        Ok(ran)
    }
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;
    use std::fs;

    const A: &str = "[package]\nname = \"a\"\nversion = \"0.1.0\"\nedition = \"2021\"\n";
    const B: &str = "[package]\nname = \"b\"\nversion = \"0.1.0\"\nedition = \"2021\"\n\
                     [dependencies]\na = { path = \"../a\", version = \"0.1\" }\n";
    const LOCK: &str = "version = 3\n\n[[package]]\nname = \"a\"\nversion = \"0.1.0\"\n\n\
                        [[package]]\nname = \"b\"\nversion = \"0.1.0\"\ndependencies = [\n \"a\",\n]\n";

    fn path(text: &str) -> RelPath {
        RelPath::new(text).expect("inside")
    }

    /// Tries new contents of some files where the lock file has this text; the first line that
    /// Cargo says of them.
    fn tried(lock: Option<(&str, Kept)>, edits: &[(&str, &str)]) -> String {
        let world = tempfile::tempdir().expect("a folder");
        let root = world.path().canonicalize().expect("a path").join("ws");
        let files =
            [("Cargo.toml", "[workspace]\nmembers = [\"a\", \"b\"]\n"), ("a/Cargo.toml", A)];
        for (file, text) in files.into_iter().chain([("b/Cargo.toml", B)]) {
            let folder = root.join(file);
            let folder = folder.parent().expect("a folder");
            fs::create_dir_all(folder.join("src")).expect("a folder");
            fs::write(folder.join("src/lib.rs"), "").expect("a file");
            fs::write(root.join(file), text).expect("a file");
        }
        if let Some((text, _)) = lock {
            fs::write(root.join("Cargo.lock"), text).expect("a file");
        }
        let folder = world.path().join("scratch");
        fs::create_dir(&folder).expect("a folder");
        let lock_path = path("Cargo.lock");
        let trial = Trial {
            repository: &root,
            workspace: &root,
            folder: &folder,
            lockfile: lock.map(|(text, kept)| (&lock_path, text, kept)),
            cargo: Cargo::default(),
            network: false,
        };
        let contents: BTreeMap<RelPath, Content> =
            edits.iter().map(|(file, text)| (path(file), Some((*text).to_owned()))).collect();
        let verdict = trial.of(&contents).expect("Cargo answers");
        let now = fs::read_to_string(root.join("Cargo.lock")).ok();
        assert_eq!(now.as_deref(), lock.map(|(text, _)| text), "the real lock file is untouched");
        match verdict {
            Ok(()) => "resolves".to_owned(),
            Err(refusal) => refusal.said.lines().next().unwrap_or_default().to_owned(),
        }
    }

    #[test]
    fn what_does_not_resolve_is_refused_and_so_is_a_wrong_edit_of_the_lock_file() {
        let a = A.replace("0.1.0", "0.2.0");
        let b = B.replace("\"0.1\"", "\"0.2\"");
        let lock = LOCK.replacen("0.1.0", "0.2.0", 1);
        let both = [("a/Cargo.toml", a.as_str()), ("b/Cargo.toml", b.as_str())];
        let whole = [both[0], both[1], ("Cargo.lock", lock.as_str())];
        assert_eq!(tried(None, &both), "resolves");
        assert_eq!(tried(Some((LOCK, Kept::Untracked)), &both), "resolves");
        assert_eq!(tried(Some((LOCK, Kept::Tracked)), &whole), "resolves");
        let said = tried(None, &both[..1]);
        assert!(
            said.contains("failed to select a version for the requirement `a = \"^0.1\"`"),
            "{said}"
        );
        let said = tried(Some((LOCK, Kept::Tracked)), &both);
        assert!(said.contains("lock file") && said.contains("--locked"), "{said}");
    }

    #[test]
    fn a_lock_file_that_was_out_of_date_before_is_not_held_against_the_edits() {
        let stale = LOCK.split("\n\n[[package]]\nname = \"b\"").next().expect("a first part");
        let a = A.replace("0.1.0", "0.1.1");
        assert_eq!(tried(Some((stale, Kept::Tracked)), &[("a/Cargo.toml", &a)]), "resolves");
    }
}
