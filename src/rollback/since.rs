//! What was released after a commit, whoever did it.

use crate::facts::{Facts, Tag, TagPatterns, detect_tags, workspace_tag};
use crate::model::{Oid, PackageName, Version};
use crate::policy::Policy;
use std::cmp::Ordering;
use std::collections::{BTreeMap, BTreeSet};

/// Where a commit stands, seen from another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// The other is among its ancestors.
    After,
    NotAfter,
    /// It is not in this repository.
    Elsewhere,
}

/// What a repository knows of the time after a commit.
#[derive(Clone, Copy)]
#[expect(missing_debug_implementations, reason = "functions have nothing to show")]
pub struct After<'a> {
    /// What the manifests of members said there.
    pub then: &'a BTreeMap<PackageName, Version>,
    /// What they said in the commits after it.
    pub came: &'a BTreeMap<PackageName, BTreeSet<Version>>,
    pub place: &'a dyn Fn(&Oid) -> Place,
    /// The commit that a published version says it was packed from. Asking costs a request.
    pub packed_from: &'a dyn Fn(&PackageName, &Version) -> Option<Oid>,
}

/// The published versions of members that came after a commit.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ReleasedSince {
    pub versions: Vec<(PackageName, Version)>,
    /// Those of which the repository cannot tell.
    pub unplaced: BTreeMap<PackageName, Vec<Version>>,
}

/// What was released after a commit: by its tag; without one, by the commit that brought the version
/// into the manifest, or by the one that the published package names.
///
/// A version below what the manifest said at the commit came before, if no tag says otherwise: going
/// back to it was no release.
#[must_use]
pub fn released_since(facts: &Facts, policy: &Policy, after: &After<'_>) -> ReleasedSince {
    let tags = &facts.repository.tags;
    let template = policy.tag_template.as_deref();
    let patterns = detect_tags(&facts.workspace, tags.keys().map(String::as_str), template);
    let before = tags.iter().filter(|(_, tag)| after.place_of(tag) == Place::NotAfter);
    let before = before.filter_map(|(name, _)| Some(workspace_tag(name, template)?.1)).collect();
    let evidence = Evidence { after: *after, tags, patterns, before };
    let mut since = ReleasedSince::default();
    for package in facts.workspace.publishable() {
        let name = &package.name;
        let published = facts.published.get(name).map_or(&[][..], |it| it.versions());
        let mut versions: Vec<&Version> = published.iter().map(|entry| &entry.version).collect();
        versions.sort();
        for version in versions {
            match evidence.of(name, version) {
                Place::After => since.versions.push((name.clone(), version.clone())),
                Place::NotAfter => {}
                Place::Elsewhere => {
                    since.unplaced.entry(name.clone()).or_default().push(version.clone());
                }
            }
        }
    }
    since
}

struct Evidence<'a> {
    after: After<'a>,
    tags: &'a BTreeMap<String, Tag>,
    patterns: TagPatterns,
    /// The versions that tags of the whole workspace name which do not come after the commit.
    before: BTreeSet<Version>,
}

impl Evidence<'_> {
    /// Where a version was released.
    fn of(&self, name: &PackageName, version: &Version) -> Place {
        let is_it = |other: &Version| other.cmp_precedence(version).is_eq();
        let releases = self.patterns.releases(name).iter().filter(|it| is_it(&it.version));
        let places = releases.filter_map(|it| Some(self.after.place_of(self.tags.get(&it.tag)?)));
        let places: Vec<Place> = places.collect();
        if !places.is_empty() {
            let is_after = places.contains(&Place::After);
            return if is_after { Place::After } else { Place::NotAfter };
        }
        let came = self.after.came.get(name);
        let Some(then) = self.after.then.get(name) else {
            // What was there before the package came into the repository is of another one.
            let first = came.and_then(BTreeSet::first);
            let is_old = first.is_none_or(|first| version.cmp_precedence(first).is_lt());
            return if is_old { Place::NotAfter } else { self.packed(name, version) };
        };
        match version.cmp_precedence(then) {
            Ordering::Less => Place::NotAfter,
            Ordering::Equal if self.before.iter().any(is_it) => Place::NotAfter,
            Ordering::Equal => match self.packed(name, version) {
                Place::After => Place::After,
                // The manifest said so already.
                Place::NotAfter | Place::Elsewhere => Place::NotAfter,
            },
            Ordering::Greater if came.is_some_and(|came| came.iter().any(is_it)) => Place::After,
            Ordering::Greater => self.packed(name, version),
        }
    }

    /// Where the published package says that it was packed.
    fn packed(&self, name: &PackageName, version: &Version) -> Place {
        let commit = (self.after.packed_from)(name, version);
        commit.map_or(Place::Elsewhere, |commit| (self.after.place)(&commit))
    }
}

impl After<'_> {
    fn place_of(&self, tag: &Tag) -> Place {
        (self.place)(&tag.commit)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::testing::workspace;
    use crate::facts::{Published, PublishedVersion, Repository};
    use crate::model::Digest;

    fn pairs(text: &str) -> impl Iterator<Item = (PackageName, Version)> + '_ {
        text.split_whitespace().map(|word| {
            let (name, version) = word.split_once('@').expect("NAME@VERSION");
            let version = Version::parse(version).expect("a version");
            (PackageName::new(name).expect("a name"), version)
        })
    }

    fn commit(number: &str) -> Oid {
        Oid::from_hex(format!("{number:0>10}"))
    }

    /// Commits are numbers, and what comes after 10 is asked for; those from 90 on are not there.
    struct World {
        published: &'static str,
        /// `TAG=COMMIT`.
        tags: &'static str,
        then: &'static str,
        came: &'static str,
        /// `NAME@VERSION=COMMIT`.
        packed: &'static str,
    }

    impl World {
        /// What was released after the commit; then what is not known, and what had to be asked for.
        fn told(&self) -> String {
            let mut facts = Facts { workspace: workspace("a 1.2.0;b 2.1.0"), ..Facts::default() };
            let names: Vec<_> = facts.workspace.packages.keys().cloned().collect();
            for name in names {
                let entry = |version| PublishedVersion {
                    version,
                    yanked: false,
                    checksum: Digest::from_hex("ab"),
                    dependencies: std::iter::empty().collect(),
                };
                let own = pairs(self.published).filter(|(of, _)| *of == name);
                let own = own.map(|(_, version)| entry(version)).collect();
                facts.published.insert(name, Published::Known(own));
            }
            let tag = |word: &str| {
                let (name, at) = word.rsplit_once('=').expect("TAG=COMMIT");
                let commit = commit(at);
                (name.to_owned(), Tag { oid: commit.clone(), commit, reachable: true })
            };
            let tags = self.tags.split_whitespace().map(tag).collect();
            facts.repository = Repository { tags, ..Repository::default() };
            let mut came: BTreeMap<PackageName, BTreeSet<Version>> = BTreeMap::new();
            for (name, version) in pairs(self.came) {
                came.entry(name).or_default().insert(version);
            }
            let place = |oid: &Oid| match oid.as_str().trim_start_matches('0').parse::<u32>() {
                Ok(90..) => Place::Elsewhere,
                Ok(11..) => Place::After,
                _ => Place::NotAfter,
            };
            let asked = std::cell::RefCell::new(Vec::new());
            let packed_from = |name: &PackageName, version: &Version| {
                let wanted = format!("{name}@{version}");
                asked.borrow_mut().push(wanted.clone());
                let mut packed = self.packed.split_whitespace();
                packed.find_map(|it| Some(commit(it.strip_prefix(&wanted)?.strip_prefix('=')?)))
            };
            let then = pairs(self.then).collect();
            let after =
                After { then: &then, came: &came, place: &place, packed_from: &packed_from };
            let found = released_since(&facts, &Policy::default(), &after);
            let versions = found.versions.iter().map(|(name, it)| format!("{name}@{it}"));
            let unplaced = found
                .unplaced
                .iter()
                .flat_map(|(name, all)| all.iter().map(move |version| format!("{name}@{version}")));
            [
                versions.collect::<Vec<_>>().join(" "),
                unplaced.collect::<Vec<_>>().join(" "),
                asked.into_inner().join(" "),
            ]
            .join(" / ")
        }
    }

    #[test]
    fn what_came_after_a_commit_is_told_by_tags_manifests_and_packages() {
        let world = World {
            published: "a@1.0.0 a@1.1.0 a@1.2.0 b@2.0.0 b@2.1.0",
            tags: "",
            then: "a@1.0.0 b@2.0.0",
            came: "a@1.0.0 a@1.1.0 a@1.2.0 b@2.1.0",
            packed: "a@1.0.0=10 b@2.0.0=10",
        };
        let table = [
            // No tag: the commits that raised the versions.
            (World { ..world }, "a@1.1.0 a@1.2.0 b@2.1.0 /  / a@1.0.0 b@2.0.0"),
            // A tag that names the package has the last word, and nobody is asked.
            (
                World {
                    tags: "a-v1.0.0=3 a-v1.1.0=10 a-v1.2.0=11 b-v2.0.0=12 b-v2.1.0=13",
                    ..world
                },
                "a@1.2.0 b@2.0.0 b@2.1.0 /  / ",
            ),
            // The tag of the whole workspace stands for whoever had its version there.
            (World { tags: "v1.0.0=10 v2.0.0=4", ..world }, "a@1.1.0 a@1.2.0 b@2.1.0 /  / "),
            // A version that stood in the manifest for long was published later.
            (
                World { packed: "a@1.0.0=12 b@2.0.0=95", ..world },
                "a@1.0.0 a@1.1.0 a@1.2.0 b@2.1.0 /  / a@1.0.0 b@2.0.0",
            ),
            // Raised on a branch that is not here, or in a commit that never was.
            (
                World { came: "a@1.1.0", packed: "a@1.2.0=95 b@2.0.0=9 b@2.1.0=14", ..world },
                "a@1.1.0 b@2.1.0 / a@1.2.0 / a@1.0.0 a@1.2.0 b@2.0.0 b@2.1.0",
            ),
            // Going back is no release.
            (
                World {
                    then: "a@1.2.0 b@2.1.0",
                    came: "a@1.1.0 b@2.0.0",
                    packed: "a@1.2.0=8",
                    ..world
                },
                " /  / a@1.2.0 b@2.1.0",
            ),
            // The package came into the repository with a history of its own.
            (
                World {
                    then: "a@1.2.0",
                    came: "b@2.0.0 b@2.1.0",
                    packed: "a@1.2.0=10 b@2.0.0=95 b@2.1.0=15",
                    published: "a@1.2.0 b@1.0.0 b@2.0.0 b@2.1.0",
                    ..world
                },
                "b@2.1.0 / b@2.0.0 / a@1.2.0 b@2.0.0 b@2.1.0",
            ),
        ];
        for (world, expected) in table {
            assert_eq!(world.told(), expected);
        }
    }
}
