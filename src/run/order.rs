//! Which of the uploads that can start go first: those that most others wait for.

use super::Patience;
use crate::model::RegistryName;
use crate::plan::{Action, BudgetKind, Step};
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

/// What a registry counts together.
pub(super) type Kind = (RegistryName, BudgetKind);

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

/// How many uploads cannot start before a step is done, for every step.
pub(super) struct Dependents<'a>(HashMap<&'a str, usize>);

impl<'a> Dependents<'a> {
    /// Counts them. `steps` is in an order that respects the needs, so from the last to the first
    /// each has met all that wait for it; who waits is a row of bits, since in a large workspace
    /// many wait for the same.
    pub(super) fn of(steps: &'a [Step]) -> Self {
        let places: HashMap<&str, usize> =
            steps.iter().enumerate().map(|(place, step)| (step.id.0.as_str(), place)).collect();
        let words = steps.len().div_ceil(64);
        let mut waiting = vec![0_u64; words * steps.len()];
        let mut counts = HashMap::with_capacity(steps.len());
        for (place, step) in steps.iter().enumerate().rev() {
            let mut own = waiting[place * words..(place + 1) * words].to_vec();
            let count: usize = own.iter().map(|word| word.count_ones() as usize).sum();
            counts.insert(step.id.0.as_str(), count);
            if matches!(step.action, Action::Upload(_)) {
                own[place / 64] |= 1 << (place % 64);
            }
            for need in step.needs.iter().filter_map(|need| places.get(need.0.as_str())) {
                let row = &mut waiting[need * words..(need + 1) * words];
                row.iter_mut().zip(&own).for_each(|(word, more)| *word |= more);
            }
        }
        Self(counts)
    }

    /// How many uploads cannot start before this step is done, directly or not.
    pub(super) fn count(&self, step: &Step) -> usize {
        self.0.get(step.id.0.as_str()).copied().unwrap_or_default()
    }
}
