//! How HEAD got from a commit that was checked out before to where it is.

use super::{from_git, to_git};
use crate::observe::Checkout;
use cargo_orchestrate::model::Oid;
use git2::Repository;

/// How many commits are named.
const MOST: usize = 5;

/// Where HEAD stands, seen from another commit.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Between {
    /// How many commits HEAD has that the other lacks.
    pub(crate) ahead: usize,
    /// How many commits the other has that HEAD lacks.
    pub(crate) behind: usize,
    /// The newest of those that HEAD has, with the first lines of their messages.
    pub(crate) newest: Vec<(Oid, String)>,
}

/// What lies between a commit and HEAD; nothing when the commit is not in this repository.
pub(crate) fn between(checkout: &Checkout, before: &Oid, head: &Oid) -> Option<Between> {
    look(&checkout.repository, before, head).ok().flatten()
}

fn look(repository: &Repository, before: &Oid, head: &Oid) -> Result<Option<Between>, git2::Error> {
    let (Some(before), Some(head)) = (to_git(before), to_git(head)) else { return Ok(None) };
    if repository.find_commit(before).is_err() {
        return Ok(None);
    }
    let (ahead, behind) = repository.graph_ahead_behind(head, before)?;
    let mut walk = repository.revwalk()?;
    walk.set_sorting(git2::Sort::TOPOLOGICAL)?;
    walk.push(head)?;
    walk.hide(before)?;
    let mut newest = Vec::new();
    for oid in walk.take(MOST) {
        let commit = repository.find_commit(oid?)?;
        let message = String::from_utf8_lossy(commit.message_bytes());
        let summary = message.trim_start().lines().next().unwrap_or_default().to_owned();
        newest.push((from_git(commit.id()), summary));
    }
    Ok(Some(Between { ahead, behind, newest }))
}
