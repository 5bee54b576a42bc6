//! What is not committed.

use crate::observe::ObserveError;
use cargo_orchestrate::model::RelPath;
use cargo_util::ProcessBuilder;
use git2::StatusOptions;
use std::path::Path;

/// What differs from HEAD, in the index or on disk, and what is neither tracked nor ignored, sorted.
///
/// What happens inside of submodules is their own business. A folder of untracked files is one
/// entry. The index is not refreshed on disk.
///
/// libgit2 knows neither filters, as `git lfs` sets them up, nor sparse checkouts, and takes what
/// they do for changes. It is right when it sees none; what it does see is asked for again from
/// the `git` program.
pub(in crate::observe) fn dirty(
    repository: &git2::Repository,
    root: &Path,
) -> Result<Vec<RelPath>, ObserveError> {
    let seen = seen_by_libgit2(repository)?;
    if seen.is_empty() {
        return Ok(seen);
    }
    Ok(seen_by_git(root).unwrap_or(seen))
}

fn seen_by_libgit2(repository: &git2::Repository) -> Result<Vec<RelPath>, ObserveError> {
    let mut options = StatusOptions::new();
    options.include_untracked(true).recurse_untracked_dirs(false).exclude_submodules(true);
    let statuses =
        repository.statuses(Some(&mut options)).map_err(ObserveError::git("the working tree"))?;
    Ok(sorted(
        statuses.iter().map(|entry| String::from_utf8_lossy(entry.path_bytes()).into_owned()),
    ))
}

/// The same in the words of the `git` program; nothing when it does not answer.
fn seen_by_git(root: &Path) -> Option<Vec<RelPath>> {
    let mut git = ProcessBuilder::new("git");
    git.cwd(root)
        .args(&["status", "--porcelain=v1", "-z", "--no-renames"])
        .args(&["--untracked-files=normal", "--ignore-submodules=all"])
        .env("GIT_OPTIONAL_LOCKS", "0")
        .env("LC_ALL", "C");
    // Set inside of git's hooks, and by nobody who means this repository.
    for variable in ["GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE"] {
        git.env_remove(variable);
    }
    // Filters are programs; they have no use for what opens a registry.
    for (name, _) in std::env::vars_os() {
        let name = name.to_string_lossy();
        if name == "CARGO_REGISTRY_TOKEN" || name.starts_with("CARGO_REGISTRIES_") {
            git.env_remove(&name);
        }
    }
    let output = git.exec_with_output().ok()?;
    // Two letters for the state, a space, the path.
    let entries = output.stdout.split(|byte| *byte == 0).filter_map(|entry| entry.get(3..));
    Some(sorted(entries.map(|path| String::from_utf8_lossy(path).into_owned())))
}

fn sorted(paths: impl Iterator<Item = String>) -> Vec<RelPath> {
    let mut paths: Vec<RelPath> = paths.filter_map(|path| RelPath::new(path).ok()).collect();
    paths.sort();
    paths.dedup();
    paths
}
