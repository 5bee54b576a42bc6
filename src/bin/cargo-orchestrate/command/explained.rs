//! `plan --explain`: the reasons of a package, or what a rule says.

use super::session::Session;
use crate::cli::{Explained, MessageFormat};
use crate::failure::Failure;
use crate::ui::{self, Screen};
use cargo_orchestrate::decide::rules::{Rule, rule as find, rules};
use cargo_orchestrate::model::PackageName;
use cargo_orchestrate::plan::Plan;
use cargo_orchestrate::wire::{ExitCode, plan_document, rule_document};

/// Shows the rule that is asked about, or all; nothing when it is a package of the workspace. A rule
/// needs no plan, and no workspace either.
///
/// # Errors
/// When there is neither a package nor a rule of that name.
pub(super) fn rule(
    asked: &Explained,
    session: Option<&Session>,
    screen: &Screen,
) -> Result<Option<ExitCode>, Failure> {
    let packages = session.map(|session| &session.workspace.packages);
    let names = || packages.into_iter().flat_map(|all| all.keys()).map(PackageName::as_str);
    let ids = || rules().map(|rule| rule.id);
    match asked {
        Explained::Rule(id) if id.is_empty() => {
            show(rules(), &ui::rule_list(screen.out, screen.width), screen)?;
        }
        Explained::Rule(id) => match find(id) {
            Some(rule) => show_one(rule, screen)?,
            None => return Err(Failure::unexplained(id, [], ids())),
        },
        Explained::Either(name) => match (find(name.as_str()), packages) {
            (_, Some(packages)) if packages.contains_key(name) => return Ok(None),
            (Some(rule), _) => show_one(rule, screen)?,
            (None, Some(_)) => return Err(Failure::unexplained(name.as_str(), names(), ids())),
            // Why there is no workspace comes first.
            (None, None) => return Ok(None),
        },
    }
    Ok(Some(ExitCode::Done))
}

/// Shows what is asked about, with a plan at hand. Programs find the reasons of a package in the
/// whole plan.
///
/// # Errors
/// As [`rule`].
pub(super) fn any(
    asked: &Explained,
    session: &Session,
    plan: &Plan,
    screen: &Screen,
) -> Result<ExitCode, Failure> {
    if let Some(code) = rule(asked, Some(session), screen)? {
        return Ok(code);
    }
    let Explained::Either(name) = asked else { return Ok(ExitCode::Done) };
    if screen.format == MessageFormat::Json {
        screen.line(&plan_document(plan))?;
        return Ok(ExitCode::Done);
    }
    let text = ui::explain(plan, name, screen.out, screen.columns);
    screen.print(&text.ok_or_else(|| Failure::unknown_package(name.as_str(), []))?)?;
    if let Some(rule) = find(name.as_str()) {
        let text = format!("a rule has that name, too: `plan --explain rule:{}`", rule.id);
        screen.status("Note", &text);
    }
    Ok(ExitCode::Done)
}

fn show_one(rule: &'static Rule, screen: &Screen) -> Result<(), Failure> {
    show(std::iter::once(rule), &ui::rule_view(rule, screen.out, screen.width), screen)
}

fn show(
    rules: impl Iterator<Item = &'static Rule>,
    text: &str,
    screen: &Screen,
) -> Result<(), Failure> {
    match screen.format {
        MessageFormat::Human => screen.print(text),
        MessageFormat::Json => {
            rules.map(rule_document).try_for_each(|document| screen.line(&document))
        }
    }
}
