//! Bringing the checked-out branch to where its remote is, without ever losing or merging anything.

use super::process;
use std::path::Path;

/// Moves the branch that is checked out forward to what the remote has, its tags included; what
/// keeps it from that in words.
pub(crate) fn fast_forward(root: &Path, remote: &str, branch: &str) -> Result<(), String> {
    let mut git = process::git(root);
    git.args(&["-c", "core.hooksPath=/dev/null", "pull", "--quiet", "--ff-only", "--tags"]);
    git.args(&["--no-rebase", "--", remote, &format!("refs/heads/{branch}")]);
    let ran = process::run_within(&git, process::LARGE).map_err(|error| error.to_string())?;
    if ran.success { Ok(()) } else { Err(ran.complaint()) }
}
