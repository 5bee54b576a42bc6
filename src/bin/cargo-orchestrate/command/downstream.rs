//! The repositories downstream, looked at all at once.

use super::session::Session;
use crate::effects::downstream::{Mirrored, fetch, fetch_branch};
use crate::observe::downstream::{fetched, local};
use cargo_orchestrate::facts::{Downstream, Facts, Tracked};
use cargo_orchestrate::model::{PackageName, RegistryName};
use cargo_orchestrate::policy::{DownstreamRepository, DownstreamSource};
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::thread::ScopedJoinHandle;

/// How many are fetched at once.
const AT_ONCE: usize = 8;

/// Where the repositories are seen from.
#[derive(Clone, Copy)]
struct Here<'a> {
    common_dir: &'a Path,
    root: &'a Path,
    is_offline: bool,
}

/// Reads all that the policy names, in its order; those that lie elsewhere are fetched first, unless
/// nobody may be asked. What goes wrong with one of them is told of that one.
pub(super) fn look(session: &Session) -> Vec<Downstream> {
    let here = Here {
        common_dir: &session.checkout.common_dir,
        root: &session.checkout.workspace_root,
        is_offline: session.registries.offline().is_some(),
    };
    let repositories = &session.policy.downstream;
    let mut brought: Vec<Result<(), String>> = Vec::with_capacity(repositories.len());
    for some in repositories.chunks(AT_ONCE) {
        brought.extend(std::thread::scope(|scope| {
            let threads: Vec<_> =
                some.iter().map(|it| scope.spawn(move || here.bring(it))).collect();
            let join = |thread: ScopedJoinHandle<'_, _>| {
                thread.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))
            };
            threads.into_iter().map(join).collect::<Vec<_>>()
        }));
    }
    let read = |(repository, brought): (&DownstreamRepository, Result<(), String>)| Downstream {
        name: repository.name.clone(),
        at: repository.source.text().to_owned(),
        seen: brought.and_then(|()| here.read(repository)),
    };
    repositories.iter().zip(brought).map(read).collect()
}

/// The facts, with what is known of who uses these packages elsewhere. Where something stands in for
/// the registries, as in a rehearsal, nobody else is concerned.
pub(super) fn added<'a>(
    session: &Session,
    facts: Facts,
    packages: impl IntoIterator<Item = (&'a PackageName, &'a RegistryName)>,
) -> Facts {
    if !session.is_real() {
        return facts;
    }
    let asked: BTreeSet<_> =
        packages.into_iter().map(|(it, at)| (it.clone(), at.clone())).collect();
    let asked: Vec<_> = asked.into_iter().collect();
    let dependents = session.registries.dependents(&asked);
    Facts { downstream: look(session), dependents, ..facts }
}

/// The folder of a repository, or of the copy of one.
pub(super) fn folder(session: &Session, repository: &DownstreamRepository) -> PathBuf {
    match &repository.source {
        DownstreamSource::Path(path) => session.checkout.workspace_root.join(path),
        DownstreamSource::Git { url, branch, .. } => {
            Mirrored::of(&session.checkout.common_dir, url, branch.as_deref()).folder
        }
    }
}

/// Fetches a branch of ours that an earlier run may have pushed from another copy.
pub(super) fn refresh(session: &Session, repository: &DownstreamRepository, ours: &str) {
    if let DownstreamSource::Git { url, branch, .. } = &repository.source {
        let copy = Mirrored::of(&session.checkout.common_dir, url, branch.as_deref());
        fetch_branch(&copy, url, ours, &session.checkout.workspace_root);
    }
}

impl Here<'_> {
    fn bring(self, repository: &DownstreamRepository) -> Result<(), String> {
        let DownstreamSource::Git { url, branch, .. } = &repository.source else { return Ok(()) };
        let copy = Mirrored::of(self.common_dir, url, branch.as_deref());
        if self.is_offline {
            let why = "it was never fetched, and nobody may be asked now";
            return if copy.folder.is_dir() { Ok(()) } else { Err(why.to_owned()) };
        }
        fetch(&copy, url, branch.as_deref(), self.root)
    }

    fn read(self, repository: &DownstreamRepository) -> Result<Tracked, String> {
        match &repository.source {
            DownstreamSource::Path(path) => local(&self.root.join(path)),
            DownstreamSource::Git { url, branch, folder } => {
                let copy = Mirrored::of(self.common_dir, url, branch.as_deref());
                let read = fetched(&copy.folder, &copy.reference, folder)?;
                Ok(Tracked { branch: branch.clone(), ..read })
            }
        }
    }
}
