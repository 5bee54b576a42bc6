//! Tags that an earlier release of ours did not come to make, where its journal is gone: the
//! published package says which commit it was packed from, and that commit says that it is ours.

use super::{Planned, TagPoint};
use crate::facts::{BaselineSource, Facts, TagPatterns};
use crate::model::{PackageName, Version};
use std::collections::BTreeMap;

/// A tag to make up, and what it stands for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Leftover {
    pub(super) tag: TagPoint,
    pub(super) packages: Vec<(PackageName, Version)>,
}

/// The tags to make up, by name; none that stands already, here or on the remote, and none that
/// this release makes itself.
pub(super) fn leftovers(
    facts: &Facts,
    packages: &[Planned],
    patterns: &TagPatterns,
) -> Vec<Leftover> {
    let stands = |tag: &str| {
        let remote = facts.repository.remote.as_ref();
        facts.repository.tags.contains_key(tag)
            || remote.is_some_and(|remote| remote.tags.contains_key(tag))
            || packages.iter().any(|planned| planned.tag == tag)
    };
    let mut found: BTreeMap<String, Leftover> = BTreeMap::new();
    for package in facts.workspace.publishable() {
        let baseline = facts.history.get(&package.name).and_then(|h| h.baseline.as_ref());
        let own = |baseline: &&crate::facts::Baseline| {
            baseline.source == BaselineSource::VcsInfo && baseline.is_own
        };
        let Some(baseline) = baseline.filter(own) else { continue };
        let name = patterns.next_tag(&package.name, &baseline.version);
        if stands(&name) {
            continue;
        }
        let leftover = found.entry(name.clone()).or_insert_with(|| Leftover {
            tag: TagPoint { name, message: String::new(), commit: Some(baseline.oid.clone()) },
            packages: Vec::new(),
        });
        leftover.packages.push((package.name.clone(), baseline.version.clone()));
    }
    for leftover in found.values_mut() {
        let named = leftover.packages.iter().map(|(name, version)| format!("{name} {version}"));
        leftover.tag.message = named.collect::<Vec<_>>().join("\n");
    }
    found.into_values().collect()
}
