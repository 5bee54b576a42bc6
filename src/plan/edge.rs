//! The dependencies among members that a release touches.

use super::Planned;
use crate::decide::rules;
use crate::model::{Edge, EdgeKind, PackageName, VersionReq, Workspace};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// A dependency of one member on another, where at least one of them is released.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct PlanEdge {
    /// The member that depends.
    pub dependent: PackageName,
    /// The member it depends on.
    pub dependency: PackageName,
    pub kind: EdgeKind,
    /// The requirement before the release, as Cargo reads it; nothing for a dependency by path
    /// alone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub requirement: Option<String>,
    /// Whether the release of the dependency is a reason for the release of the dependent.
    pub propagates: bool,
}

/// The rules by which a dependency hands its release on; the nearest package behind a reason of
/// these is the dependency.
const HANDED_ON: [&str; 8] = [
    rules::REQUIREMENT_OUT_OF_RANGE.id,
    rules::ALWAYS_PROPAGATE.id,
    rules::BUILT_WITH_BREAKING.id,
    rules::BREAKING_THROUGH_LIBRARY.id,
    rules::BREAKING_THROUGH_PUBLIC_EDGE.id,
    rules::PRIVATE_EDGE_PATCH.id,
    rules::BINARY_ONLY_PATCH.id,
    rules::BUILD_DEPENDENCY_PATCH.id,
];

/// The edges with a released package at one end or both; an edge that several tables repeat with the
/// same requirement comes once.
pub(super) fn of(workspace: &Workspace, packages: &[Planned]) -> Vec<PlanEdge> {
    let released: BTreeSet<&PackageName> = packages.iter().map(|planned| &planned.name).collect();
    let handed_on: BTreeSet<(&PackageName, &PackageName)> = packages
        .iter()
        .flat_map(|planned| planned.reasons.iter().map(move |reason| (&planned.name, reason)))
        .filter(|(_, reason)| HANDED_ON.contains(&reason.rule.as_str()))
        .filter_map(|(name, reason)| Some((name, reason.because.first()?)))
        .collect();
    let mut edges = Vec::new();
    for package in workspace.packages.values() {
        let is_released = released.contains(&package.name);
        let touched =
            |edge: &&Edge| edge.to != package.name && (is_released || released.contains(&edge.to));
        edges.extend(package.edges.iter().filter(touched).map(|edge| PlanEdge {
            dependent: package.name.clone(),
            dependency: edge.to.clone(),
            kind: edge.kind,
            requirement: edge.requirement.as_ref().map(VersionReq::to_string),
            propagates: edge.kind != EdgeKind::Dev
                && edge.requirement.is_some()
                && handed_on.contains(&(&package.name, &edge.to)),
        }));
    }
    edges.sort();
    edges.dedup();
    edges
}
