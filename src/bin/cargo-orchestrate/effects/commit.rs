//! The run's commit: exactly the files that were written, on top of the commit the run began with.

use super::{Failed, leftover, local, nothing_happened, process};
use crate::fail_point;
use cargo_orchestrate::model::{Oid, RelPath};
use cargo_orchestrate::run::{Probe, Receipt, Trouble, TroubleKind};
use git2::{Commit, ErrorCode, IndexEntry, Repository, Tree};
use std::path::Path;

/// The trailer that makes a commit or tag recognisable as a run's.
pub(crate) const TRAILER: &str = "Orchestrate-Plan";

/// The mode of a file that nobody executes.
const FILE: u32 = 0o100_644;

/// The files of a commit.
#[derive(Clone, Copy)]
pub(super) struct Changed<'a> {
    /// Those that are there afterwards.
    pub(super) files: &'a [RelPath],
    /// Those that are gone.
    pub(super) removed: &'a [RelPath],
}

impl<'a> Changed<'a> {
    fn paths(&self) -> Vec<&'a RelPath> {
        self.files.iter().chain(self.removed).collect()
    }
}

/// A repository and the commit the run began with.
pub(super) struct Commits<'a> {
    pub(super) root: &'a Path,
    pub(super) base: &'a Oid,
    /// The plan's id.
    pub(super) plan: &'a str,
}

impl Commits<'_> {
    /// Commits the files as they are in the working tree. The branch moves only if it is still where
    /// the run began; the index is brought up to date for these files and no others.
    pub(super) fn commit(&self, message: &str, changed: Changed<'_>) -> Result<Oid, Failed> {
        let paths = changed.paths();
        let git = |doing: &'static str| move |error: git2::Error| local(doing, &error);
        let repository = self.open()?;
        let head = head(&repository)?;
        if self.is_ours(&head) {
            refresh(&repository, &head.tree().map_err(git("read the commit"))?, &paths)
                .map_err(git("update the index"))?;
            return Ok(Oid::from_hex(head.id().to_string()));
        }
        if head.id().to_string() != self.base.as_str() {
            let text = format!("the branch moved to {} since the plan was made", head.id());
            return Err(nothing_happened(TroubleKind::Moved, text));
        }
        let base = head.tree().map_err(git("read the commit"))?;
        let tree = self.tree(&repository, &base, changed).map_err(git("write the tree"))?;
        let text = format!("{}\n\n{TRAILER}: {}\n", message.trim_end(), self.plan);
        fail_point::place("the tree, written");
        let oid = self.create(tree, &text)?;
        fail_point::place("the commit, made");
        let name = repository.head().and_then(|head| head.name().map(str::to_owned));
        let name = name.map_err(git("read HEAD"))?;
        leftover::clear_reference(&repository, &name);
        let target = git2::Oid::from_str(&oid).map_err(git("read the commit"))?;
        if name == "HEAD" {
            repository.set_head_detached(target).map_err(git("move HEAD"))?;
        } else {
            repository
                .reference_matching(&name, target, true, head.id(), "cargo orchestrate: release")
                .map_err(git("move the branch"))?;
        }
        fail_point::place("the branch, moved");
        let new = repository.find_commit(target).and_then(|commit| commit.tree());
        new.and_then(|tree| refresh(&repository, &tree, &paths))
            .map_err(git("update the index"))?;
        Ok(Oid::from_hex(oid))
    }

    /// Whether the commit that is checked out is the run's and the index agrees with it.
    pub(super) fn probe(&self, changed: Changed<'_>) -> Probe {
        let Ok(repository) = self.open() else {
            return Probe::Unknown("could not open the repository".into());
        };
        let Ok(head) = head(&repository) else {
            return Probe::Unknown("could not read HEAD".into());
        };
        if self.is_ours(&head) {
            let tree = head.tree();
            return match tree.and_then(|tree| agrees(&repository, &tree, &changed.paths())) {
                Ok(true) => {
                    Probe::Done(Receipt::Commit { oid: Oid::from_hex(head.id().to_string()) })
                }
                Ok(false) => Probe::NotDone,
                Err(error) => Probe::Unknown(error.message().to_owned()),
            };
        }
        if head.id().to_string() == self.base.as_str() {
            return Probe::NotDone;
        }
        Probe::Foreign(format!("the branch moved to {} since the plan was made", head.id()))
    }

    /// Moves the branch back to where the run began, if it still stands at the run's commit.
    pub(super) fn undo(&self, changed: Changed<'_>) -> Result<(), Trouble> {
        let paths = changed.paths();
        let trouble = |error: git2::Error| {
            Trouble::new(TroubleKind::Local, format!("could not take the commit back: {error}"))
        };
        let repository = self.open().map_err(|(_, trouble)| trouble)?;
        let head = head(&repository).map_err(|(_, trouble)| trouble)?;
        if head.id().to_string() == self.base.as_str() {
            return head
                .tree()
                .and_then(|tree| refresh(&repository, &tree, &paths))
                .map_err(trouble);
        }
        if !self.is_ours(&head) {
            let text = format!("the branch moved to {}; the release commit stays in it", head.id());
            return Err(Trouble::new(TroubleKind::Moved, text));
        }
        let base = git2::Oid::from_str(self.base.as_str())
            .and_then(|oid| repository.find_commit(oid))
            .map_err(trouble)?;
        let name = repository.head().and_then(|head| head.name().map(str::to_owned));
        let name = name.map_err(trouble)?;
        leftover::clear_reference(&repository, &name);
        if name == "HEAD" {
            repository.set_head_detached(base.id()).map_err(trouble)?;
        } else {
            repository
                .reference_matching(&name, base.id(), true, head.id(), "cargo orchestrate: undo")
                .map_err(trouble)?;
        }
        base.tree().and_then(|tree| refresh(&repository, &tree, &paths)).map_err(trouble)
    }

    fn open(&self) -> Result<Repository, Failed> {
        Repository::open(self.root).map_err(|error| local("open the repository", &error))
    }

    fn is_ours(&self, commit: &Commit<'_>) -> bool {
        let wanted = format!("{TRAILER}: {}", self.plan);
        let on_base = commit.parent_id(0).is_ok_and(|id| id.to_string() == self.base.as_str());
        on_base && commit.message().is_ok_and(|text| text.lines().any(|line| line == wanted))
    }

    /// The base tree with these files as they are in the working tree; written from an index that
    /// exists in memory only.
    fn tree(
        &self,
        repository: &Repository,
        base: &Tree<'_>,
        changed: Changed<'_>,
    ) -> Result<git2::Oid, git2::Error> {
        let mut index = git2::Index::new()?;
        index.read_tree(base)?;
        for file in changed.files {
            let path = Path::new(file.as_str());
            // Through git's own filters, so that line endings are stored as git would.
            let id = repository.blob_path(&self.root.join(path))?;
            let mode = index.get_path(path, 0).map_or(FILE, |known| known.mode);
            index.add(&entry(path, mode, id))?;
        }
        for file in changed.removed {
            index.remove_path(Path::new(file.as_str()))?;
        }
        index.write_tree_to(repository)
    }

    /// Git's own plumbing makes the commit: identity and signing are set up in many ways.
    fn create(&self, tree: git2::Oid, message: &str) -> Result<String, Failed> {
        let folder = tempfile::tempdir().map_err(|error| local("write the message", &error))?;
        let file = folder.path().join("message");
        std::fs::write(&file, message).map_err(|error| local("write the message", &error))?;
        let sign = Repository::open(self.root)
            .and_then(|repository| repository.config())
            .and_then(|config| config.get_bool("commit.gpgsign"))
            .unwrap_or(false);
        let mut git = process::git(self.root);
        git.args(&["commit-tree", &tree.to_string(), "-p", self.base.as_str()]);
        if sign {
            git.arg("-S");
        }
        git.arg("-F").arg(&file);
        let ran = process::run(&git).map_err(|error| local("start git", &error))?;
        if ran.success {
            return Ok(ran.stdout.trim().to_owned());
        }
        let text = format!("git did not make the commit: {}", ran.complaint());
        Err(nothing_happened(TroubleKind::Local, text))
    }
}

pub(super) fn head(repository: &Repository) -> Result<Commit<'_>, Failed> {
    repository
        .head()
        .and_then(|head| head.peel_to_commit())
        .map_err(|error| local("read HEAD", &error))
}

/// Makes the index agree with `tree` for these files: one that the tree lacks leaves the index too.
fn refresh(
    repository: &Repository,
    tree: &Tree<'_>,
    paths: &[&RelPath],
) -> Result<(), git2::Error> {
    leftover::clear_index(repository);
    let mut index = repository.index()?;
    index.read(true)?;
    for path in paths.iter().map(|path| Path::new(path.as_str())) {
        let staged = index.get_path(path, 0);
        match (find(tree, path)?, staged) {
            (None, None) => {}
            (None, Some(_)) => index.remove_path(path)?,
            (Some(entry), Some(staged)) if staged.id == entry.id => {}
            (Some(entry), Some(staged)) => {
                // Forget what was known of the file, so that git compares its contents.
                let unknown = git2::IndexTime::new(0, 0);
                let id = entry.id;
                index.add(&IndexEntry { id, mtime: unknown, file_size: 0, ..staged })?;
            }
            (Some(entry), None) => index.add(&entry)?,
        }
    }
    index.write()
}

fn agrees(
    repository: &Repository,
    tree: &Tree<'_>,
    paths: &[&RelPath],
) -> Result<bool, git2::Error> {
    let mut index = repository.index()?;
    index.read(true)?;
    for path in paths.iter().map(|path| Path::new(path.as_str())) {
        let staged = index.get_path(path, 0).map(|staged| staged.id);
        if find(tree, path)?.map(|entry| entry.id) != staged {
            return Ok(false);
        }
    }
    Ok(true)
}

/// What a tree has at a path, as an entry of the index of which nothing else is known.
fn find(tree: &Tree<'_>, path: &Path) -> Result<Option<IndexEntry>, git2::Error> {
    match tree.get_path(path) {
        Ok(found) => {
            let mode = u32::try_from(found.filemode()).unwrap_or(FILE);
            Ok(Some(entry(path, mode, found.id())))
        }
        Err(error) if error.code() == ErrorCode::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

fn entry(path: &Path, mode: u32, id: git2::Oid) -> IndexEntry {
    let unknown = git2::IndexTime::new(0, 0);
    IndexEntry {
        ctime: unknown,
        mtime: unknown,
        dev: 0,
        ino: 0,
        mode,
        uid: 0,
        gid: 0,
        file_size: 0,
        id,
        flags: 0,
        flags_extended: 0,
        path: path.to_string_lossy().into_owned().into_bytes(),
    }
}
