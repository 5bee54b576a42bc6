//! Which public interfaces a check could say something about that changes the plan.

use super::Plan;
use crate::facts::{ApiBaseline, Facts};
use crate::model::{PackageName, RegistryName, breaks};
use crate::policy::{ApiMode, Policy};

/// A package whose interface is to be compared with its last release.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unchecked {
    pub package: PackageName,
    /// Where the released package is.
    pub registry: RegistryName,
    pub baseline: ApiBaseline,
    /// Whether its library is a procedural macro, which nothing compares.
    pub is_macro: bool,
}

/// The packages of a plan whose interface was not looked at yet and could matter, by name.
///
/// Those are libraries that were released before and move to a version that promises something:
/// nothing can be found out about one that breaks anyway.
#[must_use]
pub fn unchecked(facts: &Facts, policy: &Policy, plan: &Plan) -> Vec<Unchecked> {
    if policy.api_check == ApiMode::Off {
        return Vec::new();
    }
    let is_known =
        |name: &PackageName| facts.api.as_ref().is_some_and(|api| api.packages.contains_key(name));
    let mut unchecked = Vec::new();
    for planned in &plan.packages {
        let name = &planned.name;
        let Some(package) = facts.workspace.packages.get(name) else { continue };
        if !package.has_library || policy.unchecked.contains(name) || is_known(name) {
            continue;
        }
        let Some(published) = facts.published.get(name) else { continue };
        let last = facts.history.get(name).and_then(|history| history.baseline.as_ref());
        let baseline = ApiBaseline::of(published, last, &package.version);
        if let Some(baseline) = baseline.filter(|it| !breaks(&it.version, &planned.to)) {
            let (name, registry) = (name.clone(), planned.registry.clone());
            let is_macro = package.is_macro;
            unchecked.push(Unchecked { package: name, registry, baseline, is_macro });
        }
    }
    unchecked
}
