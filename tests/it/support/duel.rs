//! Two jobs that release the same commit at once, each in a clone of its own of the same remote.

use super::sandbox::Sandbox;
use super::snapshot::needless_uploads;
use std::path::Path;
use std::process::{Command, Stdio};

/// Lets two jobs release; who won, in words.
///
/// # Errors
/// When not exactly one of them released, or the other does not say who does, or the registry or the
/// remote is not as one release leaves them.
pub fn duel(sandbox: &Sandbox) -> Result<String, String> {
    let folders = ["here", "there"].map(|name| sandbox.root().join(name));
    let before = sandbox.published_lines();
    for folder in &folders {
        let from = sandbox.remote();
        let text =
            |path: &Path| path.to_str().expect("temporary folders have plain names").to_owned();
        sandbox.git(&["clone", "--quiet", &text(&from), &text(folder)]);
    }
    let jobs = folders
        .each_ref()
        .map(|folder| job(sandbox, folder).spawn().expect("the program was built"));
    let jobs = jobs.map(|job| {
        let id = job.id();
        let output = job.wait_with_output().expect("its output can be read");
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        (id, output.status.code().unwrap_or(-1), said)
    });
    let (won, lost) = match &jobs {
        [won @ (_, 0, _), lost @ (_, 97, _)] | [lost @ (_, 97, _), won @ (_, 0, _)] => (won, lost),
        [first, second] => {
            return Err(format!(
                "they exit with {} and {}\n{}\n{}",
                first.1, second.1, first.2, second.2
            ));
        }
    };
    let holder = format!("process {} on ", won.0);
    if !lost.2.contains(&holder) {
        return Err(format!("who lost does not name {holder}\n{}", lost.2));
    }
    judge(sandbox, &before)?;
    let line = lost.2.lines().find(|line| line.contains(&holder)).unwrap_or_default();
    Ok(line.trim().to_owned())
}

fn job(sandbox: &Sandbox, folder: &Path) -> Command {
    let mut command = sandbox.command(&["publish", "--yes"]);
    // Cargo's lock on a common target folder would make one wait for the other.
    command.current_dir(folder).env("CARGO_TARGET_DIR", folder.with_extension("target"));
    command.stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

/// Whether one release, and no more than that, is out.
fn judge(sandbox: &Sandbox, before: &[String]) -> Result<(), String> {
    let after = sandbox.published_lines();
    let mut once = after.clone();
    once.dedup();
    let needless = needless_uploads(sandbox);
    let references = sandbox.remote_git(&["for-each-ref", "refs/orchestrate"]);
    let commits = sandbox.remote_git(&[
        "rev-list",
        "--count",
        &format!("{}..HEAD", sandbox.git(&["rev-parse", "HEAD"])),
    ]);
    if after.len() == before.len() {
        return Err("nothing was released".to_owned());
    }
    if once != after || !needless.is_empty() {
        return Err(format!("sent twice: {needless:?}; the index has {after:?}"));
    }
    if !references.is_empty() || commits != "1" {
        return Err(format!("the remote has {commits} commits more, and `{references}`"));
    }
    Ok(())
}
