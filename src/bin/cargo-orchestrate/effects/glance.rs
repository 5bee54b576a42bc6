//! Looks at versions, each step by itself: one asks for all at once, and every step has its answer
//! when its own responses are there.

use super::under_way::Debt;
use super::upload::{judge, judge_upload, probe_yank};
use crate::registry::{Part, Recorded, Registries, Wanted};
use cargo_orchestrate::facts::Published;
use cargo_orchestrate::model::{Digest, Timestamp};
use cargo_orchestrate::plan::{StepId, Upload};
use cargo_orchestrate::run::{Answer, Probe, Status, StepState};
use std::collections::BTreeMap;
use std::time::Duration;

/// What is to be looked at for one step.
#[derive(Debug)]
pub(super) struct Glance {
    pub(super) step: StepId,
    pub(super) upload: Upload,
    pub(super) question: Question,
}

/// What is asked about a version.
#[derive(Debug)]
pub(super) enum Question {
    /// Whether it is there with these bytes; of the database, too, or of the index alone.
    IsOut { sealed: Digest, asks_database: bool },
    /// Whether it is yanked, or is not.
    IsYanked(bool),
}

impl Glance {
    fn wanted(&self) -> Wanted {
        let Upload { package, version, registry } = &self.upload;
        let asks = matches!(self.question, Question::IsOut { asks_database: true, .. });
        Wanted {
            registry: registry.clone(),
            package: package.clone(),
            recorded: asks.then(|| version.clone()),
        }
    }

    /// What the index alone says.
    pub(super) fn of_index(&self, published: &Published) -> Probe {
        match &self.question {
            Question::IsOut { sealed, .. } => judge_upload(published, &self.upload, sealed),
            Question::IsYanked(yanked) => probe_yank(published, &self.upload, *yanked),
        }
    }

    fn verdict(&self, index: Option<&Published>, database: Option<&Recorded>) -> Option<Probe> {
        match &self.question {
            Question::IsOut { sealed, asks_database } => {
                judge(index, database, *asks_database, &self.upload, sealed)
            }
            Question::IsYanked(_) => index.map(|published| self.of_index(published)),
        }
    }
}

/// Looks at all of it, and pays for each step when its answer is clear.
pub(super) fn look(registries: &Registries, glances: &[Glance], debt: &mut Debt) {
    let wanted: Vec<Wanted> = glances.iter().map(Glance::wanted).collect();
    let mut seen: Vec<(Option<Published>, Option<Recorded>)> =
        glances.iter().map(|_| (None, None)).collect();
    registries.look_each(&wanted, |place, part| {
        let (index, database) = &mut seen[place];
        match part {
            Part::Index(published) => *index = Some(published),
            Part::Record(recorded) => *database = Some(recorded),
        }
        let glance = &glances[place];
        if let Some(probe) = glance.verdict(index.as_ref(), database.as_ref()) {
            debt.pay(Answer::Probed(glance.step.clone(), probe));
        }
    });
}

/// When databases are asked beside the index. They belong to a web API that many use, so they are
/// not asked more often than what they say is worth.
#[derive(Debug, Default)]
pub(super) struct Databases(BTreeMap<StepId, Asked>);

#[derive(Debug)]
struct Asked {
    last: Option<Timestamp>,
    is_known: bool,
}

/// The shortest pause between two questions about one version.
const PAUSE: Duration = Duration::from_secs(1);
/// A version that was taken is asked for after this time where nothing waits for the answer: it
/// tells only whether the registry lost it.
const DOUBTFUL: Duration = Duration::from_secs(2);
/// The pause between two such questions.
const SELDOM: Duration = Duration::from_secs(15);

impl Databases {
    /// Whether to ask now about the version that a step brings out. `is_enough` says whether
    /// others wait for no more than that.
    pub(super) fn are_asked(
        &mut self,
        step: &StepId,
        StepState { status, started, .. }: &StepState,
        is_enough: bool,
        now: Timestamp,
    ) -> bool {
        let fresh = Asked { last: None, is_known: false };
        let asked = self.0.entry(step.clone()).or_insert(fresh);
        let age = started.map_or(Duration::ZERO, |started| now.since(started));
        let paused = |pause| asked.last.is_none_or(|last| now.since(last) >= pause);
        let asks = match status {
            _ if asked.is_known => false,
            Status::Started | Status::InDoubt(_) => paused(PAUSE),
            Status::Accepted if is_enough => paused(PAUSE),
            Status::Accepted => age >= DOUBTFUL && paused(SELDOM),
            _ => false,
        };
        if asks {
            asked.last = Some(now);
        }
        asks
    }

    /// The version of this step is sent, perhaps again: nothing is known of it.
    pub(super) fn forget(&mut self, step: &StepId) {
        self.0.remove(step);
    }

    /// Keeps what answers say.
    pub(super) fn hear(&mut self, answers: &[Answer]) {
        for answer in answers {
            if let Answer::Probed(step, Probe::Recorded) = answer
                && let Some(asked) = self.0.get_mut(step)
            {
                asked.is_known = true;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_database_is_asked_at_once_where_others_wait_for_it_and_seldom_elsewhere() {
        let step = StepId("upload:lib1@0.2.0".to_owned());
        let state = |status| StepState { status, started: Some(Timestamp(0)), attempts: 1 };
        let asked = |status: Status, is_enough| {
            let state = state(status);
            let mut databases = Databases::default();
            let looks = (0..200).map(|tick| Timestamp(tick * 100));
            let asked = |now: &Timestamp| databases.are_asked(&step, &state, is_enough, *now);
            looks.filter(asked).map(|at| at.0 / 100).collect::<Vec<_>>()
        };
        let every_second: Vec<u64> = (0..20).map(|second| second * 10).collect();
        assert_eq!(asked(Status::Accepted, true), every_second);
        assert_eq!(asked(Status::InDoubt(String::new()), false), every_second);
        assert_eq!(asked(Status::Accepted, false), [20, 170]);
        assert_eq!(asked(Status::NotStarted, true), [0; 0]);
        // What an earlier process sent may be old enough at the first look.
        let (mut databases, accepted) = (Databases::default(), state(Status::Accepted));
        assert!(databases.are_asked(&step, &accepted, false, Timestamp(2_000)));
        let mut databases = Databases::default();
        assert!(databases.are_asked(&step, &accepted, true, Timestamp(0)));
        databases.hear(&[Answer::Probed(step.clone(), Probe::Recorded)]);
        assert!(!databases.are_asked(&step, &accepted, true, Timestamp(60_000)));
        databases.forget(&step);
        assert!(databases.are_asked(&step, &accepted, true, Timestamp(60_100)));
    }
}
