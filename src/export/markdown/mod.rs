//! The plan as a page that can be put into a pull request.
//!
//! `escape.rs` is what keeps quoted text from acting, and `rendered.rs` what keeps Markdown that people
//! wrote within its bounds; the other files have a part of the page each.

mod escape;
mod rendered;
mod scope;
mod breaking;
mod changes;
mod edges;
mod checks;
mod rollback;
mod checklist;
mod taken_back;

pub use taken_back::rollback_markdown;

use crate::plan::Plan;
use crate::run::Forecast;
use std::fmt::{Display, Write as _};

/// The plan as GitHub-flavoured Markdown.
#[must_use]
pub fn markdown(plan: &Plan, forecast: &Forecast) -> String {
    let mut page = Page::default();
    scope::write(&mut page, plan, forecast);
    if !plan.packages.is_empty() {
        scope::packages(&mut page, plan);
        breaking::write(&mut page, plan);
        changes::write(&mut page, plan);
        edges::write(&mut page, plan);
        edges::waves(&mut page, plan);
        edges::requirements(&mut page, plan);
    }
    checks::write(&mut page, plan);
    if !plan.packages.is_empty() {
        rollback::write(&mut page, plan);
        checklist::write(&mut page, plan);
    }
    page.0
}

/// Markdown that is put together block by block.
#[derive(Debug, Default)]
struct Page(String);

impl Page {
    fn heading(&mut self, text: impl Display) {
        self.gap();
        self.line(format_args!("## {text}"));
        self.gap();
    }

    fn line(&mut self, text: impl Display) {
        writeln!(self.0, "{text}").expect("a string takes everything");
    }

    /// Lines with an empty line before and after them.
    fn block(&mut self, lines: &str) {
        self.gap();
        self.0.push_str(lines);
        self.gap();
    }

    /// An empty line, unless there is one.
    fn gap(&mut self) {
        if !self.0.is_empty() && !self.0.ends_with("\n\n") {
            self.0.push('\n');
        }
    }

    /// A table. It is taken apart at its bars before code is looked for, so that those inside code
    /// are escaped here.
    fn table<const N: usize>(&mut self, head: [&str; N], rows: &[[String; N]]) {
        self.gap();
        self.line(format_args!("| {} |", head.join(" | ")));
        self.line(format_args!("|{}", " --- |".repeat(N)));
        for row in rows {
            let cells: Vec<String> = row.iter().map(|cell| cell.replace('|', "\\|")).collect();
            self.line(format_args!("| {} |", cells.join(" | ")));
        }
        self.gap();
    }

    /// What `write` writes, folded away behind its title when it is long.
    fn folded(&mut self, title: &str, is_long: bool, write: impl FnOnce(&mut Self)) {
        if is_long {
            self.gap();
            self.line(format_args!("<details><summary>{title}</summary>"));
        }
        self.gap();
        write(self);
        if is_long {
            self.gap();
            self.line("</details>");
            self.gap();
        }
    }
}

/// `1 package`, `4 packages`.
fn count(number: usize, noun: &str) -> String {
    format!("{number} {noun}{}", if number == 1 { "" } else { "s" })
}

/// The first few of many, and how many more there are.
fn some(all: &[String], most: usize) -> String {
    if all.is_empty() {
        return "–".to_owned();
    }
    let shown = all[..all.len().min(most)].join("<br>");
    match all.len().saturating_sub(most) {
        0 => shown,
        more => format!("{shown}<br>and {more} more"),
    }
}
