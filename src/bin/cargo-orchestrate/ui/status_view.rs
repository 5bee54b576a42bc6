//! The ledgers side by side, for people.

use super::lines::Lines;
use super::style::Paint;
use super::table::Table;
use super::text::{cut, plain};
use cargo_orchestrate::wire::{StatusDocument, StatusPackage};
use std::collections::BTreeSet;

/// The table of `status`, for stdout.
#[must_use]
pub(crate) fn status_view(status: &StatusDocument, paint: Paint, width: usize) -> String {
    let registries: BTreeSet<&str> =
        status.packages.iter().filter_map(|package| package.registry.as_deref()).collect();
    // With one registry its name heads the column; with several each row says where.
    let (head, one) = match registries.first() {
        Some(only) if registries.len() == 1 => (plain(only), true),
        _ => ("registry".to_owned(), false),
    };
    let mut table = Table::new(&["package", "manifest", "tag", head.as_str(), "state"]).wrapped();
    for package in &status.packages {
        table.row([
            package.name.to_string(),
            package.manifest.to_string(),
            package.tag.as_ref().map_or_else(|| "-".to_owned(), ToString::to_string),
            published(package, one),
            plain(&package.state),
        ]);
    }
    let mut out = Lines::default();
    table.write(&mut out, paint, width);
    for (repair, packages) in repairs(status) {
        out.gap();
        out.line(format!("  {}", cut(&packages.join(", "), width - 2)));
        // A command is to be copied, so it is never cut.
        out.line(format!("    {}", plain(repair)));
    }
    if let Some(run) = &status.unfinished {
        out.gap();
        out.line(format!("  {} is not finished", plain(run)));
        out.line("    the command that began it goes on with it");
    }
    out.into_string()
}

/// What repairs which packages: each command once, in the order of the table.
fn repairs(status: &StatusDocument) -> Vec<(&str, Vec<String>)> {
    let mut found: Vec<(&str, Vec<String>)> = Vec::new();
    for package in &status.packages {
        let Some(repair) = package.repair.as_deref() else { continue };
        let what = package.name.to_string();
        match found.iter_mut().find(|(known, _)| *known == repair) {
            Some((_, packages)) => packages.push(what),
            None => found.push((repair, vec![what])),
        }
    }
    found
}

fn published(package: &StatusPackage, one: bool) -> String {
    let mut cell = match (&package.latest, package.yanked.last()) {
        (Some(latest), _) => latest.to_string(),
        (None, Some(yanked)) => format!("{yanked} (yanked)"),
        (None, None) => "-".to_owned(),
    };
    if package.latest.is_some() && package.yanked.contains(&package.manifest) {
        cell = format!("{} (yanked)", package.manifest);
    }
    match &package.registry {
        Some(registry) if !one && cell != "-" => format!("{cell} on {}", plain(registry)),
        _ => cell,
    }
}
