//! The sources of the release that is compared with.

use crate::registry::{Registries, unpack};
use cargo_orchestrate::model::Oid;
use cargo_orchestrate::plan::Unchecked;
use std::io;
use std::path::{Path, PathBuf};

/// A folder for unpacked releases; gone when this is dropped.
///
/// It lies in no workspace, for Cargo would take a package in one for a member.
#[derive(Debug)]
pub(super) struct Releases(tempfile::TempDir);

/// Where the sources of a release are.
#[derive(Debug)]
pub(super) enum Sources {
    Folder(PathBuf),
    /// Nobody has the package itself; the tool checks this commit out.
    Commit(Oid),
}

impl Releases {
    /// An empty folder below `folder`, which only this user writes to.
    pub(super) fn new(folder: Option<&Path>) -> io::Result<Self> {
        let builder = || {
            let mut builder = tempfile::Builder::new();
            builder.prefix("releases-");
            builder
        };
        let made = match folder {
            Some(folder) => {
                std::fs::create_dir_all(folder)?;
                builder().tempdir_in(folder)?
            }
            None => builder().tempdir()?,
        };
        Ok(Self(made))
    }

    /// Gets hold of the sources of a release.
    ///
    /// # Errors
    /// Why nobody has them.
    pub(super) fn sources(
        &self,
        registries: &Registries,
        wanted: &Unchecked,
    ) -> Result<Sources, String> {
        let (package, baseline) = (&wanted.package, &wanted.baseline);
        let bytes = match &baseline.checksum {
            None => Err("the registry did not say what was released".to_owned()),
            Some(checksum) => {
                registries.released(&wanted.registry, package, &baseline.version, checksum)
            }
        };
        match (bytes, &baseline.commit) {
            (Ok(bytes), _) => {
                let folder = self.0.path().join(package.as_str());
                unpack(&bytes, &folder).map_err(|error| {
                    format!("{package} {} cannot be unpacked: {error}", baseline.version)
                })?;
                Ok(Sources::Folder(folder.join(format!("{package}-{}", baseline.version))))
            }
            (Err(_), Some(commit)) => Ok(Sources::Commit(commit.clone())),
            (Err(why), None) => {
                Err(format!("there is no {package} {} to compare with: {why}", baseline.version))
            }
        }
    }
}
