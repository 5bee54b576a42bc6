//! Trees and files out of git's object database, each tree read once for all who look into it.
//!
//! The members of a workspace lie side by side in the same few folders, and neighbouring commits
//! share most of theirs, so that the same trees are asked for again and again.

use git2::{ObjectType, Oid, Repository, Tree};
use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;

/// So many entries of trees are kept at most; that takes a few megabytes.
const MOST_ENTRIES: usize = 50_000;

/// The trees of a repository.
pub(super) struct Forest<'a> {
    pub(super) repository: &'a Repository,
    kept: RefCell<Kept<'a>>,
}

#[derive(Default)]
struct Kept<'a> {
    trees: HashMap<Oid, Rc<Tree<'a>>>,
    entries: usize,
}

/// What is at a path of a tree.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Found {
    pub(super) id: Oid,
    pub(super) kind: ObjectType,
}

impl<'a> Forest<'a> {
    pub(super) fn new(repository: &'a Repository) -> Self {
        Self { repository, kept: RefCell::default() }
    }

    /// The tree with this id.
    pub(super) fn tree(&self, id: Oid) -> Result<Rc<Tree<'a>>, git2::Error> {
        let mut kept = self.kept.borrow_mut();
        if let Some(tree) = kept.trees.get(&id) {
            return Ok(Rc::clone(tree));
        }
        let tree = Rc::new(self.repository.find_tree(id)?);
        if kept.entries + tree.len() > MOST_ENTRIES {
            *kept = Kept::default();
        }
        kept.entries += tree.len();
        kept.trees.insert(id, Rc::clone(&tree));
        Ok(tree)
    }

    /// What a tree has at `path`; for a path inside of a submodule, the submodule.
    pub(super) fn at(&self, tree: Oid, path: &str) -> Result<Option<Found>, git2::Error> {
        let mut found = Found { id: tree, kind: ObjectType::Tree };
        for part in path.split('/').filter(|part| !part.is_empty()) {
            match found.kind {
                ObjectType::Tree => {}
                ObjectType::Commit => return Ok(Some(found)),
                _ => return Ok(None),
            }
            let folder = self.tree(found.id)?;
            let Some(entry) = folder.get_name(part) else {
                return Ok(None);
            };
            found = Found { id: entry.id(), kind: entry.kind().unwrap_or(ObjectType::Any) };
        }
        Ok(Some(found))
    }

    /// The text of the file at a path of a tree; nothing when no file is there. Bytes that are no
    /// UTF-8 are replaced.
    pub(super) fn text_at(&self, tree: Oid, path: &str) -> Result<Option<String>, git2::Error> {
        match self.at(tree, path)? {
            Some(Found { id, kind: ObjectType::Blob }) => Ok(Some(self.text(id)?)),
            _ => Ok(None),
        }
    }

    /// The text of a file by its id; bytes that are no UTF-8 are replaced.
    pub(super) fn text(&self, id: Oid) -> Result<String, git2::Error> {
        Ok(String::from_utf8_lossy(self.repository.find_blob(id)?.content()).into_owned())
    }
}
