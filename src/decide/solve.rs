//! The fix-point: who is released, and at which version, once everybody has followed.

use super::standing::{Standing, Target};
use crate::model::{Edge, EdgeKind, Impact, PackageName, Version, Workspace, breaks};
use crate::policy::{Policy, Propagate};
use std::collections::{BTreeMap, BTreeSet};

/// What is being solved: the members that some registry takes, and who may move.
#[derive(Debug)]
pub(super) struct Problem<'a> {
    pub(super) workspace: &'a Workspace,
    pub(super) policy: &'a Policy,
    pub(super) standings: &'a BTreeMap<&'a PackageName, Standing<'a>>,
    /// Those released for their own changes.
    pub(super) of_own_accord: BTreeSet<&'a PackageName>,
    /// Those that may follow a dependency.
    pub(super) may_follow: BTreeSet<&'a PackageName>,
}

/// The fix-point.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Solution<'a> {
    /// The packages that are released.
    pub(super) targets: BTreeMap<&'a PackageName, Target>,
    /// The version that all members move to which inherit the workspace's, when it moves.
    pub(super) shared: Option<Version>,
}

/// A released dependency asking something of a dependent.
#[derive(Debug, Clone)]
pub(super) struct Pull<'a> {
    pub(super) dependency: &'a PackageName,
    pub(super) edge: &'a Edge,
    pub(super) trigger: Trigger,
    pub(super) impact: Impact,
    pub(super) breaks: bool,
}

/// Why a dependency's release reaches a dependent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Trigger {
    OutOfRange,
    Always,
    /// The dependent is released anyway, and would be built with an incompatible version.
    BuiltWith,
}

impl<'a> Problem<'a> {
    /// The least set of releases that leaves nobody behind who has to follow.
    pub(super) fn solve(&self) -> Solution<'a> {
        let mut outside: BTreeMap<&'a PackageName, Option<Impact>> =
            self.of_own_accord.iter().map(|name| (*name, None)).collect();
        let mut shared: Option<Version> = None;
        loop {
            let solution = self.targets(&outside, shared.as_ref());
            let mut next = outside.clone();
            if solution.shared.is_some() {
                for name in self.inheriting() {
                    next.entry(name).or_default();
                }
            }
            for standing in self.standings.values() {
                let pulls = self.pulls(standing, &solution);
                let Some(impact) = pulls.iter().map(|pull| pull.impact).max() else { continue };
                let follows = self.may_follow.contains(standing.name());
                if next.contains_key(standing.name()) || follows {
                    let known = next.entry(standing.name()).or_default();
                    *known = (*known).max(Some(impact));
                }
            }
            if next == outside && solution.shared == shared {
                return solution;
            }
            outside = next;
            shared = solution.shared;
        }
    }

    fn targets(
        &self,
        outside: &BTreeMap<&'a PackageName, Option<Impact>>,
        shared: Option<&Version>,
    ) -> Solution<'a> {
        let mut targets: BTreeMap<&'a PackageName, Target> = BTreeMap::new();
        let mut moved = shared.cloned();
        for (name, impact) in outside {
            let standing = &self.standings[name];
            let target = standing.target(*impact);
            if standing.package.inherits_version && target.to > standing.package.version {
                moved = moved.max(Some(target.to.clone()));
            }
            targets.insert(name, target);
        }
        if let Some(version) = &moved {
            for (name, target) in &mut targets {
                if self.standings[name].package.inherits_version {
                    target.to = version.clone();
                }
            }
        }
        Solution { targets, shared: moved }
    }

    /// The publishable members that inherit the workspace's version.
    pub(super) fn inheriting(&self) -> impl Iterator<Item = &'a PackageName> {
        self.standings
            .values()
            .filter(|standing| standing.package.inherits_version && !standing.held)
            .map(Standing::name)
    }

    /// What the released dependencies of a package ask of it, by name of the dependency.
    pub(super) fn pulls(&self, of: &Standing<'a>, solution: &Solution<'a>) -> Vec<Pull<'a>> {
        let is_released = solution.targets.contains_key(of.name());
        let mut pulls: Vec<Pull<'a>> = of
            .package
            .edges
            .iter()
            .filter_map(|edge| self.pull(of, is_released, edge, solution))
            .collect();
        pulls.sort_by_key(|pull| (std::cmp::Reverse(pull.impact), pull.trigger, pull.dependency));
        pulls.dedup_by_key(|pull| pull.dependency);
        pulls
    }

    fn pull(
        &self,
        of: &Standing<'a>,
        is_released: bool,
        edge: &'a Edge,
        solution: &Solution<'a>,
    ) -> Option<Pull<'a>> {
        let requirement = edge.requirement.as_ref()?;
        let (dependency, target) = solution.targets.get_key_value(&edge.to)?;
        if edge.kind == EdgeKind::Dev || edge.to == of.package.name {
            return None;
        }
        let in_use = self.standings[dependency].in_use();
        let breaks = in_use.is_some_and(|version| breaks(version, &target.to));
        let trigger = if !requirement.matches(&target.to) {
            Trigger::OutOfRange
        } else if self.policy.propagate == Propagate::Always
            && in_use.is_none_or(|version| *version != target.to)
        {
            Trigger::Always
        } else if is_released && breaks {
            Trigger::BuiltWith
        } else {
            return None;
        };
        let exposes = breaks
            && edge.kind == EdgeKind::Normal
            && of.package.has_library
            && !self.is_private(of.name(), dependency);
        let impact = if exposes { Impact::Breaking } else { Impact::Fix };
        Some(Pull { dependency, edge, trigger, impact, breaks })
    }

    pub(super) fn is_private(&self, dependent: &PackageName, dependency: &PackageName) -> bool {
        self.policy.private_edges.contains(&(dependent.clone(), dependency.clone()))
    }
}
