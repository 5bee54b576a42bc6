//! What the index says after a rollback or an undo: whether every live version still finds what it
//! requires.

use crate::facts::{Published, PublishedVersion};
use crate::model::{PackageName, Version, VersionReq};
use crate::plan::Upload;
use std::collections::{BTreeMap, BTreeSet};

/// The live versions that a rollback or an undo concerns: those of its packages, and those of
/// packages that require one of these.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Standing {
    /// How many are live, by package.
    pub live: BTreeMap<PackageName, usize>,
    /// What was yanked and is live, or was given back and is yanked: somebody else turned it.
    pub turned: Vec<Upload>,
    /// Those that do not resolve, by package and version.
    pub stranded: Vec<Stranded>,
    /// Those that resolve to something else than before, the highest of each package first.
    pub moved: Vec<(PackageName, Version)>,
}

/// A live version of which a requirement is satisfied by no live version.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, thiserror::Error)]
#[error(
    "{package} {version} is live and requires {of} {requirement}, which no live version satisfies"
)]
pub struct Stranded {
    pub package: PackageName,
    pub version: Version,
    /// The package that is required.
    pub of: PackageName,
    pub requirement: String,
    /// Whether this rollback took what satisfied it, or this undo gave the version back; else it
    /// was so before.
    pub is_ours: bool,
}

/// Looks at what the index shows now that `without` was yanked and `with` is live again. Only
/// requirements on packages that were asked for are looked at; no rollback moves the others.
#[must_use]
pub fn standing(
    published: &BTreeMap<PackageName, Published>,
    without: &[Upload],
    with: &[Upload],
) -> Standing {
    let named: BTreeSet<&PackageName> = without.iter().chain(with).map(|it| &it.package).collect();
    let live = |name: &PackageName| {
        let versions = published.get(name).map_or(&[][..], Published::versions);
        versions.iter().filter(|entry| !entry.yanked)
    };
    let took = |of: &PackageName, requirement: &VersionReq| {
        without.iter().any(|it| it.package == *of && requirement.matches(&it.version))
    };
    let is_live = |it: &Upload| live(&it.package).any(|entry| entry.version == it.version);
    let again = without.iter().filter(|it| is_live(it));
    let turned = again.chain(with.iter().filter(|it| !is_live(it))).cloned().collect();
    let mut found = Standing { turned, ..Standing::default() };
    for package in published.keys() {
        let is_user =
            |it: &PublishedVersion| it.dependencies.iter().any(|(of, _)| named.contains(&of));
        let concerned: Vec<_> =
            live(package).filter(|it| named.contains(package) || is_user(it)).collect();
        if concerned.is_empty() {
            continue;
        }
        found.live.insert(package.clone(), concerned.len());
        for entry in concerned {
            let came = with.iter().any(|it| it.package == *package && it.version == entry.version);
            let known = entry.dependencies.iter().filter(|(of, _)| published.contains_key(of));
            for (of, requirement) in known {
                if live(&of).any(|other| requirement.matches(&other.version)) {
                    continue;
                }
                found.stranded.push(Stranded {
                    package: package.clone(),
                    version: entry.version.clone(),
                    of: of.clone(),
                    requirement: requirement.to_string(),
                    is_ours: came || took(&of, &requirement),
                });
            }
            if entry.dependencies.iter().any(|(of, requirement)| took(&of, &requirement)) {
                found.moved.push((package.clone(), entry.version.clone()));
            }
        }
    }
    found.stranded.sort();
    found.stranded.dedup();
    found.moved.sort_by(|a, b| (&a.0, &b.1).cmp(&(&b.0, &a.1)));
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Digest, RegistryName};

    fn name(text: &str) -> PackageName {
        PackageName::new(text).expect("a name")
    }

    /// `NAME VERSION`, with `!` when it is yanked, and what it requires: `NAME REQUIREMENT`, both by
    /// commas.
    fn index(text: &str) -> BTreeMap<PackageName, Published> {
        let mut all: BTreeMap<PackageName, Vec<PublishedVersion>> = BTreeMap::new();
        for line in text.split(',') {
            let mut words = line.split_whitespace();
            let mut next = || words.next().expect("a word");
            let (package, version) = (name(next()), next());
            let rest: Vec<&str> = words.collect();
            let required = rest
                .chunks(2)
                .map(|pair| (name(pair[0]), VersionReq::parse(pair[1]).expect("a requirement")));
            all.entry(package).or_default().push(PublishedVersion {
                version: Version::parse(version.trim_end_matches('!')).expect("a version"),
                yanked: version.ends_with('!'),
                checksum: Digest::from_hex("ab"),
                dependencies: required.collect(),
            });
        }
        all.into_iter().map(|(name, versions)| (name, Published::Known(versions))).collect()
    }

    fn uploads(text: &str) -> Vec<Upload> {
        let upload = |text: &str| {
            let (package, version) = text.split_once(' ').expect("two words");
            Upload {
                package: name(package),
                version: Version::parse(version).expect("a version"),
                registry: RegistryName::crates_io(),
            }
        };
        text.split(", ").filter(|it| !it.is_empty()).map(upload).collect()
    }

    #[test]
    fn who_is_left_without_what_it_requires_is_named_and_whose_doing_it_is() {
        let table = [
            ("a 1.0.0, a 1.1.0!, b 1.0.0 a ^1.0", "a 1.1.0", "", ""),
            ("a 1.0.0, a 1.1.0!, b 1.0.0 a =1.1.0", "a 1.1.0", "", "b 1.0.0 a =1.1.0 ours"),
            // It was taken back as well.
            ("a 1.0.0, a 1.1.0!, b 1.0.0! a =1.1.0", "a 1.1.0, b 1.0.0", "", ""),
            // What somebody else yanked is not of this rollback.
            ("a 0.9.0!, a 1.0.0, a 1.1.0!, b 1.0.0 a ^0.9", "a 1.1.0", "", "b 1.0.0 a ^0.9 before"),
            // The last live version went, and somebody released a user of it meanwhile.
            ("a 1.1.0!, b 1.0.0 a ^1.1", "a 1.1.0", "", "b 1.0.0 a ^1.1 ours"),
            // Nobody was asked about `x`, and what `c` requires this rollback did not touch.
            ("a 1.0.0, a 1.1.0! x ^7, b 1.0.0 x ^7, c 1.0.0 d ^3, d 1.0.0", "a 1.1.0", "", ""),
            // What came back finds what it requires yanked by a stranger.
            ("a 1.0.0, a 1.1.0!, b 1.1.0 a ^1.1", "", "b 1.1.0", "b 1.1.0 a ^1.1 ours"),
            ("a 1.0.0, a 1.1.0, b 1.1.0 a ^1.1", "", "a 1.1.0, b 1.1.0", ""),
        ];
        for (text, without, with, expected) in table {
            let found = standing(&index(text), &uploads(without), &uploads(with)).stranded;
            let told = found.iter().map(|it| {
                let whose = if it.is_ours { "ours" } else { "before" };
                format!("{} {} {} {} {whose}", it.package, it.version, it.of, it.requirement)
            });
            assert_eq!(told.collect::<Vec<_>>().join(", "), expected, "{text}");
        }
    }

    #[test]
    fn what_somebody_else_turned_again_is_named() {
        let text = "a 1.0.0, a 1.1.0, b 1.0.0!, b 1.1.0!";
        let found = standing(&index(text), &uploads("a 1.1.0, b 1.1.0"), &[]);
        assert_eq!(found.turned, uploads("a 1.1.0"));
        let found = standing(&index(text), &[], &uploads("a 1.1.0, b 1.1.0"));
        assert_eq!(found.turned, uploads("b 1.1.0"));
    }

    #[test]
    fn what_is_counted_is_the_packages_and_who_requires_them() {
        let text =
            "a 1.0.0, a 1.1.0!, b 0.9.0, b 1.0.0 a ^1, b 1.1.0 a ^1, c 1.0.0 b ^1, c 1.1.0 a ~1.0";
        let found = standing(&index(text), &uploads("a 1.1.0"), &[]);
        let live: Vec<String> =
            found.live.iter().map(|(name, it)| format!("{name} {it}")).collect();
        assert_eq!(live, ["a 1", "b 2", "c 1"]);
        let moved: Vec<String> =
            found.moved.iter().map(|it| format!("{} {}", it.0, it.1)).collect();
        assert_eq!(moved, ["b 1.1.0", "b 1.0.0"]);
        assert_eq!(found.stranded, []);
    }
}
