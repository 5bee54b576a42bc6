//! What the journal holds: intents, receipts and doubts, in the order they happened.

use crate::model::{Digest, Oid, PackageName, Timestamp, Version};
use crate::plan::{StepId, Upload};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// One line of the journal.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "kebab-case", rename_all_fields = "kebab-case")]
pub enum Event {
    /// The run exists; its plan is kept beside the journal.
    Began { at: Timestamp },
    /// A process took the run up again.
    Resumed { at: Timestamp },
    /// A run that was done goes on: something that it had seen is gone.
    Reopened { at: Timestamp },
    /// The effect of a step is about to start. Written before every effect.
    Started { step: StepId, attempt: u32, at: Timestamp },
    /// The other side said that it took the effect over; it is not proven yet.
    Accepted { step: StepId, at: Timestamp },
    /// Nobody knows whether the effect happened; only a probe can tell.
    InDoubt { step: StepId, why: String, at: Timestamp },
    /// The effect did not happen, and trying again may help.
    NotDone { step: StepId, trouble: Trouble, at: Timestamp },
    /// The effect did not happen, and trying the same again will not help.
    Rejected { step: StepId, trouble: Trouble, at: Timestamp },
    /// Somebody else's work stands where ours should be.
    Foreign { step: StepId, text: String, at: Timestamp },
    /// The effect happened and was seen.
    Done { step: StepId, receipt: Receipt, at: Timestamp },
    /// From here on what was done is taken back, last first.
    Unwinding { why: String, at: Timestamp },
    /// The effect of a done step was taken back.
    Undone { step: StepId, at: Timestamp },
    /// The run is over: everything is done, or everything was taken back, or it was given up.
    Ended { how: Ending, at: Timestamp },
}

/// How a run ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Ending {
    /// Every step is done.
    Done,
    /// Every step that was done is undone; nothing irreversible happened.
    TakenBack,
    /// Somebody decided not to finish it.
    Abandoned,
}

/// Proof of an effect.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case", rename_all_fields = "kebab-case")]
pub enum Receipt {
    /// There is nothing to keep.
    Plain,
    /// A commit was made.
    Commit { oid: Oid },
    /// A branch was made in a repository downstream, with this commit.
    Branch { oid: Oid },
    /// Nothing was done, and nothing is to be done any more; the text says why.
    LeftAlone { why: String },
    /// The commit is on the remote, on a branch of its own, for the planned one does not take it.
    Pushed {
        branch: String,
        /// Where the remote says that a merge request can be opened.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        merge_at: Option<String>,
    },
    /// Packages were packed and verified.
    Packed {
        artifacts: Vec<Artifact>,
        /// Why they hold no lock files, where they had to go without.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        without_lockfile: Option<String>,
    },
    /// The index shows the version with this checksum.
    Visible { checksum: Digest },
    /// A fresh resolution selected these, all of them live.
    Resolved {
        members: usize,
        consumers: usize,
        /// What a new project that requires each of the packages gets.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        selected: Vec<Upload>,
        /// How many versions are live and find what they require, of these packages and of those
        /// that require them.
        #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
        live: BTreeMap<PackageName, usize>,
        /// The live versions that do not resolve for a reason that was there before.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        unresolved: Vec<Unresolved>,
    },
}

/// A live version that does not resolve, and why.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Unresolved {
    pub package: PackageName,
    pub version: Version,
    pub why: String,
}

/// A packed package.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Artifact {
    #[serde(flatten)]
    pub upload: Upload,
    /// Of the `.crate` file.
    pub sha256: Digest,
    pub size_bytes: u64,
}

/// Why an effect did not report success, in words that can be shown and kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Trouble {
    pub kind: TroubleKind,
    /// What went wrong, without secrets; text of the other side included.
    pub text: String,
    /// The earliest time another try makes sense, if the other side named one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retry_at: Option<Timestamp>,
}

/// The kinds of trouble that are told apart by what to do next.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum TroubleKind {
    /// Too many requests; wait.
    Throttled,
    /// No credential, or one that is not enough.
    Unauthorized,
    /// The other side will never take this.
    Rejected,
    /// The packages did not build or verify.
    Build,
    /// A gate of the project did not succeed.
    Gate,
    /// The remote does not take the push.
    RemoteRefused,
    /// The working tree, a branch or a file is not what the plan was made for.
    Moved,
    /// No answer, or one that says to come back.
    Unavailable,
    /// The local machine failed: disk, process, permissions.
    Local,
    /// A proof did not hold.
    Disproved,
}

impl Event {
    /// The step this event is about, where it is about one.
    #[must_use]
    pub fn step(&self) -> Option<&StepId> {
        match self {
            Self::Started { step, .. }
            | Self::Accepted { step, .. }
            | Self::InDoubt { step, .. }
            | Self::NotDone { step, .. }
            | Self::Rejected { step, .. }
            | Self::Foreign { step, .. }
            | Self::Done { step, .. }
            | Self::Undone { step, .. } => Some(step),
            Self::Began { .. }
            | Self::Resumed { .. }
            | Self::Reopened { .. }
            | Self::Unwinding { .. }
            | Self::Ended { .. } => None,
        }
    }

    /// When it happened.
    #[must_use]
    pub fn at(&self) -> Timestamp {
        match self {
            Self::Began { at }
            | Self::Resumed { at }
            | Self::Reopened { at }
            | Self::Started { at, .. }
            | Self::Accepted { at, .. }
            | Self::InDoubt { at, .. }
            | Self::NotDone { at, .. }
            | Self::Rejected { at, .. }
            | Self::Foreign { at, .. }
            | Self::Done { at, .. }
            | Self::Unwinding { at, .. }
            | Self::Undone { at, .. }
            | Self::Ended { at, .. } => *at,
        }
    }
}
