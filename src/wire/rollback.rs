//! A rollback as a document.

use super::line::line;
use crate::rollback::Rollback;

/// The rollback as one line of JSON, without the end of line.
#[must_use]
pub fn rollback_document(rollback: &Rollback) -> String {
    line("rollback-plan", rollback)
}

/// Reads what [`rollback_document`] wrote.
///
/// # Errors
/// When the text is not such a document.
pub fn parse_rollback(text: &str) -> Result<Rollback, serde_json::Error> {
    serde_json::from_str(text)
}
