//! The fix-point: who is released, and at which version, once everybody has followed.

use super::group::{self, Group, Mover};
use super::standing::Standing;
use crate::model::{Edge, EdgeKind, Impact, PackageName, Version, Workspace, breaks};
use crate::policy::{Policy, Propagate};
use std::collections::{BTreeMap, BTreeSet};

/// What is being solved: the members that some registry takes, and who may move.
#[derive(Debug)]
pub(super) struct Problem<'a> {
    pub(super) workspace: &'a Workspace,
    pub(super) policy: &'a Policy,
    pub(super) standings: &'a BTreeMap<&'a PackageName, Standing<'a>>,
    /// Which of them hang together.
    pub(super) groups: &'a [Group<'a>],
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
    pub(super) inherited: Option<Version>,
}

/// The version a package gets, and the version it would need if it were alone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Target {
    pub(super) to: Version,
    /// What its changes need; nothing when they need none.
    pub(super) needed: Option<Version>,
}

/// The packages that are released, and the impact that their dependencies ask for.
type Released<'a> = BTreeMap<&'a PackageName, Option<Impact>>;

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
    ///
    /// Whoever is released stays released and no impact shrinks from one round to the next, so
    /// that it ends.
    pub(super) fn solve(&self) -> Solution<'a> {
        let mut released: Released<'a> =
            self.of_own_accord.iter().map(|name| (*name, None)).collect();
        loop {
            let solution = self.targets(&released);
            let mut next = released.clone();
            for group in self.groups.iter().filter(|group| group.is_fixed()) {
                for name in taken_along(group, &solution) {
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
            if next == released {
                return solution;
            }
            released = next;
        }
    }

    fn targets(&self, released: &Released<'a>) -> Solution<'a> {
        let mut targets: BTreeMap<&'a PackageName, Target> = BTreeMap::new();
        for group in self.groups {
            let movers =
                group.members.iter().filter_map(|of| Some((*of, *released.get(of.name())?)));
            let movers: Vec<Mover<'a>> = movers.collect();
            if movers.is_empty() {
                continue;
            }
            if group.lets_each(&movers) {
                for mover in movers {
                    let version = Group::alone(mover.0).version(&[mover]);
                    targets.insert(mover.0.name(), target(mover, &version));
                }
                continue;
            }
            let version = group.version(&movers);
            for mover in movers {
                targets.insert(mover.0.name(), target(mover, &version));
            }
        }
        let inherit = |name: &&PackageName| self.standings[name].package.inherits_version;
        let inherited = targets.iter().filter(|(name, _)| inherit(name));
        let moved = inherited.filter(|(name, target)| {
            target.to.cmp_precedence(&self.standings[*name].package.version).is_ne()
        });
        let inherited = moved.map(|(_, target)| target.to.clone()).max();
        Solution { targets, inherited }
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

    /// Whether an edge of a package surely shows in its interface.
    pub(super) fn is_public(&self, dependent: &PackageName, edge: &Edge) -> bool {
        edge.public || self.policy.public_edges.contains(&(dependent.clone(), edge.to.clone()))
    }

    pub(super) fn is_private(&self, dependent: &PackageName, dependency: &PackageName) -> bool {
        self.policy.private_edges.contains(&(dependent.clone(), dependency.clone()))
    }
}

/// The members of a fixed group that are not at the version it moves to.
fn taken_along<'a>(
    group: &Group<'a>,
    solution: &Solution<'a>,
) -> impl Iterator<Item = &'a PackageName> {
    let mut moved = group.members.iter().filter_map(|of| solution.targets.get(of.name()));
    let to = moved.next().map(|target| target.to.clone());
    let members = group.members.clone().into_iter();
    members
        .filter(move |of| {
            let is_there =
                |to: &Version| of.last().is_some_and(|last| last.cmp_precedence(to).is_eq());
            to.as_ref().is_some_and(|to| !is_there(to))
        })
        .map(Standing::name)
}

/// What a member gets when its group gets `version`.
fn target((of, impact): Mover<'_>, version: &Version) -> Target {
    let manifest = &of.package.version;
    let to = if version.cmp_precedence(manifest).is_eq() {
        manifest.clone()
    } else if of.exactly().is_some_and(|exact| exact.cmp_precedence(version).is_eq()) {
        version.clone()
    } else {
        // What build metadata says, as `+spec-1.1.0` does, only a person can change.
        Version { build: manifest.build.clone(), ..version.clone() }
    };
    Target { to, needed: group::needed(of, impact) }
}
