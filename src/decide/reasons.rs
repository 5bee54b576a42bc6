//! From the fix-point back to words: why each package moves, or does not.

use super::change::Change;
use super::group::{Group, Tie};
use super::rules;
use super::select::Selection;
use super::solve::{Problem, Pull, Solution, Target, Trigger};
use super::standing::{Ground, Standing};
use super::{Reason, RequestedBump, chain, line};
use crate::facts::Published;
use crate::model::{EdgeKind, Impact, Package, PackageName, Version, bump_between};
use std::collections::BTreeMap;

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
    for group in problem.groups.iter().filter(|group| group.tie != Tie::Alone) {
        tied(group, problem, solution, &mut all);
    }
    chain::lengthen(&mut all);
    all
}

/// Adds why the members of a group move as they do: those whose own reasons lead to the version
/// take the others there.
fn tied<'a>(
    group: &Group<'a>,
    problem: &Problem<'a>,
    solution: &Solution<'a>,
    all: &mut BTreeMap<&'a PackageName, Vec<Reason>>,
) {
    let moved: Vec<&Standing<'a>> = group
        .members
        .iter()
        .copied()
        .filter(|of| solution.targets.contains_key(of.name()))
        .collect();
    let is_driver = |of: &&&Standing<'a>| {
        let name = of.name();
        let version = group.version(&[(**of, pulled(problem, name, solution))]);
        all.get(name).is_some_and(|reasons| !reasons.is_empty())
            && version.cmp_precedence(&solution.targets[name].to).is_eq()
    };
    let drivers: Vec<PackageName> =
        moved.iter().filter(is_driver).map(|of| of.name().clone()).collect();
    for of in &moved {
        let target = &solution.targets[of.name()];
        let to = &target.to;
        let reasons = all.entry(of.name()).or_default();
        let drives = drivers.contains(of.name());
        if let Some(reason) = lifted(group, of, target).filter(|_| drivers.len() == moved.len()) {
            reasons.push(reason);
        } else if drives && drivers.len() < moved.len() {
            reasons.push(takes_along(group, of, to));
        } else if !drives && let Some(reason) = goes_along(group, of, to) {
            reasons.insert(0, reason.because(drivers.clone()));
        }
    }
}

/// Why a member does not get the version that it would get alone, although nobody takes it along.
fn lifted(group: &Group<'_>, of: &Standing<'_>, Target { to, needed }: &Target) -> Option<Reason> {
    match &group.tie {
        Tie::Fixed { names, .. } => {
            let is_new = of.ground == Ground::New && of.asked.is_none();
            let is_lifted = is_new && *to != of.package.version && !names.is_empty();
            let text = format!("takes {to}, the version of the fixed group {}", quoted(names));
            is_lifted.then(|| Reason::new(rules::FIXED_GROUP, text))
        }
        Tie::Linked(name) => {
            let is_lifted = needed.as_ref().is_some_and(|alone| alone.cmp_precedence(to).is_lt());
            let text = format!("{to} is counted from the highest of the linked group `{name}`");
            is_lifted.then(|| Reason::new(rules::LINKED_GROUP, text))
        }
        Tie::Alone => None,
    }
}

/// Why a member moves with the others of its group.
fn goes_along(group: &Group<'_>, of: &Standing<'_>, to: &Version) -> Option<Reason> {
    Some(match &group.tie {
        Tie::Alone => return None,
        Tie::Fixed { .. } if of.package.inherits_version => {
            let text = format!("inherits the workspace's version, which moves to {to}");
            Reason::new(rules::INHERITED_VERSION, text)
        }
        Tie::Fixed { names, .. } => {
            let text = format!("is in the fixed group {}, which moves to {to}", quoted(names));
            Reason::new(rules::FIXED_GROUP, text)
        }
        Tie::Linked(name) => {
            let text = format!("shares {to} with what moves of the linked group `{name}`");
            Reason::new(rules::LINKED_GROUP, text)
        }
    })
}

/// What a member that moves does to the others of its group.
fn takes_along(group: &Group<'_>, of: &Standing<'_>, to: &Version) -> Reason {
    match &group.tie {
        Tie::Fixed { names, .. } if !of.package.inherits_version || names.len() > 1 => {
            let text = format!("all members of the fixed group {} move to {to}", quoted(names));
            Reason::new(rules::FIXED_GROUP, text)
        }
        Tie::Linked(name) => {
            let text = format!("what moves of the linked group `{name}` shares {to}");
            Reason::new(rules::LINKED_GROUP, text)
        }
        Tie::Fixed { .. } | Tie::Alone => {
            let text = format!("all members that inherit the workspace's version move to {to}");
            Reason::new(rules::INHERITED_VERSION, text)
        }
    }
}

fn quoted(names: &[&str]) -> String {
    names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(" and ")
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
            let to = &solution.targets[standing.name()].to;
            let text = match standing.published {
                Published::Known(_) => format!("never published, first release at {to}"),
                Published::Unknown(_) => "no tag, and no answer from the registry".to_owned(),
            };
            reasons.push(Reason::new(rules::NEVER_PUBLISHED, text));
            reasons.extend(of_line(standing, &solution.targets[standing.name()].to));
            return reasons;
        }
        Ground::Tagged { version, tag, .. } if standing.change.is_none() => {
            let text = format!("tagged as `{tag}`, and the registry does not have {version}");
            reasons.push(Reason::new(rules::TAGGED_NEVER_PUBLISHED, text));
        }
        _ if standing.is_raised() && solution.targets[standing.name()].to == *manifest => {
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
    let to = &solution.targets[standing.name()].to;
    reasons.extend(skipped(standing, to));
    reasons.extend(of_line(standing, to));
    reasons
}

/// What the line of pre-releases that a package is on, or leaves, has to say.
/// Why the number that would come next is left out, where that is so.
fn skipped(standing: &Standing<'_>, to: &Version) -> Option<Reason> {
    let last = standing.last().filter(|last| last.pre.is_empty() && to.pre.is_empty())?;
    let expected = bump_between(last, to).apply(last);
    let entry = standing.published.version(&expected).filter(|entry| entry.yanked)?;
    let is_passed = entry.version.cmp_precedence(to).is_lt();
    let text = format!("{expected} was yanked, and its number is used up");
    is_passed.then(|| Reason::new(rules::YANKED_NUMBER_SKIPPED, text))
}

fn of_line(standing: &Standing<'_>, to: &Version) -> Option<Reason> {
    if let Some(from) = standing.on_line().filter(|_| standing.is_finished()) {
        let text = format!("leaves the line of pre-releases that {from} is on");
        return Some(Reason::new(rules::LINE_FINISHED, text));
    }
    let id = standing.pre.filter(|id| line::is_on(to, id))?;
    let text = format!("goes on the line of pre-releases `{id}`");
    Some(Reason::new(rules::PRE_RELEASE_LINE, text))
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
        let (rule, text) =
            if pull.impact == Impact::Breaking && problem.is_public(standing.name(), pull.edge) {
                (rules::BREAKING_THROUGH_PUBLIC_EDGE, format!("its library exposes {dependency}"))
            } else if pull.impact == Impact::Breaking {
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
        if let (true, Some(shared)) = (package.inherits_version, &solution.inherited) {
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
    } else if starts && !problem.of_own_accord.contains(&package.name) {
        let text = "nobody has it yet, and `--hotfix` brings only what was touched and must follow";
        reasons.push(Reason::new(rules::OUTSIDE_HOTFIX, text));
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
