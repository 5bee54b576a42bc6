//! What a registry holds of a package.

use super::{Dependencies, Facts};
use crate::model::{Digest, PackageName, Version};
use std::cmp::Reverse;

/// What a registry's index says about one package.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Published {
    /// The index answered; no entry at all means the name was never published there.
    Known(Vec<PublishedVersion>),
    /// The index was not asked or did not answer; the text says why. Never to be read as absent.
    Unknown(String),
}

/// One version in the index.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PublishedVersion {
    pub version: Version,
    pub yanked: bool,
    /// The SHA-256 of the `.crate`.
    pub checksum: Digest,
    pub dependencies: Dependencies,
}

impl Published {
    /// All versions known, in no particular order; none when the index did not answer.
    #[must_use]
    pub fn versions(&self) -> &[PublishedVersion] {
        match self {
            Self::Known(versions) => versions,
            Self::Unknown(_) => &[],
        }
    }

    /// The entry for exactly this version; build metadata does not tell versions apart.
    #[must_use]
    pub fn version(&self, version: &Version) -> Option<&PublishedVersion> {
        self.versions().iter().find(|entry| {
            let (a, b) = (&entry.version, version);
            (a.major, a.minor, a.patch, &a.pre) == (b.major, b.minor, b.patch, &b.pre)
        })
    }

    /// The highest version that is not yanked.
    #[must_use]
    pub fn latest_live(&self) -> Option<&PublishedVersion> {
        self.versions().iter().filter(|entry| !entry.yanked).max_by_key(|entry| &entry.version)
    }

    /// The version to go back to from `version`: the highest live one below it, else the highest
    /// live one at all, of those that are not `gone` as well. A release on a maintenance branch goes
    /// back on its own line, although another line may be ahead.
    #[must_use]
    pub fn last_good(
        &self,
        version: &Version,
        gone: impl Fn(&Version) -> bool,
    ) -> Option<&Version> {
        let live = self.versions().iter().filter(|entry| !entry.yanked);
        let mut others: Vec<&Version> =
            live.map(|entry| &entry.version).filter(|other| *other != version).collect();
        others.sort_by_key(|other| Reverse((*other < version, *other)));
        // What is gone may take long to tell, and mostly the first is it.
        others.into_iter().find(|other| !gone(other))
    }

    /// The highest version ever published, yanked or not.
    #[must_use]
    pub fn highest(&self) -> Option<&PublishedVersion> {
        self.versions().iter().max_by_key(|entry| &entry.version)
    }
}

impl Facts {
    /// The version of a package to go back to from `version`, as [`Published::last_good`] has it, of
    /// those that find live versions of what they require, when all that is `gone` is gone.
    pub fn last_good(
        &self,
        package: &PackageName,
        version: &Version,
        gone: impl Fn(&PackageName, &Version) -> bool,
    ) -> Option<&Version> {
        let is_no_use = |it: &Version| gone(package, it) || !self.resolves(package, it, &gone);
        self.published.get(package)?.last_good(version, is_no_use)
    }

    /// Whether the packages that this version requires have live versions for it that are not gone;
    /// of packages that nobody asked for it is taken as given.
    fn resolves(
        &self,
        package: &PackageName,
        version: &Version,
        gone: &impl Fn(&PackageName, &Version) -> bool,
    ) -> bool {
        let entry = self.published.get(package).and_then(|it| it.version(version));
        entry.into_iter().flat_map(|entry| entry.dependencies.iter()).all(|(name, requirement)| {
            let Some(Published::Known(versions)) = self.published.get(&name) else { return true };
            let live = versions.iter().filter(|it| !it.yanked);
            let mut fit = live.filter(|it| requirement.matches(&it.version));
            fit.any(|it| !gone(&name, &it.version))
        })
    }
}
