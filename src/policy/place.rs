//! Where something stands in a file of configuration.

use super::PolicyError;
use crate::model::RelPath;
use std::ops::Range;
use toml_edit::{Document, Item, TableLike};

/// A place in a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    pub file: RelPath,
    /// From 1.
    pub line: usize,
    /// From 1, in characters.
    pub column: usize,
    /// The whole line.
    pub excerpt: String,
}

/// A table with its name and the item that it is.
pub(super) type NamedTable<'i> = (&'i str, &'i Item, &'i dyn TableLike);

/// A parsed text that still knows where everything stood.
pub(super) struct Source<'a> {
    file: &'a RelPath,
    text: &'a str,
    document: Document<&'a str>,
}

impl<'a> Source<'a> {
    /// Reads a text; a byte order mark is no part of it.
    pub(super) fn parse(file: &'a RelPath, text: &'a str) -> Result<Self, PolicyError> {
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        match Document::parse(text) {
            Ok(document) => Ok(Self { file, text, document }),
            Err(error) => {
                let message = error.message().lines().next().unwrap_or("it is not TOML").to_owned();
                Err(PolicyError { place: place(file, text, error.span()), message })
            }
        }
    }

    /// The folder that the file lies in.
    pub(super) fn folder(&self) -> RelPath {
        self.file.parent()
    }

    /// All keys of the file.
    pub(super) fn whole(&self) -> &dyn TableLike {
        self.document.as_table()
    }

    /// The table at the end of a path of keys; nothing when it is not there.
    pub(super) fn table(&self, path: &[&str]) -> Result<Option<&dyn TableLike>, PolicyError> {
        let mut table: &dyn TableLike = self.document.as_table();
        for key in path {
            let Some(item) = table.get(key) else { return Ok(None) };
            let wrong = || self.error(item, format!("`{key}` must be a table"));
            table = item.as_table_like().ok_or_else(wrong)?;
        }
        Ok(Some(table))
    }

    /// The tables behind an item that holds nothing else, each with its name and the item that it
    /// is; `wanted` says what should stand there.
    pub(super) fn named_tables<'i>(
        &self,
        item: &'i Item,
        wanted: &str,
    ) -> Result<Vec<NamedTable<'i>>, PolicyError> {
        let wrong = |item| self.error(item, wanted.to_owned());
        let tables = item.as_table_like().ok_or_else(|| wrong(item))?;
        let table = |(name, item): (&'i str, &'i Item)| {
            Ok((name, item, item.as_table_like().ok_or_else(|| wrong(item))?))
        };
        tables.iter().map(table).collect()
    }

    pub(super) fn string<'i>(&self, key: &str, item: &'i Item) -> Result<&'i str, PolicyError> {
        item.as_str().ok_or_else(|| self.error(item, format!("`{key}` must be a string")))
    }

    pub(super) fn boolean(&self, key: &str, item: &Item) -> Result<bool, PolicyError> {
        item.as_bool().ok_or_else(|| self.error(item, format!("`{key}` must be true or false")))
    }

    pub(super) fn error(&self, item: &Item, message: String) -> PolicyError {
        PolicyError { place: self.place(item.span()), message }
    }

    pub(super) fn place(&self, span: Option<Range<usize>>) -> Place {
        place(self.file, self.text, span)
    }
}

fn place(file: &RelPath, text: &str, span: Option<Range<usize>>) -> Place {
    let start = span.map_or(0, |span| span.start).min(text.len());
    let before = text.get(..start).unwrap_or_default();
    let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
    let excerpt = text[line_start..].lines().next().unwrap_or_default().to_owned();
    Place {
        file: file.clone(),
        line: before.matches('\n').count() + 1,
        column: before[line_start..].chars().count() + 1,
        excerpt,
    }
}
