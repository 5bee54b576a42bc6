//! What a look at the facts found that a person should know before anything happens.

use crate::model::{PackageName, RelPath};
use serde::{Deserialize, Serialize};
use std::cmp::Ordering;

/// How bad a finding is; the worst sorts first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Severity {
    /// The plan is not carried out while it stands.
    Error,
    /// Worth a look; the plan can be carried out.
    Warning,
    /// For information.
    Note,
}

/// A verdict of the preflight. Sorted by severity, code and package, then by place.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Finding {
    pub severity: Severity,
    /// Stable, kebab-case: `tag-exists`.
    pub code: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub package: Option<PackageName>,
    /// What is wrong, one line.
    pub text: String,
    /// Where, if it is in a file.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at: Option<Location>,
    /// A command to type or an edit to make.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hint: Option<String>,
}

/// A place in a file.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Location {
    pub file: RelPath,
    /// From 1.
    pub line: usize,
    /// From 1, in characters.
    pub column: usize,
}

impl Ord for Finding {
    fn cmp(&self, other: &Self) -> Ordering {
        self.rank().cmp(&other.rank())
    }
}

impl PartialOrd for Finding {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Finding {
    /// What stands first in a file is told first, whatever its words begin with.
    fn rank(&self) -> impl Ord + '_ {
        (self.severity, &self.code, &self.package, &self.at, &self.text, &self.hint)
    }

    /// An error without package, place or hint.
    #[must_use]
    pub fn error(code: &str, text: impl Into<String>) -> Self {
        Self::new(Severity::Error, code, text)
    }

    /// A warning without package, place or hint.
    #[must_use]
    pub fn warning(code: &str, text: impl Into<String>) -> Self {
        Self::new(Severity::Warning, code, text)
    }

    /// A note without package, place or hint.
    #[must_use]
    pub fn note(code: &str, text: impl Into<String>) -> Self {
        Self::new(Severity::Note, code, text)
    }

    fn new(severity: Severity, code: &str, text: impl Into<String>) -> Self {
        Self {
            severity,
            code: code.to_owned(),
            package: None,
            text: text.into(),
            at: None,
            hint: None,
        }
    }

    /// The same finding, about this package.
    #[must_use]
    pub fn about(mut self, package: &PackageName) -> Self {
        self.package = Some(package.clone());
        self
    }

    /// The same finding, at this place.
    #[must_use]
    pub fn at(mut self, at: Location) -> Self {
        self.at = Some(at);
        self
    }

    /// The same finding, with what to do about it.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }
}
