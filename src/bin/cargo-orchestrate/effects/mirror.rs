//! The mirror of a run's journal: a commit on top of the release's, below a reference of its own on
//! the remote for as long as the release is not finished.
//!
//! It holds the plan and the log as they were right before the first upload. The log names the
//! digest of every packed package, so that another machine sends the same bytes or none. Neither
//! the index nor the working tree takes part in making it.

use super::{Failed, local, process};
use cargo_orchestrate::model::Oid;
use git2::{Commit, ObjectType, Repository};
use std::path::Path;

/// Below which name mirrors stand; the name of the run comes behind it.
pub(crate) const REFERENCES: &str = "refs/orchestrate/release/";

/// The files of a mirror, by the names they have in the run's folder, and the most bytes of each.
const PLAN: (&str, usize) = ("plan.json", 16 << 20);
const LOG: (&str, usize) = ("wal", 64 << 20);

/// What a mirror holds. Nothing of it is checked but its shape.
#[derive(Debug)]
pub(crate) struct Mirrored {
    pub(crate) plan: String,
    pub(crate) log: Vec<u8>,
    /// The commit it stands on.
    pub(crate) commit: Oid,
}

/// A mirror that cannot be used.
#[derive(Debug, thiserror::Error)]
pub(crate) enum MirrorError {
    #[error("{0}")]
    Fetch(String),
    #[error("it is no mirror of a journal: {0}")]
    Shape(&'static str),
    #[error(transparent)]
    Git(#[from] git2::Error),
}

/// Makes the mirror of the run in `folder`; what to push.
pub(super) fn made(root: &Path, commit: &Oid, folder: &Path) -> Result<String, Failed> {
    let read = |name: &str| {
        let path = folder.join(name);
        std::fs::read(&path).map_err(|error| local(format!("read `{}`", path.display()), &error))
    };
    let (plan, log) = (read(PLAN.0)?, read(LOG.0)?);
    let oid = make(root, commit, &plan, &log)
        .map_err(|error| local("write the mirror of the journal", &error))?;
    Ok(format!("+{oid}:{}", reference(folder)))
}

/// What to push when the run is done: its mirror is of no use any more.
pub(super) fn removed(folder: &Path) -> String {
    format!(":{}", reference(folder))
}

/// Removes the mirror of the run in `folder` from the remote, if that lets us.
pub(crate) fn remove(root: &Path, remote: &str, folder: &Path) {
    let mut git = process::git(root);
    git.args(&["push", "--quiet", "--porcelain", "--", remote, &removed(folder)]);
    // What stays harms nobody: whoever finds it is asked before anything is done.
    let _ = process::run_within(&git, process::SMALL);
}

fn reference(folder: &Path) -> String {
    let run = folder.file_name().unwrap_or_default().to_string_lossy();
    format!("{REFERENCES}{run}")
}

fn make(root: &Path, commit: &Oid, plan: &[u8], log: &[u8]) -> Result<git2::Oid, git2::Error> {
    let repository = Repository::open(root)?;
    let parent = repository.find_commit(git2::Oid::from_str(commit.as_str())?)?;
    let mut tree = repository.treebuilder(None)?;
    for (name, bytes) in [(PLAN.0, plan), (LOG.0, log)] {
        tree.insert(name, repository.blob(bytes)?, 0o100_644)?;
    }
    let tree = repository.find_tree(tree.write()?)?;
    let author = parent.committer();
    let message = "the journal of a release that is not finished\n";
    repository.commit(None, &author, &author, message, &tree, &[&parent])
}

/// Brings the mirror of a run here and reads it.
pub(crate) fn fetch(
    root: &Path,
    remote: &str,
    run: &str,
    oid: &Oid,
) -> Result<Mirrored, MirrorError> {
    let repository = Repository::open(root)?;
    let id = git2::Oid::from_str(oid.as_str())?;
    if repository.find_commit(id).is_err() {
        let mut git = process::git(root);
        git.args(&["fetch", "--quiet", "--no-tags", "--no-write-fetch-head", "--", remote]);
        git.arg(format!("{REFERENCES}{run}"));
        let ran = process::run_within(&git, process::LARGE)
            .map_err(|error| MirrorError::Fetch(error.to_string()))?;
        if !ran.success {
            return Err(MirrorError::Fetch(ran.complaint()));
        }
        // The object database that was opened before may not know of the new pack.
        repository.odb()?.refresh()?;
    }
    let commit = repository.find_commit(id)?;
    let plan = file(&repository, &commit, PLAN)?;
    let plan =
        String::from_utf8(plan).map_err(|_| MirrorError::Shape("its plan is not UTF-8 text"))?;
    let log = file(&repository, &commit, LOG)?;
    let parent = commit.parent_id(0).map_err(|_| MirrorError::Shape("it stands on no commit"))?;
    Ok(Mirrored { plan, log, commit: Oid::from_hex(parent.to_string()) })
}

/// Whether the history of a commit, as far as it is known here, has another one.
pub(crate) fn holds(root: &Path, tip: &Oid, commit: &Oid) -> bool {
    let parse = |oid: &Oid| git2::Oid::from_str(oid.as_str());
    let (Ok(tip), Ok(commit), Ok(repository)) = (parse(tip), parse(commit), Repository::open(root))
    else {
        return false;
    };
    tip == commit || repository.graph_descendant_of(tip, commit).unwrap_or(false)
}

fn file(
    repository: &Repository,
    commit: &Commit<'_>,
    (name, most): (&str, usize),
) -> Result<Vec<u8>, MirrorError> {
    let tree = commit.tree()?;
    let entry = tree.get_name(name).ok_or(MirrorError::Shape("a file is missing"))?;
    // The size is asked before anything is read.
    let (size, kind) = repository.odb()?.read_header(entry.id())?;
    if kind != ObjectType::Blob || size > most {
        return Err(MirrorError::Shape("a file is too large, or no file"));
    }
    Ok(repository.find_blob(entry.id())?.content().to_vec())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A repository with one commit.
    fn repository() -> (tempfile::TempDir, Oid) {
        let folder = tempfile::tempdir().expect("a folder");
        let repository = Repository::init(folder.path()).expect("a repository");
        let author = git2::Signature::new("a", "a@b", &git2::Time::new(0, 0)).expect("a name");
        let tree = repository.treebuilder(None).and_then(|tree| tree.write()).expect("a tree");
        let tree = repository.find_tree(tree).expect("a tree");
        let oid = repository.commit(Some("HEAD"), &author, &author, "x", &tree, &[]);
        (folder, Oid::from_hex(oid.expect("a commit").to_string()))
    }

    #[test]
    fn a_mirror_reads_as_it_was_made_and_stands_on_the_commit() {
        let (folder, commit) = repository();
        let oid = make(folder.path(), &commit, b"{}", b"line\n").expect("a mirror");
        let oid = Oid::from_hex(oid.to_string());
        let mirrored = fetch(folder.path(), "origin", "run", &oid).expect("it reads");
        assert_eq!(
            (mirrored.plan.as_str(), &mirrored.log[..], mirrored.commit),
            ("{}", &b"line\n"[..], commit)
        );
    }

    #[test]
    fn a_commit_of_another_shape_is_no_mirror() {
        let (folder, commit) = repository();
        let error = fetch(folder.path(), "origin", "run", &commit).expect_err("no mirror");
        assert_eq!(error.to_string(), "it is no mirror of a journal: a file is missing");
        let oid = make(folder.path(), &commit, &[0xff], b"").expect("a commit");
        let oid = Oid::from_hex(oid.to_string());
        let error = fetch(folder.path(), "origin", "run", &oid).expect_err("no mirror");
        assert_eq!(error.to_string(), "it is no mirror of a journal: its plan is not UTF-8 text");
    }
}
