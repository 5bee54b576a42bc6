//! A rollback as a page: what goes, who is reached, what else is done and what stays.

use super::escape::{code, prose, quotation};
use super::{Page, checks, count};
use crate::facts::Pin;
use crate::model::length;
use crate::plan::Action;
use crate::rollback::{Direction, Item, RequiredBy, Residue, Rollback, UsedDownstream, YankBudget};
use std::time::Duration;

/// Longer lists are folded away.
const ROWS: usize = 24;
/// How many of those whom nothing happens to are named of one version, the newest first.
const UNAFFECTED: usize = 5;

/// The rollback as GitHub-flavoured Markdown.
#[must_use]
pub fn rollback_markdown(rollback: &Rollback) -> String {
    let mut page = Page::default();
    let versions = count(rollback.items.len(), "version");
    page.line(match rollback.direction {
        Direction::Rollback => format!("# Rollback plan: {versions} to yank"),
        Direction::Undo => format!("# Undo of a rollback: {versions} to unyank"),
        Direction::Unpin => {
            format!("# Pins to lift: {}", count(rollback.pins.len(), "requirement"))
        }
    });
    scope(&mut page, rollback);
    if !rollback.items.is_empty() {
        items(&mut page, rollback);
        reached(&mut page, &rollback.items);
    }
    also(&mut page, rollback);
    residue(&mut page, rollback);
    page.heading("Checks");
    checks::findings(&mut page, &rollback.findings);
    page.0
}

fn scope(page: &mut Page, rollback: &Rollback) {
    page.heading("Scope");
    let what = match rollback.direction {
        Direction::Rollback => "Takes back",
        Direction::Undo => "Gives back what was taken by",
        Direction::Unpin => "Pinned by",
    };
    page.line(format_args!("- **{what}:** {}", code(&rollback.what())));
    if rollback.direction == Direction::Rollback {
        let by = rollback.way_by.as_ref().map(|key| format!(", by {}", code(key)));
        let by = by.unwrap_or_default();
        page.line(format_args!("- **Way:** {}{by}", code(rollback.way.word())));
    }
    page.line(format_args!("- **Commit:** {}", code(rollback.base.short(12))));
    for budget in &rollback.budget {
        page.line(format_args!("- **Budget:** {}", takes(budget)));
    }
    page.line(format_args!("- **Plan:** {}", code(rollback.id.short(16))));
    if let Some(reason) = rollback.reason() {
        page.gap();
        page.line("Why, as whoever asks the registry is told:");
        page.block(&quotation(reason, ""));
    }
}

fn takes(budget: &YankBudget) -> String {
    let YankBudget { registry, yanks, at_once, waits_seconds, .. } = budget;
    let text = format!("{yanks} of {at_once} at once at {}", code(registry.as_str()));
    match *waits_seconds {
        0 => format!("{text}, no wait"),
        wait => format!("{text}, about {} of waiting", length(Duration::from_secs(wait))),
    }
}

/// In the order in which it is done.
fn items(page: &mut Page, rollback: &Rollback) {
    page.heading("Order");
    let verb = if rollback.direction == Direction::Undo { "Unyank" } else { "Yank" };
    let row = |(number, item): (usize, &Item)| {
        let version = format!("{} {}", code(item.upload.package.as_str()), item.upload.version);
        let good = item.last_good.as_ref().map_or("none".to_owned(), ToString::to_string);
        let is_done = item.is_yanked && rollback.direction == Direction::Rollback;
        let state = if is_done { "yanked already" } else { "live" };
        let state = if rollback.direction == Direction::Undo { "–" } else { state };
        [(number + 1).to_string(), version, good, state.to_owned()]
    };
    let rows: Vec<_> = rollback.items.iter().enumerate().map(row).collect();
    page.folded(&count(rows.len(), "version"), rows.len() > ROWS, |page| {
        page.table(["", verb, "Last good", "Now"], &rows);
    });
}

/// Who requires what goes.
fn reached(page: &mut Page, items: &[Item]) {
    let mut rows: Vec<[String; 4]> = Vec::new();
    let mut left: Vec<String> = Vec::new();
    for item in items {
        let own = format!("{} {}", code(item.upload.package.as_str()), item.upload.version);
        let (fine, broken): (Vec<&RequiredBy>, Vec<_>) = item
            .required_by
            .iter()
            .chain(&item.required_elsewhere)
            .partition(|user| user.is_satisfied_otherwise);
        let mut say = |user: &RequiredBy, then: &str| {
            let who = format!("{} {}", code(user.package.as_str()), user.version);
            rows.push([who, own.clone(), code(&user.requirement), then.to_owned()]);
        };
        for user in broken {
            say(user, "**breaks**");
        }
        for user in fine.iter().rev().take(UNAFFECTED) {
            say(user, "another live version");
        }
        if fine.len() > UNAFFECTED {
            let more = count(fine.len() - UNAFFECTED, "more version");
            left.push(format!("{own}: {more}, unaffected"));
        }
        rows.extend(item.downstream.iter().map(|used| downstream(used, &own)));
        left.extend(item.dependents.filter(|all| *all > 0).map(|all| {
            let all = count(usize::try_from(all).unwrap_or(usize::MAX), "package");
            let registry = code(item.upload.registry.as_str());
            let looked_at = item.dependents_looked_at;
            format!("{own}: of {all} on {registry} with a dependency on it, {looked_at} looked at")
        }));
    }
    if rows.is_empty() && left.is_empty() {
        return;
    }
    page.heading("Who requires it");
    page.folded(&count(rows.len(), "requirement"), rows.len() > ROWS, |page| {
        if !rows.is_empty() {
            page.table(["Who", "Requires", "As", "Afterwards"], &rows);
        }
    });
    for line in left {
        page.line(format_args!("- {line}"));
    }
}

fn downstream(used: &UsedDownstream, own: &str) -> [String; 4] {
    let then = match &used.satisfied_by {
        Some(version) => version.to_string(),
        None => "**breaks**".to_owned(),
    };
    let who = format!("repository {} ({})", code(&used.repository), code(used.file.as_str()));
    [who, own.to_owned(), code(&used.requirement), then]
}

fn also(page: &mut Page, rollback: &Rollback) {
    let mut lines: Vec<String> = Vec::new();
    for step in &rollback.steps {
        match &step.action {
            Action::WriteFiles { files } => {
                let names: Vec<String> =
                    files.iter().map(|file| code(file.path.as_str())).collect();
                lines.push(format!("edits {}", names.join(", ")));
            }
            Action::Commit { .. } => lines.push("commits that; history is added to".to_owned()),
            Action::PushCommit { remote, branch } => {
                lines.push(format!("pushes the commit to {} of {}", code(branch), code(remote)));
            }
            Action::EditDownstream { edit, push } => {
                let push = if *push { ", and pushes it" } else { "" };
                let requirements = count(edit.requirements.len(), "requirement");
                let (repository, branch) = (code(&edit.repository), code(&edit.branch));
                lines.push(format!(
                    "rewrites {requirements} of repository {repository} on its branch {branch}{push}"
                ));
            }
            Action::WithdrawDownstream { repository, branch, .. } => {
                let (repository, branch) = (code(repository), code(branch));
                lines.push(format!("takes branch {branch} of repository {repository} away again"));
            }
            Action::ProveResolution { .. } => lines.push(
                "proves that every member, every live version and a new project resolve".to_owned(),
            ),
            _ => {}
        }
    }
    if !lines.is_empty() {
        page.heading("Besides");
        for line in lines {
            page.line(format_args!("- {line}"));
        }
    }
    if !rollback.pins.is_empty() {
        let (from, to) = match rollback.direction {
            Direction::Unpin => ("Pinned at", "Lifted to"),
            _ => ("Requires", "Pinned at"),
        };
        let row = |pin: &Pin| {
            let (was, is) = match rollback.direction {
                Direction::Unpin => (&pin.to, &pin.from),
                _ => (&pin.from, &pin.to),
            };
            let package = code(pin.package.as_str());
            [code(pin.file.as_str()), package, code(was), code(is)]
        };
        let rows: Vec<_> = rollback.pins.iter().map(row).collect();
        page.table(["File", "Package", from, to], &rows);
    }
}

fn residue(page: &mut Page, rollback: &Rollback) {
    if rollback.residue.is_empty() {
        return;
    }
    page.heading("What no rollback undoes");
    for residue in &rollback.residue {
        page.line(match residue {
            Residue::BurnedVersions { count: versions } => {
                format!("- the {}: nobody can use them again", count(*versions, "version number"))
            }
            Residue::LockFiles => "- lock files that name them go on using them, and what was \
                                   downloaded stays"
                .to_owned(),
            Residue::CommitStays { oid } => {
                format!("- commit {} stays in the history", code(oid.short(12)))
            }
            Residue::TagsStay { tags } => {
                let tags: Vec<String> = tags.iter().map(|tag| code(tag)).collect();
                format!("- the tags stay: {}", tags.join(", "))
            }
        });
    }
    if rollback.direction == Direction::Rollback {
        page.gap();
        let undo = code("cargo orchestrate yank-rollback --undo");
        page.line(format_args!(
            "{undo} gives all of it back: {}.",
            prose("unyanked, dependencies first")
        ));
    }
}
