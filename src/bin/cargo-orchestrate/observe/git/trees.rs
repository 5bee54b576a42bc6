//! What differs between two git trees, without reading a single file.
//!
//! libgit2 has a comparison of its own; this one leaves out folders nobody asks about before it
//! reads them, and knows at every path in which package's folder it lies, on either side.

use git2::{ObjectType, Oid, Repository, Tree};
use std::cmp::Ordering;
use std::collections::BTreeSet;

/// A file, symlink or submodule that is not the same on both sides.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Difference<'a> {
    /// From the root of the trees.
    pub(super) path: &'a str,
    /// The innermost folder with a `Cargo.toml` around it in the old tree; nothing when it is not
    /// there or in no such folder.
    pub(super) old_home: Option<&'a str>,
    /// The same in the new tree.
    pub(super) new_home: Option<&'a str>,
}

/// The folders and files that somebody asks about.
#[derive(Debug, Clone, Default)]
pub(super) struct Interest {
    paths: BTreeSet<String>,
}

impl Interest {
    /// Adds a path; for a folder, what is below it as well. Empty is the root.
    pub(super) fn add(&mut self, path: &str) {
        self.paths.insert(path.to_owned());
    }

    /// Whether a folder is asked about, is below one that is, or holds something that is.
    fn reaches(&self, folder: &str) -> bool {
        self.holds(folder) || self.paths.contains("") || ancestors(folder).any(|up| self.has(up))
    }

    /// Whether the folder itself, or something below it, is asked about.
    fn holds(&self, folder: &str) -> bool {
        if folder.is_empty() || self.has(folder) {
            return true;
        }
        let below = format!("{folder}/");
        let mut next = self.paths.range(below.clone()..);
        next.next().is_some_and(|path| path.starts_with(&below))
    }

    fn has(&self, path: &str) -> bool {
        self.paths.contains(path)
    }
}

/// The folders above a path, the nearest first, without the root.
fn ancestors(path: &str) -> impl Iterator<Item = &str> {
    std::iter::successors(path.rsplit_once('/'), |(up, _)| up.rsplit_once('/')).map(|(up, _)| up)
}

/// Reports what differs between two trees whose root is at `path`, where `interest` reaches; either
/// tree may be missing.
pub(super) fn compare(
    repository: &Repository,
    path: &str,
    trees: (Option<Oid>, Option<Oid>),
    interest: &Interest,
    report: &mut dyn FnMut(Difference<'_>),
) -> Result<(), git2::Error> {
    let mut walk = Walk { repository, interest, report, path: path.to_owned() };
    walk.folder(trees, (None, None))
}

struct Walk<'a> {
    repository: &'a Repository,
    interest: &'a Interest,
    report: &'a mut dyn FnMut(Difference<'_>),
    /// Where we are; homes are the beginnings of it, by their length.
    path: String,
}

type Sides<T> = (Option<T>, Option<T>);

impl Walk<'_> {
    fn folder(&mut self, trees: Sides<Oid>, homes: Sides<usize>) -> Result<(), git2::Error> {
        let load = |id: Option<Oid>| id.map(|id| self.repository.find_tree(id)).transpose();
        let (old, new) = (load(trees.0)?, load(trees.1)?);
        let is_package = |tree: &Tree<'_>| tree.get_name("Cargo.toml").is_some();
        let all_packages = [&old, &new].into_iter().flatten().all(is_package);
        if all_packages && !self.interest.holds(&self.path) {
            // The folder of a package that nobody asks about, inside of one that is.
            return Ok(());
        }
        let home = |tree: &Option<Tree<'_>>, above: Option<usize>| match tree {
            Some(tree) if is_package(tree) => Some(self.path.len()),
            _ => above,
        };
        let homes = (home(&old, homes.0), home(&new, homes.1));
        let (old, new) = (entries(old.as_ref()), entries(new.as_ref()));
        for (old, new) in paired(&old, &new) {
            self.entry((old, new), homes)?;
        }
        Ok(())
    }

    fn entry(&mut self, sides: Sides<&Entry>, homes: Sides<usize>) -> Result<(), git2::Error> {
        if sides.0 == sides.1 {
            return Ok(());
        }
        let Some(one) = sides.0.or(sides.1) else { return Ok(()) };
        let length = self.path.len();
        if length > 0 {
            self.path.push('/');
        }
        self.path.push_str(&String::from_utf8_lossy(&one.name));
        let result = if one.is_folder {
            if self.interest.reaches(&self.path) {
                self.folder((sides.0.map(|side| side.id), sides.1.map(|side| side.id)), homes)
            } else {
                Ok(())
            }
        } else {
            let home = |side: Option<&Entry>, home: Option<usize>| {
                side.and(home).map(|length| &self.path[..length])
            };
            (self.report)(Difference {
                path: &self.path,
                old_home: home(sides.0, homes.0),
                new_home: home(sides.1, homes.1),
            });
            Ok(())
        };
        self.path.truncate(length);
        result
    }
}

/// An entry of a tree.
#[derive(Debug, PartialEq, Eq)]
struct Entry {
    name: Vec<u8>,
    is_folder: bool,
    id: Oid,
    /// Tells a file from an executable one and from a symlink.
    mode: i32,
}

impl Entry {
    /// git's own order: a folder stands where its name with a slash would.
    fn order(&self, other: &Self) -> Ordering {
        let key = |entry: &Self| {
            let slash: &[u8] = if entry.is_folder { b"/" } else { b"" };
            [&entry.name, slash].concat()
        };
        key(self).cmp(&key(other))
    }
}

fn entries(tree: Option<&Tree<'_>>) -> Vec<Entry> {
    let all = tree.into_iter().flat_map(|tree| tree.iter());
    all.map(|entry| Entry {
        name: entry.name_bytes().to_owned(),
        is_folder: entry.kind() == Some(ObjectType::Tree),
        id: entry.id(),
        mode: entry.filemode(),
    })
    .collect()
}

/// The entries of both sides, those of one name and sort together.
fn paired<'a>(old: &'a [Entry], new: &'a [Entry]) -> Vec<Sides<&'a Entry>> {
    let (mut old, mut new) = (old.iter().peekable(), new.iter().peekable());
    let mut pairs = Vec::new();
    loop {
        let order = match (old.peek(), new.peek()) {
            (Some(a), Some(b)) => a.order(b),
            (Some(_), None) => Ordering::Less,
            (None, Some(_)) => Ordering::Greater,
            (None, None) => return pairs,
        };
        pairs.push(match order {
            Ordering::Less => (old.next(), None),
            Ordering::Greater => (None, new.next()),
            Ordering::Equal => (old.next(), new.next()),
        });
    }
}

/// What is at a path of a tree.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Found {
    pub(super) id: Oid,
    pub(super) kind: ObjectType,
}

/// What a tree has at `path`; for a path inside of a submodule, the submodule.
pub(super) fn at(
    repository: &Repository,
    tree: Oid,
    path: &str,
) -> Result<Option<Found>, git2::Error> {
    let mut found = Found { id: tree, kind: ObjectType::Tree };
    for part in path.split('/').filter(|part| !part.is_empty()) {
        match found.kind {
            ObjectType::Tree => {}
            ObjectType::Commit => return Ok(Some(found)),
            _ => return Ok(None),
        }
        let folder = repository.find_tree(found.id)?;
        let Some(entry) = folder.get_name(part) else {
            return Ok(None);
        };
        found = Found { id: entry.id(), kind: entry.kind().unwrap_or(ObjectType::Any) };
    }
    Ok(Some(found))
}

/// The text of the file at a path of a tree; nothing when no file is there. Bytes that are no
/// UTF-8 are replaced.
pub(super) fn text_at(
    repository: &Repository,
    tree: Oid,
    path: &str,
) -> Result<Option<String>, git2::Error> {
    match at(repository, tree, path)? {
        Some(Found { id, kind: ObjectType::Blob }) => Ok(Some(text_of(repository, id)?)),
        _ => Ok(None),
    }
}

/// The text of a file by its id; bytes that are no UTF-8 are replaced.
pub(super) fn text_of(repository: &Repository, id: Oid) -> Result<String, git2::Error> {
    Ok(String::from_utf8_lossy(repository.find_blob(id)?.content()).into_owned())
}
