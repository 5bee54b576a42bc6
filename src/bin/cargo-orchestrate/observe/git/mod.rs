//! What git says: the state of the repository, and what happened since each package's last release.
//!
//! Reading is libgit2's; only a remote elsewhere is asked through the `git` program, so that
//! people's credential helpers and ssh settings work. Names that come out of the repository are never handed
//! to a program but as full refs. Read `repository.rs` for the state, `history.rs` for the changes.

mod repository;
mod marks;
mod remote;
mod graph;
mod kept;
mod forest;
mod trees;
mod index_file;
#[cfg(unix)]
mod clean;
mod uncommitted;
mod history;
mod told;
mod baseline;
mod stands;
mod evidence;
mod commits;
mod inputs;
mod links;
mod newest;
mod parted;
mod later;
mod between;
mod branches;
mod versions;
#[cfg(test)]
mod testing;

pub(crate) use between::between;
pub(crate) use branches::branches;
pub(super) use graph::Graph;
pub(crate) use history::history;
pub(super) use index_file::tracked;
pub(super) use kept::{Answers, Kept};
pub(crate) use later::Later;
pub(crate) use links::is_out;
pub(crate) use newest::last_release;
#[cfg(any(test, fuzzing))]
pub(crate) use remote::git_listing;
pub(crate) use remote::without_secrets;
pub(super) use repository::tags;
pub(crate) use repository::{Ask, repository};
pub(super) use uncommitted::{Uncommitted, uncommitted};

use cargo_orchestrate::model::Oid;

/// A git object id as libgit2 has it.
fn to_git(oid: &Oid) -> Option<git2::Oid> {
    git2::Oid::from_str(oid.as_str()).ok()
}

/// A git object id as the facts have it.
fn from_git(oid: git2::Oid) -> Oid {
    Oid::from_hex(oid.to_string())
}
