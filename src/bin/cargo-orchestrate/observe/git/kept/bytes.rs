//! Numbers, ids and texts as bytes, and back.

use git2::Oid;
use std::collections::HashMap;
use std::hash::{BuildHasher, Hash};

/// The bytes of an object id.
const ID: usize = 20;

/// Bytes that are being written.
#[derive(Debug, Default)]
pub(in crate::observe::git) struct Writer(pub(in crate::observe::git) Vec<u8>);

impl Writer {
    pub(in crate::observe::git) fn count(&mut self, count: usize) {
        // What is kept is counted in thousands; a length that does not fit would not be read back.
        let count = u32::try_from(count).unwrap_or(u32::MAX);
        self.0.extend_from_slice(&count.to_le_bytes());
    }

    pub(in crate::observe::git) fn number(&mut self, number: i64) {
        self.0.extend_from_slice(&number.to_le_bytes());
    }

    pub(in crate::observe::git) fn flag(&mut self, flag: bool) {
        self.0.push(u8::from(flag));
    }

    pub(in crate::observe::git) fn id(&mut self, id: Oid) {
        self.0.extend_from_slice(id.as_bytes());
    }

    pub(in crate::observe::git) fn text(&mut self, text: &str) {
        self.count(text.len());
        self.0.extend_from_slice(text.as_bytes());
    }
}

/// Bytes that are being read; nothing where they end too early or are no text.
#[derive(Debug)]
pub(in crate::observe::git) struct Reader<'a>(pub(in crate::observe::git) &'a [u8]);

impl<'a> Reader<'a> {
    fn take(&mut self, length: usize) -> Option<&'a [u8]> {
        let (taken, rest) = self.0.split_at_checked(length)?;
        self.0 = rest;
        Some(taken)
    }

    pub(in crate::observe::git) fn count(&mut self) -> Option<usize> {
        let bytes = self.take(4)?.try_into().ok()?;
        usize::try_from(u32::from_le_bytes(bytes)).ok()
    }

    pub(in crate::observe::git) fn number(&mut self) -> Option<i64> {
        Some(i64::from_le_bytes(self.take(8)?.try_into().ok()?))
    }

    pub(in crate::observe::git) fn flag(&mut self) -> Option<bool> {
        Some(self.take(1)? != [0])
    }

    pub(in crate::observe::git) fn id(&mut self) -> Option<Oid> {
        Oid::from_bytes(self.take(ID)?).ok()
    }

    pub(in crate::observe::git) fn text(&mut self) -> Option<&'a str> {
        let length = self.count()?;
        std::str::from_utf8(self.take(length)?).ok()
    }

    /// As many pairs as a count in front of them says.
    pub(in crate::observe::git) fn table<K: Eq + Hash, V, S: BuildHasher + Default>(
        &mut self,
        mut one: impl FnMut(&mut Self) -> Option<(K, V)>,
    ) -> Option<HashMap<K, V, S>> {
        let count = self.count()?;
        // Each pair has an id at least; a count that is too large would not end well before.
        let most = count.min(self.0.len() / ID);
        let mut table = HashMap::with_capacity_and_hasher(most, S::default());
        for _ in 0..count {
            let (key, value) = one(self)?;
            table.insert(key, value);
        }
        Some(table)
    }

    /// As many as a count in front of them says.
    pub(in crate::observe::git) fn many<T, Many: FromIterator<T>>(
        &mut self,
        mut one: impl FnMut(&mut Self) -> Option<T>,
    ) -> Option<Many> {
        let count = self.count()?;
        (0..count).map(|_| one(self)).collect()
    }
}
