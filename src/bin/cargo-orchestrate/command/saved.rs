//! A plan that was kept: read, checked against the world as it is now, or refused.

use super::session::{Elsewhere, Session};
use crate::cli::shell_word;
use crate::failure::Failure;
use crate::observe::git::{self, Ask};
use crate::ui::Screen;
use cargo_orchestrate::decide::{Request, RequestedBump};
use cargo_orchestrate::facts::Facts;
use cargo_orchestrate::model::{Oid, Version};
use cargo_orchestrate::plan::{Action, Finding, Guard, Options, Plan, Planned, Severity, identify};
use cargo_orchestrate::policy::ReleaseType;
use cargo_orchestrate::wire::{ExitCode, parse_plan};
use std::fs::File;
use std::io::{self, Read as _};
use std::path::Path;

/// No plan is read any further.
const LONGEST_PLAN: u64 = 256 << 20;

/// The plan in a file, unchanged since it was made.
pub(super) fn read(path: &Path) -> Result<Plan, Failure> {
    let text = text_of(path).map_err(|error| {
        Failure::new(ExitCode::Usage, format!("could not read the plan `{}`", path.display()))
            .because(error)
            .now("nothing was changed")
            .next(format!("cargo orchestrate plan -o {}", shell_word(path)), "keeps one there")
    })?;
    let plan = parse_plan(&text).map_err(|error| {
        Failure::new(ExitCode::Usage, format!("`{}` is no plan", path.display()))
            .because(error)
            .now("nothing was changed")
            .next("cargo orchestrate plan -o plan.json", "makes a new one")
    })?;
    if identify(&plan) != plan.id {
        let text = format!("the plan `{}` was changed after it was made", path.display());
        return Err(Failure::new(ExitCode::Stale, text)
            .now("nothing was changed")
            .next("cargo orchestrate plan -o plan.json", "makes a new one"));
    }
    Ok(plan)
}

/// The text of a file, which may be a pipe that never ends.
fn text_of(path: &Path) -> io::Result<String> {
    let mut text = String::new();
    File::open(path)?.take(LONGEST_PLAN + 1).read_to_string(&mut text)?;
    if text.len() as u64 > LONGEST_PLAN {
        return Err(io::Error::other(format!("it has more than {} MiB", LONGEST_PLAN >> 20)));
    }
    Ok(text)
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
        plan.guards.iter().flat_map(|guard| moved(guard, session, &facts)).collect();
    // A hotfix of what is checked out without a branch makes one.
    let is_made = branch.is_none() && plan.release_type == ReleaseType::Hotfix;
    if branch != plan.branch.as_ref() && !is_made {
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
        .next(
            format!("cargo orchestrate plan --diff {}", shell_word(path)),
            "shows what would be different now",
        )
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
    let verification = plan.steps.iter().find_map(|step| match step.action {
        Action::Pack { verification, .. } => Some(verification),
        _ => None,
    });
    let options = Options {
        push: plan.remote.is_some(),
        registry: None,
        verification: verification.unwrap_or_default(),
        // Where they were not to be published, the kept plan says so as an error.
        publish_pins: true,
        hotfix_of: plan.hotfix_of.clone(),
    };
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
        hotfix: plan.release_type == ReleaseType::Hotfix,
        ..Request::default()
    }
}

/// What a guard watches and found elsewhere than the plan had it: from what to what, and by what.
fn moved(guard: &Guard, session: &Session, facts: &Facts) -> Vec<String> {
    match guard {
        Guard::Head { oid } if *oid != facts.repository.head => head_moved(oid, session, facts),
        Guard::File { path, digest } => match facts.digest(path) {
            Some(now) if now == *digest => Vec::new(),
            Some(now) => {
                let (then, now) = (digest.short(8), now.short(8));
                vec![format!("`{path}` was changed (SHA-256 {then}… then, {now}… now)")]
            }
            None => vec![format!("`{path}` is gone")],
        },
        Guard::Absent { path } if facts.is_taken(path) => {
            vec![format!("`{path}` is there by now")]
        }
        Guard::Head { .. } | Guard::Absent { .. } => Vec::new(),
        Guard::Highest { package, version } => {
            let Some(published) = facts.published.get(package) else { return Vec::new() };
            let now = published.highest().map(|entry| &entry.version);
            if now == version.as_ref() {
                return Vec::new();
            }
            let name = |version: Option<&Version>| {
                version.map_or_else(|| "none".to_owned(), ToString::to_string)
            };
            let (now, then) = (name(now), name(version.as_ref()));
            vec![format!("the highest version of {package} is {now}, it was {then}")]
        }
    }
}

/// That HEAD is another commit, and the newest commits that made it so.
fn head_moved(then: &Oid, session: &Session, facts: &Facts) -> Vec<String> {
    let now = &facts.repository.head;
    let short = (now.short(10), then.short(10));
    let text = format!("{} is checked out, the plan is for {}", short.0, short.1);
    let Some(between) = git::between(&session.checkout, then, now) else {
        return vec![format!("{text}, which is not in this repository")];
    };
    let commits = |count: usize| crate::ui::text::count(count, "commit");
    let how = match (between.ahead, between.behind) {
        (ahead, 0) => format!("{} later", commits(ahead)),
        (0, behind) => format!("{} earlier", commits(behind)),
        (ahead, behind) => {
            format!("{} here that it lacks, {} there that HEAD lacks", commits(ahead), behind)
        }
    };
    let mut all = vec![format!("{text}: {how}")];
    let named = between.newest.iter();
    all.extend(named.map(|(oid, summary)| format!("by {} {summary}", oid.short(10))));
    let more = between.ahead.saturating_sub(between.newest.len());
    if more > 0 {
        all.push(format!("by {} more", commits(more)));
    }
    all
}
