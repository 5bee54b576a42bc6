//! `cargo orchestrate plan`.

use super::invocation::Plan;
use super::selection::SelectionArguments;
use cargo_orchestrate::model::PackageName;
use clap::ValueHint;
use std::path::PathBuf;

/// Show what would be released, at which versions, in which order and why
///
/// Reads the workspace, its history and the registry. Changes nothing (but
/// for manifests, with `--fix`) and needs no token.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  cargo orchestrate plan                       what changed since the last release
  cargo orchestrate plan --explain my-cli      why my-cli moves, or why it does not
  cargo orchestrate plan --bump my-lib=major   the same plan with a version of your own
  cargo orchestrate plan -o plan.json          keep it for `publish --plan plan.json`")]
pub(super) struct PlanArguments {
    /// Show the chain of reasons of one package, in the plan or not
    #[arg(long, value_name = "PACKAGE")]
    explain: Option<PackageName>,
    /// Keep the plan in a file, as JSON
    #[arg(short, long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    output: Option<PathBuf>,
    /// Exit with 4 when there is nothing to release
    #[arg(long)]
    require_changes: bool,
    /// Edit the dev-dependencies that keep packages from being published, instead of planning
    #[arg(long, conflicts_with_all = ["explain", "output", "require_changes", "package", "exclude",
        "bump", "registry", "no_push"])]
    fix: bool,
    #[command(flatten)]
    selection: SelectionArguments,
}

impl From<PlanArguments> for Plan {
    fn from(from: PlanArguments) -> Self {
        Self {
            selection: from.selection.into(),
            explain: from.explain,
            output: from.output,
            require_changes: from.require_changes,
            fix: from.fix,
        }
    }
}
