//! Which versions stood in the commits that members were released from: what a release that stopped
//! half-way leaves to be seen.

use super::baseline::{Finder, Since};
use super::from_git;
use crate::observe::ObserveError;
use cargo_orchestrate::facts::{BaselineSource, Published};
use cargo_orchestrate::manifest::{Root, package_version};
use cargo_orchestrate::model::{Oid, Package, PackageName, Version, Workspace};
use std::collections::{BTreeMap, BTreeSet};

/// The commits, of those that may be of an unfinished release, at which a manifest said what it says
/// now.
#[derive(Debug, Default)]
pub(super) struct Stood {
    pub(super) at: BTreeSet<Oid>,
    /// Those whose first parent had it as well.
    pub(super) before: BTreeSet<Oid>,
}

/// Where the version of each member stood. Nothing is read where registry, manifests and tags
/// agree.
pub(super) fn stands(
    finder: &mut Finder<'_, '_>,
    workspace: &Workspace,
    published: &BTreeMap<PackageName, Published>,
    releases: &BTreeMap<&PackageName, Since>,
) -> Result<BTreeMap<PackageName, Stood>, ObserveError> {
    let mut stands: BTreeMap<PackageName, Stood> = BTreeMap::new();
    for since in commits(workspace, published, releases) {
        // The first commit has none, and a shallow clone may lack it.
        let released = finder.forest.repository.find_commit(since.commit);
        let parent = released.and_then(|it| it.parent(0)).map(|it| it.tree_id()).ok();
        let now = Tree::new(finder, workspace, since.tree)?;
        let before = parent.map(|parent| Tree::new(finder, workspace, parent)).transpose()?;
        let is_of_it = |package: &&Package| {
            is_absent(package, published)
                || releases.get(&package.name).is_some_and(|it| it.commit == since.commit)
        };
        for package in workspace.publishable().filter(is_of_it) {
            if !now.has(finder, package)? {
                continue;
            }
            let stood = stands.entry(package.name.clone()).or_default();
            stood.at.insert(from_git(since.commit));
            if let Some(before) = &before
                && before.has(finder, package)?
            {
                stood.before.insert(from_git(since.commit));
            }
        }
    }
    Ok(stands)
}

/// A tree, with its root manifest.
struct Tree {
    id: git2::Oid,
    root: Root,
}

impl Tree {
    fn new(
        finder: &Finder<'_, '_>,
        workspace: &Workspace,
        id: git2::Oid,
    ) -> Result<Self, ObserveError> {
        let root = workspace.root_manifest();
        let unreadable = ObserveError::git(format!("the tree `{id}`"));
        let text = finder.forest.text_at(id, root.as_str()).map_err(unreadable)?;
        Ok(Self { id, root: Root::new(text.as_deref().unwrap_or_default()) })
    }

    /// Whether the manifest of a package in there says the version that it says now.
    fn has(&self, finder: &mut Finder<'_, '_>, package: &Package) -> Result<bool, ObserveError> {
        let unreadable = ObserveError::git(format!("`{}` in the tree `{}`", package.name, self.id));
        let manifest = finder.manifest(package, self.id).map_err(unreadable)?;
        let version = manifest.and_then(|text| package_version(&text, &self.root));
        Ok(version.as_ref() == Some(&package.version))
    }
}

/// The releases that others may be missing beside, each commit once.
fn commits<'s>(
    workspace: &Workspace,
    published: &BTreeMap<PackageName, Published>,
    releases: &'s BTreeMap<&PackageName, Since>,
) -> Vec<&'s Since> {
    let has_raised = workspace.publishable().any(|package| is_raised(package, published));
    let of_now = |(name, since): &(&&PackageName, &Since)| {
        let package = &workspace.packages[**name];
        let is_now = since.baseline.version.cmp_precedence(&package.version).is_eq();
        let by_others = has_raised && !since.baseline.is_own;
        is_now
            && match since.baseline.source {
                BaselineSource::VcsInfo => true,
                BaselineSource::Tag(_) => by_others || is_absent(package, published),
            }
    };
    let found = releases.iter().filter(of_now).map(|(_, since)| (since.commit, since));
    found.collect::<BTreeMap<_, _>>().into_values().collect()
}

/// Whether the registry answers and does not have the version of the manifest.
fn is_absent(package: &Package, published: &BTreeMap<PackageName, Published>) -> bool {
    let known = published.get(&package.name);
    known.is_some_and(|known| {
        matches!(known, Published::Known(_)) && known.version(&package.version).is_none()
    })
}

/// Whether that version is above one that is published.
fn is_raised(package: &Package, published: &BTreeMap<PackageName, Published>) -> bool {
    let is_below = |version: &Version| version.cmp_precedence(&package.version).is_lt();
    is_absent(package, published)
        && published[&package.name].versions().iter().any(|entry| is_below(&entry.version))
}
