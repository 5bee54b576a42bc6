//! The seams: what the loop needs from the outside.

use super::{Event, Receipt, RunState, Trouble};
use crate::model::Timestamp;
use crate::plan::{Step, StepId};

/// The world that steps change.
pub trait World {
    /// Tries the effect of a step once. `state` holds the receipts of the steps before it.
    ///
    /// # Errors
    /// The trouble, and whether the effect may have happened all the same.
    fn perform(&mut self, step: &Step, state: &RunState) -> Performed;

    /// Looks whether the effect of a step is there. Reads only.
    fn probe(&mut self, step: &Step, state: &RunState) -> Probe;

    /// Looks at several steps, in their order; where the other side can be asked about all of them
    /// at once, it is.
    fn probe_all(&mut self, steps: &[&Step], state: &RunState) -> Vec<Probe> {
        steps.iter().map(|step| self.probe(step, state)).collect()
    }

    /// Starts the effects of uploads, none of which needs another, each once. What is known of them
    /// at once is returned; the rest comes from [`World::wait`], in any order.
    fn start(&mut self, steps: &[&Step], state: &RunState) -> Vec<Answer> {
        let perform = |step: &&Step| Answer::Performed(step.id.clone(), self.perform(step, state));
        steps.iter().map(perform).collect()
    }

    /// Starts to look at several steps, as [`World::start`] starts effects.
    fn look(&mut self, steps: &[&Step], state: &RunState) -> Vec<Answer> {
        let probes = self.probe_all(steps, state).into_iter();
        steps
            .iter()
            .zip(probes)
            .map(|(step, probe)| Answer::Probed(step.id.clone(), probe))
            .collect()
    }

    /// Waits for what was started: until something of it has an answer, until then, or until
    /// somebody asks to stop, whichever comes first. Returns all the answers there are.
    fn wait(&mut self, until: Option<Timestamp>) -> Vec<Answer>;

    /// Waits a little for effects that were started, although somebody asked to stop; whatever has
    /// no answer then stays in doubt.
    fn wait_at_the_end(&mut self) -> Vec<Answer> {
        Vec::new()
    }

    /// Takes the effect of a done step back; doing it twice is the same as once.
    ///
    /// # Errors
    /// The trouble, when it could not be taken back.
    fn undo(&mut self, step: &Step, state: &RunState) -> Result<(), Trouble>;

    /// The time now.
    fn now(&self) -> Timestamp;

    /// Whether somebody asked to stop (a signal).
    fn is_interrupted(&self) -> bool;
}

/// How a try of an effect went: what it left behind, or the trouble and whether the effect may have
/// happened all the same.
pub type Performed = Result<Attempt, (Certainty, Trouble)>;

/// What an effect that reported no trouble left behind.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Attempt {
    /// It is done and proven.
    Done(Receipt),
    /// The other side took it over; a probe must prove it.
    Accepted,
}

/// What came of something that was started.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer {
    /// The effect of this step was tried.
    Performed(StepId, Performed),
    /// Somebody looked at this step.
    Probed(StepId, Probe),
}

/// Whether an effect that reported trouble may have happened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Certainty {
    /// Nothing changed anywhere.
    NothingHappened,
    /// It may have happened; only a probe can tell.
    Unknown,
}

/// What a look at the world says about a step.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Probe {
    /// Its effect is there and it is ours.
    Done(Receipt),
    /// The registry's own database has it with our checksum, and its index does not show it yet:
    /// enough for uploads that need it, not for being done.
    Recorded,
    /// Its effect is not there; where effects show late it may still come.
    NotDone,
    /// Its effect is not there, and the other side's own record says that it will not come.
    NeverArrived,
    /// Something else is there; the text says what.
    Foreign(String),
    /// The look itself failed; says nothing about the effect.
    Unknown(String),
}

/// The journal being written.
pub trait Log {
    /// Makes an event durable. When this returns, a power loss does not lose it.
    ///
    /// # Errors
    /// [`LogError`] when it could not be written; the effect that was to follow must not start.
    fn append(&mut self, event: &Event) -> Result<(), LogError> {
        self.append_all(std::slice::from_ref(event))
    }

    /// Makes several events durable, in their order and together: after a crash the first few of
    /// them may be there, never a later one without those before it.
    ///
    /// # Errors
    /// [`LogError`] when they could not all be written; none of the effects that were to follow may
    /// start.
    fn append_all(&mut self, events: &[Event]) -> Result<(), LogError>;
}

/// The journal could not be written.
#[derive(Debug, thiserror::Error)]
#[error("could not write the journal")]
pub struct LogError(#[source] pub std::io::Error);

/// Whoever watches a run.
pub trait Report {
    /// An event was written; `step` is the step it is about.
    fn event(&mut self, event: &Event, step: Option<&Step>, state: &RunState);
    /// Something that is not worth a line in the journal.
    fn progress(&mut self, progress: &Progress<'_>);
}

/// Something that is shown and forgotten.
#[derive(Debug)]
pub enum Progress<'a> {
    /// Nothing can be done before this time; `step` is what is waited for, with `more` others for
    /// the same reason.
    Waiting { step: &'a Step, more: usize, until: Timestamp, why: &'a str },
    /// The registry's database has the version of this step; its index does not show it yet.
    Recorded { step: &'a Step },
    /// The next step crosses the point of no return.
    PointOfNoReturn,
}
