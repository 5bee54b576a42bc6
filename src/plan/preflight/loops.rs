//! Packages that need each other.

use super::{Draft, listed, placed};
use crate::facts::Published;
use crate::manifest;
use crate::model::graph;
use crate::model::{Edge, EdgeKind, Package, PackageName, VersionReq};
use crate::plan::Finding;
use crate::plan::fix::{self, Fix};

/// Loops of dependencies among the planned packages, and loops through tests that they are in.
pub(super) fn findings(draft: &Draft<'_>) -> Vec<Finding> {
    let cycles = draft.order.cycles.iter().map(|names| {
        let text = format!("{} need each other and cannot be published", listed(names));
        let at = edges_inside(draft, names).next().and_then(|(p, edge)| draft.place_of(p, edge));
        let hint = "make one of the dependencies a dev-dependency without `version`";
        placed(Finding::error("cycle", text), at).about(&names[0]).hint(hint)
    });
    let whole = graph::dev_cycles(&draft.facts.workspace);
    let touched = |names: &&Vec<PackageName>| names.iter().any(|n| draft.planned_as(n).is_some());
    let dev_cycles = whole.iter().filter(touched).filter_map(|names| {
        let mut dev = edges_inside(draft, names).filter(|(_, edge)| edge.kind == EdgeKind::Dev);
        let (package, edge) = dev.next()?;
        // Cargo resolves a versioned dev-dependency when it packs; only a version that is in the
        // registry already can serve, as the new one comes later.
        let refused = std::iter::once((package, edge)).chain(dev).any(|(of, edge)| {
            draft.planned_as(&of.name).is_some() && !is_satisfied_before(draft, edge)
        });
        let finding = if refused { Finding::error } else { Finding::warning };
        let inside = |fix: &&Fix| names.contains(&fix.package) && names.contains(&fix.to);
        let fixes: Vec<&Fix> = draft.fixes.iter().filter(inside).collect();
        let inherited =
            fixes.iter().find(|fix| fix.inherited).map(|Fix { package, to, .. }| {
                format!("; that of {package} on {to} is inherited and therefore versioned")
            });
        let text = format!(
            "{} need each other through versioned dev-dependencies{}",
            listed(names),
            inherited.unwrap_or_default()
        );
        let found = finding("dev-cycle", text).about(&package.name).hint(fix::hint(&fixes));
        Some(placed(found, fixes.first().map(|fix| fix.place())))
    });
    let looped = |name: &PackageName| whole.iter().any(|names| names.contains(name));
    let alone = draft.planned().filter(|(planned, _)| !looped(&planned.name));
    let of_itself = alone.filter_map(|(_, package)| of_itself(draft, package));
    cycles.chain(dev_cycles).chain(of_itself).collect()
}

/// A package whose tests need a version of itself that is not there before it is published.
fn of_itself(draft: &Draft<'_>, package: &Package) -> Option<Finding> {
    let mut edges = package.edges.iter();
    edges.find(|edge| {
        edge.to == package.name && edge.kind == EdgeKind::Dev && !is_satisfied_before(draft, edge)
    })?;
    let its = |fix: &&Fix| fix.package == package.name && fix.to == package.name;
    let fixes: Vec<&Fix> = draft.fixes.iter().filter(its).collect();
    let name = &package.name;
    let text = format!("{name} needs a version of itself as a dev-dependency before that is out");
    let found = Finding::error("dev-cycle", text).about(name).hint(fix::hint(&fixes));
    Some(placed(found, fixes.first().map(|fix| fix.place())))
}

fn edges_inside<'a>(
    draft: &Draft<'a>,
    names: &'a [PackageName],
) -> impl Iterator<Item = (&'a Package, &'a Edge)> {
    let packages = &draft.facts.workspace.packages;
    names
        .iter()
        .filter_map(|name| packages.get(name))
        .flat_map(|package| package.edges.iter().map(move |edge| (package, edge)))
        .filter(|(_, edge)| edge.is_packed() && names.contains(&edge.to))
}

/// Whether a version that is published already matches the requirement as it will be.
fn is_satisfied_before(draft: &Draft<'_>, edge: &Edge) -> bool {
    let Some(requirement) = &edge.requirement else { return true };
    let written = requirement.to_string();
    let to = draft.planned_as(&edge.to).map(|planned| &planned.to);
    // The edits leave a requirement of the manifest's own alone while it matches.
    let to = to.filter(|to| edge.inherited || !requirement.matches(to));
    let moved = to.and_then(|to| manifest::rewrite(&written, to).ok().flatten()).unwrap_or(written);
    let Ok(requirement) = VersionReq::parse(&moved) else { return true };
    draft.facts.published.get(&edge.to).is_none_or(|published| match published {
        Published::Unknown(_) => true,
        Published::Known(versions) => {
            versions.iter().any(|entry| !entry.yanked && requirement.matches(&entry.version))
        }
    })
}
