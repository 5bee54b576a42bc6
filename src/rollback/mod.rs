//! Taking a release back: which versions, in which order, to what, and what stays undone.
//!
//! A rollback is a plan of compensations with the same steps as a release, carried out by the same
//! loop (`crate::run`), so that it can be stopped and resumed like one. Read `compute.rs` for what
//! is yanked and in which order, `versions.rs` for versions that no journal knows of, `since.rs` for
//! what came after a commit, `revert.rs` for what becomes of the manifests, `beyond.rs` for
//! repositories downstream, `undo.rs` for the way back from a rollback, `unpin.rs` for the end of its
//! pins, and `stranded.rs` for what the index has to say afterwards.

mod advisory;
mod beyond;
mod budget;
mod compute;
mod damage;
mod ground;
mod reach;
mod hotfix;
mod revert;
mod since;
mod stranded;
#[cfg(test)]
mod tests;
mod undo;
mod unpin;
mod tagged;
mod versions;

pub use crate::policy::Way;
pub use advisory::{AdvisoryDraft, advisory_drafts};
pub use budget::YankBudget;
pub use compute::{Released, compute};
pub use hotfix::{hotfix, last_good_commits};
pub use reach::UsedDownstream;
pub use since::{After, Place, ReleasedSince, released_since};
pub use stranded::{Standing, Stranded, standing};
pub use tagged::{released_with, tag_before, tagged_versions};
pub use undo::undo;
pub use unpin::unpin;
pub use versions::versions;

use crate::facts::Pin;
use crate::model::{Digest, Oid, PackageName, PlanId, Version, VersionReq};
use crate::plan::{Action, Finding, Guard, Severity, Step, Upload};
use serde::{Deserialize, Serialize};

/// A release to be taken back, or a rollback to be undone, decided in full.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Rollback {
    /// The SHA-256 of the canonical JSON of everything else here.
    pub id: PlanId,
    /// The run that is taken back, or the versions, where no run is.
    pub of: String,
    pub direction: Direction,
    #[serde(default)]
    pub way: Way,
    /// The key of the configuration that says so, where that is one for a type of releases.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub way_by: Option<String>,
    /// The commit that was checked out when this was decided.
    pub base: Oid,
    /// The versions, in the order of their yanks or unyanks.
    pub items: Vec<Item>,
    /// The requirements that are held at the last good versions, or that were, by file and key.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub pins: Vec<Pin>,
    /// What cannot be undone.
    pub residue: Vec<Residue>,
    /// What it takes from the numbers of yanks that registries allow.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub budget: Vec<YankBudget>,
    /// What must still be true when it is carried out.
    pub guards: Vec<Guard>,
    /// Sorted, each once.
    pub findings: Vec<Finding>,
    /// The steps in an order that respects their needs.
    pub steps: Vec<Step>,
}

/// How somebody wants something to be taken back.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Wish {
    pub way: Way,
    /// The key of the configuration that says so, where that is one for a type of releases.
    pub way_by: Option<String>,
    /// Whether the last live version of a package may go.
    pub allow_last: bool,
    /// Why, for whoever asks the registry.
    pub reason: Option<String>,
    pub downstream: DownstreamWish,
}

/// What may be done in repositories downstream, where requirements are pinned or pins lifted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum DownstreamWish {
    /// Nothing.
    Leave,
    /// Branches in those on this machine; nothing is pushed.
    Unpushed,
    /// Branches in all; pushed to those that are named by their address.
    #[default]
    AsNamed,
    /// Branches in all, pushed by those on this machine too.
    Pushed,
}

/// Whether versions are taken back or given back, or pins lifted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Direction {
    /// Yanks a release.
    Rollback,
    /// Undoes a rollback.
    Undo,
    /// Lifts the pins that a rollback left.
    Unpin,
}

/// One version to be yanked or unyanked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Item {
    #[serde(flatten)]
    pub upload: Upload,
    /// The highest live version outside the release that is below this one, else the highest at
    /// all; nothing when there is none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_good: Option<Version>,
    /// Whether the registry shows it as yanked already.
    pub is_yanked: bool,
    /// The live versions outside the release whose requirement matches this one, by name and
    /// version.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub required_by: Vec<RequiredBy>,
    /// The dependencies in repositories downstream that this one satisfies.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub downstream: Vec<UsedDownstream>,
    /// How many packages depend on some version of it, where the registry says.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dependents: Option<u64>,
    /// How many of those were looked at, the most used first.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub dependents_looked_at: u64,
    /// What those that were looked at require, where it takes this version, by name and version.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub required_elsewhere: Vec<RequiredBy>,
}

/// A live version that may be using one that is taken back.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct RequiredBy {
    pub package: PackageName,
    pub version: Version,
    pub requirement: String,
    /// Whether a live version outside the release satisfies it too.
    pub is_satisfied_otherwise: bool,
}

/// What a rollback leaves behind.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case", rename_all_fields = "kebab-case")]
pub enum Residue {
    /// These version numbers can never be used again.
    BurnedVersions { count: usize },
    /// Whoever has one of them in a lock file goes on using it.
    LockFiles,
    /// The release commit stays in the history; a revert is added.
    CommitStays { oid: Oid },
    /// The tags stay, here and on the remote.
    TagsStay { tags: Vec<String> },
}

impl Rollback {
    /// The findings that forbid carrying it out.
    pub fn errors(&self) -> impl Iterator<Item = &Finding> {
        self.findings.iter().filter(|finding| finding.severity == Severity::Error)
    }

    /// What is taken back, given back or lifted; of many versions the first few.
    #[must_use]
    pub fn what(&self) -> String {
        const MOST: usize = 5;
        let names: Vec<&str> = self.of.split(", ").collect();
        match names.len().saturating_sub(MOST) {
            0 | 1 => self.of.clone(),
            more => format!("{} and {more} more", names[..MOST].join(", ")),
        }
    }

    /// Why, as whoever asks the registry is told.
    #[must_use]
    pub fn reason(&self) -> Option<&str> {
        self.steps.iter().find_map(|step| match &step.action {
            Action::Yank(yank) => yank.reason.as_deref(),
            _ => None,
        })
    }

    /// The same, with what there is to say besides.
    #[must_use]
    pub fn remarked(mut self, findings: impl IntoIterator<Item = Finding>) -> Self {
        self.findings.extend(findings);
        self.findings.sort();
        self.findings.dedup();
        self.identified()
    }

    /// What is left of a rollback that was carried out: nothing, and a note that says so; `before`
    /// is the release that came before the one that was taken back.
    #[must_use]
    pub fn carried_out(&self, before: Option<&str>) -> Self {
        let text = format!("release {} is taken back already", self.of);
        let mut note = Finding::note("taken-back", text);
        if let Some(before) = before {
            let hint = format!("cargo orchestrate yank-rollback {before}    takes the one before");
            note = note.hint(hint);
        }
        Self {
            items: Vec::new(),
            pins: Vec::new(),
            residue: Vec::new(),
            budget: Vec::new(),
            guards: Vec::new(),
            findings: vec![note],
            steps: Vec::new(),
            ..self.clone()
        }
        .identified()
    }

    /// The same, with the id its contents have.
    #[must_use]
    fn identified(mut self) -> Self {
        self.id = PlanId::default();
        let text = serde_json::to_string(&self).expect("a rollback holds nothing JSON cannot");
        self.id = PlanId::from(Digest::of(text.as_bytes()));
        self
    }
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "so serde wants it")]
fn is_zero(number: &u64) -> bool {
    *number == 0
}

/// Whether a requirement accepts a version as it stands in a dependency table.
fn accepts(requirement: &str, version: &Version) -> bool {
    VersionReq::parse(requirement).is_ok_and(|requirement| requirement.matches(version))
}
