//! What this repository sent to registries before, by its journals.
//!
//! It says how long a release will take and decides nothing of it, so it is none of the facts that a
//! plan is made of: the same plan comes out an hour later, when registries take more again.

use crate::model::{RegistryName, Timestamp};
use std::collections::BTreeMap;
use std::time::Duration;

/// The uploads of earlier runs, and how quick the registries were.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Sent {
    /// When that was looked at.
    pub at: Timestamp,
    /// Every attempt, oldest first.
    pub uploads: Vec<SentUpload>,
    /// What was measured of the registries that were seen to show something.
    pub pace: BTreeMap<RegistryName, Pace>,
}

/// One attempt at an upload.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SentUpload {
    pub registry: RegistryName,
    /// Whether it was to bring out the first version of a package.
    pub new: bool,
    pub at: Timestamp,
    pub end: SentEnd,
}

/// How an attempt ended, as far as it tells what the registry counted and how quick it was.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SentEnd {
    /// The registry took it, and its index showed it.
    Shown(Pace),
    /// The registry refused it for too many requests, and named a time.
    Refused(Option<Timestamp>),
    /// The registry did not know who sent it, and so did not count it.
    Unauthorized,
    /// It failed otherwise, or nobody knows; the registry may have counted it.
    Other,
}

/// How quick a registry is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Pace {
    /// From the start of an upload to the answer.
    pub answer: Duration,
    /// From the answer until the index shows it.
    pub show: Duration,
}

impl Sent {
    /// These attempts, seen at this time, with what they say of the registries.
    #[must_use]
    pub fn of(at: Timestamp, mut uploads: Vec<SentUpload>) -> Self {
        uploads.sort_by_key(|upload| upload.at);
        let pace = paces(&uploads);
        Self { at, uploads, pace }
    }
}

/// The usual pace of each registry that showed something: the median, since single uploads may be
/// large and single answers late.
#[must_use]
pub fn paces(uploads: &[SentUpload]) -> BTreeMap<RegistryName, Pace> {
    let mut measured: BTreeMap<&RegistryName, (Vec<Duration>, Vec<Duration>)> = BTreeMap::new();
    for upload in uploads {
        if let SentEnd::Shown(pace) = upload.end {
            let (answers, shows) = measured.entry(&upload.registry).or_default();
            answers.push(pace.answer);
            shows.push(pace.show);
        }
    }
    let usual = |(registry, (answers, shows)): (&RegistryName, _)| {
        (registry.clone(), Pace { answer: median(answers), show: median(shows) })
    };
    measured.into_iter().map(usual).collect()
}

fn median(mut all: Vec<Duration>) -> Duration {
    all.sort();
    all.get(all.len() / 2).copied().unwrap_or_default()
}
