//! The state of the repository: HEAD, what is not committed, the tags, the remote.

use super::graph::Graph;
use super::kept::{Answer, Answers, Reader, Writer};
use super::marks::{Mark, marks};
use super::uncommitted::uncommitted;
use super::{from_git, links, remote};
use crate::observe::{Checkout, ObserveError};
use cargo_orchestrate::facts::{self, Branch, Tag};
use git2::{ErrorCode, ObjectType, Oid, Reference, RepositoryState};
use std::collections::BTreeMap;
use std::fmt::Write as _;
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
        tags: match checkout.tags.take() {
            Some((then, tags)) if then == id => tags,
            _ => tags(repository, &checkout.answers, id, &|| checkout.graph_of(id))?,
        },
        remote: remote::remote(checkout, branch.as_ref(), id, ask)?,
        branch,
    })
}

impl Checkout {
    /// The place of the answer to a question about what is committed; nothing in a shallow clone, which
    /// may be made deeper.
    pub(super) fn answer_to(&self, question: &str) -> Option<Answer> {
        if self.repository.is_shallow() { None } else { self.answers.to(question) }
    }

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

/// The tags that stand for commits, by name.
pub(in crate::observe) fn tags(
    repository: &git2::Repository,
    answers: &Answers,
    head: Oid,
    graph: &dyn Fn() -> Result<Rc<Graph>, ObserveError>,
) -> Result<BTreeMap<String, Tag>, ObserveError> {
    let marks = marks(repository).map_err(ObserveError::git("the tags"))?;
    let answer = if repository.is_shallow() { None } else { answers.to(&question(head, &marks)) };
    let known = answer.as_ref().and_then(Answer::read);
    let commits = if let Some(commits) = known.and_then(|bytes| read(&bytes, marks.len())) {
        commits
    } else {
        let commits = commits(repository, &*graph()?, &marks);
        // One whose object is not here may come.
        if let Some(answer) = answer.filter(|_| commits.iter().all(Option::is_some)) {
            answer.keep(bytes(&commits));
        }
        commits
    };
    let tag = |((name, mark), commit): ((String, Mark), Option<(Oid, bool)>)| {
        let (commit, reachable) = commit?;
        Some((name, Tag { oid: from_git(mark.oid), commit: from_git(commit), reachable }))
    };
    Ok(marks.into_iter().zip(commits).filter_map(tag).collect())
}

/// What the commits of tags depend on.
fn question(head: Oid, marks: &BTreeMap<String, Mark>) -> String {
    let mut question = format!("tags seen from {head}\n");
    for (name, Mark { oid, leads_to }) in marks {
        let commit = leads_to.unwrap_or(*oid);
        writeln!(question, "{name} {oid} {commit}").expect("writing to a string cannot fail");
    }
    question
}

/// The commit of each tag, and whether HEAD contains it; nothing for a tag on something else.
fn commits(
    repository: &git2::Repository,
    graph: &Graph,
    marks: &BTreeMap<String, Mark>,
) -> Vec<Option<(Oid, bool)>> {
    let commit = |mark: &Mark| {
        let guess = mark.leads_to.unwrap_or(mark.oid);
        if graph.contains(guess) {
            return Some((guess, true));
        }
        let object = repository.find_object(mark.oid, None).ok()?;
        let commit = object.peel(ObjectType::Commit).ok()?.id();
        Some((commit, graph.contains(commit)))
    };
    marks.values().map(commit).collect()
}

fn bytes(commits: &[Option<(Oid, bool)>]) -> Vec<u8> {
    let mut out = Writer::default();
    for (commit, reachable) in commits.iter().flatten() {
        out.id(*commit);
        out.flag(*reachable);
    }
    out.0
}

fn read(bytes: &[u8], count: usize) -> Option<Vec<Option<(Oid, bool)>>> {
    let mut input = Reader(bytes);
    let mut one = || Some(Some((input.id()?, input.flag()?)));
    (0..count).map(|_| one()).collect()
}

#[cfg(test)]
#[path = "repository_tests.rs"]
mod tests;
