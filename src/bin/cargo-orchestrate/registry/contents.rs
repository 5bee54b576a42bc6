//! Reading a packed package once, for what the rules of registries ask of it.

use cargo_orchestrate::facts::{Contents, Entry, EntryKind, pem_labels};
use cargo_orchestrate::plan::{MANIFEST_LIMIT_BYTES, UNPACKED_LIMIT_BYTES};
use flate2::read::GzDecoder;
use std::fs::File;
use std::io::{self, BufRead, BufReader, Read};
use std::path::Path;

/// No file is searched for keys beyond this.
const SEARCHED_BYTES: u64 = 256 * 1024;

/// What a `.crate` file holds. Nothing of it is kept in memory but names and the manifest, and
/// reading ends where no registry would go on.
///
/// # Errors
/// When the file itself cannot be read; an archive that is broken is part of the answer.
pub(crate) fn contents(path: &Path) -> io::Result<Contents> {
    let file = File::open(path)?;
    let size_bytes = file.metadata()?.len();
    Ok(read(BufReader::new(file), size_bytes))
}

/// What an archive of so many bytes holds.
pub(crate) fn read(archive: impl BufRead, size_bytes: u64) -> Contents {
    let mut contents = Contents { size_bytes, ..Contents::default() };
    let unpacked = GzDecoder::new(archive).take(UNPACKED_LIMIT_BYTES + 1);
    let mut counted = Counted { inner: unpacked, bytes: 0 };
    let outcome = entries(&mut counted, &mut contents);
    // Whatever follows the archive's end counts as well.
    let rest = outcome.and_then(|()| io::copy(&mut counted, &mut io::sink()));
    contents.unpacked_bytes = counted.bytes;
    if contents.unpacked_bytes <= UNPACKED_LIMIT_BYTES {
        contents.broken = rest.err().map(|error| error.to_string());
    }
    contents
}

fn entries(unpacked: &mut impl Read, contents: &mut Contents) -> io::Result<()> {
    let mut archive = tar::Archive::new(unpacked);
    for entry in archive.entries()? {
        let mut entry = entry?;
        let bytes = entry.path_bytes();
        let is_utf8 = std::str::from_utf8(&bytes).is_ok();
        let path = String::from_utf8_lossy(&bytes).into_owned();
        let kind = match entry.header().entry_type() {
            kind if kind.is_file() => EntryKind::File,
            kind if kind.is_dir() => EntryKind::Folder,
            _ => EntryKind::Other,
        };
        let mut read = Entry { path, is_utf8, kind, ..Entry::default() };
        let is_manifest = read.below() == "Cargo.toml";
        let limit = if is_manifest { MANIFEST_LIMIT_BYTES } else { SEARCHED_BYTES };
        let mut beginning = Vec::new();
        (&mut entry).take(limit).read_to_end(&mut beginning)?;
        read.pem_labels = pem_labels(&beginning);
        if is_manifest {
            contents.manifest = String::from_utf8(beginning).ok();
        }
        contents.entries.push(read);
    }
    Ok(())
}

/// A reader that counts what goes through.
struct Counted<R> {
    inner: R,
    bytes: u64,
}

impl<R: Read> Read for Counted<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.inner.read(buffer)?;
        self.bytes += u64::try_from(read).unwrap_or(u64::MAX);
        Ok(read)
    }
}

#[cfg(test)]
mod tests {
    use super::contents;
    use cargo_orchestrate::facts::EntryKind;
    use flate2::{Compression, write::GzEncoder};
    use std::io::Write as _;

    fn packed(build: impl FnOnce(&mut tar::Builder<GzEncoder<Vec<u8>>>)) -> Vec<u8> {
        let mut archive = tar::Builder::new(GzEncoder::new(Vec::new(), Compression::fast()));
        build(&mut archive);
        archive.into_inner().expect("an archive").finish().expect("all of it")
    }

    fn read(bytes: &[u8]) -> cargo_orchestrate::facts::Contents {
        let mut file = tempfile::NamedTempFile::new().expect("a file");
        file.write_all(bytes).expect("written");
        contents(file.path()).expect("a file that can be read")
    }

    fn add(archive: &mut tar::Builder<GzEncoder<Vec<u8>>>, path: &str, text: &str) {
        let mut header = tar::Header::new_gnu();
        header.set_size(text.len() as u64);
        archive.append_data(&mut header, path, text.as_bytes()).expect("an entry");
    }

    #[test]
    fn names_kinds_keys_and_the_manifest_are_read() {
        let bytes = packed(|archive| {
            add(archive, "a-1.0.0/Cargo.toml", "[package]");
            add(archive, "a-1.0.0/key", "-----BEGIN PRIVATE KEY-----\n");
            let mut header = tar::Header::new_gnu();
            header.set_entry_type(tar::EntryType::Symlink);
            header.set_size(0);
            archive.append_link(&mut header, "a-1.0.0/link", "/etc/passwd").expect("a link");
        });
        let contents = read(&bytes);
        assert_eq!(contents.size_bytes, bytes.len() as u64);
        assert_eq!(contents.manifest.as_deref(), Some("[package]"));
        assert_eq!(contents.entries[1].pem_labels, ["PRIVATE KEY"]);
        assert_eq!(contents.entries[2].kind, EntryKind::Other);
        assert!(contents.unpacked_bytes >= 3 * 512 && contents.broken.is_none());
    }

    #[test]
    fn what_is_no_archive_is_broken() {
        assert!(read(b"not gzip").broken.is_some());
        let mut cut = packed(|archive| add(archive, "a-1.0.0/Cargo.toml", &"x".repeat(9000)));
        cut.truncate(cut.len() / 2);
        assert!(read(&cut).broken.is_some());
    }
}
