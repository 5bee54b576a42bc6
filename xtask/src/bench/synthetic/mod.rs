//! A workspace made of nothing: a layered graph, its manifests, and a history with releases.
//!
//! The same numbers give the same workspace, commit for commit, so it is kept and used again. No
//! package depends on anything from outside; everything works offline.

mod files;
mod graph;
mod history;

use files::Files;
use graph::Graph;
use std::fs;
use std::path::{Path, PathBuf};

/// How large, and how much happened.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Size {
    pub(crate) packages: usize,
    /// Without those of the releases.
    pub(crate) commits: usize,
    /// The packages that changed since the last release.
    pub(crate) changed: usize,
}

/// The versions that are released, one after the other, of all packages at once.
pub(crate) const VERSIONS: [&str; 3] = ["0.1.0", "0.2.0", "0.3.0"];

/// Raised whenever a workspace of the same size would come out differently.
const FORM: usize = 1;

/// The workspace of this size below `folder`; made only when it is not there yet.
///
/// # Errors
/// When it cannot be written, or git does not take it.
pub(crate) fn workspace(folder: &Path, size: Size) -> Result<PathBuf, String> {
    let Size { packages, commits, changed } = size;
    let place = folder.join(format!("synthetic-{packages}-{commits}-{changed}"));
    let stamp = place.join(".git/made-by-bench");
    let form = FORM.to_string();
    if fs::read_to_string(&stamp).is_ok_and(|text| text == form) {
        return Ok(place);
    }
    let trouble = |error: std::io::Error| format!("could not write {}: {error}", place.display());
    if place.exists() {
        fs::remove_dir_all(&place).map_err(trouble)?;
    }
    fs::create_dir_all(&place).map_err(trouble)?;
    let graph = Graph::new(packages);
    history::write(&place, &mut Files::new(&graph), size)?;
    fs::write(stamp, form).map_err(trouble)?;
    Ok(place)
}

/// The names of the packages.
pub(crate) fn names(packages: usize) -> Vec<String> {
    (0..packages).map(name).collect()
}

fn name(package: usize) -> String {
    format!("syn-{package:04}")
}
