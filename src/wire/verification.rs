//! What `status --verify` found: the versions, tags and commits of past releases as they stand now.

use super::line::line;
use crate::model::{Digest, Oid, PackageName, RegistryName, Version};
use serde::Serialize;

/// What `status --verify` prints.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct VerificationDocument {
    /// The releases of the journal that something is out of, oldest first.
    pub releases: Vec<VerifiedRelease>,
    /// The command that mends what can be mended.
    pub next: Option<String>,
}

/// One release.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct VerifiedRelease {
    pub id: String,
    /// The commit that was released.
    pub commit: Oid,
    pub packages: Vec<VerifiedPackage>,
    pub tags: Vec<VerifiedTag>,
    /// The branch that it went to; nothing where nothing was pushed.
    pub branch: Option<VerifiedBranch>,
}

/// One version.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct VerifiedPackage {
    pub name: PackageName,
    pub version: Version,
    pub registry: RegistryName,
    /// `ours`, `yanked`, `taken-back`, `lost`, `foreign`, `not-out`, `unknown`.
    pub state: &'static str,
    /// The checksum of what was packed.
    pub sha256: Option<Digest>,
    /// The checksum of what is there instead.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub found: Option<Digest>,
    /// Why nobody can tell.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
}

/// One tag.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct VerifiedTag {
    pub name: String,
    /// `there`, `missing`, `elsewhere`, `unknown`.
    pub state: &'static str,
    /// The commit that it must stand at.
    pub commit: Oid,
    /// The commit that it stands at on the remote.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub found: Option<Oid>,
}

/// The branch.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct VerifiedBranch {
    pub name: String,
    /// `contains`, `to-merge` where the release has a branch of its own, `lacks`, `unknown`.
    pub state: &'static str,
}

impl VerificationDocument {
    /// One line of JSON, without the end of line.
    #[must_use]
    pub fn to_json(&self) -> String {
        line("verification", self)
    }
}
