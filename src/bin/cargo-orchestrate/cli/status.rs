//! `cargo orchestrate status`.

/// Show manifest, tag and registry side by side, with what repairs each difference
///
/// Reads only. An unfinished release is named with the command that continues it.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  cargo orchestrate status                         is everything where it should be?
  cargo orchestrate status --message-format json   the same for a program")]
pub(super) struct StatusArguments {}
