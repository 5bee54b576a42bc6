//! Whether two lock files give a package the same versions of all it needs.

use super::reach::Lock;
use super::read::{Locked, Reference};
use crate::model::{PackageName, Version};
use std::collections::{BTreeMap, BTreeSet};

/// A package in either lock file. Those of a release count as the same wherever they come from: out
/// of a folder in one file, out of the registry in the other.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Same<'a> {
    name: &'a str,
    version: &'a str,
    source: Option<&'a str>,
    checksum: Option<&'a str>,
}

impl Lock {
    /// Whether `root`, built by this lock file of many packages, gets the versions that its own
    /// lock file (`own`) has. `released` are the packages that both take from one release.
    ///
    /// What `own` has for tests, and what it does not have since only others want it, is nothing
    /// that a build of the package comes upon.
    #[must_use]
    pub fn agrees(
        &self,
        own: &Self,
        root: &PackageName,
        released: &BTreeMap<PackageName, Version>,
    ) -> bool {
        let same = |package| Same::of(package, released);
        let joint: BTreeMap<Same<'_>, &Locked> =
            self.packages.iter().map(|package| (same(package), package)).collect();
        let start = own.packages.iter().find(|it| it.name == root.as_str() && it.source.is_none());
        let Some(start) = start else { return false };
        let (mut ahead, mut seen) = (vec![start], BTreeSet::from([same(start)]));
        while let Some(package) = ahead.pop() {
            let Some(here) = joint.get(&same(package)) else { return false };
            let (mine, theirs) = (own.needed(package), self.needed(here));
            let (few, many) = if same(package) == same(start) {
                // Its own file has the dependencies for tests besides.
                (theirs.iter().map(|it| same(it)).collect::<Vec<_>>(), &mine)
            } else {
                (mine.iter().map(|it| same(it)).collect(), &theirs)
            };
            let many: BTreeSet<Same<'_>> = many.iter().map(|it| same(it)).collect();
            if !few.iter().all(|it| many.contains(it)) {
                return false;
            }
            for next in mine {
                let counts = same(package) != same(start) || few.contains(&same(next));
                if counts && seen.insert(same(next)) {
                    ahead.push(next);
                }
            }
        }
        true
    }

    /// Whether all that `own`, the lock file of a released package, has is in this one, too, or is
    /// released: nothing in it was chosen anew.
    #[must_use]
    pub fn has_all_of(&self, own: &Self, released: &BTreeMap<PackageName, Version>) -> bool {
        let here: BTreeSet<Same<'_>> =
            self.packages.iter().map(|package| Same::of(package, released)).collect();
        own.packages.iter().all(|package| here.contains(&Same::of(package, released)))
    }

    /// The packages that one depends on.
    fn needed(&self, package: &Locked) -> Vec<&Locked> {
        let references = package.dependencies.iter();
        let at = references.flat_map(|spot| self.meant_by(&Reference::read(&spot.value)));
        at.map(|at| &self.packages[at]).collect()
    }
}

impl<'a> Same<'a> {
    fn of(package: &'a Locked, released: &BTreeMap<PackageName, Version>) -> Self {
        let (name, version) = (package.name.as_str(), package.version.value.as_str());
        let is_released =
            released.iter().any(|(it, at)| it.as_str() == name && at.to_string() == version);
        if is_released {
            return Self { name, version, source: None, checksum: None };
        }
        Self {
            name,
            version,
            source: package.source.as_deref(),
            checksum: package.checksum.as_deref(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fmt::Write as _;

    /// A package for each part: `name version[@source] on on`; `@` alone is crates.io's.
    fn lock(text: &str) -> Lock {
        let mut toml = String::from("version = 4\n");
        for part in text.split(';') {
            let mut words = part.split_whitespace();
            let name = words.next().expect("a name");
            let version = words.next().expect("a version");
            let (version, source) =
                version.split_once('@').map_or((version, None), |(it, at)| (it, Some(at)));
            let _ = writeln!(toml, "[[package]]\nname = \"{name}\"\nversion = \"{version}\"");
            if let Some(source) = source {
                let _ = writeln!(toml, "source = \"{source}\"\nchecksum = \"{name}{version}\"");
            }
            let on: Vec<String> = words.map(|on| format!("\"{}\"", on.replace('=', " "))).collect();
            let _ = writeln!(toml, "dependencies = [{}]", on.join(", "));
        }
        Lock::parse(&toml).expect("a lock file")
    }

    #[test]
    fn a_package_gets_what_its_own_lock_file_has() {
        let joint = "a 1.0.0 b s t; b 1.0.0 s u; s 1.2.0@r v; t 1.0.0@r; u 1.0.0@r; v 2.0.0@r";
        let table = [
            ("the same", "a 1.0.0 b s t; b 1.0.0@r s; s 1.2.0@r v; t 1.0.0@r; v 2.0.0@r", true),
            (
                "another for tests",
                "a 1.0.0 b s t d; b 1.0.0@r s; s 1.2.0@r v; t 1.0.0@r; v 2.0.0@r; d 1.0.0@r",
                true,
            ),
            (
                "another version",
                "a 1.0.0 b s t; b 1.0.0@r s; s 1.3.0@r v; t 1.0.0@r; v 2.0.0@r",
                false,
            ),
            (
                "another version far down",
                "a 1.0.0 b s t; b 1.0.0@r s; s 1.2.0@r v; t 1.0.0@r; v 2.0.1@r",
                false,
            ),
            (
                "another source",
                "a 1.0.0 b s t; b 1.0.0@r s; s 1.2.0@r v; t 1.0.0@q; v 2.0.0@r",
                false,
            ),
            (
                "another release",
                "a 1.0.0 b s t; b 0.9.0@r s; s 1.2.0@r v; t 1.0.0@r; v 2.0.0@r",
                false,
            ),
            (
                "less than the joint one builds",
                "a 1.0.0 b s; b 1.0.0@r s; s 1.2.0@r v; v 2.0.0@r",
                false,
            ),
            (
                "a dependency that the joint one does not know",
                "a 1.0.0 b s t; b 1.0.0@r s; s 1.2.0@r v w; t 1.0.0@r; v 2.0.0@r; w 1.0.0@r",
                false,
            ),
            ("not itself", "b 1.0.0 s; s 1.2.0@r v; v 2.0.0@r", false),
        ];
        let name = |name: &str| PackageName::new(name).expect("a name");
        let released = ["a", "b"].map(|it| (name(it), Version::new(1, 0, 0)));
        for (what, own, expected) in table {
            let agrees = lock(joint).agrees(&lock(own), &name("a"), &released.clone().into());
            assert_eq!(agrees, expected, "{what}");
        }
    }

    #[test]
    fn what_was_chosen_anew_is_told() {
        let whole = "a 1.0.0 b s; b 1.0.0 s; c 1.0.0; s 1.2.0@r";
        let table = [
            ("a 1.0.0 b s; b 1.0.0@r s; s 1.2.0@r", true),
            ("a 1.0.0 s; s 1.3.0@r", false),
            ("a 1.0.0 s; s 1.2.0@q", false),
            // A member that is not released comes from the registry.
            ("a 1.0.0 c; c 1.0.0@r", false),
        ];
        let name = |name: &str| PackageName::new(name).expect("a name");
        let released = BTreeMap::from(["a", "b"].map(|it| (name(it), Version::new(1, 0, 0))));
        for (own, expected) in table {
            assert_eq!(lock(whole).has_all_of(&lock(own), &released), expected, "{own}");
        }
    }

    #[test]
    fn two_versions_of_one_package_are_told_apart() {
        let joint = "a 1.0.0 s=1.0.0; c 1.0.0 s=2.0.0; s 1.0.0@r; s 2.0.0@r";
        let name = PackageName::new("a").expect("a name");
        let agrees = |own: &str| lock(joint).agrees(&lock(own), &name, &BTreeMap::new());
        assert!(agrees("a 1.0.0 s; s 1.0.0@r"));
        assert!(!agrees("a 1.0.0 s; s 2.0.0@r"));
    }
}
