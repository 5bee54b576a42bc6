//! `impact`: what a release, or taking one back, means for the repositories downstream.

use super::rollback_words::nothing_to_take_back;
use super::session::{Elsewhere, Session, Site};
use super::tagged::tagged;
use super::{downstream, impact_edits, plan, saved, words};
use crate::cli::{Global, Impact, ImpactOf, MessageFormat, RollbackTarget, Selection};
use crate::failure::Failure;
use crate::journal::Run;
use crate::observe::git::Ask;
use crate::ui::text::count;
use crate::ui::{self, Screen};
use cargo_orchestrate::downstream::{Outlook, RepositoryImpact, edits, findings, impact};
use cargo_orchestrate::facts::{Facts, RepositoryEdit};
use cargo_orchestrate::model::{PackageName, Version};
use cargo_orchestrate::plan::{Finding, Severity};
use cargo_orchestrate::run::{Ending, uploads};
use cargo_orchestrate::wire::{ExitCode, ImpactDocument, ImpactSubject, RunKind};
use std::collections::BTreeSet;
use std::path::Path;
use std::time::Instant;

/// Looks and shows.
pub(super) fn run(global: &Global, options: &Impact, screen: &Screen) -> Result<ExitCode, Failure> {
    let session = Session::open(&Site { only_looks: true, ..Site::from(global) })?;
    if session.policy.downstream.is_empty() {
        return Err(none_named());
    }
    let began = Instant::now();
    let (mut facts, subject, outlook) = match &options.of {
        ImpactOf::Plan(kept) => planned(&session, kept.as_deref(), screen)?,
        ImpactOf::Rollback(target) => taken_back(&session, target)?,
    };
    facts.downstream = downstream::look(&session);
    let repositories = impact(&outlook, &facts);
    let read = repositories.iter().filter(|it| it.trouble.is_none()).count();
    let took = began.elapsed().as_secs_f64();
    screen.status("Downstream", &format!("{} read in {took:.1} s", repositories_in_words(read)));
    let mut document = ImpactDocument::new(subject, &outlook, repositories, remarks);
    let decided = options.edit.map(|wish| edits(wish, &document.repositories, &outlook, &facts));
    if screen.format == MessageFormat::Human {
        let view = ui::impact_view(&document, screen.out, screen.columns);
        let findings = ui::findings(&document.findings, screen.out, screen.width);
        let gap = if findings.is_empty() { "" } else { "\n" };
        screen.print(&format!("\n{view}{gap}{findings}"))?;
    }
    let Some(decided) = decided else {
        machines(&document, screen)?;
        return end(document.repositories.len() - read);
    };
    let _lock = session.home.lock()?;
    if screen.format == MessageFormat::Human {
        let sound: Vec<&RepositoryEdit> = decided.iter().flatten().collect();
        screen.print(&format!("\n{}\n", ui::edits_view(&sound, screen.out, screen.columns)))?;
    }
    let push = options.push;
    match impact_edits::carry_out(&session, decided, &document.repositories, push, screen) {
        Ok((done, failed)) => {
            document.edits = done;
            machines(&document, screen)?;
            if failed.is_empty() { Ok(ExitCode::Done) } else { Err(impact_edits::stopped(failed)) }
        }
        Err(failure) => {
            machines(&document, screen)?;
            Err(failure)
        }
    }
}

/// The document, for programs.
fn machines(document: &ImpactDocument, screen: &Screen) -> Result<(), Failure> {
    match screen.format {
        MessageFormat::Json => screen.line(&document.to_json()),
        MessageFormat::Human => Ok(()),
    }
}

fn end(unread: usize) -> Result<ExitCode, Failure> {
    if unread > 0 {
        let text = format!("{} could not be read; see above", repositories_in_words(unread));
        return Err(Failure::refused(text));
    }
    Ok(ExitCode::Done)
}

/// What is remarked on: what could not be read, who breaks, and what was not read on purpose.
fn remarks(repositories: &[RepositoryImpact]) -> Vec<Finding> {
    let mut all = findings(repositories);
    for finding in all.iter_mut().filter(|finding| finding.code == "downstream-unread") {
        finding.severity = Severity::Error;
    }
    for RepositoryImpact { name, dirty, unread, .. } in repositories {
        if let Some(first) = dirty.first() {
            let text = format!(
                "`{name}` has changes that are not committed, as in `{first}`; what HEAD has was read"
            );
            all.push(Finding::note("downstream-dirty", text));
        }
        if *unread > 0 {
            let text = format!(
                "{} of `{name}` belong to no workspace at its top and were not read",
                count(*unread, "manifest")
            );
            let hint = "a workspace in a folder can be a `[downstream.NAME]` of its own, by `path`";
            all.push(Finding::note("downstream-left-out", text).hint(hint));
        }
    }
    all.sort();
    all
}

fn repositories_in_words(number: usize) -> String {
    if number == 1 { "1 repository".to_owned() } else { format!("{number} repositories") }
}

fn none_named() -> Failure {
    Failure::set_up("no repository downstream is named").now(
        "`[downstream.NAME]` with `path = \"../app\"` or `git = \"https://…\"` in \
              orchestrate.toml names one",
    )
}

/// What a plan brings: one that was kept, or the one that `plan` makes now.
fn planned(
    session: &Session,
    kept: Option<&Path>,
    screen: &Screen,
) -> Result<(Facts, ImpactSubject, Outlook), Failure> {
    let (facts, plan) = if let Some(path) = kept {
        let plan = saved::read(path)?;
        let places = plan.packages.iter().map(|it| (&it.name, &it.registry));
        (session.facts(Ask::NoRemote, &Elsewhere::used(places), None)?, plan)
    } else {
        let (mut facts, plan) = plan::make(session, &Selection::default(), screen)?;
        ask_about_others(session, &mut facts);
        (facts, plan)
    };
    let outlook = Outlook::of_plan(&plan);
    Ok((facts, ImpactSubject::Plan { id: plan.id }, outlook))
}

/// A plan asks about what it may release; downstream may use the others.
fn ask_about_others(session: &Session, facts: &mut Facts) {
    let others = facts.workspace.publishable().filter_map(|package| {
        let is_known = facts.published.contains_key(&package.name);
        (!is_known).then(|| Some((package.name.clone(), package.registry()?.clone()))).flatten()
    });
    let others: Vec<_> = others.collect();
    facts.published.extend(match session.registries.offline() {
        None => session.registries.published(&others),
        Some(_) => session.registries.kept(&others).published,
    });
}

/// What goes with a rollback, whether it was carried out or not.
fn taken_back(
    session: &Session,
    target: &RollbackTarget,
) -> Result<(Facts, ImpactSubject, Outlook), Failure> {
    let runs = session.home.runs()?;
    let releases: Vec<&Run> = runs.iter().filter(|run| run.kind == RunKind::Release).collect();
    let named = match target {
        RollbackTarget::Release(Some(id)) => releases.iter().find(|run| run.id.0 == *id),
        RollbackTarget::Release(None) => {
            Some(releases.iter().rfind(|run| left_anything(run)).ok_or_else(nothing_to_take_back)?)
        }
        _ => None,
    };
    let (facts, of, asked) = match (named, target) {
        (Some(run), _) => {
            let plan = words::stored_plan(run)?;
            let places = plan.packages.iter().map(|it| (&it.name, &it.registry));
            let facts = session.facts(Ask::NoRemote, &Elsewhere::used(places), None)?;
            let uploads =
                uploads(&plan.steps).map(|(_, it)| (it.package.clone(), it.version.clone()));
            (facts, run.id.0.clone(), uploads.collect())
        }
        (None, RollbackTarget::Versions(asked)) => {
            let facts = session.facts(Ask::NoRemote, &Elsewhere::default(), None)?;
            let names = asked.iter().map(|(name, version)| format!("{name}@{version}"));
            (facts, names.collect::<Vec<_>>().join(", "), asked.clone())
        }
        (None, other) => {
            let facts = session.facts(Ask::NoRemote, &Elsewhere::default(), None)?;
            let RollbackTarget::Release(Some(tag)) = other else {
                return Err(nothing_to_take_back());
            };
            let (_, asked) = tagged(session, &facts, tag, "cargo orchestrate impact --rollback")?;
            (facts, tag.clone(), asked)
        }
    };
    let out = published(&asked, &facts)?;
    let outlook = Outlook::without(out.iter().map(|(name, version)| (name, version)));
    Ok((facts, ImpactSubject::Rollback { of }, outlook))
}

fn left_anything(run: &Run) -> bool {
    run.state.ended != Some(Ending::TakenBack)
        && words::stored_plan(run).is_ok_and(|plan| !plan.is_empty())
}

/// Those of the versions that the registry has, yanked or not.
fn published(
    asked: &[(PackageName, Version)],
    facts: &Facts,
) -> Result<BTreeSet<(PackageName, Version)>, Failure> {
    let is_out = |(name, version): &&(PackageName, Version)| {
        facts.published.get(name).is_some_and(|it| it.version(version).is_some())
    };
    let out: BTreeSet<_> = asked.iter().filter(is_out).cloned().collect();
    if out.is_empty() {
        let names: Vec<String> = asked.iter().map(|(name, it)| format!("{name} {it}")).collect();
        let text = format!("the registry has none of {}", names.join(", "));
        return Err(Failure::refused(text).next("cargo orchestrate status", "shows what is out"));
    }
    Ok(out)
}
