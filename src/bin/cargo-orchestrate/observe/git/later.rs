//! The commits after one, on whatever branch, and the versions that came with them.

use super::forest::{Forest, Found};
use super::{from_git, to_git};
use crate::observe::{Checkout, ObserveError};
use cargo_orchestrate::manifest::{Root, package_name, package_version};
use cargo_orchestrate::model::{Oid, Package, PackageName, Version, Workspace};
use cargo_orchestrate::rollback::Place;
use git2::{ObjectType, Sort};
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::rc::Rc;

/// The commits after one.
pub(crate) struct Later<'a> {
    git: &'a git2::Repository,
    than: git2::Oid,
    /// Of those that a branch, a tag or HEAD contains, parents first.
    ordered: Vec<git2::Oid>,
    /// All that a branch, a tag or HEAD contains, and whether they are such.
    known: HashMap<git2::Oid, bool>,
}

impl Later<'_> {
    /// The one.
    pub(crate) fn than(&self) -> Oid {
        from_git(self.than)
    }

    /// Where a commit stands.
    pub(crate) fn place(&self, commit: &Oid) -> Place {
        let Some(id) = to_git(commit) else { return Place::Elsewhere };
        let is_after = match self.known.get(&id) {
            Some(is_after) => *is_after,
            None if self.git.find_commit(id).is_err() => return Place::Elsewhere,
            None => self.git.graph_descendant_of(id, self.than).unwrap_or_default(),
        };
        if is_after { Place::After } else { Place::NotAfter }
    }
}

impl Checkout {
    /// The commits that come after a revision.
    ///
    /// # Errors
    /// [`ObserveError::NoRevision`] when it is not there, [`ObserveError::Git`] for objects that are
    /// missing.
    pub(crate) fn later_than(&self, revision: &str) -> Result<Later<'_>, ObserveError> {
        let git = &self.repository;
        let find = || Ok(git.revparse_single(revision)?.peel_to_commit()?.id());
        let than = find()
            .map_err(|source| ObserveError::NoRevision { revision: revision.to_owned(), source })?;
        let walk = || {
            let mut walk = git.revwalk()?;
            walk.set_sorting(Sort::TOPOLOGICAL | Sort::REVERSE)?;
            walk.push_head()?;
            walk.push(than)?;
            for reference in git.references()? {
                // A tag may be on something else than a commit.
                if let Ok(commit) = reference?.peel_to_commit() {
                    walk.push(commit.id())?;
                }
            }
            let (mut ordered, mut known) = (Vec::new(), HashMap::new());
            for id in walk {
                let id = id?;
                let mut parents = git.find_commit(id)?.parent_ids().collect::<Vec<_>>().into_iter();
                let is_after =
                    parents.any(|parent| parent == than || known.get(&parent) == Some(&true));
                if is_after {
                    ordered.push(id);
                }
                known.insert(id, is_after);
            }
            Ok(Later { git, than, ordered, known })
        };
        walk().map_err(ObserveError::git(format!("the history after `{revision}`")))
    }

    /// The versions that the manifests of members had in those commits, inherited ones filled in, where
    /// the members are now.
    ///
    /// # Errors
    /// [`ObserveError::Git`] for objects that are missing.
    pub(crate) fn versions_in(
        &self,
        later: &Later<'_>,
        workspace: &Workspace,
    ) -> Result<BTreeMap<PackageName, BTreeSet<Version>>, ObserveError> {
        let mut reader = Reader {
            forest: Forest::new(&self.repository),
            root: workspace.root_manifest().as_str().to_owned(),
            roots: HashMap::new(),
            read: HashSet::new(),
        };
        let mut came: BTreeMap<PackageName, BTreeSet<Version>> = BTreeMap::new();
        for commit in &later.ordered {
            let unreadable =
                || ObserveError::git(format!("the manifests in the commit `{commit}`"));
            let tree = self.repository.find_commit(*commit).map_err(unreadable())?.tree_id();
            for package in workspace.publishable() {
                if let Some(version) = reader.new_version(package, tree).map_err(unreadable())? {
                    came.entry(package.name.clone()).or_default().insert(version);
                }
            }
        }
        Ok(came)
    }

    /// The names of all branches and tags, without what git has in front of them.
    pub(crate) fn reference_names(&self) -> Vec<String> {
        let references = self.repository.references();
        let short = |reference: git2::Reference<'_>| reference.shorthand().ok().map(str::to_owned);
        references.into_iter().flatten().flatten().filter_map(short).collect()
    }
}

/// Reads manifests out of trees, each pair of a member's and a root's once.
struct Reader<'a> {
    forest: Forest<'a>,
    /// The path of the root manifest.
    root: String,
    roots: HashMap<git2::Oid, (Rc<Root>, Option<Version>)>,
    read: HashSet<(PackageName, git2::Oid, Option<Version>)>,
}

impl Reader<'_> {
    /// The version of a package in a tree, unless it was read there before.
    fn new_version(
        &mut self,
        package: &Package,
        tree: git2::Oid,
    ) -> Result<Option<Version>, git2::Error> {
        let Some(manifest) = self.file(tree, package.manifest.as_str())? else { return Ok(None) };
        let (root, inherited) = self.root_in(tree)?;
        if !self.read.insert((package.name.clone(), manifest, inherited)) {
            return Ok(None);
        }
        let text = self.forest.text(manifest)?;
        let is_it = package_name(&text).as_deref() == Some(package.name.as_str());
        Ok(is_it.then(|| package_version(&text, &root)).flatten())
    }

    /// The root manifest in a tree, and the version that it hands down.
    fn root_in(&mut self, tree: git2::Oid) -> Result<(Rc<Root>, Option<Version>), git2::Error> {
        const HEIR: &str = "[package]\nversion.workspace = true\n";
        let Some(id) = self.file(tree, &self.root)? else {
            return Ok((Rc::new(Root::new("")), None));
        };
        if let Some(known) = self.roots.get(&id) {
            return Ok(known.clone());
        }
        let root = Rc::new(Root::new(&self.forest.text(id)?));
        let version = package_version(HEIR, &root);
        self.roots.insert(id, (Rc::clone(&root), version.clone()));
        Ok((root, version))
    }

    fn file(&self, tree: git2::Oid, path: &str) -> Result<Option<git2::Oid>, git2::Error> {
        let found = self.forest.at(tree, path)?;
        let is_file = |found: &Found| found.kind == ObjectType::Blob;
        Ok(found.filter(is_file).map(|found| found.id))
    }
}
