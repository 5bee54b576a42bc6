//! What a rollback is about: a release, versions, a rollback, or pins.

use super::downstream;
use super::rollback_words::{nothing_to_take_back, nothing_to_undo, unknown_run};
use super::rollbacks::stored;
use super::session::{Elsewhere, Session};
use super::since::{later_than, since, unplaced};
use super::tagged::tagged;
use super::unfinished::begun;
use super::words;
use super::yank_rollback::COMMAND;
use crate::cli::{Push, RollbackTarget, YankRollback};
use crate::failure::Failure;
use crate::journal::{Run, RunId};
use crate::observe::git::Ask;
use cargo_orchestrate::facts::Facts;
use cargo_orchestrate::model::{PackageName, Version};
use cargo_orchestrate::plan::{Action, Plan};
use cargo_orchestrate::policy::ReleaseType;
use cargo_orchestrate::rollback::{
    Direction, Released, Rollback, Way, Wish, compute, undo, unpin, versions,
};
use cargo_orchestrate::run::Ending;
use cargo_orchestrate::wire::RunKind;

/// A rollback, and what it was decided from.
pub(super) struct Decided {
    pub(super) rollback: Rollback,
    pub(super) facts: Facts,
    /// The run that is not to be finished any more: the release that is taken back, or the rollback
    /// that is undone.
    pub(super) release: Option<Run>,
}

/// Decides the rollback that is asked for.
pub(super) fn decided(
    session: &Session,
    runs: Vec<Run>,
    options: &YankRollback,
) -> Result<Decided, Failure> {
    let mut decided = match &options.target {
        RollbackTarget::Release(Some(tag)) if runs.iter().all(|run| run.id.0 != *tag) => {
            tagged_back(session, &runs, tag, options)?
        }
        RollbackTarget::Release(id) => release_back(session, runs, id.as_deref(), options)?,
        RollbackTarget::Versions(asked) => {
            let facts = session.facts(Ask::NoRemote, &Elsewhere::default(), None)?;
            versions_back(session, &runs, asked, facts, options)?
        }
        RollbackTarget::Since(revision) => since_back(session, &runs, revision, options)?,
        RollbackTarget::Undo(id) => rollback_back(session, &runs, id.as_deref(), options)?,
        RollbackTarget::Unpin(id) => unpinned(session, &runs, id.as_deref(), options)?,
    };
    let rollback = &mut decided.rollback;
    if options.push == Push::Nothing {
        rollback.steps.retain(|step| !matches!(step.action, Action::PushCommit { .. }));
        let kept: Vec<_> = rollback.steps.iter().map(|step| step.id.clone()).collect();
        for step in &mut rollback.steps {
            step.needs.retain(|need| kept.contains(need));
        }
    }
    Ok(decided)
}

/// Whether something new is published before anything is yanked.
pub(super) fn is_hotfix(rollback: &Rollback, options: &YankRollback) -> bool {
    use RollbackTarget::{Release, Versions};
    matches!(options.target, Release(_) | Versions(_)) && rollback.way == Way::Hotfix
}

/// The type of a release that is known by its run, or else by the versions that are taken back.
fn release_type(runs: &[Run], asked: &[(PackageName, Version)]) -> ReleaseType {
    let is_of_it = |plan: &Plan| {
        let has = |(name, version): &(PackageName, Version)| {
            plan.package(name).is_some_and(|planned| planned.to == *version)
        };
        !asked.is_empty() && asked.iter().all(has)
    };
    let releases = runs.iter().filter(|run| run.kind == RunKind::Release).rev();
    let recorded = releases.filter_map(|run| words::stored_plan(run).ok()).find(is_of_it);
    match recorded {
        Some(plan) => plan.release_type,
        None if !asked.is_empty() && asked.iter().all(|(_, version)| !version.pre.is_empty()) => {
            ReleaseType::PreRelease
        }
        None => ReleaseType::Regular,
    }
}

/// How a release of this type is to be taken back: as asked, else as configured.
fn wish(session: &Session, of: ReleaseType, options: &YankRollback) -> Wish {
    let (way, key) = session.policy.way_of(of);
    let is_of_type = key.starts_with("type.") && options.way.is_none();
    Wish {
        way: options.way.unwrap_or(way),
        way_by: is_of_type.then_some(key),
        allow_last: options.allow_last,
        reason: options.reason.clone(),
        downstream: options.downstream,
    }
}

/// The facts, with what became of the pins downstream as it is now, not as it was seen last.
fn seen_downstream(session: &Session, facts: Facts) -> Facts {
    let offered = facts.pinned_downstream;
    let pinned_downstream = downstream::pinned(&session.policy, &session.checkout, offered, true);
    Facts { pinned_downstream, ..facts }
}

/// The rollback of a release: the one named, or the last that left anything.
fn release_back(
    session: &Session,
    runs: Vec<Run>,
    id: Option<&str>,
    options: &YankRollback,
) -> Result<Decided, Failure> {
    let taken_back = standing_rollbacks(&runs)?;
    let mut releases: Vec<Run> =
        runs.into_iter().filter(|run| run.kind == RunKind::Release).collect();
    let is_back = |id: &str| taken_back.iter().any(|rollback| rollback.of == id);
    let index = match id {
        Some(id) => releases.iter().position(|run| run.id.0 == id),
        None => releases.iter().rposition(|run| {
            // A hotfix whose rollback is under way is not what is to be mended.
            let is_meant = |plan: Plan| {
                let of = plan.hotfix_of.as_deref().filter(|of| {
                    let plan = releases.iter().find(|run| run.id.0 == **of);
                    let plan = plan.and_then(|run| words::stored_plan(run).ok());
                    let of = plan.map(|plan| plan.release_type).unwrap_or_default();
                    wish(session, of, options).way == Way::Hotfix
                });
                !plan.is_empty() && of.is_none_or(is_back)
            };
            run.state.ended != Some(Ending::TakenBack)
                && words::stored_plan(run).is_ok_and(is_meant)
        }),
    };
    let Some(index) = index else {
        let known: Vec<String> = releases.into_iter().map(|run| run.id.0).collect();
        return Err(match id {
            Some(id) => unknown_run("release", id, &known),
            None => nothing_to_take_back(),
        });
    };
    let before = releases[..index].iter().rfind(|run| !is_back(&run.id.0));
    let before = before.map(|run| run.id.0.clone());
    let run = releases.swap_remove(index);
    if let Some(rollback) = taken_back.iter().find(|rollback| rollback.of == run.id.0) {
        if id.is_some() {
            return Err(Failure::refused(format!("release {} is taken back already", run.id))
                .next(format!("{COMMAND} --undo"), "gives it back")
                .next(format!("{COMMAND} NAME@VERSION …"), "yanks what somebody made live again"));
        }
        // The last one stays the last one: whoever asks again does not mean the one before, too.
        let rollback = rollback.carried_out(before.as_deref());
        return Ok(Decided { rollback, facts: Facts::default(), release: None });
    }
    let plan = words::stored_plan(&run)?;
    let places = plan.packages.iter().map(|planned| (&planned.name, &planned.registry));
    let facts = session.facts(ask(options), &Elsewhere::used(places.clone()), None)?;
    let facts = downstream::added(session, facts, places);
    let release = Released { id: &run.id.0, plan: &plan, state: &run.state };
    let wish = wish(session, plan.release_type, options);
    let rollback = compute(&release, &facts, &session.policy, &wish);
    Ok(Decided { rollback, facts, release: Some(run) })
}

/// The rollback of versions, whoever published them.
fn versions_back(
    session: &Session,
    runs: &[Run],
    asked: &[(PackageName, Version)],
    facts: Facts,
    options: &YankRollback,
) -> Result<Decided, Failure> {
    let is_open = |run: &&Run| run.kind == RunKind::Release && run.state.ended.is_none();
    let wish = wish(session, release_type(runs, asked), options);
    let is_hotfix = wish.way == Way::Hotfix && !matches!(options.target, RollbackTarget::Since(_));
    if let Some(run) = runs.iter().find(is_open).filter(|_| !is_hotfix) {
        return Err(Failure::refused(format!("release {} is not finished", run.id))
            .next("cargo orchestrate publish", "finishes it")
            .next(COMMAND, "takes back what is out of it"));
    }
    let packages = asked.iter().filter_map(|(name, _)| facts.workspace.packages.get(name));
    let places: Vec<_> =
        packages.filter_map(|it| Some((it.name.clone(), it.registry()?.clone()))).collect();
    let facts = downstream::added(session, facts, places.iter().map(|(name, at)| (name, at)));
    let rollback = versions(asked, &facts, &session.policy, &wish);
    Ok(Decided { rollback, facts, release: None })
}

/// The rollback of what was tagged where this tag stands.
fn tagged_back(
    session: &Session,
    runs: &[Run],
    tag: &str,
    options: &YankRollback,
) -> Result<Decided, Failure> {
    let facts = session.facts(Ask::NoRemote, &Elsewhere::default(), None)?;
    let (_, asked) = tagged(session, &facts, tag, COMMAND)?;
    versions_back(session, runs, &asked, facts, options)
}

/// The rollback of all that was released after a revision, or after a release.
fn since_back(
    session: &Session,
    runs: &[Run],
    revision: &str,
    options: &YankRollback,
) -> Result<Decided, Failure> {
    let later = later_than(session, runs, revision)?;
    let facts = session.facts(Ask::NoRemote, &Elsewhere::default(), None)?;
    let since = since(session, &facts, &later, revision)?;
    let decided = versions_back(session, runs, &since.versions, facts, options)?;
    let rollback = decided.rollback.remarked(unplaced(&since));
    Ok(Decided { rollback, ..decided })
}

/// The end of the pins of a rollback, or of all.
fn unpinned(
    session: &Session,
    runs: &[Run],
    id: Option<&str>,
    options: &YankRollback,
) -> Result<Decided, Failure> {
    let rollbacks = || runs.iter().filter(|run| run.kind == RunKind::Rollback);
    if let Some(id) = id.filter(|id| !rollbacks().any(|run| run.id.0 == *id)) {
        let known: Vec<String> = rollbacks().map(|run| run.id.0.clone()).collect();
        return Err(unknown_run("rollback", id, &known));
    }
    let facts = session.facts(ask(options), &Elsewhere::default(), None)?;
    let facts = seen_downstream(session, facts);
    let repository = &facts.repository;
    let pushed = repository.remote.as_ref().zip(repository.branch.as_ref());
    let pushed = pushed.map(|(remote, branch)| (remote.name.clone(), branch.name.clone()));
    let rollback = unpin(id, &facts, pushed, options.downstream);
    Ok(Decided { rollback, facts, release: None })
}

/// The way back from a rollback: the one named, or the last that stands.
fn rollback_back(
    session: &Session,
    runs: &[Run],
    id: Option<&str>,
    options: &YankRollback,
) -> Result<Decided, Failure> {
    let rollbacks = runs.iter().filter(|run| run.kind == RunKind::Rollback);
    let of_direction =
        |run: &&Run| stored(run).is_ok_and(|rollback| rollback.direction == Direction::Rollback);
    let rollbacks = rollbacks.filter(of_direction);
    let run = match id {
        Some(id) => rollbacks.clone().find(|run| run.id.0 == id),
        // One that was refused before its first yank left nothing.
        None => rollbacks.clone().rfind(|run| run.state.ended != Some(Ending::TakenBack)),
    };
    let Some(run) = run else {
        let known: Vec<String> = rollbacks.map(|run| run.id.0.clone()).collect();
        return Err(match id {
            Some(id) => unknown_run("rollback", id, &known),
            None => nothing_to_undo(),
        });
    };
    let mut rollback = stored(run)?;
    let is_open = run.state.ended.is_none();
    let open = is_open.then(|| session.home.run(&RunId(run.id.0.clone()))).transpose()?;
    if is_open {
        rollback = begun(rollback, &run.state);
    }
    let places = rollback.items.iter().map(|item| (&item.upload.package, &item.upload.registry));
    let facts: Facts = session.facts(ask(options), &Elsewhere::used(places), None)?;
    let facts = seen_downstream(session, facts);
    let wish = options.downstream;
    let rollback = undo(&run.id.0, &rollback, &run.state, &facts, &session.policy, wish);
    Ok(Decided { rollback, facts, release: open })
}

/// Whether the remote is looked at: only where something is pushed to it.
fn ask(options: &YankRollback) -> Ask {
    if options.push == Push::Nothing { Ask::NoRemote } else { Ask::Remote }
}

/// The rollbacks that were carried out and not undone since.
fn standing_rollbacks(runs: &[Run]) -> Result<Vec<Rollback>, Failure> {
    let mut standing: Vec<(String, Rollback)> = Vec::new();
    for run in runs.iter().filter(|run| run.kind == RunKind::Rollback) {
        if run.state.ended != Some(Ending::Done) {
            continue;
        }
        let rollback = stored(run)?;
        match rollback.direction {
            Direction::Rollback => standing.push((run.id.0.clone(), rollback)),
            Direction::Undo => standing.retain(|(id, _)| *id != rollback.of),
            Direction::Unpin => {}
        }
    }
    Ok(standing.into_iter().map(|(_, rollback)| rollback).collect())
}
