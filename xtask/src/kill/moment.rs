//! When a process is killed, and with whom.

use super::worlds::Calm;
use crate::random::Random;
use std::time::Duration;

/// When to kill.
#[derive(Clone, Copy)]
pub(super) enum Moment {
    /// So long after the start. Most of that time goes into packing.
    After(Duration),
    /// So long after this many lines were told: every step has the same chance.
    Line(usize, Duration),
}

impl Moment {
    pub(super) fn words(self) -> String {
        match self {
            Self::After(time) => format!("{:.3} s", time.as_secs_f64()),
            Self::Line(count, then) => format!("line {count} + {:.1} ms", then.as_secs_f64() * 1e3),
        }
    }
}

/// Who is killed.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Whom {
    /// The program alone; a Cargo that it started goes on.
    Program,
    /// The program and everything it started, as when the machine goes down.
    Family,
}

impl Whom {
    pub(super) fn word(self) -> &'static str {
        match self {
            Self::Program => "program",
            Self::Family => "family",
        }
    }
}

/// Every second one by the clock, the others by what was told.
pub(super) fn moment(random: &mut Random, calm: &Calm) -> Moment {
    if random.next().is_multiple_of(2) {
        return Moment::After(calm.took.mul_f64(random.fraction()));
    }
    let count = random.below(calm.lines);
    Moment::Line(count, Duration::from_millis(20).mul_f64(random.fraction()))
}
