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

    /// The error for the file whose text it is.
    pub(super) fn locate(self, file: &RelPath, text: &Text<'_>) -> SyntaxError {
        let (line, column) = text.position(self.at);
        SyntaxError {
            file: file.clone(),
            line,
            column,
            message: self.message,
            excerpt: text.line(line).to_owned(),
        }
    }
}

const BYTE_ORDER_MARK: char = '\u{feff}';

/// A text that knows where its lines begin.
#[derive(Debug)]
pub(super) struct Text<'a> {
    pub(super) text: &'a str,
    starts: Vec<usize>,
}

impl<'a> Text<'a> {
    pub(super) fn new(text: &'a str) -> Self {
        let after = text.match_indices('\n').map(|(newline, _)| newline + 1);
        Self { text, starts: std::iter::once(0).chain(after).collect() }
    }

    /// The line and the column of a byte, both from 1; the column in characters.
    pub(super) fn position(&self, at: usize) -> (usize, usize) {
        let at = self.text.floor_char_boundary(at);
        let line = self.starts.partition_point(|start| *start <= at);
        let before = &self.text[self.starts[line - 1]..at];
        (line, before.trim_start_matches(BYTE_ORDER_MARK).chars().count() + 1)
    }

    /// A line by its number, without its end and without a byte order mark.
    fn line(&self, line: usize) -> &'a str {
        let rest = &self.text[self.starts[line - 1]..];
        let line = rest.split('\n').next().unwrap_or_default();
        line.trim_start_matches(BYTE_ORDER_MARK).trim_end_matches('\r')
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_position_counts_characters_and_no_byte_order_mark() {
        let text = Text::new("\u{feff}ä = 1\r\nöx = 2");
        let table = [(0, (1, 1)), (3, (1, 1)), (5, (1, 2)), (13, (2, 2)), (99, (2, 7))];
        for (at, expected) in table {
            assert_eq!(text.position(at), expected, "byte {at}");
        }
        assert_eq!((text.line(1), text.line(2)), ("ä = 1", "öx = 2"));
    }
}
