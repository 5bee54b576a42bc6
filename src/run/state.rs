//! Where a run stands: the fold of its journal.

use super::{Ending, Event, Receipt, Trouble};
use crate::model::{Digest, Oid, Timestamp};
use crate::plan::{Step, StepId, Upload};
use std::collections::BTreeMap;

/// Where a run stands.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RunState {
    steps: BTreeMap<StepId, StepState>,
    /// Why everything is being taken back, once that was decided.
    pub unwinding: Option<String>,
    pub ended: Option<Ending>,
    pub began: Option<Timestamp>,
}

/// Where one step stands.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct StepState {
    pub status: Status,
    /// How often its effect was started.
    pub attempts: u32,
    /// When it was last started.
    pub started: Option<Timestamp>,
}

/// What is known about the effect of a step.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Status {
    /// It was never started.
    #[default]
    NotStarted,
    /// It was started, and nothing was written about how it went.
    Started,
    /// The other side took it over; not proven yet.
    Accepted,
    /// Nobody knows; the text says why.
    InDoubt(String),
    /// It did not happen; another try may help.
    NotDone(Trouble),
    /// It did not happen; another try will not help.
    Rejected(Trouble),
    /// Somebody else's work stands there.
    Foreign(String),
    Done(Receipt),
    /// It was done and was taken back.
    Undone,
}

impl RunState {
    /// The state after these events.
    pub fn fold<'a>(events: impl IntoIterator<Item = &'a Event>) -> Self {
        let mut state = Self::default();
        for event in events {
            state.apply(event);
        }
        state
    }

    /// Moves the state on by one event.
    pub fn apply(&mut self, event: &Event) {
        match event {
            Event::Began { at } => self.began = Some(*at),
            Event::Resumed { .. } => {}
            Event::Reopened { .. } => self.ended = None,
            Event::Unwinding { why, .. } => self.unwinding = Some(why.clone()),
            Event::Ended { how, .. } => self.ended = Some(*how),
            Event::Started { step, attempt, at } => {
                let state = self.steps.entry(step.clone()).or_default();
                state.status = Status::Started;
                state.attempts = *attempt;
                state.started = Some(*at);
            }
            Event::Accepted { step, .. } => self.set(step, Status::Accepted),
            Event::InDoubt { step, why, .. } => self.set(step, Status::InDoubt(why.clone())),
            Event::NotDone { step, trouble, .. } => {
                self.set(step, Status::NotDone(trouble.clone()));
            }
            Event::Rejected { step, trouble, .. } => {
                self.set(step, Status::Rejected(trouble.clone()));
            }
            Event::Foreign { step, text, .. } => self.set(step, Status::Foreign(text.clone())),
            Event::Done { step, receipt, .. } => self.set(step, Status::Done(receipt.clone())),
            Event::Undone { step, .. } => self.set(step, Status::Undone),
        }
    }

    fn set(&mut self, step: &StepId, status: Status) {
        self.steps.entry(step.clone()).or_default().status = status;
    }

    /// Where a step stands; a step the journal does not know was never started.
    #[must_use]
    pub fn step(&self, id: &StepId) -> StepState {
        self.steps.get(id).cloned().unwrap_or_default()
    }

    /// What is known about the effect of a step.
    #[must_use]
    pub fn status(&self, id: &StepId) -> &Status {
        self.steps.get(id).map_or(&Status::NotStarted, |state| &state.status)
    }

    /// Whether a step is done and not taken back.
    #[must_use]
    pub fn is_done(&self, id: &StepId) -> bool {
        matches!(self.status(id), Status::Done(_))
    }

    /// Whether everything a step needs is done.
    #[must_use]
    pub fn is_ready(&self, step: &Step) -> bool {
        step.needs.iter().all(|need| self.is_done(need))
    }

    /// The commit this run made, once it has.
    #[must_use]
    pub fn commit(&self) -> Option<&Oid> {
        self.receipts().find_map(|receipt| match receipt {
            Receipt::Commit { oid } => Some(oid),
            _ => None,
        })
    }

    /// The digest of the bytes packed for this upload, once they are.
    #[must_use]
    pub fn packed(&self, upload: &Upload) -> Option<&Digest> {
        self.receipts().find_map(|receipt| match receipt {
            Receipt::Packed { artifacts, .. } => artifacts
                .iter()
                .find(|artifact| artifact.upload == *upload)
                .map(|artifact| &artifact.sha256),
            _ => None,
        })
    }

    /// What a resolution from scratch proved, once it has.
    #[must_use]
    pub fn proof(&self) -> Option<&Receipt> {
        self.receipts().find(|receipt| matches!(receipt, Receipt::Resolved { .. }))
    }

    /// The commit of the branch that a step made in a repository downstream, once it has.
    #[must_use]
    pub fn branch_made(&self, step: &StepId) -> Option<&Oid> {
        match self.status(step) {
            Status::Done(Receipt::Branch { oid }) => Some(oid),
            _ => None,
        }
    }

    /// The branch of its own that the commit is on, where the planned one did not take it, and
    /// where the remote says that it can be merged.
    #[must_use]
    pub fn release_branch(&self) -> Option<(&str, Option<&str>)> {
        self.receipts().find_map(|receipt| match receipt {
            Receipt::Pushed { branch, merge_at } => Some((branch.as_str(), merge_at.as_deref())),
            _ => None,
        })
    }

    fn receipts(&self) -> impl Iterator<Item = &Receipt> {
        self.steps.values().filter_map(|state| match &state.status {
            Status::Done(receipt) => Some(receipt),
            _ => None,
        })
    }
}
