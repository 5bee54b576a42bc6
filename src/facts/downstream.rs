//! What was read in the repositories downstream: those that use packages of this workspace.

use crate::model::{Oid, RelPath};
use std::collections::BTreeMap;

/// A repository downstream as it was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Downstream {
    /// Its name in the configuration.
    pub name: String,
    /// Its path or address, as the configuration has it.
    pub at: String,
    /// What was read; or why nothing could be.
    pub seen: Result<Tracked, String>,
}

/// The commit of a repository downstream that counts, as text: nothing of it was run.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Tracked {
    /// The commit that was read: HEAD of a local repository, the tip of a branch of a remote one.
    pub head: Oid,
    /// The branch; nothing where HEAD is detached, and for the default branch of a remote.
    pub branch: Option<String>,
    /// The folder that the configuration names, from the root of the repository.
    pub folder: RelPath,
    /// Tracked paths of a local repository that differ from `head`; they were not read.
    pub dirty: Vec<RelPath>,
    /// The texts of `Cargo.toml` and `Cargo.lock` in that folder and below it, by their paths in the
    /// repository.
    pub files: BTreeMap<RelPath, String>,
}
