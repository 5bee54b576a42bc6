//! Which waits are worth a line, when every look at an index is one.

use cargo_orchestrate::model::Timestamp;
use cargo_orchestrate::plan::StepId;
use std::collections::BTreeMap;
use std::time::Duration;

/// A wait of this length is told at once, every time.
const LONG: Duration = Duration::from_secs(20);
/// Many short waits for one step are told once, after this time.
const PATIENCE: Duration = Duration::from_secs(5);

/// What was waited for so far, and whether that was told.
#[derive(Debug, Default)]
pub(super) struct Waits(BTreeMap<StepId, (Timestamp, bool)>);

/// How a wait is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Telling {
    /// Not at all.
    Silent,
    /// That it goes on for a while, without an end.
    Ongoing,
    /// With the time at which it ends.
    Until,
}

impl Waits {
    /// How a wait for `step` from `now` to `until` is told.
    pub(super) fn tell(&mut self, step: &StepId, now: Timestamp, until: Timestamp) -> Telling {
        if until.since(now) >= LONG {
            return Telling::Until;
        }
        let (since, told) = self.0.entry(step.clone()).or_insert((now, false));
        if *told || now.since(*since) < PATIENCE {
            return Telling::Silent;
        }
        *told = true;
        Telling::Ongoing
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn looking_again_and_again_is_told_once() {
        let mut waits = Waits::default();
        let mut tell = |step: &str, now: u64, until: u64| {
            waits.tell(&StepId(step.to_owned()), Timestamp(now * 1000), Timestamp(until * 1000))
        };
        assert_eq!(tell("a", 0, 1), Telling::Silent);
        assert_eq!(tell("b", 4, 6), Telling::Silent);
        assert_eq!(tell("a", 6, 10), Telling::Ongoing);
        assert_eq!(tell("a", 10, 25), Telling::Silent);
        assert_eq!(tell("a", 30, 90), Telling::Until);
        assert_eq!(tell("a", 100, 160), Telling::Until);
    }
}
