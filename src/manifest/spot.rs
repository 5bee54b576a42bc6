//! A string in a TOML text, with its place.

use super::edit::TextEdit;
use super::syntax::{Fault, Text};
use toml_edit::Item;

/// The value of a string and where it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Spot {
    /// The string as TOML reads it.
    pub value: String,
    /// The bytes of the text inside of the quotes.
    pub start: usize,
    pub end: usize,
    /// The place of the first character inside of the quotes, both from 1.
    pub line: usize,
    pub column: usize,
    /// Whether the text inside of the quotes is the value: no escapes, nothing trimmed.
    pub verbatim: bool,
}

/// A string that is written with escapes, so that its text is not its value.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "`{value}` at line {line}, column {column} is written with escapes and cannot be replaced; \
     write it plainly"
)]
pub struct NotEditable {
    pub value: String,
    pub line: usize,
    pub column: usize,
}

impl Spot {
    /// The edit that makes this string `to`; the quotes stay as they are.
    ///
    /// `to` is a version or requirement: it holds nothing that TOML would want escaped.
    ///
    /// # Errors
    /// [`NotEditable`] when the string is written with escapes.
    pub fn edit(&self, to: impl Into<String>) -> Result<TextEdit, NotEditable> {
        if !self.verbatim {
            return Err(NotEditable {
                value: self.value.clone(),
                line: self.line,
                column: self.column,
            });
        }
        let (start, end) = (self.start, self.end);
        Ok(TextEdit { start, end, from: self.value.clone(), to: to.into() })
    }

    /// The spot of a string item; `what` names the key for the case that it is something else.
    pub(super) fn of(item: &Item, text: &Text<'_>, what: &str) -> Result<Self, Fault> {
        let span = item.span().unwrap_or_default();
        let Some(value) = item.as_str() else {
            return Err(Fault::new(
                span.start,
                format!("`{what}` must be a string, not {}", named(item)),
            ));
        };
        let raw = text.text.get(span.clone()).unwrap_or_default();
        let quotes = if raw.starts_with("\"\"\"") || raw.starts_with("'''") { 3 } else { 1 };
        let (start, end) = (span.start + quotes, span.end.saturating_sub(quotes));
        let (line, column) = text.position(start);
        let verbatim = text.text.get(start..end) == Some(value);
        Ok(Self { value: value.to_owned(), start, end, line, column, verbatim })
    }
}

/// The kind of a TOML item with its article.
pub(super) fn named(item: &Item) -> &'static str {
    match item.type_name() {
        "integer" => "an integer",
        "float" => "a float",
        "boolean" => "a boolean",
        "datetime" => "a date",
        "array" | "array of tables" => "an array",
        "table" | "inline table" => "a table",
        "string" => "a string",
        _ => "nothing",
    }
}
