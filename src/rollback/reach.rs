//! Who outside of the workspace may be using what is taken back.

use super::Item;
use crate::downstream::{Outlook, RepositoryImpact, UseSource, findings as broken, impact};
use crate::facts::Facts;
use crate::model::{RelPath, Version, VersionReq};
use crate::plan::{Finding, Upload};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// A dependency in a repository downstream that a version which is taken back satisfies.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct UsedDownstream {
    /// The name of the repository in the configuration.
    pub repository: String,
    /// The manifest that has the entry, from the root of that repository.
    pub file: RelPath,
    pub requirement: String,
    /// The highest live version that satisfies it afterwards; nothing when it breaks.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub satisfied_by: Option<Version>,
}

/// What is taken back, and what that means downstream.
pub(super) struct Reach {
    pub(super) items: Vec<Item>,
    pub(super) outlook: Outlook,
    pub(super) impacts: Vec<RepositoryImpact>,
}

/// The same items, with who uses them downstream and how many packages the registry says need
/// them. Who breaks there is a warning: it is a person who knows whether that is in the way.
pub(super) fn reach(
    items: Vec<Item>,
    gone: &BTreeSet<&Upload>,
    facts: &Facts,
    findings: &mut Vec<Finding>,
) -> Reach {
    let outlook = Outlook::without(gone.iter().map(|upload| (&upload.package, &upload.version)));
    let impacts = impact(&outlook, facts);
    findings.extend(broken(&impacts));
    let of = |item: &Item| {
        let mut found = Vec::new();
        for repository in &impacts {
            let uses = repository.uses.iter().filter(|it| {
                it.used.package == item.upload.package && it.used.source == UseSource::Registry
            });
            found.extend(uses.filter_map(|it| {
                let requirement = it.used.requirement.as_deref().unwrap_or("*");
                let parsed = VersionReq::parse(requirement).ok()?;
                parsed.matches(&item.upload.version).then(|| UsedDownstream {
                    repository: repository.name.clone(),
                    file: it.used.file.clone(),
                    requirement: requirement.to_owned(),
                    satisfied_by: it.satisfied_by.clone(),
                })
            }));
        }
        found.sort();
        found.dedup();
        found
    };
    let with = |item: Item| Item {
        downstream: of(&item),
        dependents: facts.dependents.get(&item.upload.package).copied(),
        ..item
    };
    let items = items.into_iter().map(with).collect();
    Reach { items, outlook, impacts }
}
