//! How the release would be taken back.

use super::escape::code;
use super::{Page, count};
use crate::plan::{Action, Plan};
use std::collections::BTreeMap;

/// Longer lists of yanks are folded away.
const ROWS: usize = 24;

pub(super) fn write(page: &mut Page, plan: &Plan) {
    page.heading("Rollback");
    page.line(
        "`cargo orchestrate yank-rollback` yanks in this order, dependents first, and puts versions \
         and requirements back in a revert commit.",
    );
    let planned: BTreeMap<_, _> =
        plan.packages.iter().map(|planned| (&planned.name, planned)).collect();
    let uploads = plan.steps.iter().rev().filter_map(|step| match &step.action {
        Action::Upload(upload) => planned.get(&upload.package),
        _ => None,
    });
    let rows: Vec<[String; 3]> = uploads
        .enumerate()
        .map(|(number, planned)| {
            let good = planned.last_good.as_ref();
            let good = good.map_or("none: this is the first".to_owned(), ToString::to_string);
            let yank = format!("{} {}", code(planned.name.as_str()), planned.to);
            [(number + 1).to_string(), yank, good]
        })
        .collect();
    page.folded(&count(rows.len(), "yank"), rows.len() > ROWS, |page| {
        page.table(["", "Yank", "Last good"], &rows);
    });
    page.line("What no rollback undoes:");
    page.gap();
    let numbers = count(rows.len(), "version number");
    page.line(format_args!("- the {numbers}: nobody can use them again"));
    page.line("- lock files that name them go on using them, and what was downloaded stays");
    if plan.steps.iter().any(|step| matches!(step.action, Action::Commit { .. })) {
        page.line("- the release commit stays in the history; a revert is added");
    }
    if plan.steps.iter().any(|step| matches!(step.action, Action::Tag { .. })) {
        page.line("- the tags stay");
    }
}
