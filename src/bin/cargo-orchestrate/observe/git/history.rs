//! What happened to each member since its last release.

use super::baseline::{Finder, Since, VcsInfo};
use super::commits::{Commits, Watched};
use super::evidence::Comparison;
use super::forest::Forest;
use super::kept::Answer;
use super::links::symlinks;
use super::stands::{Stood, stands};
use super::told::Told;
use super::{inputs, to_git};
use crate::observe::{Checkout, ObserveError};
use cargo_orchestrate::facts::{
    self, Evidence, History, Published, PublishedVersion, Tag, TagPatterns, inherited_aliases,
    member_requirement, shared_key,
};
use cargo_orchestrate::model::{PackageName, Version, Workspace};
use cargo_orchestrate::policy::Policy;
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::rc::Rc;

/// What happened to each member since its last release; one entry per member.
///
/// Change is told from git's trees: a package whose folder, inherited keys and locked dependencies
/// are what they were costs next to nothing. `vcs_info` gives the commit in
/// `.cargo_vcs_info.json` of a published version; it is asked where a member's last release has no
/// tag. The commits of a member that did not change are only those that name it in their scope;
/// a member without a baseline has none.
///
/// The same question has the same answer, which is kept.
///
/// # Errors
/// [`ObserveError::Git`] for objects that are missing, [`ObserveError::Pattern`].
pub(crate) fn history(
    checkout: &Checkout,
    workspace: &Workspace,
    repository: &facts::Repository,
    published: &BTreeMap<PackageName, Published>,
    policy: &Policy,
    vcs_info: &VcsInfo<'_>,
) -> Result<BTreeMap<PackageName, History>, ObserveError> {
    let answer = if repository.shallow {
        None
    } else {
        let question = question(checkout, workspace, repository, published, policy)?;
        checkout.answer_to(&question)
    };
    let known = answer.as_ref().and_then(Answer::read).and_then(|bytes| Told::read(&bytes));
    let said_again =
        |told: &Told| told.asked.iter().all(|(name, version, oid)| vcs_info(name, version) == *oid);
    if let Some(told) = known.filter(said_again) {
        return Ok(told.histories);
    }
    let asked = RefCell::new(Vec::new());
    let noted = |name: &PackageName, version: &Version| {
        let commit = vcs_info(name, version);
        asked.borrow_mut().push((name.clone(), version.clone(), commit.clone()));
        commit
    };
    let histories = found(checkout, workspace, repository, published, policy, &noted)?;
    let told = Told { asked: asked.into_inner(), histories };
    if let Some(answer) = answer {
        answer.keep(told.bytes());
    }
    Ok(told.histories)
}

/// Everything that an answer depends on, but for what the published packages say of their commits.
fn question(
    checkout: &Checkout,
    workspace: &Workspace,
    repository: &facts::Repository,
    published: &BTreeMap<PackageName, Published>,
    policy: &Policy,
) -> Result<String, ObserveError> {
    let mut text = format!("history of {}\n{workspace:?}\n{policy:?}\n", repository.head);
    let links = symlinks(&checkout.repository);
    for (path, target) in links.map_err(ObserveError::git("the symlinks in the git index"))? {
        let _ = writeln!(text, "link {} {target}", path.escape_ascii());
    }
    for (name, Tag { oid, commit, reachable }) in &repository.tags {
        let _ = writeln!(text, "tag {name} {oid} {commit} {reachable}");
    }
    for (name, published) in published {
        let said = if let Published::Unknown(why) = published { why } else { "known" };
        let _ = writeln!(text, "package {name} {said:?}");
        // What a version requires is settled by its checksum.
        for PublishedVersion { version, yanked, checksum, dependencies: _ } in published.versions()
        {
            let _ = writeln!(text, "{version} {yanked} {checksum}");
        }
    }
    Ok(text)
}

fn found(
    checkout: &Checkout,
    workspace: &Workspace,
    repository: &facts::Repository,
    published: &BTreeMap<PackageName, Published>,
    policy: &Policy,
    vcs_info: &VcsInfo<'_>,
) -> Result<BTreeMap<PackageName, History>, ObserveError> {
    let git = &checkout.repository;
    let head = to_git(&repository.head).and_then(|id| git.find_commit(id).ok());
    let head = head.ok_or_else(|| ObserveError::NoCommits("HEAD".to_owned()))?;
    let patterns = patterns(workspace, repository, policy);
    let forest = Forest::new(git);
    let mut finder = Finder::new(&head, &forest, repository, &patterns, vcs_info);
    let packed = inputs::packing(checkout, workspace)?;
    let inputs = inputs::inputs(&forest, workspace, &packed, policy)
        .map_err(ObserveError::git("the symlinks in the git index"))?;
    let mut graph = checkout.graph_of(head.id())?;
    let mut releases: BTreeMap<&PackageName, Since> = BTreeMap::new();
    for package in workspace.packages.values() {
        let Some(since) = finder.find(package, published.get(&package.name))? else { continue };
        if graph.find(since.commit).is_none() {
            let kept = &mut checkout.kept.borrow_mut();
            Rc::make_mut(&mut graph).extend(git, kept, since.commit)?;
        }
        releases.insert(&package.name, since);
    }
    let mut stands = stands(&mut finder, workspace, published, &releases)?;
    let comparison = Comparison::new(&forest, workspace, head.tree_id(), &releases);
    let mut watched = Vec::new();
    for (name, since) in &releases {
        let package = &workspace.packages[*name];
        let rules = &packed[*name];
        let inputs = &inputs[*name];
        let evidence = comparison
            .evidence(package, since, rules, inputs)
            .map_err(ObserveError::git(format!("what changed in `{name}`")))?;
        watched.push(Watched::new(package, since.clone(), rules, inputs, evidence));
    }
    let root = workspace.root_manifest();
    Commits::new(&forest, &graph, &root, &checkout.kept).collect(workspace, &mut watched)?;
    checkout.kept.borrow_mut().save();
    let mut histories: BTreeMap<PackageName, History> =
        workspace.packages.keys().map(|name| (name.clone(), History::default())).collect();
    for mut watched in watched {
        let is_key = |evidence: &Evidence| matches!(evidence, Evidence::ManifestKey(_));
        if watched.evidence.iter().any(is_key) {
            let text = forest
                .text_at(head.tree_id(), watched.package.manifest.as_str())
                .map_err(ObserveError::git(format!("`{}`", watched.package.manifest)))?;
            discount_own_edits(&mut watched, text.as_deref().unwrap_or_default());
        }
        histories.insert(watched.package.name.clone(), watched.into_history());
    }
    for (name, history) in &mut histories {
        let Stood { at, before } = stands.remove(name).unwrap_or_default();
        (history.stands_at, history.stood_before) = (at, before);
    }
    Ok(histories)
}

fn patterns(workspace: &Workspace, repository: &facts::Repository, policy: &Policy) -> TagPatterns {
    let names = repository.tags.keys().map(String::as_str);
    facts::detect_tags(workspace, names, policy.tag_template.as_deref())
}

/// Takes back the evidence that releases made by this program leave behind: requirements on
/// members, in manifests that nothing else has touched since the baseline.
fn discount_own_edits(watched: &mut Watched<'_>, manifest: &str) {
    let package = watched.package;
    let inherited = inherited_aliases(&package.manifest, manifest);
    let touched = &watched.touched;
    let is_own_edit = |key: &str| {
        let shared = shared_key(key);
        let is_inherited = shared.strip_suffix(".version").is_some_and(|it| inherited.contains(it));
        let by_others = touched.manifest || (is_inherited && touched.shared_keys.contains(shared));
        member_requirement(package, key).is_some() && !by_others
    };
    watched.evidence.retain(|evidence| match evidence {
        Evidence::ManifestKey(key) => !is_own_edit(key),
        _ => true,
    });
}

impl Watched<'_> {
    fn into_history(self) -> History {
        let is_changed = !self.evidence.is_empty();
        let commits = self.commits.into_iter();
        History {
            baseline: Some(self.since.baseline),
            evidence: self.evidence.into_iter().collect(),
            commits: commits.filter(|commit| is_changed || commit.routed_by_scope).collect(),
            is_cut_off: self.is_cut_off,
            ..History::default()
        }
    }
}

#[cfg(test)]
#[path = "history_tests.rs"]
mod tests;

#[cfg(all(test, unix))]
#[path = "history_kept_tests.rs"]
mod kept_tests;
