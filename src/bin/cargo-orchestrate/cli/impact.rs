//! `cargo orchestrate impact`.

use super::invocation::{Impact, ImpactOf, Push};
use super::yank_rollback::targets;
use cargo_orchestrate::facts::EditWish;
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
  cargo orchestrate impact --rollback lib@1.2.0    who breaks without that version?
  cargo orchestrate impact --bump --push           lets them take the release up, on branches
  cargo orchestrate impact --rollback --pin        holds them at the last good versions, on branches")]
#[command(group(clap::ArgGroup::new("edit").args(["bump", "pin"])))]
pub(super) struct ImpactArguments {
    /// Ask about taking this back: a release, a tag, or versions as `NAME@VERSION`; the last release
    /// when not named
    #[arg(long, value_name = "RELEASE", num_args = 0.., conflicts_with = "plan")]
    rollback: Option<Vec<String>>,
    /// Ask about the plan in this file instead of a fresh one
    #[arg(long, value_name = "FILE", value_hint = clap::ValueHint::FilePath)]
    plan: Option<PathBuf>,
    /// Write the requirements that keep the planned, or the newest, versions out, on a branch of
    /// each repository
    #[arg(long, conflicts_with_all = ["rollback", "pin"])]
    bump: bool,
    /// Require exactly the last good version of what is taken back, on a branch of each repository
    #[arg(long, requires = "rollback")]
    pin: bool,
    /// Push those branches
    #[arg(long, requires = "edit")]
    push: bool,
}

impl From<ImpactArguments> for Impact {
    fn from(from: ImpactArguments) -> Self {
        let of = match from.rollback {
            Some(named) => ImpactOf::Rollback(targets(&named)),
            None => ImpactOf::Plan(from.plan),
        };
        let edit = match (from.bump, from.pin) {
            (true, _) => Some(EditWish::Bump),
            (_, true) => Some(EditWish::Pin),
            _ => None,
        };
        Self { of, edit, push: if from.push { Push::ToRemote } else { Push::Nothing } }
    }
}
