//! What becomes of each use when versions come or go.

use super::members::members;
use super::outlook::Outlook;
use super::uses::{DependencyUse, UseSource, uses};
use crate::facts::{Downstream, Facts, Published};
use crate::model::{Oid, RelPath, Version, VersionReq};
use crate::plan::Finding;
use serde::Serialize;

/// A repository downstream and how it uses our packages.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct RepositoryImpact {
    pub name: String,
    /// Its path or address, as the configuration has it.
    pub at: String,
    /// The commit that was read; nothing when it could not be.
    pub commit: Option<Oid>,
    /// The branch; nothing where none is checked out, and for the default branch of a remote.
    pub branch: Option<String>,
    /// Why nothing could be read.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub trouble: Option<String>,
    /// Tracked files that differ from that commit.
    pub dirty: Vec<RelPath>,
    /// Manifests that are reached from nowhere, as those of fixtures; they were not looked at.
    pub unread: usize,
    /// The uses of our packages, by file, in the order of the texts.
    pub uses: Vec<UsedPackage>,
}

/// A use and what becomes of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct UsedPackage {
    #[serde(flatten)]
    pub used: DependencyUse,
    pub state: UseState,
    /// The highest version that satisfies it afterwards.
    pub satisfied_by: Option<Version>,
}

/// What becomes of a use.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum UseState {
    /// No live version satisfies it any more.
    Breaks,
    /// No live version satisfied it before either.
    Broken,
    /// Its requirement keeps the new version out.
    NeedsEdit,
    /// It gets the new version with the next update.
    TakenUp,
    /// It goes back to another version with the next update.
    FallsBack,
    /// Nothing that it could get comes or goes.
    Unaffected,
    /// Our registry has no say in it: a path, a git repository, a patch, another registry.
    Elsewhere,
    /// The registry gave no answer, or the requirement is none.
    Unknown,
}

/// What the outlook means for each repository downstream, in the order of the facts.
#[must_use]
pub fn impact(outlook: &Outlook, facts: &Facts) -> Vec<RepositoryImpact> {
    facts.downstream.iter().map(|downstream| one(downstream, outlook, facts)).collect()
}

fn one(downstream: &Downstream, outlook: &Outlook, facts: &Facts) -> RepositoryImpact {
    let mut told = RepositoryImpact {
        name: downstream.name.clone(),
        at: downstream.at.clone(),
        commit: None,
        branch: None,
        trouble: None,
        dirty: Vec::new(),
        unread: 0,
        uses: Vec::new(),
    };
    let tracked = match &downstream.seen {
        Ok(tracked) => tracked,
        Err(why) => return RepositoryImpact { trouble: Some(why.clone()), ..told },
    };
    told.commit = Some(tracked.head.clone());
    told.branch.clone_from(&tracked.branch);
    told.dirty.clone_from(&tracked.dirty);
    match members(tracked) {
        Ok(members) if members.manifests.is_empty() => {
            told.trouble = Some("it has no `Cargo.toml`".to_owned());
        }
        Ok(members) => {
            told.unread = members.unread;
            let uses = uses(&members, tracked, facts).into_iter();
            told.uses = uses.map(|used| judged(used, outlook, facts)).collect();
        }
        Err(error) => told.trouble = Some(format!("could not read its manifest {error}")),
    }
    told
}

fn judged(used: DependencyUse, outlook: &Outlook, facts: &Facts) -> UsedPackage {
    let (state, satisfied_by) = judge(&used, outlook, facts);
    UsedPackage { used, state, satisfied_by }
}

fn judge(used: &DependencyUse, outlook: &Outlook, facts: &Facts) -> (UseState, Option<Version>) {
    if used.source != UseSource::Registry {
        return (UseState::Elsewhere, None);
    }
    let requirement = VersionReq::parse(used.requirement.as_deref().unwrap_or("*"));
    let (Ok(requirement), Some(afterwards)) =
        (requirement, outlook.afterwards(&used.package, facts))
    else {
        return (UseState::Unknown, None);
    };
    let best = afterwards.into_iter().filter(|version| requirement.matches(version)).max();
    let Some(best) = best else {
        let before = facts.published.get(&used.package).map_or(&[][..], Published::versions);
        let matched = |version: &Version| requirement.matches(version);
        // Versions that go are counted as they were, for they may be yanked already.
        let was_satisfied = before.iter().any(|entry| {
            matched(&entry.version)
                && (!entry.yanked || outlook.takes(&used.package, &entry.version))
        });
        return (if was_satisfied { UseState::Breaks } else { UseState::Broken }, None);
    };
    let new = outlook.coming.get(&used.package);
    let goes = outlook.going.get(&used.package).into_iter().flatten();
    let state = match new {
        Some(new) if new == best => UseState::TakenUp,
        // Nobody gets a pre-release who did not ask for one, nor a fix for an older line.
        Some(new) if new > best && (new.pre.is_empty() || !best.pre.is_empty()) => {
            UseState::NeedsEdit
        }
        _ if goes.into_iter().any(|version| {
            requirement.matches(version) && (version > best || used.locked.contains(version))
        }) =>
        {
            UseState::FallsBack
        }
        _ => UseState::Unaffected,
    };
    (state, Some(best.clone()))
}

/// What a person should know of repositories downstream: those that could not be read, and who
/// breaks. Whether that is in the way is the person's to say, so they are warnings.
#[must_use]
pub fn findings(impacts: &[RepositoryImpact]) -> Vec<Finding> {
    let mut findings = Vec::new();
    for repository in impacts {
        let name = &repository.name;
        if let Some(why) = &repository.trouble {
            let text = format!("the repository `{name}` at {}: {why}", repository.at);
            findings.push(Finding::warning("downstream-unread", text));
        }
        for broken in repository.uses.iter().filter(|it| it.state == UseState::Breaks) {
            let DependencyUse { package, requirement, at, .. } = &broken.used;
            let requirement = requirement.as_deref().unwrap_or("*");
            let text = format!(
                "`{name}` requires {package} {requirement} ({}:{}), and no live version satisfies \
                 that afterwards",
                at.file, at.line
            );
            findings.push(Finding::warning("downstream-breaks", text).about(package));
        }
    }
    findings.sort();
    findings.dedup();
    findings
}
