//! What is not committed.

#[cfg(unix)]
use super::clean::is_clean;
use crate::effects::process;
use crate::observe::ObserveError;
use cargo_orchestrate::model::RelPath;
use git2::{Status, StatusOptions};
use std::path::Path;

/// What is not committed, each sorted.
#[derive(Debug, Default, PartialEq, Eq)]
pub(in crate::observe) struct Uncommitted {
    /// Tracked paths that differ from HEAD.
    pub(in crate::observe) dirty: Vec<RelPath>,
    /// Paths that are neither tracked nor ignored.
    pub(in crate::observe) untracked: Vec<RelPath>,
}

/// What differs from HEAD, in the index or on disk, and what is neither tracked nor ignored.
///
/// What happens inside of submodules is their own business. A folder of untracked files is one
/// entry. The index is not refreshed on disk.
///
/// libgit2 knows neither filters, as `git lfs` sets them up, nor sparse checkouts, and takes what
/// they do for changes. It is right when it sees none; what it does see is asked for again from
/// the `git` program.
pub(in crate::observe) fn uncommitted(
    repository: &git2::Repository,
    root: &Path,
) -> Result<Uncommitted, ObserveError> {
    if is_clean(repository) {
        return Ok(Uncommitted::default());
    }
    let seen = seen_by_libgit2(repository)?;
    if seen == Uncommitted::default() {
        return Ok(seen);
    }
    Ok(seen_by_git(root).unwrap_or(seen))
}

/// Elsewhere the file system does not say enough.
#[cfg(not(unix))]
fn is_clean(_: &git2::Repository) -> bool {
    false
}

fn seen_by_libgit2(repository: &git2::Repository) -> Result<Uncommitted, ObserveError> {
    let mut options = StatusOptions::new();
    options.include_untracked(true).recurse_untracked_dirs(false).exclude_submodules(true);
    let statuses =
        repository.statuses(Some(&mut options)).map_err(ObserveError::git("the working tree"))?;
    Ok(Uncommitted::sorted(statuses.iter().map(|entry| {
        let path = String::from_utf8_lossy(entry.path_bytes()).into_owned();
        (path, entry.status() == Status::WT_NEW)
    })))
}

/// The same in the words of the `git` program; nothing when it does not answer.
fn seen_by_git(root: &Path) -> Option<Uncommitted> {
    // Filters are programs; they have no use for what opens a registry, so it is not in there.
    let mut git = process::git(root);
    git.args(&["status", "--porcelain=v1", "-z", "--no-renames"])
        .args(&["--untracked-files=normal", "--ignore-submodules=all"])
        .env("GIT_OPTIONAL_LOCKS", "0");
    let output = git.exec_with_output().ok()?;
    // Two letters for the state, a space, the path.
    let entries = output.stdout.split(|byte| *byte == 0).filter(|entry| entry.len() > 3);
    Some(Uncommitted::sorted(entries.map(|entry| {
        (String::from_utf8_lossy(&entry[3..]).into_owned(), entry.starts_with(b"??"))
    })))
}

impl Uncommitted {
    /// Paths, each with whether it is untracked.
    fn sorted(paths: impl Iterator<Item = (String, bool)>) -> Self {
        let mut found = Self::default();
        for (path, is_untracked) in paths {
            let list = if is_untracked { &mut found.untracked } else { &mut found.dirty };
            list.extend(RelPath::new(path));
        }
        for list in [&mut found.dirty, &mut found.untracked] {
            list.sort();
            list.dedup();
        }
        found
    }
}
