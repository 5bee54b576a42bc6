//! Who outside of the workspace may be using what is taken back.

use super::{Item, RequiredBy};
use crate::downstream::{Outlook, RepositoryImpact, UseSource, findings as broken, impact};
use crate::facts::Facts;
use crate::model::{RelPath, Version, VersionReq};
use crate::plan::{Finding, Upload};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// How many packages of others are named.
const NAMED: usize = 5;

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
    let with = |item: Item| {
        let dependents = facts.dependents.get(&item.upload.package);
        Item {
            downstream: of(&item),
            dependents: dependents.map(|it| it.total),
            dependents_looked_at: dependents.map(|it| it.looked_at).unwrap_or_default(),
            required_elsewhere: elsewhere(&item.upload, gone, facts),
            ..item
        }
    };
    let items: Vec<Item> = items.into_iter().map(with).collect();
    findings.extend(items.iter().filter_map(broken_elsewhere));
    Reach { items, outlook, impacts }
}

/// Who requires this version in packages that are none of ours, as far as the registry was asked.
fn elsewhere(upload: &Upload, gone: &BTreeSet<&Upload>, facts: &Facts) -> Vec<RequiredBy> {
    let Some(dependents) = facts.dependents.get(&upload.package) else { return Vec::new() };
    let is_gone = |version: &Version| {
        gone.iter().any(|it| it.package == upload.package && it.version == *version)
    };
    let published = facts.published.get(&upload.package).map_or(&[][..], |it| it.versions());
    let left = published.iter().filter(|it| !it.yanked && !is_gone(&it.version));
    let left: Vec<&Version> = left.map(|it| &it.version).collect();
    let others = dependents.required.iter();
    let others = others.filter(|it| !facts.workspace.packages.contains_key(&it.package));
    let with = others.filter(|it| it.requirement.matches(&upload.version));
    let with = with.map(|it| RequiredBy {
        package: it.package.clone(),
        version: it.version.clone(),
        requirement: it.requirement.to_string(),
        is_satisfied_otherwise: left.iter().any(|version| it.requirement.matches(version)),
    });
    let mut required: Vec<RequiredBy> = with.collect();
    required.sort();
    required.dedup();
    required
}

/// The packages of others that nothing satisfies any more. Whether that is in the way is for a person
/// to say.
fn broken_elsewhere(item: &Item) -> Option<Finding> {
    let broken = item.required_elsewhere.iter().filter(|it| !it.is_satisfied_otherwise);
    let broken: Vec<String> = broken
        .map(|it| format!("{} {} requires {}", it.package, it.version, it.requirement))
        .collect();
    let more = broken.len().saturating_sub(NAMED);
    let named = broken.iter().take(NAMED).cloned().collect::<Vec<_>>().join(", ");
    let more = if more > 0 { format!(", and {more} more") } else { String::new() };
    let Upload { package, version, registry } = &item.upload;
    let text = format!(
        "on {registry} packages of others need {package} {version}, and no other live version: \
         {named}{more}"
    );
    (!broken.is_empty()).then(|| Finding::warning("dependents-break", text).about(package))
}
