//! git's index file, read in place.
//!
//! libgit2 reads it too, in ten times the time, and does not say which tree the index is known to be.
//! Where something about the file is unusual (paths that lean on each other, an index in two files,
//! folders instead of files) nothing is read here, and libgit2 has to look.

use git2::{Oid, Repository};

/// What is in the index, in the order of paths.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct IndexFile<'a> {
    pub(super) entries: Vec<Entry<'a>>,
    /// The tree that the index is known to hold, when it was that of a commit and nothing was staged since.
    pub(super) tree: Option<Oid>,
}

/// A file, symlink or submodule.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Entry<'a> {
    pub(super) path: &'a [u8],
    pub(super) mode: u32,
    pub(super) id: Oid,
    pub(super) stat: Stat,
}

/// What the file system said when git last found the file to be what is in the index.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Stat {
    /// Seconds and nanoseconds.
    pub(super) changed: (u32, u32),
    pub(super) modified: (u32, u32),
    pub(super) inode: u32,
    pub(super) user: u32,
    pub(super) group: u32,
    pub(super) size: u32,
}

/// The part of an entry in front of its path.
const FIXED: usize = 62;

impl<'a> IndexFile<'a> {
    /// Reads the bytes of the file; nothing where something about it is unusual.
    pub(super) fn read(bytes: &'a [u8]) -> Option<Self> {
        let (header, _) = bytes.split_first_chunk::<12>()?;
        let (name, version) = (&header[..4], number(header, 4)?);
        if name != b"DIRC" || !matches!(version, 2 | 3) {
            return None;
        }
        let count = usize::try_from(number(header, 8)?).ok()?;
        let mut entries = Vec::with_capacity(count.min(bytes.len() / FIXED));
        let mut at = header.len();
        for _ in 0..count {
            let (entry, length) = entry(bytes.get(at..)?)?;
            entries.push(entry);
            at += length;
        }
        let body = bytes.len().checked_sub(20)?;
        let tree = root(tree(bytes.get(at..body)?)?);
        Some(Self { entries, tree })
    }
}

/// The paths in the git index that are wanted, by path and mode, with the ids of their objects.
pub(in crate::observe) fn tracked(
    git: &Repository,
    is_wanted: impl Fn(&[u8], u32) -> bool,
) -> Result<Vec<(Vec<u8>, Oid)>, git2::Error> {
    let bytes = std::fs::read(git.path().join("index")).unwrap_or_default();
    if let Some(index) = IndexFile::read(&bytes) {
        let wanted = index.entries.iter().filter(|entry| is_wanted(entry.path, entry.mode));
        return Ok(wanted.map(|entry| (entry.path.to_vec(), entry.id)).collect());
    }
    let index = git.index()?;
    let wanted = index.iter().filter(|entry| is_wanted(&entry.path, entry.mode));
    Ok(wanted.map(|entry| (entry.path, entry.id)).collect())
}

/// An entry and its length. One that git looks at in another way than at a plain tracked file, because of
/// a merge, a sparse checkout or a wish of the user, is none.
fn entry(bytes: &[u8]) -> Option<(Entry<'_>, usize)> {
    let pair = |at| Some((number(bytes, at)?, number(bytes, at + 4)?));
    let stat = Stat {
        changed: pair(0)?,
        modified: pair(8)?,
        inode: number(bytes, 20)?,
        user: number(bytes, 28)?,
        group: number(bytes, 32)?,
        size: number(bytes, 36)?,
    };
    let mode = number(bytes, 24)?;
    let flags = u16::from_be_bytes(*bytes.get(60..)?.first_chunk()?);
    // Beside these there is the length of the path alone.
    if flags & 0xf000 != 0 {
        return None;
    }
    let rest = bytes.get(FIXED..)?;
    let length = match usize::from(flags) {
        // Longer ones end where the next zero is.
        0xfff => rest.iter().position(|byte| *byte == 0)?,
        length => length,
    };
    let path = rest.get(..length)?;
    // One to eight zeros make the length a multiple of eight.
    let whole = (FIXED + length + 8) & !7;
    bytes.get(whole - 1).filter(|byte| **byte == 0)?;
    let id = Oid::from_bytes(bytes.get(40..60)?).ok()?;
    Some((Entry { path, mode, id, stat }, whole))
}

/// The body of what follows the entries under the name of the tree, empty without one; nothing where
/// something follows that has to be understood and is not.
fn tree(mut extensions: &[u8]) -> Option<&[u8]> {
    let mut tree: &[u8] = &[];
    while !extensions.is_empty() {
        let size = usize::try_from(number(extensions, 4)?).ok()?;
        let body = extensions.get(8..8 + size)?;
        match &extensions[..4] {
            b"TREE" => tree = body,
            // Only those with a capital letter may be passed over.
            name if name[0].is_ascii_uppercase() => {}
            _ => return None,
        }
        extensions = &extensions[8 + size..];
    }
    Some(tree)
}

/// The first entry, which is of the root: an empty path, two numbers, and an id where the first number
/// is none below zero.
fn root(body: &[u8]) -> Option<Oid> {
    let body = body.strip_prefix(b"\0")?;
    let end = body.iter().position(|byte| *byte == b'\n')?;
    if body.starts_with(b"-") {
        return None;
    }
    Oid::from_bytes(body.get(end + 1..end + 21)?).ok()
}

fn number(bytes: &[u8], at: usize) -> Option<u32> {
    Some(u32::from_be_bytes(*bytes.get(at..)?.first_chunk()?))
}
