//! The question before the irreversible.

use super::Screen;
use crate::cli::{Consent, MessageFormat};
use crate::failure::Failure;
use crate::interrupt;
use cargo_orchestrate::wire::ExitCode;
use std::io::{self, BufRead, IsTerminal, Write};

/// Asks `question` on the terminal, unless the answer was given with `--yes`.
///
/// # Errors
/// Exit code 97 when the answer is no, or when there is no terminal to ask on.
pub(crate) fn confirm(
    screen: &Screen,
    consent: Consent,
    question: &str,
    command: &str,
) -> Result<(), Failure> {
    if consent == Consent::Given {
        return Ok(());
    }
    let can_ask = io::stdin().is_terminal() && io::stderr().is_terminal();
    if !can_ask || screen.format == MessageFormat::Json {
        return Err(Failure::new(ExitCode::Refused, "nobody to ask: this is not a terminal")
            .now("nothing was changed")
            .next(format!("{command} --yes"), "goes ahead without asking"));
    }
    let refused = || Failure::new(ExitCode::Refused, "not confirmed").now("nothing was changed");
    let mut err = io::stderr().lock();
    let asked = write!(err, "{question} [y/N] ").and_then(|()| err.flush());
    drop(err);
    let mut answer = String::new();
    let _prompting = interrupt::at_prompt();
    if asked.is_err() || io::stdin().lock().read_line(&mut answer).is_err() {
        return Err(refused());
    }
    match answer.trim().to_lowercase().as_str() {
        "y" | "yes" => Ok(()),
        _ => Err(refused()),
    }
}
