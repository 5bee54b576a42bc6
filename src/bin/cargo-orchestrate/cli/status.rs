//! `cargo orchestrate status`.

use super::invocation::Status;

/// Show manifest, tag and registry side by side, with what repairs each difference
///
/// Reads only. An unfinished release is named with the command that continues it.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  cargo orchestrate status                         is everything where it should be?
  cargo orchestrate status --message-format json   the same for a program
  cargo orchestrate status --require-changeset     does a changeset name everything that changed?
  cargo orchestrate status --require-changeset --since origin/main   the same for a pull request")]
pub(super) struct StatusArguments {
    /// List the packages that changed and that no changeset names; exit with 97 when there are any
    #[arg(long)]
    require_changeset: bool,
    /// Count only what came after this revision and HEAD parted, changesets as well
    #[arg(long, value_name = "REVISION", requires = "require_changeset")]
    since: Option<String>,
}

impl From<StatusArguments> for Status {
    fn from(from: StatusArguments) -> Self {
        match (from.require_changeset, from.since) {
            (false, _) => Self::Ledgers,
            (true, since) => Self::Changesets { since },
        }
    }
}
