//! What breaks, and how people move on.

use super::Page;
use super::escape::{code, prose, quotation};
use super::scope::in_order;
use crate::export::chart::is_breaking;
use crate::plan::{BreakingChange, Plan};

/// Longer explanations are cut: a page has its limits, and the commit has the rest.
const LONGEST: usize = 2000;

/// Each change once, with the packages it breaks; then the packages that break only because a
/// dependency does.
pub(super) fn write(page: &mut Page, plan: &Plan) {
    let packages = in_order(plan);
    let mut changes: Vec<(&BreakingChange, Vec<String>)> = Vec::new();
    for planned in &packages {
        for change in &planned.breaking {
            let name = format!("{} {}", code(planned.name.as_str()), planned.to);
            match changes.iter_mut().find(|(known, _)| *known == change) {
                Some((_, names)) => names.push(name),
                None => changes.push((change, vec![name])),
            }
        }
    }
    let follow: Vec<String> = packages
        .iter()
        .filter(|planned| is_breaking(planned) && planned.breaking.is_empty())
        .map(|planned| format!("{} {}", code(planned.name.as_str()), planned.to))
        .collect();
    if changes.is_empty() && follow.is_empty() {
        return;
    }
    page.heading("Breaking changes");
    for (change, names) in &changes {
        let commit = change.commit.as_ref().map(|oid| format!(" ({})", oid.short(9)));
        let commit = commit.unwrap_or_default();
        page.line(format_args!(
            "- **{}**{commit}, in {}",
            prose(&change.summary),
            names.join(", ")
        ));
        match &change.text {
            Some(text) => {
                page.gap();
                page.0.push_str(&quotation(&cut(text), "  "));
                page.gap();
            }
            None => {
                page.line("  <br>No migration note: the commit has no `BREAKING CHANGE:` text.");
            }
        }
    }
    if !follow.is_empty() {
        let names = follow.join(", ");
        page.line(format_args!(
            "- Breaking without a breaking change of their own, since a dependency that breaks may \
             show in their interface, or by request: {names}"
        ));
    }
}

fn cut(text: &str) -> String {
    match text.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}
