//! How long registries will make a release wait, and how long it will take.

use super::text::{count, plain};
use super::time::length;
use cargo_orchestrate::plan::BudgetKind;
use cargo_orchestrate::run::{BudgetForecast, Forecast};
use std::time::Duration;

/// What a plan takes from the budgets of registries, how long it waits for more, and how long its
/// uploads take, each where it is known: the name of the row, and its text.
pub(super) fn budget(forecast: &Forecast) -> Option<(&'static str, String)> {
    let took = |took: Duration| format!("about {} for all uploads", length(took));
    let took = forecast.uploads.map(took);
    if forecast.budgets.is_empty() {
        return took.map(|took| ("time", format!("{took}, as quick as last time")));
    }
    let one = &forecast.budgets[0].budget.registry;
    let several = forecast.budgets.iter().any(|other| other.budget.registry != *one);
    let words: Vec<String> = forecast.budgets.iter().map(|budget| words(budget, several)).collect();
    let wait = match (forecast.waits, forecast.slowest()) {
        (Duration::ZERO, _) | (_, None) => "no wait".to_owned(),
        (wait, Some(registry)) => {
            format!("about {} of waiting for {}", length(wait), plain(registry.as_str()))
        }
    };
    let took = took.map_or_else(String::new, |took| format!("; {took}"));
    Some(("budget", format!("{}: {wait}{took}", words.join(", "))))
}

/// `4 updates of 30 free`.
fn words(it: &BudgetForecast, several: bool) -> String {
    let left = count(usize::try_from(it.left).unwrap_or(usize::MAX), noun(it.budget.kind));
    let at =
        if several { format!(" at {}", plain(it.budget.registry.as_str())) } else { String::new() };
    format!("{left} of {} free{at}", it.free)
}

/// What one upload of this kind is.
pub(super) fn noun(kind: BudgetKind) -> &'static str {
    match kind {
        BudgetKind::Updates => "update",
        BudgetKind::NewPackages => "new package",
    }
}
