//! Whether a working tree is clean, told without a look into any file.
//!
//! Most are. Then git's index holds the tree of HEAD, each tracked file is by the file system's word
//! what git last saw, and what lies beside them is ignored. That costs one look at each folder and file;
//! `git status` of libgit2 costs three times that. Whatever is in doubt here is for that one to tell.

use super::index_file::{Entry, IndexFile};
use git2::Repository;
use std::ffi::OsStr;
use std::fs::{self, Metadata};
use std::os::unix::ffi::OsStrExt as _;
use std::os::unix::fs::MetadataExt as _;
use std::path::Path;

/// Whether the tree is certainly clean; `false` says nothing.
pub(super) fn is_clean(repository: &Repository) -> bool {
    look(repository) == Some(true)
}

fn look(repository: &Repository) -> Option<bool> {
    let path = repository.path().join("index");
    // What is written between the two looks is seen by the later one.
    let written = fs::metadata(&path).ok()?;
    let bytes = fs::read(&path).ok()?;
    let index = IndexFile::read(&bytes)?;
    let head = repository.head().ok()?.peel_to_commit().ok()?;
    if index.tree != Some(head.tree_id()) {
        return Some(false);
    }
    let written = (written.mtime(), written.mtime_nsec());
    let mut walk = Walk { repository, written, path: Vec::new() };
    walk.folder(repository.workdir()?, &index.entries)
}

/// A walk through the working tree.
struct Walk<'a> {
    repository: &'a Repository,
    /// When the index was written. What was modified then or later may have been modified twice.
    written: (i64, i64),
    /// Where we are, from the root.
    path: Vec<u8>,
}

impl Walk<'_> {
    /// Whether everything in a folder is as `tracked` says, which are the entries below it, or ignored.
    fn folder(&mut self, folder: &Path, tracked: &[Entry<'_>]) -> Option<bool> {
        let length = self.path.len();
        let mut seen = 0;
        for found in fs::read_dir(folder).ok()? {
            let found = found.ok()?;
            let (name, kind) = (found.file_name(), found.file_type().ok()?);
            if length == 0 && name == ".git" {
                continue;
            }
            self.path.truncate(length);
            self.path.extend_from_slice(name.as_bytes());
            let here = tracked.binary_search_by(|entry| entry.path.cmp(&self.path));
            if let Ok(at) = here {
                let is_module = tracked[at].mode == SUBMODULE && kind.is_dir();
                if !is_module && !self.is_as_seen(&tracked[at], &found.metadata().ok()?) {
                    return Some(false);
                }
                seen += 1;
                continue;
            }
            self.path.push(b'/');
            let below = if kind.is_dir() { below(tracked, &self.path) } else { &[] };
            if below.is_empty() {
                self.path.pop();
                let path = Path::new(OsStr::from_bytes(&self.path));
                if !self.repository.is_path_ignored(path).ok()? {
                    return Some(false);
                }
            } else if self.folder(&found.path(), below)? {
                seen += below.len();
            } else {
                return Some(false);
            }
        }
        Some(seen == tracked.len())
    }

    /// Whether a file is, by the file system's word, the one that git saw.
    fn is_as_seen(&self, entry: &Entry<'_>, found: &Metadata) -> bool {
        let stat = &entry.stat;
        // The index has room for the lower half of large numbers.
        #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
        let is_same = (stat.inode, stat.user, stat.group)
            == (found.ino() as u32, found.uid(), found.gid())
            && stat.size == found.size() as u32
            && stat.modified == (found.mtime() as u32, found.mtime_nsec() as u32)
            && stat.changed == (found.ctime() as u32, found.ctime_nsec() as u32);
        let kind = match found.mode() & 0o170_000 {
            0o100_000 if found.mode() & 0o100 != 0 => 0o100_755,
            0o100_000 => 0o100_644,
            other => other,
        };
        is_same && kind == entry.mode && (found.mtime(), found.mtime_nsec()) < self.written
    }
}

/// The mode git gives a submodule.
const SUBMODULE: u32 = 0o160_000;

/// The entries whose paths begin with that of a folder, which ends with a slash.
fn below<'e, 'a>(entries: &'e [Entry<'a>], folder: &[u8]) -> &'e [Entry<'a>] {
    let start = entries.partition_point(|entry| entry.path < folder);
    let rest = &entries[start..];
    &rest[..rest.partition_point(|entry| entry.path.starts_with(folder))]
}

#[cfg(test)]
#[path = "clean_tests.rs"]
mod tests;
