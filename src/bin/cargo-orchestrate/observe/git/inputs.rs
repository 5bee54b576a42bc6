//! Files that count for a member although they lie elsewhere, or are not packed.

use super::forest::Forest;
use super::index_file::tracked;
use super::links::symlinks;
use super::trees::Interest;
use crate::observe::{Checkout, ObserveError};
use cargo_orchestrate::facts::{Packed, PatternError};
use cargo_orchestrate::model::{PackageName, RelPath, Workspace};
use cargo_orchestrate::plan::Location;
use cargo_orchestrate::policy::{Input, Policy};
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

/// What counts for one member beside the files of its folder.
pub(super) struct Inputs<'a> {
    /// What Cargo packs from outside of its folder or through a symlink: its readme and licence
    /// file, and what the tracked symlinks among its packed files lead to. Files, or folders with
    /// all that is in them.
    pub(super) packed: BTreeSet<RelPath>,
    declared: &'a [Input],
    /// What every release writes.
    written: Rc<BTreeSet<RelPath>>,
}

impl Inputs<'_> {
    /// What to look at for the declared inputs; nothing when there are none.
    pub(super) fn interest(&self) -> Option<Interest> {
        let mut interest = Interest::default();
        self.declared.iter().for_each(|input| interest.add_whole(input.base().as_str()));
        (!self.declared.is_empty()).then_some(interest)
    }

    /// The folders and files that hold the declared inputs.
    pub(super) fn bases(&self) -> impl Iterator<Item = &RelPath> {
        self.declared.iter().map(Input::base)
    }

    /// Whether a file is a declared input. Manifests of members and the lock file are none by a
    /// pattern: each release writes them, and what a release did is no change.
    pub(super) fn declare(&self, path: &RelPath) -> bool {
        let counts = |input: &&Input| input.is_literal() || !self.written.contains(path);
        self.declared.iter().filter(counts).any(|input| input.covers(path))
    }
}

/// What counts for each member beside the files of its folder.
///
/// The symlinks are the index's, which is read anyway; walking the trees of packages that did not
/// change would cost more than all the rest.
pub(super) fn inputs<'a>(
    forest: &Forest<'_>,
    workspace: &Workspace,
    packed: &BTreeMap<&PackageName, Packed>,
    policy: &'a Policy,
) -> Result<BTreeMap<PackageName, Inputs<'a>>, git2::Error> {
    let written = Rc::new(written_by_releases(workspace));
    let mut inputs: BTreeMap<PackageName, Inputs<'a>> = BTreeMap::new();
    for package in workspace.packages.values() {
        let declared = policy.inputs.get(&package.name).map_or(&[][..], Vec::as_slice);
        let (packed, written) = (package.outside.iter().cloned().collect(), Rc::clone(&written));
        inputs.insert(package.name.clone(), Inputs { packed, declared, written });
    }
    let by_folder: BTreeMap<&str, &PackageName> =
        workspace.packages.values().map(|package| (package.dir.as_str(), &package.name)).collect();
    for (path, target) in symlinks(forest.repository)? {
        let Ok(link) = RelPath::new(String::from_utf8_lossy(&path)) else { continue };
        let Some((folder, name)) = owner(&link, &by_folder) else { continue };
        let is_packed = link.below(&folder).is_some_and(|rest| packed[name].contains(rest));
        if !is_packed {
            continue;
        }
        // A link that leaves the repository is for the preflight to refuse.
        if let Ok(target) = link.parent().join(&forest.text(target)?) {
            inputs.get_mut(name).expect("every member is there").packed.insert(target);
        }
    }
    Ok(inputs)
}

/// The files that releases write: manifests and the lock file.
fn written_by_releases(workspace: &Workspace) -> BTreeSet<RelPath> {
    let manifests = workspace.packages.values().map(|package| package.manifest.clone());
    let lock = workspace.root.join("Cargo.lock").expect("a file below a folder");
    manifests.chain([workspace.root_manifest(), lock]).collect()
}

impl Checkout {
    /// The declared inputs that name no file in git's index, with the package of each.
    ///
    /// # Errors
    /// [`ObserveError::Git`] when the index cannot be read.
    pub(crate) fn idle_inputs<'a>(
        &self,
        policy: &'a Policy,
    ) -> Result<Vec<(&'a PackageName, &'a Input)>, ObserveError> {
        let declared = policy.inputs.iter();
        let mut idle: Vec<(&PackageName, &Input)> =
            declared.flat_map(|(name, inputs)| inputs.iter().map(move |it| (name, it))).collect();
        if idle.is_empty() {
            return Ok(idle);
        }
        let all = tracked(&self.repository, |_, _| true);
        for (path, _) in all.map_err(ObserveError::git("the git index"))? {
            if let Ok(path) = RelPath::new(String::from_utf8_lossy(&path)) {
                idle.retain(|(_, input)| !input.covers(&path));
            }
        }
        Ok(idle)
    }
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
pub(super) fn packing<'a>(
    checkout: &Checkout,
    workspace: &'a Workspace,
) -> Result<BTreeMap<&'a PackageName, Packed>, ObserveError> {
    let rules = workspace.packages.values().map(|package| {
        let pattern = |source: PatternError| {
            let manifests = [&package.manifest, &workspace.root_manifest()];
            let at =
                manifests.into_iter().find_map(|file| written(checkout, file, &source.pattern));
            ObserveError::Pattern {
                package: package.name.clone(),
                at: at.map(Box::new),
                source: Box::new(source),
            }
        };
        Ok((&package.name, Packed::of(package).map_err(pattern)?))
    });
    rules.collect()
}

/// Where a file has a text in quotes.
fn written(checkout: &Checkout, file: &RelPath, value: &str) -> Option<(Location, String)> {
    let text = std::fs::read_to_string(checkout.repository_root.join(file.as_str())).ok()?;
    let quoted = ['"', '\''].map(|quote| format!("{quote}{value}{quote}"));
    let found = text.lines().enumerate().find_map(|(index, line)| {
        let at = quoted.iter().find_map(|quoted| line.find(quoted))?;
        Some((index + 1, line[..at].chars().count() + 1, line))
    });
    let (line, column, excerpt) = found?;
    Some((Location { file: file.clone(), line, column }, excerpt.to_owned()))
}

#[cfg(test)]
#[path = "inputs_tests.rs"]
mod tests;
