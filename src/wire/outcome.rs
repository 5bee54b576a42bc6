//! How a run stands at its end: the last line that `publish` and `yank-rollback` print.

use super::line::line;
use crate::model::{PackageName, RegistryName, Version};
use crate::plan::{Action, Step, StepId, Upload, Yank};
use crate::run::{RunState, Status, Trouble, TroubleKind};
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

/// Whether a run brings versions out or takes them back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RunKind {
    Release,
    Rollback,
}

/// How a run ended, for a program.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Outcome {
    /// Everything is done.
    Done,
    /// Nothing irreversible happened, and nothing is left to continue.
    Refused,
    /// Stopped part-way; the same command continues.
    Resumable,
    /// A person has to decide before it can go on.
    NeedsDecision,
    /// A signal stopped it; the same command continues.
    Interrupted,
}

/// Where one version stands, as far as the journal knows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum PackageState {
    /// The index shows it with our checksum, not yanked.
    Visible,
    /// It was sent and nobody knows whether it arrived.
    InDoubt,
    NotStarted,
    /// The registry wants us to wait.
    Throttled,
    /// A package that must come first cannot be published.
    Blocked,
    /// The credential is missing or not enough.
    Unauthorized,
    /// The version holds bytes that are not ours.
    Foreign,
    /// The registry does not take it.
    Rejected,
    /// It was visible and is gone.
    Lost,
    Yanked,
}

impl PackageState {
    /// Whether what needs this package cannot be published before somebody does something.
    fn is_stuck(self) -> bool {
        matches!(
            self,
            Self::Blocked | Self::Foreign | Self::Lost | Self::Rejected | Self::Unauthorized
        )
    }
}

/// One package at the end of a run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct PackageEnd {
    pub name: PackageName,
    pub version: Version,
    pub registry: RegistryName,
    pub state: PackageState,
    /// Its tag, once that was made.
    pub tag: Option<String>,
}

/// A branch with the release's commit, and the one that did not take it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Merge {
    pub branch: String,
    pub into: String,
    /// Where the remote says that a merge request can be opened.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
}

impl fmt::Display for Merge {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} into {}, with a merge commit", self.branch, self.into)?;
        self.url.as_ref().map_or(Ok(()), |url| write!(f, ": {url}"))
    }
}

/// The last line of a run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct RunDocument {
    #[serde(skip)]
    pub kind: RunKind,
    pub id: String,
    pub outcome: Outcome,
    pub packages: Vec<PackageEnd>,
    /// What people have to merge; nothing where the planned branch has the commit.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub merge: Option<Merge>,
    /// The command that goes on, or that takes it back when everything is done.
    pub next: Option<String>,
    /// The earliest time at which `next` gets further, RFC 3339.
    pub retry_after: Option<String>,
}

impl RunDocument {
    /// One line of JSON, without the end of line.
    #[must_use]
    pub fn to_json(&self) -> String {
        let reason = match self.kind {
            RunKind::Release => "release",
            RunKind::Rollback => "rollback",
        };
        line(reason, self)
    }
}

/// The packages of a run in the order of its steps, each with its state, and with its tag from
/// `tags` unless the run has yet to make it.
#[must_use]
pub fn end_of_packages(
    steps: &[Step],
    state: &RunState,
    tags: &BTreeMap<PackageName, String>,
) -> Vec<PackageEnd> {
    let untagged = |name: &String| {
        steps.iter().any(|step| match &step.action {
            Action::Tag { tags } => {
                !state.is_done(&step.id) && tags.iter().any(|tag| tag.name == *name)
            }
            _ => false,
        })
    };
    package_states(steps, state)
        .into_iter()
        .map(|(upload, state)| PackageEnd {
            name: upload.package.clone(),
            version: upload.version.clone(),
            registry: upload.registry.clone(),
            state,
            tag: tags.get(&upload.package).filter(|name| !untagged(name)).cloned(),
        })
        .collect()
}

/// The versions that the steps upload, yank or unyank, in the order of the steps, each with where
/// it stands.
#[must_use]
pub fn package_states<'a>(steps: &'a [Step], state: &RunState) -> Vec<(&'a Upload, PackageState)> {
    // Steps stand after what they need, so one pass hands a blockade on.
    let mut stuck: BTreeSet<&StepId> = BTreeSet::new();
    let mut found = Vec::new();
    for step in steps {
        let blocked = step.needs.iter().any(|need| stuck.contains(need));
        let (upload, now) = match &step.action {
            Action::Upload(upload) => (upload, upload_state(state.status(&step.id), blocked)),
            Action::Yank(Yank { upload, .. }) => {
                (upload, switch_state(state.status(&step.id), Switch::visible_to_yanked()))
            }
            Action::Unyank(upload) => {
                (upload, switch_state(state.status(&step.id), Switch::yanked_to_visible()))
            }
            _ => continue,
        };
        if now.is_stuck() {
            stuck.insert(&step.id);
        }
        found.push((upload, now));
    }
    found
}

fn upload_state(status: &Status, blocked: bool) -> PackageState {
    match status {
        Status::NotStarted | Status::Undone if blocked => PackageState::Blocked,
        Status::NotStarted | Status::Undone => PackageState::NotStarted,
        Status::Started | Status::Accepted | Status::InDoubt(_) => PackageState::InDoubt,
        Status::NotDone(trouble) => trouble_state(trouble).unwrap_or(PackageState::NotStarted),
        Status::Rejected(trouble) => trouble_state(trouble).unwrap_or(PackageState::Rejected),
        Status::Foreign(_) => PackageState::Foreign,
        Status::Done(_) => PackageState::Visible,
    }
}

/// The two states between which a yank or its undoing moves a version.
#[derive(Clone, Copy)]
struct Switch {
    from: PackageState,
    to: PackageState,
}

impl Switch {
    fn visible_to_yanked() -> Self {
        Self { from: PackageState::Visible, to: PackageState::Yanked }
    }

    fn yanked_to_visible() -> Self {
        Self { from: PackageState::Yanked, to: PackageState::Visible }
    }
}

fn switch_state(status: &Status, switch: Switch) -> PackageState {
    match status {
        Status::NotStarted | Status::Undone => switch.from,
        Status::Started | Status::Accepted | Status::InDoubt(_) => PackageState::InDoubt,
        Status::NotDone(trouble) => trouble_state(trouble).unwrap_or(switch.from),
        Status::Rejected(trouble) => trouble_state(trouble).unwrap_or(PackageState::Rejected),
        Status::Foreign(_) => PackageState::Foreign,
        Status::Done(_) => switch.to,
    }
}

fn trouble_state(trouble: &Trouble) -> Option<PackageState> {
    match trouble.kind {
        TroubleKind::Throttled => Some(PackageState::Throttled),
        TroubleKind::Unauthorized => Some(PackageState::Unauthorized),
        TroubleKind::Disproved => Some(PackageState::Lost),
        _ => None,
    }
}
