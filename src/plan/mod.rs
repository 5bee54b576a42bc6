//! What will be done, decided in full before anything is done: a deterministic, ordered value.
//!
//! A plan is self-contained: together with the files it names it can be carried out on another
//! day, and [`Guard`]s say what must still be true then. A rollback has the same steps and runs on
//! the same machine (`crate::run`).

mod consumed;
mod file_edit;
mod action;
mod api;
mod finding;
mod fix;
mod guard;
mod joint;
mod edge;
mod difference;
mod bucket;
mod budget;
mod build;
mod canonical;
mod edits;
mod leftover;
mod adopted;
mod manifests;
mod preflight;
mod round;
mod rules;
mod stay;
mod steps;
mod still_needed;
#[cfg(test)]
pub(crate) mod sample;
#[cfg(test)]
mod tests;
#[cfg(test)]
mod case_tests;
#[cfg(test)]
mod rule_line_tests;
#[cfg(test)]
mod form_property_tests;

pub use crate::manifest::TextEdit;
pub use action::{Action, Step, StepId, TagPoint, Upload, Verification, Yank};
pub use adopted::Adopted;
pub use api::{Unchecked, unchecked};
pub use bucket::Bucket;
pub use budget::{Budget, BudgetKind, budgets};
pub use build::{Options, PlanError, build};
pub use canonical::{canonical, identify};
pub use consumed::{Consumed, ConsumedIntent};
pub use difference::{
    BudgetDifference, PackageDifference, PackageMove, PlanDifference, PlanEnd,
    RequirementDifference, difference,
};
pub use edge::PlanEdge;
pub use file_edit::{EditKind, FileEdit, Stand};
pub use finding::{Finding, Location, Severity};
pub use fix::{Fix, fixes};
pub use guard::Guard;
pub use joint::{Joint, Lent, joint_builds, lent};
pub use preflight::{
    Intent, credential_findings, credential_hint, is_credential_finding, no_person_credential,
};
pub use round::{Round, rounds};
pub use rules::{MANIFEST_LIMIT_BYTES, UNPACKED_LIMIT_BYTES, contents as packed_findings};
pub use rules::{Questions, questions, terms as terms_findings};
pub use stay::Stay;
pub use still_needed::StillNeeded;

pub use crate::decide::BreakingChange;

use crate::decide::Reason;
use crate::model::{Bump, Oid, PackageName, PlanId, RegistryName, RelPath, Version};
use crate::policy::{GateCommand, ReleaseType};
use leftover::Leftover;
use serde::{Deserialize, Serialize};

/// A release, decided in full.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Plan {
    /// The SHA-256 of the canonical JSON of everything else here.
    pub id: PlanId,
    /// The commit the plan was made on.
    pub base: Oid,
    /// The branch that will carry the release commit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub branch: Option<String>,
    /// The remote that branch and tags go to; nothing when nothing is pushed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub remote: Option<String>,
    /// What kind of a release it is, which says what gates it has and how it is taken back.
    #[serde(default, skip_serializing_if = "ReleaseType::is_regular")]
    pub release_type: ReleaseType,
    /// The release, or the versions, that this one replaces and that are yanked after it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hotfix_of: Option<String>,
    /// The branches that are later than the line of a hotfix and lack commits of it, sorted.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub still_needed: Vec<StillNeeded>,
    /// The packages to release, sorted by name.
    pub packages: Vec<Planned>,
    /// The members that stay as they are, sorted by name, and why.
    pub unchanged: Vec<Unchanged>,
    /// The packages in publishing order: each needs only packages of earlier waves. Within a wave
    /// those come first that unblock the longest chain.
    pub waves: Vec<Vec<PackageName>>,
    /// The dependencies among members that have a released package at one end or both, sorted.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub edges: Vec<PlanEdge>,
    /// The requirements that are rewritten, by file and key.
    pub requirements: Vec<RequirementChange>,
    /// The changesets that the release uses up, by file.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub changesets: Vec<Consumed>,
    /// What is published already of the release that the plan finishes, sorted by name.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub adopts: Vec<Adopted>,
    /// What must still be true when the plan is carried out.
    pub guards: Vec<Guard>,
    /// What it takes from the numbers of uploads that registries allow.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub budget: Vec<Budget>,
    /// Sorted, each once.
    pub findings: Vec<Finding>,
    /// The steps in an order that respects their needs.
    pub steps: Vec<Step>,
}

/// One package of a release.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Planned {
    pub name: PackageName,
    pub from: Version,
    pub to: Version,
    pub bump: Bump,
    pub publish: bool,
    pub registry: RegistryName,
    pub new: bool,
    /// The place of its wave, from 1.
    pub wave: usize,
    /// The tag or commit of the last release.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub baseline: Option<String>,
    /// The tag this release gets.
    pub tag: String,
    pub reasons: Vec<Reason>,
    /// What its own commits since the last release break, newest first, then what its changesets
    /// say that it breaks.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub breaking: Vec<BreakingChange>,
    /// The version that people go back to when this one is taken back; nothing when there is none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_good: Option<Version>,
}

/// A member that is not released.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Unchanged {
    pub name: PackageName,
    pub version: Version,
    /// The tag or commit of the last release.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub baseline: Option<String>,
    pub reasons: Vec<Reason>,
}

/// A requirement that is rewritten.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct RequirementChange {
    pub file: RelPath,
    /// The dotted key of the dependency, as `target.'cfg(unix)'.dependencies.lib1`.
    pub key: String,
    /// The requirement as written before.
    pub from: String,
    pub to: String,
}

impl Plan {
    /// The findings that forbid carrying the plan out.
    pub fn errors(&self) -> impl Iterator<Item = &Finding> {
        self.findings.iter().filter(|finding| finding.severity == Severity::Error)
    }

    /// The planned package of this name.
    #[must_use]
    pub fn package(&self, name: &PackageName) -> Option<&Planned> {
        self.packages.iter().find(|planned| planned.name == *name)
    }

    /// The gates that it has to pass, in their order: the name of each and its command.
    pub fn gates(&self) -> impl Iterator<Item = (&str, &GateCommand)> {
        self.steps.iter().filter_map(|step| match &step.action {
            Action::Gate { gate, command, .. } => Some((gate.as_str(), command)),
            _ => None,
        })
    }

    /// Whether there is nothing to release.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.packages.is_empty()
    }
}
