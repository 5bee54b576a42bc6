//! The command line: what may be typed, and the plain values it becomes.
//!
//! No clap type leaves this folder. `invocation.rs` has what the rest of the program sees; each
//! command has a file of its own with its flags and their help.

mod invocation;
mod arguments;
mod duration;
mod selection;
mod usage;
mod change;
mod plan;
mod publish;
mod yank_rollback;
mod status;
mod verify;
mod impact;
mod rehearse;
mod registry;

pub(crate) use arguments::parse;
pub(crate) use invocation::{
    Change, Colour, Command, Consent, Explained, Global, Impact, ImpactOf, Invocation,
    MessageFormat, Plan, PlanFormat, Publish, Push, Registry, Rehearse, RollbackTarget, Selection,
    Status, Verbosity, Verify, YankRollback, shell_word,
};

#[cfg(test)]
mod tests;
