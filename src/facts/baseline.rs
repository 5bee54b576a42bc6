//! Which of a package's releases its changes are counted from.

use super::{Published, Tag, TaggedRelease};
use crate::model::{Package, Version};
use std::cmp::Reverse;
use std::collections::BTreeMap;

/// The tags that can be the baseline, the best first.
///
/// Tags whose commit HEAD contains, and none that stands for no release. A tag elsewhere counts when
/// its version is published and the manifest has come as far: releases that are made on branches of
/// their own, and whose versions come back by a squash or by hand, are the last ones all the same.
/// The highest version comes first; versions that the registry says were yanked come after all
/// others, because what was rolled back is not what users have.
#[must_use]
pub fn tagged_candidates<'a>(
    package: &Package,
    releases: &'a [TaggedRelease],
    tags: &'a BTreeMap<String, Tag>,
    published: Option<&Published>,
) -> Vec<(&'a TaggedRelease, &'a Tag)> {
    let is_yanked = |release: &TaggedRelease| {
        let entry = published.and_then(|published| published.version(&release.version));
        entry.is_some_and(|entry| entry.yanked)
    };
    let is_behind = |release: &TaggedRelease| {
        let entry = published.and_then(|published| published.version(&release.version));
        let is_reached = release.version.cmp_precedence(&package.version).is_le();
        is_reached && entry.is_some_and(|entry| !entry.yanked)
    };
    let mut candidates: Vec<_> = releases
        .iter()
        .filter_map(|release| Some((release, tags.get(&release.tag)?)))
        .filter(|(release, tag)| tag.reachable || is_behind(release))
        .filter(|(release, _)| !is_stray(package, release, published))
        .filter(|(release, _)| may_be_of(package, release, published))
        .collect();
    candidates.sort_by_key(|(release, tag)| (Reverse(&release.version), !tag.reachable));
    let (yanked, live): (Vec<_>, Vec<_>) =
        candidates.into_iter().partition(|(release, _)| is_yanked(release));
    live.into_iter().chain(yanked).collect()
}

/// The highest published version up to the manifest's that was not yanked.
fn last_release<'a>(package: &Package, published: Option<&'a Published>) -> Option<&'a Version> {
    let live = published.into_iter().flat_map(Published::versions).filter(|v| !v.yanked);
    let versions = live.map(|entry| &entry.version);
    versions.filter(|version| version.cmp_precedence(&package.version).is_le()).max()
}

/// Whether two versions are one for a registry, which leaves build metadata aside.
fn is_same(a: &Version, b: &Version) -> bool {
    a.cmp_precedence(b).is_eq()
}

/// Whether a tag that names no package may stand for a release of this one: not when the registry
/// knows the package without that version. Looking into the tree of every such tag for a package
/// that came later is most of the work in a workspace with a long history.
fn may_be_of(package: &Package, release: &TaggedRelease, published: Option<&Published>) -> bool {
    let Some(published @ Published::Known(_)) = published else { return true };
    release.is_named
        || is_same(&release.version, &package.version)
        || published.version(&release.version).is_some()
}

/// Whether a tag stands for no release: its version is above what the manifest says, and the registry
/// knows the package and does not have it. What changed up to such a tag is not in anybody's hands.
#[must_use]
pub fn is_stray(package: &Package, release: &TaggedRelease, published: Option<&Published>) -> bool {
    let Some(published @ Published::Known(_)) = published else { return false };
    release.version.cmp_precedence(&package.version).is_gt()
        && published.version(&release.version).is_none()
}

/// The published version whose commit has to be read from the published package, because no tag
/// names it although it is the package's last release here.
///
/// Versions above the manifest's are another branch's business while a tag, or a lower version,
/// tells where this branch stands.
#[must_use]
pub fn untagged_release<'a>(
    package: &Package,
    releases: &[TaggedRelease],
    tags: &BTreeMap<String, Tag>,
    published: Option<&'a Published>,
) -> Option<&'a Version> {
    let live = || published.into_iter().flat_map(Published::versions).filter(|v| !v.yanked);
    let last = last_release(package, published);
    let latest = last.or_else(|| live().map(|entry| &entry.version).max())?;
    let is_above = latest.cmp_precedence(&package.version).is_gt();
    if releases.iter().any(|release| is_same(&release.version, latest)) {
        return None;
    }
    match tagged_candidates(package, releases, tags, published).first() {
        Some((best, _)) if latest.cmp_precedence(&best.version).is_lt() || is_above => None,
        _ => Some(latest),
    }
}

#[cfg(test)]
#[path = "baseline_tests.rs"]
mod tests;
