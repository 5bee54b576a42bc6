//! Packing without asking the index, where it could not say anything that counts.
//!
//! For each package Cargo resolves a lock file, and for each of those it asks the index about all
//! that could be in it: 1,300 requests for 50 packages, one round after the other. With a lock file
//! for the workspace the answers decide two things alone: a member that has a newer version in the
//! registry than is released, and what is in no lock file yet. Where there is neither,
//! `cargo package --offline` packs the same bytes. What comes out is looked at, and anything
//! that the workspace's lock file does not have is reason enough to ask after all.

use super::pack::Packing;
use crate::registry::Registries;
use cargo_orchestrate::facts::Published;
use cargo_orchestrate::manifest::lock::Lock;
use cargo_orchestrate::model::{PackageName, Version};
use cargo_orchestrate::plan::{Round, Upload};
use flate2::read::GzDecoder;
use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, BufReader, Read as _};
use std::path::Path;

/// What Cargo is told so that it asks nobody.
pub(super) const OPTIONS: [&str; 3] = ["--offline", "--locked", "--no-verify"];

impl Packing<'_> {
    /// The lock file of the workspace, if no registry has a newer version of what is released.
    ///
    /// None for a round that needs what another registry does not have yet.
    pub(super) fn sufficient_lock(&self, round: &Round<'_>) -> Option<Lock> {
        if self.asks_index || !round.elsewhere.is_empty() {
            return None;
        }
        let lock = std::fs::read_to_string(self.workspace.join("Cargo.lock")).ok()?;
        is_ahead(self.registries, &round.packages).then(|| Lock::parse(&lock).ok())?
    }

    /// Whether the packed lock files hold nothing but what that of the workspace has, and what is
    /// released.
    pub(super) fn is_within(&self, lock: &Lock, uploads: &[&Upload]) -> bool {
        let released: BTreeMap<PackageName, Version> =
            uploads.iter().map(|it| (it.package.clone(), it.version.clone())).collect();
        uploads.iter().all(|upload| {
            let text = packed_lock(&self.packed(upload));
            let text = text.ok().flatten();
            let own = text.and_then(|text| Lock::parse(&text).ok());
            own.is_some_and(|own| lock.has_all_of(&own, &released))
        })
    }
}

/// Whether each version is higher than all that its registry showed when it was last asked.
fn is_ahead(registries: &Registries, uploads: &[&Upload]) -> bool {
    let wanted: Vec<_> =
        uploads.iter().map(|it| (it.package.clone(), it.registry.clone())).collect();
    let kept = registries.kept(&wanted).published;
    uploads.iter().all(|upload| match kept.get(&upload.package) {
        Some(published @ Published::Known(_)) => {
            published.versions().iter().all(|it| it.version < upload.version)
        }
        _ => false,
    })
}

/// The text of the lock file in an archive, which is read no further.
fn packed_lock(path: &Path) -> io::Result<Option<String>> {
    let mut archive = tar::Archive::new(GzDecoder::new(BufReader::new(File::open(path)?)));
    for entry in archive.entries()? {
        let mut entry = entry?;
        let path = entry.path()?;
        if path.components().count() == 2 && path.ends_with("Cargo.lock") {
            let mut text = String::new();
            entry.read_to_string(&mut text)?;
            return Ok(Some(text));
        }
    }
    Ok(None)
}
