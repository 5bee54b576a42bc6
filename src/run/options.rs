//! What the steps leave to choose from: which can start, which have to wait and for what, and which
//! do not go on in this process.

use super::next::{Stop, StopReason, Wait, is_upload};
use super::patience::{LookOver, UnderWay};
use super::{Patience, RunState, Status, Trouble, TroubleKind};
use crate::model::Timestamp;
use crate::plan::{Action, Step};

/// What the steps leave to choose from.
#[derive(Default)]
pub(super) struct Options<'a> {
    /// What can start now, in the order of the plan.
    pub(super) ready: Vec<&'a Step>,
    /// The effects under way.
    pub(super) sent: Vec<&'a Step>,
    /// How many steps are being looked at.
    pub(super) looked_for: usize,
    pub(super) stops: Vec<(Stop, Trouble)>,
    /// What cannot go on before a time: a look at any time, another try only later than now.
    held: Vec<Held<'a>>,
}

struct Held<'a> {
    step: &'a Step,
    until: Timestamp,
    why: &'static str,
    stop: StopReason,
    text: String,
}

const THROTTLED: &str = "too many requests";

impl<'a> Options<'a> {
    /// What all steps together leave.
    pub(super) fn of(
        steps: &'a [Step],
        state: &RunState,
        patience: &Patience,
        now: Timestamp,
    ) -> Self {
        // What an upload needs may be known from the registry's database alone.
        let has_needs = |step: &Step| {
            let is_there =
                |need| state.is_done(need) || (is_upload(step) && patience.is_enough(need));
            step.needs.iter().all(is_there)
        };
        let mut options = Self::default();
        for step in steps.iter().filter(|step| !state.is_done(&step.id)) {
            match patience.under_way(&step.id) {
                Some(UnderWay::Effect) => options.sent.push(step),
                Some(UnderWay::Look) => options.looked_for += 1,
                None if has_needs(step) || matches!(state.status(&step.id), Status::Foreign(_)) => {
                    options.consider(step, state, patience, now);
                }
                None => {}
            }
        }
        options
    }

    /// The looks whose time has come.
    pub(super) fn due(&self, now: Timestamp) -> Vec<&'a Step> {
        self.held.iter().filter(|held| held.until <= now).map(|held| held.step).collect()
    }

    /// What is waited for, the earliest of each reason, in the order of their times.
    pub(super) fn waits(&self) -> Vec<Wait<'a>> {
        let mut waits: Vec<Wait<'a>> = Vec::new();
        let mut held: Vec<&Held<'_>> = self.held.iter().collect();
        held.sort_by_key(|held| held.until);
        for Held { step, until, why, .. } in held {
            match waits.iter_mut().find(|wait| wait.why == *why) {
                Some(wait) => wait.more += 1,
                None => waits.push(Wait { step, more: 0, until: *until, why }),
            }
        }
        waits
    }

    /// Why nothing goes on in this process: what was stopped, and what comes first of all that
    /// could be waited for.
    pub(super) fn into_stops(self) -> Vec<Stop> {
        let mut stops: Vec<Stop> = self.stops.into_iter().map(|(stop, _)| stop).collect();
        if let Some(held) = self.held.into_iter().min_by_key(|held| held.until) {
            let (step, reason, text) = (held.step.id.clone(), held.stop, held.text);
            stops.push(Stop { step, reason, text, retry_at: Some(held.until) });
        }
        stops
    }

    fn consider(&mut self, step: &'a Step, state: &RunState, patience: &Patience, now: Timestamp) {
        let here = patience.has_attempted(&step.id);
        match state.status(&step.id) {
            Status::Done(_) => {}
            Status::NotStarted | Status::Undone => self.go(step, patience, now),
            Status::NotDone(_) | Status::Rejected(_) if !here => self.go(step, patience, now),
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

    /// A step that can start, unless the registry has enough of its kind for now.
    fn go(&mut self, step: &'a Step, patience: &Patience, now: Timestamp) {
        match patience.closed(step, now) {
            None => self.ready.push(step),
            Some((until, text)) => {
                let (stop, text) = (StopReason::Throttled, text.to_owned());
                self.held.push(Held { step, until, why: THROTTLED, stop, text });
            }
        }
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
        let until = patience.next_look(step).max(now);
        self.held.push(Held { step, until, why, stop, text: why.to_owned() });
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
            TroubleKind::Disproved if matches!(step.action, Action::ProveResolution { .. }) => {
                return self.stop(step, StopReason::Disproved, trouble);
            }
            TroubleKind::Build
            | TroubleKind::Gate
            | TroubleKind::RemoteRefused
            | TroubleKind::Moved
            | TroubleKind::Local
            | TroubleKind::Disproved => return self.stop(step, StopReason::Failed, trouble),
        };
        let until = trouble.retry_at.unwrap_or(now);
        if until <= now {
            return self.go(step, patience, now);
        }
        let why = match reason {
            StopReason::Throttled => THROTTLED,
            _ => "no answer",
        };
        let text = trouble.text.clone();
        self.held.push(Held { step, until, why, stop: reason, text });
    }
}

impl Trouble {
    /// Trouble that names no time to come back.
    #[must_use]
    pub fn new(kind: TroubleKind, text: impl Into<String>) -> Self {
        Self { kind, text: text.into(), retry_at: None }
    }
}
