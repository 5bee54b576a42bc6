//! The versions of members in an earlier commit.

use super::baseline::Finder;
use super::forest::Forest;
use super::to_git;
use crate::observe::{Checkout, ObserveError};
use cargo_orchestrate::facts::{self, TagPatterns};
use cargo_orchestrate::manifest::{Root, package_version};
use cargo_orchestrate::model::{Oid, PackageName, Version, Workspace};
use std::collections::BTreeMap;

impl Checkout {
    /// What the manifests of the members said in a commit, inherited versions filled in, wherever
    /// they were; without members that were not there.
    ///
    /// # Errors
    /// [`ObserveError::Git`] for objects that are missing.
    pub(crate) fn versions_at(
        &self,
        commit: &Oid,
        workspace: &Workspace,
        repository: &facts::Repository,
    ) -> Result<BTreeMap<PackageName, Version>, ObserveError> {
        let git = &self.repository;
        let find = |oid: &Oid| to_git(oid).and_then(|id| git.find_commit(id).ok());
        let (Some(head), Some(at)) = (find(&repository.head), find(commit)) else {
            return Ok(BTreeMap::new());
        };
        let forest = Forest::new(git);
        let (patterns, nobody) = (TagPatterns::default(), |_: &PackageName, _: &Version| None);
        let mut finder = Finder::new(&head, &forest, repository, &patterns, &nobody);
        let unreadable = || ObserveError::git(format!("the tree of `{commit}`"));
        let root = forest.text_at(at.tree_id(), workspace.root_manifest().as_str());
        let root = root.map_err(unreadable())?.unwrap_or_default();
        let root = Root::new(&root);
        let mut versions = BTreeMap::new();
        for package in workspace.publishable() {
            let text = finder.manifest(package, at.tree_id()).map_err(unreadable())?;
            if let Some(version) = text.and_then(|text| package_version(&text, &root)) {
                versions.insert(package.name.clone(), version);
            }
        }
        Ok(versions)
    }
}
