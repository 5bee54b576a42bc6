//! The requests that the registry got, in order.

use super::fault::Operation;
use serde::Serialize;

/// One request and how it was answered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) struct Entry {
    /// Counted from 1 in the order of arrival.
    pub(crate) order: usize,
    /// The HTTP method.
    pub(crate) method: String,
    /// The path as sent, with its query.
    pub(crate) path: String,
    /// What it is about; none for paths that do not exist.
    pub(crate) operation: Option<Operation>,
    /// The package it is about.
    pub(crate) package: Option<String>,
    /// The version it is about.
    pub(crate) version: Option<String>,
    /// On publish: SHA-256 of the `.crate` that was sent.
    pub(crate) checksum: Option<String>,
    /// The status sent; none while it is being answered, or when the connection was reset.
    pub(crate) status: Option<u16>,
    /// The first words of an `errors` body.
    pub(crate) error: Option<String>,
    /// The faults that struck it.
    pub(crate) faults: Vec<&'static str>,
}

/// The log.
#[derive(Debug, Default)]
pub(super) struct Log {
    entries: Vec<Entry>,
}

impl Log {
    /// Writes a request down before it is answered; gives its order.
    pub(super) fn begin(&mut self, mut entry: Entry) -> usize {
        entry.order = self.entries.len() + 1;
        self.entries.push(entry);
        self.entries.len()
    }

    /// Completes the entry of that order.
    pub(super) fn end(&mut self, order: usize, status: Option<u16>, error: Option<String>) {
        if let Some(entry) = self.entries.get_mut(order.wrapping_sub(1)) {
            entry.status = status;
            entry.error = error;
        }
    }

    /// All entries so far.
    pub(super) fn entries(&self) -> &[Entry] {
        &self.entries
    }
}
