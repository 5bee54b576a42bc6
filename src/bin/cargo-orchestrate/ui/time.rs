//! Times and lengths of time, in words. Points in time are shown in UTC, so that a log read
//! elsewhere means the same.

pub(crate) use cargo_orchestrate::model::length;

use cargo_orchestrate::model::Timestamp;
use std::time::{SystemTime, UNIX_EPOCH};

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

/// `10:47:03 UTC`.
#[must_use]
pub(crate) fn second(at: Timestamp) -> String {
    to_second(at).strftime("%H:%M:%S UTC").to_string()
}

fn to_second(at: Timestamp) -> jiff::Timestamp {
    let seconds = i64::try_from(at.0 / 1000).unwrap_or(i64::MAX);
    jiff::Timestamp::from_second(seconds).unwrap_or(jiff::Timestamp::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_of_another_day_has_its_date() {
        let at = Timestamp(1_795_171_623_456);
        assert_eq!(rfc3339(at), "2026-11-20T10:47:03Z");
        assert_eq!(clock(at, at), "10:47 UTC");
        assert_eq!(clock(at, Timestamp(0)), "2026-11-20 10:47 UTC");
    }
}
