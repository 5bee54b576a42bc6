//! What breaks, and how people move on.

use super::Page;
use super::escape::{code, prose, quotation};
use super::rendered;
use super::scope::in_order;
use crate::export::chart::is_breaking;
use crate::plan::{BreakingChange, Plan};
use std::fmt::Write as _;

/// Longer explanations are cut: a page has its limits, and the commit or changeset has the rest.
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
        let mut from = String::new();
        if let Some(oid) = &change.commit {
            write!(from, " ({})", oid.short(9)).expect("a string takes everything");
        }
        if let Some(file) = &change.changeset {
            write!(from, " ({})", code(file.as_str())).expect("a string takes everything");
        }
        let is_markdown = change.changeset.is_some();
        let summary =
            if is_markdown { headline(&change.summary) } else { summary(&change.summary) };
        page.line(format_args!("- {summary}{from}, in {}", names.join(", ")));
        match &change.text {
            Some(text) if is_markdown => quote(page, text),
            Some(text) => page.block(&quotation(&cut(text), "  ")),
            None if is_silent(change) => page.line(NO_NOTE),
            None => {}
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

const NO_NOTE: &str = "  <br>No migration note: the commit has no `BREAKING CHANGE:` text.";

const NO_TEXT: &str = "**(no text)**";

/// Whether nobody wrote down how people move on. A changeset is text for them, however short.
pub(super) fn is_silent(change: &BreakingChange) -> bool {
    change.text.is_none() && (change.changeset.is_none() || change.summary.is_empty())
}

/// The first line of a commit, which is text.
fn summary(text: &str) -> String {
    if text.is_empty() { NO_TEXT.to_owned() } else { format!("**{}**", prose(text)) }
}

/// The first line of a changeset, which is Markdown.
pub(super) fn headline(text: &str) -> String {
    if text.is_empty() { NO_TEXT.to_owned() } else { format!("**{}**", rendered::sentence(text)) }
}

/// What a changeset says beyond its first line, below its item.
pub(super) fn quote(page: &mut Page, text: &str) {
    page.block(&rendered::quotation(&cut(text), "  "));
}

fn cut(text: &str) -> String {
    match text.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}
