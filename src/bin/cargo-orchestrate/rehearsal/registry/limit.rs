//! How many uploads the registry takes, counted as crates.io counts them; none are counted unless a
//! test says so.

use super::answer::Refusal;
use serde::Deserialize;
use std::time::{Duration, SystemTime};

/// The limits in force, for new packages and for versions of those that exist.
#[derive(Debug, Default)]
pub(super) struct Limits {
    new_packages: Option<Counted>,
    updates: Option<Counted>,
}

/// As JSON: `{"new-packages":{"at-once":5,"then-every-ms":600000}}`.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(super) struct Terms {
    new_packages: Option<Limit>,
    updates: Option<Limit>,
}

#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
struct Limit {
    at_once: u32,
    then_every_ms: u32,
}

#[derive(Debug)]
struct Counted {
    limit: Limit,
    /// What is left, the upload that is looked at included, and when it was filled up last.
    tokens: Option<(u32, SystemTime)>,
}

impl Limits {
    /// Counts from now on, by these terms.
    pub(super) fn set(&mut self, terms: &Terms) {
        let counted = |limit: Option<Limit>| limit.map(|limit| Counted { limit, tokens: None });
        *self = Self { new_packages: counted(terms.new_packages), updates: counted(terms.updates) };
    }

    /// Counts an upload; refuses it when there were too many.
    pub(super) fn count(&mut self, is_new: bool) -> Result<(), Refusal> {
        let (counted, what) = if is_new {
            (&mut self.new_packages, "new crates")
        } else {
            (&mut self.updates, "updates to existing crates")
        };
        let Some(counted) = counted else { return Ok(()) };
        let Some(until) = counted.take(SystemTime::now()) else { return Ok(()) };
        let date = httpdate::fmt_http_date(until);
        Err(Refusal::new(
            429,
            format!(
                "You have published too many {what} in a short period of time. Please try again \
                 after {date} or email help@crates.io to have your limit increased."
            ),
        ))
    }
}

impl Counted {
    /// Takes a token; where there is none, says when there is one.
    fn take(&mut self, now: SystemTime) -> Option<SystemTime> {
        let Limit { at_once, then_every_ms } = self.limit;
        let (tokens, filled) = match self.tokens {
            None => (at_once, now),
            Some((tokens, filled)) => {
                let passed = now.duration_since(filled).unwrap_or_default().as_millis();
                let periods = passed / u128::from(then_every_ms.max(1));
                let periods = u32::try_from(periods).unwrap_or(u32::MAX);
                let tokens = tokens.saturating_sub(1).saturating_add(periods).min(at_once);
                (tokens, filled + period(then_every_ms).saturating_mul(periods))
            }
        };
        self.tokens = Some((tokens, filled));
        (tokens == 0).then(|| filled + period(then_every_ms))
    }
}

fn period(milliseconds: u32) -> Duration {
    Duration::from_millis(u64::from(milliseconds))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn so_many_at_once_and_one_more_a_period() {
        let limit = Limit { at_once: 2, then_every_ms: 10_000 };
        let mut counted = Counted { limit, tokens: None };
        let at = |seconds: u64| SystemTime::UNIX_EPOCH + Duration::from_secs(1000 + seconds);
        let table = [
            (0_u64, None),
            (1, None),
            (2, Some(10_u64)),
            (9, Some(10)),
            (12, None),
            (13, Some(20)),
            (45, None),
            (45, None),
            (45, Some(50)),
        ];
        for (second, refused_until) in table {
            assert_eq!(counted.take(at(second)), refused_until.map(at), "at {second}");
        }
    }
}
