//! The body of an upload: two lengths, the metadata as JSON, the `.crate`.

use super::answer::Refusal;
use serde::Deserialize;
use std::collections::BTreeMap;

/// crates.io takes no larger `.crate`.
const CRATE_LIMIT_BYTES: usize = 10 * 1024 * 1024;
/// crates.io takes no larger metadata.
const METADATA_LIMIT_BYTES: usize = 1024 * 1024;

/// A parsed upload.
#[derive(Debug)]
pub(super) struct Upload {
    /// What the client says about the package.
    pub(super) metadata: Metadata,
    /// The packed package.
    pub(super) crate_file: Vec<u8>,
}

/// The metadata that Cargo sends with an upload (Cargo Book, "Registry Web API", "Publish"), as far
/// as it is looked at here.
#[derive(Debug, Clone, Default, Deserialize)]
pub(super) struct Metadata {
    pub(super) name: String,
    pub(super) vers: String,
    #[serde(default)]
    pub(super) deps: Vec<Dependency>,
    #[serde(default)]
    pub(super) features: BTreeMap<String, Vec<String>>,
    #[serde(default)]
    pub(super) description: Option<String>,
    #[serde(default)]
    pub(super) documentation: Option<String>,
    #[serde(default)]
    pub(super) homepage: Option<String>,
    #[serde(default)]
    pub(super) repository: Option<String>,
    #[serde(default)]
    pub(super) keywords: Vec<String>,
    #[serde(default)]
    pub(super) categories: Vec<String>,
    #[serde(default)]
    pub(super) license: Option<String>,
    #[serde(default)]
    pub(super) license_file: Option<String>,
    #[serde(default)]
    pub(super) links: Option<String>,
    #[serde(default)]
    pub(super) rust_version: Option<String>,
}

/// One dependency in the metadata of an upload.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct Dependency {
    /// The package; the name in the manifest stands in `explicit_name_in_toml` when it differs.
    pub(super) name: String,
    pub(super) version_req: String,
    #[serde(default)]
    pub(super) features: Vec<String>,
    #[serde(default)]
    pub(super) optional: bool,
    #[serde(default = "yes")]
    pub(super) default_features: bool,
    #[serde(default)]
    pub(super) target: Option<String>,
    #[serde(default)]
    pub(super) kind: Option<String>,
    /// The index of another registry; none means the one that is uploaded to.
    #[serde(default)]
    pub(super) registry: Option<String>,
    #[serde(default)]
    pub(super) explicit_name_in_toml: Option<String>,
}

fn yes() -> bool {
    true
}

impl Upload {
    /// Takes a body apart.
    pub(super) fn parse(body: &[u8]) -> Result<Self, Refusal> {
        let (json, rest) = framed(body, "metadata")?;
        if json.len() > METADATA_LIMIT_BYTES {
            return Err(Refusal::new(413, "JSON metadata blob too large"));
        }
        let metadata: Metadata = serde_json::from_slice(json)
            .map_err(|error| Refusal::bad(format!("invalid upload request: {error}")))?;
        let (crate_file, _) = framed(rest, "tarball")?;
        if crate_file.len() > CRATE_LIMIT_BYTES {
            return Err(Refusal::new(413, format!("max upload size is: {CRATE_LIMIT_BYTES}")));
        }
        Ok(Self { metadata, crate_file: crate_file.to_vec() })
    }
}

/// A part that is led by its length as a little-endian `u32`, and what follows it.
fn framed<'a>(body: &'a [u8], what: &str) -> Result<(&'a [u8], &'a [u8]), Refusal> {
    let (length, rest) = body
        .split_first_chunk::<4>()
        .ok_or_else(|| Refusal::bad(format!("invalid {what} length")))?;
    let length = u32::from_le_bytes(*length) as usize;
    rest.split_at_checked(length).ok_or_else(|| {
        Refusal::bad(format!("invalid {what} length for remaining payload: {length}"))
    })
}
