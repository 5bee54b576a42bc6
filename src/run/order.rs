//! Which of the uploads that can start go first: those that most others wait for.

use super::Patience;
use crate::model::RegistryName;
use crate::plan::{Action, Step};
use std::collections::{BTreeMap, HashMap};

/// Uploads under way at once at one registry. More would only queue up there, and each one is a
/// request of which nobody knows how it went if this process dies.
pub(super) const AT_ONCE: usize = 8;

/// The uploads among `ready` that start now, while `sent` are under way: those first that most
/// other uploads wait for, directly or not, and in the order of the plan where as many do.
///
/// A registry that refused one for too many requests is tried with one of its kind, and with more
/// once some of them were taken.
pub(super) fn together<'a>(
    steps: &'a [Step],
    ready: &[&'a Step],
    sent: &[&'a Step],
    patience: &Patience,
    is_throttled: &dyn Fn(&Step) -> bool,
) -> Vec<&'a Step> {
    let mut uploads: Vec<&Step> = ready.to_vec();
    if uploads.len() > 1 {
        let dependents = Dependents::of(steps);
        uploads.sort_by_cached_key(|step| std::cmp::Reverse(dependents.count(step)));
    }
    let mut under_way = UnderWay::default();
    for step in sent {
        under_way.add(step, patience);
    }
    // What was refused before this process began holds its kind back, too.
    let careful: Vec<_> = ready
        .iter()
        .filter(|step| is_throttled(step))
        .filter_map(|step| patience.kind(step))
        .collect();
    uploads.retain(|step| {
        let Some(kind) = patience.kind(step) else { return false };
        let most = patience.room(&kind, careful.contains(&kind)).min(AT_ONCE);
        let has_room = under_way.of_kind(&kind) < most && under_way.at(&kind.0) < AT_ONCE;
        if has_room {
            under_way.add(step, patience);
        }
        has_room
    });
    uploads
}

/// What a registry counts together: its versions of packages that it has, or its new packages.
pub(super) type Kind = (RegistryName, Novelty);

/// Whether an upload brings out the first version of a package.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Novelty {
    New,
    Update,
}

/// How many uploads of each kind are under way.
#[derive(Default)]
struct UnderWay(BTreeMap<Kind, usize>);

impl UnderWay {
    fn add(&mut self, step: &Step, patience: &Patience) {
        if let Some(kind) = patience.kind(step) {
            *self.0.entry(kind).or_default() += 1;
        }
    }

    fn of_kind(&self, kind: &Kind) -> usize {
        self.0.get(kind).copied().unwrap_or_default()
    }

    fn at(&self, registry: &RegistryName) -> usize {
        self.0.iter().filter(|((name, _), _)| name == registry).map(|(_, count)| count).sum()
    }
}

/// Who needs whom, the other way round.
struct Dependents<'a> {
    steps: &'a [Step],
    places: HashMap<&'a str, usize>,
    of: Vec<Vec<usize>>,
}

impl<'a> Dependents<'a> {
    fn of(steps: &'a [Step]) -> Self {
        let places: HashMap<&str, usize> =
            steps.iter().enumerate().map(|(place, step)| (step.id.0.as_str(), place)).collect();
        let mut of = vec![Vec::new(); steps.len()];
        for (place, step) in steps.iter().enumerate() {
            for need in step.needs.iter().filter_map(|need| places.get(need.0.as_str())) {
                of[*need].push(place);
            }
        }
        Self { steps, places, of }
    }

    /// How many uploads cannot start before this step is done.
    fn count(&self, step: &Step) -> usize {
        let mut reached = vec![false; self.steps.len()];
        let mut left: Vec<usize> =
            self.places.get(step.id.0.as_str()).copied().into_iter().collect();
        let mut count = 0;
        while let Some(place) = left.pop() {
            for next in &self.of[place] {
                if !std::mem::replace(&mut reached[*next], true) {
                    count += usize::from(matches!(self.steps[*next].action, Action::Upload(_)));
                    left.push(*next);
                }
            }
        }
        count
    }
}
