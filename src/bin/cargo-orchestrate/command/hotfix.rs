//! What is published before a release is yanked.

use super::session::Session;
use super::yank_rollback::{COMMAND, refuse, show};
use super::{rollback_words, target, words};
use crate::cli::{self, RollbackTarget, Selection, YankRollback};
use crate::effects::picked;
use crate::failure::Failure;
use crate::ui::{self, Screen};
use cargo_orchestrate::decide::Request;
use cargo_orchestrate::facts::Facts;
use cargo_orchestrate::plan::{self, Options, Plan, Planned, Upload, Verification};
use cargo_orchestrate::policy::ReleaseType;
use cargo_orchestrate::rollback::{Rollback, hotfix, last_good_commits};
use cargo_orchestrate::run::Ending;
use cargo_orchestrate::wire::RunKind;
use std::time::Instant;

/// What comes before the yanks.
pub(super) enum First {
    /// Nothing, or nothing any more.
    Nothing,
    /// All was shown, or a branch was made: the rest is up to a person.
    Prepared,
    /// This release.
    Publish(Box<cli::Publish>),
}

/// Finds out what is to be published first.
pub(super) fn first(
    session: &Session,
    rollback: &Rollback,
    facts: &Facts,
    options: &YankRollback,
    screen: &Screen,
) -> Result<First, Failure> {
    let is_over = rollback.findings.iter().any(|it| it.code == "taken-back");
    if !target::is_hotfix(rollback, options) || is_over {
        return Ok(First::Nothing);
    }
    let mut left = rollback.clone();
    // What is published first is what these live on.
    left.findings.retain(|it| !matches!(it.code.as_str(), "would-break" | "last-version"));
    if left.errors().next().is_some() {
        show(&left, screen)?;
        refuse(&left)?;
    }
    let replaced: Vec<Upload> = rollback.items.iter().map(|item| item.upload.clone()).collect();
    if replaced.is_empty() {
        return Err(rollback_words::nothing_to_take_back());
    }
    for run in session.home.runs()?.iter().filter(|run| run.kind == RunKind::Release).rev() {
        let is_of_this = words::stored_plan(run)?.hotfix_of.as_ref() == Some(&rollback.of);
        match run.state.ended {
            Some(Ending::Done) if is_of_this => return Ok(First::Nothing),
            None if is_of_this => return Ok(publish(Selection::default(), options)),
            None if run.id.0 != rollback.of => {
                return Err(Failure::refused(format!("release {} is not finished", run.id))
                    .next("cargo orchestrate publish", "finishes it"));
            }
            _ => {}
        }
    }
    if !options.picks.is_empty() {
        return prepare(session, rollback, facts, options, screen).map(|()| First::Prepared);
    }
    let planned = unasked(session, facts, &replaced)?;
    if planned.is_empty() && is_on_top(facts, &replaced) {
        let text = format!("nothing is committed that {} does not have", rollback.of);
        return Err(Failure::refused(text)
            .next("git commit", "commits the fix; then run this again")
            .next(
                format!("{} --pick COMMIT", command(&rollback.of)),
                "prepares a branch from the last good release and a commit",
            ));
    }
    let request = hotfix(&replaced, &planned, facts, &session.policy);
    let names = ui::text::count(replaced.len(), "package");
    screen.status("Hotfix", &format!("{names} of {} at new versions first", rollback.of));
    let hotfix_of = Some(rollback.of.clone());
    let selection = Selection { request, hotfix_of, push: options.push, ..Selection::default() };
    if options.plan_only {
        let began = Instant::now();
        let (facts, plan) = super::plan::make(session, &selection, screen)?;
        super::publish::show(session, &facts, &plan, began, screen)?;
        show(&left, screen)?;
        return Ok(First::Prepared);
    }
    Ok(publish(selection, options))
}

/// What to type for the hotfix of a release, or of versions.
pub(super) fn command(of: &str) -> String {
    format!("{COMMAND} {} --hotfix", of.replace(", ", " "))
}

/// What to type to begin such a release anew, once nothing is left of it.
pub(super) fn anew(plan: &Plan, selection: &Selection) -> String {
    let is_resumed = !selection.request.hotfix;
    match (&plan.hotfix_of, plan.release_type) {
        (Some(of), _) => command(of),
        (None, ReleaseType::Hotfix) if is_resumed => {
            "cargo orchestrate publish --hotfix".to_owned()
        }
        _ => format!("cargo orchestrate publish{}", selection.flags()),
    }
}

fn publish(selection: Selection, options: &YankRollback) -> First {
    First::Publish(Box::new(cli::Publish {
        selection,
        plan: None,
        consent: options.consent,
        max_wait: options.max_wait,
        wait_lock: options.wait_lock,
        abandon: false,
    }))
}

/// Whether what is checked out was made on top of what is replaced.
fn is_on_top(facts: &Facts, replaced: &[Upload]) -> bool {
    replaced.iter().any(|upload| {
        let baseline = facts.history.get(&upload.package).and_then(|it| it.baseline.as_ref());
        baseline.is_some_and(|baseline| baseline.version == upload.version)
    })
}

/// What would be released of these packages if there were nothing to replace.
fn unasked(session: &Session, facts: &Facts, replaced: &[Upload]) -> Result<Vec<Planned>, Failure> {
    let only = replaced.iter().map(|upload| upload.package.clone()).collect();
    let request = Request { only, ..Request::default() };
    let options = Options {
        push: false,
        registry: None,
        verification: Verification::None,
        publish_pins: true,
        hotfix_of: None,
    };
    Ok(plan::build(facts, &session.policy, &request, &options)?.packages)
}

/// Makes a branch of the last good release with the commits that are given, and says what is next.
fn prepare(
    session: &Session,
    rollback: &Rollback,
    facts: &Facts,
    options: &YankRollback,
    screen: &Screen,
) -> Result<(), Failure> {
    let root = &session.checkout.repository_root;
    let tags = last_good_commits(rollback, facts, &session.policy);
    let name = match &options.target {
        RollbackTarget::Release(Some(name)) => name.clone(),
        _ => rollback.of.replace(", ", "-"),
    };
    let branch = format!("hotfix/{}", name.replace(|c: char| !is_plain(c), "-"));
    let made = picked::branch(root, &branch, &tags, &options.picks).map_err(|error| {
        Failure::refused(format!("could not prepare the branch `{branch}`")).because(error)
    })?;
    let commits = ui::text::count(options.picks.len(), "commit");
    screen.status("Prepared", &format!("{branch}: {} and {commits}", made.base));
    screen.status("Next:", &format!("git switch {branch}"));
    screen.status("", &format!("{}    publishes it, then yanks", command(&rollback.of)));
    Ok(())
}

fn is_plain(c: char) -> bool {
    c.is_ascii_alphanumeric() || "._-/".contains(c)
}
