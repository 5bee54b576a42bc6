//! Times and lengths of time, in words. Points in time are shown in UTC, so that a log read
//! elsewhere means the same.

use cargo_orchestrate::model::Timestamp;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// The time now.
#[must_use]
pub(crate) fn now() -> Timestamp {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    Timestamp::default().after(since)
}

/// `2026-11-20T10:47:03Z`.
#[must_use]
pub(crate) fn rfc3339(at: Timestamp) -> String {
    to_second(at).to_string()
}

/// `2026-11-20`.
#[must_use]
pub(crate) fn date(at: Timestamp) -> String {
    to_second(at).strftime("%Y-%m-%d").to_string()
}

/// `10:47 UTC`, with the date in front when that is not the day of `now`.
#[must_use]
pub(crate) fn clock(at: Timestamp, now: Timestamp) -> String {
    let form = if date(at) == date(now) { "%H:%M UTC" } else { "%Y-%m-%d %H:%M UTC" };
    to_second(at).strftime(form).to_string()
}

/// `0.3 s`, `12 s`, `16 min`, `2 h 5 min`, `3 days`; whole units, rounded up.
#[must_use]
pub(crate) fn length(duration: Duration) -> String {
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

fn to_second(at: Timestamp) -> jiff::Timestamp {
    let seconds = i64::try_from(at.0 / 1000).unwrap_or(i64::MAX);
    jiff::Timestamp::from_second(seconds).unwrap_or(jiff::Timestamp::MAX)
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

    #[test]
    fn a_time_of_another_day_has_its_date() {
        let at = Timestamp(1_795_171_623_456);
        assert_eq!(rfc3339(at), "2026-11-20T10:47:03Z");
        assert_eq!(clock(at, at), "10:47 UTC");
        assert_eq!(clock(at, Timestamp(0)), "2026-11-20 10:47 UTC");
    }
}
