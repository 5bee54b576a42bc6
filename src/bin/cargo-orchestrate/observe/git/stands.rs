//! Which versions stood in the commits that members were released from: what a release that stopped
//! half-way leaves to be seen.

use super::baseline::{Finder, Since};
use super::from_git;
use crate::observe::ObserveError;
use cargo_orchestrate::facts::{BaselineSource, Published};
use cargo_orchestrate::manifest::{Root, package_version};
use cargo_orchestrate::model::{Oid, Package, PackageName, Version, Workspace};
use std::collections::{BTreeMap, BTreeSet};

/// For each member the commits, of those that may be of an unfinished release, at which its
/// manifest said what it says now. Nothing is read where registry, manifests and tags agree.
pub(super) fn stands(
    finder: &mut Finder<'_, '_>,
    workspace: &Workspace,
    published: &BTreeMap<PackageName, Published>,
    releases: &BTreeMap<&PackageName, Since>,
) -> Result<BTreeMap<PackageName, BTreeSet<Oid>>, ObserveError> {
    let root = workspace.root_manifest();
    let mut stands: BTreeMap<PackageName, BTreeSet<Oid>> = BTreeMap::new();
    for since in commits(workspace, published, releases) {
        let unreadable = ObserveError::git(format!("the tree of `{}`", since.commit));
        let text = finder.forest.text_at(since.tree, root.as_str()).map_err(unreadable)?;
        let root = Root::new(text.as_deref().unwrap_or_default());
        let is_of_it = |package: &&Package| {
            is_absent(package, published)
                || releases.get(&package.name).is_some_and(|it| it.commit == since.commit)
        };
        for package in workspace.publishable().filter(is_of_it) {
            let unreadable = ObserveError::git(format!("`{}` at `{}`", package.name, since.commit));
            let manifest = finder.manifest(package, since.tree).map_err(unreadable)?;
            if manifest.and_then(|text| package_version(&text, &root))
                == Some(package.version.clone())
            {
                stands.entry(package.name.clone()).or_default().insert(from_git(since.commit));
            }
        }
    }
    Ok(stands)
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
