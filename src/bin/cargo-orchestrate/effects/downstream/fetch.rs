//! A bare, shallow copy of a repository downstream, below git's common folder. It may be deleted.

use crate::effects::process::{self, Ran};
use crate::observe::git::without_secrets;
use cargo_orchestrate::model::Digest;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::time::Duration;

/// How long one commit of a repository may take.
const LIMIT: Duration = Duration::from_mins(5);

/// Where the copy of a repository is, and the reference that stands at the commit that counts.
#[derive(Debug, Clone)]
pub(crate) struct Mirrored {
    pub(crate) folder: PathBuf,
    pub(crate) reference: String,
}

impl Mirrored {
    /// The place for the copy of an address in the memory of the repository with this common git
    /// folder. Nothing is created.
    pub(crate) fn of(common_dir: &Path, url: &str, branch: Option<&str>) -> Self {
        let name = Digest::of(url.as_bytes());
        let kept = common_dir.join("orchestrate/kept/downstream");
        let reference = match branch {
            Some(branch) => format!("refs/orchestrate/branch/{branch}"),
            None => "refs/orchestrate/default".to_owned(),
        };
        Self { folder: kept.join(format!("{}.git", name.short(16))), reference }
    }
}

/// Fetches the tip of a branch, or of the default one, with the `git` program, so that people's
/// credential helpers and ssh settings work. A relative address starts at `from`.
///
/// # Errors
/// Why it could not be fetched, in words without credentials.
pub(crate) fn fetch(
    to: &Mirrored,
    url: &str,
    branch: Option<&str>,
    from: &Path,
) -> Result<(), String> {
    let local = |error: std::io::Error| format!("its copy could not be kept: {error}");
    let above = to.folder.parent().unwrap_or(from);
    fs::create_dir_all(above).map_err(local)?;
    // Two processes that fetch into the same copy would stand in each other's way.
    let lock = File::create(to.folder.with_extension("lock")).map_err(local)?;
    lock.lock().map_err(local)?;
    let source = branch.map_or_else(|| "HEAD".to_owned(), |branch| format!("refs/heads/{branch}"));
    let spec = format!("+{source}:{}", to.reference);
    let mut ran = once(to, url, (&spec, 1), from).map_err(local)?;
    if !ran.success && ran.stderr.contains(".lock") {
        // What a killed git left behind; the copy holds nothing that could be lost.
        fs::remove_dir_all(&to.folder).map_err(local)?;
        ran = once(to, url, (&spec, 1), from).map_err(local)?;
    }
    if ran.success {
        return Ok(());
    }
    Err(format!("it could not be fetched: {}", without_secrets(&ran.complaint())))
}

/// Fetches a branch of ours that may be there from earlier, with what is on top of it.
pub(crate) fn fetch_branch(to: &Mirrored, url: &str, branch: &str, from: &Path) {
    let spec = format!("+refs/heads/{branch}:refs/heads/{branch}");
    // Mostly there is none; where it could not be had, the push will tell.
    let _ = once(to, url, (&spec, 200), from);
}

fn once(to: &Mirrored, url: &str, (spec, depth): (&str, u32), from: &Path) -> std::io::Result<Ran> {
    let mut init = process::git(from);
    init.args(&["init", "--quiet", "--bare", "--template=", "--"]).arg(&to.folder);
    let ran = process::run(&init)?;
    if !ran.success {
        return Ok(ran);
    }
    let mut git = process::git(from);
    git.arg("--git-dir").arg(&to.folder).args(&["-c", "gc.auto=0", "-c", "maintenance.auto=false"]);
    git.args(&["fetch", "--quiet", "--no-tags", "--no-recurse-submodules"]);
    git.arg(format!("--depth={depth}"));
    git.args(&["--no-write-fetch-head", "--", url, spec]);
    process::run_within(&git, LIMIT)
}
