//! What differs between two git trees, without reading a single file.
//!
//! libgit2 has a comparison of its own; this one leaves out folders nobody asks about before it
//! reads them, and knows at every path in which package's folder it lies, on either side.

use super::forest::Forest;
use git2::{ObjectType, Oid, Tree, TreeEntry};
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
    /// Folders of which the packages inside are asked about as well.
    whole: BTreeSet<String>,
}

impl Interest {
    /// In everything, the packages inside of others included.
    pub(super) fn everything() -> Self {
        let mut interest = Self::default();
        interest.add_whole("");
        interest
    }

    /// Adds a path; for a folder, what is below it as well. Empty is the root.
    pub(super) fn add(&mut self, path: &str) {
        self.paths.insert(path.to_owned());
    }

    /// Adds a path with all packages in it, which are otherwise left to those who ask about them.
    pub(super) fn add_whole(&mut self, path: &str) {
        self.add(path);
        self.whole.insert(path.to_owned());
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

    /// Whether the folder lies in one of which everything is asked about.
    fn is_in_whole(&self, folder: &str) -> bool {
        !self.whole.is_empty()
            && (self.whole.contains("") || ancestors(folder).any(|up| self.whole.contains(up)))
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
    forest: &Forest<'_>,
    path: &str,
    trees: (Option<Oid>, Option<Oid>),
    interest: &Interest,
    report: &mut dyn FnMut(Difference<'_>),
) -> Result<(), git2::Error> {
    let mut walk = Walk { forest, interest, report, path: path.to_owned() };
    walk.folder(trees, (None, None))
}

struct Walk<'a, 'git> {
    forest: &'a Forest<'git>,
    interest: &'a Interest,
    report: &'a mut dyn FnMut(Difference<'_>),
    /// Where we are; homes are the beginnings of it, by their length.
    path: String,
}

type Sides<T> = (Option<T>, Option<T>);

impl Walk<'_, '_> {
    fn folder(&mut self, trees: Sides<Oid>, homes: Sides<usize>) -> Result<(), git2::Error> {
        let load = |id: Option<Oid>| id.map(|id| self.forest.tree(id)).transpose();
        let (old, new) = (load(trees.0)?, load(trees.1)?);
        let is_package = |tree: &Tree<'_>| tree.get_name("Cargo.toml").is_some();
        let sides = [old.as_deref(), new.as_deref()];
        let all_packages = sides.into_iter().flatten().all(is_package);
        let interest = self.interest;
        if all_packages && !interest.holds(&self.path) && !interest.is_in_whole(&self.path) {
            // The folder of a package that nobody asks about, inside of one that is.
            return Ok(());
        }
        let home = |tree: Option<&Tree<'_>>, above: Option<usize>| match tree {
            Some(tree) if is_package(tree) => Some(self.path.len()),
            _ => above,
        };
        let homes = (home(old.as_deref(), homes.0), home(new.as_deref(), homes.1));
        let (mut old, mut new) = (entries(old.as_deref()), entries(new.as_deref()));
        while let Some(pair) = next_pair(&mut old, &mut new) {
            self.entry(pair, homes)?;
        }
        Ok(())
    }

    /// Looks at what the two sides have under one name and is not the same.
    fn entry(
        &mut self,
        sides: Sides<TreeEntry<'_>>,
        homes: Sides<usize>,
    ) -> Result<(), git2::Error> {
        let Some(one) = sides.0.as_ref().or(sides.1.as_ref()) else { return Ok(()) };
        let length = self.path.len();
        if length > 0 {
            self.path.push('/');
        }
        self.path.push_str(&String::from_utf8_lossy(one.name_bytes()));
        let result = if is_folder(one) {
            if self.interest.reaches(&self.path) {
                self.folder((sides.0.map(|side| side.id()), sides.1.map(|side| side.id())), homes)
            } else {
                Ok(())
            }
        } else {
            let home = |side: &Option<TreeEntry<'_>>, home: Option<usize>| {
                side.as_ref().and(home).map(|length| &self.path[..length])
            };
            (self.report)(Difference {
                path: &self.path,
                old_home: home(&sides.0, homes.0),
                new_home: home(&sides.1, homes.1),
            });
            Ok(())
        };
        self.path.truncate(length);
        result
    }
}

/// The entries of one side that are still to be looked at.
type Entries<'a> = std::iter::Peekable<Box<dyn Iterator<Item = TreeEntry<'a>> + 'a>>;

fn entries<'a>(tree: Option<&'a Tree<'_>>) -> Entries<'a> {
    let all: Box<dyn Iterator<Item = TreeEntry<'a>> + 'a> = match tree {
        Some(tree) => Box::new(tree.iter()),
        None => Box::new(std::iter::empty()),
    };
    all.peekable()
}

/// The next entries that are not the same on both sides; of one name and sort together.
fn next_pair<'a>(old: &mut Entries<'a>, new: &mut Entries<'a>) -> Option<Sides<TreeEntry<'a>>> {
    loop {
        let order = match (old.peek(), new.peek()) {
            (Some(old), Some(new)) => order(old, new),
            (Some(_), None) => Ordering::Less,
            (None, Some(_)) => Ordering::Greater,
            (None, None) => return None,
        };
        let pair = match order {
            Ordering::Less => (old.next(), None),
            Ordering::Greater => (None, new.next()),
            Ordering::Equal => (old.next(), new.next()),
        };
        // The mode tells a file from an executable one and from a symlink.
        let what = |side: &TreeEntry<'_>| (side.id(), side.filemode());
        if pair.0.as_ref().map(what) != pair.1.as_ref().map(what) {
            return Some(pair);
        }
    }
}

/// git's own order: a folder stands where its name with a slash would.
fn order(one: &TreeEntry<'_>, other: &TreeEntry<'_>) -> Ordering {
    let slash = |entry: &TreeEntry<'_>| is_folder(entry).then_some(&b'/');
    let bytes = one.name_bytes().iter().chain(slash(one));
    bytes.cmp(other.name_bytes().iter().chain(slash(other)))
}

fn is_folder(entry: &TreeEntry<'_>) -> bool {
    entry.kind() == Some(ObjectType::Tree)
}
