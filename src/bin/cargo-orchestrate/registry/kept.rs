//! What registries said before, for when nobody is to be asked.

use super::cache;
use super::http::words;
use super::index::versions;
use super::registries::Registries;
use cargo_orchestrate::facts::Published;
use cargo_orchestrate::model::{PackageName, RegistryName, Timestamp};
use std::collections::BTreeMap;

/// Answers that were kept.
#[derive(Debug, Default)]
pub(crate) struct Kept {
    /// One entry per package that was asked for; [`Published::Unknown`] where nothing is kept.
    pub(crate) published: BTreeMap<PackageName, Published>,
    /// When the oldest of them was given.
    pub(crate) oldest: Option<Timestamp>,
}

/// Why a package of which nothing is kept is unknown.
const NEVER_READ: &str = "its index entry was never read on this machine";

impl Registries {
    /// What the registries said of these packages when they were last asked. Asks nobody.
    pub(crate) fn kept(&self, wanted: &[(PackageName, RegistryName)]) -> Kept {
        let mut kept = Kept::default();
        for (package, registry) in wanted {
            let published = match self.kept_of(package, registry) {
                Ok((published, at)) => {
                    kept.oldest = Some(kept.oldest.map_or(at, |oldest| oldest.min(at)));
                    published
                }
                Err(why) => Published::Unknown(why),
            };
            kept.published.insert(package.clone(), published);
        }
        kept
    }

    fn kept_of(
        &self,
        package: &PackageName,
        registry: &RegistryName,
    ) -> Result<(Published, Timestamp), String> {
        let index = self.sparse_index(registry)?;
        let folder = self.folder(&index);
        let folder = folder.as_deref();
        if let Some(at) = cache::kept_absence(&index, folder, package) {
            return Ok((Published::Known(Vec::new()), at));
        }
        let at = cache::kept(&index, folder, package).ok_or(NEVER_READ)?;
        let entry = index.crate_from_cache(package.as_str());
        let entry = entry.map_err(|_| "its kept index entry is damaged".to_owned())?;
        let versions = versions(package, &entry).map_err(|error| words(&error))?;
        Ok((Published::Known(versions), at))
    }
}
