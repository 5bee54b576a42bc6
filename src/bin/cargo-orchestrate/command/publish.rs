//! `publish`: carries a plan out, or goes on with the release that is not finished.

use super::carry::{Errand, Start, abandon, carry_out, left_something};
use super::session::{Elsewhere, Session, Site};
use super::words;
use crate::cli::{self, Global, MessageFormat};
use crate::failure::Failure;
use crate::journal::Run;
use crate::observe::git::Ask;
use crate::ui::{self, Screen, Way, confirm};
use cargo_orchestrate::decide::{Request, RequestedBump};
use cargo_orchestrate::facts::Facts;
use cargo_orchestrate::model::RegistryName;
use cargo_orchestrate::plan::{
    self, Action, Finding, Guard, Options, Plan, Planned, Severity, credential_hint, identify,
};
use cargo_orchestrate::wire::{self, ExitCode, RunDocument, RunKind, parse_plan, plan_document};
use std::collections::BTreeSet;
use std::path::Path;
use std::time::Instant;

/// The question before the irreversible, and what is true when it is left.
const COMMAND: &str = "cargo orchestrate publish";

/// Publishes.
pub(super) fn run(
    global: &Global,
    options: &cli::Publish,
    screen: &Screen,
) -> Result<ExitCode, Failure> {
    let site = Site::from(global);
    publish(&site, options, screen)
}

/// Publishes at a site; the rehearsal does so too.
pub(super) fn publish(
    site: &Site,
    options: &cli::Publish,
    screen: &Screen,
) -> Result<ExitCode, Failure> {
    let session = Session::open(site)?;
    let _lock = session.home.lock()?;
    let unfinished = session.home.runs()?.into_iter().rfind(|run| run.state.ended.is_none());
    match unfinished {
        Some(run) if run.kind == RunKind::Rollback => Err(words::unfinished_rollback(&run)),
        Some(run) if options.abandon => give_up(run, screen),
        Some(run) => resume(&session, run, options, screen),
        None if options.abandon => {
            screen.status("Nothing", "to give up: no release is under way");
            Ok(ExitCode::Done)
        }
        None => begin(&session, options, screen),
    }
}

/// A release from the start: plan, show, ask, go.
fn begin(session: &Session, options: &cli::Publish, screen: &Screen) -> Result<ExitCode, Failure> {
    let began = Instant::now();
    let (facts, plan) = match &options.plan {
        None => super::plan::make(session, &options.selection)?,
        Some(path) => saved(session, path)?,
    };
    let mut shown = plan.clone();
    demand_credentials(&mut shown, &facts);
    show(session, &facts, &shown, began, screen)?;
    if shown.errors().next().is_some() {
        let count = ui::text::count(shown.errors().count(), "error");
        return Err(Failure::refused(format!("the plan has {count}; see above")));
    }
    if plan.steps.is_empty() {
        screen.status("Finished", "with nothing to release");
        return tell_nothing(&plan, screen).map(|()| ExitCode::Done);
    }
    if session.is_real() {
        screen.say(&point_of_no_return(&plan, screen));
    }
    let command = match &options.plan {
        None => format!("{COMMAND}{}", options.selection.flags()),
        Some(path) => format!("{COMMAND} --plan {}", path.display()),
    };
    confirm(screen, options.consent, "Publish?", &command)?;
    let document = plan_document(&plan);
    let mut run = session.home.begin(RunKind::Release, &plan.id, &document, ui::time::now())?;
    screen.status("Release", &run.id.to_string());
    go(session, &mut run, &plan, options, Start::Fresh, screen)
}

/// The last line for programs where there was nothing to do.
fn tell_nothing(plan: &Plan, screen: &Screen) -> Result<(), Failure> {
    if screen.format != MessageFormat::Json {
        return Ok(());
    }
    let document = RunDocument {
        kind: RunKind::Release,
        id: plan.id.to_string(),
        outcome: wire::Outcome::Done,
        packages: Vec::new(),
        next: None,
        retry_after: None,
    };
    screen.line(&document.to_json())
}

/// Goes on with a release, whatever the working tree looks like now.
fn resume(
    session: &Session,
    mut run: Run,
    options: &cli::Publish,
    screen: &Screen,
) -> Result<ExitCode, Failure> {
    let plan = words::stored_plan(&run)?;
    if let Some(path) = &options.plan {
        let wanted = read(path)?;
        if wanted.id != plan.id {
            return Err(words::another_release(&run));
        }
    }
    screen.status("Resuming", &format!("release {}", run.id));
    screen.say(&point_of_no_return(&plan, screen));
    confirm(screen, options.consent, "Go on with it?", COMMAND)?;
    go(session, &mut run, &plan, options, Start::Resumed, screen)
}

fn go(
    session: &Session,
    run: &mut Run,
    plan: &Plan,
    options: &cli::Publish,
    start: Start,
    screen: &Screen,
) -> Result<ExitCode, Failure> {
    let began = Instant::now();
    let errand = Errand {
        kind: RunKind::Release,
        plan: &plan.id,
        base: &plan.base,
        steps: &plan.steps,
        packages: &plan.packages,
        max_wait: options.max_wait,
        start,
        ways: vec![
            Way::new(COMMAND, "continues this release"),
            Way::new("cargo orchestrate yank-rollback", "takes back what is out"),
        ],
        afterwards: "cargo orchestrate yank-rollback",
    };
    carry_out(session, run, &errand, screen)?;
    let took = ui::time::length(began.elapsed());
    let packages = ui::text::count(plan.packages.len(), "package");
    screen.status("Finished", &format!("release {}: {packages} in {took}", run.id));
    screen.status("Undo:", errand.afterwards);
    Ok(ExitCode::Done)
}

/// Gives up a release of which nothing is out; one that is partly out is taken back instead.
fn give_up(mut run: Run, screen: &Screen) -> Result<ExitCode, Failure> {
    let plan = words::stored_plan(&run)?;
    let uploads = plan.steps.iter().filter(|step| matches!(step.action, Action::Upload(_)));
    let uploads: Vec<_> = uploads.cloned().collect();
    if left_something(&uploads, &run.state) {
        return Err(Failure::refused(format!("a part of release {} is out", run.id))
            .next(COMMAND, "finishes it")
            .next("cargo orchestrate yank-rollback", "takes it back"));
    }
    abandon(&mut run)?;
    screen.status("Given up", &format!("release {}; its commit and edits stay", run.id));
    Ok(ExitCode::Done)
}

fn show(
    session: &Session,
    facts: &Facts,
    plan: &Plan,
    began: Instant,
    screen: &Screen,
) -> Result<(), Failure> {
    match screen.format {
        MessageFormat::Json => screen.line(&plan_document(plan)),
        MessageFormat::Human => {
            screen.say(&super::plan::header(session, facts, plan, began).render(screen.err));
            screen.print(&format!("\n{}\n", ui::plan_view(plan, screen.out, screen.width)))
        }
    }
}

/// A credential that is missing is only worth a warning while nothing is sent.
fn demand_credentials(plan: &mut Plan, facts: &Facts) {
    plan.findings.retain(|finding| finding.code != "no-credential");
    let wanted: BTreeSet<&RegistryName> =
        plan.packages.iter().map(|package| &package.registry).collect();
    let missing = wanted
        .into_iter()
        .filter(|name| facts.registries.get(name).is_some_and(|registry| !registry.has_credential));
    let errors: Vec<Finding> = missing.map(no_credential).collect();
    plan.findings.extend(errors);
    plan.findings.sort();
}

fn no_credential(name: &RegistryName) -> Finding {
    let text = format!("there is no credential for the registry `{name}`");
    Finding::error("no-credential", text).hint(credential_hint(name))
}

fn point_of_no_return(plan: &Plan, screen: &Screen) -> String {
    if plan.is_empty() {
        let text = "Nothing is uploaded: the tags of an earlier release are made and pushed.";
        return ui::text::wrap(text, screen.width).join("\n");
    }
    let registries: BTreeSet<String> =
        plan.packages.iter().map(|package| package.registry.to_string()).collect();
    let registries = registries.into_iter().collect::<Vec<_>>().join(", ");
    let packages = ui::text::count(plan.packages.len(), "package");
    let pushed = match (&plan.branch, &plan.remote) {
        (Some(branch), Some(remote)) => format!(", tags and branch {branch} to {remote}"),
        _ => "; nothing is pushed".to_owned(),
    };
    let text = format!(
        "After this point versions are used up for ever: {packages} to {registries}{pushed}."
    );
    ui::text::wrap(&text, screen.width).join("\n")
}

fn read(path: &Path) -> Result<Plan, Failure> {
    let text = std::fs::read_to_string(path).map_err(|error| {
        Failure::new(ExitCode::Usage, format!("could not read the plan `{}`", path.display()))
            .because(error)
    })?;
    let plan = parse_plan(&text).map_err(|error| {
        Failure::new(ExitCode::Usage, format!("`{}` is no plan", path.display())).because(error)
    })?;
    if identify(&plan) != plan.id {
        let text = format!("the plan `{}` was changed after it was made", path.display());
        return Err(Failure::new(ExitCode::Stale, text)
            .now("nothing was changed")
            .next("cargo orchestrate plan -o plan.json", "makes a new one"));
    }
    Ok(plan)
}

/// A saved plan, if the world is still the one it was made for; its errors are those of now.
fn saved(session: &Session, path: &Path) -> Result<(Facts, Plan), Failure> {
    let mut plan = read(path)?;
    let ask = if plan.remote.is_some() { Ask::Remote } else { Ask::NoRemote };
    let places = plan.packages.iter().map(|planned| (&planned.name, &planned.registry));
    let facts = session.facts(ask, &Elsewhere::used(places))?;
    let branch = facts.repository.branch.as_ref().map(|branch| &branch.name);
    let mut moved: Vec<String> =
        plan.guards.iter().filter_map(|guard| moved(guard, &facts)).collect();
    if branch != plan.branch.as_ref() {
        let name = |branch: Option<&String>| branch.cloned().unwrap_or_else(|| "no branch".into());
        let (now, then) = (name(branch), name(plan.branch.as_ref()));
        moved.push(format!("{now} is checked out, the plan is for {then}"));
    }
    if moved.is_empty() {
        let errors = errors_now(session, &facts, &plan)?;
        plan.findings.retain(|finding| finding.severity != Severity::Error);
        plan.findings.extend(errors);
        plan.findings.sort();
        return Ok((facts, plan));
    }
    let failure = Failure::new(ExitCode::Stale, "the plan no longer fits");
    let failure = moved.into_iter().fold(failure, |failure, text| failure.fact("moved", text));
    Err(failure
        .now("nothing was changed")
        .next("cargo orchestrate plan -o plan.json", "makes a new one"))
}

/// What stands in the way of exactly this plan now.
fn errors_now(session: &Session, facts: &Facts, plan: &Plan) -> Result<Vec<Finding>, Failure> {
    let version =
        |planned: &Planned| (planned.name.clone(), RequestedBump::Exactly(planned.to.clone()));
    let request = Request {
        only: plan.packages.iter().map(|planned| planned.name.clone()).collect(),
        bumps: plan.packages.iter().map(version).collect(),
        ..Request::default()
    };
    let options = Options { push: plan.remote.is_some(), registry: None };
    let fresh = plan::build(facts, &session.policy, &request, &options)?;
    Ok(fresh.errors().cloned().collect())
}

fn moved(guard: &Guard, facts: &Facts) -> Option<String> {
    match guard {
        Guard::Head { oid } if *oid != facts.repository.head => {
            let now = facts.repository.head.short(10);
            Some(format!("{now} is checked out, the plan is for {}", oid.short(10)))
        }
        Guard::File { path, digest } => {
            let lockfile = facts.lockfile.as_ref().filter(|lockfile| lockfile.path == *path);
            let now = lockfile
                .map(|lockfile| cargo_orchestrate::model::Digest::of(lockfile.text.as_bytes()))
                .or_else(|| facts.manifest_digest(path));
            (now.as_ref() != Some(digest)).then(|| format!("`{path}` was changed"))
        }
        Guard::Highest { package, version } => {
            let published = facts.published.get(package)?;
            let now = published.highest().map(|entry| &entry.version);
            let name = |version: Option<&_>| {
                version.map_or_else(
                    || "none".to_owned(),
                    |v: &cargo_orchestrate::model::Version| v.to_string(),
                )
            };
            (now != version.as_ref()).then(|| {
                let (now, then) = (name(now), name(version.as_ref()));
                format!("the highest version of {package} is {now}, it was {then}")
            })
        }
        Guard::Head { .. } => None,
    }
}
