//! Everything that can be known to be wrong before anything happens, in one answer.
//!
//! What crates.io refuses is an error for packages that go there and a warning for those that go
//! elsewhere; what no registry or remote can accept is an error everywhere.

mod api;
mod credentials;
mod dependencies;
mod half_out;
mod hotfix;
mod loops;
mod metadata;
mod changesets;
mod notes;
mod pins;
mod registries;
mod repository;
#[cfg(test)]
mod tests;

pub use credentials::{
    Intent, credential_findings, credential_hint, is_credential_finding, no_person_credential,
};

use super::build::Options;
use super::fix::Fix;
use super::leftover::Leftover;
use super::manifests::Manifests;
use super::{Finding, Location, Planned, StillNeeded};
use crate::decide::Decided;
use crate::facts::{Facts, TagPatterns};
use crate::manifest::{Declaration, Table};
use crate::model::graph::Order;
use crate::model::{Edge, EdgeKind, Package, PackageName, RelPath};
use crate::policy::{Policy, ReleaseType};
use std::collections::BTreeSet;

/// What the preflight looks at.
#[derive(Debug, Clone, Copy)]
pub(super) struct Draft<'a> {
    pub(super) facts: &'a Facts,
    pub(super) policy: &'a Policy,
    pub(super) options: &'a Options,
    pub(super) release_type: ReleaseType,
    /// The branch that will carry the release commit.
    pub(super) branch: Option<&'a str>,
    pub(super) still_needed: &'a [StillNeeded],
    pub(super) manifests: &'a Manifests<'a>,
    pub(super) decided: &'a Decided,
    pub(super) order: &'a Order,
    pub(super) packages: &'a [Planned],
    /// The packages whose tag stands already and stays.
    pub(super) frozen: &'a BTreeSet<PackageName>,
    /// What the tags say.
    pub(super) patterns: &'a TagPatterns,
    /// The tags that are made up for an earlier release.
    pub(super) leftovers: &'a [Leftover],
    /// The dev-dependencies that must not have a version.
    pub(super) fixes: &'a [Fix],
}

/// All findings, in no particular order.
pub(super) fn findings(draft: &Draft<'_>) -> Vec<Finding> {
    let mut findings = notes::findings(draft);
    findings.extend(half_out::findings(draft));
    findings.extend(changesets::findings(&draft.facts.changesets));
    findings.extend(repository::history_findings(draft));
    findings.extend(repository::stray_tags(draft));
    findings.extend(pins::findings(draft));
    if draft.packages.is_empty() {
        findings.push(Finding::note("nothing-to-release", "there is nothing to release"));
        return findings;
    }
    findings.extend(repository::findings(draft));
    findings.extend(hotfix::findings(draft));
    findings.extend(registries::findings(draft));
    findings.extend(credential_findings(draft.packages, draft.facts, draft.policy, Intent::Plan));
    findings.extend(loops::findings(draft));
    findings.extend(api::findings(draft));
    for (planned, package) in draft.planned() {
        findings.extend(dependencies::findings(draft, planned, package));
        findings.extend(metadata::findings(draft, planned, package));
        findings.extend(repository::links_out(draft, package));
    }
    findings
}

impl<'a> Draft<'a> {
    fn planned(&self) -> impl Iterator<Item = (&'a Planned, &'a Package)> {
        let packages = &self.facts.workspace.packages;
        self.packages.iter().filter_map(|planned| Some((planned, packages.get(&planned.name)?)))
    }

    fn planned_as(&self, name: &PackageName) -> Option<&'a Planned> {
        self.packages.iter().find(|planned| planned.name == *name)
    }

    fn inherits_version(&self, name: &PackageName) -> bool {
        self.facts.workspace.packages.get(name).is_some_and(|package| package.inherits_version)
    }

    /// Where an edge is declared: the entry itself, or for an inherited one the root's.
    fn place_of(&self, package: &Package, edge: &Edge) -> Option<Location> {
        let alias = edge.rename.as_deref().unwrap_or(edge.to.as_str());
        let table = match edge.kind {
            EdgeKind::Normal => Table::Normal,
            EdgeKind::Build => Table::Build,
            EdgeKind::Dev => Table::Dev,
        };
        let own = self.find(&package.manifest, |entry| {
            entry.table == table && entry.alias == alias && entry.target == edge.target
        })?;
        if !edge.inherited {
            return Some(own);
        }
        let root = self.facts.workspace.root_manifest();
        let inherited =
            self.find(&root, |entry| entry.table == Table::Workspace && entry.alias == alias);
        inherited.or(Some(own))
    }

    fn find(&self, file: &RelPath, wanted: impl Fn(&Declaration) -> bool) -> Option<Location> {
        let declarations = self.manifests.get(file)?.declarations();
        let found = declarations.iter().find(|entry| wanted(entry))?;
        Some(Location { file: file.clone(), line: found.line, column: found.column })
    }
}

/// A finding with its place, where that is known.
fn placed(finding: Finding, at: Option<Location>) -> Finding {
    match at {
        Some(at) => finding.at(at),
        None => finding,
    }
}

/// `a`, `a and b`, `a, b and c`, or the first five and how many more there are.
fn listed<T: ToString>(things: &[T]) -> String {
    let mut texts: Vec<String> = things.iter().map(ToString::to_string).collect();
    if texts.len() > 5 {
        let more = texts.len() - 5;
        texts.truncate(5);
        texts.push(format!("{more} more"));
    }
    match texts.split_last() {
        None => String::new(),
        Some((last, [])) => last.clone(),
        Some((last, rest)) => format!("{} and {last}", rest.join(", ")),
    }
}
