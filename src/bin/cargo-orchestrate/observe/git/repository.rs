//! The state of the repository: HEAD, what is not committed, the tags, the remote.

use super::graph::Graph;
use super::uncommitted::uncommitted;
use super::{from_git, links, remote};
use crate::observe::{Checkout, ObserveError};
use cargo_orchestrate::facts::{self, Branch, Tag};
use git2::{ErrorCode, ObjectType, Oid, Reference, RepositoryState};
use std::collections::BTreeMap;
use std::rc::Rc;

/// Whether the remote is asked, which needs the network.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Ask {
    Remote,
    NoRemote,
}

/// The state of the repository around a checkout.
///
/// # Errors
/// [`ObserveError::NoCommits`] while the branch has none, and [`ObserveError::Git`]. A remote that
/// does not answer is a fact, not an error, and so is a shallow clone.
pub(crate) fn repository(checkout: &Checkout, ask: Ask) -> Result<facts::Repository, ObserveError> {
    let repository = &checkout.repository;
    let head = head(repository)?;
    let id = head.target().ok_or_else(|| no_commits(repository))?;
    let branch = head.is_branch().then(|| head.shorthand().ok()).flatten();
    let branch = branch.map(|name| Branch { name: name.to_owned() });
    let graph = checkout.graph_of(id)?;
    let shallow = repository.is_shallow();
    let uncommitted = match checkout.uncommitted.take() {
        Some(known) => known,
        None => uncommitted(repository, &checkout.repository_root)?,
    };
    Ok(facts::Repository {
        head: from_git(id),
        dirty: uncommitted.dirty,
        untracked: uncommitted.untracked,
        links_out: links::links_out(checkout)?,
        shallow,
        in_progress: in_progress(repository.state()).map(str::to_owned),
        tags: tags(repository, &graph)?,
        remote: remote::remote(checkout, branch.as_ref(), &graph, ask)?,
        branch,
    })
}

impl Checkout {
    /// The history of `head`, read anew only when HEAD has moved since the last look.
    pub(super) fn graph_of(&self, head: Oid) -> Result<Rc<Graph>, ObserveError> {
        let mut known = self.graph.borrow_mut();
        if let Some(graph) = known.as_ref().filter(|graph| graph.is_of(head)) {
            return Ok(Rc::clone(graph));
        }
        let mut kept = self.kept.borrow_mut();
        let graph = Rc::new(Graph::load(&self.repository, &mut kept, head)?);
        *known = Some(Rc::clone(&graph));
        Ok(graph)
    }
}

fn head(repository: &git2::Repository) -> Result<Reference<'_>, ObserveError> {
    repository.head().map_err(|error| match error.code() {
        ErrorCode::UnbornBranch | ErrorCode::NotFound => no_commits(repository),
        _ => ObserveError::git("`HEAD`")(error),
    })
}

fn no_commits(repository: &git2::Repository) -> ObserveError {
    let name = repository.find_reference("HEAD").ok().and_then(|head| {
        let target = head.symbolic_target().ok().flatten()?;
        Some(target.trim_start_matches("refs/heads/").to_owned())
    });
    ObserveError::NoCommits(name.unwrap_or_else(|| "HEAD".to_owned()))
}

fn in_progress(state: RepositoryState) -> Option<&'static str> {
    match state {
        RepositoryState::Clean => None,
        RepositoryState::Merge => Some("merge"),
        RepositoryState::Revert | RepositoryState::RevertSequence => Some("revert"),
        RepositoryState::CherryPick | RepositoryState::CherryPickSequence => Some("cherry-pick"),
        RepositoryState::Bisect => Some("bisect"),
        RepositoryState::Rebase
        | RepositoryState::RebaseInteractive
        | RepositoryState::RebaseMerge => Some("rebase"),
        RepositoryState::ApplyMailbox | RepositoryState::ApplyMailboxOrRebase => Some("am"),
    }
}

/// The tags that stand for commits, by name. A name that begins with `-` or is no UTF-8 cannot be
/// a release's and is left out.
fn tags(
    repository: &git2::Repository,
    graph: &Graph,
) -> Result<BTreeMap<String, Tag>, ObserveError> {
    let trouble = || ObserveError::git("the tags");
    let mut tags = BTreeMap::new();
    for reference in repository.references_glob("refs/tags/*").map_err(trouble())? {
        let reference = reference.map_err(trouble())?;
        let name = reference.name().ok().and_then(|name| name.strip_prefix("refs/tags/"));
        let Some(name) = name.filter(|name| !name.starts_with('-')) else {
            continue;
        };
        if let Some((oid, commit)) = stands_for(repository, graph, &reference) {
            let tag = Tag {
                oid: from_git(oid),
                commit: from_git(commit),
                reachable: graph.contains(commit),
            };
            tags.insert(name.to_owned(), tag);
        }
    }
    Ok(tags)
}

/// The object of a tag and the commit it stands for; nothing for a tag on something else.
fn stands_for(
    repository: &git2::Repository,
    graph: &Graph,
    reference: &Reference<'_>,
) -> Option<(Oid, Oid)> {
    let oid = reference.target()?;
    // Packed references say where an annotated tag leads, so that it need not be read.
    let guess = reference.target_peel().unwrap_or(oid);
    if graph.contains(guess) {
        return Some((oid, guess));
    }
    let object = repository.find_object(oid, None).ok()?;
    let commit = object.peel(ObjectType::Commit).ok()?;
    Some((oid, commit.id()))
}

#[cfg(test)]
#[path = "repository_tests.rs"]
mod tests;
