//! The file: its form, the tables, a checksum.
//!
//! What is kept depends on the commits and on how they are read, so the form is raised with every
//! change of either, and outlasts builds and versions otherwise.

use super::bytes::{Reader, Writer};
use super::{Change, Changes, Held};
use crate::observe::git::graph::Record;
use git2::Oid;
use std::fs;
use std::io::Write as _;
use std::path::Path;

/// Raised when the file gets another form, and when anything in it would be read differently: whose a
/// commit is ([`Record`]), in which packages' folders a path lies ([`Change`]), what a root manifest
/// hands down.
const FORM: &str = "history 2";

/// A larger file is neither read nor written.
const LARGEST_BYTES: usize = 64 * 1024 * 1024;

/// What the file holds; nothing where there is none, where it is damaged, and where it has another
/// form.
pub(super) fn read(path: &Path) -> Option<Held> {
    let size = fs::metadata(path).ok()?.len();
    if size > LARGEST_BYTES as u64 {
        return None;
    }
    decode(&fs::read(path).ok()?, FORM)
}

/// Writes the file.
pub(super) fn write(path: &Path, held: &Held) {
    put(path, &encode(held, FORM));
}

/// The bytes in front of the checksum that [`sealed`] added; nothing when they are not what it is of.
pub(super) fn body(bytes: &[u8]) -> Option<&[u8]> {
    let (body, checksum) = bytes.split_last_chunk()?;
    (crc32c::crc32c(body) == u32::from_le_bytes(*checksum)).then_some(body)
}

/// Adds a checksum.
pub(super) fn sealed(mut bytes: Vec<u8>) -> Vec<u8> {
    let checksum = crc32c::crc32c(&bytes);
    bytes.extend_from_slice(&checksum.to_le_bytes());
    bytes
}

/// Writes a file beside its place and moves it there.
pub(super) fn put(path: &Path, bytes: &[u8]) {
    let Some(folder) = path.parent().filter(|_| bytes.len() <= LARGEST_BYTES) else { return };
    let _ = fs::create_dir_all(folder);
    let Ok(mut new) = tempfile::NamedTempFile::new_in(folder) else { return };
    if new.write_all(bytes).is_ok() {
        let _ = new.persist(path);
    }
}

fn encode(held: &Held, form: &str) -> Vec<u8> {
    let mut out = Writer::default();
    out.text(form);
    out.count(held.commits.len());
    for (id, record) in &held.commits {
        out.id(*id);
        out.id(record.tree);
        out.number(record.time);
        out.flag(record.is_own);
        out.flag(record.scope.is_some());
        if let Some(scope) = &record.scope {
            out.text(scope);
        }
        out.count(record.parents.len());
        record.parents.iter().for_each(|parent| out.id(*parent));
    }
    out.count(held.messages.len());
    for (id, message) in &held.messages {
        out.id(*id);
        out.text(message);
    }
    out.count(held.changes.len());
    for (id, changes) in &held.changes {
        out.id(*id);
        out.flag(matches!(changes, Changes::Few(_)));
        if let Changes::Few(changes) = changes {
            out.count(changes.len());
            for change in changes {
                out.text(&change.path);
                out.count(change.old_home.map_or(0, |length| length + 1));
                out.count(change.new_home.map_or(0, |length| length + 1));
            }
        }
    }
    out.count(held.inherited.len());
    for ((commit, root), keys) in &held.inherited {
        out.id(*commit);
        out.id(*root);
        out.count(keys.len());
        for key in keys {
            out.text(key);
        }
    }
    sealed(out.0)
}

fn decode(bytes: &[u8], form: &str) -> Option<Held> {
    let mut input = Reader(body(bytes)?);
    if input.text()? != form {
        return None;
    }
    let commits = input.table(|input| Some((input.id()?, record(input)?)))?;
    let messages = input.table(|input| Some((input.id()?, input.text()?.into())))?;
    let changes = input.table(|input| Some((input.id()?, changes(input)?)))?;
    let inherited: Vec<_> = input.many(|input| {
        let at: (Oid, Oid) = (input.id()?, input.id()?);
        let keys = input.many(|input| input.text().map(str::to_owned))?;
        Some((at, keys))
    })?;
    Some(Held { commits, messages, changes, inherited: inherited.into_iter().collect() })
}

fn record(input: &mut Reader<'_>) -> Option<Record> {
    Some(Record {
        tree: input.id()?,
        time: input.number()?,
        is_own: input.flag()?,
        scope: if input.flag()? { Some(input.text()?.into()) } else { None },
        parents: input.many(Reader::id)?,
    })
}

fn changes(input: &mut Reader<'_>) -> Option<Changes> {
    if !input.flag()? {
        return Some(Changes::Many);
    }
    let changes = input.many(|input| {
        let path = input.text()?.into();
        let mut home = || Some(input.count()?.checked_sub(1));
        Some(Change { path, old_home: home()?, new_home: home()? })
    })?;
    Some(Changes::Few(changes))
}

#[cfg(test)]
mod tests {
    use super::*;
    use cargo_orchestrate::facts;

    fn id(byte: u8) -> Oid {
        Oid::from_bytes(&[byte; 20]).expect("twenty bytes")
    }

    fn held() -> Held {
        let mut held = Held::default();
        for (number, scope) in [(1, Some("lib1")), (2, None)] {
            let record = Record {
                tree: id(number + 10),
                parents: vec![id(number + 1), id(number + 2)],
                time: -5,
                scope: scope.map(Into::into),
                is_own: number == 2,
            };
            held.commits.insert(id(number), record);
        }
        let change = Change { path: "a/src/lib.rs".into(), old_home: None, new_home: Some(1) };
        held.changes.insert(id(1), Changes::Few(vec![change]));
        held.changes.insert(id(2), Changes::Many);
        held.messages.insert(id(1), "fix(lib1): mend".into());
        held.inherited.insert((id(3), id(4)), ["serde.version".to_owned()].into());
        held
    }

    #[test]
    fn what_is_written_is_read_again() {
        let held = held();
        assert_eq!(decode(&encode(&held, "me"), "me"), Some(held));
    }

    #[test]
    fn what_is_damaged_or_of_another_form_is_not_read() {
        let whole = encode(&held(), "me");
        assert_eq!(decode(&whole, "other"), None);
        for at in 0..whole.len() {
            assert_eq!(decode(&whole[..at], "me"), None, "cut at {at}");
            let mut flipped = whole.clone();
            flipped[at] ^= 0x10;
            assert_eq!(decode(&flipped, "me"), None, "byte {at} flipped");
        }
    }

    /// Whoever has to change this table has to raise [`FORM`] as well.
    #[test]
    fn what_is_read_of_a_message_is_of_this_form() {
        let table = [
            ("fix(lib1): mend", Some("lib1"), false),
            ("feat(lib1)!: mend\n\nBREAKING CHANGE: all", Some("lib1"), false),
            ("fix: mend (lib1)", None, false),
            ("mend (lib1): all", None, false),
            ("release\n\nOrchestrate-Release: r1", None, true),
            ("release\n\nOrchestrate-Release: r1\n\nmore", None, false),
        ];
        for (message, scope, is_own) in table {
            let read = (facts::scope(message), facts::is_own_commit(message));
            assert_eq!(read, (scope, is_own), "{message}");
        }
    }

    #[test]
    fn a_file_that_is_written_is_found_again() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let path = folder.path().join("kept/history");
        assert_eq!(read(&path), None);
        write(&path, &held());
        assert_eq!(read(&path), Some(held()));
    }
}
