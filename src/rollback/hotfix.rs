//! Numbers for what is published before a release is yanked.

use super::{Item, Rollback};
use crate::decide::{Request, RequestedBump};
use crate::facts::{Facts, Published, detect_tags};
use crate::model::{Oid, PackageName, Version};
use crate::plan::{Planned, Upload};
use crate::policy::{GroupKind, Policy};
use std::collections::BTreeMap;

/// The release that replaces these versions: each package once more, at a patch above every number
/// that was ever used where the version that is replaced is compatible, yanked ones included.
/// Packages that share a version share the highest. `planned` is what would be released without
/// this: what was committed may want more than a patch.
#[must_use]
pub fn hotfix(replaced: &[Upload], planned: &[Planned], facts: &Facts, policy: &Policy) -> Request {
    let mut versions: BTreeMap<PackageName, Version> = BTreeMap::new();
    for Upload { package, version, .. } in replaced {
        let published = facts.published.get(package).map_or(&[][..], Published::versions);
        let next = above(published.iter().map(|entry| &entry.version), version);
        let planned = planned.iter().filter(|it| it.name == *package).map(|it| &it.to);
        let next = planned.fold(next, |next, planned| next.max(planned.clone()));
        let highest = versions.entry(package.clone()).or_insert_with(|| next.clone());
        *highest = next.max(highest.clone());
    }
    let inherits = |name: &PackageName| {
        facts.workspace.packages.get(name).is_some_and(|package| package.inherits_version)
    };
    share(&mut versions, inherits);
    for group in policy.groups.iter().filter(|group| group.kind == GroupKind::Fixed) {
        share(&mut versions, |name| group.packages.contains(name));
    }
    Request {
        only: versions.keys().cloned().collect(),
        bumps: versions
            .into_iter()
            .map(|(name, version)| (name, RequestedBump::Exactly(version)))
            .collect(),
        hotfix: true,
        ..Request::default()
    }
}

/// The tags of the last good versions, with their commits.
#[must_use]
pub fn last_good_commits(
    rollback: &Rollback,
    facts: &Facts,
    policy: &Policy,
) -> BTreeMap<String, Oid> {
    let tags = &facts.repository.tags;
    let names = tags.keys().map(String::as_str);
    let known = detect_tags(&facts.workspace, names, policy.tag_template.as_deref());
    let tag = |item: &Item| {
        let releases = known.releases(&item.upload.package);
        let release = releases.iter().find(|it| Some(&it.version) == item.last_good.as_ref())?;
        Some((release.tag.clone(), tags.get(&release.tag)?.commit.clone()))
    };
    rollback.items.iter().filter_map(tag).collect()
}

/// Raises all of these packages to the highest among them.
fn share(versions: &mut BTreeMap<PackageName, Version>, shares: impl Fn(&PackageName) -> bool) {
    let highest = versions.iter().filter(|(name, _)| shares(name)).map(|(_, version)| version);
    let Some(highest) = highest.max().cloned() else { return };
    for (_, version) in versions.iter_mut().filter(|(name, _)| shares(name)) {
        version.clone_from(&highest);
    }
}

/// The patch above every release of the line that a version is on.
fn above<'v>(used: impl Iterator<Item = &'v Version>, version: &Version) -> Version {
    let used = used.filter(|other| other.pre.is_empty() && line(other) == line(version));
    let highest = used.fold(version, |highest, other| highest.max(other));
    if highest.pre.is_empty() {
        Version::new(highest.major, highest.minor, highest.patch + 1)
    } else {
        // The release that a pre-release leads to is above it.
        Version::new(highest.major, highest.minor, highest.patch)
    }
}

/// What the versions have in common that are compatible with each other, as far as any are.
fn line(version: &Version) -> (u64, u64) {
    if version.major == 0 { (0, version.minor) } else { (version.major, 0) }
}

/// The live version that users of this one get instead: the highest on its line above it.
pub(super) fn instead<'p>(published: &'p Published, version: &Version) -> Option<&'p Version> {
    let live = published.versions().iter().filter(|entry| !entry.yanked);
    live.map(|entry| &entry.version)
        .filter(|other| line(other) == line(version) && *other > version)
        .max()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_number_is_above_all_that_were_ever_used_on_the_line() {
        let table = [
            ("1.4.0", "1.3.0 1.4.0", "1.4.1"),
            ("1.4.0", "1.4.0 1.4.1 1.5.0 2.0.0", "1.5.1"),
            ("0.2.0", "0.1.9 0.2.0 0.3.0", "0.2.1"),
            ("2.0.0", "1.9.0 2.0.0", "2.0.1"),
            ("1.4.0", "1.4.0 1.5.0-rc.1", "1.4.1"),
            ("1.5.0-rc.1", "1.4.0 1.5.0-rc.1", "1.5.0"),
            ("0.0.3", "0.0.3 0.0.4", "0.0.5"),
        ];
        for (replaced, used, expected) in table {
            let parse = |text: &str| text.parse::<Version>().expect("a version");
            let used: Vec<Version> = used.split(' ').map(parse).collect();
            assert_eq!(above(used.iter(), &parse(replaced)).to_string(), expected, "{replaced}");
        }
    }
}
