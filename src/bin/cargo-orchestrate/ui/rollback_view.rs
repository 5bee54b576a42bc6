//! A rollback before it happens: what is yanked, what remains.

use super::lines::Lines;
use super::style::{Paint, Tone};
use super::table::Table;
use super::text::{columns, plain, wrap};
use cargo_orchestrate::model::{PackageName, Version};

/// What a rollback would do.
#[derive(Debug, Clone, Default)]
pub(crate) struct RollbackView {
    /// The heading of the first column: `yank (in this order)`, `unyank (in this order)`.
    pub title: String,
    /// In the order in which it is done.
    pub packages: Vec<RollbackRow>,
    /// What stays, whatever is done.
    pub cannot_be_undone: Vec<String>,
    /// What it takes from the yanks that registries allow, and how long they make it wait.
    pub budget: Vec<String>,
    /// What else will be done: a revert, requirements that are pinned.
    pub also: Vec<String>,
}

/// One version that is taken back.
#[derive(Debug, Clone)]
pub(crate) struct RollbackRow {
    pub name: PackageName,
    pub version: Version,
    /// What its users get afterwards; nothing when no version is left.
    pub last_good: Option<Version>,
    /// Who still asks for it, in words; empty when nobody does.
    pub still_required_by: String,
}

/// What a new project gets of a package after a rollback or its undo.
#[derive(Debug, Clone)]
pub(crate) struct ProofRow {
    pub name: PackageName,
    /// What was taken back, or given back.
    pub version: Version,
    /// Nothing where no version is left.
    pub gets: Option<Version>,
    /// How many versions of the package are live; each of them resolves.
    pub live: usize,
}

/// The proof as a table, for stdout; `heading` says what was done to the versions.
#[must_use]
pub(crate) fn proof_view(rows: &[ProofRow], heading: &str, paint: Paint, width: usize) -> String {
    let mut table = Table::new(&["package", heading, "a new project gets", "live and resolving"]);
    for row in rows {
        let gets = row.gets.as_ref().map_or_else(|| "none".to_owned(), ToString::to_string);
        table.row([row.name.to_string(), row.version.to_string(), gets, row.live.to_string()]);
    }
    let mut out = Lines::default();
    table.write(&mut out, paint, width);
    out.into_string()
}

/// The table and what cannot be undone, for stdout.
#[must_use]
pub(crate) fn rollback_view(view: &RollbackView, paint: Paint, width: usize) -> String {
    let mut table = Table::new(&[view.title.as_str(), "last good", "still required by"]).wrapped();
    let names = view.packages.iter().map(|row| columns(row.name.as_str()));
    let widest = names.max().unwrap_or_default();
    for row in &view.packages {
        let required = plain(&row.still_required_by);
        table.row([
            format!("{:<widest$}   {}", row.name.to_string(), row.version),
            row.last_good.as_ref().map_or_else(|| "none".to_owned(), ToString::to_string),
            if required.is_empty() { "-".to_owned() } else { required },
        ]);
    }
    let mut out = Lines::default();
    if !view.packages.is_empty() {
        table.write(&mut out, paint, width);
    }
    // What is done is read line by line; what stays is one sentence.
    let stays = view.cannot_be_undone.iter().map(|text| plain(text)).collect::<Vec<_>>().join("; ");
    let done = view.also.iter().map(|text| plain(text)).collect();
    let blocks = [
        ("also", Tone::Note, done),
        ("cannot be undone", Tone::Warning, vec![stays]),
        ("budget", Tone::Note, view.budget.clone()),
    ];
    out.gap();
    for (label, tone, texts) in blocks {
        let texts: Vec<String> = texts;
        let lines = texts.iter().filter(|it| !it.is_empty()).flat_map(|it| wrap(it, width - 20));
        for (index, line) in lines.enumerate() {
            let label = if index == 0 { format!("{label:<18}") } else { " ".repeat(18) };
            out.line(format_args!("  {}{line}", paint.tone(tone, label)));
        }
    }
    out.into_string()
}
