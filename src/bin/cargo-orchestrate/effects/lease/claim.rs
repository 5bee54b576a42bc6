//! What the lock on the remote says, and whether it may be taken: text and a decision, no effects.

use crate::machine;
use serde::{Deserialize, Serialize};
use std::time::Duration;

/// The most bytes of a lock's text that are read.
const CAP: usize = 4096;

/// Bounds of what another lock may say of its own lease.
const SHORTEST: Duration = Duration::from_secs(1);
const LONGEST: Duration = Duration::from_hours(1);

/// Who holds the lock, for what, and for how long without a sign of life.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Claim {
    pub(super) v: u32,
    /// A number that only the holder knows before it stands here.
    pub(super) nonce: String,
    pub(crate) host: String,
    pub(crate) pid: u32,
    /// When that process started, by the kernel's count.
    pub(super) start: Option<u64>,
    /// Where the number of the process means something.
    pub(super) space: Option<String>,
    /// The address of the CI job.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) job: Option<String>,
    pub(crate) plan: String,
    /// When it was taken, by the holder's clock; only told, never compared.
    pub(crate) since: String,
    /// Seconds.
    pub(super) lease: u64,
    /// Left without a holder where the host does not let the ref be deleted.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub(super) free: bool,
}

/// Whether a holder lives, as far as this machine can tell.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Life {
    Dead,
    Alive,
    /// It is elsewhere.
    Unknown,
}

/// Whether a lock that stands there may be taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Verdict {
    /// Nobody holds it.
    Free,
    /// This run held it, in a process that is no more.
    Ours,
    /// Its holder died on this machine.
    Dead,
    /// It was watched for its whole lease and did not move.
    RanOut,
    Held,
}

/// Decides. `claim` is none where the lock cannot be read, `ours` are the nonces that this run ever
/// used, and `still` is how long this process saw the lock unchanged, by its own clock.
pub(super) fn judge(
    claim: Option<&Claim>,
    ours: &[String],
    life: Life,
    still: Duration,
    lease: Duration,
) -> Verdict {
    let lease = claim.map_or(lease, Claim::lease);
    match claim {
        Some(claim) if claim.free => Verdict::Free,
        // A copy of this checkout may be at work with the same memory.
        Some(claim) if ours.contains(&claim.nonce) && life != Life::Alive => Verdict::Ours,
        Some(_) if life == Life::Dead => Verdict::Dead,
        _ if still >= lease => Verdict::RanOut,
        _ => Verdict::Held,
    }
}

impl Claim {
    /// A claim of this process.
    pub(super) fn here(nonce: String, plan: &str, since: String, lease: Duration) -> Self {
        let pid = std::process::id();
        Self {
            v: 1,
            nonce,
            host: machine::host(),
            pid,
            start: machine::process_start(pid),
            space: machine::process_space(),
            job: job(),
            plan: plan.to_owned(),
            since,
            lease: lease.as_secs(),
            free: false,
        }
    }

    /// Reads the text of a lock; none where it is no text of ours, or longer than any.
    pub(super) fn parse(text: &str) -> Option<Self> {
        if text.len() > CAP {
            return None;
        }
        serde_json::from_str::<Self>(text.trim()).ok().filter(|claim| claim.v == 1)
    }

    pub(super) fn text(&self) -> String {
        serde_json::to_string(self).expect("strings and numbers are JSON")
    }

    pub(super) fn life(&self) -> Life {
        let space = machine::process_space();
        let start = machine::process_start(self.pid);
        self.life_as_seen(space.as_deref(), start)
    }

    /// `space` is where we are, `start` that of the process with the holder's number here.
    fn life_as_seen(&self, space: Option<&str>, start: Option<u64>) -> Life {
        match (self.space.as_deref(), space) {
            (Some(there), Some(here)) if there == here => match (self.start, start) {
                (_, None) => Life::Dead,
                (Some(then), Some(now)) if then != now => Life::Dead,
                _ => Life::Alive,
            },
            _ => Life::Unknown,
        }
    }

    pub(super) fn lease(&self) -> Duration {
        Duration::from_secs(self.lease).clamp(SHORTEST, LONGEST)
    }

    /// Who holds it, in words; they come from outside.
    pub(crate) fn holder(&self) -> String {
        let job = self.job.as_ref().map(|job| format!(", {job}")).unwrap_or_default();
        format!("process {} on {}{job}", self.pid, self.host)
    }
}

/// The address of the CI job that this is, as the usual services tell it.
fn job() -> Option<String> {
    let variable = |name| std::env::var(name).ok().filter(|text| !text.is_empty());
    let run = || {
        let (server, repository) = (variable("GITHUB_SERVER_URL")?, variable("GITHUB_REPOSITORY")?);
        Some(format!("{server}/{repository}/actions/runs/{}", variable("GITHUB_RUN_ID")?))
    };
    variable("CI_JOB_URL").or_else(run).or_else(|| variable("BUILD_URL"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn claim(lease: u64) -> Claim {
        Claim {
            start: Some(7),
            space: Some("boot pid:[1]".to_owned()),
            ..Claim::here("n1".into(), "plan", "2026-11-26T06:00:00Z".into(), secs(lease))
        }
    }

    fn secs(seconds: u64) -> Duration {
        Duration::from_secs(seconds)
    }

    #[test]
    fn a_claim_reads_back_and_anything_else_is_none() {
        let claim = claim(120);
        assert_eq!(Claim::parse(&claim.text()), Some(claim.clone()));
        let longer = format!("{}{}", claim.text(), " ".repeat(CAP));
        let newer = claim.text().replace("\"v\":1", "\"v\":2");
        for text in ["", "locked by me", "{}", &longer, &newer] {
            assert_eq!(Claim::parse(text), None, "{text}");
        }
    }

    #[test]
    fn only_where_numbers_of_processes_mean_the_same_is_anybody_dead() {
        let table = [
            (Some("boot pid:[1]"), Some(7), Life::Alive),
            (Some("boot pid:[1]"), None, Life::Dead),
            // The number is used again.
            (Some("boot pid:[1]"), Some(8), Life::Dead),
            // Another container, another boot or machine, a system that does not say.
            (Some("boot pid:[2]"), None, Life::Unknown),
            (Some("later pid:[1]"), None, Life::Unknown),
            (None, None, Life::Unknown),
        ];
        for (space, start, life) in table {
            assert_eq!(claim(120).life_as_seen(space, start), life, "{space:?} {start:?}");
        }
        let silent = Claim { space: None, ..claim(120) };
        assert_eq!(silent.life_as_seen(None, None), Life::Unknown);
    }

    /// What it is, the lock there, our nonces, its holder, for how long it stood still, the verdict.
    type Case<'c> = (&'c str, Option<&'c Claim>, &'c [String], Life, u64, Verdict);

    #[test]
    fn who_may_take_it() {
        let ours = ["n0".to_owned(), "n1".to_owned()];
        let nobody: [String; 0] = [];
        let (held, free) = (claim(120), Claim { free: true, ..claim(120) });
        let table: [Case<'_>; 11] = [
            ("left without a holder", Some(&free), &nobody, Life::Unknown, 0, Verdict::Free),
            ("elsewhere", Some(&held), &nobody, Life::Unknown, 0, Verdict::Held),
            ("not yet its lease", Some(&held), &nobody, Life::Unknown, 119, Verdict::Held),
            ("its whole lease", Some(&held), &nobody, Life::Unknown, 120, Verdict::RanOut),
            ("paused here for its lease", Some(&held), &nobody, Life::Alive, 120, Verdict::RanOut),
            ("alive here", Some(&held), &nobody, Life::Alive, 0, Verdict::Held),
            ("died here", Some(&held), &nobody, Life::Dead, 0, Verdict::Dead),
            ("ours, elsewhere before", Some(&held), &ours, Life::Unknown, 0, Verdict::Ours),
            ("ours, in a copy at work", Some(&held), &ours, Life::Alive, 0, Verdict::Held),
            ("unreadable", None, &ours, Life::Unknown, 29, Verdict::Held),
            ("unreadable, our lease long", None, &ours, Life::Unknown, 30, Verdict::RanOut),
        ];
        for (case, claim, ours, life, still, verdict) in table {
            assert_eq!(judge(claim, ours, life, secs(still), secs(30)), verdict, "{case}");
        }
        // What a lock says of itself cannot keep everybody out for ever, nor let everybody in.
        assert_eq!(claim(u64::MAX).lease(), LONGEST);
        assert_eq!(claim(0).lease(), SHORTEST);
    }
}
