//! How a registry counts what one user sends: a bucket of tokens that fills up with time.

use crate::model::Timestamp;
use crate::policy::Limit;
use std::time::Duration;

/// A bucket, as crates.io keeps one for each user and kind (`src/rate_limiter.rs` of
/// rust-lang/crates.io): full when nothing was sent for long, one token back after each period,
/// counted from when the first was taken. What is refused costs nothing; what passes costs a token,
/// whether it succeeds then or not.
#[derive(Debug, Clone)]
pub struct Bucket {
    limit: Limit,
    free: u32,
    /// When a token came back last; nothing before the first one was taken.
    filled: Option<Timestamp>,
}

impl Bucket {
    /// A full bucket. One that holds nothing would never let anything through, so it holds one.
    #[must_use]
    pub fn full(limit: Limit) -> Self {
        let limit = Limit { at_once: limit.at_once.max(1), ..limit };
        Self { limit, free: limit.at_once, filled: None }
    }

    /// Takes a token for an upload at this time; says whether there was one.
    pub fn take(&mut self, at: Timestamp) -> bool {
        self.fill(at);
        let had = self.free > 0;
        self.free = self.free.saturating_sub(1);
        had
    }

    /// The registry refused an upload at this time and takes the next one `until` then.
    pub fn refused(&mut self, at: Timestamp, until: Option<Timestamp>) {
        let period = self.limit.then_every;
        // Where it named none a token may be a whole period away. One that is further away than its
        // limits allow is believed, for nothing is sent before it.
        let until = until.map_or_else(|| at.after(period), |until| until.max(at));
        self.free = 0;
        self.filled = Some(until.before(period));
    }

    /// How many tokens there are at this time.
    #[must_use]
    pub fn free(&self, at: Timestamp) -> u32 {
        let mut later = self.clone();
        later.fill(at);
        later.free
    }

    /// The first time from `at` on at which there is a token.
    #[must_use]
    pub fn next(&self, at: Timestamp) -> Timestamp {
        let mut later = self.clone();
        later.fill(at);
        match later.filled {
            Some(filled) if later.free == 0 => filled.after(self.limit.then_every).max(at),
            _ => at,
        }
    }

    fn fill(&mut self, at: Timestamp) {
        let filled = *self.filled.get_or_insert(at);
        let period = self.limit.then_every;
        if period.is_zero() {
            self.free = self.limit.at_once;
            return;
        }
        let periods = at.since(filled).as_millis() / period.as_millis().max(1);
        let periods = u32::try_from(periods).unwrap_or(u32::MAX);
        self.free = self.free.saturating_add(periods).min(self.limit.at_once);
        self.filled = Some(filled.after(period.saturating_mul(periods)));
    }

    /// After how long it is full again, whatever was taken.
    #[must_use]
    pub fn full_after(limit: Limit) -> Duration {
        limit.then_every.saturating_mul(limit.at_once)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIMIT: Limit = Limit { at_once: 3, then_every: Duration::from_secs(10) };

    fn at(seconds: u64) -> Timestamp {
        Timestamp(1_000_000 + seconds * 1000)
    }

    #[test]
    fn tokens_come_back_one_a_period_from_the_first_that_was_taken() {
        // What is taken at these seconds, then when there is one next from 100 s after the first.
        let table: &[(&[u64], u64, u32, u64)] = &[
            (&[], 0, 3, 0),
            (&[0], 0, 2, 0),
            (&[0, 0, 0], 0, 0, 10),
            (&[0, 0, 0], 9, 0, 10),
            (&[0, 0, 0], 10, 1, 10),
            (&[0, 0, 0], 25, 2, 25),
            // Never more than it holds.
            (&[0, 0, 0], 1000, 3, 1000),
            // What came back is counted from the first, not from the last.
            (&[0, 8, 9, 12], 13, 0, 20),
            // What is refused costs nothing.
            (&[0, 0, 0, 1, 2, 3], 10, 1, 10),
        ];
        for (taken, look, free, next) in table {
            let mut bucket = Bucket::full(LIMIT);
            taken.iter().for_each(|second| {
                bucket.take(at(*second));
            });
            assert_eq!((bucket.free(at(*look)), bucket.next(at(*look))), (*free, at(*next)));
        }
    }

    #[test]
    fn a_refusal_says_more_than_what_was_counted_here() {
        let table = [
            (Some(4), 4),
            // No time: a whole period. A time that its limits do not allow is one all the same.
            (None, 10),
            (Some(3600), 3600),
            (Some(0), 0),
        ];
        for (until, next) in table {
            let mut bucket = Bucket::full(LIMIT);
            bucket.refused(at(0), until.map(at));
            assert_eq!(bucket.next(at(0)), at(next), "{until:?}");
            assert_eq!(bucket.free(at(next + 10)), 2, "{until:?}");
        }
    }

    #[test]
    fn a_period_of_nothing_limits_nothing() {
        let mut bucket = Bucket::full(Limit { then_every: Duration::ZERO, ..LIMIT });
        assert!((0..10).all(|_| bucket.take(at(0))));
    }
}
