//! A world in memory: a working tree, a remote, a registry with late indexes, and a clock.

use super::super::*;
pub use super::steps::{id, ours, release, rollback, upload};
use super::tree::Tree;
use crate::model::{Digest, Oid, RegistryName, Timestamp};
use crate::plan::{Action, Stand, Step, StepId, Upload, Yank};
use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;
use std::time::Duration;

/// What an effect does instead of working.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// The request never arrived, and the sender knows.
    NotSent,
    /// The request never arrived, and the sender cannot know.
    LostRequest,
    /// It happened, and the answer was lost.
    LostAnswer,
    /// It was answered as done, and nothing happened.
    Phantom,
    /// Too many requests; come back in this many seconds.
    Throttled(u64),
    /// No credential.
    Unauthorized,
    /// It will never be taken.
    Rejected,
    /// A stranger was faster.
    Taken,
    /// The index shows it this many seconds later.
    Lag(u64),
    /// The process dies after the first file.
    Half,
}

/// Everything that outlives a process.
#[derive(Debug, Clone, Default)]
pub struct Planet {
    pub clock: u64,
    pub tree: Tree,
    pub committed: bool,
    pub packed: bool,
    pub pushed: bool,
    /// The gates that the release passed, as often as it did.
    pub passed: Vec<String>,
    /// Version to checksum, yanked, and when the index shows the newest state.
    pub registry: BTreeMap<Upload, Entry>,
    pub tags: BTreeSet<String>,
    pub remote_tags: BTreeSet<String>,
    /// Versions in the order in which the registry took them over.
    pub arrivals: Vec<Upload>,
    /// Yanks and unyanks in their order.
    pub flips: Vec<(Upload, bool)>,
    /// Requests that reached the registry, per step.
    pub requests: BTreeMap<StepId, u32>,
    pub faults: Vec<(StepId, Fault)>,
    pub broken: Vec<String>,
    /// Uploads that were started at once, in the order in which they were given.
    pub together: Vec<Vec<StepId>>,
    /// How many seconds the answer to an upload takes, where it is not there at once.
    pub slow: BTreeMap<StepId, u64>,
    /// The registry's own database can be asked.
    pub has_database: bool,
    /// Uploads may go out when their needs are in it.
    pub database_is_enough: bool,
    /// The uploads that the registry counts as new packages.
    pub new: BTreeSet<StepId>,
    /// When somebody asks the process to stop.
    pub stopped_at: Option<u64>,
    /// The process dies in this group of uploads (from 0), after those of its members took effect
    /// whose bit is set.
    pub dies_in: Option<(usize, u32)>,
    /// Set by such a death: nothing more is written.
    pub is_dead: bool,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    pub checksum: Digest,
    pub yanked: bool,
    pub shown_at: u64,
}

pub struct Sim {
    pub planet: Rc<RefCell<Planet>>,
    /// What was started, and when its answer comes.
    pub under_way: Vec<(u64, Answer)>,
}

/// The journal: what is durable, and after how many appends the process dies.
pub struct SimLog {
    pub planet: Rc<RefCell<Planet>>,
    pub events: Rc<RefCell<Vec<Event>>>,
    /// Dies at this append (from 0): before the line is durable, or right after.
    pub crash: Option<(usize, Death)>,
    pub appended: usize,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Death {
    BeforeDurable,
    AfterDurable,
}

pub struct Silent;

impl Report for Silent {
    fn event(&mut self, _: &Event, _: Option<&Step>, _: &RunState) {}
    fn progress(&mut self, _: &Progress<'_>) {}
}

impl Log for SimLog {
    /// Events of a group become durable one after the other: death comes between any two of them.
    fn append_all(&mut self, events: &[Event]) -> Result<(), LogError> {
        let dead = || Err(LogError(std::io::Error::other("killed")));
        if self.planet.borrow().is_dead {
            return dead();
        }
        for event in events {
            let here = self.crash.filter(|(at, _)| *at == self.appended).map(|(_, death)| death);
            self.appended += 1;
            if here == Some(Death::BeforeDurable) {
                return dead();
            }
            self.events.borrow_mut().push(event.clone());
            if here == Some(Death::AfterDurable) {
                return dead();
            }
        }
        Ok(())
    }
}

/// One process: from the journal's state to its outcome.
pub fn process(
    planet: &Rc<RefCell<Planet>>,
    events: &Rc<RefCell<Vec<Event>>>,
    steps: &[Step],
    crash: Option<(usize, Death)>,
) -> (Result<Outcome, LogError>, usize) {
    let mut state = RunState::fold(events.borrow().iter());
    let mut world = Sim { planet: Rc::clone(planet), under_way: Vec::new() };
    planet.borrow_mut().is_dead = false;
    let is_enough = planet.borrow().database_is_enough;
    let databases = is_enough.then(RegistryName::crates_io).into_iter().collect();
    let new = planet.borrow().new.clone();
    let (planet, events) = (Rc::clone(planet), Rc::clone(events));
    let mut log = SimLog { planet, events, crash, appended: 0 };
    let mut patience = Patience::new(Duration::from_hours(1), Duration::from_mins(15))
        .counting_apart(new)
        .trusting(databases);
    let result = drive(steps, &mut state, &mut patience, &mut world, &mut log, &mut Silent);
    (result, log.appended)
}

impl Sim {
    fn fault(&self, step: &Step) -> Option<Fault> {
        let mut planet = self.planet.borrow_mut();
        let at = planet.faults.iter().position(|(id, _)| *id == step.id)?;
        Some(planet.faults.remove(at).1)
    }

    fn answers_by(&mut self, time: u64) -> Vec<Answer> {
        let is_there = |(at, _): &mut (u64, Answer)| *at <= time;
        self.under_way.extract_if(.., is_there).map(|(_, answer)| answer).collect()
    }

    /// The effect itself, on the world.
    fn happen(&self, step: &Step, lag: u64) {
        let planet = &mut *self.planet.borrow_mut();
        let shown_at = planet.clock + lag;
        match &step.action {
            Action::WriteFiles { files } => planet.tree.write(files),
            Action::Commit { .. } => planet.committed = true,
            Action::Pack { .. } => planet.packed = true,
            Action::PushCommit { .. } => planet.pushed = true,
            Action::Tag { tags } => planet.tags.extend(tags.iter().map(|tag| tag.name.clone())),
            Action::PushTags { tags, .. } => planet.remote_tags.extend(tags.iter().cloned()),
            Action::Upload(what) => {
                if planet.registry.contains_key(what) {
                    return; // A duplicate changes nothing.
                }
                let entry = Entry { checksum: ours(what), yanked: false, shown_at };
                planet.registry.insert(what.clone(), entry);
                planet.arrivals.push(what.clone());
                let unmet =
                    step.needs.iter().filter(|need| need.0.starts_with("upload:")).find(|need| {
                        let on = upload(need.0.trim_start_matches("upload:"));
                        planet.registry.get(&on).is_none_or(|entry| {
                            (entry.shown_at > planet.clock && !planet.database_is_enough)
                                || entry.checksum != ours(&on)
                        })
                    });
                if let Some(need) = unmet {
                    planet.broken.push(format!("{what} went out before {need} was visible"));
                }
            }
            Action::Yank(Yank { upload: what, .. }) | Action::Unyank(what) => {
                let yanked = matches!(step.action, Action::Yank(_));
                let entry = planet.registry.get_mut(what).expect("only what is out is yanked");
                if entry.yanked != yanked {
                    entry.yanked = yanked;
                    entry.shown_at = shown_at;
                    planet.flips.push((what.clone(), yanked));
                }
            }
            Action::ProveResolution { .. }
            | Action::EditDownstream { .. }
            | Action::WithdrawDownstream { .. } => {}
            Action::Gate { gate, .. } => {
                if planet.pushed || !planet.packed {
                    planet.broken.push(format!("{gate} ran too early or too late"));
                }
                planet.passed.push(gate.clone());
            }
        }
    }
}

impl World for Sim {
    /// Effects happen at once; what came of them is heard later.
    fn start(&mut self, steps: &[&Step], state: &RunState) -> Vec<Answer> {
        let mut planet = self.planet.borrow_mut();
        let group = planet.together.len();
        planet.together.push(steps.iter().map(|step| step.id.clone()).collect());
        let arrives = planet.dies_in.take_if(|(dies_in, _)| *dies_in == group);
        planet.is_dead = arrives.is_some();
        drop(planet);
        let arrives = arrives.map_or(u32::MAX, |(_, members)| members);
        for (place, step) in steps.iter().enumerate() {
            let planet = self.planet.borrow();
            let at = planet.clock + planet.slow.get(&step.id).copied().unwrap_or_default() * 1000;
            drop(planet);
            let performed = if arrives & (1 << place) != 0 {
                self.perform(step, state)
            } else {
                Err((Certainty::Unknown, Trouble::new(TroubleKind::Local, "killed")))
            };
            self.under_way.push((at, Answer::Performed(step.id.clone(), performed)));
        }
        Vec::new()
    }

    fn look(&mut self, steps: &[&Step], state: &RunState) -> Vec<Answer> {
        let at = self.planet.borrow().clock;
        for step in steps {
            let probe = self.probe(step, state);
            self.under_way.push((at, Answer::Probed(step.id.clone(), probe)));
        }
        Vec::new()
    }

    fn wait(&mut self, until: Option<Timestamp>) -> Vec<Answer> {
        let first = self.under_way.iter().map(|(at, _)| *at).min();
        let stopped = self.planet.borrow().stopped_at;
        let until = until.map(|until| until.0).into_iter().chain(first).chain(stopped).min();
        let until = until.expect("something to wait for");
        let now = self.planet.borrow().clock.max(until);
        self.planet.borrow_mut().clock = now;
        self.answers_by(now)
    }

    fn wait_at_the_end(&mut self) -> Vec<Answer> {
        self.answers_by(self.now().0 + 10_000)
    }

    fn perform(&mut self, step: &Step, _: &RunState) -> Performed {
        *self.planet.borrow_mut().requests.entry(step.id.clone()).or_default() += 1;
        let trouble = |kind| Trouble::new(kind, "a fault");
        let nothing = |kind| Err((Certainty::NothingHappened, trouble(kind)));
        let unknown = Err((Certainty::Unknown, trouble(TroubleKind::Unavailable)));
        let late = step.action.shows_late();
        match self.fault(step) {
            None => self.happen(step, 0),
            Some(Fault::Lag(seconds)) => self.happen(step, seconds * 1000),
            Some(Fault::NotSent) => return nothing(TroubleKind::Unavailable),
            Some(Fault::LostRequest) => return unknown,
            Some(Fault::LostAnswer) => {
                self.happen(step, 0);
                return unknown;
            }
            Some(Fault::Phantom) => {}
            Some(Fault::Half) => {
                let Action::WriteFiles { files } = &step.action else { unreachable!("only files") };
                self.planet.borrow_mut().tree.write(&files[..1]);
                return unknown;
            }
            Some(Fault::Throttled(seconds)) => {
                let at = Timestamp(self.planet.borrow().clock + seconds * 1000);
                let trouble = Trouble { retry_at: Some(at), ..trouble(TroubleKind::Throttled) };
                return Err((Certainty::NothingHappened, trouble));
            }
            Some(Fault::Unauthorized) => return nothing(TroubleKind::Unauthorized),
            Some(Fault::Rejected) if matches!(step.action, Action::Gate { .. }) => {
                return nothing(TroubleKind::Gate);
            }
            Some(Fault::Rejected) if late => return nothing(TroubleKind::Rejected),
            Some(Fault::Rejected) => return nothing(TroubleKind::RemoteRefused),
            Some(Fault::Taken) => {
                let Action::Upload(what) = &step.action else { unreachable!("only uploads") };
                let entry = Entry { checksum: Digest::of(b"stranger"), yanked: false, shown_at: 0 };
                self.planet.borrow_mut().registry.insert(what.clone(), entry);
                return unknown;
            }
        }
        if late { Ok(Attempt::Accepted) } else { Ok(Attempt::Done(receipt(step))) }
    }

    fn probe(&mut self, step: &Step, _: &RunState) -> Probe {
        let planet = self.planet.borrow();
        let there = match &step.action {
            Action::WriteFiles { files } => planet.tree.stand(files) == Stand::After,
            Action::Commit { .. } => planet.committed,
            Action::Pack { .. } => planet.packed,
            Action::PushCommit { .. } => planet.pushed,
            Action::Tag { tags } => tags.iter().all(|tag| planet.tags.contains(&tag.name)),
            Action::PushTags { tags, .. } => {
                tags.iter().all(|tag| planet.remote_tags.contains(tag))
            }
            Action::Upload(what) => match planet.registry.get(what) {
                Some(entry) if entry.shown_at > planet.clock => {
                    let is_known = planet.has_database && entry.checksum == ours(what);
                    return if is_known { Probe::Recorded } else { Probe::NotDone };
                }
                Some(entry) if entry.checksum != ours(what) => {
                    return Probe::Foreign("other bytes".into());
                }
                None if planet.has_database => return Probe::NeverArrived,
                entry => entry.is_some(),
            },
            Action::Yank(Yank { upload: what, .. }) | Action::Unyank(what) => {
                let yanked = matches!(step.action, Action::Yank(_));
                let entry = &planet.registry[what];
                entry.shown_at <= planet.clock && entry.yanked == yanked
            }
            Action::ProveResolution { .. }
            | Action::EditDownstream { .. }
            | Action::WithdrawDownstream { .. }
            | Action::Gate { .. } => false,
        };
        if there { Probe::Done(receipt(step)) } else { Probe::NotDone }
    }

    fn undo(&mut self, step: &Step, _: &RunState) -> Result<(), Trouble> {
        let mut planet = self.planet.borrow_mut();
        match &step.action {
            Action::WriteFiles { files } => planet.tree.undo(files),
            Action::Commit { .. } => planet.committed = false,
            Action::Pack { .. } => planet.packed = false,
            Action::Tag { .. } => planet.tags.clear(),
            _ => {}
        }
        Ok(())
    }

    fn now(&self) -> Timestamp {
        Timestamp(self.planet.borrow().clock)
    }

    fn is_interrupted(&self) -> bool {
        let planet = self.planet.borrow();
        planet.stopped_at.is_some_and(|at| planet.clock >= at)
    }
}

fn receipt(step: &Step) -> Receipt {
    match &step.action {
        Action::Commit { .. } => Receipt::Commit { oid: Oid::from_hex("c0ffee") },
        Action::Upload(what) => Receipt::Visible { checksum: ours(what) },
        _ => Receipt::Plain,
    }
}
