//! The one loop with effects: ask what is next, write it down, do it, write down how it went.

use super::gates;
use super::next::{Next, Stop, Wait, is_out, next};
use super::patience::{BEHIND, LookOver};
use super::{
    Answer, Attempt, Certainty, Ending, Event, Log, LogError, Patience, Performed, Probe, Progress,
    Report, RunState, Status, StepState, Trouble, TroubleKind, World,
};
use crate::model::Timestamp;
use crate::plan::{Action, Step, StepId};
use std::collections::BTreeMap;
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
    let places = steps.iter().map(|step| (&step.id, step)).collect();
    let (unwritten, told) = (Vec::new(), BTreeMap::new());
    Run { steps, places, state, patience, world, log, report, crossed: false, unwritten, told }
        .run()
}

struct Run<'a> {
    steps: &'a [Step],
    places: BTreeMap<&'a StepId, &'a Step>,
    state: &'a mut RunState,
    patience: &'a mut Patience,
    world: &'a mut dyn World,
    log: &'a mut dyn Log,
    report: &'a mut dyn Report,
    /// Whether this process looked at everything it will upload, right before the first upload.
    crossed: bool,
    /// Events that `state` knows and the journal does not have yet. They are written with those
    /// that follow in the same turn, with one sync, and before anything is started or waited for.
    unwritten: Vec<Event>,
    /// Until when a wait for each reason was told last.
    told: BTreeMap<&'static str, Timestamp>,
}

impl<'a> Run<'a> {
    fn run(&mut self) -> Result<Outcome, LogError> {
        let outcome = self.turns()?;
        self.write()?;
        Ok(outcome)
    }

    fn turns(&mut self) -> Result<Outcome, LogError> {
        let steps = self.steps;
        loop {
            let now = self.world.now();
            match next(steps, self.state, self.patience, now) {
                Next::Ended(how) => return Ok(self.ended(how)),
                Next::End(how) => self.note(Event::Ended { how, at: now }),
                Next::Stopped(stops) => return Ok(Outcome::Stopped(stops)),
                Next::Undo(step) => {
                    self.write()?;
                    if let Err(trouble) = self.world.undo(step, self.state) {
                        return Ok(Outcome::Stopped(vec![failed(step, trouble)]));
                    }
                    self.note(Event::Undone { step: step.id.clone(), at: self.world.now() });
                }
                _ if self.world.is_interrupted() => {
                    self.write()?;
                    if self.patience.is_busy() {
                        let answers = self.world.wait_at_the_end();
                        self.take(answers);
                    }
                    return Ok(Outcome::Interrupted);
                }
                Next::Unwind(trouble) => self.note(Event::Unwinding { why: trouble.text, at: now }),
                Next::Upload(_) if !self.crossed => {
                    if let Some(outcome) = self.cross()? {
                        return Ok(outcome);
                    }
                }
                Next::Do(step) => {
                    self.intend(&[step])?;
                    let result = self.world.perform(step, self.state);
                    self.take(vec![Answer::Performed(step.id.clone(), result)]);
                }
                Next::Upload(uploads) => {
                    self.intend(&uploads)?;
                    let answers = self.world.start(&uploads, self.state);
                    self.take(answers);
                }
                Next::Probe(due) => {
                    for step in &due {
                        self.patience.looking(&step.id);
                    }
                    let answers = self.world.look(&due, self.state);
                    self.take(answers);
                }
                Next::Wait { under_way, waits } => self.wait(under_way, &waits, now)?,
            }
        }
    }

    /// Waits for what is under way, or for the first time at which something can be done.
    fn wait(
        &mut self,
        under_way: usize,
        waits: &[Wait<'_>],
        now: Timestamp,
    ) -> Result<(), LogError> {
        self.write()?;
        for Wait { step, more, until, why } in waits {
            // A wait that goes on while something is under way is told once.
            if under_way == 0 || self.told.get(why) != Some(until) {
                self.told.insert(why, *until);
                let (step, more, until) = (*step, *more, *until);
                self.report.progress(&Progress::Waiting { step, more, until, why });
            }
        }
        let is_busy = self.patience.is_busy();
        let answers = self.world.wait(waits.first().map(|wait| wait.until));
        if !is_busy {
            self.patience.waited(self.world.now().since(now));
        }
        self.take(answers);
        Ok(())
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
        self.write()?;
        let probes = self.world.probe_all(&ahead, self.state);
        for (step, probe) in ahead.iter().zip(probes) {
            let at = self.world.now();
            let step_id = step.id.clone();
            match probe {
                Probe::NotDone | Probe::NeverArrived | Probe::Recorded => {}
                Probe::Done(receipt) => self.note(Event::Done { step: step_id, receipt, at }),
                Probe::Foreign(text) => {
                    self.patience.looked(&step.id, at);
                    self.note(Event::Foreign { step: step_id, text, at });
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

    /// Makes it durable that these effects are about to start, with all that happened before.
    fn intend(&mut self, steps: &[&Step]) -> Result<(), LogError> {
        let at = self.world.now();
        for step in steps {
            let attempt = self.state.step(&step.id).attempts + 1;
            self.note(Event::Started { step: step.id.clone(), attempt, at });
        }
        self.write()?;
        for step in steps {
            self.patience.attempted(&step.id);
        }
        Ok(())
    }

    /// Takes in what came of things that were started.
    fn take(&mut self, answers: Vec<Answer>) {
        let at = self.world.now();
        for answer in answers {
            let event = match answer {
                Answer::Performed(id, result) => {
                    self.patience.answered(&id);
                    self.places.get(&id).copied().map(|step| self.came_of(step, result, at))
                }
                Answer::Probed(id, probe) => {
                    self.patience.answered(&id);
                    self.places.get(&id).copied().and_then(|step| self.seen(step, probe, at))
                }
            };
            if let Some(event) = event {
                self.note(event);
            }
        }
    }

    /// What a try came to, for the journal.
    fn came_of(&mut self, of: &Step, result: Performed, at: Timestamp) -> Event {
        let step = of.id.clone();
        match result {
            Ok(attempt) => {
                self.patience.taken(of);
                match attempt {
                    Attempt::Done(receipt) => Event::Done { step, receipt, at },
                    Attempt::Accepted => {
                        self.patience.accepted(&step);
                        Event::Accepted { step, at }
                    }
                }
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
                if trouble.kind == TroubleKind::Throttled {
                    self.patience.refused(of, trouble.retry_at, &trouble.text);
                }
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

    /// What a look saw, for the journal; nothing where it decides nothing.
    fn seen(&mut self, step: &'a Step, probe: Probe, at: Timestamp) -> Option<Event> {
        self.patience.looked(&step.id, at);
        let step_id = step.id.clone();
        let is_over = match probe {
            Probe::Done(receipt) => {
                self.patience.shown(step);
                return Some(Event::Done { step: step_id, receipt, at });
            }
            Probe::Foreign(text) => return Some(Event::Foreign { step: step_id, text, at }),
            Probe::Unknown(_) => return None,
            Probe::Recorded => {
                if self.patience.recorded(step) {
                    self.report.progress(&Progress::Recorded { step });
                }
                let is_known = *self.state.status(&step.id) == Status::Accepted;
                return (!is_known).then_some(Event::Accepted { step: step_id, at });
            }
            // A database may be behind the registry's own word, for a moment.
            Probe::NeverArrived => {
                let StepState { status, started, .. } = self.state.step(&step.id);
                status != Status::Accepted
                    || started.is_none_or(|started| at.since(started) >= BEHIND)
            }
            Probe::NotDone => {
                !step.action.shows_late()
                    || self.patience.look_is_over(&step.id, at) == LookOver::NotThere
            }
        };
        // A registry may refuse what it shows to nobody; only its words tell people why.
        let text = match self.state.status(&step.id) {
            Status::InDoubt(why) => format!("nothing of it is there; before that: {why}"),
            _ => "nothing of it is there".to_owned(),
        };
        let trouble =
            Trouble { retry_at: Some(at), ..Trouble::new(TroubleKind::Unavailable, text) };
        is_over.then_some(Event::NotDone { step: step_id, trouble, at })
    }

    /// Takes an event in; [`Run::write`] makes it durable.
    fn note(&mut self, event: Event) {
        self.state.apply(&event);
        self.unwritten.push(event);
    }

    /// Makes everything durable that was noted.
    fn write(&mut self) -> Result<(), LogError> {
        if self.unwritten.is_empty() {
            return Ok(());
        }
        self.log.append_all(&self.unwritten)?;
        for event in std::mem::take(&mut self.unwritten) {
            let step = event.step().and_then(|id| self.places.get(id).copied());
            self.report.event(&event, step, self.state);
        }
        Ok(())
    }

    fn ended(&self, how: Ending) -> Outcome {
        match how {
            Ending::Done => Outcome::Done,
            Ending::Abandoned => Outcome::Abandoned,
            Ending::TakenBack => {
                let trouble = gates::failed(self.steps, self.state).or_else(|| {
                    self.steps.iter().find_map(|step| match self.state.status(&step.id) {
                        Status::NotDone(trouble) | Status::Rejected(trouble) => {
                            Some(trouble.clone())
                        }
                        _ => None,
                    })
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
