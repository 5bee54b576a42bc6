//! Members whose versions hang together, and the version they get.
//!
//! Every member that can be released is in exactly one group, most of them alone. Members that
//! inherit the workspace's version are a fixed group by nature; it takes in every fixed group of
//! the policy that holds one of them.

use super::numbers::{Course, Numbers, Parts, free};
use super::standing::{Ground, Standing, reaches};
use super::{RequestedBump, line};
use crate::model::{Impact, PackageName, Version};
use crate::policy::{self, GroupKind, Policy};
use std::collections::{BTreeMap, BTreeSet};

/// Members that share a version when they move.
#[derive(Debug)]
pub(super) struct Group<'a> {
    pub(super) tie: Tie<'a>,
    /// By name; members that are never released are left out.
    pub(super) members: Vec<&'a Standing<'a>>,
}

/// What holds a group together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Tie<'a> {
    /// Nothing: it is one package.
    Alone,
    /// When one moves all move, to one version.
    Fixed {
        /// The groups of the policy.
        names: Vec<&'a str>,
        /// Whether members inherit the workspace's version.
        inherited: bool,
    },
    /// Those that move share a version.
    Linked(&'a str),
}

/// A member that moves, and the impact that its own changes and its dependencies ask for.
pub(super) type Mover<'a> = (&'a Standing<'a>, Option<Impact>);

/// All groups, in the order of their first members.
pub(super) fn groups<'a>(
    standings: &'a BTreeMap<&'a PackageName, Standing<'a>>,
    policy: &'a Policy,
) -> Vec<Group<'a>> {
    let mut fixed: Vec<(Vec<&'a str>, bool, BTreeSet<&'a PackageName>)> = Vec::new();
    let mut join = |name: Option<&'a str>, mut members: BTreeSet<&'a PackageName>| {
        let (mut names, mut inherited) = (Vec::from_iter(name), name.is_none());
        fixed.retain(|(others, also, of)| {
            let meets = !of.is_disjoint(&members);
            if meets {
                names.extend(others.iter().copied());
                members.extend(of.iter().copied());
                inherited |= *also;
            }
            !meets
        });
        if members.len() > 1 {
            fixed.push((names, inherited, members));
        }
    };
    let movable = |name: &PackageName| standings.get_key_value(name).filter(|(_, of)| !of.held);
    let members = |group: &'a policy::Group| -> BTreeSet<&'a PackageName> {
        group.packages.iter().filter_map(movable).map(|(name, _)| *name).collect()
    };
    let inherit = |of: &&Standing<'_>| of.package.inherits_version && !of.held;
    join(None, standings.values().filter(inherit).map(Standing::name).collect());
    for group in policy.groups.iter().filter(|group| group.kind == GroupKind::Fixed) {
        join(Some(&group.name), members(group));
    }
    let mut groups: Vec<Group<'a>> = Vec::new();
    let mut placed: BTreeSet<&PackageName> = BTreeSet::new();
    let mut place = |tie: Tie<'a>, names: BTreeSet<&'a PackageName>| {
        let free: Vec<_> = names.into_iter().filter(|name| placed.insert(name)).collect();
        let members: Vec<_> = free.into_iter().map(|name| &standings[name]).collect();
        if !members.is_empty() {
            groups.push(Group { tie: if members.len() > 1 { tie } else { Tie::Alone }, members });
        }
    };
    for (mut names, inherited, members) in fixed {
        names.sort_unstable();
        place(Tie::Fixed { names, inherited }, members);
    }
    for group in policy.groups.iter().filter(|group| group.kind == GroupKind::Linked) {
        place(Tie::Linked(&group.name), members(group));
    }
    for name in standings.keys() {
        place(Tie::Alone, BTreeSet::from([*name]));
    }
    groups.sort_by_key(|group| group.members[0].name());
    groups
}

impl<'a> Group<'a> {
    /// A package by itself.
    pub(super) fn alone(of: &'a Standing<'a>) -> Self {
        Self { tie: Tie::Alone, members: vec![of] }
    }

    pub(super) fn is_fixed(&self) -> bool {
        matches!(self.tie, Tie::Fixed { .. })
    }

    /// Whether each of these goes out at a version of its own, although they are linked: nothing
    /// is counted when all were decided before, by hand or by an earlier release.
    pub(super) fn lets_each(&self, movers: &[Mover<'a>]) -> bool {
        let decided = |(of, impact): &Mover<'a>| {
            matches!(of.asked, Some(RequestedBump::Exactly(_))) || self.is_settled(of, *impact)
        };
        matches!(self.tie, Tie::Linked(_)) && movers.iter().all(decided)
    }

    /// The version that the group gets when these members move.
    pub(super) fn version(&self, movers: &[Mover<'a>]) -> Version {
        let course = self.course(movers);
        let Some(numbers) = Numbers::of(&self.members) else {
            return first_version(movers, course);
        };
        let needs = movers.iter().filter(|(of, impact)| !self.is_settled(of, *impact));
        let parts: Vec<Parts> = needs.map(|(of, impact)| parts(of, *impact)).collect();
        let parts = Parts {
            impact: parts.iter().filter_map(|parts| parts.impact).max(),
            asked: parts.iter().filter_map(|parts| parts.asked).max(),
        };
        let is_moved = parts != Parts::default() || movers.iter().any(|(of, _)| of.leaves_line());
        let needed = is_moved.then(|| numbers.next(parts, course));
        let least = needed.as_ref().unwrap_or(numbers.last);
        let exact = movers.iter().filter_map(|(of, _)| of.exactly()).max();
        if let Some(exact) = exact.filter(|exact| reaches(exact, least)) {
            return exact.clone();
        }
        let ahead = written(movers).filter(|written| {
            written.cmp_precedence(numbers.last).is_gt() && reaches(written, least)
        });
        match (ahead, needed) {
            (Some(written), _) => dressed(written, course, |base| numbers.on(base, course)),
            (None, Some(needed)) => needed,
            (None, None) => numbers.last.clone(),
        }
    }

    /// Whether a member asks for no number to be counted: its manifest says one that is enough, or
    /// nothing about it changed.
    fn is_settled(&self, of: &'a Standing<'a>, impact: Option<Impact>) -> bool {
        if of.asked_part().is_some() || of.leaves_line() {
            return false;
        }
        let Some(own) = of.last() else { return true };
        if !of.is_raised() {
            return parts(of, impact).impact.is_none();
        }
        let manifest = &of.package.version;
        let last = Numbers::of(&self.members).map(|numbers| numbers.last);
        let is_level = last.is_none_or(|last| manifest.cmp_precedence(last).is_ge());
        is_level && reaches(manifest, needed(of, impact).as_ref().unwrap_or(own))
    }

    /// The line that the next version is on.
    fn course(&self, movers: &[Mover<'a>]) -> Course<'a> {
        // Where all move together, what is asked of one is asked of all.
        let movers: Vec<&Standing<'_>> = movers.iter().map(|(of, _)| *of).collect();
        let voices = if self.is_fixed() { &self.members } else { &movers };
        let named = voices.iter().filter_map(|of| of.pre.filter(|_| of.is_named)).max();
        if let Some(id) = named {
            return Course::Line(id);
        }
        if voices.iter().any(|of| of.is_finished()) {
            return Course::Finish;
        }
        if let Some(id) = voices.iter().filter_map(|of| of.pre).max() {
            return Course::Line(id);
        }
        let last = Numbers::of(&self.members).map(|numbers| numbers.last);
        let own = movers.iter().filter_map(|of| of.last()).max_by(|a, b| a.cmp_precedence(b));
        let on_line = [last, own].into_iter().flatten().find(|version| !version.pre.is_empty());
        match on_line {
            // To ask for a part is to ask for a release.
            Some(_) if voices.iter().any(|of| of.asked_part().is_some()) => Course::Finish,
            Some(like) => Course::Onward(like),
            None => Course::Release,
        }
    }
}

/// The version of members that were never released: their manifests'.
fn first_version(movers: &[Mover<'_>], course: Course<'_>) -> Version {
    let written = written(movers).expect("whatever was never released is written down");
    let exact = movers.iter().filter_map(|(of, _)| of.exactly()).max();
    if let Some(exact) = exact.filter(|exact| reaches(exact, written)) {
        return exact.clone();
    }
    let part = movers.iter().filter_map(|(of, _)| of.asked_part()).max();
    let raised = part.map(|part| free(&[], part, written));
    dressed(raised.as_ref().unwrap_or(written), course, |base| match course {
        Course::Line(id) => line::start(&base, id),
        _ => base,
    })
}

/// The highest version that a manifest says and that nobody released yet.
fn written<'a>(movers: &[Mover<'a>]) -> Option<&'a Version> {
    let ahead = movers.iter().filter(|(of, _)| of.ground == Ground::New || of.is_raised());
    ahead.map(|(of, _)| &of.package.version).max_by(|a, b| a.cmp_precedence(b))
}

/// The version that a member would need if it were alone; nothing when it needs none.
pub(super) fn needed<'a>(of: &'a Standing<'a>, impact: Option<Impact>) -> Option<Version> {
    let parts = parts(of, impact);
    let alone = Group::alone(of);
    let Some(numbers) = Numbers::of(&alone.members) else {
        return parts.asked.map(|part| free(&[], part, &of.package.version));
    };
    let is_moved = parts != Parts::default() || of.leaves_line();
    is_moved.then(|| numbers.next(parts, alone.course(&[(of, impact)])))
}

fn parts(of: &Standing<'_>, impact: Option<Impact>) -> Parts {
    if of.last().is_none() {
        return Parts { impact: None, asked: of.asked_part() };
    }
    Parts { impact: impact.max(of.impact()), asked: of.asked_part() }
}

/// A version that a manifest says, on the course; `on` puts a release on it.
fn dressed(written: &Version, course: Course<'_>, on: impl Fn(Version) -> Version) -> Version {
    match course {
        Course::Finish => line::base(written),
        Course::Line(id) if !line::is_on(written, id) => on(line::base(written)),
        _ => written.clone(),
    }
}
