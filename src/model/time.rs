//! Points in time, handed in by the shell, and lengths of time in words.

use serde::{Deserialize, Serialize};
use std::time::Duration;

/// Milliseconds since 1970-01-01T00:00:00Z.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize,
)]
#[serde(transparent)]
pub struct Timestamp(pub u64);

impl Timestamp {
    /// This point, `duration` later.
    #[must_use]
    pub fn after(self, duration: Duration) -> Self {
        Self(self.0.saturating_add(u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)))
    }

    /// This point, `duration` earlier.
    #[must_use]
    pub fn before(self, duration: Duration) -> Self {
        Self(self.0.saturating_sub(u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)))
    }

    /// How long ago `earlier` was; zero when it lies ahead.
    #[must_use]
    pub fn since(self, earlier: Self) -> Duration {
        Duration::from_millis(self.0.saturating_sub(earlier.0))
    }
}

/// `0.3 s`, `12 s`, `16 min`, `2 h 5 min`, `3 days`; whole units, rounded up.
#[must_use]
pub fn length(duration: Duration) -> String {
    let seconds = duration.as_secs() + u64::from(duration.subsec_millis() > 0);
    match seconds {
        0..=1 if duration < Duration::from_secs(1) => {
            format!("0.{} s", duration.as_millis().div_ceil(100).min(9))
        }
        0..120 => format!("{seconds} s"),
        120..7200 => format!("{} min", seconds.div_ceil(60)),
        7200..172_800 => {
            let minutes = seconds / 60 % 60;
            let hours = format!("{} h", seconds / 3600);
            if minutes == 0 { hours } else { format!("{hours} {minutes} min") }
        }
        _ => format!("{} days", seconds / 86_400),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_are_told_in_the_unit_that_matters() {
        for (milliseconds, words) in [
            (0, "0.0 s"),
            (340, "0.4 s"),
            (12_000, "12 s"),
            (11_001, "12 s"),
            (16 * 60_000, "16 min"),
            (2 * 3_600_000 + 5 * 60_000, "2 h 5 min"),
            (3 * 86_400_000, "3 days"),
        ] {
            assert_eq!(length(Duration::from_millis(milliseconds)), words);
        }
    }
}
