//! The ledgers of a workspace side by side.

use super::line::line;
use crate::model::{PackageName, Version};
use serde::Serialize;

/// What `status` knows about one package.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct StatusPackage {
    pub name: PackageName,
    /// The version in the manifest.
    pub manifest: Version,
    /// The version of the last tag.
    pub tag: Option<Version>,
    /// Where the package goes; nothing when it is not published.
    pub registry: Option<String>,
    /// The highest version in the registry that is not yanked.
    pub latest: Option<Version>,
    /// The yanked versions above `latest`, and the manifest's when it is yanked.
    pub yanked: Vec<Version>,
    /// In a few words: `released`, `tag missing`.
    pub state: String,
    /// The command that repairs what does not fit together.
    pub repair: Option<String>,
}

/// What `status` prints.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct StatusDocument {
    pub packages: Vec<StatusPackage>,
    /// The release that was not finished, if there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub unfinished: Option<String>,
    /// That no registry was asked; nothing when all were.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub offline: Option<OfflineDocument>,
}

/// That the answers of registries are kept ones.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct OfflineDocument {
    /// When the oldest of them was given, by RFC 3339; nothing when none is kept.
    pub oldest: Option<String>,
}

impl StatusDocument {
    /// One line of JSON, without the end of line.
    #[must_use]
    pub fn to_json(&self) -> String {
        line("status", self)
    }
}
