//! Which packed packages can be verified in one build.

use crate::facts::{Alone, Resolved};
use crate::model::PackageName;

/// Packages that are built at once, each with exactly what it would get alone.
#[derive(Debug, Default)]
pub struct Joint {
    pub packages: Vec<PackageName>,
    with: Alone,
}

/// Parts the packages into as few builds as it finds, so that none of them sees a feature that it
/// would not have alone: what compiles in its build compiles for everybody who takes the package.
///
/// Who shares nothing, and who wants the same features of what they share, are built at once.
/// A package that is not in the graph has a build of its own.
#[must_use]
pub fn joint_builds(resolved: &Resolved, packages: &[PackageName]) -> Vec<Joint> {
    let mut builds: Vec<Joint> = Vec::new();
    let mut strangers = Vec::new();
    for package in packages {
        let Some(alone) = resolved.alone(package) else {
            strangers.push(Joint { packages: vec![package.clone()], with: Alone::default() });
            continue;
        };
        let fits = |build: &&mut Joint| {
            build.with.agrees(&alone)
                && !build.packages.iter().any(|other| resolved.collide(package, other))
        };
        if let Some(build) = builds.iter_mut().find(fits) {
            build.packages.push(package.clone());
            build.with.extend(&alone);
        } else {
            builds.push(Joint { packages: vec![package.clone()], with: alone });
        }
    }
    builds.extend(strangers);
    builds
}

/// A feature that a package sees only where another one is built with it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lent {
    /// The package that has the feature.
    pub of: String,
    pub feature: String,
    /// Who switches it on.
    pub by: PackageName,
}

/// What the others would lend to a package in a build of all of them: the first who does, for
/// each feature.
#[must_use]
pub fn lent(resolved: &Resolved, package: &PackageName, others: &[PackageName]) -> Vec<Lent> {
    let Some(alone) = resolved.alone(package) else { return Vec::new() };
    let mut all: Vec<Lent> = Vec::new();
    for other in others.iter().filter(|other| *other != package) {
        let Some(theirs) = resolved.alone(other) else { continue };
        for (of, feature) in resolved.lent(&alone, &theirs) {
            if !all.iter().any(|lent| lent.of == of && lent.feature == feature) {
                all.push(Lent { of, feature, by: other.clone() });
            }
        }
    }
    all
}

#[cfg(test)]
#[path = "joint_tests.rs"]
mod tests;
