//! What goes to a registry: the kept bytes, yanks and unyanks. Whether it arrived is asked of the
//! index and of nothing else.

use super::pack::kept;
use super::{Failed, local, nothing_happened};
use crate::registry::{Parcel, Recorded, Registries};
use cargo_orchestrate::facts::Published;
use cargo_orchestrate::model::Digest;
use cargo_orchestrate::plan::Upload;
use cargo_orchestrate::run::{Probe, Receipt, TroubleKind};
use std::path::Path;

/// Puts the upload of a package's kept bytes together, if they still are those that were verified.
pub(super) fn parcel(
    registries: &Registries,
    artifacts: &Path,
    upload: &Upload,
    sealed: &Digest,
) -> Result<Parcel, Failed> {
    let path = kept(artifacts, upload);
    let doing = |verb: &str| format!("{verb} the kept `{}`", path.display());
    let bytes = std::fs::read(&path).map_err(|error| local(doing("read"), &error))?;
    if Digest::of(&bytes) != *sealed {
        let text = format!("`{}` no longer holds the bytes that were verified", path.display());
        return Err(nothing_happened(TroubleKind::Moved, text));
    }
    let metadata = registries
        .new_crate(&upload.registry, &bytes)
        .map_err(|error| local(doing("read the manifest of"), &error))?;
    Ok(registries.parcel(&upload.registry, metadata, &path, sealed)?)
}

/// Whether the index shows exactly the bytes that were packed, `published` being what it shows.
pub(super) fn probe_upload(
    registries: &Registries,
    published: &Published,
    upload: &Upload,
    sealed: &Digest,
) -> Probe {
    let probe = judge_upload(published, upload, sealed);
    if probe != Probe::NotDone {
        return probe;
    }
    // The database knows an upload before the index does, where it can be asked.
    match registries.recorded(&upload.registry, &upload.package, &upload.version) {
        Recorded::Absent => Probe::NeverArrived,
        Recorded::Present { .. } | Recorded::Unknown(_) => Probe::NotDone,
    }
}

/// What an answer of the index says about an upload.
pub(super) fn judge_upload(published: &Published, upload: &Upload, sealed: &Digest) -> Probe {
    match published {
        Published::Unknown(why) => Probe::Unknown(why.clone()),
        Published::Known(_) => match published.version(&upload.version) {
            None => Probe::NotDone,
            Some(entry) if entry.checksum == *sealed => {
                Probe::Done(Receipt::Visible { checksum: sealed.clone() })
            }
            Some(entry) => Probe::Foreign(format!(
                "{} {} is on {} with other bytes (sha256 {}, ours {})",
                upload.package,
                entry.version,
                upload.registry,
                entry.checksum.short(12),
                sealed.short(12),
            )),
        },
    }
}

/// Whether the index, which shows `published`, shows the version as yanked, or as not yanked.
pub(super) fn probe_yank(published: &Published, upload: &Upload, yanked: bool) -> Probe {
    if let Published::Unknown(why) = published {
        return Probe::Unknown(why.clone());
    }
    match published.version(&upload.version) {
        Some(entry) if entry.yanked == yanked => Probe::Done(Receipt::Plain),
        Some(_) => Probe::NotDone,
        None => Probe::Foreign(format!("{upload} is not on {} any more", upload.registry)),
    }
}
