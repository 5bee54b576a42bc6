//! `yank-rollback`: takes a release back, or undoes that.

use super::advisory::Drafts;
use super::carry::{Errand, Start, abandon, carry_out, unwritten};
use super::hotfix::{self, First};
use super::lock::{self, Need};
use super::mirrored;
use super::offline;
use super::rollback_words::{view, way};
use super::rollback_written::{agreed, tell};
use super::rollbacks::stored;
use super::session::{Elsewhere, Session, Site};
use super::target::{self, Decided};
use super::unfinished::{Wanted, wanted};
use super::words;
use crate::cli::{Global, MessageFormat, RollbackTarget, YankRollback, shell_word};
use crate::effects::lease::Lease;
use crate::failure::Failure;
use crate::journal::{Run, RunId};
use crate::observe::git::Ask;
use crate::ui::{self, Screen, Way, confirm};
use cargo_orchestrate::plan::{Action, Step};
use cargo_orchestrate::rollback::{Direction, DownstreamWish, Rollback};
use cargo_orchestrate::run::{Ending, Event, Log as _, Receipt};
use cargo_orchestrate::wire::{ExitCode, RunKind, rollback_document};
use std::path::Path;
use std::time::Instant;

/// What to type to take a release back, or to go on.
pub(super) const COMMAND: &str = "cargo orchestrate yank-rollback";

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
    agreed(options, screen)?;
    let session = Session::open(site)?;
    offline::refuse(&session, "yank-rollback")?;
    let lock = session.home.lock()?;
    let runs = session.home.runs()?;
    let unfinished =
        runs.iter().rposition(|run| run.kind == RunKind::Rollback && run.state.ended.is_none());
    if let Some(index) = unfinished
        && wanted(&runs[index], &stored(&runs[index])?, &options.target)? == Wanted::GoOn
    {
        let run = runs.into_iter().nth(index).expect("it was found there");
        return resume(&session, run, options, screen);
    }
    let found = mirrored::to_take_back(&session, &runs, options, screen)?;
    let mut runs = runs;
    if let Some(found) = &found {
        runs.push(found.run(&session)?);
    }
    let Decided { rollback, facts, mut release } = target::decided(&session, runs, options)?;
    // It is to be known here before anything is done about it.
    let restored = |release: Option<Run>| match (&found, release) {
        (Some(found), Some(run)) if run.id == found.id && !session.home.knows(&run.id) => {
            found.restore(&session).map(Some)
        }
        (_, release) => Ok(release),
    };
    if target::is_hotfix(&rollback, options) && !options.plan_only {
        release = restored(release)?;
    }
    let drafts = Drafts::of(&rollback, &facts, options)?;
    let hotfix = hotfix::first(&session, &rollback, &facts, options, screen)?;
    match hotfix {
        First::Nothing => {}
        First::Prepared if options.plan_only => {
            return drafts.write(screen).map(|()| ExitCode::Done);
        }
        First::Prepared => return Ok(ExitCode::Done),
        First::Publish(publish) => {
            let publish = *publish;
            // The ordinary path has its own session and takes the same lock.
            drop((lock, session));
            let code = super::publish::publish(site, &publish, screen)?;
            return if code == ExitCode::Done {
                take_back(site, options, screen)
            } else {
                Ok(code)
            };
        }
    }
    tell(&rollback, options, screen)?;
    if options.plan_only {
        drafts.write(screen)?;
    }
    refuse(&rollback)?;
    if options.plan_only {
        return Ok(ExitCode::Done);
    }
    if rollback.steps.is_empty() {
        // A rollback that took nothing is over all the same once it is given back.
        if let Some(mut open) = release.filter(|_| rollback.direction == Direction::Undo) {
            abandon(&mut open)?;
        }
        screen.status("Finished", "there is nothing to do");
        return Ok(ExitCode::Done);
    }
    super::trial::of_steps(&session, &rollback.steps)?;
    let question = match rollback.direction {
        Direction::Rollback => "Take it back?",
        Direction::Undo => "Give it back?",
        Direction::Unpin => "Lift them?",
    };
    let command = again(&options.target);
    confirm(screen, options.consent, question, &command)?;
    let need = Need { wait: options.wait_lock, command: &command, folder: None };
    let lease = lock::take(&session, &rollback.steps, &rollback.id, &need, screen)?;
    drafts.write(screen)?;
    let release = restored(release)?;
    let document = rollback_document(&rollback);
    let mut run =
        session.home.begin(RunKind::Rollback, &rollback.id, &document, ui::time::now())?;
    // From here on the release, or the rollback, is not to be finished any more.
    if let Some(mut release) = release.filter(|release| release.state.ended.is_none()) {
        abandon(&mut release)?;
    }
    screen.status("Rollback", &run.id.to_string());
    go(&session, &mut run, &rollback, options, (Start::Fresh, lease), screen)
}

/// Nothing happens while an error stands.
pub(super) fn refuse(rollback: &Rollback) -> Result<(), Failure> {
    match rollback.errors().count() {
        0 => Ok(()),
        count => {
            let count = ui::text::count(count, "error");
            Err(Failure::refused(format!("{count} in the way; see above")))
        }
    }
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
        RollbackTarget::Since(revision) => {
            format!("{COMMAND} --since {}", shell_word(Path::new(revision)))
        }
        RollbackTarget::Undo(None) => format!("{COMMAND} --undo"),
        RollbackTarget::Undo(Some(id)) => format!("{COMMAND} --undo {id}"),
        RollbackTarget::Unpin(None) => format!("{COMMAND} --unpin"),
        RollbackTarget::Unpin(Some(id)) => format!("{COMMAND} --unpin {id}"),
    }
}

/// What to type to begin a rollback anew that came to nothing.
fn anew(rollback: &Rollback, target: &RollbackTarget) -> String {
    match (rollback.direction, target) {
        (Direction::Undo, _) => format!("{COMMAND} --undo {}", rollback.of),
        (Direction::Unpin, RollbackTarget::Release(_)) => format!("{COMMAND} --unpin"),
        _ => again(target),
    }
}

fn resume(
    session: &Session,
    mut run: Run,
    options: &YankRollback,
    screen: &Screen,
) -> Result<ExitCode, Failure> {
    let rollback = stored(&run)?;
    screen.status("Resuming", &format!("rollback {}", run.id));
    tell(&rollback, options, screen)?;
    if options.plan_only {
        return Ok(ExitCode::Done);
    }
    // A kill between the two journals leaves the other one open; it must not be finished now.
    if rollback.direction != Direction::Unpin
        && let Ok(mut release) = session.home.run(&RunId(rollback.of.clone()))
        && release.state.ended.is_none()
    {
        abandon(&mut release)?;
    }
    let drafts = match options.advisory {
        Some(_) => {
            let facts = session.facts(Ask::NoRemote, &Elsewhere::default(), None)?;
            Drafts::left(&rollback, &facts, options, screen)
        }
        None => Drafts::default(),
    };
    confirm(screen, options.consent, "Go on with it?", COMMAND)?;
    drafts.write(screen)?;
    if options.downstream == DownstreamWish::Leave {
        leave_downstream(&mut run, &rollback)?;
    }
    let folder = run.folder.clone();
    let need = Need { wait: options.wait_lock, command: COMMAND, folder: Some(&folder) };
    let lease = lock::take(session, &rollback.steps, &rollback.id, &need, screen)?;
    go(session, &mut run, &rollback, options, (Start::Resumed, lease), screen)
}

/// What is not done yet in repositories downstream is not to be done any more.
fn leave_downstream(run: &mut Run, rollback: &Rollback) -> Result<(), Failure> {
    let open: Vec<_> = rollback
        .steps
        .iter()
        .filter(|step| is_downstream(step) && !run.state.is_done(&step.id))
        .collect();
    if open.is_empty() {
        return Ok(());
    }
    let why = "--no-downstream says so".to_owned();
    let left = |step: &&Step| Event::Done {
        step: step.id.clone(),
        receipt: Receipt::LeftAlone { why: why.clone() },
        at: ui::time::now(),
    };
    let events: Vec<Event> = open.iter().map(left).collect();
    run.open_log()?.append_all(&events).map_err(|error| unwritten(&error))?;
    for event in &events {
        run.state.apply(event);
    }
    Ok(())
}

/// Whether a step is about a repository downstream.
pub(super) fn is_downstream(step: &Step) -> bool {
    matches!(step.action, Action::EditDownstream { .. } | Action::WithdrawDownstream { .. })
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
    let continues = match rollback.direction {
        Direction::Rollback => "continues this rollback",
        Direction::Undo => "continues this undo",
        Direction::Unpin => "goes on lifting them",
    };
    let mut ways = vec![Way::new(COMMAND, continues)];
    if rollback.direction == Direction::Rollback {
        ways.push(Way::new(format!("{COMMAND} --undo"), "gives back what it took"));
    }
    let anew = anew(rollback, &options.target);
    let mut errand = Errand {
        anew: &anew,
        kind: RunKind::Rollback,
        plan: &rollback.id,
        base: &rollback.base,
        steps: &rollback.steps,
        packages: &[],
        budget: &[],
        max_wait: options.max_wait,
        start,
        lease,
        ways,
        afterwards: match rollback.direction {
            Direction::Rollback => &undo,
            Direction::Undo | Direction::Unpin => "cargo orchestrate status",
        },
    };
    carry_out(session, run, &mut errand, screen)?;
    forget_mirror(session, rollback);
    let took = ui::time::length(began.elapsed());
    let versions = ui::text::count(rollback.items.len(), "version");
    if let Some(proof) = run.state.proof() {
        show_proof(proof, rollback, screen)?;
    }
    match rollback.direction {
        Direction::Rollback => {
            screen.status("Finished", &format!("rollback {}: {versions} in {took}", run.id));
            screen.status("Undo:", &undo);
        }
        Direction::Undo => {
            screen.status("Finished", &format!("undo {}: {versions} in {took}", run.id));
        }
        Direction::Unpin => {
            let pins = ui::text::count(rollback.pins.len(), "pin");
            screen.status("Finished", &format!("{pins} lifted in {took}"));
        }
    }
    Ok(ExitCode::Done)
}

/// What was proven, in a line and for people as a table.
fn show_proof(proof: &Receipt, rollback: &Rollback, screen: &Screen) -> Result<(), Failure> {
    screen.status("Proof", &super::rollback_words::proof(proof, rollback.direction));
    for remark in super::rollback_words::unresolved(proof) {
        screen.say(&format!("warning: {remark}"));
    }
    if screen.format == MessageFormat::Json {
        return Ok(());
    }
    let heading = if rollback.direction == Direction::Undo { "live again" } else { "yanked" };
    let rows = super::rollback_words::proven(proof, &rollback.items);
    screen.print(&format!("\n{}\n", ui::proof_view(&rows, heading, screen.out, screen.width)))
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

pub(super) fn show(rollback: &Rollback, screen: &Screen) -> Result<(), Failure> {
    match screen.format {
        MessageFormat::Json => screen.line(&rollback_document(rollback)),
        MessageFormat::Human => {
            let what = match rollback.direction {
                Direction::Rollback => "Release",
                Direction::Undo => "Rollback",
                Direction::Unpin => "Pins",
            };
            screen.status(what, &rollback.what());
            if rollback.direction == Direction::Rollback {
                screen.status("Way", &way(rollback));
            }
            let view = ui::rollback_view(&view(rollback), screen.out, screen.width);
            let findings = ui::findings(&rollback.findings, screen.out, screen.width);
            screen.print(&format!("\n{view}\n{findings}"))
        }
    }
}
