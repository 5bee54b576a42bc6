//! What came after two branches parted: the changes of a pull request.

use super::baseline::{Finder, Since};
use super::evidence::Comparison;
use super::forest::Forest;
use super::{from_git, inputs};
use crate::observe::{Checkout, ObserveError};
use cargo_orchestrate::facts::{self, Changesets, History, TagPatterns};
use cargo_orchestrate::model::{PackageName, Workspace};
use cargo_orchestrate::policy::Policy;
use std::collections::BTreeMap;

/// The commit where HEAD and another revision parted.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Parting {
    commit: git2::Oid,
    tree: git2::Oid,
}

impl Checkout {
    /// Where HEAD and `revision` parted; `revision` itself when HEAD contains it.
    ///
    /// # Errors
    /// [`ObserveError::NotParted`] for a revision that is not there, and for one that has no history
    /// in common with HEAD.
    pub(crate) fn parting(&self, revision: &str) -> Result<Parting, ObserveError> {
        let git = &self.repository;
        let commit = |text: &str| git.revparse_single(text)?.peel_to_commit();
        let find = || {
            let base = git.merge_base(commit("HEAD")?.id(), commit(revision)?.id())?;
            Ok(Parting { commit: base, tree: git.find_commit(base)?.tree_id() })
        };
        find().map_err(|source| ObserveError::NotParted { revision: revision.to_owned(), source })
    }

    /// What differs in the packages between there and HEAD; the commits are not looked at. Packages
    /// that were not there have an empty history.
    ///
    /// # Errors
    /// [`ObserveError::Git`] for objects that are missing, [`ObserveError::Pattern`].
    pub(crate) fn history_since(
        &self,
        parting: Parting,
        workspace: &Workspace,
        repository: &facts::Repository,
        policy: &Policy,
    ) -> Result<BTreeMap<PackageName, History>, ObserveError> {
        let git = &self.repository;
        let head = git.head().and_then(|head| head.peel_to_commit());
        let head = head.map_err(ObserveError::git("`HEAD`"))?;
        let forest = Forest::new(git);
        let (patterns, nobody) = (TagPatterns::default(), |_: &PackageName, _: &_| None);
        let mut finder = Finder::new(&head, &forest, repository, &patterns, &nobody);
        let packed = inputs::packing(self, workspace)?;
        let inputs = inputs::inputs(&forest, workspace, &packed, policy)
            .map_err(ObserveError::git("the symlinks in the git index"))?;
        let commit = from_git(parting.commit);
        let mut then: BTreeMap<&PackageName, Since> = BTreeMap::new();
        for package in workspace.packages.values() {
            if let Some(since) = finder.at_commit(package, &commit)? {
                then.insert(&package.name, since);
            }
        }
        let comparison = Comparison::new(&forest, workspace, head.tree_id(), &then);
        let mut histories = BTreeMap::new();
        for (name, since) in &then {
            let evidence = comparison
                .evidence(&workspace.packages[*name], since, &packed[*name], &inputs[*name])
                .map_err(ObserveError::git(format!("what changed in `{name}`")))?;
            let history =
                History { evidence: evidence.into_iter().collect(), ..History::default() };
            histories.insert((*name).clone(), history);
        }
        Ok(histories)
    }

    /// Those of the changesets that were not there, or said something else.
    ///
    /// # Errors
    /// [`ObserveError::Git`] for objects that are missing.
    pub(crate) fn changesets_since(
        &self,
        parting: Parting,
        mut changesets: Changesets,
    ) -> Result<Changesets, ObserveError> {
        let forest = Forest::new(&self.repository);
        let mut came = Vec::new();
        for changeset in changesets.pending {
            let then = forest
                .text_at(parting.tree, changeset.file.as_str())
                .map_err(ObserveError::git(format!("`{}`", changeset.file)))?;
            if then.as_ref() != Some(&changeset.source) {
                came.push(changeset);
            }
        }
        changesets.pending = came;
        Ok(changesets)
    }
}
