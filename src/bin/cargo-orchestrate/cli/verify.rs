//! `cargo orchestrate verify`.

use super::invocation::Verify;
use super::yank_rollback::targets;

/// Check that a release can be used: what is on the registry, downloaded, depended on and installed
///
/// Looks up every version, tag and commit of the release again, compares the archives as downloaded
/// with the journal, builds a project of its own that depends on exactly each version, installs the
/// programs into a folder that goes away, and reads what the manifests tell docs.rs. Changes nothing.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  cargo orchestrate verify              the last finished release
  cargo orchestrate verify v1.4.0       what is tagged so, from any machine
  cargo orchestrate verify lib@1.2.0    one version, whoever published it

Exit codes: 0 all of it works, 105 something does not, 100 somebody did not answer")]
pub(super) struct VerifyArguments {
    /// What to check: a release, as `publish` named it, a tag, or versions as `NAME@VERSION`; the last
    /// finished release when not given
    #[arg(value_name = "RELEASE")]
    targets: Vec<String>,
}

impl From<VerifyArguments> for Verify {
    fn from(from: VerifyArguments) -> Self {
        Self { of: targets(&from.targets) }
    }
}
