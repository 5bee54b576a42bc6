//! How long a run will still take, by the budgets of registries and by what it measured itself.

use cargo_orchestrate::facts::{Sent, SentUpload, paces};
use cargo_orchestrate::model::Timestamp;
use cargo_orchestrate::plan::Action;
use cargo_orchestrate::run::{Course, Event, RunState, sent};
use std::time::Duration;

/// A forecast is made again after this time at the earliest: it looks at all steps.
const PAUSE: Duration = Duration::from_millis(250);

/// What is known of the end of a run.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) enum Left {
    /// Nothing.
    #[default]
    Unknown,
    /// Budgets of registries let it end no earlier.
    AtLeast(Timestamp),
    /// By the times that uploads and the index took in this run.
    About(Timestamp),
}

/// The forecast of a run while it goes on.
#[derive(Debug)]
pub(crate) struct Outlook<'a> {
    course: Course<'a>,
    /// What this repository sent before this process began.
    before: Vec<SentUpload>,
    /// What happened to uploads in this process.
    events: Vec<Event>,
    left: Left,
    looked: Option<Timestamp>,
}

impl<'a> Outlook<'a> {
    /// The forecast of these uploads, after what was sent before.
    #[must_use]
    pub(crate) fn new(course: Course<'a>, before: Vec<SentUpload>) -> Self {
        Self { course, before, events: Vec::new(), left: Left::Unknown, looked: None }
    }

    /// Takes in what happened.
    pub(super) fn note(&mut self, event: &Event) {
        if event.step().is_some() {
            self.events.push(event.clone());
        }
    }

    /// When it will end, as it looks now.
    pub(super) fn left(&mut self, state: &RunState, now: Timestamp) -> Left {
        if self.looked.is_none_or(|looked| now.since(looked) >= PAUSE) {
            self.looked = Some(now);
            self.left = self.look(state, now);
        }
        self.left
    }

    /// How long it still takes, where that is known, and whether that is all.
    fn look(&self, state: &RunState, now: Timestamp) -> Left {
        let mut uploads =
            self.course.steps.iter().filter(|step| matches!(step.action, Action::Upload(_)));
        if uploads.all(|step| state.is_done(&step.id)) {
            return Left::Unknown;
        }
        let own = sent(self.course.steps, &self.course.new, &self.events);
        let pace = paces(&own);
        let uploads = self.before.iter().cloned().chain(own).collect();
        let forecast = self.course.forecast(state, &Sent { pace, ..Sent::of(now, uploads) });
        match forecast.uploads {
            Some(all) => Left::About(now.after(all)),
            None if forecast.waits.is_zero() => Left::Unknown,
            None => Left::AtLeast(now.after(forecast.waits)),
        }
    }
}

impl Left {
    /// How long that is from now on; nothing where it is over and the run is not.
    pub(super) fn from(self, now: Timestamp) -> Option<(bool, Duration)> {
        let (is_all, at) = match self {
            Self::Unknown => return None,
            Self::AtLeast(at) => (false, at),
            Self::About(at) => (true, at),
        };
        (at > now).then(|| (is_all, at.since(now)))
    }
}

#[cfg(test)]
mod tests {
    use super::super::example::{self, upload};
    use super::*;
    use cargo_orchestrate::model::Digest;
    use cargo_orchestrate::plan::StepId;
    use cargo_orchestrate::policy::Policy;
    use cargo_orchestrate::run::Receipt;

    #[test]
    fn nothing_is_said_of_the_end_before_anything_was_measured() {
        let plan = example::plan();
        let mut outlook = Outlook::new(Course::of(&plan, &Policy::default()), Vec::new());
        let step = StepId(format!("upload:{}@2.1.0", upload("node-core", "2.1.0").package));
        let at = |seconds: u64| Timestamp(1_000_000 + seconds * 1000);
        let receipt = Receipt::Visible { checksum: Digest::of(b"node-core") };
        let events = [
            Event::Started { step: step.clone(), attempt: 1, at: at(0) },
            Event::Accepted { step: step.clone(), at: at(1) },
            Event::Done { step, receipt, at: at(4) },
        ];
        let mut state = RunState::default();
        let mut told = Vec::new();
        for event in &events {
            state.apply(event);
            outlook.note(event);
            told.push(outlook.left(&state, event.at()));
        }
        // Three are left that wait for each other, four seconds each.
        assert_eq!(told, [Left::Unknown, Left::Unknown, Left::About(at(4 + 3 * 4))]);
        assert_eq!(told[2].from(at(6)), Some((true, Duration::from_secs(10))));
        assert_eq!(told[2].from(at(60)), None, "later than it looked");
    }
}
