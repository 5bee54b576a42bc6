//! The commands: observe, ask the core, run or show.

use crate::cli::Invocation;
use crate::failure::Failure;
use crate::ui::Screen;
use cargo_orchestrate::wire::ExitCode;

/// Carries out a command.
///
/// # Errors
/// Why it did not do what was asked.
pub(crate) fn run(_invocation: &Invocation, _screen: &Screen) -> Result<ExitCode, Failure> {
    Err(Failure::new(ExitCode::Bug, "the command is not wired yet"))
}
