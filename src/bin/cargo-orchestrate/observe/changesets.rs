//! The folder of changesets, as it stands in the working tree.

use super::{Checkout, ObserveError};
use cargo_orchestrate::facts::Changesets;
use cargo_orchestrate::facts::changeset::{Contents, Found, is_changeset};
use cargo_orchestrate::model::{RelPath, Workspace};
use std::io;
use std::path::Path;

/// A changeset is a few lines; what is larger was not meant to be one.
const LARGEST: u64 = 1024 * 1024;

impl Checkout {
    /// Reads the folder; it may be missing. What cannot be read is a mistake among the others.
    ///
    /// # Errors
    /// [`ObserveError::Read`] when the folder itself cannot be read, and [`ObserveError::Git`] when
    /// the index cannot.
    pub(crate) fn changesets(
        &self,
        folder: &RelPath,
        workspace: &Workspace,
    ) -> Result<Changesets, ObserveError> {
        let path = self.repository_root.join(folder.as_str());
        let trouble = |source| ObserveError::Read { path: path.clone(), source };
        let entries = match path.read_dir() {
            Ok(entries) => entries,
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                return Ok(Changesets { folder: folder.clone(), ..Changesets::default() });
            }
            Err(error) => return Err(trouble(error)),
        };
        let index = self.repository.index().map_err(ObserveError::git("the git index"))?;
        let mut found = Vec::new();
        for entry in entries {
            let entry = entry.map_err(trouble)?;
            let name = entry.file_name();
            let Some(name) = name.to_str().filter(|name| is_changeset(name)) else { continue };
            let Ok(file) = folder.join(name) else { continue };
            if entry.path().is_dir() {
                continue;
            }
            let tracked = index.get_path(Path::new(file.as_str()), 0).is_some();
            found.push(Found { contents: self.contents(&entry.path()), file, tracked });
        }
        Ok(Changesets::read(folder.clone(), found, workspace))
    }

    fn contents(&self, path: &Path) -> Contents {
        let read = || {
            let real = path.canonicalize()?;
            if !real.starts_with(&self.repository_root) {
                return Err(io::Error::other("it leads out of the repository"));
            }
            let metadata = real.metadata()?;
            if !metadata.is_file() || metadata.len() > LARGEST {
                return Err(io::Error::other("it is no file of less than 1 MiB"));
            }
            std::fs::read(real)
        };
        read().map_or_else(|error| Contents::Unread(error.to_string()), Contents::Bytes)
    }
}
