//! How long registries will make a release wait.

use super::text::{count, plain};
use super::time::length;
use cargo_orchestrate::plan::{Budget, BudgetKind};
use std::time::Duration;

/// What a plan takes from the budgets of registries, and how long it waits for more where all of
/// them are full now; nothing for a plan that no registry limits.
pub(super) fn budget(budgets: &[Budget]) -> Option<String> {
    let longest = budgets.iter().max_by_key(|budget| budget.wait())?;
    let words: Vec<String> = budgets
        .iter()
        .map(|budget| {
            let noun = match budget.kind {
                BudgetKind::Updates => "update",
                BudgetKind::NewPackages => "new package",
            };
            let uploads = usize::try_from(budget.uploads).unwrap_or(usize::MAX);
            format!("{} ({} at once)", count(uploads, noun), budget.at_once)
        })
        .collect();
    let wait = match longest.wait() {
        Duration::ZERO => "no wait".to_owned(),
        wait => {
            let registry = longest.registry.to_string();
            format!("about {} of waiting for {}", length(wait), plain(&registry))
        }
    };
    Some(format!("{}: {wait}", words.join(", ")))
}
