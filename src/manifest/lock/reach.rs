//! What a package depends on, as `Cargo.lock` has it.

use super::LockError;
use super::read::{Locked, Reference, packages};
use crate::model::{PackageName, Version};
use std::collections::{BTreeMap, BTreeSet};

/// A `Cargo.lock`, read once for all members.
#[derive(Debug)]
pub struct Lock {
    pub(super) packages: Vec<Locked>,
    by_name: BTreeMap<String, Vec<usize>>,
}

/// As [`Lock::reach`], for one question.
///
/// # Errors
/// Those of [`Lock::parse`] and [`Lock::reach`].
pub fn reach(
    text: &str,
    root: &PackageName,
    direct: &BTreeMap<PackageName, BTreeSet<PackageName>>,
) -> Result<BTreeMap<String, Vec<String>>, LockError> {
    Lock::parse(text)?.reach(root, direct)
}

impl Lock {
    /// Reads a `Cargo.lock` of any version.
    ///
    /// # Errors
    /// [`LockError::Unreadable`] when the text is none.
    pub fn parse(text: &str) -> Result<Self, LockError> {
        let packages = packages(text)?;
        let mut by_name: BTreeMap<String, Vec<usize>> = BTreeMap::new();
        for (index, package) in packages.iter().enumerate() {
            by_name.entry(package.name.clone()).or_default().push(index);
        }
        Ok(Self { packages, by_name })
    }

    /// The packages that a member's normal and build dependencies reach: name to the
    /// versions, each with its checksum, or with its source where there is no checksum, sorted.
    ///
    /// `Cargo.lock` does not say whether a dependency is normal, for builds or for tests. What
    /// members name for tests is therefore told apart by `direct`: for a member, the packages (not
    /// aliases) that its normal and build dependencies name. A member without an entry counts with
    /// everything it has. Packages from elsewhere have no test dependencies in `Cargo.lock`.
    ///
    /// Packages without a source, other members for the most part, are walked through and left
    /// out: their changes are seen in their files. Features and targets play no part: what some
    /// platform or feature needs is reached.
    ///
    /// # Errors
    /// [`LockError::Absent`] when `root` is not there as a package without a source.
    pub fn reach(
        &self,
        root: &PackageName,
        direct: &BTreeMap<PackageName, BTreeSet<PackageName>>,
    ) -> Result<BTreeMap<String, Vec<String>>, LockError> {
        let is_member = |at: &usize| self.packages[*at].source.is_none();
        let mut ahead: Vec<usize> = self.named(root.as_str()).filter(is_member).collect();
        if ahead.is_empty() {
            return Err(LockError::Absent(root.clone()));
        }
        let mut seen: BTreeSet<usize> = ahead.iter().copied().collect();
        while let Some(at) = ahead.pop() {
            for next in self.dependencies(&self.packages[at], direct) {
                if seen.insert(next) {
                    ahead.push(next);
                }
            }
        }
        let mut reached: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for package in seen.into_iter().map(|at| &self.packages[at]) {
            if let Some(text) = fingerprint(package) {
                reached.entry(package.name.clone()).or_default().push(text);
            }
        }
        for versions in reached.values_mut() {
            versions.sort();
        }
        Ok(reached)
    }

    /// The versions of a package that come from a registry, in the order of the text.
    #[must_use]
    pub fn versions_of(&self, package: &PackageName) -> Vec<Version> {
        let from_registry = |at: &usize| {
            let source = self.packages[*at].source.as_deref().unwrap_or_default();
            source.starts_with("registry+") || source.starts_with("sparse+")
        };
        let found = self.named(package.as_str()).filter(from_registry);
        found.filter_map(|at| Version::parse(&self.packages[at].version.value).ok()).collect()
    }

    fn named(&self, name: &str) -> impl Iterator<Item = usize> {
        self.by_name.get(name).into_iter().flatten().copied()
    }

    /// The packages that one depends on, as far as `direct` lets a member's count.
    fn dependencies<'a>(
        &'a self,
        package: &'a Locked,
        direct: &'a BTreeMap<PackageName, BTreeSet<PackageName>>,
    ) -> impl Iterator<Item = usize> + 'a {
        let counted = match &package.source {
            None => PackageName::new(&*package.name).ok().and_then(|name| direct.get(&name)),
            Some(_) => None,
        };
        let references = package.dependencies.iter().map(|spot| Reference::read(&spot.value));
        references
            .filter(move |it| {
                counted.is_none_or(|names| names.iter().any(|name| name.as_str() == it.name))
            })
            .flat_map(move |it| self.meant_by(&it))
    }

    /// The packages that a reference may stand for. Cargo leaves the source out for a package
    /// without one even where a registry's has the same name and version, so that one is meant.
    pub(super) fn meant_by(&self, reference: &Reference<'_>) -> Vec<usize> {
        let mut fitting: Vec<usize> =
            self.named(reference.name).filter(|at| reference.fits(&self.packages[*at])).collect();
        let is_member = |at: &usize| self.packages[*at].source.is_none();
        if reference.source.is_none() && fitting.iter().any(is_member) {
            fitting.retain(is_member);
        }
        fitting
    }
}

/// Version and checksum of a package that has a source.
fn fingerprint(package: &Locked) -> Option<String> {
    let source = package.source.as_ref()?;
    let proof = package.checksum.as_ref().unwrap_or(source);
    Some(format!("{} {proof}", package.version.value))
}

#[cfg(test)]
#[path = "reach_tests.rs"]
mod tests;
