//! What to do now: a pure function of the steps, the journal's fold and this process's patience.

use super::order;
use super::patience::LookOver;
use super::{Ending, Patience, RunState, Status, Trouble, TroubleKind};
use crate::model::Timestamp;
use crate::plan::{Action, Step};

/// What to do now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Next<'a> {
    /// Try the effect of a step.
    Do(&'a Step),
    /// Try these uploads at once: what each needs is done, and none needs another.
    Upload(Vec<&'a Step>),
    /// Look whether the effects of these steps are there, at once.
    Probe(Vec<&'a Step>),
    /// Nothing can be done before then; `step` is what is waited for, with `more` others for the
    /// same reason.
    WaitUntil { step: &'a Step, more: usize, until: Timestamp, why: &'static str },
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
}

impl StopReason {
    /// Whether a person has to decide something before the run can go on.
    #[must_use]
    pub fn needs_decision(self) -> bool {
        matches!(self, Self::Rejected | Self::Foreign)
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
/// packages go on while another is waited for. `steps` is in an order that respects the needs.
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
    let mut options = Options::default();
    let known =
        |step: &&Step| state.is_ready(step) || matches!(state.status(&step.id), Status::Foreign(_));
    for step in steps.iter().filter(|step| !state.is_done(&step.id)).filter(known) {
        options.consider(step, state, patience, now);
    }
    if let Some(stop) = options.stops.first()
        && may_unwind(steps, state)
    {
        return Next::Unwind(stop.1.clone());
    }
    // Somebody else's version in the set is found before the first upload: nothing goes out then.
    let foreign = options.stops.iter().any(|(stop, _)| stop.reason == StopReason::Foreign);
    let stops = options.stops.into_iter().map(|(stop, _)| stop).collect::<Vec<_>>();
    if foreign && !steps.iter().any(|step| is_out(step, state)) {
        return Next::Stopped(stops);
    }
    match options.ready.first() {
        Some(first) if !is_upload(first) => return Next::Do(first),
        Some(_) => {
            let throttled = |step: &Step| is_throttled(step, state);
            return Next::Upload(order::together(steps, &options.ready, &throttled));
        }
        None => {}
    }
    let due: Vec<&Step> =
        options.waits.iter().filter(|wait| wait.until <= now).map(|wait| wait.step).collect();
    if !due.is_empty() {
        return Next::Probe(due);
    }
    let same = |why: &str| options.waits.iter().filter(|wait| wait.why == why).count();
    match options.waits.iter().min_by_key(|wait| wait.until) {
        Some(wait) if patience.allows(now, wait.until) => Next::WaitUntil {
            step: wait.step,
            more: same(wait.why) - 1,
            until: wait.until,
            why: wait.why,
        },
        Some(wait) => {
            let mut stops = stops;
            stops.push(Stop {
                step: wait.step.id.clone(),
                reason: wait.stop,
                text: wait.text.clone(),
                retry_at: Some(wait.until),
            });
            Next::Stopped(stops)
        }
        None if stops.is_empty() && steps.iter().all(|step| state.is_done(&step.id)) => {
            Next::End(Ending::Done)
        }
        None => Next::Stopped(stops),
    }
}

/// What the steps that are ready leave to choose from.
#[derive(Default)]
struct Options<'a> {
    /// What can start now, in the order of the plan.
    ready: Vec<&'a Step>,
    /// What cannot go on before a time: a look at any time, another try only later than now.
    waits: Vec<Wait<'a>>,
    stops: Vec<(Stop, Trouble)>,
}

struct Wait<'a> {
    step: &'a Step,
    until: Timestamp,
    why: &'static str,
    stop: StopReason,
    text: String,
}

impl<'a> Options<'a> {
    fn consider(&mut self, step: &'a Step, state: &RunState, patience: &Patience, now: Timestamp) {
        let here = patience.has_attempted(&step.id);
        match state.status(&step.id) {
            Status::Done(_) => {}
            Status::NotStarted | Status::Undone => self.go(step),
            Status::NotDone(_) | Status::Rejected(_) if !here => self.go(step),
            Status::NotDone(trouble) => self.retry(step, trouble, patience, now),
            Status::Rejected(trouble) => self.stop(step, StopReason::Rejected, trouble),
            Status::Foreign(text) if patience.has_looked(&step.id) => {
                let trouble = Trouble::new(TroubleKind::Rejected, text.clone());
                self.stop(step, StopReason::Foreign, &trouble);
            }
            Status::Foreign(_) | Status::Started => {
                self.look(step, patience, now, StopReason::InDoubt, "asking whether it happened");
            }
            Status::Accepted | Status::InDoubt(_)
                if patience.look_is_over(&step.id, now) == LookOver::NeverShown =>
            {
                let text = "the registry took it, and its index never showed it";
                let trouble = Trouble::new(TroubleKind::Unavailable, text);
                self.stop(step, StopReason::NotVisible, &trouble);
            }
            Status::InDoubt(_) => {
                self.look(step, patience, now, StopReason::InDoubt, "asking whether it arrived");
            }
            Status::Accepted => {
                self.look(step, patience, now, StopReason::NotVisible, "not in the index yet");
            }
        }
    }

    fn go(&mut self, step: &'a Step) {
        self.ready.push(step);
    }

    fn stop(&mut self, step: &Step, reason: StopReason, trouble: &Trouble) {
        let stop = Stop {
            step: step.id.clone(),
            reason,
            text: trouble.text.clone(),
            retry_at: trouble.retry_at,
        };
        self.stops.push((stop, trouble.clone()));
    }

    fn look(
        &mut self,
        step: &'a Step,
        patience: &Patience,
        now: Timestamp,
        stop: StopReason,
        why: &'static str,
    ) {
        let until = patience.next_look(&step.id).max(now);
        self.waits.push(Wait { step, until, why, stop, text: why.to_owned() });
    }

    fn retry(&mut self, step: &'a Step, trouble: &Trouble, patience: &Patience, now: Timestamp) {
        let reason = match trouble.kind {
            TroubleKind::Throttled => StopReason::Throttled,
            TroubleKind::Unavailable if !patience.is_exhausted(&step.id) => StopReason::Unavailable,
            TroubleKind::Unavailable => return self.stop(step, StopReason::Unavailable, trouble),
            TroubleKind::Unauthorized => {
                return self.stop(step, StopReason::Unauthorized, trouble);
            }
            TroubleKind::Rejected => return self.stop(step, StopReason::Rejected, trouble),
            TroubleKind::Build
            | TroubleKind::RemoteRefused
            | TroubleKind::Moved
            | TroubleKind::Local
            | TroubleKind::Disproved => return self.stop(step, StopReason::Failed, trouble),
        };
        let until = trouble.retry_at.unwrap_or(now);
        if until <= now {
            return self.go(step);
        }
        let why = match reason {
            StopReason::Throttled => "too many requests",
            _ => "no answer",
        };
        let text = trouble.text.clone();
        self.waits.push(Wait { step, until, why, stop: reason, text });
    }
}

impl Trouble {
    /// Trouble that names no time to come back.
    #[must_use]
    pub fn new(kind: TroubleKind, text: impl Into<String>) -> Self {
        Self { kind, text: text.into(), retry_at: None }
    }
}

fn unwind<'a>(steps: &'a [Step], state: &RunState) -> Next<'a> {
    let touched = |step: &&Step| match state.status(&step.id) {
        Status::NotStarted | Status::Undone | Status::NotDone(_) | Status::Rejected(_) => false,
        Status::Started
        | Status::Accepted
        | Status::InDoubt(_)
        | Status::Foreign(_)
        | Status::Done(_) => step.action.is_reversible(),
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

fn is_upload(step: &Step) -> bool {
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
