//! How long the uploads of a plan will take, by what this repository's journals know.

use super::session::Session;
use crate::ui::time::now;
use cargo_orchestrate::facts::{Sent, SentUpload};
use cargo_orchestrate::plan::{Bucket, Budget, Plan};
use cargo_orchestrate::policy::Limit;
use cargo_orchestrate::run::{Course, Forecast, RunState, new_packages, sent};
use cargo_orchestrate::wire::{RunKind, parse_plan};
use std::time::Duration;

/// The forecast for a plan of which nothing is done yet.
pub(super) fn forecast(session: &Session, plan: &Plan) -> Forecast {
    let sent = sent_before(session, &plan.budget);
    Course::of(plan, &session.policy).forecast(&RunState::default(), &sent)
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
