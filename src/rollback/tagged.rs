//! Versions that tags stand for.

use crate::facts::{Facts, Published, detect_tags, workspace_tag};
use crate::model::{Oid, PackageName, Version};
use crate::policy::Policy;
use std::collections::{BTreeMap, BTreeSet};

/// The versions of members that the tags on these commits stand for, as far as they are published.
#[must_use]
pub fn tagged_versions(
    facts: &Facts,
    policy: &Policy,
    is_meant: impl Fn(&Oid) -> bool,
) -> Vec<(PackageName, Version)> {
    let tags = &facts.repository.tags;
    let here = tags.iter().filter(|(_, tag)| is_meant(&tag.commit)).map(|(name, _)| name.as_str());
    let found = detect_tags(&facts.workspace, here, policy.tag_template.as_deref());
    let releases = facts.workspace.publishable().flat_map(|package| {
        let versions = found.releases(&package.name).iter().map(|release| release.version.clone());
        versions.map(|version| (package.name.clone(), version))
    });
    let versions: BTreeSet<_> = releases.collect();
    // A tag for the whole workspace may stand for packages that did not move.
    versions.into_iter().filter(|(name, version)| is_out(facts, name, version)).collect()
}

/// The tag before this one that stands for the whole workspace as this does: the one of the highest
/// version below. Nothing where this one names a package, or is the first.
#[must_use]
pub fn tag_before<'f>(tag: &str, facts: &'f Facts, policy: &Policy) -> Option<&'f str> {
    let configured = policy.tag_template.as_deref();
    let (template, version) = workspace_tag(tag, configured)?;
    let tags = facts.repository.tags.keys().filter_map(|name| {
        let (own, lower) = workspace_tag(name, configured)?;
        (own == template && lower < version).then_some((lower, name.as_str()))
    });
    tags.max().map(|(_, name)| name)
}

/// The members that were released with a tag of the whole workspace, by the manifests `at` its commit
/// and those at the tag `before`: they came to the tag's version with it, and it is published. A
/// member that had that version already was released another time.
#[must_use]
pub fn released_with(
    tag: &str,
    facts: &Facts,
    policy: &Policy,
    at: &BTreeMap<PackageName, Version>,
    before: &BTreeMap<PackageName, Version>,
) -> Vec<(PackageName, Version)> {
    let Some((_, tagged)) = workspace_tag(tag, policy.tag_template.as_deref()) else {
        return Vec::new();
    };
    let is_of_it = |(name, version): &(&PackageName, &Version)| {
        version.cmp_precedence(&tagged).is_eq()
            && before.get(*name) != Some(*version)
            && is_out(facts, name, version)
    };
    at.iter().filter(is_of_it).map(|(name, version)| (name.clone(), version.clone())).collect()
}

/// Whether the registry has it, as far as it says.
fn is_out(facts: &Facts, name: &PackageName, version: &Version) -> bool {
    let published = facts.published.get(name);
    published.is_some_and(|published: &Published| published.version(version).is_some())
}
