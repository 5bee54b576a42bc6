//! What to do now: a pure function of the steps, the journal's fold and this process's patience.

use super::gates;
use super::options::Options;
use super::order;
use super::{Ending, Patience, RunState, Status, Trouble, TroubleKind};
use crate::model::Timestamp;
use crate::plan::{Action, Step};

/// What to do now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Next<'a> {
    /// Try the effect of a step.
    Do(&'a Step),
    /// Start these uploads: what each needs is there, and none needs another.
    Upload(Vec<&'a Step>),
    /// Start to look whether the effects of these steps are there.
    Probe(Vec<&'a Step>),
    /// Nothing can be done before what is under way has an answer, or the first of these times
    /// comes; at least one of both there is. One wait for each reason, the earliest first.
    Wait { under_way: usize, waits: Vec<Wait<'a>> },
    /// Nothing irreversible happened and nothing more can: take everything back.
    Unwind(Trouble),
    /// Take the effect of a step back.
    Undo(&'a Step),
    /// Write down that the run is over.
    End(Ending),
    /// This process can do no more; another one may.
    Stopped(Vec<Stop>),
    /// The run is over.
    Ended(Ending),
}

/// A step that nothing can be done about before a time, with `more` others for the same reason.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wait<'a> {
    pub step: &'a Step,
    pub more: usize,
    pub until: Timestamp,
    pub why: &'static str,
}

/// Why a step does not go on in this process.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stop {
    pub step: crate::plan::StepId,
    pub reason: StopReason,
    pub text: String,
    /// The earliest time another process makes sense, where it is known.
    pub retry_at: Option<Timestamp>,
}

/// The reasons to stop that are told apart by what a person does next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StopReason {
    /// The registry wants us to wait longer than this process may.
    Throttled,
    /// The registry took it and the index does not show it yet.
    NotVisible,
    /// Nobody can tell whether it happened.
    InDoubt,
    /// The credential is missing or not enough.
    Unauthorized,
    /// The other side does not take it.
    Rejected,
    /// Somebody else's work stands there.
    Foreign,
    /// No answer.
    Unavailable,
    /// It failed here.
    Failed,
    /// Everything was done, and what should be true afterwards is not.
    Disproved,
}

impl StopReason {
    /// Whether a person has to decide something before the run can go on.
    #[must_use]
    pub fn needs_decision(self) -> bool {
        matches!(self, Self::Rejected | Self::Foreign | Self::Disproved)
    }
}

impl Action {
    /// Whether the effect can be taken back without a trace.
    #[must_use]
    pub fn is_reversible(&self) -> bool {
        matches!(
            self,
            Self::WriteFiles { .. }
                | Self::Commit { .. }
                | Self::Pack { .. }
                | Self::Gate { .. }
                | Self::Tag { .. }
                | Self::ProveResolution { .. }
        )
    }

    /// Whether the effect may show later than the other side's answer.
    #[must_use]
    pub fn shows_late(&self) -> bool {
        matches!(self, Self::Upload(_) | Self::Yank(_) | Self::Unyank(_))
    }
}

/// Says what to do now.
///
/// Effects that can start come before looks, and looks before waiting, so that independent
/// packages go on while another is waited for: for an answer, for the index, or for a registry that
/// had too many requests. `steps` is in an order that respects the needs.
#[must_use]
pub fn next<'a>(
    steps: &'a [Step],
    state: &RunState,
    patience: &Patience,
    now: Timestamp,
) -> Next<'a> {
    if let Some(how) = state.ended {
        return Next::Ended(how);
    }
    if state.unwinding.is_some() {
        return unwind(steps, state);
    }
    let options = Options::of(steps, state, patience, now);
    if let Some(stop) = options.stops.first()
        && may_unwind(steps, state)
    {
        // Whoever has to mend something is told of all gates that it does not pass.
        let gate = options.ready.iter().copied().find(|step| gates::is_gate(step));
        return gate.map_or_else(|| Next::Unwind(stop.1.clone()), Next::Do);
    }
    // Somebody else's version in the set is found before the first upload: nothing goes out then.
    let foreign = options.stops.iter().any(|(stop, _)| stop.reason == StopReason::Foreign);
    if foreign && !steps.iter().any(|step| is_out(step, state)) {
        return Next::Stopped(options.into_stops());
    }
    if let Some(first) = options.ready.first()
        && !is_upload(first)
    {
        return Next::Do(first);
    }
    let throttled = |step: &Step| is_throttled(step, state);
    let uploads: Vec<&Step> =
        options.ready.iter().copied().filter(|step| is_upload(step)).collect();
    let together = order::together(steps, &uploads, &options.sent, patience, &throttled);
    if !together.is_empty() {
        return Next::Upload(together);
    }
    if let Some(other) = options.ready.iter().find(|step| !is_upload(step)) {
        return Next::Do(other);
    }
    let due = options.due(now);
    if !due.is_empty() {
        return Next::Probe(due);
    }
    let under_way = options.sent.len() + options.looked_for;
    let waits = options.waits();
    match waits.first() {
        _ if under_way > 0 => Next::Wait { under_way, waits },
        Some(first) if patience.allows(now, first.until) => Next::Wait { under_way, waits },
        None if options.stops.is_empty() && steps.iter().all(|step| state.is_done(&step.id)) => {
            Next::End(Ending::Done)
        }
        _ => Next::Stopped(options.into_stops()),
    }
}

fn unwind<'a>(steps: &'a [Step], state: &RunState) -> Next<'a> {
    let touched = |step: &&Step| match state.status(&step.id) {
        Status::NotStarted | Status::Undone | Status::NotDone(_) | Status::Rejected(_) => false,
        Status::Started
        | Status::Accepted
        | Status::InDoubt(_)
        | Status::Foreign(_)
        | Status::Done(_) => step.action.is_reversible() && !gates::is_gate(step),
    };
    steps.iter().rev().find(touched).map_or(Next::End(Ending::TakenBack), Next::Undo)
}

/// Whether the whole run can still be taken back: nothing irreversible happened, nor may have.
fn may_unwind(steps: &[Step], state: &RunState) -> bool {
    steps.iter().all(|step| {
        step.action.is_reversible()
            || matches!(
                state.status(&step.id),
                Status::NotStarted | Status::NotDone(_) | Status::Rejected(_) | Status::Foreign(_)
            )
    })
}

pub(super) fn is_upload(step: &Step) -> bool {
    matches!(step.action, Action::Upload(_))
}

/// Whether the other side refused the last try of a step for too many requests.
fn is_throttled(step: &Step, state: &RunState) -> bool {
    matches!(state.status(&step.id), Status::NotDone(trouble) if trouble.kind == TroubleKind::Throttled)
}

/// Whether a step is an upload that went out or may have.
pub(super) fn is_out(step: &Step, state: &RunState) -> bool {
    is_upload(step)
        && matches!(
            state.status(&step.id),
            Status::Started | Status::Accepted | Status::InDoubt(_) | Status::Done(_)
        )
}
