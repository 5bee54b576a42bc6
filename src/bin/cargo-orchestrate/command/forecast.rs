//! How long the uploads of a plan will take, by what this repository's journals know.

use super::session::Session;
use crate::ui::time::{length, now};
use cargo_orchestrate::facts::{Sent, SentUpload};
use cargo_orchestrate::plan::{Bucket, Budget, Finding, Plan};
use cargo_orchestrate::policy::Limit;
use cargo_orchestrate::run::{Course, Forecast, RunState, new_packages, sent};
use cargo_orchestrate::wire::{RunKind, parse_plan};
use std::time::Duration;

/// The forecast for a plan of which nothing is done yet.
pub(super) fn forecast(session: &Session, plan: &Plan) -> Forecast {
    let sent = sent_before(session, &plan.budget);
    Course::of(plan, &session.policy).forecast(&RunState::default(), &sent)
}

/// That registries will make the uploads wait longer than anybody wants to, as far as that is known.
pub(super) fn longer_than_patience(
    session: &Session,
    plan: &Plan,
    max_wait: Duration,
) -> Option<Finding> {
    let forecast = forecast(session, plan);
    let registry = forecast.slowest().filter(|_| forecast.waits > max_wait)?;
    let (waits, allowed) = (length(forecast.waits), length(max_wait));
    let text = format!(
        "{registry} makes the uploads wait {waits}, and `--max-wait` allows {allowed}: the release stops \
         on the way"
    );
    let hint = "a longer `--max-wait`, or the same command again once it stopped: it goes on then";
    Some(Finding::warning("longer-than-max-wait", text).hint(hint))
}

/// What the runs of this repository sent so lately that these budgets may not be full again; and at
/// least what the last run with uploads did, which tells how quick registries are.
pub(super) fn sent_before(session: &Session, budgets: &[Budget]) -> Sent {
    let now = now();
    let full_after = |budget: &Budget| {
        let then_every = Duration::from_secs(budget.then_every_seconds);
        Bucket::full_after(Limit { at_once: budget.at_once, then_every })
    };
    let lately = budgets.iter().map(full_after).max().unwrap_or_default();
    let mut uploads: Vec<SentUpload> = Vec::new();
    for run in session.past.iter().rev().filter(|run| run.kind == RunKind::Release) {
        let last = run.events.last().map(cargo_orchestrate::run::Event::at).unwrap_or_default();
        if now.since(last) > lately && !uploads.is_empty() {
            break;
        }
        // A plan that cannot be read says nothing here, and more where its run is gone on with.
        let Ok(plan) = parse_plan(&run.document) else { continue };
        let new = new_packages(&plan.steps, &plan.packages);
        uploads.extend(sent(&plan.steps, &new, &run.events));
    }
    Sent::of(now, uploads)
}
