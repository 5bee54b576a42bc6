//! How much of a workspace is read: whatever is larger was not meant, and is not parsed.

use super::ObserveError;
use std::fs::{self, File};
use std::io::{self, Read as _};
use std::path::Path;

/// A manifest, and what configures this program.
pub(super) const LONGEST_TEXT: u64 = 4 << 20;
/// `Cargo.lock`.
pub(super) const LONGEST_LOCK: u64 = 32 << 20;
/// The members of a workspace.
pub(super) const MOST_MEMBERS: usize = 20_000;

/// Refuses a file that is larger than this, before anybody reads it.
pub(super) fn check(path: &Path, longest: u64) -> Result<(), ObserveError> {
    match fs::metadata(path) {
        Ok(file) if file.len() > longest => Err(too_long(path, longest)),
        // What is not there is met by whoever reads it.
        _ => Ok(()),
    }
}

/// Reads a file that may have this many bytes.
pub(super) fn read(path: &Path, longest: u64) -> Result<Vec<u8>, ObserveError> {
    let read = || -> io::Result<Vec<u8>> {
        let mut bytes = Vec::new();
        File::open(path)?.take(longest + 1).read_to_end(&mut bytes)?;
        Ok(bytes)
    };
    let bytes = read().map_err(|source| ObserveError::Read { path: path.to_owned(), source })?;
    if bytes.len() as u64 > longest { Err(too_long(path, longest)) } else { Ok(bytes) }
}

fn too_long(path: &Path, longest: u64) -> ObserveError {
    ObserveError::TooLong { path: path.to_owned(), mebibytes: longest >> 20 }
}
