//! Compares what `plan` says changed with what stock Cargo packs.
//!
//! For a workspace with tags, each publishable package is packed by `cargo package` from the commit
//! of its last release and from the commit that is planned, and the two are compared. None of the
//! program's own code takes part: it only says, through `plan --message-format json`, what it takes
//! for changed and what each package's last release is. Versions, and requirements on other members
//! that follow their versions, are put aside, since every release rewrites them.

mod checkout;
mod compare;
mod judge;
mod lock;
mod manifest;
mod pack;

use crate::arguments::Arguments;
use crate::build;
use checkout::Clone;
use judge::{Row, Verdict};
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// Runs the task.
///
/// # Errors
/// When something cannot be packed or read, and when the plan and the packages disagree.
pub(crate) fn run(mut arguments: Arguments) -> Result<(), String> {
    let mut revisions: Vec<String> = Vec::new();
    while let Some(revision) = arguments.option("--at")? {
        revisions.push(revision);
    }
    if revisions.is_empty() {
        revisions.push("HEAD".to_owned());
    }
    let only: Option<String> = arguments.option("--packages")?;
    let only: Option<BTreeSet<String>> =
        only.map(|names| names.split(',').map(|name| name.trim().to_owned()).collect());
    let json_file: Option<PathBuf> = arguments.option("--json")?;
    let given: Option<PathBuf> = arguments.option("--program")?;
    let offline = arguments.flag("--offline");
    let path = arguments.task().ok_or("which workspace? `cargo xtask truth PATH`")?;
    arguments.end()?;
    let program = given.map_or_else(build::program, Ok)?;
    let found = |path: &Path| {
        let trouble = |error| format!("could not find {}: {error}", path.display());
        fs::canonicalize(path).map_err(trouble)
    };
    let (program, path) = (found(&program)?, found(Path::new(&path))?);

    let mut reports = Vec::new();
    let mut wrong = 0;
    for revision in &revisions {
        let clone = Clone::at(&path, revision)?;
        let plan = clone.plan(&program, offline)?;
        let rows = judge::rows(&clone, &plan, only.as_ref())?;
        wrong += rows.iter().filter(|row| row.verdict.is_wrong()).count();
        print(&path, &clone, &rows);
        reports.push(report(&path, &clone, &rows));
    }
    if let Some(file) = json_file {
        let text = format!("{:#}\n", Value::Array(reports));
        fs::write(&file, text)
            .map_err(|error| format!("could not write {}: {error}", file.display()))?;
    }
    match wrong {
        0 => Ok(()),
        1 => Err("the plan is wrong about 1 package".to_owned()),
        more => Err(format!("the plan is wrong about {more} packages")),
    }
}

fn print(path: &Path, clone: &Clone, rows: &[Row]) {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    println!("{name} at {}", clone.commit());
    let width = rows.iter().map(|row| row.name.len()).max().unwrap_or(0);
    for row in rows {
        println!(
            "  {:<width$}  {:<21}  ours {:<3}  truth {:<3}  since {}",
            row.name,
            row.verdict.word(),
            yes_or_no(row.ours),
            if row.verdict.is_compared() { yes_or_no(row.truth) } else { "-" },
            row.baseline,
        );
        if row.verdict.is_wrong() {
            row.evidence.iter().for_each(|text| println!("    ours   {text}"));
            let shown = row.differences.iter().take(8);
            shown.for_each(|text| println!("    truth  {text}"));
        }
        row.notes.iter().for_each(|text| println!("    note   {text}"));
    }
    let count = |verdict| rows.iter().filter(|row| row.verdict == verdict).count();
    println!(
        "  {} packages compared: {} changed, {} unchanged, {} false positive, {} false negative, \
         {} not compared, {} published-without-tag",
        rows.iter().filter(|row| row.verdict.is_compared()).count(),
        count(Verdict::Changed),
        count(Verdict::Unchanged),
        count(Verdict::FalsePositive),
        count(Verdict::FalseNegative),
        count(Verdict::Unknown),
        count(Verdict::PublishedWithoutTag),
    );
}

fn yes_or_no(truth: bool) -> &'static str {
    if truth { "yes" } else { "no" }
}

fn report(path: &Path, clone: &Clone, rows: &[Row]) -> Value {
    let rows = rows.iter().map(|row| {
        json!({
            "name": row.name, "baseline": row.baseline, "verdict": row.verdict.word(),
            "ours": row.ours, "truth": row.verdict.is_compared().then_some(row.truth),
            "evidence": row.evidence, "differences": row.differences, "notes": row.notes,
        })
    });
    json!({"workspace": path, "commit": clone.commit(), "packages": rows.collect::<Vec<_>>()})
}
