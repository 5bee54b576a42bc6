//! What registries said before, for when nobody is to be asked.

use super::cache;
use super::packed::vcs_commit;
use super::registries::Registries;
use cargo_orchestrate::facts::{Published, PublishedVersion};
use cargo_orchestrate::model::{Digest, Oid, PackageName, RegistryName, Timestamp};
use std::collections::BTreeMap;

/// Answers that were kept.
#[derive(Debug, Default)]
pub(crate) struct Kept {
    /// One entry per package that was asked for; [`Published::Unknown`] where nothing is kept.
    pub(crate) published: BTreeMap<PackageName, Published>,
    /// When the oldest of them was given.
    pub(crate) oldest: Option<Timestamp>,
}

/// What is kept of a package that does not say its commit.
const NO_COMMIT: &str = "none";
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

    /// The commit that a published version says it was packed from. Bytes of one checksum say the
    /// same for ever, so they are downloaded once.
    pub(crate) fn released_commit(
        &self,
        registry: &RegistryName,
        package: &PackageName,
        entry: &PublishedVersion,
    ) -> Option<Oid> {
        let index = self.sparse_index(registry).ok()?;
        let folder = self.folder(&index);
        let folder = folder.as_deref();
        if let Some(text) = cache::kept_commit(folder, &entry.checksum) {
            return (text != NO_COMMIT).then(|| Oid::from_hex(&text));
        }
        let bytes = self.download(registry, package, &entry.version).ok()?;
        let commit = vcs_commit(&bytes);
        if Digest::of(&bytes) == entry.checksum {
            let text = commit.as_ref().map_or_else(|| NO_COMMIT.to_owned(), Oid::to_string);
            cache::keep_commit(folder, &entry.checksum, &text);
        }
        commit
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
        Ok((Published::Known(cache::versions(&index, folder, package)?), at))
    }
}
