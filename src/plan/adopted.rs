//! What a plan takes for a part of its release although this run does not publish it.

use super::Leftover;
use crate::decide::{Decided, There, doubtful, there};
use crate::facts::{Baseline, Facts};
use crate::model::{Digest, Oid, PackageName, RegistryName, Version};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// A published version that belongs to what the plan finishes, or that it builds on without knowing
/// whose it is. It counts only if its commit packs to the same bytes: that is looked at before
/// anything is done.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Adopted {
    pub name: PackageName,
    pub version: Version,
    pub registry: RegistryName,
    /// What the index has.
    pub sha256: Digest,
    /// The commit that it was packed from; nothing where nobody knows.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub commit: Option<Oid>,
}

/// The versions to look at, by name.
pub(super) fn adopted(
    facts: &Facts,
    decided: &Decided,
    leftovers: &[Leftover],
    released: &BTreeSet<PackageName>,
    registry: Option<&RegistryName>,
) -> Vec<Adopted> {
    let out = decided.half_out.iter().flat_map(|half_out| half_out.out.keys());
    let tagged = leftovers.iter().flat_map(|leftover| &leftover.packages).map(|(name, _)| name);
    let known = out.chain(tagged).filter_map(|name| facts.workspace.packages.get(name));
    let known = known.filter_map(|package| there(facts, package));
    let adopted = |there: &There<'_>| {
        let registry = registry.or(there.package.registry()).cloned();
        Adopted {
            name: there.package.name.clone(),
            version: there.entry.version.clone(),
            registry: registry.unwrap_or_else(RegistryName::crates_io),
            sha256: there.entry.checksum.clone(),
            commit: there.from.map(|from: &Baseline| from.oid.clone()),
        }
    };
    let all = known.chain(doubtful(facts, released));
    let all = all.map(|there| (there.package.name.clone(), adopted(&there)));
    all.collect::<BTreeMap<_, _>>().into_values().collect()
}
