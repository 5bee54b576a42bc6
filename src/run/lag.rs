//! How late indexes show what their registries took, and when to look for it.

use crate::model::RegistryName;
use std::collections::BTreeMap;
use std::time::Duration;

/// The shortest pause between two looks where nothing is known; a tenth of the time looked for so
/// far is the next, up to [`LONGEST`], so that a version is seen at most a tenth later than it shows.
const SHORTEST: Duration = Duration::from_millis(100);
const LONGEST: Duration = Duration::from_secs(15);
/// The shortest pause around the time at which a version is expected: a look is a conditional
/// request on a connection that is open.
const EXPECTANT: Duration = Duration::from_millis(20);

/// How late each registry's index was last, as this process saw it.
#[derive(Debug, Clone, Default)]
pub(super) struct Lags(BTreeMap<RegistryName, Duration>);

impl Lags {
    /// The index of a registry showed something that was looked for so long.
    pub(super) fn shown(&mut self, registry: &RegistryName, after: Duration) {
        self.0.insert(registry.clone(), after);
    }

    /// The pause before the next look for what was looked for so long. Around the time after which
    /// the index showed something last, a sixteenth to either side, looks come a hundredth of that
    /// time apart: so a release of many levels waits for hardly more than the index, each time.
    pub(super) fn pause(&self, registry: Option<&RegistryName>, looked_for: Duration) -> Duration {
        let usual = (looked_for / 10).clamp(SHORTEST, LONGEST);
        let Some(lag) = registry.and_then(|name| self.0.get(name)) else { return usual };
        let expectant = (*lag / 100).max(EXPECTANT).min(usual);
        let (from, to) = (*lag * 15 / 16, *lag * 17 / 16);
        if looked_for < from {
            usual.min(from.saturating_sub(looked_for).max(expectant))
        } else if looked_for < to {
            expectant
        } else {
            usual
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// How late a version is seen that shows after so long, and after how many looks.
    fn seen(lags: &Lags, shows_ms: u64) -> (u64, usize) {
        let shows = Duration::from_millis(shows_ms);
        let (mut now, mut looks) = (Duration::ZERO, 1);
        while now < shows {
            now += lags.pause(Some(&RegistryName::crates_io()), now);
            looks += 1;
        }
        (u64::try_from(now.saturating_sub(shows).as_millis()).expect("a short time"), looks)
    }

    #[test]
    fn a_version_is_seen_at_most_a_tenth_later_than_it_shows_and_is_not_asked_for_without_end() {
        for (lag_ms, most_looks) in [(50, 2), (900, 10), (2_000, 20), (75_000, 60), (140_000, 70)] {
            let (late, looks) = seen(&Lags::default(), lag_ms);
            assert!(late <= (lag_ms / 10).max(100), "{late} ms after {lag_ms} ms");
            assert!(looks <= most_looks, "{looks} looks for {lag_ms} ms");
        }
    }

    #[test]
    fn where_the_lag_is_known_a_version_is_seen_when_it_shows() {
        // How late it was last and is now, at most how late that is seen, and after how many looks.
        let table = [
            (2_000, 2_000, 20, 25),
            (2_100, 2_000, 21, 25),
            (1_900, 2_000, 20, 30),
            (75_000, 75_000, 750, 70),
            // It is much earlier, or later: seen as if nothing were known.
            (75_000, 2_000, 200, 20),
            (2_000, 75_000, 7_500, 75),
            (0, 900, 100, 10),
        ];
        for (last, now, most_late, most_looks) in table {
            let mut lags = Lags::default();
            lags.shown(&RegistryName::crates_io(), Duration::from_millis(last));
            let (late, looks) = seen(&lags, now);
            assert!(late <= most_late, "{late} ms after {now} ms, {last} ms before");
            assert!(looks <= most_looks, "{looks} looks for {now} ms, {last} ms before");
        }
    }
}
