//! The lock on the remote: taken before a run that pushes, given back after it.

use super::session::Session;
use crate::effects::lease::{Lease, NotTaken, Wish};
use crate::failure::Failure;
use crate::interrupt;
use crate::journal::Run;
use crate::ui::{self, Screen};
use cargo_orchestrate::model::PlanId;
use cargo_orchestrate::plan::{Action, Step};
use cargo_orchestrate::wire::ExitCode;
use std::path::Path;
use std::time::Duration;

/// What a command wants of the lock.
pub(super) struct Need<'a> {
    /// How long to wait for another holder.
    pub(super) wait: Duration,
    /// What to type to try again.
    pub(super) command: &'a str,
    /// The folder of the run that is taken up again.
    pub(super) folder: Option<&'a Path>,
}

/// Takes the lock on the remote that these steps push to; none where they push nothing, or where
/// the host does not let us have it.
pub(super) fn take(
    session: &Session,
    steps: &[Step],
    plan: &PlanId,
    need: &Need<'_>,
    screen: &Screen,
) -> Result<Option<Lease>, Failure> {
    let Some(remote) = remote(steps) else { return Ok(None) };
    let wish = Wish {
        root: &session.checkout.repository_root,
        remote,
        plan: plan.as_str(),
        folder: need.folder,
        since: ui::time::rfc3339(ui::time::now()),
        lease: session.policy.lock_lease,
        wait: need.wait,
        heard: &|verb, text| screen.status(verb, &ui::text::plain(text)),
        interrupted: &interrupt::is_asked,
    };
    match wish.take() {
        Ok(lease) => Ok(Some(lease)),
        Err(NotTaken::NotAllowed(why)) => {
            let why = ui::text::plain(&why);
            let text = format!("no lock on {remote} ({why}): only this repository is locked");
            screen.aloud("Note", &text);
            Ok(None)
        }
        Err(not_taken) => Err(refused(not_taken, remote, need)),
    }
}

/// Writes down in the run's folder that the lock is this run's.
pub(super) fn remember(lease: &Lease, run: &Run) -> Result<(), Failure> {
    lease.remember(&run.folder).map_err(|error| {
        Failure::new(ExitCode::Resumable, "could not write the run's folder").because(error)
    })
}

/// Gives the lock back.
pub(super) fn give_back(lease: Lease, screen: &Screen) {
    if let Err(why) = lease.release() {
        let why = ui::text::plain(&why);
        screen.aloud("Note", &format!("the lock stays on the remote until it runs out: {why}"));
    }
}

/// The remote that steps push to.
fn remote(steps: &[Step]) -> Option<&str> {
    steps.iter().find_map(|step| match &step.action {
        Action::PushCommit { remote, .. } | Action::PushTags { remote, .. } => {
            Some(remote.as_str())
        }
        _ => None,
    })
}

fn refused(not_taken: NotTaken, remote: &str, need: &Need<'_>) -> Failure {
    match not_taken {
        NotTaken::Held(claim) => {
            let text = format!("somebody else is releasing: the lock on {remote} is held");
            let failure = Failure::refused(text);
            let failure = match claim {
                Some(claim) => failure
                    .fact("holder", claim.holder())
                    .fact("since", &claim.since)
                    .fact("plan", &claim.plan),
                None => failure.fact("holder", "unknown: what stands there cannot be read"),
            };
            let command = format!("{} --wait-lock 10m", need.command);
            failure.next(command, "waits for it, and takes it over when its holder is gone")
        }
        NotTaken::NotAllowed(why) | NotTaken::Unavailable(why) => {
            let code = if need.folder.is_some() { ExitCode::Resumable } else { ExitCode::Refused };
            Failure::new(code, format!("could not take the lock on {remote}: {why}"))
                .now("nothing was changed")
                .next(need.command, "tries again")
        }
        NotTaken::Local(error) => {
            Failure::new(ExitCode::Resumable, "could not write the run's folder").because(error)
        }
        NotTaken::Interrupted => {
            Failure::new(ExitCode::Interrupted, "interrupted while waiting for the lock")
                .now("nothing was changed")
        }
    }
}
