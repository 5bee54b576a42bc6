//! What a person ticks off.

use super::Page;
use super::breaking::is_silent;
use super::count;
use super::escape::code;
use super::scope::in_order;
use crate::export::chart::is_breaking;
use crate::plan::{Plan, Severity};

pub(super) fn write(page: &mut Page, plan: &Plan) {
    page.heading("Checklist");
    let errors = plan.errors().count();
    let warnings = plan.findings.iter().filter(|f| f.severity == Severity::Warning).count();
    if errors > 0 {
        page.line(format_args!("- [ ] {} fixed, and the plan made anew", count(errors, "error")));
    }
    if warnings > 0 {
        page.line(format_args!("- [ ] {} looked at", count(warnings, "warning")));
    }
    page.line("- [ ] versions and reasons are what was meant");
    if plan.packages.iter().any(is_breaking) {
        page.line("- [ ] breaking changes are meant to be released now");
    }
    let silent: Vec<String> = in_order(plan)
        .into_iter()
        .filter(|planned| planned.breaking.iter().any(is_silent))
        .map(|planned| code(planned.name.as_str()))
        .collect();
    if !silent.is_empty() {
        let names = silent.join(", ");
        page.line(format_args!(
            "- [ ] people learn how to move on from breaking changes in {names}"
        ));
    }
    let new: Vec<String> = plan
        .packages
        .iter()
        .filter(|planned| planned.new)
        .map(|planned| code(planned.name.as_str()))
        .collect();
    if !new.is_empty() {
        page.line(format_args!("- [ ] these names are taken for ever: {}", new.join(", ")));
    }
    page.line("- [ ] `cargo orchestrate rehearse` went through");
    page.line("- [ ] `cargo orchestrate publish` went through");
    page.line("- [ ] `cargo orchestrate status` shows nothing to repair");
}
