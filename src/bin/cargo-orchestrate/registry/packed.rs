//! Looking into a packed package, a `.crate` file.

use cargo_orchestrate::model::{Digest, Oid};
use flate2::read::GzDecoder;
use std::collections::BTreeMap;
use std::io::Read;
use std::path::Path;

/// No file that is read out of a package may be longer.
const LONGEST_FILE: u64 = 16 * 1024 * 1024;
/// No package is unpacked further than this while a file is searched in it.
const LARGEST_PACKAGE: u64 = 1024 * 1024 * 1024;

/// Where Cargo writes down which commit was packed.
const VCS_INFO: &str = ".cargo_vcs_info.json";

/// Why a package does not give up what is in it.
#[derive(Debug, thiserror::Error)]
pub(crate) enum PackedError {
    #[error("could not read the package file")]
    Archive(#[source] std::io::Error),
    #[error("the package holds no `{0}`")]
    Missing(String),
    #[error("`{0}` in the package is no text")]
    Text(String),
    #[error("`Cargo.toml` in the package cannot be read")]
    Manifest(#[source] toml_edit::TomlError),
    #[error("`Cargo.toml` in the package has no usable `{0}`")]
    Key(String),
}

/// The bytes of one file of a package, by its path below the package's folder.
pub(super) fn file(packed: impl Read, path: &str) -> Result<Option<Vec<u8>>, PackedError> {
    let unpacked = GzDecoder::new(packed).take(LARGEST_PACKAGE);
    let mut archive = tar::Archive::new(unpacked);
    for entry in archive.entries().map_err(PackedError::Archive)? {
        let entry = entry.map_err(PackedError::Archive)?;
        let inside = entry.path().map_err(PackedError::Archive)?;
        let below: std::path::PathBuf = inside.components().skip(1).collect();
        if below == Path::new(path) && entry.header().entry_type().is_file() {
            let mut bytes = Vec::new();
            entry.take(LONGEST_FILE).read_to_end(&mut bytes).map_err(PackedError::Archive)?;
            return Ok(Some(bytes));
        }
    }
    Ok(None)
}

/// The files of a package below its folder, each with the digest of what it holds, but for the file
/// that names the commit it was packed from.
///
/// # Errors
/// When it is no archive, or unpacks to more than any package should.
pub(crate) fn digests(packed: &[u8]) -> std::io::Result<BTreeMap<String, Digest>> {
    let unpacked = GzDecoder::new(packed).take(LARGEST_PACKAGE);
    let mut archive = tar::Archive::new(unpacked);
    let mut found = BTreeMap::new();
    for entry in archive.entries()? {
        let mut entry = entry?;
        let below: std::path::PathBuf = entry.path()?.components().skip(1).collect();
        let path = below.to_string_lossy().into_owned();
        if path != VCS_INFO {
            let mut bytes = Vec::new();
            entry.read_to_end(&mut bytes)?;
            found.insert(path, Digest::of(&bytes));
        }
    }
    Ok(found)
}

/// Unpacks a package into a folder; nothing of it is written outside.
///
/// # Errors
/// When it is no archive, or unpacks to more than any package should.
pub(crate) fn unpack(packed: &[u8], folder: &Path) -> std::io::Result<()> {
    let unpacked = GzDecoder::new(packed).take(LARGEST_PACKAGE);
    tar::Archive::new(unpacked).unpack(folder)
}

/// The text of one file of a package.
pub(super) fn text(packed: impl Read, path: &str) -> Result<String, PackedError> {
    let bytes = file(packed, path)?.ok_or_else(|| PackedError::Missing(path.to_owned()))?;
    String::from_utf8(bytes).map_err(|_| PackedError::Text(path.to_owned()))
}

/// The commit a package was packed at, as Cargo wrote it into `.cargo_vcs_info.json`.
pub(crate) fn vcs_commit(packed: &[u8]) -> Option<Oid> {
    let bytes = file(packed, VCS_INFO).ok()??;
    let info: serde_json::Value = serde_json::from_slice(&bytes).ok()?;
    let commit = info.get("git")?.get("sha1")?.as_str()?;
    let is_oid = commit.len() >= 40 && commit.bytes().all(|byte| byte.is_ascii_hexdigit());
    is_oid.then(|| Oid::from_hex(commit.to_ascii_lowercase()))
}
