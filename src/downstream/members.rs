//! The manifests of a repository that are built from its top: its workspaces and what they hold.

use crate::facts::Tracked;
use crate::manifest::{Layout, Manifest, SyntaxError};
use crate::model::RelPath;
use globset::{GlobBuilder, GlobMatcher};
use std::collections::{BTreeMap, BTreeSet, VecDeque};

const MANIFEST: &str = "Cargo.toml";

/// The manifests of a repository as far as they count.
#[derive(Debug)]
pub(super) struct Members {
    /// By path, all that are reached from the top.
    pub(super) manifests: BTreeMap<RelPath, Member>,
    /// How many other manifests there are: of fixtures, of what is vendored, of other workspaces.
    pub(super) unread: usize,
}

/// A manifest that counts.
#[derive(Debug)]
pub(super) struct Member {
    pub(super) manifest: Manifest,
    pub(super) layout: Layout,
    /// The manifest of its workspace's root; its own where it has none.
    pub(super) root: RelPath,
}

/// Finds them as Cargo does: what a root's `members` name and `exclude` does not, and whatever is
/// reached by path from there. A folder without a manifest of its own is a top for each of the
/// highest below it.
///
/// # Errors
/// [`SyntaxError`] when one of those is no manifest.
pub(super) fn members(tracked: &Tracked) -> Result<Members, SyntaxError> {
    let is_manifest = |path: &&RelPath| name_of(path) == MANIFEST;
    let all: BTreeSet<&RelPath> = tracked.files.keys().filter(is_manifest).collect();
    let mut ahead: VecDeque<RelPath> = tops(&tracked.folder, &all).into_iter().cloned().collect();
    let mut manifests: BTreeMap<RelPath, Member> = BTreeMap::new();
    while let Some(path) = ahead.pop_front() {
        let Some(text) = tracked.files.get(&path).filter(|_| !manifests.contains_key(&path)) else {
            continue;
        };
        let manifest = Manifest::parse(&path, text)?;
        let layout = Layout::of(text);
        let folder = path.parent();
        ahead.extend(globbed(&layout, &folder, &all));
        let paths = manifest.declarations().iter().filter_map(|entry| entry.path.as_deref());
        ahead.extend(paths.filter_map(|below| manifest_in(&folder, below)));
        let root = root_of(&path, &layout, tracked);
        manifests.insert(path, Member { manifest, layout, root });
    }
    // A member by `package.workspace`, or by its folder alone, may have a root nobody led to.
    let roots: Vec<RelPath> = manifests.values().map(|member| member.root.clone()).collect();
    for root in roots {
        if let Some(text) = tracked.files.get(&root).filter(|_| !manifests.contains_key(&root)) {
            let (manifest, layout) = (Manifest::parse(&root, text)?, Layout::of(text));
            manifests.insert(root.clone(), Member { manifest, layout, root });
        }
    }
    let unread = all.len() - manifests.len();
    Ok(Members { manifests, unread })
}

/// The manifest of the folder itself, else those that none lies above.
fn tops<'a>(folder: &RelPath, all: &BTreeSet<&'a RelPath>) -> Vec<&'a RelPath> {
    let has_above = |path: &RelPath| {
        let mut above = path.parent();
        while above != *folder && !above.as_str().is_empty() {
            above = above.parent();
            if all.contains(&below(&above, MANIFEST)) {
                return true;
            }
        }
        false
    };
    all.iter().filter(|path| !has_above(path)).copied().collect()
}

/// The manifests that the `members` of a root name.
fn globbed(layout: &Layout, folder: &RelPath, all: &BTreeSet<&RelPath>) -> Vec<RelPath> {
    let mut found = Vec::new();
    for pattern in &layout.members {
        let literal = manifest_in(folder, pattern).filter(|path| all.contains(path));
        if literal.is_some() {
            found.extend(literal);
            continue;
        }
        let Some(glob) = glob(pattern) else { continue };
        let matching = all.iter().filter(|path| {
            let folder_of = path.parent();
            folder_of.below(folder).is_some_and(|below| glob.is_match(below))
                && !is_excluded(layout, folder, &folder_of)
        });
        found.extend(matching.map(|path| (*path).clone()));
    }
    found
}

fn glob(pattern: &str) -> Option<GlobMatcher> {
    let pattern = pattern.trim_start_matches("./").trim_end_matches('/');
    let glob = GlobBuilder::new(pattern).literal_separator(true).build().ok()?;
    Some(glob.compile_matcher())
}

fn is_excluded(layout: &Layout, root: &RelPath, folder: &RelPath) -> bool {
    let excluded = layout.exclude.iter().filter_map(|path| root.join(path).ok());
    excluded.into_iter().any(|excluded| *folder == excluded || folder.below(&excluded).is_some())
}

/// Where a member inherits from: what it names itself, or the nearest `[workspace]` around it.
fn root_of(path: &RelPath, layout: &Layout, tracked: &Tracked) -> RelPath {
    if layout.is_root {
        return path.clone();
    }
    let mut folder = path.parent();
    if let Some(parent) = &layout.parent {
        return manifest_in(&folder, parent).unwrap_or_else(|| path.clone());
    }
    while !folder.as_str().is_empty() {
        folder = folder.parent();
        let above = below(&folder, MANIFEST);
        if tracked.files.get(&above).is_some_and(|text| Layout::of(text).is_root) {
            return above;
        }
    }
    path.clone()
}

fn manifest_in(folder: &RelPath, path: &str) -> Option<RelPath> {
    let folder = folder.join(path).ok()?;
    Some(below(&folder, MANIFEST))
}

pub(super) fn below(folder: &RelPath, name: &str) -> RelPath {
    folder.join(name).expect("a name below a folder stays below it")
}

fn name_of(path: &RelPath) -> &str {
    path.as_str().rsplit('/').next().unwrap_or_default()
}
