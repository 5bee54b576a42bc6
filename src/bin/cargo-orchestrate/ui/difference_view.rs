//! How a plan differs from an older one, as people read it.

use super::findings::findings;
use super::lines::Lines;
use super::style::{Paint, Tone};
use super::table::Table;
use super::text::{plain, wrap};
use cargo_orchestrate::plan::{PackageDifference, PackageMove, PlanDifference};

/// The whole difference, for stdout.
#[must_use]
pub(crate) fn difference_view(difference: &PlanDifference, paint: Paint, width: usize) -> String {
    let mut out = Lines::default();
    let (old, new) = (&difference.old, &difference.new);
    let commits = if old.base == new.base {
        format!("both on commit {}", new.base.short(10))
    } else {
        format!("the older on commit {}, the newer on {}", old.base.short(10), new.base.short(10))
    };
    if difference.is_empty() {
        out.line(format_args!("  the plans do the same, {commits}"));
        return out.into_string();
    }
    if !difference.packages.is_empty() {
        let mut table = Table::new(&["package", "was", "is", "what differs"]).wrapped();
        for package in &difference.packages {
            table.row([
                package.name.to_string(),
                versions(package.old.as_ref()),
                versions(package.new.as_ref()),
                what(package),
            ]);
        }
        table.write(&mut out, paint, width);
    }
    for change in &difference.requirements {
        let text = |requirement: &Option<String>| match requirement {
            Some(requirement) => format!("`{}`", plain(requirement)),
            None => "nothing".to_owned(),
        };
        let line = format!(
            "{} {}: {} was to be written, now {}",
            change.file,
            plain(&change.key),
            text(&change.old),
            text(&change.new)
        );
        for line in wrap(&line, width - 2) {
            out.line(format_args!("  {line}"));
        }
    }
    out.line(format_args!("  {}", paint.tone(Tone::Faint, commits)));
    for (title, some) in
        [("new", &difference.findings_added), ("no longer found", &difference.findings_gone)]
    {
        if !some.is_empty() {
            out.gap();
            out.line(format_args!("  {title}:"));
            out.lines(&findings(some, paint, width));
        }
    }
    out.into_string()
}

fn versions(moved: Option<&PackageMove>) -> String {
    match moved {
        None => "-".to_owned(),
        Some(moved) if moved.from == moved.to => moved.to.to_string(),
        Some(moved) => format!("{} -> {}", moved.from, moved.to),
    }
}

/// What differs, the weightiest first.
fn what(package: &PackageDifference) -> String {
    let mut parts = Vec::new();
    match (&package.old, &package.new) {
        (None, _) => parts.push("released now".to_owned()),
        (_, None) => parts.push("not released any more".to_owned()),
        (Some(old), Some(new)) => {
            if old.bump != new.bump {
                parts.push(format!("{}, was {}", new.bump, old.bump));
            }
            if old.wave != new.wave {
                parts.push(format!("wave {}, was {}", new.wave, old.wave));
            }
            if old.registry != new.registry {
                parts.push(format!("to {}, was to {}", new.registry, old.registry));
            }
        }
    }
    let added = package.reasons_added.iter().map(|reason| format!("now: {}", plain(&reason.text)));
    parts.extend(added);
    let gone = package.reasons_gone.iter().map(|reason| format!("gone: {}", plain(&reason.text)));
    parts.extend(gone);
    parts.join("; ")
}
