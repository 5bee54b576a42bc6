//! Tags that an earlier release did not come to make, or to push: the published package says which
//! commit it was packed from, and that this release was to be tagged is known from its commit,
//! which is one of ours, from the tags of the releases before it, or from those beside it.

use super::{Planned, TagPoint};
use crate::decide::{Decided, There, there};
use crate::facts::{BaselineSource, Facts, Remote, RemoteBranch, TagPatterns};
use crate::model::{PackageName, Version};
use std::collections::BTreeMap;

/// A tag to make up, and what it stands for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Leftover {
    pub(super) tag: TagPoint,
    pub(super) packages: Vec<(PackageName, Version)>,
    /// Whether it stands here and the remote alone lacks it.
    pub(super) is_here: bool,
}

/// The tags to make up, by name; none that stands on the remote already, and none that this
/// release makes itself.
pub(super) fn leftovers(
    facts: &Facts,
    decided: &Decided,
    packages: &[Planned],
    patterns: &TagPatterns,
) -> Vec<Leftover> {
    let remote = facts.repository.remote.as_ref();
    // Without an answer nobody knows which tags it lacks.
    let has_answered = |remote: &&Remote| {
        !matches!(remote.branch, RemoteBranch::NotAsked | RemoteBranch::Unreachable(_))
    };
    let can_push = remote.as_ref().is_some_and(has_answered);
    let mut found: BTreeMap<String, Leftover> = BTreeMap::new();
    for package in facts.workspace.publishable() {
        let Some(there) = there(facts, package) else { continue };
        let Some(baseline) = there.from else { continue };
        let name = match &baseline.source {
            BaselineSource::Tag(tag) => tag.clone(),
            BaselineSource::VcsInfo => patterns.next_tag(&package.name, &baseline.version),
        };
        let is_here = facts.repository.tags.contains_key(&name);
        let stands = packages.iter().any(|planned| planned.tag == name)
            || remote.is_some_and(|remote| remote.tags.contains_key(&name));
        let of_half =
            decided.half_out.as_ref().is_some_and(|it| it.out.contains_key(&package.name));
        let is_wanted = match baseline.source {
            // With a release that is made here they go out together; older ones are people's.
            BaselineSource::Tag(_) => {
                can_push && (of_half || baseline.oid == facts.repository.head)
            }
            BaselineSource::VcsInfo => {
                let moves_on = packages.iter().any(|planned| planned.name == package.name);
                let is_theirs = || !moves_on && is_usual(&there, facts, patterns);
                !is_here && (of_half || baseline.is_own || is_theirs())
            }
        };
        if stands || !is_wanted {
            continue;
        }
        let leftover = found.entry(name.clone()).or_insert_with(|| Leftover {
            tag: TagPoint { name, message: String::new(), commit: Some(baseline.oid.clone()) },
            packages: Vec::new(),
            is_here,
        });
        leftover.packages.push((package.name.clone(), baseline.version.clone()));
    }
    for leftover in found.values_mut() {
        let named = leftover.packages.iter().map(|(name, version)| format!("{name} {version}"));
        leftover.tag.message = named.collect::<Vec<_>>().join("\n");
    }
    found.into_values().collect()
}

/// Whether the releases of a package are tagged: those before this one, or those made with it.
fn is_usual(there: &There<'_>, facts: &Facts, patterns: &TagPatterns) -> bool {
    let before = patterns.releases(&there.package.name).iter().any(|release| {
        let published = facts.published.get(&there.package.name);
        release.version < there.package.version
            && published.is_some_and(|it| it.version(&release.version).is_some())
    });
    let commit = there.from.map(|from| &from.oid);
    before || facts.repository.tags.values().any(|tag| Some(&tag.commit) == commit)
}
