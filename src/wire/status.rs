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
}

impl StatusDocument {
    /// One line of JSON, without the end of line.
    #[must_use]
    pub fn to_json(&self) -> String {
        line("status", self)
    }
}
