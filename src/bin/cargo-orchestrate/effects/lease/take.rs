//! Taking the lock: look, decide, move the ref from what was seen, and look again.

use super::claim::{Claim, Life, Verdict, judge};
use super::place::{NotMoved, Place, Seen};
use super::{Lease, Moment, nonces, note};
use crate::fail_point;
use std::hash::{BuildHasher as _, Hasher as _, RandomState};
use std::path::Path;
use std::time::{Duration, Instant};

/// How often somebody else may be faster, or the answer be unclear, before it is given up.
const RACES: u32 = 20;

/// The longest time between two looks at a lock that is waited for.
const LONGEST_PAUSE: Duration = Duration::from_secs(5);

/// What is wanted.
pub(crate) struct Wish<'a> {
    pub(crate) root: &'a Path,
    pub(crate) remote: &'a str,
    /// The plan it is for.
    pub(crate) plan: &'a str,
    /// The folder of the run that is taken up again.
    pub(crate) folder: Option<&'a Path>,
    /// The time now, for people to read.
    pub(crate) since: String,
    pub(crate) lease: Duration,
    /// How long to wait for another holder.
    pub(crate) wait: Duration,
    /// Hears what is done, and for or from whom.
    pub(crate) heard: &'a dyn Fn(&str, &str),
    pub(crate) interrupted: &'a dyn Fn() -> bool,
}

/// Why the lock is not ours.
#[derive(Debug)]
pub(crate) enum NotTaken {
    /// Somebody has it; none where the lock cannot be read.
    Held(Option<Box<Claim>>),
    /// The host does not let us have such a ref, or anything at all.
    NotAllowed(String),
    /// The remote does not answer.
    Unavailable(String),
    /// It cannot be written down here.
    Local(std::io::Error),
    Interrupted,
}

impl Wish<'_> {
    /// Takes it.
    pub(crate) fn take(&self) -> Result<Lease, NotTaken> {
        let place = Place { root: self.root.to_owned(), remote: self.remote.to_owned() };
        let ours = self.folder.map(nonces).unwrap_or_default();
        let nonce = fresh_nonce();
        if let Some(folder) = self.folder {
            note(folder, &nonce).map_err(NotTaken::Local)?;
        }
        let claim = Claim::here(nonce, self.plan, self.since.clone(), self.lease);
        let began = Instant::now();
        let mut watch = Watch { commit: None, since: began };
        let (mut races, mut refusals, mut looks) = (0, 0, 0);
        loop {
            let seen = place.look().map_err(NotTaken::Unavailable)?;
            watch.see(seen.as_ref());
            let still = watch.since.elapsed();
            let verdict = seen.as_ref().map(|seen| self.verdict(seen, &ours, still));
            if let (Some(seen), Some(Verdict::Held)) = (&seen, verdict) {
                looks += 1;
                self.pause(seen, began, looks == 1)?;
                continue;
            }
            let from = seen.as_ref().map(|seen| seen.commit.as_str());
            let taken = Moment::now();
            let commit = place.write(&claim, from).map_err(NotTaken::Unavailable)?;
            fail_point::place("the lock, before it is taken");
            let moved = place.shift(from, Some(&commit));
            fail_point::place("the lock, taken");
            let is_there = || place.commit().is_ok_and(|there| there.as_ref() == Some(&commit));
            match moved {
                Err(NotMoved { text, is_race }) if !is_there() => {
                    races += u32::from(is_race);
                    refusals += u32::from(!is_race);
                    if races == RACES {
                        return Err(NotTaken::Unavailable(text));
                    }
                    if refusals == 2 {
                        return Err(NotTaken::NotAllowed(text));
                    }
                    self.sleep(Duration::from_millis(100) * races)?;
                }
                _ => {
                    if let (Some(seen), Some(verdict)) = (&seen, verdict) {
                        self.say(seen, verdict);
                    }
                    let mut lease = Lease::hold(place, claim, self.lease, commit, taken);
                    lease.was_waited_for = looks > 0;
                    return Ok(lease);
                }
            }
        }
    }

    /// Whether it may be taken.
    fn verdict(&self, seen: &Seen, ours: &[String], still: Duration) -> Verdict {
        let life = seen.claim.as_ref().map_or(Life::Unknown, Claim::life);
        judge(seen.claim.as_ref(), ours, life, still, self.lease)
    }

    /// Says that it was taken over, once it was.
    fn say(&self, seen: &Seen, verdict: Verdict) {
        let who = match &seen.claim {
            Some(claim) => claim.holder(),
            None => "somebody unknown".to_owned(),
        };
        let why = match verdict {
            Verdict::Dead => "which is no more",
            Verdict::RanOut => "silent for its lease",
            Verdict::Free | Verdict::Ours | Verdict::Held => return,
        };
        (self.heard)("Took", &format!("over the lock of {who}, {why}"));
    }

    /// Waits before the next look at a lock that somebody holds, within what was asked for.
    fn pause(&self, seen: &Seen, began: Instant, is_first: bool) -> Result<(), NotTaken> {
        let left = self.wait.saturating_sub(began.elapsed());
        if left.is_zero() {
            return Err(NotTaken::Held(seen.claim.clone().map(Box::new)));
        }
        if is_first {
            let holder =
                seen.claim.as_ref().map_or_else(|| "somebody unknown".into(), Claim::holder);
            (self.heard)("Waiting", &format!("for the lock on {}, held by {holder}", self.remote));
        }
        let lease = seen.claim.as_ref().map_or(self.lease, Claim::lease);
        self.sleep((lease / 4).min(LONGEST_PAUSE).min(left))
    }

    fn sleep(&self, length: Duration) -> Result<(), NotTaken> {
        const SLICE: Duration = Duration::from_millis(100);
        let began = Instant::now();
        loop {
            if (self.interrupted)() {
                return Err(NotTaken::Interrupted);
            }
            let left = length.saturating_sub(began.elapsed());
            if left.is_zero() {
                return Ok(());
            }
            std::thread::sleep(left.min(SLICE));
        }
    }
}

/// Since when the lock stands as it does, seen by this process.
struct Watch {
    commit: Option<String>,
    since: Instant,
}

impl Watch {
    fn see(&mut self, seen: Option<&Seen>) {
        let commit = seen.map(|seen| &seen.commit);
        if self.commit.as_ref() != commit {
            self.commit = commit.cloned();
            self.since = Instant::now();
        }
    }
}

/// A number that nobody else comes by: the standard library's hashers are seeded by the system.
fn fresh_nonce() -> String {
    let number = || RandomState::new().build_hasher().finish();
    format!("{:016x}{:016x}", number(), number())
}
