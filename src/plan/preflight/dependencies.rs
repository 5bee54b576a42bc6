//! Dependencies that would keep a planned package from being published or used.

use super::{Draft, placed};
use crate::facts::Published;
use crate::manifest;
use crate::model::{Edge, EdgeKind, External, Package, RegistryName, Version, VersionReq};
use crate::plan::fix::{self, Fix};
use crate::plan::rules::severity;
use crate::plan::{Finding, Planned};
use semver::BuildMetadata;

/// What is wrong with the dependencies of one planned package.
pub(super) fn findings(draft: &Draft<'_>, planned: &Planned, package: &Package) -> Vec<Finding> {
    let edges = package.edges.iter().filter(|edge| edge.to != package.name);
    let mut findings: Vec<Finding> = edges
        .filter_map(|edge| Some((edge, edge_finding(draft, planned, package, edge)?)))
        .map(|(edge, found)| placed(found.about(&package.name), draft.place_of(package, edge)))
        .collect();
    let externals = package.externals.iter();
    findings.extend(
        externals
            .filter_map(|external| external_finding(draft, planned, package, external))
            .map(|found| found.about(&package.name)),
    );
    findings
}

fn edge_finding(
    draft: &Draft<'_>,
    planned: &Planned,
    package: &Package,
    edge: &Edge,
) -> Option<Finding> {
    let to = &edge.to;
    let Some(requirement) = &edge.requirement else {
        if edge.kind == EdgeKind::Dev {
            return None;
        }
        let version = draft.planned_as(to).map(|dependency| dependency.to.clone());
        let version = version.unwrap_or_else(|| draft.facts.workspace.packages[to].version.clone());
        // Cargo ignores build metadata in a requirement, and says so each time.
        let version = Version { build: BuildMetadata::EMPTY, ..version };
        let text = format!("its dependency on {to} has a path and no version");
        let hint = format!("add `version = \"{version}\"` beside `path`");
        return Some(Finding::error("no-version", text).hint(hint));
    };
    let dependency = draft.facts.workspace.packages.get(to)?;
    if !dependency.is_publishable() {
        let text = format!("it depends on {to}, which is not published");
        let hint = if edge.kind == EdgeKind::Dev {
            let its = |fix: &&Fix| fix.package == package.name && fix.to == *to;
            fix::hint(&draft.fixes.iter().filter(its).collect::<Vec<_>>())
        } else {
            format!("publish {to}, or keep this package back with `publish = false`")
        };
        return Some(Finding::error("unpublishable-dependency", text).hint(hint));
    }
    foreign(draft, planned, edge)
        .or_else(|| wildcard(draft, planned, to.as_str(), requirement))
        .or_else(|| unsatisfied(draft, package, edge, requirement))
}

/// A sibling that would be looked for in another registry than the one it goes to.
fn foreign(draft: &Draft<'_>, planned: &Planned, edge: &Edge) -> Option<Finding> {
    let looked_for = edge.registry.clone().unwrap_or_else(RegistryName::crates_io);
    let sibling = draft.planned_as(&edge.to).map(|dependency| &dependency.registry);
    let home = draft.facts.workspace.packages.get(&edge.to)?.registry()?;
    let goes_to = sibling.or(draft.options.registry.as_ref()).unwrap_or(home);
    if looked_for != *goes_to {
        let text = format!(
            "its dependency on {} is looked for in `{looked_for}`, and {} goes to `{goes_to}`",
            edge.to, edge.to
        );
        let hint = if goes_to.is_crates_io() {
            format!("drop `registry` from the dependency on {}", edge.to)
        } else {
            format!("add `registry = \"{goes_to}\"` to the dependency on {}", edge.to)
        };
        return Some(Finding::error("foreign-registry", text).hint(hint));
    }
    other_registry(planned, edge.to.as_str(), edge.registry.as_ref())
}

/// crates.io refuses packages whose dependencies live elsewhere.
fn other_registry(planned: &Planned, to: &str, registry: Option<&RegistryName>) -> Option<Finding> {
    let elsewhere = registry.filter(|name| !name.is_crates_io())?;
    planned.registry.is_crates_io().then(|| {
        let text =
            format!("crates.io takes no dependency on another registry: {to} in `{elsewhere}`");
        Finding::error("foreign-registry", text)
            .hint(format!("depend on a published version of {to}"))
    })
}

fn wildcard(
    draft: &Draft<'_>,
    planned: &Planned,
    to: &str,
    requirement: &VersionReq,
) -> Option<Finding> {
    if *requirement != VersionReq::STAR {
        return None;
    }
    let finding = severity(draft.policy, &planned.registry);
    let text = format!("its requirement on {to} is `*`, which crates.io refuses");
    Some(finding("wildcard-requirement", text).hint(format!("name a version of {to}")))
}

/// A sibling that is not released with this package, and has no version that would do.
fn unsatisfied(
    draft: &Draft<'_>,
    package: &Package,
    edge: &Edge,
    requirement: &VersionReq,
) -> Option<Finding> {
    if draft.planned_as(&edge.to).is_some() {
        return None;
    }
    let Some(published @ Published::Known(versions)) = draft.facts.published.get(&edge.to) else {
        return None;
    };
    let live = || versions.iter().filter(|entry| !entry.yanked);
    let requirement = &as_rewritten(draft, edge, requirement);
    if live().any(|entry| requirement.matches(&entry.version)) {
        return None;
    }
    let text = format!("it needs {} `{requirement}`, and the registry {}", edge.to, has(published));
    Some(Finding::error("unsatisfied", text).hint(way_to_match(draft, package, edge, requirement)))
}

fn has(published: &Published) -> String {
    let latest = published.latest_live();
    latest.map_or_else(|| "has none".to_owned(), |entry| format!("has {} at most", entry.version))
}

/// How the dependency of an edge comes to a version that its requirement matches.
fn way_to_match(
    draft: &Draft<'_>,
    package: &Package,
    edge: &Edge,
    requirement: &VersionReq,
) -> String {
    let to = &edge.to;
    let here = &draft.facts.workspace.packages[to].version;
    let shared = draft.decided.shared.as_ref();
    if requirement.matches(here) || shared.is_some_and(|shared| requirement.matches(shared)) {
        let reasons = draft.decided.unchanged.iter().filter(|(name, _)| name == to);
        let is_held = reasons.flat_map(|(_, reasons)| reasons).any(|it| it.rule == "held");
        return if is_held {
            format!("take `release = false` out of {to}'s configuration")
        } else {
            format!("release {to} as well")
        };
    }
    let at = draft.place_of(package, edge);
    let at = at
        .map_or_else(|| format!("the dependency on {to}"), |at| format!("{}:{}", at.file, at.line));
    let lower = format!("let {at} require a version that there is");
    // The least version of the first comparator is what a person would name.
    let least = requirement.comparators.first().map(|first| {
        Version::new(first.major, first.minor.unwrap_or_default(), first.patch.unwrap_or_default())
    });
    match least.filter(|least| least > here && requirement.matches(least)) {
        Some(least) => format!(
            "{lower}, or release one that matches: `cargo orchestrate plan --bump {to}={least}`"
        ),
        None => lower,
    }
}

/// The requirement after the release: one on a member that moves with the workspace's version, and
/// is not released itself, moves along.
fn as_rewritten(draft: &Draft<'_>, edge: &Edge, requirement: &VersionReq) -> VersionReq {
    let inherits = draft.facts.workspace.packages.get(&edge.to).is_some_and(|p| p.inherits_version);
    let moved = draft.decided.shared.as_ref().filter(|to| inherits && !requirement.matches(to));
    moved
        .and_then(|to| manifest::rewrite(&requirement.to_string(), to).ok().flatten())
        .and_then(|text| VersionReq::parse(&text).ok())
        .unwrap_or_else(|| requirement.clone())
}

fn external_finding(
    draft: &Draft<'_>,
    planned: &Planned,
    package: &Package,
    external: &External,
) -> Option<Finding> {
    let to = external.name.as_str();
    if external.unversioned {
        if external.kind == EdgeKind::Dev {
            return None;
        }
        let text = format!("its dependency on {to} has no version");
        return Some(
            Finding::error("no-version", text)
                .hint(format!("add a `version` to the entry of {to}")),
        );
    }
    other_registry(planned, to, external.registry.as_ref())
        .or_else(|| wildcard(draft, planned, to, &external.requirement))
        .or_else(|| pathless(draft, package, external))
}

/// A sibling that is required without its path, as with `[patch]`: it is looked for in the registry,
/// whatever is released with this package.
fn pathless(draft: &Draft<'_>, package: &Package, external: &External) -> Option<Finding> {
    let External { name: to, requirement, .. } = external;
    let member = draft.facts.workspace.packages.get(to)?;
    let looked_for = external.registry.clone().unwrap_or_else(RegistryName::crates_io);
    let published =
        draft.facts.published.get(to).filter(|_| member.registry() == Some(&looked_for))?;
    let Published::Known(versions) = published else { return None };
    if versions.iter().any(|entry| !entry.yanked && requirement.matches(&entry.version)) {
        return None;
    }
    let text = format!("it needs {to} `{requirement}`, and the registry {}", has(published));
    let hint = format!(
        "{to} is a member: write `path = \"{}\"` beside its version, then they go out in order",
        member.dir.seen_from(&package.dir)
    );
    let at = draft.find(&package.manifest, |entry| entry.package == *to);
    Some(placed(Finding::error("unsatisfied", text).hint(hint), at))
}
