//! In which calls Cargo packs a release that goes to several registries.
//!
//! In one call Cargo shows the packages to each other as if they were in one registry, the one that
//! the call is for. What a package needs of another registry has to be packed in a call before, and
//! be shown in that registry's place.

use super::Upload;
use crate::model::{PackageName, RegistryName, Workspace};
use std::collections::{BTreeMap, BTreeSet};

/// One call, for one registry.
#[derive(Debug, PartialEq, Eq)]
pub struct Round<'a> {
    pub registry: &'a RegistryName,
    /// What is packed: among it, once more, what these need of the same registry and an earlier
    /// round packed.
    pub packages: Vec<&'a Upload>,
    /// What earlier rounds packed for other registries and these packages need, directly or not.
    pub elsewhere: Vec<&'a Upload>,
}

/// Parts the packages into rounds, each of which needs only what it packs and what earlier ones
/// packed. A registry all of whose packages can be packed goes first, so that a release in which
/// one registry builds on another has one round for each.
///
/// Packages that need each other around a loop go into a last round of each registry: there
/// is no order for them, and Cargo says so.
#[must_use]
pub fn rounds<'a>(workspace: &Workspace, uploads: &'a [Upload]) -> Vec<Round<'a>> {
    let needs = Needs::of(workspace, uploads);
    let mut left: Vec<&Upload> = uploads.iter().collect();
    let mut packed: BTreeSet<&PackageName> = BTreeSet::new();
    let mut rounds = Vec::new();
    while !left.is_empty() {
        let mut candidates: Vec<(&RegistryName, Vec<&Upload>)> = of_each(&left)
            .into_iter()
            .map(|(registry, all)| (registry, needs.met(all, &packed)))
            .filter(|(_, met)| !met.is_empty())
            .collect();
        let is_last = |(registry, met): &(&RegistryName, Vec<&Upload>)| {
            left.iter().filter(|upload| upload.registry == **registry).count() == met.len()
        };
        candidates.sort_by_key(|it| (!is_last(it), std::cmp::Reverse(it.1.len())));
        let next = match candidates.into_iter().next() {
            Some(next) => vec![next],
            None => of_each(&left).into_iter().collect(),
        };
        for (registry, new) in next {
            packed.extend(new.iter().map(|upload| &upload.package));
            left.retain(|upload| !new.contains(upload));
            rounds.push(needs.round(registry, &new, uploads, &packed));
        }
    }
    rounds
}

/// What the packages of a release need of each other.
struct Needs<'a>(BTreeMap<&'a PackageName, BTreeSet<&'a PackageName>>);

impl<'a> Needs<'a> {
    fn of(workspace: &Workspace, uploads: &'a [Upload]) -> Self {
        let released: BTreeMap<&PackageName, &PackageName> =
            uploads.iter().map(|upload| (&upload.package, &upload.package)).collect();
        let needs = released.keys().map(|name| {
            let edges = workspace.packages.get(*name).into_iter().flat_map(|it| &it.edges);
            let packed = edges.filter(|edge| edge.is_packed() && edge.to != **name);
            (*name, packed.filter_map(|edge| released.get(&edge.to).copied()).collect())
        });
        Self(needs.collect())
    }

    /// Those of one registry that need nothing but what is packed, and each other.
    fn met(
        &self,
        mut uploads: Vec<&'a Upload>,
        packed: &BTreeSet<&PackageName>,
    ) -> Vec<&'a Upload> {
        loop {
            let here: BTreeSet<&PackageName> = uploads.iter().map(|it| &it.package).collect();
            let before = uploads.len();
            uploads.retain(|upload| {
                self.0[&upload.package].iter().all(|it| packed.contains(it) || here.contains(it))
            });
            if uploads.len() == before {
                return uploads;
            }
        }
    }

    fn round(
        &self,
        registry: &'a RegistryName,
        new: &[&'a Upload],
        uploads: &'a [Upload],
        packed: &BTreeSet<&PackageName>,
    ) -> Round<'a> {
        let mut needed: BTreeSet<&PackageName> = BTreeSet::new();
        let mut left: Vec<&PackageName> = new.iter().map(|upload| &upload.package).collect();
        while let Some(name) = left.pop() {
            if needed.insert(name) {
                left.extend(&self.0[name]);
            }
        }
        let all = uploads.iter().filter(|it| needed.contains(&it.package));
        let (packages, elsewhere): (Vec<_>, Vec<_>) =
            all.partition(|upload| upload.registry == *registry);
        let is_packed = |upload: &&Upload| packed.contains(&upload.package);
        Round {
            registry,
            packages: packages.into_iter().filter(is_packed).collect(),
            elsewhere: elsewhere.into_iter().filter(is_packed).collect(),
        }
    }
}

fn of_each<'a>(uploads: &[&'a Upload]) -> BTreeMap<&'a RegistryName, Vec<&'a Upload>> {
    let mut each: BTreeMap<&RegistryName, Vec<&Upload>> = BTreeMap::new();
    for upload in uploads {
        each.entry(&upload.registry).or_default().push(upload);
    }
    each
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::testing::package;
    use crate::model::{Edge, EdgeKind, RelPath, Version, VersionReq};

    fn name(text: &str) -> PackageName {
        PackageName::new(text).expect("a name")
    }

    /// A dependency on `lib1`, or from `?lib1` a dev-dependency that has no version.
    fn edge(text: &str) -> Edge {
        let dev = text.strip_prefix('?');
        Edge {
            to: name(dev.unwrap_or(text)),
            kind: if dev.is_some() { EdgeKind::Dev } else { EdgeKind::Normal },
            requirement: dev.is_none().then(|| VersionReq::parse("0.1.0").expect("a requirement")),
            optional: false,
            target: None,
            rename: None,
            registry: None,
            inherited: false,
            public: false,
        }
    }

    /// The rounds of `PACKAGE@REGISTRY NEEDS NEEDS, ...`, each as `REGISTRY: PACKAGES` and what is
    /// shown in the place of other registries behind a bar.
    fn told(text: &str) -> String {
        let mut packages = BTreeMap::new();
        let mut uploads = Vec::new();
        for line in text.split(',') {
            let mut words = line.split_whitespace();
            let (it, registry) = words.next().expect("a package").split_once('@').expect("an @");
            let mut member = package(&format!("{it} 0.1.0"));
            member.edges = words.map(edge).collect();
            packages.insert(name(it), member);
            let registry = RegistryName::new(registry).expect("a name");
            uploads.push(Upload { package: name(it), version: Version::new(0, 1, 0), registry });
        }
        let workspace = Workspace { root: RelPath::root(), packages };
        let names = |uploads: &[&Upload]| {
            let names = uploads.iter().map(|it| it.package.as_str());
            names.collect::<Vec<_>>().join(" ")
        };
        let rounds = rounds(&workspace, &uploads);
        let rounds = rounds.iter().map(|round| {
            let beside = match names(&round.elsewhere) {
                none if none.is_empty() => none,
                some => format!(" | {some}"),
            };
            format!("{}: {}{beside}", round.registry, names(&round.packages))
        });
        rounds.collect::<Vec<_>>().join("; ")
    }

    #[test]
    fn a_round_needs_nothing_that_is_not_packed() {
        let table = [
            ("lib1@a, lib2@a lib1", "a: lib1 lib2"),
            ("lib1@a, lib2@a lib1, lib3@b, lib4@b lib3", "a: lib1 lib2; b: lib3 lib4"),
            // One registry on top of the other: one round each, whatever the names say.
            ("lib1@b, lib2@a lib1, lib3@a lib2", "b: lib1; a: lib2 lib3 | lib1"),
            ("lib0@a, lib1@b, lib2@a lib1", "b: lib1; a: lib0 lib2 | lib1"),
            // Back and forth: what the third needs of its own registry is packed again with it.
            (
                "lib0@a, lib1@a, lib2@b lib1, lib3@a lib2",
                "a: lib0 lib1; b: lib2 | lib1; a: lib1 lib3 | lib2",
            ),
            ("lib1@a, lib2@b lib1, lib3@c lib2", "a: lib1; b: lib2 | lib1; c: lib3 | lib1 lib2"),
            // What Cargo drops from the packed manifest is needed by nobody.
            ("lib1@a ?lib2, lib2@b lib1", "a: lib1; b: lib2 | lib1"),
            // A loop has no order; Cargo says what is wrong.
            ("lib1@a lib2, lib2@b lib1", "a: lib1; b: lib2 | lib1"),
        ];
        for (world, expected) in table {
            assert_eq!(told(world), expected, "{world}");
        }
    }
}
