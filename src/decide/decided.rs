//! The whole decision, from facts to versions.

use super::change;
use super::concern::concerned;
use super::half_out::{self, HalfOut};
use super::hotfix;
use super::lag;
use super::select::{self, Selection};
use super::solve::{Problem, Solution, Target};
use super::standing::{Ground, Standing, reaches};
use super::{Decision, Note, Reason, Request, RequestedBump, group, ignored, line, reasons};
use crate::facts::{BaselineSource, Facts, Published};
use crate::model::{Bump, EdgeKind, PackageName, Version, bump_between};
use crate::policy::Policy;
use std::collections::{BTreeMap, BTreeSet};

/// Everything decided.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Decided {
    /// The packages to release, sorted by name.
    pub decisions: Vec<Decision>,
    /// The other members, sorted by name, and why they stay.
    pub unchanged: Vec<(PackageName, Vec<Reason>)>,
    /// What stood out, sorted, each once.
    pub notes: Vec<Note>,
    /// The version that `[workspace.package]` gets, when it moves.
    pub shared: Option<Version>,
    /// The members whose answers of the registry were looked at; see [`super::concerned`].
    pub concerned: BTreeSet<PackageName>,
    /// The release that is half out and that is finished instead of all else.
    pub half_out: Option<HalfOut>,
}

/// Why nothing could be decided.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DecideError {
    /// The request names a package that is no member.
    #[error("no member of the workspace is called `{name}`")]
    UnknownPackage {
        /// The name as given.
        name: PackageName,
        /// The member that was probably meant.
        nearest: Option<String>,
        /// All members, sorted.
        members: Vec<PackageName>,
    },
}

/// Decides which packages are released, at which versions, and why.
///
/// One entry per member, in `decisions` or in `unchanged`. Versions that cannot be had (taken, too
/// low, a downgrade) are decided as far as a plan can be shown, and told in `notes`.
///
/// # Errors
/// [`DecideError::UnknownPackage`] when the request names a package that is no member.
pub fn decide(facts: &Facts, policy: &Policy, request: &Request) -> Result<Decided, DecideError> {
    select::check_names(request, &facts.workspace)?;
    let concerned = concerned(&facts.workspace, policy, request);
    if request.hotfix {
        let policy = hotfix::policy(policy);
        return Ok(decide_knowing(facts, &policy, request, concerned));
    }
    Ok(decide_knowing(facts, policy, request, concerned))
}

/// The same with the registry's answers about these packages, and nobody else's.
pub(super) fn decide_knowing(
    facts: &Facts,
    policy: &Policy,
    request: &Request,
    concerned: BTreeSet<PackageName>,
) -> Decided {
    let silent = Published::Unknown("the registry was not asked".to_owned());
    let mut standings: BTreeMap<&PackageName, Standing<'_>> = facts
        .workspace
        .publishable()
        .map(|package| {
            let answer = facts.published.get(&package.name);
            let answer = answer.filter(|_| concerned.contains(&package.name)).unwrap_or(&silent);
            (&package.name, Standing::of(package, facts, policy, request, answer))
        })
        .collect();
    if !request.hotfix {
        lag::catch_up(&mut standings, policy);
    }
    let standings = standings;
    let touched = request.hotfix.then(|| hotfix::touched(&standings));
    let groups = group::groups(&standings, policy);
    let roots = |names: &[PackageName]| -> BTreeSet<&PackageName> {
        let named = standings.keys().filter(|name| names.contains(name));
        named.copied().collect()
    };
    let problem = |selection: &Selection<'_>| {
        let in_play = || standings.values().filter(|standing| !standing.held);
        let inside = |standing: &&Standing<'_>| !selection.is_outside(standing.name());
        let own = |standing: &&Standing<'_>| {
            let starts = match &touched {
                Some(touched) => touched.contains(standing.name()),
                None => standing.starts(),
            };
            starts && !selection.excluded.contains(standing.name())
        };
        Problem {
            workspace: &facts.workspace,
            policy,
            standings: &standings,
            groups: &groups,
            of_own_accord: in_play().filter(inside).filter(own).map(Standing::name).collect(),
            may_follow: in_play().filter(inside).map(Standing::name).collect(),
        }
    };
    let selected = (!request.only.is_empty()).then(|| roots(&request.only));
    let mut selection = Selection::of(request, None, &standings, &BTreeSet::new());
    let mut solution = problem(&selection).solve();
    if let Some(mut selected) = selected {
        // Whoever is in a fixed group is selected with all that move it.
        let tied = groups.iter().filter(|group| group.is_fixed()).flat_map(|group| {
            let moves = |name: &&PackageName| solution.targets.contains_key(name);
            let moved: Vec<&PackageName> =
                group.members.iter().map(|of| of.name()).filter(moves).collect();
            let is_selected = moved.iter().any(|name| selected.contains(name));
            if is_selected { moved } else { Vec::new() }
        });
        let tied: Vec<&PackageName> = tied.collect();
        selected.extend(tied);
        // What lies between a selected package and a change has to follow that, as without a
        // selection, or the selected package would be published on something else than it was
        // built with.
        let whole = problem(&selection);
        let follows = |of: &&Standing<'_>| !whole.pulls(of, &solution).is_empty();
        let follow = standings.values().filter(follows).map(Standing::name).collect();
        selection = Selection::of(request, Some(selected.clone()), &standings, &follow);
        solution = problem(&selection).solve();
        // What a selected package needs comes along only when that package is released itself; and
        // whoever moves with it brings what it needs in turn.
        let mut roots: BTreeSet<&PackageName> =
            selected.into_iter().filter(|name| solution.targets.contains_key(name)).collect();
        loop {
            selection = Selection::of(request, Some(roots.clone()), &standings, &follow);
            solution = problem(&selection).solve();
            let known = roots.len();
            let came = |name: &&&PackageName| !selection.needed_by.contains_key(**name);
            roots.extend(solution.targets.keys().filter(came));
            if roots.len() == known {
                break;
            }
        }
    }
    let problem = problem(&selection);
    let mut notes = notes(facts, request, &concerned, &problem, &solution);
    notes.extend(would_follow(&problem, &solution));
    if request.hotfix {
        notes.extend(hotfix::beyond(&standings, &solution));
    }
    notes.sort();
    notes.dedup();
    let mut reasons = reasons::of_released(&problem, &solution, &selection);
    let decisions = solution
        .targets
        .iter()
        .map(|(name, target)| {
            let reasons = reasons.remove(name).unwrap_or_default();
            decision(&standings[name], target.to.clone(), reasons)
        })
        .collect();
    let stays = |name: &PackageName| !solution.targets.contains_key(name);
    let unchanged = facts
        .workspace
        .packages
        .values()
        .filter(|package| stays(&package.name))
        .map(|package| {
            let why = reasons::of_unchanged(package, &problem, &solution, &selection);
            (package.name.clone(), why)
        })
        .collect();
    let shared = solution.inherited.clone();
    let decided = Decided { decisions, unchanged, notes, shared, concerned, half_out: None };
    match half_out::find(facts, &standings).filter(|_| half_out::is_plain(request)) {
        Some(half_out) => half_out.instead_of(decided, facts, &standings),
        None => decided,
    }
}

pub(super) fn decision(standing: &Standing<'_>, to: Version, reasons: Vec<Reason>) -> Decision {
    let bump = match (&standing.ground, standing.last()) {
        (Ground::New, _) | (_, None) => Bump::None,
        (Ground::Tagged { version, before, .. }, _) if *version == to => {
            before.as_ref().map_or(Bump::None, |before| bump_between(before, &to))
        }
        (_, Some(last)) => bump_between(last, &to),
    };
    Decision {
        package: standing.name().clone(),
        from: standing.package.version.clone(),
        to,
        bump,
        new: standing.published.versions().is_empty()
            && !matches!(standing.published, Published::Unknown(_)),
        reasons,
    }
}

fn notes(
    facts: &Facts,
    request: &Request,
    concerned: &BTreeSet<PackageName>,
    problem: &Problem<'_>,
    solution: &Solution<'_>,
) -> Vec<Note> {
    let mut notes = Vec::new();
    for (name, standing) in problem.standings.iter().filter(|(name, _)| concerned.contains(**name))
    {
        let to = solution.targets.get(name).map(|target| &target.to);
        notes.extend(standing.notes(to, request.bumps.contains_key(*name)));
        let baseline = facts.history.get(*name).and_then(|history| history.baseline.as_ref());
        let by_vcs_info = baseline.filter(|b| b.source == BaselineSource::VcsInfo);
        if let (Some(baseline), Ground::Released(version)) = (by_vcs_info, &standing.ground)
            && baseline.version == *version
        {
            let (package, version) = ((*name).clone(), version.clone());
            notes.push(Note::TagMissing { package, version, known: true });
        }
        if let Some(target) = solution.targets.get(name) {
            notes.extend(target_notes(standing, target));
            let is_guessed = standing.change.as_ref().is_some_and(|change| change.is_guessed);
            if is_guessed && standing.asked.is_none() && target.to > standing.package.version {
                notes.push(Note::LevelGuessed { package: (*name).clone() });
            }
        }
    }
    notes.extend(on_pre_releases(problem, solution));
    if problem.policy.require_changeset {
        let missing = change::without_changeset(facts).into_iter();
        let missing = missing.filter(|name| solution.targets.contains_key(name));
        notes.extend(missing.map(|package| Note::ChangesetMissing { package }));
    }
    notes.extend(ignored::changesets(facts, problem));
    notes.extend(ignored::requests(request, problem, solution));
    notes
}

/// Releases that leave their line while something that they require stays on one.
fn on_pre_releases(problem: &Problem<'_>, solution: &Solution<'_>) -> Vec<Note> {
    let leaves = |(name, target): &(&&PackageName, &Target)| {
        target.to.pre.is_empty() && problem.standings[**name].on_line().is_some()
    };
    let leaving = solution.targets.iter().filter(leaves);
    leaving
        .flat_map(|(name, _)| {
            let edges = problem.standings[name].package.edges.iter();
            let edges = edges.filter(|edge| edge.kind != EdgeKind::Dev);
            edges.filter_map(|edge| {
                let target = solution.targets.get(&edge.to).map(|target| &target.to);
                let stays = || Some(&problem.workspace.packages.get(&edge.to)?.version);
                let version = target.or_else(stays).filter(|version| !version.pre.is_empty())?;
                let (package, dependency) = ((*name).clone(), edge.to.clone());
                Some(Note::FinishedOnPreRelease { package, dependency, version: version.clone() })
            })
        })
        .collect()
}

fn target_notes(standing: &Standing<'_>, target: &Target) -> Vec<Note> {
    let mut notes = Vec::new();
    let package = standing.name().clone();
    let manifest = standing.package.version.clone();
    if let (true, None, Some(needed)) = (standing.is_raised(), standing.asked, &target.needed)
        && !reaches(&manifest, needed)
    {
        // Its group may need more than it would alone.
        let (package, needed) = (package.clone(), target.to.clone());
        notes.push(Note::RaisedTooLittle { package, manifest: manifest.clone(), needed });
    }
    if let Some(RequestedBump::Exactly(asked)) = standing.asked
        && *asked != target.to
    {
        let (package, asked) = (package.clone(), asked.clone());
        let above = standing.last().map_or(&manifest, |last| last.max(&manifest)).clone();
        notes.push(if standing.exactly().is_some() {
            Note::AskedTooLittle { package, asked, needed: target.to.clone() }
        } else {
            Note::Downgrade { package, asked, above }
        });
    }
    if let Some(id) = standing.pre
        && standing.asked.is_none()
        && !line::is_on(&target.to, id)
        && target.to != standing.package.version
    {
        let (package, id, to) = (standing.name().clone(), id.clone(), target.to.clone());
        notes.push(Note::LineGoesDown { package, id, to });
    }
    if let (Some(entry), true) = (standing.published.version(&target.to), notes.is_empty()) {
        let latest = standing.published.latest_live().unwrap_or(entry).version.clone();
        let (version, yanked) = (target.to.clone(), entry.yanked);
        notes.push(Note::VersionExists { package, version, latest, yanked });
    }
    notes
}

/// Who would follow if they were not left out.
fn would_follow(problem: &Problem<'_>, solution: &Solution<'_>) -> Vec<Note> {
    let all = Problem {
        workspace: problem.workspace,
        policy: problem.policy,
        standings: problem.standings,
        groups: problem.groups,
        of_own_accord: solution.targets.keys().copied().collect(),
        may_follow: problem.standings.keys().copied().collect(),
    };
    let whole = all.solve();
    let left_out = whole.targets.keys().filter(|name| !solution.targets.contains_key(*name));
    left_out
        .filter_map(|name| {
            let pull = all.pulls(&problem.standings[name], &whole).into_iter().next()?;
            // What is not released itself moves with the workspace's version.
            let to = whole.targets.get(pull.dependency).map(|target| &target.to);
            Some(Note::WouldFollow {
                package: (*name).clone(),
                requirement: pull.edge.requirement.as_ref()?.to_string(),
                dependency: pull.dependency.clone(),
                to: to.or(whole.inherited.as_ref()).cloned(),
                held_by: held_by(&all, &whole, name).cloned(),
            })
        })
        .collect()
}

/// The member that policy holds and that keeps a package from following: itself, or the nearest one
/// that it would follow.
fn held_by<'a>(
    all: &Problem<'a>,
    whole: &Solution<'a>,
    name: &'a PackageName,
) -> Option<&'a PackageName> {
    let mut seen = BTreeSet::new();
    let mut next = Some(name);
    while let Some(at) = next.filter(|at| seen.insert(*at)) {
        let standing = all.standings.get(at)?;
        if standing.held {
            return Some(at);
        }
        next = all.pulls(standing, whole).into_iter().next().map(|pull| pull.dependency);
    }
    None
}
