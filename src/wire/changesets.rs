//! What is described by changesets, and what is not.

use super::line::line;
use crate::model::{PackageName, RelPath};
use serde::Serialize;

/// What `status --require-changeset` prints.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct ChangesetsDocument {
    /// The packages that changed and that no changeset names, by name.
    pub missing: Vec<PackageName>,
    /// The changesets that count, by file.
    pub pending: Vec<RelPath>,
}

/// What `change` prints.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct ChangeDocument {
    /// The file that was written.
    pub file: RelPath,
}

impl ChangesetsDocument {
    /// One line of JSON, without the end of line.
    #[must_use]
    pub fn to_json(&self) -> String {
        line("changesets", self)
    }
}

impl ChangeDocument {
    /// One line of JSON, without the end of line.
    #[must_use]
    pub fn to_json(&self) -> String {
        line("change", self)
    }
}
