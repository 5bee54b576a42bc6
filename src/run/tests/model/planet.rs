//! The world of the model: a remote and a registry that do what the schedule says, and the laws.

use super::mutant::Mutant;
use super::schedule::{Broken, Law, Schedule};
use crate::model::{Digest, Timestamp};
use crate::plan::{Action, Step, Upload};
use crate::run::tests::sim::{ours, upload as version};
use crate::run::*;
use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

/// A choice with the words that tell its faults.
macro_rules! choices {
    ($name:ident { $($option:ident = $words:literal),* $(,)? }) => {
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        enum $name { $($option),* }
        impl $name {
            const ALL: &[Self] = &[$(Self::$option),*];
        }
        impl From<$name> for &'static str {
            fn from(choice: $name) -> Self {
                match choice { $($name::$option => $words),* }
            }
        }
    };
}

choices!(Sending {
    Stored = "stored",
    StoredLate = "stored, shown after a minute",
    Unreachable = "not reached",
    RequestLost = "request lost",
    AnswerLost = "answer lost",
    Throttled = "too many requests",
    Phantom = "answered and not stored",
    Stranger = "a stranger was faster",
    DeathBefore = "killed before it was stored",
    DeathAfter = "killed after it was stored",
});
choices!(Looking { Seen = "seen", NoAnswer = "look without answer", OldCopy = "look at an old copy" });
choices!(Pushing {
    Taken = "taken",
    Refused = "push refused",
    RequestLost = "push lost",
    AnswerLost = "answer to the push lost",
    DeathBefore = "killed before the push",
    DeathAfter = "killed after the push",
});
choices!(Writing {
    Durable = "durable",
    DeathBefore = "killed before a write",
    DeathAfter = "killed after a write",
});

struct Stored {
    checksum: Digest,
    shown_at: u64,
}

/// Everything that outlives a process, and the schedule of what goes wrong with it.
pub struct Planet {
    packages: Packages,
    pub schedule: Schedule,
    pub events: Vec<Event>,
    pub broken: Vec<Broken>,
    mutant: Mutant,
    processes: u32,
    clock: u64,
    is_dead: bool,
    is_pushed: bool,
    tags: BTreeSet<String>,
    registry: BTreeMap<Upload, Stored>,
    sent: BTreeMap<Upload, Vec<Digest>>,
}

pub type Shared = Rc<RefCell<Planet>>;

/// Packages, each with those of them it requires.
pub type Packages = &'static [(&'static str, &'static [&'static str])];

impl Planet {
    pub fn new(packages: Packages, schedule: Schedule, mutant: Mutant) -> Self {
        Self {
            packages,
            schedule,
            events: Vec::new(),
            broken: Vec::new(),
            mutant,
            processes: 0,
            clock: 0,
            is_dead: false,
            is_pushed: false,
            tags: BTreeSet::new(),
            registry: BTreeMap::new(),
            sent: BTreeMap::new(),
        }
    }

    pub fn begin_process(&mut self) {
        self.is_dead = false;
        self.processes += 1;
    }

    pub fn has_stranger(&self) -> bool {
        self.registry.iter().any(|(upload, stored)| stored.checksum != ours(upload))
    }

    pub fn breaks(&mut self, law: Law, what: impl Into<String>) {
        let faults = self.schedule.faults.clone();
        self.broken.push(Broken { law, what: what.into(), faults });
    }

    fn is_out(&self, upload: &Upload) -> bool {
        self.registry
            .get(upload)
            .is_some_and(|stored| stored.checksum == ours(upload) && stored.shown_at <= self.clock)
    }

    /// What must hold at the end of a run that says it is done.
    pub fn judge_done(&mut self, steps: &[Step]) {
        for upload in uploads(steps) {
            if !self.is_out(upload) {
                self.breaks(Law::Truth, format!("done, and {upload} is not out"));
            }
        }
        if !self.is_pushed || self.tags.len() != uploads(steps).count() {
            self.breaks(Law::Truth, format!("done, with tags {:?} on the remote", self.tags));
        }
    }

    /// What must hold at the end of a run that says it took everything back.
    pub fn judge_taken_back(&mut self) {
        if !self.sent.is_empty() || !self.tags.is_empty() || self.is_pushed {
            self.breaks(Law::Truth, "taken back, and something is out");
        }
    }

    fn send(&mut self, step: &Step, upload: &Upload) -> Performed {
        let repacked = self.mutant == Mutant::PacksAgain && self.processes > 1;
        let bytes = if repacked { Digest::of(b"packed again") } else { ours(upload) };
        self.judge_sending(step, upload, &bytes);
        self.sent.entry(upload.clone()).or_default().push(bytes.clone());
        let unknown = |kind| Err((Certainty::Unknown, Trouble::new(kind, "no answer")));
        let nothing = |kind| Trouble::new(kind, "refused");
        let choice = self.schedule.choose(Sending::ALL);
        if choice == Sending::Stranger {
            let checksum = Digest::of(b"stranger");
            let stored = Stored { checksum, shown_at: self.clock };
            self.registry.entry(upload.clone()).or_insert(stored);
        }
        match choice {
            Sending::Phantom => return Ok(Attempt::Accepted),
            Sending::RequestLost => return unknown(TroubleKind::Unavailable),
            Sending::Unreachable => {
                return Err((Certainty::NothingHappened, nothing(TroubleKind::Unavailable)));
            }
            Sending::Throttled => {
                let at = Some(Timestamp(self.clock + 5_000));
                let trouble = Trouble { retry_at: at, ..nothing(TroubleKind::Throttled) };
                return Err((Certainty::NothingHappened, trouble));
            }
            Sending::DeathBefore => {
                self.is_dead = true;
                return unknown(TroubleKind::Local);
            }
            _ => {}
        }
        let is_new = !self.registry.contains_key(upload);
        if is_new {
            let lag = if choice == Sending::StoredLate { 60_000 } else { 0 };
            let stored = Stored { checksum: bytes, shown_at: self.clock + lag };
            self.registry.insert(upload.clone(), stored);
        }
        self.is_dead = choice == Sending::DeathAfter;
        match choice {
            Sending::AnswerLost | Sending::DeathAfter => unknown(TroubleKind::Unavailable),
            _ if is_new => Ok(Attempt::Accepted),
            _ => unknown(TroubleKind::Rejected),
        }
    }

    fn judge_sending(&mut self, step: &Step, upload: &Upload, bytes: &Digest) {
        let intended =
            |event: &Event| matches!(event, Event::Started { step: id, .. } if *id == step.id);
        if !self.events.iter().any(intended) {
            self.breaks(Law::IntentFirst, format!("{upload} was sent without an intent"));
        }
        if !self.is_pushed {
            self.breaks(Law::CommitFirst, format!("{upload} was sent before the commit"));
        }
        let package = self.packages.iter().find(|(name, _)| *name == upload.package.as_str());
        for on in package.map_or(&[][..], |(_, requires)| requires) {
            if !self.is_out(&version(on)) {
                self.breaks(
                    Law::DependenciesFirst,
                    format!("{upload} was sent before {on} is out"),
                );
            }
        }
        let earlier = self.sent.get(upload).cloned().unwrap_or_default();
        if earlier.iter().any(|sent| sent != bytes) {
            self.breaks(Law::OneContent, format!("{upload} was sent with two contents"));
        }
        if self.is_out(upload) {
            self.breaks(Law::SentOnce, format!("{upload} was sent although it is visible"));
        }
        if earlier.len() > self.schedule.faults.len() {
            let times = earlier.len() + 1;
            self.breaks(Law::SentOnce, format!("{upload} was sent {times} times"));
        }
    }

    fn push(&mut self, action: &Action) -> Performed {
        let trouble = |kind| Trouble::new(kind, "a fault");
        let choice = self.schedule.choose(Pushing::ALL);
        self.is_dead = matches!(choice, Pushing::DeathBefore | Pushing::DeathAfter);
        if matches!(choice, Pushing::Taken | Pushing::AnswerLost | Pushing::DeathAfter) {
            match action {
                Action::PushCommit { .. } => self.is_pushed = true,
                Action::PushTags { tags, .. } => self.tags.extend(tags.iter().cloned()),
                _ => unreachable!("only pushes"),
            }
            let untold: Vec<&String> =
                self.tags.iter().filter(|tag| !self.is_out(&version(tag))).collect();
            if !untold.is_empty() {
                let what = format!("{untold:?} on the remote before the version is out");
                self.breaks(Law::TagsAreProof, what);
            }
        }
        match choice {
            Pushing::Taken => Ok(Attempt::Done(Receipt::Plain)),
            Pushing::Refused if self.mutant == Mutant::IgnoresRefusedPushes => {
                Ok(Attempt::Done(Receipt::Plain))
            }
            Pushing::Refused => {
                Err((Certainty::NothingHappened, trouble(TroubleKind::RemoteRefused)))
            }
            _ => Err((Certainty::Unknown, trouble(TroubleKind::Unavailable))),
        }
    }

    fn look(&mut self, upload: &Upload) -> Probe {
        let Some(stored) = self.registry.get(upload).filter(|it| it.shown_at <= self.clock) else {
            return Probe::NotDone;
        };
        let checksum = stored.checksum.clone();
        match self.schedule.choose(Looking::ALL) {
            Looking::OldCopy => Probe::NotDone,
            Looking::NoAnswer if self.mutant == Mutant::TakesNoAnswerForAbsence => {
                Probe::NeverArrived
            }
            Looking::NoAnswer => Probe::Unknown("no answer".into()),
            Looking::Seen if checksum == ours(upload) => Probe::Done(Receipt::Visible { checksum }),
            Looking::Seen if self.mutant == Mutant::TakesAnyBytes => {
                Probe::Done(Receipt::Visible { checksum })
            }
            Looking::Seen => Probe::Foreign("other bytes".into()),
        }
    }
}

pub fn uploads(steps: &[Step]) -> impl Iterator<Item = &Upload> {
    steps.iter().filter_map(|step| match &step.action {
        Action::Upload(upload) => Some(upload),
        _ => None,
    })
}

/// One process's view of the planet.
pub struct Here(pub Shared);

impl World for Here {
    fn perform(&mut self, step: &Step, _: &RunState) -> Performed {
        let planet = &mut *self.0.borrow_mut();
        if planet.is_dead {
            return Err((Certainty::Unknown, Trouble::new(TroubleKind::Local, "killed")));
        }
        let performed = match &step.action {
            Action::Upload(upload) => planet.send(step, upload),
            Action::PushCommit { .. } | Action::PushTags { .. } => planet.push(&step.action),
            _ => Ok(Attempt::Done(Receipt::Plain)),
        };
        match (planet.mutant, performed) {
            (Mutant::TrustsTheAnswer, Ok(_)) => Ok(Attempt::Done(Receipt::Plain)),
            (Mutant::TakesDuplicatesForOurs, Err((_, trouble)))
                if trouble.kind == TroubleKind::Rejected =>
            {
                Ok(Attempt::Done(Receipt::Plain))
            }
            (Mutant::ForgetsDoubts, Err((_, trouble))) => {
                Err((Certainty::NothingHappened, trouble))
            }
            (Mutant::GivesUpOnce, Err((Certainty::NothingHappened, _))) => {
                Err((Certainty::Unknown, Trouble::new(TroubleKind::Local, "given up")))
            }
            (_, performed) => performed,
        }
    }

    fn probe(&mut self, step: &Step, _: &RunState) -> Probe {
        let planet = &mut *self.0.borrow_mut();
        let there = match &step.action {
            Action::Upload(_) if planet.mutant == Mutant::SendsAgainUnasked => {
                return Probe::NeverArrived;
            }
            Action::Upload(upload) => return planet.look(upload),
            Action::PushCommit { .. } => planet.is_pushed,
            Action::PushTags { tags, .. } => tags.iter().all(|tag| planet.tags.contains(tag)),
            _ => false,
        };
        match (there, planet.mutant) {
            (true, _) => Probe::Done(Receipt::Plain),
            (false, Mutant::GivesUpOnce) => Probe::Unknown("given up".into()),
            (false, _) => Probe::NotDone,
        }
    }

    fn undo(&mut self, _: &Step, _: &RunState) -> Result<(), Trouble> {
        Ok(())
    }

    fn now(&self) -> Timestamp {
        Timestamp(self.0.borrow().clock)
    }

    fn wait(&mut self, until: Option<Timestamp>) -> Vec<Answer> {
        let planet = &mut *self.0.borrow_mut();
        planet.clock = planet.clock.max(until.expect("every answer is there at once").0);
        Vec::new()
    }

    fn is_interrupted(&self) -> bool {
        false
    }
}

impl Log for Here {
    fn append_all(&mut self, events: &[Event]) -> Result<(), LogError> {
        let planet = &mut *self.0.borrow_mut();
        for event in events {
            if planet.is_dead {
                return Err(LogError(std::io::Error::other("killed")));
            }
            let choice = planet.schedule.choose(Writing::ALL);
            planet.is_dead = choice != Writing::Durable;
            let forgets = planet.mutant == Mutant::SendsWithoutIntent
                && matches!(event, Event::Started { .. });
            if choice != Writing::DeathBefore && !forgets {
                planet.events.push(event.clone());
            }
        }
        if planet.is_dead { Err(LogError(std::io::Error::other("killed"))) } else { Ok(()) }
    }
}
