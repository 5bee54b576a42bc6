//! The other branches, and what they have of the commits since the last releases.

use super::graph::{Graph, Marks, message};
use super::{from_git, to_git};
use crate::observe::{Checkout, ObserveError};
use cargo_orchestrate::facts::{self, History, OtherBranch};
use cargo_orchestrate::model::PackageName;
use git2::{Oid, Repository};
use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::rc::Rc;

/// The branches that hold no release for people to work on.
const OURS: &str = "orchestrate/";

/// What `git cherry-pick -x` writes before the commit that it took.
const PICKED: &str = "(cherry picked from commit ";

/// A branch here, or with its copy of a remote's where none here goes by that name.
struct Tips {
    name: String,
    /// Whether `name` is a branch here.
    is_here: bool,
    commits: Vec<Oid>,
}

/// A commit since the last releases, and how it is recognised elsewhere.
struct Fix {
    id: Oid,
    node: usize,
    /// The commit that it was picked from, by its message.
    picked_from: Option<Oid>,
    patch: Option<Patch>,
}

/// What a commit changes, whatever surrounds it.
struct Patch {
    id: Oid,
    /// A file that it changes: most other commits do not, and need no closer look.
    path: PathBuf,
}

/// The other branches, those of remotes included where no branch here has their name.
///
/// A commit counts as there when the branch contains it, one with the same patch, one that was picked
/// from it with `-x`, or the one that it was picked from.
///
/// # Errors
/// [`ObserveError::Git`] for objects that are missing.
pub(crate) fn branches(
    checkout: &Checkout,
    repository: &facts::Repository,
    history: &BTreeMap<PackageName, History>,
) -> Result<Vec<OtherBranch>, ObserveError> {
    let git = &checkout.repository;
    let Some(head) = to_git(&repository.head) else { return Ok(Vec::new()) };
    let own = repository.branch.as_ref().map(|branch| branch.name.as_str());
    let found = tips(git, own).map_err(ObserveError::git("the branches"))?;
    let mut graph = checkout.graph_of(head)?;
    let all: Vec<Oid> = found.iter().flat_map(|tips| tips.commits.iter().copied()).collect();
    let mut nodes = Vec::new();
    for tip in &all {
        let node = if let Some(node) = graph.find(*tip) {
            node
        } else {
            let kept = &mut checkout.kept.borrow_mut();
            Rc::make_mut(&mut graph).extend(git, kept, *tip)?
        };
        nodes.push(node);
    }
    let order = graph.newest_first();
    let marks = graph.contained_in(&nodes, order);
    let commits = history.values().flat_map(|history| &history.commits);
    let commits: BTreeSet<Oid> = commits.filter_map(|commit| to_git(&commit.oid)).collect();
    let fixes = fixes(git, &graph, &commits)?;
    let copies = copies(git, &graph, &marks, nodes.len(), &fixes)?;
    let lacks = |at: usize, fix: &Fix| {
        let copied = copies.get(&fix.id).into_iter().flatten();
        !marks.has(fix.node, at) && !copied.into_iter().any(|node| marks.has(*node, at))
    };
    let known = known(&graph, repository, history);
    let mut at = 0;
    let branches = found.into_iter().map(|tips| {
        let places = at..at + tips.commits.len();
        at = places.end;
        let holds = known.iter().filter(|(_, node)| places.clone().any(|at| marks.has(*node, at)));
        let missing = fixes.iter().filter(|fix| places.clone().all(|at| lacks(at, fix)));
        OtherBranch {
            name: tips.name,
            is_here: tips.is_here,
            holds: holds.map(|(oid, _)| from_git(*oid)).collect(),
            lacks: missing.map(|fix| from_git(fix.id)).collect(),
        }
    });
    Ok(branches.collect())
}

/// The branches by their names, without the one that is checked out and its copies.
fn tips(git: &Repository, own: Option<&str>) -> Result<Vec<Tips>, git2::Error> {
    let mut found: BTreeMap<String, Tips> = BTreeMap::new();
    let remotes: Vec<String> =
        git.remotes()?.iter().flatten().flatten().map(str::to_owned).collect();
    for branch in git.branches(None)? {
        let (branch, kind) = branch?;
        let is_here = kind == git2::BranchType::Local;
        let Some(name) = branch.name().ok().flatten().map(str::to_owned) else { continue };
        // `origin/HEAD` is another word for one of the others.
        if branch.get().symbolic_target().ok().flatten().is_some() || name.starts_with('-') {
            continue;
        }
        let copy_of = |remote: &String| name.strip_prefix(remote)?.strip_prefix('/');
        let short = if is_here { None } else { remotes.iter().find_map(copy_of) };
        let short = short.unwrap_or(&name).to_owned();
        if Some(short.as_str()) == own || short.starts_with(OURS) {
            continue;
        }
        let Ok(commit) = branch.get().peel_to_commit() else { continue };
        let tips = found.entry(short).or_insert_with(|| Tips {
            name: name.clone(),
            is_here,
            commits: Vec::new(),
        });
        if is_here && !tips.is_here {
            (tips.name, tips.is_here) = (name, true);
        }
        tips.commits.push(commit.id());
    }
    Ok(found.into_values().collect())
}

/// The commits of last releases, and of tags that HEAD does not contain, as far as a branch does.
fn known(
    graph: &Graph,
    repository: &facts::Repository,
    history: &BTreeMap<PackageName, History>,
) -> Vec<(Oid, usize)> {
    let baselines = history.values().filter_map(|history| Some(&history.baseline.as_ref()?.oid));
    let tags = repository.tags.values().filter(|tag| !tag.reachable).map(|tag| &tag.commit);
    let oids: BTreeSet<Oid> = baselines.chain(tags).filter_map(to_git).collect();
    oids.into_iter().filter_map(|oid| Some((oid, graph.find(oid)?))).collect()
}

/// These commits, the first one first.
fn fixes(git: &Repository, graph: &Graph, of: &BTreeSet<Oid>) -> Result<Vec<Fix>, ObserveError> {
    let mut fixes = Vec::new();
    for &node in graph.newest_first().iter().rev() {
        let id = graph.nodes[node].id;
        if of.contains(&id) {
            let patch = patch(git, id).map_err(ObserveError::git(format!("the commit `{id}`")))?;
            let picked_from = picked_from(&message(git, id)?);
            fixes.push(Fix { id, node, picked_from, patch });
        }
    }
    Ok(fixes)
}

/// The commits of other branches that are the same as these, by the commit they are the same as.
fn copies(
    git: &Repository,
    graph: &Graph,
    marks: &Marks,
    tips: usize,
    fixes: &[Fix],
) -> Result<BTreeMap<Oid, Vec<usize>>, ObserveError> {
    let mut copies: BTreeMap<Oid, Vec<usize>> = BTreeMap::new();
    if fixes.is_empty() {
        return Ok(copies);
    }
    for (node, commit) in graph.nodes.iter().enumerate() {
        let is_beside = !graph.is_behind_head(node) && (0..tips).any(|at| marks.has(node, at));
        if !is_beside || !commit.is_present() || commit.parents.len() > 1 {
            continue;
        }
        let doing = || ObserveError::git(format!("the commit `{}`", commit.id));
        let from = picked_from(&message(git, commit.id)?);
        let mut own_patch = None;
        for fix in fixes {
            let is_picked = from == Some(fix.id) || fix.picked_from == Some(commit.id);
            let is_same = is_picked || {
                let Some(patch) = &fix.patch else { continue };
                touches(git, commit.id, &patch.path).map_err(doing())? && {
                    if own_patch.is_none() {
                        own_patch = self::patch(git, commit.id).map_err(doing())?;
                    }
                    own_patch.as_ref().is_some_and(|own| own.id == patch.id)
                }
            };
            if is_same {
                copies.entry(fix.id).or_default().push(node);
            }
        }
    }
    Ok(copies)
}

/// The commit that a message says it was picked from; the last one, where it went from hand to hand.
fn picked_from(message: &str) -> Option<Oid> {
    let (_, rest) = message.rsplit_once(PICKED)?;
    Oid::from_str(rest.split(')').next()?).ok()
}

/// Whether a commit changes a file.
fn touches(git: &Repository, commit: Oid, path: &std::path::Path) -> Result<bool, git2::Error> {
    let commit = git.find_commit(commit)?;
    let blob = |tree: git2::Tree<'_>| tree.get_path(path).ok().map(|entry| entry.id());
    let before = match commit.parents().next() {
        Some(parent) => blob(parent.tree()?),
        None => None,
    };
    Ok(blob(commit.tree()?) != before)
}

/// What a commit changes; nothing for one that changes nothing.
fn patch(git: &Repository, commit: Oid) -> Result<Option<Patch>, git2::Error> {
    let commit = git.find_commit(commit)?;
    let before = commit.parents().next().map(|parent| parent.tree()).transpose()?;
    let diff = git.diff_tree_to_tree(before.as_ref(), Some(&commit.tree()?), None)?;
    let path = diff.deltas().find_map(|delta| {
        let file = delta.new_file();
        file.path().or(delta.old_file().path()).map(PathBuf::from)
    });
    let Some(path) = path else { return Ok(None) };
    Ok(Some(Patch { id: diff.patchid(None)?, path }))
}

#[cfg(test)]
#[path = "branches_tests.rs"]
mod tests;
