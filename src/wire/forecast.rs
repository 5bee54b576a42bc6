//! What is said beside a plan, and is no part of it: how long its uploads will take.

use super::line::line;
use crate::model::{RegistryName, Timestamp};
use crate::plan::{BudgetKind, Plan};
use crate::run::{BudgetForecast, Forecast};
use serde::Serialize;
use std::time::Duration;

#[derive(Serialize)]
#[serde(rename_all = "kebab-case")]
struct PlanNow<'a> {
    #[serde(flatten)]
    plan: &'a Plan,
    forecast: ForecastDocument<'a>,
}

/// How long uploads will take.
#[derive(Serialize)]
#[serde(rename_all = "kebab-case")]
pub(super) struct ForecastDocument<'a> {
    /// When it was made; nothing where it holds at any time, so that the same plan is the same text.
    #[serde(skip_serializing_if = "Option::is_none")]
    at: Option<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    budget: Vec<BudgetDocument<'a>>,
    wait_seconds: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    upload_seconds: Option<u64>,
}

#[derive(Serialize)]
#[serde(rename_all = "kebab-case")]
struct BudgetDocument<'a> {
    registry: &'a RegistryName,
    kind: BudgetKind,
    left: u32,
    free: u32,
}

impl<'a> ForecastDocument<'a> {
    pub(super) fn of(forecast: &'a Forecast, time: impl Fn(Timestamp) -> String) -> Self {
        let budget = |it: &'a BudgetForecast| BudgetDocument {
            registry: &it.budget.registry,
            kind: it.budget.kind,
            left: it.left,
            free: it.free,
        };
        Self {
            at: forecast.is_of_now().then(|| time(forecast.at)),
            budget: forecast.budgets.iter().map(budget).collect(),
            wait_seconds: seconds(forecast.waits),
            upload_seconds: forecast.uploads.map(seconds),
        }
    }
}

/// Whole seconds, rounded up.
fn seconds(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis().div_ceil(1000)).unwrap_or(u64::MAX)
}

/// The plan as one line of JSON, as [`super::plan_document`], with how long its uploads will take
/// from now on. `time` writes a time in RFC 3339. What reads the plan again skips that.
#[must_use]
pub fn plan_now_document(
    plan: &Plan,
    forecast: &Forecast,
    time: impl Fn(Timestamp) -> String,
) -> String {
    if plan.is_empty() {
        return super::plan_document(plan);
    }
    line("plan", &PlanNow { plan, forecast: ForecastDocument::of(forecast, time) })
}
