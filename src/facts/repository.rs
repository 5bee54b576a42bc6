//! The state of the git repository.

use crate::model::{Oid, RelPath};
use std::collections::BTreeMap;

/// The git repository around a workspace.
#[derive(Debug, Clone, Default)]
pub struct Repository {
    /// The commit that is checked out.
    pub head: Oid,
    /// The branch that is checked out; nothing when HEAD is detached.
    pub branch: Option<Branch>,
    /// Tracked paths that differ from HEAD, in the index or on disk, sorted.
    pub dirty: Vec<RelPath>,
    /// Paths that are neither tracked nor ignored, sorted; a folder of such files is one path.
    pub untracked: Vec<RelPath>,
    /// The tracked symbolic links that lead out of the repository or into git's own folder, with
    /// what they lead to.
    pub links_out: BTreeMap<RelPath, String>,
    /// Whether the history was cut off by a shallow clone.
    pub shallow: bool,
    /// A merge, rebase or the like that is not finished, as git names it.
    pub in_progress: Option<String>,
    /// The tags by name.
    pub tags: BTreeMap<String, Tag>,
    /// The remote that the branch belongs to; nothing when there is none.
    pub remote: Option<Remote>,
}

/// The checked-out branch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Branch {
    /// Its short name, as `main`.
    pub name: String,
}

/// A tag.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tag {
    /// The tag object for an annotated tag, else the commit.
    pub oid: Oid,
    /// The commit it stands for.
    pub commit: Oid,
    /// Whether the commit is an ancestor of HEAD or HEAD itself.
    pub reachable: bool,
}

/// The remote releases are pushed to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Remote {
    /// Its name, as `origin`.
    pub name: String,
    /// The branch there that ours is pushed to.
    pub branch: RemoteBranch,
    /// The tags on the remote with their oids, when it was asked and answered.
    pub tags: BTreeMap<String, Oid>,
    /// The mirrored journals of releases that are not finished, by the names of the runs.
    pub mirrors: BTreeMap<String, Oid>,
}

/// What a remote's branch looks like, seen from HEAD.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RemoteBranch {
    /// It does not exist there yet.
    Absent,
    /// It is at this ancestor of HEAD, or at HEAD.
    At(Oid),
    /// It is at a commit that HEAD does not contain.
    Ahead(Oid),
    /// The remote was not asked.
    NotAsked,
    /// The remote did not answer; the text says why.
    Unreachable(String),
}
