//! The repositories downstream, looked at all at once.

use super::session::Session;
use crate::effects::downstream::Reached;
use crate::observe::Checkout;
use crate::observe::downstream::{fetched, local, pin_standing};
use cargo_orchestrate::facts::{Downstream, Facts, PinStanding, PinnedDownstream, Tracked};
use cargo_orchestrate::model::{PackageName, RegistryName};
use cargo_orchestrate::policy::{DownstreamRepository, DownstreamSource, Policy};
use std::collections::BTreeSet;
use std::path::Path;
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

/// The repository as steps reach it.
pub(super) fn reached<'a>(
    session: &'a Session,
    repository: &'a DownstreamRepository,
) -> Reached<'a> {
    let Checkout { common_dir, workspace_root, .. } = &session.checkout;
    Reached { repository, common_dir, workspace: workspace_root }
}

/// What rollbacks pinned downstream and nobody lifted, with what became of it; as far as what was
/// fetched shows, unless somebody fetches it first.
pub(super) fn pinned(
    policy: &Policy,
    checkout: &Checkout,
    offered: Vec<PinnedDownstream>,
    fetch: bool,
) -> Vec<PinnedDownstream> {
    let Checkout { common_dir, workspace_root, .. } = checkout;
    let seen = |it: PinnedDownstream| {
        let named = policy.downstream.iter().find(|named| named.name == it.edit.repository);
        let standing = match named {
            None => {
                let why = "the configuration does not name it any more";
                PinStanding::Unknown(why.to_owned())
            }
            Some(repository) => {
                let at = Reached { repository, common_dir, workspace: workspace_root };
                let brought = if fetch { at.bring() } else { Ok(()) };
                let reference = at.copy().map(|copy| copy.reference);
                let look =
                    || pin_standing(&at.folder(), reference.as_deref(), &it.edit, &it.commit);
                brought.and_then(|()| look()).unwrap_or_else(PinStanding::Unknown)
            }
        };
        PinnedDownstream { standing, ..it }
    };
    offered.into_iter().map(seen).collect()
}

impl Here<'_> {
    fn reached<'r>(&'r self, repository: &'r DownstreamRepository) -> Reached<'r> {
        Reached { repository, common_dir: self.common_dir, workspace: self.root }
    }

    fn bring(self, repository: &DownstreamRepository) -> Result<(), String> {
        let at = self.reached(repository);
        if self.is_offline {
            let why = "it was never fetched, and nobody may be asked now";
            let is_there = at.copy().is_none_or(|copy| copy.folder.is_dir());
            return if is_there { Ok(()) } else { Err(why.to_owned()) };
        }
        at.bring()
    }

    fn read(self, repository: &DownstreamRepository) -> Result<Tracked, String> {
        let at = self.reached(repository);
        match (&repository.source, at.copy()) {
            (DownstreamSource::Git { branch, folder, .. }, Some(copy)) => {
                let read = fetched(&copy.folder, &copy.reference, folder)?;
                Ok(Tracked { branch: branch.clone(), ..read })
            }
            _ => local(&at.folder()),
        }
    }
}
