//! `publish`: carries a plan out, or goes on with the release that is not finished.

use super::carry::{Errand, Start, abandon, carry_out, left_something, merge};
use super::forecast::{forecast, longer_than_patience};
use super::hotfix;
use super::lock::{self, Need};
use super::lost::{self, Lost};
use super::mirrored::{self, Found};
use super::offline;
use super::saved::{read, saved};
use super::session::{Session, Site};
use super::words;
use crate::cli::{self, Global, MessageFormat};
use crate::effects::lease::Lease;
use crate::effects::pull::fast_forward;
use crate::failure::Failure;
use crate::journal::Run;
use crate::ui::time::rfc3339;
use crate::ui::{self, Screen, Way, confirm};
use cargo_orchestrate::facts::Facts;
use cargo_orchestrate::model::RegistryName;
use cargo_orchestrate::plan::{
    Action, Finding, Intent, Plan, StillNeeded, credential_findings, is_credential_finding,
    questions, terms_findings,
};
use cargo_orchestrate::wire::{
    self, ExitCode, RunDocument, RunKind, plan_document, plan_now_document,
};
use std::collections::BTreeSet;
use std::time::Instant;

/// What to type to publish, or to go on.
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
    offline::refuse(&session, "publish")?;
    let _lock = session.home.lock()?;
    let unfinished = session.home.runs()?.into_iter().rfind(|run| run.state.ended.is_none());
    match unfinished {
        Some(run) if run.kind == RunKind::Rollback => Err(words::unfinished_rollback(&run)),
        Some(run) if options.abandon => give_up(&session, run, screen),
        Some(run) => resume(&session, run, options, screen),
        None if options.abandon => give_up_lost(lost::find(&session, None)?, screen),
        None => begin(site, &session, options, screen),
    }
}

/// A release from the start. Where somebody else was waited for, it is planned anew with what that
/// left behind, and asked about again.
fn begin(
    site: &Site,
    session: &Session,
    options: &cli::Publish,
    screen: &Screen,
) -> Result<ExitCode, Failure> {
    let mut held = None;
    if let Some(code) = plan_and_go(session, options, &mut held, screen)? {
        return Ok(code);
    }
    let anew = Session::open(site);
    let ended = anew.and_then(|session| plan_and_go(&session, options, &mut held, screen));
    if let Some(lease) = held {
        lock::give_back(lease, screen);
    }
    ended.map(|code| code.unwrap_or(ExitCode::Done))
}

/// Plans, shows, asks, goes; none where the lock was waited for, which is `held` then.
fn plan_and_go(
    session: &Session,
    options: &cli::Publish,
    held: &mut Option<Lease>,
    screen: &Screen,
) -> Result<Option<ExitCode>, Failure> {
    let began = Instant::now();
    let (facts, plan) = match &options.plan {
        None => super::plan::make(session, &options.selection, screen)?,
        Some(path) => saved(session, path, screen)?,
    };
    if let Some(found) = mirrored::find(session, &facts, screen) {
        return take_over(session, &found, options, held, screen).map(Some);
    }
    if let Some(lost) = lost::find(session, Some(&facts.published))? {
        return send_again(session, lost, options, held, screen).map(Some);
    }
    let mut shown = plan.clone();
    demand_credentials(&mut shown, &facts, session);
    ask_registries(session, &mut shown, &facts);
    shown.findings.extend(longer_than_patience(session, &shown, options.max_wait));
    show(session, &facts, &shown, began, screen)?;
    if shown.errors().next().is_some() {
        let count = ui::text::count(shown.errors().count(), "error");
        return Err(Failure::refused(format!("the plan has {count}; see above")));
    }
    if plan.steps.is_empty() {
        screen.status("Finished", "with nothing to release");
        return tell_nothing(&plan, screen).map(|()| Some(ExitCode::Done));
    }
    super::adopted::compare(session, &plan, screen)?;
    super::trial::of_steps(session, &plan.steps)?;
    if session.is_real() {
        screen.say(&point_of_no_return(&plan, screen));
    }
    let command = match (&plan.hotfix_of, &options.plan) {
        (Some(of), _) => hotfix::command(of),
        (None, None) => format!("{COMMAND}{}", options.selection.flags()),
        (None, Some(path)) => format!("{COMMAND} --plan {}", path.display()),
    };
    confirm(screen, options.consent, "Publish?", &command)?;
    let need = Need { wait: options.wait_lock, command: &command, folder: None };
    let is_first = held.is_none();
    let lease = take(session, &plan, &need, held, screen)?;
    if is_first && lease.as_ref().is_some_and(|lease| lease.was_waited_for) {
        *held = lease;
        catch_up(session, &plan, screen);
        return Ok(None);
    }
    let document = plan_document(&plan);
    let mut run = session.home.begin(RunKind::Release, &plan.id, &document, ui::time::now())?;
    screen.status("Release", &run.id.to_string());
    go(session, &mut run, &plan, options, (Start::Fresh, lease), screen).map(Some)
}

/// The lock that is held already, or else the one that is to be had.
fn take(
    session: &Session,
    plan: &Plan,
    need: &Need<'_>,
    held: &mut Option<Lease>,
    screen: &Screen,
) -> Result<Option<Lease>, Failure> {
    match held.take() {
        Some(lease) => Ok(Some(lease)),
        None => lock::take(session, &plan.steps, &plan.id, need, screen),
    }
}

/// Brings the branch to what whoever had the lock pushed; where that cannot be, the new plan says
/// what to do.
fn catch_up(session: &Session, plan: &Plan, screen: &Screen) {
    let (Some(remote), Some(branch)) = (&plan.remote, &plan.branch) else { return };
    screen.status("Planning", "anew: somebody else was releasing");
    if let Err(why) = fast_forward(&session.checkout.repository_root, remote, branch) {
        let why = ui::text::plain(&why);
        screen.status("Note", &format!("{branch} stays where it is: {why}"));
    }
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
        merge: None,
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
            return Err(words::another_release(&run.id));
        }
    }
    screen.status("Resuming", &format!("release {}", run.id));
    screen.say(&point_of_no_return(&plan, screen));
    confirm(screen, options.consent, "Go on with it?", COMMAND)?;
    let folder = run.folder.clone();
    let need = Need { wait: options.wait_lock, command: COMMAND, folder: Some(&folder) };
    let lease = lock::take(session, &plan.steps, &plan.id, &need, screen)?;
    go(session, &mut run, &plan, options, (Start::Resumed, lease), screen)
}

/// Sends what a finished release published and what is gone once more.
fn send_again(
    session: &Session,
    lost: Lost,
    options: &cli::Publish,
    held: &mut Option<Lease>,
    screen: &Screen,
) -> Result<ExitCode, Failure> {
    let versions: Vec<String> = lost.versions.iter().map(ToString::to_string).collect();
    let text = format!(
        "{} went out with release {} and is gone from the index. Its kept bytes are sent again, \
         before anything new is released; `{COMMAND} --abandon` leaves it gone.",
        versions.join(", "),
        lost.run.id
    );
    screen.say(&ui::text::wrap(&text, screen.width).join("\n"));
    confirm(screen, options.consent, "Send it again?", COMMAND)?;
    let folder = lost.run.folder.clone();
    let need = Need { wait: options.wait_lock, command: COMMAND, folder: Some(&folder) };
    let lease = take(session, &lost.plan, &need, held, screen)?;
    let (mut run, plan) = lost.reopen()?;
    screen.status("Resuming", &format!("release {}", run.id));
    go(session, &mut run, &plan, options, (Start::Resumed, lease), screen)
}

/// Leaves versions of the last release that are gone as they are; nobody is asked about them again.
fn give_up_lost(lost: Option<Lost>, screen: &Screen) -> Result<ExitCode, Failure> {
    let Some(mut lost) = lost else {
        screen.status("Nothing", "to give up: no release is under way");
        return Ok(ExitCode::Done);
    };
    abandon(&mut lost.run)?;
    let versions: Vec<String> = lost.versions.iter().map(ToString::to_string).collect();
    screen.status("Given up", &format!("{}: it stays gone", versions.join(", ")));
    Ok(ExitCode::Done)
}

/// Goes on with a release that another clone began.
fn take_over(
    session: &Session,
    found: &Found,
    options: &cli::Publish,
    held: &mut Option<Lease>,
    screen: &Screen,
) -> Result<ExitCode, Failure> {
    let plan = &found.plan;
    if let Some(path) = &options.plan
        && read(path)?.id != plan.id
    {
        return Err(words::another_release(&found.id));
    }
    let from = plan.remote.as_deref().unwrap_or_default();
    screen.status("Resuming", &format!("release {} from {from}", found.id));
    screen.say(&point_of_no_return(plan, screen));
    confirm(screen, options.consent, "Go on with it?", COMMAND)?;
    let need = Need { wait: options.wait_lock, command: COMMAND, folder: None };
    let lease = take(session, plan, &need, held, screen)?;
    let mut run = found.restore(session)?;
    go(session, &mut run, plan, options, (Start::Resumed, lease), screen)
}

fn go(
    session: &Session,
    run: &mut Run,
    plan: &Plan,
    options: &cli::Publish,
    (start, lease): (Start, Option<Lease>),
    screen: &Screen,
) -> Result<ExitCode, Failure> {
    let began = Instant::now();
    let anew = hotfix::anew(plan, &options.selection);
    let mut errand = Errand {
        anew: &anew,
        kind: RunKind::Release,
        plan: &plan.id,
        base: &plan.base,
        steps: &plan.steps,
        packages: &plan.packages,
        budget: &plan.budget,
        max_wait: options.max_wait,
        start,
        lease,
        ways: vec![
            Way::new(COMMAND, "continues this release"),
            Way::new("cargo orchestrate yank-rollback", "takes back what is out"),
        ],
        afterwards: "cargo orchestrate yank-rollback",
    };
    if start == Start::Resumed {
        mirrored::have_bytes(session, run, plan, screen)?;
    }
    carry_out(session, run, &mut errand, screen)?;
    let took = ui::time::length(began.elapsed());
    let packages = ui::text::count(plan.packages.len(), "package");
    screen.status("Finished", &format!("release {}: {packages} in {took}", run.id));
    if let Some(merge) = merge(run, &errand) {
        screen.status("To merge", &ui::text::plain(&merge.to_string()));
    }
    screen.status("Undo:", errand.afterwards);
    for needed in &plan.still_needed {
        let StillNeeded { branch, switch, command, .. } = needed;
        let text = format!("on {branch}: {switch}; {command}");
        screen.status("Still needed", &ui::text::plain(&text));
    }
    if let Some(of) = &plan.hotfix_of {
        screen.status("Next:", &format!("{}    yanks what it replaces", hotfix::command(of)));
    }
    Ok(ExitCode::Done)
}

/// Gives up a release of which nothing is out; one that is partly out is taken back instead.
fn give_up(session: &Session, mut run: Run, screen: &Screen) -> Result<ExitCode, Failure> {
    let plan = words::stored_plan(&run)?;
    let uploads = plan.steps.iter().filter(|step| matches!(step.action, Action::Upload(_)));
    let uploads: Vec<_> = uploads.cloned().collect();
    if left_something(&uploads, &run.state) {
        return Err(Failure::refused(format!("a part of release {} is out", run.id))
            .next(COMMAND, "finishes it")
            .next("cargo orchestrate yank-rollback", "takes it back"));
    }
    abandon(&mut run)?;
    mirrored::forget(session, &run, &plan);
    screen.status("Given up", &format!("release {}; its commit and edits stay", run.id));
    Ok(ExitCode::Done)
}

pub(super) fn show(
    session: &Session,
    facts: &Facts,
    plan: &Plan,
    began: Instant,
    screen: &Screen,
) -> Result<(), Failure> {
    let forecast = forecast(session, plan);
    match screen.format {
        MessageFormat::Json => screen.line(&plan_now_document(plan, &forecast, rfc3339)),
        MessageFormat::Human => {
            screen.say(&super::plan::header(session, facts, plan, began).render(screen.err));
            let view = ui::plan_view(plan, &forecast, screen.out, screen.columns);
            screen.print(&format!("\n{view}\n"))
        }
    }
}

/// A credential that is missing is only worth a warning while nothing is sent, and a kept plan says
/// what was at hand where it was made.
fn demand_credentials(plan: &mut Plan, facts: &Facts, session: &Session) {
    plan.findings.retain(|finding| !is_credential_finding(finding));
    let policy = &session.policy;
    plan.findings.extend(credential_findings(&plan.packages, facts, policy, Intent::Publish));
    plan.findings.sort();
}

/// What only the registries themselves know, asked while nothing has happened yet.
fn ask_registries(session: &Session, plan: &mut Plan, facts: &Facts) {
    let wanted: BTreeSet<RegistryName> =
        plan.packages.iter().map(|package| package.registry.clone()).collect();
    for registry in wanted {
        if let Some(why) = session.registries.no_api(&registry) {
            let text = format!("`{registry}` does not say where to upload: {why}");
            let hint = format!("{COMMAND}    tries again");
            plan.findings.push(Finding::error("registry-without-api", text).hint(hint));
            continue;
        }
        let questions = questions(facts, plan, &registry);
        let terms = session.registries.terms(&registry, &questions);
        plan.findings.extend(terms_findings(facts, &session.policy, plan, &registry, &terms));
    }
    plan.findings.sort();
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
