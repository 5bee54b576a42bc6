//! Which versions come and which go.

use crate::facts::{Facts, Published};
use crate::model::{PackageName, Version};
use crate::plan::Plan;
use std::collections::{BTreeMap, BTreeSet};

/// The versions that a plan brings or takes away.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Outlook {
    /// The versions that will be there, one a package.
    pub coming: BTreeMap<PackageName, Version>,
    /// The versions that are or will be yanked.
    pub going: BTreeMap<PackageName, BTreeSet<Version>>,
}

impl Outlook {
    /// What a release brings.
    #[must_use]
    pub fn of_plan(plan: &Plan) -> Self {
        let published = plan.packages.iter().filter(|planned| planned.publish);
        let coming = published.map(|planned| (planned.name.clone(), planned.to.clone()));
        Self { coming: coming.collect(), going: BTreeMap::new() }
    }

    /// What is left when these versions are taken back.
    #[must_use]
    pub fn without<'v>(versions: impl IntoIterator<Item = (&'v PackageName, &'v Version)>) -> Self {
        let mut going: BTreeMap<PackageName, BTreeSet<Version>> = BTreeMap::new();
        for (package, version) in versions {
            going.entry(package.clone()).or_default().insert(version.clone());
        }
        Self { coming: BTreeMap::new(), going }
    }

    /// Whether this version of a package goes.
    #[must_use]
    pub fn takes(&self, package: &PackageName, version: &Version) -> bool {
        self.going.get(package).is_some_and(|versions| versions.contains(version))
    }

    /// The versions that people can get afterwards; nothing where the registry gave no answer.
    pub(super) fn afterwards<'f>(
        &'f self,
        package: &'f PackageName,
        facts: &'f Facts,
    ) -> Option<Vec<&'f Version>> {
        let published = match facts.published.get(package) {
            Some(Published::Unknown(_)) | None => return None,
            Some(known) => known.versions(),
        };
        let live = published.iter().filter(|entry| !entry.yanked).map(|entry| &entry.version);
        let mut left: Vec<&Version> =
            live.filter(|version| !self.takes(package, version)).collect();
        left.extend(self.coming.get(package));
        Some(left)
    }
}
