//! Packing once more what a run has packed before, where its kept bytes are gone: the release goes
//! on from another clone. The bytes count only if they are the ones that were verified.

use super::heard::Listener;
use super::pack::{Packing, kept};
use super::process::{self, Cargo};
use crate::journal::{self, sync_folder, write_synced};
use crate::registry::Registries;
use cargo_orchestrate::model::{Digest, Oid};
use cargo_orchestrate::plan::{Upload, Verification};
use cargo_orchestrate::run::{Artifact, Receipt};
use git2::{Repository, StatusOptions};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// What packing again needs to know.
pub(crate) struct Repack<'a> {
    pub(crate) repository: &'a Path,
    pub(crate) workspace: &'a Path,
    /// Cargo's target folder of the workspace.
    pub(crate) target: &'a Path,
    /// Where Cargo keeps what is between sources and results.
    pub(crate) intermediate: &'a Path,
    /// The run's folder in the journal.
    pub(crate) folder: &'a Path,
    /// An empty folder for what is in between.
    pub(crate) scratch: &'a Path,
    /// The commit whose files are packed.
    pub(crate) commit: &'a Oid,
    pub(crate) cargo: Cargo<'a>,
    pub(crate) registries: &'a Arc<Registries>,
    /// Hears every line Cargo says.
    pub(crate) heard: &'a dyn Fn(&str),
    /// Whether somebody asked to stop.
    pub(crate) interrupted: &'a dyn Fn() -> bool,
}

/// A package that must have the same bytes as before.
pub(crate) struct Sealed<'a> {
    pub(crate) upload: &'a Upload,
    pub(crate) sha256: &'a Digest,
    /// Whether these bytes are in the registry already, so that nothing depends on them here.
    pub(crate) is_out: bool,
}

/// Why the bytes could not be had again.
#[derive(Debug)]
pub(crate) enum RepackError {
    /// Packing failed; in words.
    Failed(String),
    /// Other bytes came out of packing than those that were verified.
    Differs { upload: Box<Upload>, before: Digest, now: Digest },
}

/// Whether the kept bytes of a package are there, and are those that were verified.
pub(crate) fn is_kept(folder: &Path, upload: &Upload, sealed: &Digest) -> bool {
    let bytes = std::fs::read(kept(&folder.join("artifacts"), upload));
    bytes.is_ok_and(|bytes| Digest::of(&bytes) == *sealed)
}

impl Repack<'_> {
    /// Packs the whole release set from its commit, for a package may need another of the set that
    /// the index does not show yet, and keeps the bytes of those that are not out.
    pub(crate) fn pack(&self, sealed: &[Sealed<'_>]) -> Result<(), RepackError> {
        let uploads: Vec<Upload> = sealed.iter().map(|sealed| sealed.upload.clone()).collect();
        let packed = self.packed(&uploads)?;
        let wanted = || sealed.iter().filter(|sealed| !sealed.is_out);
        for Sealed { upload, sha256, .. } in wanted() {
            let got = packed.iter().find(|artifact| artifact.upload == **upload);
            if let Some(got) = got.filter(|got| got.sha256 != **sha256) {
                let (before, now) = ((*sha256).clone(), got.sha256.clone());
                let upload = Box::new((*upload).clone());
                return Err(RepackError::Differs { upload, before, now });
            }
        }
        let to = self.folder.join("artifacts");
        std::fs::create_dir_all(&to).map_err(failed("keep the packages"))?;
        for Sealed { upload, .. } in wanted() {
            self.bytes(upload)
                .and_then(|bytes| write_synced(&kept(&to, upload), &bytes))
                .map_err(failed("keep the packages"))?;
        }
        sync_folder(&to).map_err(failed("keep the packages"))
    }

    /// The bytes that were just packed of a package.
    pub(crate) fn bytes(&self, upload: &Upload) -> std::io::Result<Vec<u8>> {
        std::fs::read(kept(&self.artifacts(), upload))
    }

    /// Whether the commit has a lock file of the workspace: without one Cargo makes another for the
    /// packages whenever something that they depend on is released.
    pub(crate) fn has_lockfile(&self) -> bool {
        let inside = self.workspace.strip_prefix(self.repository).unwrap_or(Path::new(""));
        let commit = || {
            let repository = Repository::open(self.repository)?;
            let tree =
                repository.find_commit(git2::Oid::from_str(self.commit.as_str())?)?.tree()?;
            tree.get_path(&inside.join("Cargo.lock")).map(drop)
        };
        commit().is_ok()
    }

    fn artifacts(&self) -> PathBuf {
        self.scratch.join("artifacts")
    }

    /// Packs these from the commit into the scratch folder, and nothing else.
    pub(crate) fn packed(&self, uploads: &[Upload]) -> Result<Vec<Artifact>, RepackError> {
        let place = self.place()?;
        let artifacts = self.artifacts();
        std::fs::create_dir_all(&artifacts).map_err(failed("make a folder"))?;
        let packing = Packing {
            repository: &place.repository,
            workspace: &place.workspace,
            target: self.target,
            intermediate: self.intermediate,
            artifacts,
            kept: journal::kept(self.folder),
            commit: self.commit,
            cargo: self.cargo,
            // The same bytes were checked already, too.
            rules: None,
            registries: self.registries,
            asks_index: true,
            listener: Listener { heard: self.heard, interrupted: self.interrupted },
        };
        // The same bytes were verified already, and others are refused.
        let receipt = packing
            .pack(uploads, Verification::None)
            .map_err(|(_, trouble)| RepackError::Failed(trouble.text))?;
        let Receipt::Packed { artifacts, .. } = receipt else { return Ok(Vec::new()) };
        Ok(artifacts)
    }

    /// Where the commit is checked out: here, or in a worktree of our own, so that the one people
    /// work in stays as it is.
    fn place(&self) -> Result<Place, RepackError> {
        if self.is_checked_out() {
            let (repository, workspace) = (self.repository.into(), self.workspace.into());
            return Ok(Place { repository, workspace, worktree_of: None });
        }
        let tree = self.scratch.join("tree");
        let mut git = process::git(self.repository);
        git.args(&["-c", "core.hooksPath=/dev/null", "worktree", "add", "--detach", "--force"]);
        git.args(&["--quiet", "--"]).arg(&tree).arg(self.commit.as_str());
        let ran = process::run(&git).map_err(failed("start git"))?;
        // From here on it is removed, whatever was made of it.
        let inside = self.workspace.strip_prefix(self.repository).unwrap_or(Path::new(""));
        let place = Place {
            workspace: tree.join(inside),
            repository: tree,
            worktree_of: Some(self.repository.into()),
        };
        if !ran.success {
            let text = format!("could not check {} out: {}", self.commit, ran.complaint());
            return Err(RepackError::Failed(text));
        }
        self.submodules(&place)?;
        Ok(place)
    }

    /// Brings the submodules into a worktree of our own, which git leaves empty: what they hold may be
    /// packed.
    fn submodules(&self, place: &Place) -> Result<(), RepackError> {
        if !place.repository.join(".gitmodules").is_file() {
            return Ok(());
        }
        let mut git = process::git(&place.repository);
        git.args(&["-c", "core.hooksPath=/dev/null", "submodule", "--quiet", "update", "--init"]);
        git.args(&["--recursive", "--checkout"]);
        let ran = process::run_within(&git, process::LARGE).map_err(failed("start git"))?;
        if ran.success {
            return Ok(());
        }
        Err(RepackError::Failed(format!(
            "could not check the submodules of {} out: {}; check that commit out yourself, with \
             `git submodule update --init --recursive`, and try again",
            self.commit,
            ran.complaint()
        )))
    }

    /// Whether the working tree holds the commit and nothing else.
    fn is_checked_out(&self) -> bool {
        let Ok(repository) = Repository::open(self.repository) else { return false };
        let head = repository.head().and_then(|head| head.peel_to_commit());
        let is_head = head.is_ok_and(|head| head.id().to_string() == self.commit.as_str());
        let mut options = StatusOptions::new();
        options.include_untracked(true).include_ignored(false);
        is_head && repository.statuses(Some(&mut options)).is_ok_and(|statuses| statuses.is_empty())
    }
}

/// A working tree with the commit; one of our own is removed with it.
struct Place {
    repository: PathBuf,
    workspace: PathBuf,
    worktree_of: Option<PathBuf>,
}

impl Drop for Place {
    fn drop(&mut self) {
        let Some(repository) = &self.worktree_of else { return };
        let mut git = process::git(repository);
        git.args(&["worktree", "remove", "--force", "--force", "--"]).arg(&self.repository);
        // What is left takes room, harms nobody and is pruned by git in time.
        let _ = process::run(&git);
    }
}

fn failed<E: std::fmt::Display>(doing: &'static str) -> impl Fn(E) -> RepackError {
    move |error| RepackError::Failed(format!("could not {doing}: {error}"))
}
