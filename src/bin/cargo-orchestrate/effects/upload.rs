//! What goes to a registry: the kept bytes. Whether they arrived is asked of the index, and beside
//! it of the registry's database, and of nothing else.

use super::lease::Lease;
use super::pack::kept;
use super::{Failed, local, nothing_happened};
use crate::registry::{Archive, Recorded, Registries};
use cargo_orchestrate::facts::Published;
use cargo_orchestrate::model::Digest;
use cargo_orchestrate::plan::Upload;
use cargo_orchestrate::run::{Attempt, Performed, Probe, Receipt, TroubleKind};
use std::fs::File;
use std::io::Seek as _;
use std::path::PathBuf;
use std::sync::Arc;

/// One upload of a package's kept bytes, ready to be made by any thread.
pub(super) struct Delivery {
    pub(super) registries: Arc<Registries>,
    pub(super) lease: Option<Arc<Lease>>,
    pub(super) artifacts: PathBuf,
    pub(super) upload: Upload,
    /// The digest of the bytes that were verified.
    pub(super) sealed: Digest,
}

impl Delivery {
    /// Sends the kept bytes once, if they still are those that were verified and the release is
    /// still ours.
    pub(super) fn make(&self) -> Performed {
        let Self { registries, upload, sealed, .. } = self;
        let archive = self.archive()?;
        let metadata = registries
            .new_crate(&upload.registry, &archive.file)
            .map_err(|error| local(format!("read the manifest of the kept {upload}"), &error))?;
        (&archive.file).rewind().map_err(|error| local(self.doing("read"), &error))?;
        let parcel = registries.parcel(&upload.registry, metadata, archive, sealed)?;
        self.lease.as_ref().map_or(Ok(()), |lease| lease.fence())?;
        registries.send(parcel)?;
        Ok(Attempt::Accepted)
    }

    /// The kept file, compared with what was verified. The same open file is sent, so that nothing
    /// put in its place since is.
    fn archive(&self) -> Result<Archive, Failed> {
        let path = kept(&self.artifacts, &self.upload);
        let failed = |error: std::io::Error| local(self.doing("read"), &error);
        let file = File::open(&path).map_err(failed)?;
        let size_bytes = file.metadata().map_err(failed)?.len();
        let digest = Digest::of_all(&file).map_err(failed)?;
        if digest != self.sealed {
            let text = format!("`{}` no longer holds the bytes that were verified", path.display());
            return Err(nothing_happened(TroubleKind::Moved, text));
        }
        (&file).rewind().map_err(failed)?;
        Ok(Archive { file, size_bytes })
    }

    fn doing(&self, verb: &str) -> String {
        format!("{verb} the kept `{}`", kept(&self.artifacts, &self.upload).display())
    }
}

/// What index and database say of an upload, as far as they answered; nothing where the answer that
/// is still to come may decide. The database is asked beside the index or not at all.
pub(super) fn judge(
    index: Option<&Published>,
    database: Option<&Recorded>,
    is_asked: bool,
    upload: &Upload,
    sealed: &Digest,
) -> Option<Probe> {
    let shown = index.map(|published| judge_upload(published, upload, sealed));
    match (shown, database) {
        (Some(probe @ (Probe::Done(_) | Probe::Foreign(_))), _) => Some(probe),
        (_, Some(Recorded::Present { checksum: Some(checksum), .. })) => {
            Some(if checksum == sealed {
                Probe::Recorded
            } else {
                foreign(upload, checksum, sealed)
            })
        }
        (Some(Probe::NotDone), Some(Recorded::Absent)) => Some(Probe::NeverArrived),
        (Some(probe), Some(_)) => Some(probe),
        (Some(probe), None) if !is_asked => Some(probe),
        _ => None,
    }
}

fn foreign(upload: &Upload, there: &Digest, sealed: &Digest) -> Probe {
    Probe::Foreign(format!(
        "{upload} is on {} with other bytes (sha256 {}, ours {})",
        upload.registry,
        there.short(12),
        sealed.short(12),
    ))
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
            Some(entry) => foreign(upload, &entry.checksum, sealed),
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

#[cfg(test)]
mod tests {
    use super::*;
    use cargo_orchestrate::facts::{Dependencies, PublishedVersion};
    use cargo_orchestrate::model::{PackageName, RegistryName, Version};

    #[test]
    fn the_index_decides_and_the_database_says_only_what_will_come() {
        let upload = Upload {
            package: PackageName::new("lib1").expect("a name"),
            version: Version::new(0, 2, 0),
            registry: RegistryName::crates_io(),
        };
        let (ours, others) = (Digest::of(b"ours"), Digest::of(b"others"));
        let shown = |checksum: &Digest| {
            let version = PublishedVersion {
                version: upload.version.clone(),
                yanked: false,
                checksum: checksum.clone(),
                dependencies: Dependencies::default(),
            };
            Some(Published::Known(vec![version]))
        };
        let nothing = || Some(Published::Known(Vec::new()));
        let silent = || Some(Published::Unknown("status 500".to_owned()));
        let has = |checksum: Option<&Digest>| {
            Some(Recorded::Present { checksum: checksum.cloned(), yanked: None })
        };
        let (absent, unknown) = (Some(Recorded::Absent), Some(Recorded::Unknown(String::new())));
        // The index, the database, and the verdict where the database is asked, where it is not.
        let table = [
            (shown(&ours), None, "done", "done"),
            (shown(&others), None, "foreign", "foreign"),
            (shown(&ours), absent.clone(), "done", "done"),
            (shown(&ours), has(Some(&others)), "done", "done"),
            (nothing(), None, "wait", "not done"),
            (nothing(), has(Some(&ours)), "recorded", "recorded"),
            (nothing(), has(Some(&others)), "foreign", "foreign"),
            // Not every registry tells the checksum; the version alone proves nothing.
            (nothing(), has(None), "not done", "not done"),
            (nothing(), absent.clone(), "never", "never"),
            (nothing(), unknown.clone(), "not done", "not done"),
            (silent(), None, "wait", "unknown"),
            (silent(), has(Some(&ours)), "recorded", "recorded"),
            (silent(), absent.clone(), "unknown", "unknown"),
            (None, has(Some(&ours)), "recorded", "recorded"),
            (None, absent, "wait", "wait"),
            (None, unknown, "wait", "wait"),
        ];
        for (index, database, asked, not_asked) in table {
            for (is_asked, expected) in [(true, asked), (false, not_asked)] {
                let verdict = judge(index.as_ref(), database.as_ref(), is_asked, &upload, &ours);
                let word = match verdict {
                    None => "wait",
                    Some(Probe::Done(_)) => "done",
                    Some(Probe::Foreign(_)) => "foreign",
                    Some(Probe::Recorded) => "recorded",
                    Some(Probe::NotDone) => "not done",
                    Some(Probe::NeverArrived) => "never",
                    Some(Probe::Unknown(_)) => "unknown",
                };
                assert_eq!(word, expected, "{index:?}, {database:?}, asked: {is_asked}");
            }
        }
    }
}
