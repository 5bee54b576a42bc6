//! What the plan is about, and the table of its packages.

use super::escape::{code, prose};
use super::{Page, count, some};
use crate::export::chart::{bump_words, bumps, headline, is_breaking};
use crate::model::{Bump, length};
use crate::plan::{BudgetKind, Plan, Planned};
use crate::run::{BudgetForecast, Forecast};
use std::collections::BTreeMap;
use std::time::Duration;

/// How many reasons of one package are shown.
const REASONS: usize = 3;

pub(super) fn write(page: &mut Page, plan: &Plan, forecast: &Forecast) {
    page.line(format_args!("# Release plan: {}", headline(plan)));
    page.heading("Scope");
    let branch = plan.branch.as_deref().map(|branch| format!(" on {}", code(branch)));
    let branch = branch.unwrap_or_default();
    page.line(format_args!("- **Commit:** {}{branch}", code(plan.base.short(12))));
    if !plan.packages.is_empty() {
        let bumps = bumps(plan).into_iter().map(|(bump, many)| match bump {
            Bump::None => format!("{many} new or as it stands"),
            bump => format!("{many} {bump}"),
        });
        let bumps: Vec<String> = bumps.collect();
        page.line(format_args!("- **Released:** {} ({})", packages_of(plan), bumps.join(", ")));
        let mut registries: BTreeMap<&str, usize> = BTreeMap::new();
        for planned in &plan.packages {
            *registries.entry(planned.registry.as_str()).or_default() += 1;
        }
        let several = registries.len() > 1;
        let registries = registries.into_iter().map(|(name, many)| {
            if several { format!("{} ({many})", code(name)) } else { code(name) }
        });
        page.line(format_args!("- **To:** {}", registries.collect::<Vec<_>>().join(", ")));
        let pushed = match &plan.remote {
            Some(remote) => format!("branch and tags to {}", code(remote)),
            None => "nothing; commit and tags stay in the repository".to_owned(),
        };
        page.line(format_args!("- **Pushed:** {pushed}"));
        if !plan.release_type.is_regular() {
            page.line(format_args!("- **Type:** {}", plan.release_type));
        }
        if let Some(takes) = takes(forecast) {
            page.line(format_args!("- **Takes:** {takes}"));
        }
    }
    if !plan.unchanged.is_empty() {
        page.line(format_args!("- **Staying:** {}", prose(&plan.stays())));
    }
    page.line(format_args!("- **Plan:** {}", code(plan.id.short(16))));
}

/// What the uploads take from the budgets of registries and in time, where either is known.
fn takes(forecast: &Forecast) -> Option<String> {
    let budget = |it: &BudgetForecast| {
        let noun = match it.budget.kind {
            BudgetKind::Updates => "update",
            BudgetKind::NewPackages => "new package",
        };
        let left = count(usize::try_from(it.left).unwrap_or(usize::MAX), noun);
        format!("{left} of {} free at {}", it.free, code(it.budget.registry.as_str()))
    };
    let mut parts: Vec<String> = forecast.budgets.iter().map(budget).collect();
    if !forecast.budgets.is_empty() {
        parts.push(match forecast.waits {
            Duration::ZERO => "no wait".to_owned(),
            wait => format!("about {} of waiting", length(wait)),
        });
    }
    parts.extend(forecast.uploads.map(|all| format!("about {} for all uploads", length(all))));
    (!parts.is_empty()).then(|| parts.join(", "))
}

fn packages_of(plan: &Plan) -> String {
    count(plan.packages.len(), "package")
}

/// The packages in publishing order, so that causes stand above what follows from them.
pub(super) fn in_order(plan: &Plan) -> Vec<&Planned> {
    let places: BTreeMap<_, usize> =
        plan.waves.iter().flatten().enumerate().map(|(place, name)| (name, place)).collect();
    let mut packages: Vec<&Planned> = plan.packages.iter().collect();
    packages.sort_by_key(|planned| places.get(&planned.name).copied().unwrap_or(usize::MAX));
    packages
}

pub(super) fn packages(page: &mut Page, plan: &Plan) {
    page.heading("Packages");
    let rows: Vec<[String; 5]> = in_order(plan).into_iter().map(row).collect();
    page.table(["Package", "Now", "Next", "Bump", "Why"], &rows);
}

fn row(planned: &Planned) -> [String; 5] {
    let now = if planned.new { "–".to_owned() } else { planned.from.to_string() };
    let bump = bump_words(planned);
    let bump = if is_breaking(planned) { format!("**{bump}**") } else { bump };
    let mut why: Vec<String> = planned.reasons.iter().map(|reason| prose(&reason.text)).collect();
    why.dedup();
    [code(planned.name.as_str()), now, planned.to.to_string(), bump, some(&why, REASONS)]
}
