//! The questions of `change`: which packages, how far, and what to tell people.

use super::Screen;
use crate::cli::MessageFormat;
use crate::failure::Failure;
use crate::interrupt;
use cargo_orchestrate::facts::changeset::Level;
use cargo_orchestrate::model::PackageName;
use cargo_orchestrate::wire::ExitCode;
use console::Term;
use dialoguer::theme::ColorfulTheme;
use dialoguer::{Input, MultiSelect, Select};
use std::io::{self, IsTerminal};

/// Whether somebody is there to answer.
pub(crate) fn can_ask(screen: &Screen) -> bool {
    let is_terminal = io::stdin().is_terminal() && io::stderr().is_terminal();
    is_terminal && screen.format == MessageFormat::Human
}

/// Asks for packages, of which the first `changed` are those that changed, and for the level of each.
///
/// # Errors
/// When nothing is chosen or the questions are left.
pub(crate) fn ask_intents(
    names: &[PackageName],
    changed: usize,
) -> Result<Vec<(PackageName, Level)>, Failure> {
    let theme = ColorfulTheme::default();
    let _prompting = interrupt::at_prompt();
    let items: Vec<(String, bool)> = names
        .iter()
        .enumerate()
        .map(|(at, name)| {
            let is_changed = at < changed;
            let note = if is_changed { "  (changed)" } else { "" };
            (format!("{name}{note}"), is_changed)
        })
        .collect();
    let chosen = MultiSelect::with_theme(&theme)
        .with_prompt("Which packages is it about? (space selects, enter goes on)")
        .items_checked(items)
        .max_length(15)
        .interact_opt()
        .map_err(left)?
        .filter(|chosen| !chosen.is_empty())
        .ok_or_else(nothing)?;
    chosen.into_iter().map(|at| Ok((names[at].clone(), level(&theme, &names[at])?))).collect()
}

fn level(theme: &ColorfulTheme, name: &PackageName) -> Result<Level, Failure> {
    let meaning = |level: &Level| match level {
        Level::Major => "major  something that worked does not any more",
        Level::Minor => "minor  something new",
        Level::Patch => "patch  a repair",
        Level::None => "none   worth telling, and no reason for a release",
    };
    let chosen = Select::with_theme(theme)
        .with_prompt(format!("What does it mean for the users of {name}?"))
        .items(Level::ALL.iter().map(meaning))
        .default(2)
        .interact_opt()
        .map_err(left)?;
    chosen.map(|at| Level::ALL[at]).ok_or_else(nothing)
}

/// Asks what to tell people.
///
/// # Errors
/// When the question is left.
pub(crate) fn ask_text() -> Result<String, Failure> {
    let _prompting = interrupt::at_prompt();
    Input::with_theme(&ColorfulTheme::default())
        .with_prompt("What should they know? (Markdown)")
        .interact_text()
        .map_err(left)
}

fn left(dialoguer::Error::IO(error): dialoguer::Error) -> Failure {
    show_cursor();
    let text = "the questions were not answered";
    if error.kind() == io::ErrorKind::Interrupted {
        return Failure::new(ExitCode::Interrupted, text).now("nothing was written");
    }
    Failure::new(ExitCode::Usage, text).because(error).now("nothing was written")
}

/// Undoes what a question that is broken off leaves behind; nothing can be done about a terminal
/// that is gone.
pub(crate) fn show_cursor() {
    let err = Term::stderr();
    if err.is_term() {
        let _ = err.show_cursor();
    }
}

fn nothing() -> Failure {
    Failure::new(ExitCode::Usage, "nothing was chosen").now("nothing was written")
}
