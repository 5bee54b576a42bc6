//! A plan that was kept: read, checked against the world as it is now, or refused.

use super::session::{Elsewhere, Session};
use crate::failure::Failure;
use crate::observe::git::Ask;
use crate::ui::Screen;
use cargo_orchestrate::decide::{Request, RequestedBump};
use cargo_orchestrate::facts::Facts;
use cargo_orchestrate::plan::{Finding, Guard, Options, Plan, Planned, Severity, identify};
use cargo_orchestrate::wire::{ExitCode, parse_plan};
use std::path::Path;

/// The plan in a file, unchanged since it was made.
pub(super) fn read(path: &Path) -> Result<Plan, Failure> {
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
pub(super) fn saved(
    session: &Session,
    path: &Path,
    screen: &Screen,
) -> Result<(Facts, Plan), Failure> {
    let mut plan = read(path)?;
    let ask = if plan.remote.is_some() { Ask::Remote } else { Ask::NoRemote };
    let places = plan.packages.iter().map(|planned| (&planned.name, &planned.registry));
    let mut facts = session.facts(ask, &Elsewhere::used(places), Some(&exactly(&plan)))?;
    let branch = facts.repository.branch.as_ref().map(|branch| &branch.name);
    let mut moved: Vec<String> =
        plan.guards.iter().filter_map(|guard| moved(guard, &facts)).collect();
    if branch != plan.branch.as_ref() {
        let name = |branch: Option<&String>| branch.cloned().unwrap_or_else(|| "no branch".into());
        let (now, then) = (name(branch), name(plan.branch.as_ref()));
        moved.push(format!("{now} is checked out, the plan is for {then}"));
    }
    if moved.is_empty() {
        let errors = errors_now(session, &mut facts, &plan, screen)?;
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
fn errors_now(
    session: &Session,
    facts: &mut Facts,
    plan: &Plan,
    screen: &Screen,
) -> Result<Vec<Finding>, Failure> {
    let request = exactly(plan);
    let options = Options { push: plan.remote.is_some(), registry: None };
    let fresh = super::plan::checked(session, facts, &request, &options, screen)?;
    Ok(fresh.errors().cloned().collect())
}

/// The request for exactly this plan.
fn exactly(plan: &Plan) -> Request {
    let version =
        |planned: &Planned| (planned.name.clone(), RequestedBump::Exactly(planned.to.clone()));
    Request {
        only: plan.packages.iter().map(|planned| planned.name.clone()).collect(),
        bumps: plan.packages.iter().map(version).collect(),
        ..Request::default()
    }
}

fn moved(guard: &Guard, facts: &Facts) -> Option<String> {
    match guard {
        Guard::Head { oid } if *oid != facts.repository.head => {
            let now = facts.repository.head.short(10);
            Some(format!("{now} is checked out, the plan is for {}", oid.short(10)))
        }
        Guard::File { path, digest } => {
            let now = facts.digest(path);
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
