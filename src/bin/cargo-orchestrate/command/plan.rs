//! `plan`: what would be released, why, in which order. Changes nothing.

use super::explained;
use super::forecast::forecast;
use super::offline;
use super::saved;
use super::session::{Elsewhere, Session, Site};
use super::written;
use crate::api_check;
use crate::cli::{self, Global, PlanFormat, Push, Selection, Verbosity};
use crate::failure::Failure;
use crate::observe::git::{self, Ask};
use crate::ui::{self, Detail, MadeWith, PlanHeader, Screen};
use cargo_orchestrate::decide::Request;
use cargo_orchestrate::facts::Facts;
use cargo_orchestrate::plan::{self, Finding, Options, Plan};
use cargo_orchestrate::wire::{ExitCode, plan_difference_document};
use std::mem;
use std::path::Path;
use std::time::Instant;

/// Plans and shows.
pub(super) fn run(
    global: &Global,
    options: &cli::Plan,
    screen: &Screen,
) -> Result<ExitCode, Failure> {
    let answer = written::answer(options, screen)?;
    let old = options.diff.as_deref().map(saved::read).transpose()?;
    let session = Session::open(&Site { only_looks: true, ..Site::from(global) });
    if let Some(asked) = &options.explain
        && options.output.is_empty()
        && let Some(code) = explained::rule(asked, session.as_ref().ok(), screen)?
    {
        return Ok(code);
    }
    let session = session?;
    let began = Instant::now();
    let (facts, plan) = make(&session, &options.selection, screen)?;
    let forecast = forecast(&session, &plan);
    for path in &options.output {
        let format = options.format.unwrap_or_else(|| written::by_name(path));
        written::keep(path, format, &plan, &forecast)?;
    }
    if let Some(asked) = &options.explain {
        return explained::any(asked, &session, &plan, screen);
    }
    screen.say(&header(&session, &facts, &plan, began).render(screen.err));
    if let Some(old) = &old {
        let difference = plan::difference(old, &plan);
        match answer {
            PlanFormat::Json => screen.line(&plan_difference_document(&difference))?,
            _ => screen.print(&format!(
                "\n{}",
                ui::difference_view(&difference, detail(screen), screen.out, screen.columns)
            ))?,
        }
    } else if answer == PlanFormat::Table {
        let view = ui::plan_view(&plan, &forecast, screen.out, screen.columns);
        let next = ui::next_after_plan(
            &plan,
            &made_with(global, options, &plan),
            screen.out,
            screen.width,
        );
        screen.print(&format!("\n{view}\n{next}\n"))?;
    } else if answer == PlanFormat::Json {
        screen.line(written::text(answer, &plan, &forecast).trim_end())?;
    } else {
        screen.print(&written::text(answer, &plan, &forecast))?;
    }
    let code = match (plan.errors().next(), plan.is_empty()) {
        (Some(_), _) => ExitCode::Refused,
        (None, true) if options.require_changes => ExitCode::NothingToRelease,
        _ => ExitCode::Done,
    };
    session.leave();
    mem::forget((facts, plan));
    Ok(code)
}

/// How much of a difference is told.
fn detail(screen: &Screen) -> Detail {
    if screen.verbosity == Verbosity::Verbose { Detail::Full } else { Detail::Short }
}

/// The flags that lead on from this plan.
fn made_with(global: &Global, options: &cli::Plan, plan: &Plan) -> MadeWith {
    let refused: Vec<_> = plan.errors().filter_map(|finding| finding.package.clone()).collect();
    let mut accepted = options.selection.clone();
    // What was asked of a package that cannot be would be refused again.
    accepted.request.bumps.retain(|name, _| !refused.contains(name));
    let format = |path: &Path| options.format.unwrap_or_else(|| written::by_name(path));
    let kept = options.output.iter().find(|path| format(path) == PlanFormat::Json);
    MadeWith {
        selection: options.selection.flags(),
        accepted: accepted.flags(),
        place: global.place(),
        offline: if global.offline { " --offline".to_owned() } else { String::new() },
        kept: kept.map(|path| cli::shell_word(path)),
    }
}

/// Looks at the world and plans.
pub(super) fn make(
    session: &Session,
    selection: &Selection,
    screen: &Screen,
) -> Result<(Facts, Plan), Failure> {
    let push = selection.push == Push::ToRemote;
    let ask = if push { Ask::Remote } else { Ask::NoRemote };
    let elsewhere = Elsewhere { all: selection.registry.clone(), ..Elsewhere::default() };
    let mut facts = session.facts(ask, &elsewhere, Some(&selection.request))?;
    let registry = selection.registry.clone();
    let (verification, publish_pins) = (selection.verification, selection.publish_pins);
    let hotfix_of = selection.hotfix_of.clone();
    let options = Options { push, registry, verification, publish_pins, hotfix_of };
    let mut plan = checked(session, &mut facts, &selection.request, &options, screen)?;
    let notes = session.notes.iter().cloned().chain(facts.offline.as_ref().map(offline::finding));
    let notes: Vec<Finding> = notes.collect();
    if !notes.is_empty() {
        plan.findings.extend(notes);
        plan.findings.sort();
        plan.id = plan::identify(&plan);
    }
    Ok((facts, plan))
}

/// Plans, and plans again for as long as a look at public interfaces can change something: what is
/// raised makes others follow, whose interfaces matter then.
pub(super) fn checked(
    session: &Session,
    facts: &mut Facts,
    request: &Request,
    options: &Options,
    screen: &Screen,
) -> Result<Plan, Failure> {
    loop {
        let plan = plan::build(facts, &session.policy, request, options)?;
        let unchecked = plan::unchecked(facts, &session.policy, &plan);
        let is_unusable = facts.api.as_ref().is_some_and(|api| api.unusable.is_some());
        if unchecked.is_empty() || is_unusable {
            return Ok(plan);
        }
        let place = api_check::Place {
            repository: &session.checkout.repository_root,
            workspace: &session.checkout.workspace_root,
            target: &session.target,
            network: session.registries.offline().is_none(),
            environment: &session.environment,
        };
        api_check::look(place, &session.registries, facts, &unchecked, screen)?;
    }
}

/// What is said above the table.
pub(super) fn header(session: &Session, facts: &Facts, plan: &Plan, began: Instant) -> PlanHeader {
    let root = &session.checkout.workspace_root;
    let name = root.file_name().map_or_else(String::new, |name| name.to_string_lossy().into());
    // Nothing was read of a registry that nobody configured.
    let registries = plan.packages.iter().map(|package| &package.registry);
    let known = registries.filter(|registry| facts.registries.contains_key(*registry));
    let mut registries: Vec<String> = known.map(ToString::to_string).collect();
    registries.sort();
    registries.dedup();
    // A header is no reason to fail.
    let last = git::last_release(&session.checkout, &facts.repository, &facts.history);
    let last = last.ok().flatten();
    let read = match &facts.offline {
        // The time went into more than the index.
        None if facts.api.is_some() => "index read".to_owned(),
        None => format!("index read in {:.1} s", began.elapsed().as_secs_f64()),
        Some(offline) => offline::age(offline, ui::time::now()),
    };
    let by_job = |name: &str| {
        let mut known = facts.registries.iter().filter(|(known, _)| known.as_str() == name);
        known.any(|(_, registry)| registry.trusted_publishing)
    };
    let how = |name: String| {
        let by = if by_job(&name) { ", trusted publishing" } else { "" };
        (name, format!("{read}{by}"))
    };
    PlanHeader {
        workspace: name,
        packages: facts.workspace.packages.len(),
        publishable: facts.workspace.publishable().count(),
        last_release: last.map(|last| ui::time::date(last.at)),
        commits: last.map(|last| last.commits),
        registries: registries.into_iter().map(how).collect(),
    }
}
