//! Files that are packed although they lie elsewhere.

use super::forest::Forest;
use crate::observe::ObserveError;
use cargo_orchestrate::facts::Packed;
use cargo_orchestrate::model::{PackageName, RelPath, Workspace};
use std::collections::{BTreeMap, BTreeSet};

/// The mode git gives a symlink.
const SYMLINK: u32 = 0o120_000;

/// For each member, what Cargo packs from outside of its folder or through a symlink: its readme
/// and licence file, and what the tracked symlinks among its packed files lead to. Files, or
/// folders with all that is in them.
///
/// The symlinks are the index's, which is read anyway; walking the trees of packages that did not
/// change would cost more than all the rest.
pub(super) fn inputs(
    forest: &Forest<'_>,
    workspace: &Workspace,
    packed: &BTreeMap<&PackageName, Packed>,
) -> Result<BTreeMap<PackageName, BTreeSet<RelPath>>, git2::Error> {
    let mut inputs: BTreeMap<PackageName, BTreeSet<RelPath>> = workspace
        .packages
        .values()
        .map(|package| (package.name.clone(), package.outside.iter().cloned().collect()))
        .collect();
    let by_folder: BTreeMap<&str, &PackageName> =
        workspace.packages.values().map(|package| (package.dir.as_str(), &package.name)).collect();
    let index = forest.repository.index()?;
    for entry in index.iter().filter(|entry| entry.mode == SYMLINK) {
        let Ok(link) = RelPath::new(String::from_utf8_lossy(&entry.path)) else { continue };
        let Some((folder, name)) = owner(&link, &by_folder) else { continue };
        let is_packed = link.below(&folder).is_some_and(|rest| packed[name].contains(rest));
        if !is_packed {
            continue;
        }
        // A link that leaves the repository is for the preflight to refuse.
        if let Ok(target) = link.parent().join(&forest.text(entry.id)?) {
            inputs.entry(name.clone()).or_default().insert(target);
        }
    }
    Ok(inputs)
}

/// The member with the innermost folder around a path.
fn owner<'a>(
    path: &RelPath,
    by_folder: &BTreeMap<&str, &'a PackageName>,
) -> Option<(RelPath, &'a PackageName)> {
    let mut folder = path.clone();
    while !folder.as_str().is_empty() {
        folder = folder.parent();
        if let Some(name) = by_folder.get(folder.as_str()) {
            return Some((folder, name));
        }
    }
    None
}

/// The packing rules of every member.
pub(super) fn packing(
    workspace: &Workspace,
) -> Result<BTreeMap<&PackageName, Packed>, ObserveError> {
    let rules = workspace.packages.values().map(|package| {
        let pattern = |source| ObserveError::Pattern { package: package.name.clone(), source };
        Ok((&package.name, Packed::of(package).map_err(pattern)?))
    });
    rules.collect()
}
