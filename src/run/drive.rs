//! The one loop with effects: ask what is next, write it down, do it, write down how it went.

use super::next::{Next, Stop, is_out, next};
use super::patience::LookOver;
use super::{
    Attempt, Certainty, Ending, Event, Log, LogError, Patience, Performed, Probe, Progress, Report,
    RunState, Status, Trouble, TroubleKind, World,
};
use crate::model::Timestamp;
use crate::plan::{Action, Step, StepId};
use std::time::Duration;

/// How a process's part in a run ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// Every step is done.
    Done,
    /// Something went wrong before anything irreversible, and all of it was taken back.
    TakenBack(Trouble),
    /// It was given up by somebody.
    Abandoned,
    /// This process can do no more; another one can go on.
    Stopped(Vec<Stop>),
    /// Somebody asked this process to stop.
    Interrupted,
}

/// Runs the steps until they are done or nothing more can be done now.
///
/// `state` is the fold of everything in the journal behind `log`. Running it again with the
/// journal's new state continues where this call stopped, for whatever reason it did.
///
/// # Errors
/// [`LogError`] when the journal could not be written: no effect was started after that.
pub fn drive(
    steps: &[Step],
    state: &mut RunState,
    patience: &mut Patience,
    world: &mut dyn World,
    log: &mut dyn Log,
    report: &mut dyn Report,
) -> Result<Outcome, LogError> {
    Run { steps, state, patience, world, log, report, crossed: false }.run()
}

struct Run<'a> {
    steps: &'a [Step],
    state: &'a mut RunState,
    patience: &'a mut Patience,
    world: &'a mut dyn World,
    log: &'a mut dyn Log,
    report: &'a mut dyn Report,
    /// Whether this process looked at everything it will upload, right before the first upload.
    crossed: bool,
}

impl Run<'_> {
    fn run(&mut self) -> Result<Outcome, LogError> {
        let steps = self.steps;
        loop {
            let now = self.world.now();
            match next(steps, self.state, self.patience, now) {
                Next::Ended(how) => return Ok(self.ended(how)),
                Next::End(how) => self.write(&Event::Ended { how, at: now })?,
                Next::Stopped(stops) => return Ok(Outcome::Stopped(stops)),
                Next::Undo(step) => {
                    if let Err(trouble) = self.world.undo(step, self.state) {
                        return Ok(Outcome::Stopped(vec![failed(step, trouble)]));
                    }
                    self.write(&Event::Undone { step: step.id.clone(), at: self.world.now() })?;
                }
                _ if self.world.is_interrupted() => return Ok(Outcome::Interrupted),
                Next::Unwind(trouble) => {
                    self.write(&Event::Unwinding { why: trouble.text, at: now })?;
                }
                Next::Upload(_) if !self.crossed => {
                    if let Some(outcome) = self.cross()? {
                        return Ok(outcome);
                    }
                }
                Next::Do(step) => self.perform(&[step])?,
                Next::Upload(uploads) => self.perform(&uploads)?,
                Next::Probe(due) => self.probe(&due)?,
                Next::WaitUntil { step, more, until, why } => {
                    self.report.progress(&Progress::Waiting { step, more, until, why });
                    self.world.sleep_until(until);
                    self.patience.waited(self.world.now().since(now));
                }
            }
        }
    }

    /// Looks at everything that is about to be uploaded, all before the first of it is.
    fn cross(&mut self) -> Result<Option<Outcome>, LogError> {
        let ahead: Vec<&Step> = self
            .steps
            .iter()
            .filter(|step| matches!(step.action, Action::Upload(_)))
            .filter(|step| {
                !matches!(
                    self.state.status(&step.id),
                    Status::Done(_) | Status::Started | Status::Accepted | Status::InDoubt(_)
                )
            })
            .collect();
        let probes = self.world.probe_all(&ahead, self.state);
        for (step, probe) in ahead.iter().zip(probes) {
            let at = self.world.now();
            let step_id = step.id.clone();
            match probe {
                Probe::NotDone | Probe::NeverArrived => {}
                Probe::Done(receipt) => self.write(&Event::Done { step: step_id, receipt, at })?,
                Probe::Foreign(text) => {
                    self.patience.looked(&step.id, at);
                    self.write(&Event::Foreign { step: step_id, text, at })?;
                }
                Probe::Unknown(text) => {
                    let trouble = Trouble::new(TroubleKind::Unavailable, text);
                    return Ok(Some(Outcome::Stopped(vec![failed(step, trouble)])));
                }
            }
        }
        self.crossed = true;
        // With somebody else's version in the set nothing goes out, unless something did already.
        let is_foreign = |step: &Step| matches!(self.state.status(&step.id), Status::Foreign(_));
        let is_stopped = self.steps.iter().any(is_foreign)
            && !self.steps.iter().any(|step| is_out(step, self.state));
        if !is_stopped {
            self.report.progress(&Progress::PointOfNoReturn);
        }
        Ok(None)
    }

    /// Tries steps, none of which needs another: all intents are durable before the first effect
    /// starts, and what came of all is written together.
    fn perform(&mut self, steps: &[&Step]) -> Result<(), LogError> {
        let at = self.world.now();
        let intent = |step: &&Step| {
            let attempt = self.state.step(&step.id).attempts + 1;
            Event::Started { step: step.id.clone(), attempt, at }
        };
        self.write_all(&steps.iter().map(intent).collect::<Vec<_>>())?;
        for step in steps {
            self.patience.attempted(&step.id);
        }
        let results = match steps {
            [step] => vec![self.world.perform(step, self.state)],
            steps => self.world.perform_all(steps, self.state),
        };
        let at = self.world.now();
        let results = steps.iter().zip(results);
        let events: Vec<Event> =
            results.map(|(step, result)| self.came_of(step.id.clone(), result, at)).collect();
        self.write_all(&events)
    }

    /// What a try came to, for the journal.
    fn came_of(&mut self, step: StepId, result: Performed, at: Timestamp) -> Event {
        match result {
            Ok(Attempt::Done(receipt)) => Event::Done { step, receipt, at },
            Ok(Attempt::Accepted) => {
                self.patience.accepted(&step);
                Event::Accepted { step, at }
            }
            Err((Certainty::Unknown, trouble)) => {
                // The other side says it has one: whose it is shows as late as what it took over.
                if trouble.kind == TroubleKind::Rejected {
                    self.patience.accepted(&step);
                }
                Event::InDoubt { step, why: trouble.text, at }
            }
            Err((Certainty::NothingHappened, trouble)) if trouble.kind == TroubleKind::Rejected => {
                Event::Rejected { step, trouble, at }
            }
            Err((Certainty::NothingHappened, mut trouble)) => {
                if trouble.retry_at.is_none() {
                    trouble.retry_at = match trouble.kind {
                        TroubleKind::Throttled => Some(self.patience.next_throttled(&step, at)),
                        TroubleKind::Unavailable => Some(self.patience.next_retry(&step, at)),
                        _ => None,
                    };
                }
                Event::NotDone { step, trouble, at }
            }
        }
    }

    fn probe(&mut self, due: &[&Step]) -> Result<(), LogError> {
        let probes = match due {
            [step] => vec![self.world.probe(step, self.state)],
            due => self.world.probe_all(due, self.state),
        };
        let at = self.world.now();
        let seen: Vec<Event> =
            due.iter().zip(probes).filter_map(|(step, probe)| self.seen(step, probe, at)).collect();
        self.write_all(&seen)
    }

    /// What a look saw, for the journal; nothing where it decides nothing.
    fn seen(&mut self, step: &Step, probe: Probe, at: Timestamp) -> Option<Event> {
        self.patience.looked(&step.id, at);
        let never_arrived = probe == Probe::NeverArrived;
        let step_id = step.id.clone();
        match probe {
            Probe::Done(receipt) => Some(Event::Done { step: step_id, receipt, at }),
            Probe::Foreign(text) => Some(Event::Foreign { step: step_id, text, at }),
            Probe::Unknown(_) => None,
            Probe::NotDone | Probe::NeverArrived => {
                let is_over = never_arrived
                    || !step.action.shows_late()
                    || self.patience.look_is_over(&step.id, at) == LookOver::NotThere;
                let text = "nothing of it is there";
                let trouble =
                    Trouble { retry_at: Some(at), ..Trouble::new(TroubleKind::Unavailable, text) };
                is_over.then_some(Event::NotDone { step: step_id, trouble, at })
            }
        }
    }

    fn write(&mut self, event: &Event) -> Result<(), LogError> {
        self.write_all(std::slice::from_ref(event))
    }

    fn write_all(&mut self, events: &[Event]) -> Result<(), LogError> {
        if events.is_empty() {
            return Ok(());
        }
        self.log.append_all(events)?;
        for event in events {
            self.state.apply(event);
            let step = event.step().and_then(|id| self.steps.iter().find(|step| step.id == *id));
            self.report.event(event, step, self.state);
        }
        Ok(())
    }

    fn ended(&self, how: Ending) -> Outcome {
        match how {
            Ending::Done => Outcome::Done,
            Ending::Abandoned => Outcome::Abandoned,
            Ending::TakenBack => {
                let trouble =
                    self.steps.iter().find_map(|step| match self.state.status(&step.id) {
                        Status::NotDone(trouble) | Status::Rejected(trouble) => {
                            Some(trouble.clone())
                        }
                        _ => None,
                    });
                let why = self.state.unwinding.clone().unwrap_or_default();
                Outcome::TakenBack(trouble.unwrap_or_else(|| Trouble::new(TroubleKind::Moved, why)))
            }
        }
    }
}

fn failed(step: &Step, trouble: Trouble) -> Stop {
    use super::next::StopReason;
    let reason = match trouble.kind {
        TroubleKind::Unavailable => StopReason::Unavailable,
        _ => StopReason::Failed,
    };
    Stop { step: step.id.clone(), reason, text: trouble.text, retry_at: trouble.retry_at }
}

impl Patience {
    /// Patience that never waits: for one look at what can be done now.
    #[must_use]
    pub fn none() -> Self {
        Self::new(Duration::ZERO, Duration::ZERO)
    }
}
