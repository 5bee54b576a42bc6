//! The file: who made it, the tables, a checksum.
//!
//! What is kept was read by rules of this program, so another build of it begins anew.

use super::bytes::{Reader, Writer};
use super::{Change, Changes, Held};
use crate::observe::git::graph::Record;
use git2::Oid;
use std::env;
use std::fs;
use std::io::Write as _;
use std::path::Path;
use std::time::UNIX_EPOCH;

/// A larger file is neither read nor written.
const LARGEST_BYTES: usize = 64 * 1024 * 1024;

/// What the file holds; nothing where there is none, where it is damaged, and where another build
/// of this program wrote it.
pub(super) fn read(path: &Path) -> Option<Held> {
    let size = fs::metadata(path).ok()?.len();
    if size > LARGEST_BYTES as u64 {
        return None;
    }
    decode(&fs::read(path).ok()?, &maker()?)
}

/// Writes the file beside its place and moves it there.
pub(super) fn write(path: &Path, held: &Held) {
    let Some((maker, folder)) = maker().zip(path.parent()) else { return };
    let bytes = encode(held, &maker);
    if bytes.len() > LARGEST_BYTES {
        return;
    }
    let _ = fs::create_dir_all(folder);
    let Ok(mut new) = tempfile::NamedTempFile::new_in(folder) else { return };
    if new.write_all(&bytes).is_ok() {
        let _ = new.persist(path);
    }
}

/// Tells this build of the program from every other.
fn maker() -> Option<String> {
    let itself = fs::metadata(env::current_exe().ok()?).ok()?;
    let made = itself.modified().ok()?.duration_since(UNIX_EPOCH).ok()?;
    Some(format!("{} {} {}", env!("CARGO_PKG_VERSION"), itself.len(), made.as_nanos()))
}

fn encode(held: &Held, maker: &str) -> Vec<u8> {
    let mut out = Writer::default();
    out.text(maker);
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
    for ((before, after), keys) in &held.inherited {
        out.id(*before);
        out.id(*after);
        out.count(keys.len());
        for key in keys {
            out.text(key);
        }
    }
    let checksum = crc32c::crc32c(&out.0);
    out.0.extend_from_slice(&checksum.to_le_bytes());
    out.0
}

fn decode(bytes: &[u8], maker: &str) -> Option<Held> {
    let (body, checksum) = bytes.split_last_chunk()?;
    let mut input = Reader(body);
    if input.text()? != maker || crc32c::crc32c(body) != u32::from_le_bytes(*checksum) {
        return None;
    }
    let commits = input.many(|input| Some((input.id()?, record(input)?)))?;
    let messages = input.many(|input| Some((input.id()?, input.text()?.into())))?;
    let changes = input.many(|input| Some((input.id()?, changes(input)?)))?;
    let inherited = input.many(|input| {
        let roots: (Oid, Oid) = (input.id()?, input.id()?);
        let keys = input.many(|input| input.text().map(str::to_owned))?;
        Some((roots, keys.into_iter().collect()))
    })?;
    Some(Held {
        commits: commits.into_iter().collect(),
        messages: messages.into_iter().collect(),
        changes: changes.into_iter().collect(),
        inherited: inherited.into_iter().collect(),
    })
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
    fn what_is_damaged_or_made_by_another_build_is_not_read() {
        let whole = encode(&held(), "me");
        assert_eq!(decode(&whole, "other"), None);
        for at in 0..whole.len() {
            assert_eq!(decode(&whole[..at], "me"), None, "cut at {at}");
            let mut flipped = whole.clone();
            flipped[at] ^= 0x10;
            assert_eq!(decode(&flipped, "me"), None, "byte {at} flipped");
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
