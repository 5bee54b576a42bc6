//! What was started and is not answered yet: threads that send, and threads that look.
//!
//! Every step that was started gets an answer, whatever becomes of its thread.

use cargo_orchestrate::model::Timestamp;
use cargo_orchestrate::plan::StepId;
use cargo_orchestrate::run::{Answer, Certainty, Probe, Trouble, TroubleKind};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::thread::Builder;
use std::time::{Duration, Instant};

/// How long a request to stop goes unnoticed.
const SLICE: Duration = Duration::from_millis(100);

/// The answers that are to come.
#[derive(Debug)]
pub(super) struct UnderWay {
    reply: Sender<Answer>,
    answers: Receiver<Answer>,
    /// How many answers are still to come.
    open: usize,
}

impl Default for UnderWay {
    fn default() -> Self {
        let (reply, answers) = channel();
        Self { reply, answers, open: 0 }
    }
}

/// The answers that a thread owes, one a step. Those it still owes when it ends are given for it.
pub(super) struct Debt {
    owed: Vec<StepId>,
    reply: Sender<Answer>,
    unpaid: fn(StepId) -> Answer,
}

impl Debt {
    /// Gives the answer about one step; only the first about each counts.
    pub(super) fn pay(&mut self, answer: Answer) {
        let (Answer::Performed(step, _) | Answer::Probed(step, _)) = &answer;
        if let Some(place) = self.owed.iter().position(|owed| owed == step) {
            self.owed.swap_remove(place);
            // Nobody listens once the run is over.
            let _ = self.reply.send(answer);
        }
    }
}

impl Drop for Debt {
    fn drop(&mut self) {
        for step in self.owed.drain(..) {
            let _ = self.reply.send((self.unpaid)(step));
        }
    }
}

impl UnderWay {
    /// Does work that ends with an effect of this step, on a thread of its own.
    pub(super) fn send(&mut self, step: StepId, work: impl FnOnce(Debt) + Send + 'static) {
        let unpaid = |step| {
            let text = "the upload ended without an answer";
            let trouble = Trouble::new(TroubleKind::Unavailable, text);
            Answer::Performed(step, Err((Certainty::Unknown, trouble)))
        };
        self.start("upload", vec![step], unpaid, work);
    }

    /// Looks at these steps, on a thread of its own.
    pub(super) fn look(&mut self, steps: Vec<StepId>, work: impl FnOnce(Debt) + Send + 'static) {
        let unpaid = |step| {
            Answer::Probed(step, Probe::Unknown("the look ended without an answer".to_owned()))
        };
        self.start("look", steps, unpaid, work);
    }

    fn start(
        &mut self,
        name: &str,
        owed: Vec<StepId>,
        unpaid: fn(StepId) -> Answer,
        work: impl FnOnce(Debt) + Send + 'static,
    ) {
        self.open += owed.len();
        let debt = Debt { owed, reply: self.reply.clone(), unpaid };
        // Where there is no thread the debt is dropped with the work, and so paid.
        let _ = Builder::new().name(name.to_owned()).spawn(move || work(debt));
    }

    /// Whether answers are still to come.
    pub(super) fn is_busy(&self) -> bool {
        self.open > 0
    }

    /// The answers there are, at least one unless the time comes first or somebody asks to stop.
    pub(super) fn answers(
        &mut self,
        until: Option<Timestamp>,
        now: &dyn Fn() -> Timestamp,
        is_interrupted: &dyn Fn() -> bool,
    ) -> Vec<Answer> {
        let mut answers = Vec::new();
        while answers.is_empty() && !is_interrupted() {
            let left = until.map_or(SLICE, |until| until.since(now()));
            if left.is_zero() || (until.is_none() && self.open == 0) {
                break;
            }
            match self.answers.recv_timeout(left.min(SLICE)) {
                Ok(answer) => answers.push(answer),
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => unreachable!("one end is ours"),
            }
        }
        answers.extend(self.answers.try_iter());
        self.open -= answers.len();
        answers
    }

    /// The answers that come within a time, all of them if they do.
    pub(super) fn answers_within(&mut self, time: Duration) -> Vec<Answer> {
        let end = Instant::now() + time;
        let mut answers: Vec<Answer> = self.answers.try_iter().collect();
        while answers.len() < self.open {
            match self.answers.recv_timeout(end.saturating_duration_since(Instant::now())) {
                Ok(answer) => answers.push(answer),
                Err(_) => break,
            }
        }
        self.open -= answers.len();
        answers
    }
}
