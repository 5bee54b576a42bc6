//! The lock on the remote, so that two machines never release the same workspace at once.
//!
//! It is a ref that is only ever moved from what was seen there, so of many that reach for it one
//! gets it. Its holder renews it while it works; whoever else wants it may take it over when the
//! holder is known to be dead, or when the ref did not move for one whole lease (`claim.rs`
//! decides, `place.rs` moves the ref, `take.rs` puts them together). A registry knows nothing of
//! locks, so the holder looks at its own before it sends anything: see [`Lease::fence`].

mod claim;
mod place;
mod take;

pub(crate) use claim::Claim;
pub(crate) use take::{NotTaken, Wish};

use super::{Failed, nothing_happened};
use crate::fail_point;
use cargo_orchestrate::run::TroubleKind;
use place::{NotMoved, Place};
use std::io::Write as _;
use std::path::Path;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant, SystemTime};

/// The file in a run's folder with the nonces that the run ever used, one a line.
const NONCES: &str = "lease";

/// The lock, held. Dropped without [`Lease::release`] it stays on the remote, for the process that
/// goes on with the run.
#[derive(Debug)]
pub(crate) struct Lease {
    held: Arc<Held>,
    /// Whether somebody else had it, so that what was known before may be out of date.
    pub(crate) was_waited_for: bool,
    renewal: Option<JoinHandle<()>>,
}

#[derive(Debug)]
struct Held {
    place: Place,
    claim: Claim,
    lease: Duration,
    standing: Mutex<Standing>,
    /// Whether the thread that renews shall end.
    is_over: Mutex<bool>,
    over: Condvar,
}

#[derive(Debug)]
struct Standing {
    commit: String,
    renewed: Moment,
    /// Commits that were pushed without an answer since.
    unanswered: Vec<String>,
    /// Who has it now, once it is not ours any more.
    lost: Option<String>,
}

/// A point in time by both clocks: one of them stands still while the machine sleeps, and the
/// other may be set.
#[derive(Debug, Clone, Copy)]
struct Moment(Instant, SystemTime);

impl Moment {
    fn now() -> Self {
        Self(Instant::now(), SystemTime::now())
    }

    fn age(self) -> Duration {
        self.0.elapsed().max(self.1.elapsed().unwrap_or_default())
    }
}

impl Lease {
    /// Holds what was just taken, and begins to renew it.
    fn hold(place: Place, claim: Claim, lease: Duration, commit: String, taken: Moment) -> Self {
        let standing = Standing { commit, renewed: taken, unanswered: Vec::new(), lost: None };
        let held = Arc::new(Held {
            place,
            claim,
            lease,
            standing: Mutex::new(standing),
            is_over: Mutex::new(false),
            over: Condvar::new(),
        });
        let theirs = Arc::clone(&held);
        // Without the thread the fence renews, only later.
        let renewal = std::thread::Builder::new().name("lease".to_owned());
        let renewal = renewal.spawn(move || theirs.keep_up()).ok();
        Self { held, was_waited_for: false, renewal }
    }

    /// Writes down in a run's folder that the lock is this run's.
    pub(crate) fn remember(&self, folder: &Path) -> std::io::Result<()> {
        note(folder, &self.held.claim.nonce)
    }

    /// To be called before anything is sent that cannot be taken back, by any thread. Renews the
    /// lock when that was not done within half a lease; nothing may be sent when it fails.
    pub(crate) fn fence(&self) -> Result<(), Failed> {
        let mut standing = locked(&self.held.standing);
        if standing.lost.is_none() && standing.renewed.age() < self.held.lease / 2 {
            return Ok(());
        }
        match self.held.renew(&mut standing) {
            Ok(()) => Ok(()),
            Err(_) if let Some(holder) = &standing.lost => {
                let remote = &self.held.place.remote;
                let text = format!("the lock on {remote} was taken over by {holder}");
                Err(nothing_happened(TroubleKind::Moved, format!("{text}; nothing was sent")))
            }
            Err(text) => {
                let text = format!("could not renew the lock on the remote: {text}");
                Err(nothing_happened(TroubleKind::Unavailable, text))
            }
        }
    }

    /// Gives the lock back; what came of it in words when that did not work.
    pub(crate) fn release(mut self) -> Result<(), String> {
        self.stop();
        let standing = locked(&self.held.standing);
        if standing.lost.is_some() {
            return Ok(());
        }
        let place = &self.held.place;
        fail_point::place("the lock, before it is given back");
        let Err(NotMoved { text, is_race }) = place.shift(Some(&standing.commit), None) else {
            fail_point::place("the lock, given back");
            return Ok(());
        };
        if is_race {
            return Ok(());
        }
        // Some hosts let nobody delete a ref.
        let free = Claim { free: true, ..self.held.claim.clone() };
        let commit = place.write(&free, Some(&standing.commit))?;
        place.shift(Some(&standing.commit), Some(&commit)).map_err(|_| text)
    }

    fn stop(&mut self) {
        *locked(&self.held.is_over) = true;
        self.held.over.notify_all();
        if let Some(renewal) = self.renewal.take() {
            let _ = renewal.join();
        }
    }
}

impl Drop for Lease {
    fn drop(&mut self) {
        self.stop();
    }
}

impl Held {
    /// Renews three times a lease until it is over.
    fn keep_up(&self) {
        let mut is_over = locked(&self.is_over);
        while !*is_over {
            let waited = self.over.wait_timeout(is_over, self.lease / 3);
            is_over = waited.unwrap_or_else(PoisonError::into_inner).0;
            if *is_over {
                return;
            }
            drop(is_over);
            // What fails is tried again, at the latest by the fence.
            let _ = self.renew(&mut locked(&self.standing));
            is_over = locked(&self.is_over);
        }
    }

    fn renew(&self, standing: &mut Standing) -> Result<(), String> {
        if standing.lost.is_some() {
            return Err("it is not ours any more".to_owned());
        }
        let began = Moment::now();
        let commit = self.place.write(&self.claim, Some(&standing.commit))?;
        let Err(NotMoved { text, .. }) = self.place.shift(Some(&standing.commit), Some(&commit))
        else {
            (standing.commit, standing.renewed) = (commit, began);
            standing.unanswered.clear();
            return Ok(());
        };
        standing.unanswered.push(commit);
        match self.place.commit()? {
            // It arrived, then or earlier; only the answer did not.
            Some(there) if standing.unanswered.contains(&there) => {
                (standing.commit, standing.renewed) = (there, began);
                standing.unanswered.clear();
                Ok(())
            }
            Some(there) if there == standing.commit => Err(text),
            Some(_) => {
                let seen = self.place.look().ok().flatten().and_then(|seen| seen.claim);
                let holder = seen.map_or_else(|| "somebody else".to_owned(), |seen| seen.holder());
                standing.lost = Some(holder);
                Err(text)
            }
            None => {
                standing.lost = Some("somebody who removed it".to_owned());
                Err(text)
            }
        }
    }
}

/// The nonces that a run ever used.
fn nonces(folder: &Path) -> Vec<String> {
    let text = std::fs::read_to_string(folder.join(NONCES)).unwrap_or_default();
    text.lines().map(str::to_owned).collect()
}

/// Adds one; it is on disk before the remote may have it.
fn note(folder: &Path, nonce: &str) -> std::io::Result<()> {
    let mut file =
        std::fs::OpenOptions::new().create(true).append(true).open(folder.join(NONCES))?;
    writeln!(file, "{nonce}")?;
    file.sync_all()
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
