//! Why a command failed, for a program.

use super::ExitCode;
use super::line::line;
use crate::plan::Location;
use serde::Serialize;

/// Why a command failed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct ErrorDocument {
    /// The exit code, as number.
    pub code: u8,
    /// What was being done when it failed.
    pub text: String,
    /// The errors behind it, nearest first.
    pub causes: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub at: Option<Location>,
    /// What is true now.
    pub facts: Vec<Fact>,
    /// What to type next.
    pub next: Vec<NextCommand>,
}

/// Something that is true after a failure.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Fact {
    /// `published`, `not yet`; nothing when the text speaks for itself.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub label: Option<String>,
    pub text: String,
}

/// A command to type, and what it does.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct NextCommand {
    pub command: String,
    pub effect: String,
}

impl ErrorDocument {
    /// A failure with nothing but its words.
    #[must_use]
    pub fn new(code: ExitCode, text: String) -> Self {
        let (causes, facts, next) = (Vec::new(), Vec::new(), Vec::new());
        Self { code: code as u8, text, causes, at: None, facts, next }
    }

    /// One line of JSON, without the end of line.
    #[must_use]
    pub fn to_json(&self) -> String {
        line("error", self)
    }
}
