//! A repository downstream as steps reach it: where it is, and what is done there.

use super::{Mirrored, Standing, Writable, fetch, fetch_branch};
use crate::effects::{Failed, nothing_happened};
use cargo_orchestrate::facts::RepositoryEdit;
use cargo_orchestrate::model::Oid;
use cargo_orchestrate::policy::{DownstreamRepository, DownstreamSource, Policy};
use cargo_orchestrate::run::{Receipt, TroubleKind};
use std::path::{Path, PathBuf};

/// A repository downstream, seen from a workspace.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Reached<'a> {
    pub(crate) repository: &'a DownstreamRepository,
    /// Git's common folder of the workspace, which holds the copies.
    pub(crate) common_dir: &'a Path,
    pub(crate) workspace: &'a Path,
}

impl<'a> Reached<'a> {
    /// The repository of this name.
    ///
    /// # Errors
    /// When the configuration names none so.
    pub(crate) fn named(
        name: &str,
        policy: &'a Policy,
        (common_dir, workspace): (&'a Path, &'a Path),
    ) -> Result<Self, Failed> {
        let repository = policy.downstream.iter().find(|it| it.name == name).ok_or_else(|| {
            let text = format!("the configuration has no `[downstream.{name}]` any more");
            nothing_happened(TroubleKind::Moved, text)
        })?;
        Ok(Self { repository, common_dir, workspace })
    }

    /// Its folder, or that of the copy of it.
    pub(crate) fn folder(self) -> PathBuf {
        match &self.repository.source {
            DownstreamSource::Path(path) => self.workspace.join(path),
            DownstreamSource::Git { .. } => self.copy().map_or_else(PathBuf::new, |it| it.folder),
        }
    }

    /// The copy of one that lies elsewhere.
    pub(crate) fn copy(self) -> Option<Mirrored> {
        match &self.repository.source {
            DownstreamSource::Path(_) => None,
            DownstreamSource::Git { url, branch, .. } => {
                Some(Mirrored::of(self.common_dir, url, branch.as_deref()))
            }
        }
    }

    fn url(self) -> Option<&'a str> {
        match &self.repository.source {
            DownstreamSource::Path(_) => None,
            DownstreamSource::Git { url, .. } => Some(url),
        }
    }

    /// Fetches what counts of one that lies elsewhere.
    ///
    /// # Errors
    /// Why it could not be fetched.
    pub(crate) fn bring(self) -> Result<(), String> {
        match (&self.repository.source, self.copy()) {
            (DownstreamSource::Git { url, branch, .. }, Some(copy)) => {
                fetch(&copy, url, branch.as_deref(), self.workspace)
            }
            _ => Ok(()),
        }
    }

    /// Fetches a branch of ours that an earlier run may have pushed from another copy.
    pub(crate) fn refresh(self, ours: &str) {
        if let (Some(url), Some(copy)) = (self.url(), self.copy()) {
            fetch_branch(&copy, url, ours, self.workspace);
        }
    }

    /// Pushes a branch.
    ///
    /// # Errors
    /// Why it could not be pushed.
    pub(crate) fn push(self, writable: &Writable, branch: &str) -> Result<(), String> {
        writable.push(branch, self.url(), &self.from())
    }

    /// Where addresses start: that of a copy where it was fetched from, that of a remote in its
    /// own repository.
    fn from(self) -> PathBuf {
        match self.repository.source {
            DownstreamSource::Git { .. } => self.workspace.to_owned(),
            DownstreamSource::Path(_) => self.folder(),
        }
    }

    /// Makes the branch of these edits, unless it is there, and pushes it where that is wished.
    pub(crate) fn edit(self, edit: &RepositoryEdit, push: bool) -> Result<Receipt, Failed> {
        self.prepare(edit, push)?;
        let done = Writable::open(&self.folder()).and_then(|writable| {
            let oid = match writable.standing(edit)? {
                Standing::Ours(oid) => oid,
                Standing::Absent => writable.write(edit)?,
                Standing::Foreign(oid) => {
                    let at = oid.short(10);
                    return Err(format!("its branch {} is somebody else's, at {at}", edit.branch));
                }
            };
            Ok((writable, oid))
        });
        let (writable, oid) = done.map_err(|why| nothing_happened(TroubleKind::Moved, why))?;
        if push {
            let pushed = self.push(&writable, &edit.branch);
            pushed.map_err(|why| nothing_happened(TroubleKind::RemoteRefused, why))?;
        }
        Ok(Receipt::Branch { oid })
    }

    /// The copy may be gone, or be older than the branch on the remote.
    fn prepare(self, edit: &RepositoryEdit, push: bool) -> Result<(), Failed> {
        if self.copy().is_none() {
            return Ok(());
        }
        let has_base = || Writable::open(&self.folder()).is_ok_and(|it| it.has(&edit.base));
        if !has_base() {
            self.bring().map_err(|why| nothing_happened(TroubleKind::Unavailable, why))?;
        }
        if push {
            self.refresh(&edit.branch);
        }
        Ok(())
    }

    /// Takes a branch of ours away, where it is still what we made.
    pub(crate) fn withdraw(
        self,
        branch: &str,
        commit: &Oid,
        push: bool,
    ) -> Result<Receipt, Failed> {
        let writable = match (Writable::open(&self.folder()), self.copy()) {
            (Ok(writable), _) => writable,
            (Err(_), Some(_)) => {
                self.bring().map_err(|why| nothing_happened(TroubleKind::Unavailable, why))?;
                Writable::open(&self.folder())
                    .map_err(|why| nothing_happened(TroubleKind::Local, why))?
            }
            (Err(why), None) => return Err(nothing_happened(TroubleKind::Moved, why)),
        };
        if push {
            let gone = writable.withdraw_from_remote(branch, commit, self.url(), &self.from());
            let gone = gone.map_err(|why| nothing_happened(TroubleKind::RemoteRefused, why))?;
            if let Some(why) = gone {
                return Ok(Receipt::LeftAlone { why });
            }
        }
        let gone = writable.withdraw(branch, commit);
        let gone = gone.map_err(|why| nothing_happened(TroubleKind::Local, why))?;
        Ok(gone.map_or(Receipt::Plain, |why| Receipt::LeftAlone { why }))
    }
}
