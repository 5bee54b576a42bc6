//! A world in memory: a working tree, a remote, a registry with late indexes, and a clock.

use super::super::*;
use super::tree::{Tree, edits};
use crate::model::{Digest, Oid, PackageName, RegistryName, Timestamp, Version};
use crate::plan::{Action, FileEdit, Stand, Step, StepId, TagPoint, Upload};
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
    /// Uploads that were sent at once, in the order in which they were given.
    pub together: Vec<Vec<StepId>>,
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

pub fn upload(name: &str) -> Upload {
    Upload {
        package: PackageName::new(name).expect("a name"),
        version: Version::new(0, 2, 0),
        registry: RegistryName::crates_io(),
    }
}

pub fn ours(upload: &Upload) -> Digest {
    Digest::of(upload.to_string().as_bytes())
}

pub fn id(text: &str) -> StepId {
    StepId(text.to_owned())
}

fn step(name: &str, action: Action, needs: &[&str]) -> Step {
    Step { id: id(name), action, needs: needs.iter().map(|need| id(need)).collect() }
}

/// A chain a, b on a, c on b, and d alone, released with everything around it.
pub fn release() -> Vec<Step> {
    let tags = ["a", "b", "c", "d"].map(|name| TagPoint {
        name: format!("{name}-v0.2.0"),
        message: name.to_owned(),
        commit: None,
    });
    let up = |name: &str, needs: &[&str]| {
        step(&format!("upload:{name}"), Action::Upload(upload(name)), needs)
    };
    vec![
        step("write-files", Action::WriteFiles { files: edits() }, &[]),
        step(
            "commit",
            Action::Commit { message: String::new(), files: vec![], removed: vec![] },
            &["write-files"],
        ),
        step(
            "pack",
            Action::Pack {
                packages: ["a", "b", "c", "d"].map(upload).to_vec(),
                verification: crate::plan::Verification::Build,
            },
            &["commit"],
        ),
        step(
            "push-commit",
            Action::PushCommit { remote: "origin".into(), branch: "main".into() },
            &["pack"],
        ),
        up("a", &["push-commit"]),
        up("b", &["push-commit", "upload:a"]),
        up("c", &["push-commit", "upload:b"]),
        up("d", &["push-commit"]),
        step(
            "tag",
            Action::Tag { tags: tags.to_vec() },
            &["upload:a", "upload:b", "upload:c", "upload:d"],
        ),
        step(
            "push-tags",
            Action::PushTags {
                remote: "origin".into(),
                tags: tags.iter().map(|tag| tag.name.clone()).collect(),
            },
            &["tag"],
        ),
    ]
}

/// The rollback of [`release`]: dependents first, then the files as they were.
pub fn rollback() -> Vec<Step> {
    let yank = |name: &str, needs: &[&str]| {
        step(&format!("yank:{name}"), Action::Yank(upload(name)), needs)
    };
    vec![
        yank("c", &[]),
        yank("b", &["yank:c"]),
        yank("a", &["yank:b"]),
        yank("d", &[]),
        step(
            "prove",
            Action::ProveResolution { without: ["a", "b", "c", "d"].map(upload).to_vec() },
            &["yank:a", "yank:b", "yank:c", "yank:d"],
        ),
        step(
            "write-files",
            Action::WriteFiles { files: edits().iter().map(FileEdit::reversed).collect() },
            &["yank:a", "yank:b", "yank:c", "yank:d"],
        ),
    ]
}

/// One process: from the journal's state to its outcome.
pub fn process(
    planet: &Rc<RefCell<Planet>>,
    events: &Rc<RefCell<Vec<Event>>>,
    steps: &[Step],
    crash: Option<(usize, Death)>,
) -> (Result<Outcome, LogError>, usize) {
    let mut state = RunState::fold(events.borrow().iter());
    let mut world = Sim { planet: Rc::clone(planet) };
    planet.borrow_mut().is_dead = false;
    let (planet, events) = (Rc::clone(planet), Rc::clone(events));
    let mut log = SimLog { planet, events, crash, appended: 0 };
    let mut patience = Patience::new(Duration::from_hours(1), Duration::from_mins(15));
    let result = drive(steps, &mut state, &mut patience, &mut world, &mut log, &mut Silent);
    (result, log.appended)
}

impl Sim {
    fn fault(&self, step: &Step) -> Option<Fault> {
        let mut planet = self.planet.borrow_mut();
        let at = planet.faults.iter().position(|(id, _)| *id == step.id)?;
        Some(planet.faults.remove(at).1)
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
                            entry.shown_at > planet.clock || entry.checksum != ours(&on)
                        })
                    });
                if let Some(need) = unmet {
                    planet.broken.push(format!("{what} went out before {need} was visible"));
                }
            }
            Action::Yank(what) | Action::Unyank(what) => {
                let yanked = matches!(step.action, Action::Yank(_));
                let entry = planet.registry.get_mut(what).expect("only what is out is yanked");
                if entry.yanked != yanked {
                    entry.yanked = yanked;
                    entry.shown_at = shown_at;
                    planet.flips.push((what.clone(), yanked));
                }
            }
            Action::ProveResolution { .. } => {}
        }
    }
}

impl World for Sim {
    fn perform_all(&mut self, steps: &[&Step], state: &RunState) -> Vec<Performed> {
        let mut planet = self.planet.borrow_mut();
        let group = planet.together.len();
        planet.together.push(steps.iter().map(|step| step.id.clone()).collect());
        let arrives = planet.dies_in.take_if(|(dies_in, _)| *dies_in == group);
        planet.is_dead = arrives.is_some();
        drop(planet);
        let arrives = arrives.map_or(u32::MAX, |(_, members)| members);
        let perform = |(place, step): (usize, &&Step)| {
            if arrives & (1 << place) != 0 {
                return self.perform(step, state);
            }
            Err((Certainty::Unknown, Trouble::new(TroubleKind::Local, "killed")))
        };
        steps.iter().enumerate().map(perform).collect()
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
                Some(entry) if entry.shown_at > planet.clock => false,
                Some(entry) if entry.checksum != ours(what) => {
                    return Probe::Foreign("other bytes".into());
                }
                entry => entry.is_some(),
            },
            Action::Yank(what) | Action::Unyank(what) => {
                let yanked = matches!(step.action, Action::Yank(_));
                let entry = &planet.registry[what];
                entry.shown_at <= planet.clock && entry.yanked == yanked
            }
            Action::ProveResolution { .. } => false,
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

    fn sleep_until(&mut self, until: Timestamp) {
        let mut planet = self.planet.borrow_mut();
        planet.clock = planet.clock.max(until.0);
    }

    fn is_interrupted(&self) -> bool {
        false
    }
}

fn receipt(step: &Step) -> Receipt {
    match &step.action {
        Action::Commit { .. } => Receipt::Commit { oid: Oid::from_hex("c0ffee") },
        Action::Upload(what) => Receipt::Visible { checksum: ours(what) },
        _ => Receipt::Plain,
    }
}
