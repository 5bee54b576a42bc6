//! How a plan differs from an older one, as people read it.

use super::findings::findings;
use super::lines::Lines;
use super::style::{Paint, Tone};
use super::table::Table;
use super::text::{PROSE, count, plain, wrap};
use super::time::length;
use cargo_orchestrate::plan::{
    Budget, BudgetDifference, PackageDifference, PackageMove, PlanDifference,
};
use std::collections::BTreeSet;
use std::time::Duration;

/// How much of a difference is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Detail {
    /// A line a package, and how much else there is.
    Short,
    /// All reasons that came and went, and every requirement.
    Full,
}

/// The difference, for stdout.
#[must_use]
pub(crate) fn difference_view(
    difference: &PlanDifference,
    detail: Detail,
    paint: Paint,
    width: usize,
) -> String {
    let mut out = Lines::default();
    let prose = width.min(PROSE);
    let (old, new) = (&difference.old, &difference.new);
    let commits = if old.base == new.base {
        format!("both on commit {}", new.base.short(10))
    } else {
        format!("then on commit {}, now on {}", old.base.short(10), new.base.short(10))
    };
    if difference.is_empty() {
        out.line(format_args!("  the plans do the same, {commits}"));
        return out.into_string();
    }
    if !difference.packages.is_empty() {
        let mut table = Table::new(&["package", "then", "now", "why"]);
        for package in &difference.packages {
            table.row([
                package.name.to_string(),
                version(package.old.as_ref()),
                version(package.new.as_ref()),
                weightiest(package),
            ]);
        }
        table.write(&mut out, paint, width);
    }
    if detail == Detail::Full {
        details(&mut out, difference, prose);
    }
    for line in wrap(&summary(difference, detail, &commits), prose - 2) {
        out.line(format_args!("  {}", paint.tone(Tone::Faint, line)));
    }
    for (title, some) in
        [("new", &difference.findings_added), ("no longer found", &difference.findings_gone)]
    {
        if !some.is_empty() {
            out.gap();
            out.line(format_args!("  {title}:"));
            out.lines(&findings(some, paint, prose));
        }
    }
    out.into_string()
}

/// What the rows do not say, in a sentence.
fn summary(difference: &PlanDifference, detail: Detail, commits: &str) -> String {
    let mut parts = Vec::new();
    if !difference.requirements.is_empty() {
        let files: BTreeSet<_> = difference.requirements.iter().map(|it| &it.file).collect();
        let requirements = count(difference.requirements.len(), "requirement");
        let files = count(files.len(), "manifest");
        parts.push(format!("{requirements} in {files} written otherwise"));
    }
    parts.extend(difference.budget.iter().map(budget));
    parts.push(commits.to_owned());
    let more =
        if detail == Detail::Short { " (`-v` tells all reasons and requirements)" } else { "" };
    format!("{}{more}", parts.join("; "))
}

/// `7 new packages instead of 3 at crates-io (5 at once, then one in 10 min)`.
fn budget(difference: &BudgetDifference) -> String {
    let noun = super::budget::noun(difference.kind);
    let uploads = |budget: Option<&Budget>| budget.map_or(0, |budget| budget.uploads);
    let (old, new) = (uploads(difference.old.as_ref()), uploads(difference.new.as_ref()));
    let many = |uploads: u32| count(usize::try_from(uploads).unwrap_or(usize::MAX), noun);
    let what = if old == new { many(new) } else { format!("{} instead of {old}", many(new)) };
    let limit = difference.new.as_ref().map_or_else(String::new, |budget| {
        let every = length(Duration::from_secs(budget.then_every_seconds));
        format!(" ({} at once, then one in {every})", budget.at_once)
    });
    format!("{what} at {}{limit}", plain(difference.registry.as_str()))
}

/// Every reason that came and went, and every requirement.
fn details(out: &mut Lines, difference: &PlanDifference, width: usize) {
    let mut item = |text: &str| {
        for (index, line) in wrap(text, width - 6).iter().enumerate() {
            let mark = if index == 0 { "-" } else { " " };
            out.line(format_args!("    {mark} {line}"));
        }
    };
    for package in &difference.packages {
        let gone = package.reasons_gone.iter().map(|reason| ("then", reason));
        let added = package.reasons_added.iter().map(|reason| ("now", reason));
        for (when, reason) in gone.chain(added) {
            item(&format!("{}, {when}: {}", package.name, plain(&reason.text)));
        }
        for change in moves(package) {
            item(&format!("{}: {change}", package.name));
        }
    }
    let text = |requirement: &Option<String>| match requirement {
        Some(requirement) => format!("`{}`", plain(requirement)),
        None => "as it is".to_owned(),
    };
    for change in &difference.requirements {
        let (then, now) = (text(&change.old), text(&change.new));
        item(&format!("{} {}: then {then}, now {now}", change.file, plain(&change.key)));
    }
}

/// The version that it is released as; nothing when it stays.
fn version(moved: Option<&PackageMove>) -> String {
    moved.map_or_else(|| "-".to_owned(), |moved| moved.to.to_string())
}

/// The one thing that matters most about it.
fn weightiest(package: &PackageDifference) -> String {
    let reason = package.reasons_added.first().map(|reason| plain(&reason.text));
    let is_gone = package.old.is_some() && package.new.is_none();
    let versions = |moved: &Option<PackageMove>| moved.as_ref().map(|moved| moved.to.clone());
    let is_same = versions(&package.old) == versions(&package.new);
    let moved = moves(package).into_iter().next();
    let gone = package.reasons_gone.first();
    let gone = || gone.map(|reason| format!("no longer: {}", plain(&reason.text)));
    match reason {
        Some(reason) if is_gone => format!("stays: {reason}"),
        None if is_gone => "stays".to_owned(),
        // Where the version is the same, what is done otherwise is the news.
        reason if is_same => moved.or(reason).or_else(gone).unwrap_or_default(),
        reason => reason.or_else(gone).or(moved).unwrap_or_default(),
    }
}

/// What is done otherwise with a package that both plans release.
fn moves(package: &PackageDifference) -> Vec<String> {
    let mut parts = Vec::new();
    if let (Some(old), Some(new)) = (&package.old, &package.new) {
        if old.from != new.from {
            parts.push(format!("from {}, then from {}", new.from, old.from));
        }
        if old.bump != new.bump {
            parts.push(format!("{}, then {}", new.bump, old.bump));
        }
        if old.registry != new.registry {
            parts.push(format!("to {}, then to {}", new.registry, old.registry));
        }
        if old.wave != new.wave {
            parts.push(format!("wave {}, then {}", new.wave, old.wave));
        }
    }
    parts
}
