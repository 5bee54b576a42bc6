//! Replacing the contents of files, all or none.

use super::{Failed, local, nothing_happened};
use crate::journal::write_synced;
use cargo_orchestrate::manifest::apply;
use cargo_orchestrate::model::Digest;
use cargo_orchestrate::plan::FileEdit;
use cargo_orchestrate::run::{Probe, Receipt, Trouble, TroubleKind};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

/// Where files are, and where their old contents are kept.
pub(super) struct Files<'a> {
    pub(super) repository: &'a Path,
    pub(super) backups: PathBuf,
}

/// A file read and checked, not yet written.
struct Prepared {
    path: PathBuf,
    staged: tempfile::NamedTempFile,
}

impl Files<'_> {
    /// Writes the new contents. Every file is read, checked and staged beside its target before
    /// the first is replaced; files that have their new contents already are left alone.
    pub(super) fn write(&self, files: &[FileEdit]) -> Result<(), Failed> {
        let mut prepared = Vec::new();
        for file in files {
            let path = self.target(file).map_err(|error| local("find the file", &error))?;
            let doing = |verb: &str| format!("{verb} `{}`", file.path);
            let old = std::fs::read_to_string(&path).map_err(|e| local(doing("read"), &e))?;
            let digest = Digest::of(old.as_bytes());
            if digest == file.after {
                continue;
            }
            if digest != file.before {
                let text = format!("`{}` is not what the plan was made for", file.path);
                return Err(nothing_happened(TroubleKind::Moved, text));
            }
            let new = apply(&old, &file.edits).map_err(|e| local(doing("edit"), &e))?;
            if Digest::of(new.as_bytes()) != file.after {
                let text = format!("the edit of `{}` does not give what was planned", file.path);
                return Err(nothing_happened(TroubleKind::Moved, text));
            }
            self.keep(file, &old).map_err(|e| local(doing("back up"), &e))?;
            let staged = stage(&path, new.as_bytes()).map_err(|e| local(doing("write"), &e))?;
            prepared.push(Prepared { path, staged });
        }
        for Prepared { path, staged } in prepared {
            let doing = format!("replace `{}`", path.display());
            staged.persist(&path).map_err(|error| local(doing, &error.error))?;
        }
        Ok(())
    }

    /// Whether every file has its new contents.
    pub(super) fn probe(&self, files: &[FileEdit]) -> Probe {
        for file in files {
            let digest = match self.digest(file) {
                Ok(digest) => digest,
                Err(error) => return Probe::Unknown(format!("`{}`: {error}", file.path)),
            };
            if digest == file.before {
                return Probe::NotDone;
            }
            if digest != file.after {
                return Probe::Foreign(format!("`{}` was changed by somebody else", file.path));
            }
        }
        Probe::Done(Receipt::Plain)
    }

    /// Puts the old contents back where the new ones stand; a file that holds something else by
    /// now is left as it is.
    pub(super) fn undo(&self, files: &[FileEdit]) -> Result<(), Trouble> {
        for file in files {
            let doing = |verb: &str, error: &io::Error| {
                let text = format!("could not {verb} `{}`: {error}", file.path);
                Trouble::new(TroubleKind::Local, text)
            };
            if self.digest(file).map_err(|error| doing("read", &error))? != file.after {
                continue;
            }
            let old = std::fs::read(self.backup(file)).map_err(|e| doing("restore", &e))?;
            let path = self.target(file).map_err(|e| doing("restore", &e))?;
            let staged = stage(&path, &old).map_err(|e| doing("restore", &e))?;
            staged.persist(&path).map_err(|error| doing("restore", &error.error))?;
        }
        Ok(())
    }

    fn digest(&self, file: &FileEdit) -> io::Result<Digest> {
        Ok(Digest::of(&std::fs::read(self.target(file)?)?))
    }

    /// The file itself: through a symbolic link, as long as that stays in the repository.
    fn target(&self, file: &FileEdit) -> io::Result<PathBuf> {
        let path = self.repository.join(file.path.as_str()).canonicalize()?;
        if path.starts_with(self.repository.canonicalize()?) {
            return Ok(path);
        }
        Err(io::Error::other(format!("`{}` leads out of the repository", file.path)))
    }

    fn backup(&self, file: &FileEdit) -> PathBuf {
        // Named by digest: the path itself may hold anything.
        self.backups.join(file.before.as_str())
    }

    fn keep(&self, file: &FileEdit, old: &str) -> io::Result<()> {
        std::fs::create_dir_all(&self.backups)?;
        write_synced(&self.backup(file), old.as_bytes())
    }
}

/// A durable file beside `path` with the same permissions, ready to take its place.
fn stage(path: &Path, bytes: &[u8]) -> io::Result<tempfile::NamedTempFile> {
    let folder = path.parent().expect("a file has a folder");
    let mut staged = tempfile::Builder::new().prefix(".orchestrate-").tempfile_in(folder)?;
    staged.write_all(bytes)?;
    staged.as_file().set_permissions(std::fs::metadata(path)?.permissions())?;
    staged.as_file().sync_all()?;
    Ok(staged)
}
