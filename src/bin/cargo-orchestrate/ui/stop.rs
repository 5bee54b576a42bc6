//! A run that had to stop: what happened, what is true now, what to type next.

use super::step_words::name;
use super::text::count;
use super::time::{clock, length};
use crate::failure::Failure;
use cargo_orchestrate::model::Timestamp;
use cargo_orchestrate::plan::{Action, Step, Upload};
use cargo_orchestrate::run::{RunState, Status, Stop, StopReason, Trouble};
use cargo_orchestrate::wire::{ExitCode, PackageState, RunKind, package_states};

/// A way on after a stop: what to type, and what it does.
#[derive(Debug, Clone)]
pub(crate) struct Way {
    pub command: String,
    pub effect: String,
}

impl Way {
    /// A way on.
    pub(crate) fn new(command: impl Into<String>, effect: impl Into<String>) -> Self {
        Self { command: command.into(), effect: effect.into() }
    }
}

/// The failure that says how a run stopped; `stops` may be empty when a signal stopped it.
///
/// The first way is the one that continues; where a time is known before which it gets no further,
/// that is added.
#[must_use]
pub(crate) fn stopped(
    kind: RunKind,
    steps: &[Step],
    state: &RunState,
    stops: &[Stop],
    ways: &[Way],
    now: Timestamp,
) -> Failure {
    let code = if stops.is_empty() {
        ExitCode::Interrupted
    } else if stops.iter().any(|stop| stop.reason.needs_decision()) {
        ExitCode::NeedsDecision
    } else {
        ExitCode::Resumable
    };
    let worst = worst(stops);
    let headline = worst.map_or_else(|| "interrupted".to_owned(), |stop| sentence(steps, stop));
    let mut failure = Failure::new(code, headline);
    for stop in stops.iter().filter(|stop| worst != Some(*stop)) {
        failure = failure.fact("also", sentence(steps, stop));
    }
    for (label, text) in truths(kind, steps, state) {
        failure = failure.fact(label, text);
    }
    let is_disproved = stops.iter().any(|stop| stop.reason == StopReason::Disproved);
    if is_disproved {
        failure = failure.fact("mend", mend(steps));
    }
    let retry_at = stops.iter().filter_map(|stop| stop.retry_at).min().filter(|at| *at > now);
    for (index, way) in ways.iter().enumerate() {
        if is_disproved && index == 0 {
            failure = failure.next(way.command.clone(), "proves it again, once that is mended");
            continue;
        }
        let from = retry_at.filter(|_| index == 0).map_or_else(String::new, |at| {
            format!(", from {} (in {})", clock(at, now), length(at.since(now)))
        });
        failure = failure.next(way.command.clone(), format!("{}{from}", way.effect));
    }
    failure
}

/// The failure that says why a rollback or an undo ended before it turned anything.
#[must_use]
pub(crate) fn unturned(steps: &[Step], state: &RunState, trouble: &Trouble, anew: &str) -> Failure {
    let is_it = |step: &&Step| match state.status(&step.id) {
        Status::NotDone(own) | Status::Rejected(own) => own == trouble,
        _ => false,
    };
    let text = match steps.iter().find(is_it) {
        Some(step) => format!("{} was refused: {}", name(&step.action), trouble.text),
        None => trouble.text.clone(),
    };
    let what = if gives_back(steps) { "given back" } else { "yanked" };
    Failure::new(ExitCode::Refused, text)
        .fact("now", format!("nothing was {what}, and all files are as they were"))
        .next(anew, "begins anew, once that is mended")
}

/// The first that needs a decision, which is worse than what passes by itself, or else the first.
fn worst(stops: &[Stop]) -> Option<&Stop> {
    stops.iter().find(|stop| stop.reason.needs_decision()).or_else(|| stops.first())
}

/// What makes a proof hold that does not.
fn mend(steps: &[Step]) -> &'static str {
    if gives_back(steps) {
        "`cargo yank --undo NAME@VERSION` for what is required and yanked, or `cargo yank NAME@VERSION` for what requires it"
    } else {
        "`cargo yank NAME@VERSION` for what is live and should not be, or publish what it requires"
    }
}

/// Whether the steps are those of an undo.
fn gives_back(steps: &[Step]) -> bool {
    steps.iter().any(|step| matches!(step.action, Action::Unyank(_)))
}

fn sentence(steps: &[Step], stop: &Stop) -> String {
    let step = steps.iter().find(|step| step.id == stop.step);
    let what = step.map_or_else(|| stop.step.to_string(), |step| name(&step.action));
    let how = match stop.reason {
        StopReason::Throttled => "has to wait",
        StopReason::NotVisible => "is not to be seen yet",
        StopReason::InDoubt => "is in doubt",
        StopReason::Unauthorized => "is not allowed",
        StopReason::Rejected => "was refused",
        StopReason::Foreign => "is not ours to do",
        StopReason::Unavailable => "got no answer",
        StopReason::Failed | StopReason::Disproved => "failed",
    };
    format!("{what} {how}: {}", stop.text)
}

/// Where the packages stand, one line a state, in the order in which one wants to know.
fn truths(kind: RunKind, steps: &[Step], state: &RunState) -> Vec<(&'static str, String)> {
    use PackageState as P;
    let states = package_states(steps, state);
    let of = |wanted: &[P]| -> Vec<&Upload> {
        let those = states.iter().filter(|(_, state)| wanted.contains(state));
        those.map(|(upload, _)| *upload).collect()
    };
    let (first, reached, waiting): (_, &[P], &[P]) = match kind {
        RunKind::Release => (
            "published",
            &[P::Visible],
            &[P::NotStarted, P::Throttled, P::Blocked, P::Unauthorized],
        ),
        RunKind::Rollback if gives_back(steps) => {
            ("given back", &[P::Visible], &[P::Yanked, P::Throttled, P::Unauthorized])
        }
        RunKind::Rollback => ("yanked", &[P::Yanked], &[P::Visible, P::Throttled, P::Unauthorized]),
    };
    let sure = if kind == RunKind::Release { "   (in the index, checksums match)" } else { "" };
    let mut truths = Vec::new();
    let mut add = |label, uploads: Vec<&Upload>, more: &str| {
        if !uploads.is_empty() {
            truths.push((label, format!("{}{more}", list(&uploads))));
        }
    };
    add(first, of(reached), sure);
    add("in doubt", of(&[P::InDoubt]), "   (the next run asks the index)");
    add("refused", of(&[P::Rejected, P::Foreign, P::Lost]), "");
    add("not yet", of(waiting), "");
    let nothing_out = of(&[P::Visible, P::InDoubt]).is_empty();
    if kind == RunKind::Release && nothing_out {
        truths.push(("so far", "nothing was published".to_owned()));
    }
    truths
}

/// The versions, named while they are few.
fn list(uploads: &[&Upload]) -> String {
    const NAMED: usize = 12;
    let list = uploads.iter().take(NAMED).map(ToString::to_string).collect::<Vec<_>>().join(", ");
    match uploads.len().saturating_sub(NAMED) {
        0 => list,
        more => format!("{list} and {}", count(more, "more package")),
    }
}
