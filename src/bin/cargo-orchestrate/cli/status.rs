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
  cargo orchestrate status --verify                is all that was released still there, and ours?
  cargo orchestrate status --require-changeset     does a changeset name everything that changed?
  cargo orchestrate status --require-changeset --since origin/main   the same for a pull request")]
pub(super) struct StatusArguments {
    /// Look up every version, tag and commit of past releases again, or of this one; exit with 105
    /// when something is lost, or somebody else's
    #[arg(long, value_name = "RELEASE", num_args = 0..=1, conflicts_with = "require_changeset")]
    #[expect(clippy::option_option, reason = "so clap says: a flag that may have a value")]
    verify: Option<Option<String>>,
    /// List the packages that changed and that no changeset names; exit with 97 when there are any
    #[arg(long)]
    require_changeset: bool,
    /// Count only what came after this revision and HEAD parted, changesets as well
    #[arg(long, value_name = "REVISION", requires = "require_changeset")]
    since: Option<String>,
}

impl From<StatusArguments> for Status {
    fn from(from: StatusArguments) -> Self {
        if let Some(release) = from.verify {
            return Self::Verification { release };
        }
        match (from.require_changeset, from.since) {
            (false, _) => Self::Ledgers,
            (true, since) => Self::Changesets { since },
        }
    }
}
