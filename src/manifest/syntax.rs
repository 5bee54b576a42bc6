//! Where in a text something is, and what is wrong there.

use crate::model::RelPath;

/// A manifest that is not TOML, or whose TOML is not a manifest.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{file}:{line}:{column}: {message}")]
pub struct SyntaxError {
    pub file: RelPath,
    /// From 1.
    pub line: usize,
    /// In characters, from 1; a byte order mark does not count.
    pub column: usize,
    /// What is wrong, one line.
    pub message: String,
    /// The whole line of the text, as it stands there.
    pub excerpt: String,
}

/// What is wrong at a byte of a text whose name is not known yet.
#[derive(Debug)]
pub(super) struct Fault {
    pub(super) at: usize,
    pub(super) message: String,
}

impl Fault {
    pub(super) fn new(at: usize, message: impl Into<String>) -> Self {
        Self { at, message: message.into() }
    }

    /// The fault of a text that is not TOML.
    pub(super) fn toml(error: &toml_edit::TomlError) -> Self {
        let message = error.message().lines().next().unwrap_or_default();
        Self::new(error.span().map_or(0, |span| span.start), message)
    }

    pub(super) fn locate(self, file: &RelPath, text: &str) -> SyntaxError {
        let (line, column) = position(text, self.at);
        let excerpt = text.split('\n').nth(line - 1).unwrap_or_default();
        let excerpt = excerpt.strip_prefix(BYTE_ORDER_MARK).unwrap_or(excerpt);
        SyntaxError {
            file: file.clone(),
            line,
            column,
            message: self.message,
            excerpt: excerpt.strip_suffix('\r').unwrap_or(excerpt).to_owned(),
        }
    }
}

const BYTE_ORDER_MARK: char = '\u{feff}';

/// The line and the column of a byte, both from 1; the column in characters.
pub(super) fn position(text: &str, at: usize) -> (usize, usize) {
    let at = text.floor_char_boundary(at);
    let before = &text[..at];
    let start = before.rfind('\n').map_or(0, |newline| newline + 1);
    let line = before.bytes().filter(|byte| *byte == b'\n').count() + 1;
    let within = before[start..].trim_start_matches(BYTE_ORDER_MARK);
    (line, within.chars().count() + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_position_counts_characters_and_no_byte_order_mark() {
        let text = "\u{feff}ä = 1\r\nöx = 2";
        let table = [(0, (1, 1)), (3, (1, 1)), (5, (1, 2)), (13, (2, 2)), (99, (2, 7))];
        for (at, expected) in table {
            assert_eq!(position(text, at), expected, "byte {at}");
        }
    }
}
