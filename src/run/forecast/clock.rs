//! The uploads that are left, one after another on a clock that only exists here.

use super::{Course, under_way};
use crate::facts::Pace;
use crate::model::{RegistryName, Timestamp};
use crate::plan::{Bucket, Step, StepId};
use crate::run::RunState;
use crate::run::order::{AT_ONCE, Dependents, Kind};
use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet, BinaryHeap, HashMap};

/// What happens on the clock: an answer frees a place at its registry, and what the index shows, or
/// a database that is enough for it, lets others go.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Happens {
    Answered(usize),
    Shown(usize),
    Filled,
}

/// The run of the uploads on a clock of its own.
pub(super) struct Clock<'a> {
    course: &'a Course<'a>,
    uploads: Vec<(&'a Step, Kind)>,
    pace: &'a dyn Fn(&RegistryName) -> Pace,
    buckets: BTreeMap<Kind, Bucket>,
    /// For each upload how many it waits for, and who waits for it.
    needs: Vec<usize>,
    dependents: Vec<Vec<usize>>,
    /// What can start, by what is counted together: those first that most others wait for.
    ready: BTreeMap<Kind, BTreeSet<(Reverse<usize>, usize)>>,
    weight: Vec<usize>,
    under_way: BTreeMap<RegistryName, usize>,
    /// The time noted last at which a bucket has a token again.
    filling: BTreeMap<Kind, Timestamp>,
    ahead: BinaryHeap<Reverse<(Timestamp, Happens)>>,
    now: Timestamp,
}

impl<'a> Clock<'a> {
    /// Sets it to `now`, with what is under way then.
    pub(super) fn set(
        course: &'a Course<'a>,
        state: &RunState,
        now: Timestamp,
        buckets: BTreeMap<Kind, Bucket>,
        pace: &'a dyn Fn(&RegistryName) -> Pace,
    ) -> Self {
        let uploads: Vec<(&Step, Kind)> =
            course.unfinished(state).filter_map(|step| Some((step, course.kind(step)?))).collect();
        let places: HashMap<&StepId, usize> =
            uploads.iter().enumerate().map(|(place, (step, _))| (&step.id, place)).collect();
        let weights = Dependents::of(course.steps);
        let mut clock = Self {
            course,
            pace,
            buckets,
            needs: vec![0; uploads.len()],
            dependents: vec![Vec::new(); uploads.len()],
            ready: BTreeMap::new(),
            weight: uploads.iter().map(|(step, _)| weights.count(step)).collect(),
            under_way: BTreeMap::new(),
            filling: BTreeMap::new(),
            ahead: BinaryHeap::new(),
            now,
            uploads: Vec::new(),
        };
        for (place, (step, _)) in uploads.iter().enumerate() {
            for need in step.needs.iter().filter_map(|need| places.get(need)) {
                clock.needs[place] += 1;
                clock.dependents[*need].push(place);
            }
        }
        clock.uploads = uploads;
        for place in 0..clock.uploads.len() {
            if let Some(since) = under_way(clock.uploads[place].0, state) {
                clock.send(place, since.min(now));
            } else if clock.needs[place] == 0 {
                clock.can_start(place);
            }
        }
        clock
    }

    /// Lets it run; says when the index shows the last upload.
    pub(super) fn run(mut self) -> Timestamp {
        self.start();
        let mut end = self.now;
        while let Some(Reverse((at, happens))) = self.ahead.pop() {
            self.now = self.now.max(at);
            match happens {
                Happens::Filled => {}
                Happens::Answered(place) => {
                    let (_, kind) = &self.uploads[place];
                    if let Some(count) = self.under_way.get_mut(&kind.0) {
                        *count -= 1;
                    }
                    if self.course.databases.contains(&kind.0) {
                        self.let_go(place);
                    }
                    end = self.now;
                }
                Happens::Shown(place) => {
                    if !self.course.databases.contains(&self.uploads[place].1.0) {
                        self.let_go(place);
                    }
                    end = self.now;
                }
            }
            self.start();
        }
        end
    }

    fn can_start(&mut self, place: usize) {
        let kind = self.uploads[place].1.clone();
        self.ready.entry(kind).or_default().insert((Reverse(self.weight[place]), place));
    }

    fn let_go(&mut self, place: usize) {
        for dependent in std::mem::take(&mut self.dependents[place]) {
            self.needs[dependent] -= 1;
            if self.needs[dependent] == 0 {
                self.can_start(dependent);
            }
        }
    }

    /// Starts what can start now, and notes when what lacks a token gets one.
    fn start(&mut self) {
        let kinds: Vec<Kind> = self.ready.keys().cloned().collect();
        for kind in kinds {
            while self.under_way.get(&kind.0).copied().unwrap_or_default() < AT_ONCE {
                let Some((_, place)) = self.ready.get(&kind).and_then(|ready| ready.first()) else {
                    break;
                };
                let place = *place;
                if let Some(bucket) = self.buckets.get_mut(&kind) {
                    let next = bucket.next(self.now);
                    if next > self.now {
                        if self.filling.insert(kind.clone(), next) != Some(next) {
                            self.ahead.push(Reverse((next, Happens::Filled)));
                        }
                        break;
                    }
                    bucket.take(self.now);
                }
                if let Some(ready) = self.ready.get_mut(&kind) {
                    ready.pop_first();
                }
                self.send(place, self.now);
            }
        }
    }

    fn send(&mut self, place: usize, at: Timestamp) {
        let registry = &self.uploads[place].1.0;
        let pace = (self.pace)(registry);
        let answered = at.after(pace.answer).max(self.now);
        let shown = at.after(pace.answer + pace.show).max(answered);
        *self.under_way.entry(registry.clone()).or_default() += 1;
        self.ahead.push(Reverse((answered, Happens::Answered(place))));
        self.ahead.push(Reverse((shown, Happens::Shown(place))));
    }
}
