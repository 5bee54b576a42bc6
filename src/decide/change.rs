//! What a package's own history asks for.

use super::Reason;
use super::commit;
use super::rules::{self, Rule};
use crate::facts::changeset::Level;
use crate::facts::{Changeset, Changesets, Commit, Evidence, Facts, History};
use crate::model::{EdgeKind, Impact, Package, PackageName};

/// A change that is worth a release, with the reasons by weight.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Change {
    /// At least one, the weightiest first.
    pub(super) reasons: Vec<(Impact, Reason)>,
    /// Whether there are commits, and none says how much it changes.
    pub(super) is_guessed: bool,
}

impl Change {
    pub(super) fn impact(&self) -> Impact {
        self.reasons.first().map_or(Impact::Fix, |(impact, _)| *impact)
    }
}

/// What changed since the last release; nothing when what would be packed is what was released,
/// whatever the commits say, and no changeset asks for a release.
pub(super) fn of(package: &Package, history: &History, changesets: &Changesets) -> Option<Change> {
    let mut change = observed(package, history).unwrap_or_default();
    let said = changesets.about(&package.name);
    let asked: Vec<(Impact, Reason)> = said
        .filter_map(|(changeset, level)| {
            Some((level.impact()?, changeset_reason(changeset, level)))
        })
        .collect();
    change.is_guessed &= asked.is_empty();
    change.reasons.extend(asked);
    // Stable, so that of one weight the commits come first.
    change.reasons.sort_by_key(|(impact, _)| std::cmp::Reverse(*impact));
    (!change.reasons.is_empty()).then_some(change)
}

fn changeset_reason(changeset: &Changeset, level: Level) -> Reason {
    let file = changeset.file.as_str();
    let file = file.rsplit_once('/').map_or(file, |(_, name)| name);
    let text = match changeset.summary().as_str() {
        "" => format!("{level} by changeset {file}"),
        summary => format!("{summary} ({level} by changeset {file})"),
    };
    Reason::new(rules::CHANGESET, text)
}

/// The publishable members that changed since their last release and that no changeset names, by
/// name. Who merely follows another package needs none, nor does a first release.
#[must_use]
pub fn without_changeset(facts: &Facts) -> Vec<PackageName> {
    let publishable = facts.workspace.publishable();
    publishable
        .filter(|package| {
            let history = facts.history.get(&package.name);
            history.is_some_and(|history| observed(package, history).is_some())
                && facts.changesets.about(&package.name).next().is_none()
        })
        .map(|package| package.name.clone())
        .collect()
}

/// What git says changed.
fn observed(package: &Package, history: &History) -> Option<Change> {
    let evidence: Vec<&Evidence> = history
        .evidence
        .iter()
        .filter(|evidence| !is_sibling_for_tests(package, evidence))
        .collect();
    if evidence.is_empty() {
        return None;
    }
    let commits = commit::standing(&history.commits);
    let levels = [
        (Impact::Breaking, rules::CONVENTIONAL_BREAKING),
        (Impact::Feature, rules::CONVENTIONAL_FEATURE),
        (Impact::Fix, rules::CONVENTIONAL_FIX),
    ];
    let mut reasons: Vec<(Impact, Reason)> = Vec::new();
    for (impact, rule) in levels {
        let said: Vec<&Commit> =
            commits.iter().copied().filter(|commit| commit::impact(commit) == impact).collect();
        // Of all that is a fix by effect, one that says so tells most.
        let telling = said.iter().find(|commit| commit::is_fix(commit)).or(said.first());
        if let Some(commit) = telling {
            reasons.push((impact, Reason::new(rule, commit_text(commit, said.len()))));
        }
    }
    reasons.extend(evidence_reasons(&evidence).into_iter().map(|reason| (Impact::Fix, reason)));
    let is_guessed = !commits.is_empty() && !commits.iter().any(|it| commit::is_telling(it));
    Some(Change { reasons, is_guessed })
}

fn commit_text(commit: &Commit, count: usize) -> String {
    let text = format!("{} ({})", commit.summary(), commit.oid.short(7));
    match count {
        1 => text,
        2 => format!("{text} and 1 more commit"),
        more => format!("{text} and {} more commits", more - 1),
    }
}

/// Whether a piece of evidence is the requirement of a dev-dependency on another member: those are
/// rewritten with every release and never cause one.
fn is_sibling_for_tests(package: &Package, evidence: &Evidence) -> bool {
    let Evidence::ManifestKey(key) = evidence else { return false };
    let Some((_, rest)) = key.split_once("dev-dependencies.") else { return false };
    package.edges.iter().filter(|edge| edge.kind == EdgeKind::Dev).any(|edge| {
        let alias = edge.rename.as_deref().unwrap_or(edge.to.as_str());
        rest.strip_prefix(alias).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
    })
}

fn evidence_reasons(evidence: &[&Evidence]) -> Vec<Reason> {
    let mut kinds: [(Rule, Vec<String>); 4] = [
        (rules::PACKED_FILES_CHANGED, Vec::new()),
        (rules::DECLARED_INPUT_CHANGED, Vec::new()),
        (rules::MANIFEST_CHANGED, Vec::new()),
        (rules::LOCKED_DEPENDENCY_CHANGED, Vec::new()),
    ];
    for evidence in evidence {
        match evidence {
            Evidence::Path(path) => kinds[0].1.push(path.to_string()),
            Evidence::Input(path) => kinds[1].1.push(path.to_string()),
            Evidence::ManifestKey(key) => kinds[2].1.push(format!("`{key}` in its manifest")),
            Evidence::Locked(entry) => kinds[3].1.push(format!("{entry} in Cargo.lock")),
        }
    }
    let named = kinds.into_iter().filter(|(_, things)| !things.is_empty());
    named
        .map(|(rule, things)| {
            let text = match things.len() {
                1 => format!("{} changed", things[0]),
                count => format!("{} and {} more changed", things[0], count - 1),
            };
            Reason::new(rule, text)
        })
        .collect()
}
