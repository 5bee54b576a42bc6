//! From the fix-point back to words: why each package moves, or does not.

use super::change::Change;
use super::rules;
use super::select::Selection;
use super::solve::{Problem, Pull, Solution, Trigger};
use super::standing::{Ground, Standing};
use super::{Reason, RequestedBump};
use crate::facts::Published;
use crate::model::{EdgeKind, Impact, Package, PackageName};
use std::collections::{BTreeMap, BTreeSet};

/// The reasons of every released package, the weightiest first, each followed back to its root.
pub(super) fn of_released<'a>(
    problem: &Problem<'a>,
    solution: &Solution<'a>,
    selection: &Selection<'a>,
) -> BTreeMap<&'a PackageName, Vec<Reason>> {
    let mut all: BTreeMap<&PackageName, Vec<Reason>> = BTreeMap::new();
    for name in solution.targets.keys() {
        let mut reasons = own(&problem.standings[name], problem, solution);
        if let Some(by) = selection.needed_by.get(name) {
            let text = format!("{by} was built with its changes");
            reasons.push(Reason::new(rules::NEEDED_BY_SELECTED, text).because(vec![(*by).clone()]));
        }
        all.insert(name, reasons);
    }
    let drivers: Vec<PackageName> = problem
        .inheriting()
        .filter(|name| all.get(name).is_some_and(|reasons| !reasons.is_empty()))
        .filter(|name| {
            let alone = problem.standings[name].target(pulled(problem, name, solution));
            Some(&alone.to) == solution.shared.as_ref()
        })
        .cloned()
        .collect();
    if let Some(shared) = &solution.shared {
        for name in problem.inheriting().filter(|name| !drivers.contains(name)) {
            let text = format!("inherits the workspace's version, which moves to {shared}");
            let reason = Reason::new(rules::INHERITED_VERSION, text).because(drivers.clone());
            all.entry(name).or_default().insert(0, reason);
        }
        for name in &drivers {
            let text = format!("all members that inherit the workspace's version move to {shared}");
            if drivers.len() < problem.inheriting().count()
                && let Some(reasons) = all.get_mut(name)
            {
                reasons.push(Reason::new(rules::INHERITED_VERSION, text));
            }
        }
    }
    lengthen(&mut all);
    all
}

fn pulled(problem: &Problem<'_>, name: &PackageName, solution: &Solution<'_>) -> Option<Impact> {
    let pulls = problem.pulls(&problem.standings[name], solution);
    pulls.iter().map(|pull| pull.impact).max()
}

/// What speaks for a package itself, with the nearest package behind each reason only.
fn own(standing: &Standing<'_>, problem: &Problem<'_>, solution: &Solution<'_>) -> Vec<Reason> {
    let mut reasons: Vec<Reason> = Vec::new();
    let manifest = &standing.package.version;
    match standing.asked {
        Some(RequestedBump::Exactly(version)) => {
            reasons.push(Reason::new(rules::REQUESTED, format!("{version} was asked for")));
        }
        Some(RequestedBump::Part(part)) if standing.is_asked() => {
            let text = format!("a raise of the {part} number was asked for");
            reasons.push(Reason::new(rules::REQUESTED, text));
        }
        _ => {}
    }
    match &standing.ground {
        Ground::New => {
            let text = match standing.published {
                Published::Known(_) => format!("never published, first release at {manifest}"),
                Published::Unknown(_) => "no tag, and no answer from the registry".to_owned(),
            };
            reasons.push(Reason::new(rules::NEVER_PUBLISHED, text));
            return reasons;
        }
        Ground::Tagged { version, tag, .. } if standing.change.is_none() => {
            let text = format!("tagged as `{tag}`, and the registry does not have {version}");
            reasons.push(Reason::new(rules::TAGGED_NEVER_PUBLISHED, text));
        }
        _ if standing.is_raised() && standing.target(None).to == *manifest => {
            let last = standing.last().expect("a raised version is above a last one");
            let text = format!("its manifest already says {manifest}, the last release is {last}");
            reasons.push(Reason::new(rules::RAISED_BY_HAND, text));
        }
        _ => {}
    }
    let change = standing.change.as_ref().map_or(&[][..], |change: &Change| &change.reasons);
    let mut weighed: Vec<(Impact, Reason)> = change.to_vec();
    for pull in problem.pulls(standing, solution) {
        let reasons = pull_reasons(&pull, standing, problem, solution);
        weighed.extend(reasons.into_iter().map(|reason| (pull.impact, reason)));
    }
    weighed.sort_by_key(|(impact, _)| std::cmp::Reverse(*impact));
    reasons.extend(weighed.into_iter().map(|(_, reason)| reason));
    reasons
}

fn pull_reasons(
    pull: &Pull<'_>,
    standing: &Standing<'_>,
    problem: &Problem<'_>,
    solution: &Solution<'_>,
) -> Vec<Reason> {
    let dependency = pull.dependency;
    let to = &solution.targets[dependency].to;
    let requirement = pull.edge.requirement.as_ref().map(ToString::to_string).unwrap_or_default();
    let because = |reason: Reason| reason.because(vec![dependency.clone()]);
    let first = match pull.trigger {
        Trigger::OutOfRange => {
            let text = format!("its requirement `{requirement}` on {dependency} excludes {to}");
            Reason::new(rules::REQUIREMENT_OUT_OF_RANGE, text)
        }
        Trigger::Always => {
            let text = format!("{dependency} is released, and policy lets every dependent follow");
            Reason::new(rules::ALWAYS_PROPAGATE, text)
        }
        Trigger::BuiltWith => {
            let text = format!("it is released anyway, against the incompatible {dependency} {to}");
            Reason::new(rules::BUILT_WITH_BREAKING, text)
        }
    };
    let mut reasons = vec![because(first)];
    if pull.breaks {
        let (rule, text) = if pull.impact == Impact::Breaking {
            (rules::BREAKING_THROUGH_LIBRARY, format!("its library may expose {dependency}"))
        } else if pull.edge.kind == EdgeKind::Build {
            (rules::BUILD_DEPENDENCY_PATCH, format!("{dependency} is only a build-dependency"))
        } else if problem.is_private(standing.name(), dependency) {
            (rules::PRIVATE_EDGE_PATCH, format!("its dependency on {dependency} is private"))
        } else {
            (rules::BINARY_ONLY_PATCH, "it has only binaries, which expose nothing".to_owned())
        };
        reasons.push(because(Reason::new(rule, text)));
    }
    reasons
}

/// Lengthens every `because` from the nearest package to the whole chain.
fn lengthen(all: &mut BTreeMap<&PackageName, Vec<Reason>>) {
    let nearest: BTreeMap<PackageName, PackageName> = all
        .iter()
        .filter_map(|(name, reasons)| {
            let cause = reasons.first()?.because.first()?;
            Some(((*name).clone(), cause.clone()))
        })
        .collect();
    for (name, reasons) in all.iter_mut() {
        for reason in reasons.iter_mut().filter(|reason| reason.because.len() == 1) {
            let mut seen: BTreeSet<&PackageName> = BTreeSet::from([*name, &reason.because[0]]);
            let mut chain = reason.because.clone();
            while let Some(next) = nearest.get(chain.last().expect("a chain has a first link")) {
                if !seen.insert(next) {
                    break;
                }
                chain.push(next.clone());
            }
            let chain = chain.clone();
            drop(seen);
            reason.because = chain;
        }
    }
}

/// Why a member stays as it is.
pub(super) fn of_unchanged(
    package: &Package,
    problem: &Problem<'_>,
    solution: &Solution<'_>,
    selection: &Selection<'_>,
) -> Vec<Reason> {
    let mut reasons = Vec::new();
    let Some(standing) = problem.standings.get(&package.name) else {
        reasons.push(Reason::new(rules::NOT_PUBLISHED, "`publish = false` in its manifest"));
        if let (true, Some(shared)) = (package.inherits_version, &solution.shared) {
            let text = format!("its manifest follows the workspace's version to {shared}");
            reasons.push(Reason::new(rules::INHERITED_VERSION, text));
        }
        return reasons;
    };
    let starts = standing.starts();
    if standing.held {
        reasons.push(Reason::new(rules::HELD, "`release = false` in its configuration"));
    } else if selection.excluded.contains(&package.name) && starts {
        reasons.push(Reason::new(rules::EXCLUDED, "it changed, and `--exclude` keeps it out"));
    } else if selection.is_outside(&package.name) && starts {
        let text = "it changed, and `--package` names others that do not need it";
        reasons.push(Reason::new(rules::NOT_SELECTED, text));
    } else if let Ground::Untagged(version) = &standing.ground {
        let text = format!("{version} is published; its tag is missing");
        reasons.push(Reason::new(rules::PUBLISHED_WITHOUT_TAG, text));
    } else {
        let since = standing.last().map(|last| format!(" since {last}")).unwrap_or_default();
        let text = format!("nothing that is packed changed{since}");
        reasons.push(Reason::new(rules::NO_CHANGE, text));
    }
    for edge in &package.edges {
        let Some(requirement) = edge.requirement.as_ref() else { continue };
        let Some(target) = solution.targets.get(&edge.to) else { continue };
        if edge.kind != EdgeKind::Dev && requirement.matches(&target.to) {
            let (to, name) = (&target.to, &edge.to);
            let text = format!("its requirement `{requirement}` on {name} matches {to}");
            let reason = Reason::new(rules::REQUIREMENT_MATCHES, text).because(vec![name.clone()]);
            if !reasons.contains(&reason) {
                reasons.push(reason);
            }
        }
    }
    reasons
}
