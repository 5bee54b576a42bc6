//! The ledgers side by side, for people.

use super::lines::Lines;
use super::style::Paint;
use super::table::Table;
use super::text::plain;
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
    let mut table = Table::new(&["package", "manifest", "tag", head.as_str(), "state"]);
    for package in &status.packages {
        table.row([
            package.name.to_string(),
            package.manifest.to_string(),
            package.tag.as_ref().map_or_else(|| "-".to_owned(), ToString::to_string),
            published(package, one),
            state(package),
        ]);
    }
    let mut out = Lines::default();
    table.write(&mut out, paint, width);
    out.into_string()
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

fn state(package: &StatusPackage) -> String {
    match &package.repair {
        Some(repair) => format!("{}: {}", plain(&package.state), plain(repair)),
        None => plain(&package.state),
    }
}
