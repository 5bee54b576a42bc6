//! What `status --verify` and `verify` found: the versions, tags and commits of past releases as they
//! stand now, and whether they can be used.

use super::line::line;
use crate::model::{Digest, Oid, PackageName, RegistryName, Version};
use serde::Serialize;

/// What `status --verify` and `verify` print.
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
    /// The commit that was released; nothing where only versions were named.
    pub commit: Option<Oid>,
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
    /// `ours`, `there` where no journal here says whose it is, `yanked`, `taken-back`, `lost`,
    /// `foreign`, `not-out`, `unknown`.
    pub state: &'static str,
    /// The checksum of what was packed.
    pub sha256: Option<Digest>,
    /// The checksum of what is there instead.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub found: Option<Digest>,
    /// Why nobody can tell.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    /// Whether it can be used; nothing where only the index was looked at.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub checks: Option<VerifiedChecks>,
}

/// What was tried with a version.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct VerifiedChecks {
    /// The archive as downloaded has the checksum of the index, and of the journal.
    pub download: Check,
    /// A project of its own that depends on exactly this version builds.
    pub consumer: Check,
    /// Its programs install.
    pub install: Check,
    /// docs.rs understands what its manifest says to it.
    pub docs: Check,
}

impl VerifiedChecks {
    /// Each with its name.
    #[must_use]
    pub fn each(&self) -> [(&'static str, &Check); 4] {
        [
            ("download", &self.download),
            ("consumer", &self.consumer),
            ("install", &self.install),
            ("docs", &self.docs),
        ]
    }
}

/// How a check ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Check {
    /// `passed`, `failed`, `skipped`, `unknown`.
    pub state: &'static str,
    /// What is wrong, why nothing was tried, or why nobody can tell.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
}

impl Check {
    /// Why nothing is built of what is on a registry that wants a credential for reading.
    pub const CLOSED: &str = "the registry wants a credential, which no build of a package gets";

    /// It is as it should be.
    #[must_use]
    pub fn passed() -> Self {
        Self { state: "passed", text: None }
    }

    /// It is not.
    #[must_use]
    pub fn failed(text: impl Into<String>) -> Self {
        Self { state: "failed", text: Some(text.into()) }
    }

    /// There is nothing to try.
    #[must_use]
    pub fn skipped(text: impl Into<String>) -> Self {
        Self { state: "skipped", text: Some(text.into()) }
    }

    /// Nobody can tell.
    #[must_use]
    pub fn unknown(text: impl Into<String>) -> Self {
        Self { state: "unknown", text: Some(text.into()) }
    }
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
