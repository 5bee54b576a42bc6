//! `yank-rollback`: takes a release back, or undoes that.

use super::carry::{Errand, Start, abandon, carry_out};
use super::lock::{self, Need};
use super::mirrored;
use super::offline;
use super::rollback_words::{nothing_to_take_back, unknown_run, view};
use super::rollbacks::stored;
use super::session::{Elsewhere, Session, Site};
use super::words;
use crate::cli::{Global, MessageFormat, Push, RollbackTarget, YankRollback};
use crate::effects::lease::Lease;
use crate::failure::Failure;
use crate::journal::{Run, RunId};
use crate::observe::git::Ask;
use crate::ui::{self, Screen, Way, confirm};
use cargo_orchestrate::facts::Facts;
use cargo_orchestrate::model::{PackageName, Version};
use cargo_orchestrate::plan::Action;
use cargo_orchestrate::rollback::{
    Direction, Released, Rollback, compute, tagged_versions, undo, versions,
};
use cargo_orchestrate::run::Ending;
use cargo_orchestrate::wire::{ExitCode, RunKind, rollback_document};
use std::time::Instant;

const COMMAND: &str = "cargo orchestrate yank-rollback";

/// Takes back.
pub(super) fn run(
    global: &Global,
    options: &YankRollback,
    screen: &Screen,
) -> Result<ExitCode, Failure> {
    take_back(&Site::from(global), options, screen)
}

/// Takes back at a site; the rehearsal does so too.
pub(super) fn take_back(
    site: &Site,
    options: &YankRollback,
    screen: &Screen,
) -> Result<ExitCode, Failure> {
    let session = Session::open(site)?;
    offline::refuse(&session, "yank-rollback")?;
    let _lock = session.home.lock()?;
    let runs = session.home.runs()?;
    let unfinished =
        runs.iter().rposition(|run| run.kind == RunKind::Rollback && run.state.ended.is_none());
    if let Some(index) = unfinished {
        let run = runs.into_iter().nth(index).expect("it was found there");
        return resume(&session, run, options, screen);
    }
    let (mut rollback, release) = match &options.target {
        RollbackTarget::Release(Some(tag)) if runs.iter().all(|run| run.id.0 != *tag) => {
            (tagged_back(&session, &runs, tag, options)?, None)
        }
        RollbackTarget::Release(id) => release_back(&session, runs, id.as_deref(), options)?,
        RollbackTarget::Versions(asked) => (versions_back(&session, &runs, asked, options)?, None),
        RollbackTarget::Undo(id) => (rollback_back(&session, &runs, id.as_deref(), options)?, None),
    };
    if options.push == Push::Nothing {
        rollback.steps.retain(|step| !matches!(step.action, Action::PushCommit { .. }));
        let kept: Vec<_> = rollback.steps.iter().map(|step| step.id.clone()).collect();
        for step in &mut rollback.steps {
            step.needs.retain(|need| kept.contains(need));
        }
    }
    show(&rollback, screen)?;
    if rollback.errors().next().is_some() {
        let count = ui::text::count(rollback.errors().count(), "error");
        return Err(Failure::refused(format!("{count} in the way; see above")));
    }
    if options.plan_only {
        return Ok(ExitCode::Done);
    }
    if rollback.steps.is_empty() {
        screen.status("Finished", "there is nothing to do");
        return Ok(ExitCode::Done);
    }
    super::trial::of_steps(&session, &rollback.steps)?;
    let question = match rollback.direction {
        Direction::Rollback => "Take it back?",
        Direction::Undo => "Give it back?",
    };
    let command = again(&options.target);
    confirm(screen, options.consent, question, &command)?;
    let need = Need { wait: options.wait_lock, command: &command, folder: None };
    let lease = lock::take(&session, &rollback.steps, &rollback.id, &need, screen)?;
    let document = rollback_document(&rollback);
    let mut run =
        session.home.begin(RunKind::Rollback, &rollback.id, &document, ui::time::now())?;
    // From here on the release is not to be finished any more.
    if let Some(mut release) = release.filter(|release| release.state.ended.is_none()) {
        abandon(&mut release)?;
    }
    screen.status("Rollback", &run.id.to_string());
    go(&session, &mut run, &rollback, options, (Start::Fresh, lease), screen)
}

/// What to type to be asked the same once more.
fn again(target: &RollbackTarget) -> String {
    match target {
        RollbackTarget::Release(None) => COMMAND.to_owned(),
        RollbackTarget::Release(Some(id)) => format!("{COMMAND} {id}"),
        RollbackTarget::Versions(asked) => {
            let names = asked.iter().map(|(name, version)| format!(" {name}@{version}"));
            format!("{COMMAND}{}", names.collect::<String>())
        }
        RollbackTarget::Undo(None) => format!("{COMMAND} --undo"),
        RollbackTarget::Undo(Some(id)) => format!("{COMMAND} --undo {id}"),
    }
}

fn resume(
    session: &Session,
    mut run: Run,
    options: &YankRollback,
    screen: &Screen,
) -> Result<ExitCode, Failure> {
    let rollback = stored(&run)?;
    // A kill between the two journals leaves the release open; it must not be finished now.
    if rollback.direction == Direction::Rollback
        && let Ok(mut release) = session.home.run(&RunId(rollback.of.clone()))
        && release.state.ended.is_none()
    {
        abandon(&mut release)?;
    }
    screen.status("Resuming", &format!("rollback {}", run.id));
    show(&rollback, screen)?;
    confirm(screen, options.consent, "Go on with it?", COMMAND)?;
    let folder = run.folder.clone();
    let need = Need { wait: options.wait_lock, command: COMMAND, folder: Some(&folder) };
    let lease = lock::take(session, &rollback.steps, &rollback.id, &need, screen)?;
    go(session, &mut run, &rollback, options, (Start::Resumed, lease), screen)
}

fn go(
    session: &Session,
    run: &mut Run,
    rollback: &Rollback,
    options: &YankRollback,
    (start, lease): (Start, Option<Lease>),
    screen: &Screen,
) -> Result<ExitCode, Failure> {
    let began = Instant::now();
    let undo = format!("{COMMAND} --undo {}", run.id);
    let mut errand = Errand {
        kind: RunKind::Rollback,
        plan: &rollback.id,
        base: &rollback.base,
        steps: &rollback.steps,
        packages: &[],
        max_wait: options.max_wait,
        start,
        lease,
        ways: vec![Way::new(COMMAND, "continues this rollback")],
        afterwards: &undo,
    };
    carry_out(session, run, &mut errand, screen)?;
    forget_mirror(session, rollback);
    let took = ui::time::length(began.elapsed());
    let versions = ui::text::count(rollback.items.len(), "version");
    match rollback.direction {
        Direction::Rollback => {
            if let Some(proof) = run.state.proof() {
                screen.status("Proof", &super::rollback_words::proof(proof));
            }
            screen.status("Finished", &format!("rollback {}: {versions} in {took}", run.id));
            screen.status("Undo:", &undo);
        }
        Direction::Undo => {
            screen.status("Finished", &format!("undo {}: {versions} in {took}", run.id));
        }
    }
    Ok(ExitCode::Done)
}

/// A release that was half out is not to be found and finished by another clone.
fn forget_mirror(session: &Session, rollback: &Rollback) {
    let release = session.home.run(&RunId(rollback.of.clone()));
    let Some(release) = release.ok().filter(|run| run.state.ended == Some(Ending::Abandoned))
    else {
        return;
    };
    if let Ok(plan) = words::stored_plan(&release) {
        mirrored::forget(session, &release, &plan);
    }
}

/// The rollback of a release: the one named, or the last that left anything.
fn release_back(
    session: &Session,
    runs: Vec<Run>,
    id: Option<&str>,
    options: &YankRollback,
) -> Result<(Rollback, Option<Run>), Failure> {
    let taken_back = standing_rollbacks(&runs)?;
    let mut releases: Vec<Run> =
        runs.into_iter().filter(|run| run.kind == RunKind::Release).collect();
    let index = match id {
        Some(id) => releases.iter().position(|run| run.id.0 == id),
        None => releases.iter().rposition(|run| {
            run.state.ended != Some(Ending::TakenBack)
                && words::stored_plan(run).is_ok_and(|plan| !plan.is_empty())
                && !taken_back.iter().any(|rollback| rollback.of == run.id.0)
        }),
    };
    let Some(index) = index else {
        let known: Vec<String> = releases.into_iter().map(|run| run.id.0).collect();
        return Err(match id {
            Some(id) => unknown_run("release", id, &known),
            None => nothing_to_take_back(),
        });
    };
    let run = releases.swap_remove(index);
    if taken_back.iter().any(|rollback| rollback.of == run.id.0) {
        return Err(Failure::refused(format!("release {} is taken back already", run.id))
            .next(format!("{COMMAND} --undo"), "gives it back"));
    }
    let plan = words::stored_plan(&run)?;
    let places = plan.packages.iter().map(|planned| (&planned.name, &planned.registry));
    let facts = session.facts(ask(options), &Elsewhere::used(places), None)?;
    let release = Released { id: &run.id.0, plan: &plan, state: &run.state };
    let rollback = compute(&release, &facts, options.wish);
    Ok((rollback, Some(run)))
}

/// The rollback of versions, whoever published them.
fn versions_back(
    session: &Session,
    runs: &[Run],
    asked: &[(PackageName, Version)],
    options: &YankRollback,
) -> Result<Rollback, Failure> {
    let is_open = |run: &&Run| run.kind == RunKind::Release && run.state.ended.is_none();
    if let Some(run) = runs.iter().find(is_open) {
        return Err(Failure::refused(format!("release {} is not finished", run.id))
            .next("cargo orchestrate publish", "finishes it")
            .next(COMMAND, "takes back what is out of it"));
    }
    let facts = session.facts(Ask::NoRemote, &Elsewhere::default(), None)?;
    Ok(versions(asked, &facts, options.wish))
}

/// The rollback of what was tagged where this tag stands.
fn tagged_back(
    session: &Session,
    runs: &[Run],
    tag: &str,
    options: &YankRollback,
) -> Result<Rollback, Failure> {
    let facts = session.facts(Ask::NoRemote, &Elsewhere::default(), None)?;
    let asked = tagged_versions(&facts, &session.policy, tag);
    if asked.is_empty() {
        let releases = runs.iter().filter(|run| run.kind == RunKind::Release);
        let known: Vec<String> = releases.map(|run| run.id.0.clone()).collect();
        return Err(unknown_run("release or tag", tag, &known)
            .next(format!("{COMMAND} NAME@VERSION …"), "takes versions back"));
    }
    versions_back(session, runs, &asked, options)
}

/// The way back from a rollback: the one named, or the last that stands.
fn rollback_back(
    session: &Session,
    runs: &[Run],
    id: Option<&str>,
    options: &YankRollback,
) -> Result<Rollback, Failure> {
    let rollbacks = runs.iter().filter(|run| run.kind == RunKind::Rollback);
    let of_direction =
        |run: &&Run| stored(run).is_ok_and(|rollback| rollback.direction == Direction::Rollback);
    let mut rollbacks = rollbacks.filter(of_direction);
    let run = match id {
        Some(id) => rollbacks.clone().find(|run| run.id.0 == id),
        None => rollbacks.next_back(),
    };
    let Some(run) = run else {
        let known: Vec<String> = rollbacks.map(|run| run.id.0.clone()).collect();
        return Err(match id {
            Some(id) => unknown_run("rollback", id, &known),
            None => Failure::refused("there is no rollback to undo"),
        });
    };
    let rollback = stored(run)?;
    let places = rollback.items.iter().map(|item| (&item.upload.package, &item.upload.registry));
    let facts: Facts = session.facts(ask(options), &Elsewhere::used(places), None)?;
    Ok(undo(&run.id.0, &rollback, &run.state, &facts))
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
        }
    }
    Ok(standing.into_iter().map(|(_, rollback)| rollback).collect())
}

fn show(rollback: &Rollback, screen: &Screen) -> Result<(), Failure> {
    match screen.format {
        MessageFormat::Json => screen.line(&rollback_document(rollback)),
        MessageFormat::Human => {
            let what = match rollback.direction {
                Direction::Rollback => "Release",
                Direction::Undo => "Rollback",
            };
            screen.status(what, &rollback.of);
            let view = ui::rollback_view(&view(rollback), screen.out, screen.width);
            let findings = ui::findings(&rollback.findings, screen.out, screen.width);
            screen.print(&format!("\n{view}\n{findings}"))
        }
    }
}
