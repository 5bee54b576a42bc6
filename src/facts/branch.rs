//! The branches beside the one that is checked out.

use crate::model::Oid;
use std::collections::BTreeSet;

/// Another branch, seen from what a hotfix is about.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct OtherBranch {
    /// As git writes it: `main`, or `origin/main` where no branch here goes by that name.
    pub name: String,
    /// Whether it is a branch here, and not just a copy of a remote's.
    pub is_here: bool,
    /// What it contains of the commits of last releases, and of tags that HEAD does not contain.
    pub holds: BTreeSet<Oid>,
    /// The commits since the last releases that it has neither as they are nor picked from here or
    /// to here, the first one first.
    pub lacks: Vec<Oid>,
}
