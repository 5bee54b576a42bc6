//! What was asked for and has no effect. Nothing of that is passed over in silence.

use super::solve::{Problem, Solution};
use super::{Idle, Note, Request};
use crate::facts::Facts;
use crate::facts::changeset::Level;
use crate::model::PackageName;

/// Changesets that name packages which are never released.
pub(super) fn changesets(facts: &Facts, problem: &Problem<'_>) -> Vec<Note> {
    let intents = facts.changesets.pending.iter().flat_map(|changeset| {
        let asks = changeset.intents.iter().filter(|intent| intent.level != Level::None);
        asks.map(move |intent| (&changeset.file, &intent.package))
    });
    intents
        .filter_map(|(file, package)| {
            let why = never(package, problem)?;
            Some(Note::ChangesetIdle { package: package.clone(), file: file.clone(), why })
        })
        .collect()
}

/// Packages that the command line names, and that are not released all the same.
pub(super) fn requests(
    request: &Request,
    problem: &Problem<'_>,
    solution: &Solution<'_>,
) -> Vec<Note> {
    let stays = |name: &&PackageName| !solution.targets.contains_key(*name);
    let is_outside = |name: &PackageName| !request.only.is_empty() && !request.only.contains(name);
    let why = |name: &PackageName| {
        let excluded = || request.exclude.contains(name).then_some(Idle::Excluded);
        let outside = || is_outside(name).then_some(Idle::NotSelected);
        never(name, problem).or_else(excluded).or_else(outside)
    };
    let mut notes = Vec::new();
    for name in request.only.iter().filter(stays) {
        // One in which nothing changed is what it was selected to find out.
        if let Some(why) = why(name) {
            notes.push(Note::SelectionIgnored { package: name.clone(), why });
        }
    }
    for name in request.exclude.iter().filter(|name| !stays(name)) {
        notes.push(Note::ExclusionOverruled { package: name.clone() });
    }
    for name in request.bumps.keys().filter(stays) {
        if let Some(why) = why(name) {
            notes.push(Note::BumpIgnored { package: name.clone(), why });
        }
    }
    let of_line = request.pre_of.keys().chain(&request.finish_of);
    for name in of_line.filter(stays) {
        notes.push(Note::LineIgnored { package: name.clone() });
    }
    let on_no_line =
        |name: &&PackageName| problem.standings.get(*name).is_some_and(|of| of.on_line().is_none());
    for name in request.finish_of.iter().filter(|name| !stays(name)).filter(on_no_line) {
        notes.push(Note::NothingToFinish { package: name.clone() });
    }
    notes
}

/// Why a package is never released, if it is not.
fn never(name: &PackageName, problem: &Problem<'_>) -> Option<Idle> {
    match problem.standings.get(name) {
        None => Some(Idle::Unpublished),
        Some(standing) if standing.held => Some(Idle::Held),
        Some(_) => None,
    }
}
