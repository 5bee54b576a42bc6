//! What registries refused for too many requests since this process began, by what they count
//! together.
//!
//! New packages and updates have budgets of their own, so a refusal of one kind says nothing about
//! the other. It does say something about all others of its kind: sending them too would only
//! repeat it.

use super::order::Kind;
use crate::model::Timestamp;
use std::collections::BTreeMap;

/// The kinds that were refused.
#[derive(Debug, Clone, Default)]
pub(super) struct Throttles(BTreeMap<Kind, Throttle>);

/// The last refusal of a kind, and what was taken since.
#[derive(Debug, Clone)]
struct Throttle {
    /// The time the registry named; nothing where it named none.
    until: Option<Timestamp>,
    /// What it said.
    text: String,
    taken: usize,
}

impl Throttles {
    /// The registry refused one of this kind and may have named a time. A refusal without one may
    /// be about that package alone, so it does not hold the others back.
    pub(super) fn refused(&mut self, kind: Kind, until: Option<Timestamp>, text: &str) {
        let text = text.to_owned();
        self.0.insert(kind, Throttle { until, text, taken: 0 });
    }

    /// The registry took one of this kind.
    pub(super) fn taken(&mut self, kind: &Kind) {
        if let Some(throttle) = self.0.get_mut(kind) {
            throttle.taken += 1;
        }
    }

    /// The time before which none of this kind is worth a request, and what the registry said.
    pub(super) fn closed(&self, kind: &Kind, now: Timestamp) -> Option<(Timestamp, &str)> {
        let throttle = self.0.get(kind)?;
        let until = throttle.until.filter(|until| *until > now)?;
        Some((until, &throttle.text))
    }

    /// How many of this kind may be under way at once. After a refusal it is one, and one more for
    /// every two that were taken since: a budget that gives one every few minutes is asked for one
    /// at a time, and one that is full again is soon used.
    pub(super) fn room(&self, kind: &Kind, was_refused: bool) -> usize {
        match self.0.get(kind) {
            Some(throttle) => 1 + throttle.taken / 2,
            None if was_refused => 1,
            None => usize::MAX,
        }
    }
}
