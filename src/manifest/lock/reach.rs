//! What a package depends on, as `Cargo.lock` has it.

use super::LockError;
use super::read::{Locked, Reference, packages};
use crate::model::PackageName;
use std::collections::{BTreeMap, BTreeSet};

/// The packages of `Cargo.lock` that a member's normal and build dependencies reach: name to the
/// versions, each with its checksum, or with its source where there is no checksum, sorted.
///
/// `Cargo.lock` does not say whether a dependency is normal, for builds or for tests. What members
/// name for tests is therefore told apart by `direct`: for a member, the packages (not aliases)
/// that its normal and build dependencies name. A member without an entry counts with everything
/// it has. Packages from elsewhere have no test dependencies in `Cargo.lock`.
///
/// Packages without a source, other members for the most part, are walked through and left out:
/// their changes are seen in their files. Features and targets play no part: what some platform or
/// feature needs is reached.
///
/// # Errors
/// [`LockError::Absent`] when `root` is not there as a package without a source, and
/// [`LockError::Unreadable`].
pub fn reach(
    text: &str,
    root: &PackageName,
    direct: &BTreeMap<PackageName, BTreeSet<PackageName>>,
) -> Result<BTreeMap<String, Vec<String>>, LockError> {
    let packages = packages(text)?;
    let mut by_name: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    for (index, package) in packages.iter().enumerate() {
        by_name.entry(&package.name).or_default().push(index);
    }
    let wanted: BTreeMap<&str, BTreeSet<&str>> = direct
        .iter()
        .map(|(member, names)| (member.as_str(), names.iter().map(PackageName::as_str).collect()))
        .collect();
    let of_root = by_name.get(root.as_str()).into_iter().flatten().copied();
    let mut ahead: Vec<usize> = of_root.filter(|at| packages[*at].source.is_none()).collect();
    if ahead.is_empty() {
        return Err(LockError::Absent(root.clone()));
    }
    let mut seen: BTreeSet<usize> = ahead.iter().copied().collect();
    while let Some(at) = ahead.pop() {
        let package = &packages[at];
        let names = if package.source.is_none() { wanted.get(package.name.as_str()) } else { None };
        for dependency in &package.dependencies {
            let reference = Reference::read(&dependency.value);
            if names.is_some_and(|names| !names.contains(reference.name)) {
                continue;
            }
            let candidates = by_name.get(reference.name).into_iter().flatten().copied();
            for next in candidates.filter(|next| reference.fits(&packages[*next])) {
                if seen.insert(next) {
                    ahead.push(next);
                }
            }
        }
    }
    let mut reached: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for package in seen.into_iter().map(|at| &packages[at]) {
        if let Some(text) = fingerprint(package) {
            reached.entry(package.name.clone()).or_default().push(text);
        }
    }
    for versions in reached.values_mut() {
        versions.sort();
    }
    Ok(reached)
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
