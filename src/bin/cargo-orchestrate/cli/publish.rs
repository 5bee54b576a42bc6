//! `cargo orchestrate publish`.

use super::duration;
use super::invocation::{Consent, Publish};
use super::selection::SelectionArguments;
use clap::ValueHint;
use std::path::PathBuf;
use std::time::Duration;

/// Release the workspace: versions, commit, packages, tags, push
///
/// Shows the plan and asks first. Everything is packed and verified and the release commit is on the
/// remote before the first package is uploaded. Stopped anywhere, the same command continues the
/// same release.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  cargo orchestrate publish                    show the plan, ask, release
  cargo orchestrate publish --yes              the same without a question, for CI
  cargo orchestrate publish --plan plan.json   exactly the plan that was kept
  cargo orchestrate publish --max-wait 0       stop instead of waiting for a rate limit

Undo with `cargo orchestrate yank-rollback`.")]
pub(super) struct PublishArguments {
    /// Carry out a kept plan; refused when it no longer fits
    #[arg(
        long,
        value_name = "FILE",
        value_hint = ValueHint::FilePath,
        conflicts_with_all = ["package", "exclude", "bump", "hotfix", "registry", "no_push", "no_verify", "publish_pins"]
    )]
    plan: Option<PathBuf>,
    /// Do not ask before publishing
    #[arg(short, long)]
    yes: bool,
    /// Wait this long in all for rate limits and visibility: `90s`, `10m`, `0`
    #[arg(long, value_name = "DURATION", default_value = "60m", value_parser = duration::parse)]
    max_wait: Duration,
    /// Wait this long for another machine that is releasing: `5m`
    #[arg(long, value_name = "DURATION", default_value = "0", value_parser = duration::parse)]
    wait_lock: Duration,
    /// Give up the unfinished release; what was published stays published
    #[arg(long, conflicts_with = "plan")]
    abandon: bool,
    #[command(flatten)]
    pub(super) selection: SelectionArguments,
}

impl From<PublishArguments> for Publish {
    fn from(from: PublishArguments) -> Self {
        Self {
            selection: from.selection.into(),
            plan: from.plan,
            consent: consent(from.yes),
            max_wait: from.max_wait,
            wait_lock: from.wait_lock,
            abandon: from.abandon,
        }
    }
}

pub(super) fn consent(yes: bool) -> Consent {
    if yes { Consent::Given } else { Consent::Ask }
}
