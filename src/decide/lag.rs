//! Packages that an earlier release left behind.
//!
//! When only some packages are released, the requirements of the others are rewritten so that the
//! workspace resolves. From then on nothing in the workspace shows that they still have to follow;
//! what their published versions require does.

use super::rules;
use super::standing::{Ground, Standing};
use super::{Reason, change::Change};
use crate::model::{Edge, EdgeKind, Impact, PackageName, Version, breaks};
use crate::policy::Policy;
use std::collections::BTreeMap;

/// Adds to the changes of each package what its published version does not follow yet.
pub(super) fn catch_up<'a>(
    standings: &mut BTreeMap<&'a PackageName, Standing<'a>>,
    policy: &Policy,
) {
    let mut behind: Vec<(&PackageName, Vec<(Impact, Reason)>)> = Vec::new();
    for (name, standing) in &*standings {
        let edges = standing.package.edges.iter().filter(|edge| edge.kind != EdgeKind::Dev);
        let reasons: Vec<_> = edges
            .filter_map(|edge| lag(standing, edge, standings.get(&edge.to)?, policy))
            .collect();
        if !reasons.is_empty() {
            behind.push((*name, reasons));
        }
    }
    for (name, reasons) in behind {
        let standing = standings.get_mut(name).expect("the name comes from the same map");
        let change = standing.change.get_or_insert_with(Change::default);
        change.reasons.extend(reasons);
        change.reasons.sort_by_key(|(impact, _)| std::cmp::Reverse(*impact));
        change.reasons.dedup();
    }
}

fn lag(
    of: &Standing<'_>,
    edge: &Edge,
    dependency: &Standing<'_>,
    policy: &Policy,
) -> Option<(Impact, Reason)> {
    let Ground::Released(last) = &of.ground else { return None };
    // Where the manifest excludes the present version too, the usual rules speak.
    let (requirement, now) = (edge.requirement.as_ref()?, dependency.in_use()?);
    let entry = of.published.version(last)?;
    let required: Vec<_> = entry.dependencies.on(&edge.to).collect();
    if required.iter().any(|old| old.matches(now)) || !requirement.matches(now) {
        return None;
    }
    let old = required.first()?;
    let versions = dependency.published.versions().iter().map(|entry| &entry.version);
    let used: Option<&Version> = versions.filter(|version| old.matches(version)).max();
    let private = policy.private_edges.contains(&(of.name().clone(), edge.to.clone()));
    let exposes = edge.kind == EdgeKind::Normal && of.package.has_library && !private;
    let breaks = used.is_some_and(|used| breaks(used, now));
    let impact = if exposes && breaks { Impact::Breaking } else { Impact::Fix };
    let text = format!("its published {last} requires {} `{old}`, and {now} is out", edge.to);
    Some((impact, Reason::new(rules::LEFT_BEHIND, text)))
}
