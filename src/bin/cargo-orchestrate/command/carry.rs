//! Carrying out a run, fresh or taken up again, and saying how it ended.

use super::forecast::sent_before;
use super::mirrored;
use super::session::Session;
use super::yank_rollback::is_downstream;
use crate::cli::MessageFormat;
use crate::effects::lease::Lease;
use crate::effects::process::Cargo;
use crate::effects::{Flight, Live};
use crate::failure::Failure;
use crate::interrupt;
use crate::journal::Run;
use crate::ui::time::{now, rfc3339};
use crate::ui::{Outlook, RunReport, Screen, Way, stopped, unturned};
use cargo_orchestrate::model::{Oid, PackageName, PlanId, RegistryName};
use cargo_orchestrate::plan::{Action, Budget, Planned, Step};
use cargo_orchestrate::policy::{Policy, Visibility};
use cargo_orchestrate::run::{
    Course, Event, Log as _, Outcome, Patience, RunState, Status, Stop, StopReason, TroubleKind,
    drive, new_packages,
};
use cargo_orchestrate::wire::{self, ExitCode, Merge, RunDocument, RunKind, end_of_packages};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

/// What there is to carry out.
pub(super) struct Errand<'a> {
    pub(super) kind: RunKind,
    pub(super) plan: &'a PlanId,
    pub(super) base: &'a Oid,
    pub(super) steps: &'a [Step],
    /// The planned packages of a release; none for a rollback.
    pub(super) packages: &'a [Planned],
    /// What it takes from the budgets of registries.
    pub(super) budget: &'a [Budget],
    pub(super) max_wait: Duration,
    pub(super) start: Start,
    /// The lock on the remote, where the run pushes there.
    pub(super) lease: Option<Lease>,
    /// What to type when it stopped; the first continues.
    pub(super) ways: Vec<Way>,
    /// What to type to begin anew, when all of it was taken back.
    pub(super) anew: &'a str,
    /// What to type when it is done.
    pub(super) afterwards: &'a str,
}

/// Whether this process begins a run or takes it up from another one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Start {
    Fresh,
    Resumed,
}

/// Carries it out as far as this process can.
pub(super) fn carry_out(
    session: &Session,
    run: &mut Run,
    errand: &mut Errand<'_>,
    screen: &Screen,
) -> Result<(), Failure> {
    let lease = errand.lease.take().map(Arc::new);
    if let Some(lease) = &lease {
        super::lock::remember(lease, run)?;
    }
    let errand = &*errand;
    let mut log = run.open_log()?;
    let mut state = run.state.clone();
    if errand.start == Start::Resumed {
        let event = Event::Resumed { at: now() };
        log.append(&event).map_err(|error| unwritten(&error))?;
        state.apply(&event);
    }
    let course = Course {
        steps: errand.steps,
        budgets: errand.budget,
        new: new_packages(errand.steps, errand.packages),
        databases: trusted(errand, &session.policy),
    };
    let outlook = Outlook::new(course, sent_before(session, errand.budget).uploads);
    let mut report = RunReport::new(screen, errand.kind, errand.steps, errand.packages, outlook);
    let heard = |line: &str| screen.detail("", line.trim_end());
    let pushes_commit = errand.steps.iter().any(|s| matches!(s.action, Action::PushCommit { .. }));
    let mut world = Live {
        repository: &session.checkout.repository_root,
        workspace: &session.checkout.workspace_root,
        common_dir: &session.checkout.common_dir,
        target: &session.target,
        intermediate: &session.intermediate,
        members: &session.workspace,
        policy: &session.policy,
        registries: &session.registries,
        base: errand.base,
        plan: errand.plan,
        steps: errand.steps,
        folder: run.folder.clone(),
        cargo: Cargo { environment: &session.environment },
        own_branch: (errand.kind == RunKind::Release).then(|| mirrored::own_branch(&run.id)),
        mirror: errand.kind == RunKind::Release && session.policy.mirror && pushes_commit,
        warned: &|line: &str| screen.aloud("Note", line),
        lease: lease.as_ref(),
        heard: &heard,
        interrupted: &interrupt::is_asked,
        flight: Flight::default(),
    };
    interrupt::at_last(session.registries.farewell());
    let mut patience = Patience::new(errand.max_wait, session.policy.visibility_timeout)
        .counting_apart(new_packages(errand.steps, errand.packages))
        .trusting(trusted(errand, &session.policy));
    let result = drive(errand.steps, &mut state, &mut patience, &mut world, &mut log, &mut report);
    for failure in session.registries.close() {
        let text = format!(
            "a token of trusted publishing was not revoked ({failure}); it runs out by itself within half an hour"
        );
        screen.status("Note", &text);
    }
    let written = report.finish();
    run.state = state;
    drop(world);
    // A thread that still sends keeps it, and then something is in doubt.
    if let Some(lease) = lease.and_then(Arc::into_inner)
        && !is_in_doubt(errand.steps, &run.state)
    {
        super::lock::give_back(lease, screen);
    }
    let outcome = result.map_err(|error| unwritten(&error))?;
    let failure = match &outcome {
        Outcome::Done => None,
        Outcome::TakenBack(trouble) if errand.kind == RunKind::Rollback => {
            Some(unturned(errand.steps, &run.state, trouble, errand.anew))
        }
        Outcome::TakenBack(trouble) => Some(taken_back(trouble, errand.anew)),
        Outcome::Abandoned => Some(Failure::refused(format!("{} was given up", run.id))),
        Outcome::Stopped(stops) => Some(stop(run, errand, stops)),
        Outcome::Interrupted => Some(stop(run, errand, &[])),
    };
    // For programs the document of the run comes last, whatever happened.
    let told = match (&failure, screen.format) {
        (Some(failure), MessageFormat::Json) => screen.line(&failure.to_json()),
        _ => Ok(()),
    };
    let told = told.and_then(|()| tell_programs(run, errand, &outcome, screen));
    match (failure, screen.format) {
        (None, _) => written.and(told),
        // That somebody stopped reading is the least of what there is to say.
        (Some(failure), MessageFormat::Json) => Err(failure.told()),
        (Some(failure), MessageFormat::Human) => Err(failure),
    }
}

/// The registries of the run whose database is enough for what needs a version.
fn trusted(errand: &Errand<'_>, policy: &Policy) -> BTreeSet<RegistryName> {
    let registries = errand.packages.iter().map(|planned| &planned.registry);
    let trusted = registries.filter(|name| policy.visibility(name) == Visibility::Database);
    trusted.cloned().collect()
}

fn stop(run: &Run, errand: &Errand<'_>, stops: &[Stop]) -> Failure {
    let failure = stopped(errand.kind, errand.steps, &run.state, stops, ways(errand, stops), now());
    let is_downstream =
        |stop: &Stop| errand.steps.iter().any(|step| step.id == stop.step && is_downstream(step));
    if stops.iter().any(is_downstream) {
        let command = format!("{} --no-downstream", errand.anew);
        return failure.next(command, "ends it, and leaves repositories downstream as they are");
    }
    failure
}

pub(super) fn unwritten(error: &cargo_orchestrate::run::LogError) -> Failure {
    let why = std::error::Error::source(error).map_or_else(String::new, ToString::to_string);
    Failure::new(ExitCode::Resumable, format!("could not write the journal: {why}"))
        .now("nothing was started that the journal does not know of")
}

fn taken_back(trouble: &cargo_orchestrate::run::Trouble, anew: &str) -> Failure {
    let code = match trouble.kind {
        TroubleKind::Build | TroubleKind::Gate => ExitCode::Unverified,
        _ => ExitCode::Refused,
    };
    let mut lines = trouble.text.lines();
    let first = lines.next().unwrap_or_default().trim_start_matches("error: ").to_owned();
    let failure = match trouble.kind {
        TroubleKind::Build => Failure::new(code, format!("the packages do not verify: {first}")),
        _ => Failure::new(code, first),
    };
    let rest = lines.map(str::trim_end).filter(|line| !line.trim().is_empty());
    let failure = rest
        .fold(failure, Failure::now)
        .fact("now", "nothing was published; edits and commit were taken back");
    match trouble.kind {
        TroubleKind::Build | TroubleKind::Gate => {
            failure.next(anew, "begins anew, once it is mended and committed")
        }
        _ => failure,
    }
}

/// The last JSON line of a run.
fn tell_programs(
    run: &Run,
    errand: &Errand<'_>,
    outcome: &Outcome,
    screen: &Screen,
) -> Result<(), Failure> {
    if screen.format != MessageFormat::Json {
        return Ok(());
    }
    let stops: &[Stop] = match outcome {
        Outcome::Stopped(stops) => stops,
        _ => &[],
    };
    let (how, next) = match outcome {
        Outcome::Done => (wire::Outcome::Done, Some(errand.afterwards.to_owned())),
        Outcome::TakenBack(_) | Outcome::Abandoned => (wire::Outcome::Refused, None),
        Outcome::Interrupted => (wire::Outcome::Interrupted, first_way(errand, stops)),
        Outcome::Stopped(_) if stops.iter().any(|stop| stop.reason.needs_decision()) => {
            (wire::Outcome::NeedsDecision, first_way(errand, stops))
        }
        Outcome::Stopped(_) => (wire::Outcome::Resumable, first_way(errand, stops)),
    };
    let document = RunDocument {
        kind: errand.kind,
        id: run.id.to_string(),
        outcome: how,
        merge: merge(run, errand),
        packages: end_of_packages(errand.steps, &run.state, &tags(errand.packages)),
        next,
        retry_after: stops.iter().filter_map(|stop| stop.retry_at).min().map(rfc3339),
    };
    screen.line(&document.to_json())
}

/// What is to be merged by people, where a branch did not take the commit.
pub(super) fn merge(run: &Run, errand: &Errand<'_>) -> Option<Merge> {
    let (branch, url) = run.state.release_branch()?;
    let into = errand.steps.iter().find_map(|step| match &step.action {
        Action::PushCommit { branch, .. } => Some(branch.clone()),
        _ => None,
    })?;
    Some(Merge { branch: branch.to_owned(), into, url: url.map(str::to_owned) })
}

/// What to type next. Where somebody else's version stands in the way going on leads nowhere.
fn ways<'e>(errand: &'e Errand<'_>, stops: &[Stop]) -> &'e [Way] {
    let is_foreign = stops.iter().any(|stop| stop.reason == StopReason::Foreign);
    match errand.ways.as_slice() {
        [_, others @ ..] if is_foreign && !others.is_empty() => others,
        ways => ways,
    }
}

fn first_way(errand: &Errand<'_>, stops: &[Stop]) -> Option<String> {
    ways(errand, stops).first().map(|way| way.command.clone())
}

fn tags(packages: &[Planned]) -> BTreeMap<PackageName, String> {
    packages.iter().map(|package| (package.name.clone(), package.tag.clone())).collect()
}

/// Ends a run that nobody will finish.
pub(super) fn abandon(run: &mut Run) -> Result<(), Failure> {
    let mut log = run.open_log()?;
    let event = Event::Ended { how: cargo_orchestrate::run::Ending::Abandoned, at: now() };
    log.append(&event).map_err(|error| unwritten(&error))?;
    run.state.apply(&event);
    Ok(())
}

/// Whether nobody knows of some effect whether it happened.
fn is_in_doubt(steps: &[Step], state: &RunState) -> bool {
    steps.iter().any(|step| matches!(state.status(&step.id), Status::Started | Status::InDoubt(_)))
}

/// Whether any effect of a run may be out in the world.
pub(super) fn left_something(steps: &[Step], state: &RunState) -> bool {
    steps.iter().any(|step| {
        !matches!(
            state.status(&step.id),
            Status::NotStarted
                | Status::NotDone(_)
                | Status::Rejected(_)
                | Status::Undone
                // What stands there is somebody else's.
                | Status::Foreign(_)
        )
    })
}
