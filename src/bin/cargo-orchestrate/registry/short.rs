//! What matters of an index entry, in short, kept beside it: the JSON of thousands of versions is read
//! once, not with every plan.
//!
//! The short form says which entry it is of. One of another entry, of another form, and one that is
//! damaged count for nothing, and keeping none makes the next run slower, nothing else.

use cargo_orchestrate::facts::{Dependencies, PublishedVersion};
use cargo_orchestrate::model::{Digest, Version};
use std::fmt::Write as _;
use std::fs::{self, File, Metadata};
use std::io::{Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Raised when the file gets another form, and when anything in an index entry would be read differently.
const FORM: &str = "short 1";

/// So much of an entry tells it from others of its length: it begins with the registry's tag.
const HEAD_BYTES: u64 = 256;

/// The short form of one entry.
#[derive(Debug)]
pub(super) struct Short {
    path: PathBuf,
    /// What the entry is told by.
    of: String,
}

impl Short {
    /// That of the entry in a file below the folder of an index; nothing when there is no entry.
    pub(super) fn beside(folder: &Path, entry: &Path) -> Option<Self> {
        let file = File::open(folder.join(entry)).ok()?;
        let metadata = file.metadata().ok()?;
        let mut head = Vec::with_capacity(256);
        file.take(HEAD_BYTES).read_to_end(&mut head).ok()?;
        let (length, number) = (metadata.len(), number(&metadata));
        let of = format!("{FORM} of {length} {number} {:08x}", crc32c::crc32c(&head));
        let name = entry.strip_prefix(".cache").unwrap_or(entry);
        Some(Self { path: folder.join(".short").join(name), of })
    }

    /// The versions; nothing when they were not kept, or of another entry.
    pub(super) fn read(&self) -> Option<Vec<PublishedVersion>> {
        read(fs::read_to_string(&self.path).ok()?, &self.of)
    }

    /// Keeps the versions of the entry. Written beside its place, and moved there.
    pub(super) fn keep(&self, versions: &[PublishedVersion]) {
        let Some(folder) = self.path.parent() else { return };
        let _ = fs::create_dir_all(folder);
        let Ok(mut new) = tempfile::NamedTempFile::new_in(folder) else { return };
        if new.write_all(written(&self.of, versions).as_bytes()).is_ok() {
            let _ = new.persist(&self.path);
        }
    }
}

/// The number of the file, which is another one for each that is moved in.
#[cfg(unix)]
fn number(metadata: &Metadata) -> u64 {
    std::os::unix::fs::MetadataExt::ino(metadata)
}

/// Elsewhere the time it was written stands for that.
#[cfg(not(unix))]
fn number(metadata: &Metadata) -> u64 {
    let written = metadata.modified().ok();
    let since = written.and_then(|at| at.duration_since(std::time::UNIX_EPOCH).ok());
    since.map_or(0, |since| u64::try_from(since.as_micros()).unwrap_or_default())
}

/// One version a line, between what it is of and a checksum.
fn written(of: &str, versions: &[PublishedVersion]) -> String {
    let mut text = format!("{of}\n");
    for it in versions {
        let yanked = if it.yanked { "yanked" } else { "live" };
        let needs = it.dependencies.as_str();
        writeln!(text, "{}\t{yanked}\t{}\t{needs}", it.version, it.checksum)
            .expect("writing to a string cannot fail");
    }
    let sum = crc32c::crc32c(text.as_bytes());
    write!(text, "{sum:08x}").expect("writing to a string cannot fail");
    text
}

fn read(text: String, of: &str) -> Option<Vec<PublishedVersion>> {
    let (body, sum) = text.split_at_checked(text.len().checked_sub(8)?)?;
    let lines = body.strip_prefix(of)?.strip_prefix('\n')?;
    if format!("{:08x}", crc32c::crc32c(body.as_bytes())) != sum {
        return None;
    }
    let mut at = body.len() - lines.len();
    let mut parts = Vec::new();
    for line in lines.lines() {
        let mut words = line.splitn(4, '\t');
        let version = Version::parse(words.next()?).ok()?;
        let yanked = words.next()? == "yanked";
        let (checksum, needs) = (Digest::from_hex(words.next()?), words.next()?);
        let end = at + line.len();
        parts.push((version, yanked, checksum, end - needs.len()..end));
        at = end + 1;
    }
    let text: Arc<str> = text.into();
    let version = |(version, yanked, checksum, part)| {
        let dependencies = Dependencies::written(Arc::clone(&text), part);
        PublishedVersion { version, yanked, checksum, dependencies }
    };
    Some(parts.into_iter().map(version).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use cargo_orchestrate::model::PackageName;

    fn versions() -> Vec<PublishedVersion> {
        let version = |text: &str, yanked, needs: &[(&str, &str)]| PublishedVersion {
            version: Version::parse(text).expect("a version"),
            yanked,
            checksum: Digest::of(text.as_bytes()),
            dependencies: needs
                .iter()
                .map(|(name, requirement)| {
                    let name = PackageName::new(*name).expect("a name");
                    (name, requirement.parse().expect("a requirement"))
                })
                .collect(),
        };
        vec![
            version("0.1.0-rc.1+b", true, &[]),
            version("0.1.0", false, &[("base", "^1"), ("core", ">=1, <3")]),
        ]
    }

    #[test]
    fn what_is_written_is_read_again() {
        assert_eq!(read(written("me", &versions()), "me"), Some(versions()));
        assert_eq!(read(written("me", &[]), "me"), Some(Vec::new()));
    }

    #[test]
    fn what_is_damaged_or_of_another_entry_is_not_read() {
        let whole = written("me", &versions());
        assert_eq!(read(whole.clone(), "m"), None);
        assert_eq!(read(whole.clone(), "other"), None);
        for at in 0..whole.len() {
            assert_eq!(read(whole[..at].to_owned(), "me"), None, "cut at {at}");
            let mut flipped = whole.clone().into_bytes();
            flipped[at] ^= 1;
            let flipped = String::from_utf8(flipped).expect("another letter");
            assert_eq!(read(flipped, "me"), None, "byte {at} flipped");
        }
    }

    #[test]
    fn it_is_of_one_entry_alone() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let entry = Path::new(".cache/li/b1/lib1");
        assert!(Short::beside(folder.path(), entry).is_none(), "there is no entry");
        let write = |text: &str| {
            let path = folder.path().join(entry);
            fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
            fs::write(path, text).expect("an entry");
            Short::beside(folder.path(), entry).expect("an entry")
        };
        let one = write("tag 1: one");
        assert_eq!(one.read(), None);
        one.keep(&versions());
        assert_eq!(one.read(), Some(versions()));
        assert_eq!(write("tag 2: one").read(), None);
        assert_eq!(write("tag 1: one").read(), Some(versions()));
    }
}
