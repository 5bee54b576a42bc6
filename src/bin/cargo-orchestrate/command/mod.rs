//! The commands: observe, ask the core, run or show. Thin: each is a list of what happens.
//!
//! `session.rs` opens what every command needs, `carry.rs` carries out a run and says how it
//! ended; the rest is a file for each command.

mod adopted;
mod advisory;
mod carry;
mod change;
mod changesets;
mod downstream;
mod explained;
mod fix;
mod impact;
mod impact_edits;
mod forecast;
mod hotfix;
mod lock;
mod lost;
mod mirrored;
mod offline;
mod plan;
mod publish;
mod registry;
mod rehearse;
mod rollback_words;
mod rollback_written;
mod rollbacks;
mod saved;
mod session;
mod status;
mod since;
mod tagged;
mod target;
mod trial;
mod unfinished;
mod usable;
mod verification;
mod verify;
mod words;
mod refused;
mod written;
mod yank_rollback;

use crate::cli::{Command, Invocation, Status};
use crate::failure::Failure;
use crate::ui::Screen;
use cargo_orchestrate::wire::ExitCode;

/// Carries out a command.
///
/// # Errors
/// Why it did not do what was asked.
pub(crate) fn run(invocation: &Invocation, screen: &Screen) -> Result<ExitCode, Failure> {
    let global = &invocation.global;
    match &invocation.command {
        Command::Plan(options) if options.fix => fix::run(global, screen),
        Command::Plan(options) => plan::run(global, options, screen),
        Command::Publish(options) => publish::run(global, options, screen),
        Command::YankRollback(options) => yank_rollback::run(global, options, screen),
        Command::Change(options) => change::run(global, options, screen),
        Command::Status(Status::Ledgers) => status::run(global, screen),
        Command::Status(Status::Verification { release }) => {
            verification::run(global, release.as_deref(), screen)
        }
        Command::Status(Status::Changesets { since }) => {
            changesets::run(global, since.as_deref(), screen)
        }
        Command::Verify(options) => verify::run(global, options, screen),
        Command::Impact(options) => impact::run(global, options, screen),
        Command::Rehearse(options) => rehearse::run(global, options, screen),
        Command::Registry(options) => registry::run(options),
    }
}
