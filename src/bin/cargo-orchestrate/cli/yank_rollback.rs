//! `cargo orchestrate yank-rollback`.

use super::duration;
use super::invocation::{RollbackTarget, YankRollback};
use super::publish::consent;
use super::selection::push;
use std::time::Duration;

/// Take a release back: yank it, go back to the last good versions, revert
///
/// Yanks dependents before their dependencies, so that nothing that is still there stops resolving,
/// and reverts the release commit with a commit of its own. History is never rewritten. Version
/// numbers stay used up; the command says what else cannot be undone, and asks.
#[derive(Debug, clap::Args)]
#[expect(clippy::struct_excessive_bools, reason = "each is a flag of its own")]
#[command(after_help = "\
Examples:
  cargo orchestrate yank-rollback               the last release
  cargo orchestrate yank-rollback --plan-only   what it would do
  cargo orchestrate yank-rollback --undo        bring the last rolled-back release back")]
pub(super) struct YankRollbackArguments {
    /// The release to take back, as `publish` named it; the last one when not given
    #[arg(value_name = "RELEASE", conflicts_with_all = ["last", "undo"])]
    release: Option<String>,
    /// Take the last release back (the default)
    #[arg(long, conflicts_with = "undo")]
    last: bool,
    /// Take a rollback back: unyank, dependencies first; the last one when not named
    #[arg(long, value_name = "ROLLBACK", num_args = 0..=1)]
    #[expect(clippy::option_option, reason = "so clap says: a flag that may have a value")]
    undo: Option<Option<String>>,
    /// Do not ask before yanking
    #[arg(short, long)]
    yes: bool,
    /// Show what would be done, and stop
    #[arg(long)]
    plan_only: bool,
    /// Leave the remote alone: the revert stays in this repository
    #[arg(long)]
    no_push: bool,
    /// Wait this long in all for rate limits and visibility: `90s`, `10m`, `0`
    #[arg(long, value_name = "DURATION", default_value = "60m", value_parser = duration::parse)]
    max_wait: Duration,
    /// Wait this long for another machine that is releasing: `5m`
    #[arg(long, value_name = "DURATION", default_value = "0", value_parser = duration::parse)]
    wait_lock: Duration,
}

impl From<YankRollbackArguments> for YankRollback {
    fn from(from: YankRollbackArguments) -> Self {
        Self {
            target: match from.undo {
                Some(rollback) => RollbackTarget::Undo(rollback),
                None => RollbackTarget::Release(from.release),
            },
            consent: consent(from.yes),
            plan_only: from.plan_only,
            push: push(from.no_push),
            max_wait: from.max_wait,
            wait_lock: from.wait_lock,
        }
    }
}
