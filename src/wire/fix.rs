//! What `plan --fix` did.

use super::line::line;
use crate::model::{PackageName, RelPath};
use serde::Serialize;

/// The entries that were edited; none when nothing had to be.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct FixDocument {
    /// By file and line.
    pub fixed: Vec<FixedEntry>,
}

/// A dev-dependency that has no version any more.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct FixedEntry {
    /// The package whose tests need it.
    pub package: PackageName,
    pub to: PackageName,
    pub file: RelPath,
    /// From 1, before the edit.
    pub line: usize,
    /// The lines that changed, several joined by `; `.
    pub before: String,
    /// Empty when the lines are gone.
    pub after: String,
}

impl FixDocument {
    /// One line of JSON, without the end of line.
    #[must_use]
    pub fn to_json(&self) -> String {
        line("fix", self)
    }
}
