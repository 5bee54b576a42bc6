//! `cargo orchestrate rehearse`.

use super::invocation::Rehearse;
use super::selection::SelectionArguments;

/// Release and take back the workspace for practice: nothing leaves this machine
///
/// Publishes the plan to an embedded registry from a throw-away clone, builds a fresh consumer of
/// every released package, rolls the release back as the policy says, checks that a new project gets
/// the last good versions again, and undoes the rollback. Your tree, remotes and registry are not
/// touched.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  cargo orchestrate rehearse          the release that `publish` would make
  cargo orchestrate rehearse --keep   leave clone and registry behind for a look")]
pub(super) struct RehearseArguments {
    /// Leave the throw-away clone and registry behind and say where
    #[arg(long)]
    keep: bool,
    #[command(flatten)]
    pub(super) selection: SelectionArguments,
}

impl From<RehearseArguments> for Rehearse {
    fn from(from: RehearseArguments) -> Self {
        Self { selection: from.selection.into(), keep: from.keep }
    }
}
