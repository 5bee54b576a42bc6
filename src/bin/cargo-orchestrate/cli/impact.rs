//! `cargo orchestrate impact`.

use super::invocation::{Impact, ImpactOf};
use super::yank_rollback::targets;
use std::path::PathBuf;

/// Show who downstream uses the packages, and what a release means for them
///
/// Reads the manifests and lock files of the repositories that `[downstream.NAME]` names, and runs
/// nothing in them. For each use of a package it says whether the planned version is taken up, needs
/// an edit, or, with `--rollback`, to which version it goes back and who breaks.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  cargo orchestrate impact                         who takes up what `plan` would release?
  cargo orchestrate impact --plan plan.json        the same for a kept plan
  cargo orchestrate impact --rollback              who breaks when the last release is taken back?
  cargo orchestrate impact --rollback lib@1.2.0    who breaks without that version?")]
pub(super) struct ImpactArguments {
    /// Ask about taking this back: a release, a tag, or versions as `NAME@VERSION`; the last release
    /// when not named
    #[arg(long, value_name = "RELEASE", num_args = 0.., conflicts_with = "plan")]
    rollback: Option<Vec<String>>,
    /// Ask about the plan in this file instead of a fresh one
    #[arg(long, value_name = "FILE", value_hint = clap::ValueHint::FilePath)]
    plan: Option<PathBuf>,
}

impl From<ImpactArguments> for Impact {
    fn from(from: ImpactArguments) -> Self {
        let of = match from.rollback {
            Some(named) => ImpactOf::Rollback(targets(&named)),
            None => ImpactOf::Plan(from.plan),
        };
        Self { of }
    }
}
