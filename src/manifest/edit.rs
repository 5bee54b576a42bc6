//! Edits of a text, exact to the byte.

use serde::{Deserialize, Serialize};

/// The replacement of a piece of a text: in a TOML file, of the inside of one string.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct TextEdit {
    /// The bytes to replace, from the start of the file.
    pub start: usize,
    pub end: usize,
    pub from: String,
    pub to: String,
}

/// An edit that does not fit the text it is applied to.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the text at byte {start} is no longer `{expected}`")]
pub struct EditMismatch {
    pub start: usize,
    pub expected: String,
}

/// `text` with all edits made; bytes outside them stay as they are.
///
/// Edits must not overlap; their order does not matter.
///
/// # Errors
/// [`EditMismatch`] when the bytes to replace are not the ones the edit was made for; nothing is
/// returned then.
pub fn apply(text: &str, edits: &[TextEdit]) -> Result<String, EditMismatch> {
    let mut sorted: Vec<&TextEdit> = edits.iter().collect();
    sorted.sort_by_key(|edit| edit.start);
    let mut result = String::with_capacity(text.len());
    let mut at = 0;
    for edit in sorted {
        let mismatch = || EditMismatch { start: edit.start, expected: edit.from.clone() };
        if edit.start < at || text.get(edit.start..edit.end) != Some(edit.from.as_str()) {
            return Err(mismatch());
        }
        result.push_str(text.get(at..edit.start).ok_or_else(mismatch)?);
        result.push_str(&edit.to);
        at = edit.end;
    }
    result.push_str(&text[at..]);
    Ok(result)
}

/// The edits that lead from the edited text back to the original.
#[must_use]
pub fn reverse(edits: &[TextEdit]) -> Vec<TextEdit> {
    let mut sorted: Vec<&TextEdit> = edits.iter().collect();
    sorted.sort_by_key(|edit| edit.start);
    let mut grown = 0_usize;
    let mut shrunk = 0_usize;
    sorted
        .into_iter()
        .map(|edit| {
            let start = edit.start + grown - shrunk;
            grown += edit.to.len();
            shrunk += edit.from.len();
            TextEdit {
                start,
                end: start + edit.to.len(),
                from: edit.to.clone(),
                to: edit.from.clone(),
            }
        })
        .collect()
}
