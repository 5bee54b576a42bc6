//! A release that another clone began: found by its mirror on the remote, taken over once it has
//! proven to be what it says, and packed again where only its bytes are missing.

use super::session::{Elsewhere, Session};
use crate::cli::{Push, RollbackTarget, YankRollback};
use crate::effects::mirror;
use crate::effects::push::branch_holds;
use crate::effects::repack::{RepackError, Sealed, is_kept};
use crate::failure::Failure;
use crate::journal::{self, Run, RunId};
use crate::observe::git::{self, Ask};
use crate::ui::{self, Screen, text};
use cargo_orchestrate::facts::{Facts, Published, Remote, RemoteBranch};
use cargo_orchestrate::model::{Oid, PackageName, RegistryName};
use cargo_orchestrate::plan::{Action, Plan, Upload, identify};
use cargo_orchestrate::run::{Event, Probe, Receipt, RunState};
use cargo_orchestrate::wire::{ExitCode, RunKind, parse_plan};

/// A release whose journal is on the remote and not here.
pub(super) struct Found {
    pub(super) id: RunId,
    pub(super) plan: Plan,
    mirrored: mirror::Mirrored,
    /// Whether the branch that it was planned for has its commit.
    is_on_branch: bool,
}

impl Found {
    /// Writes it into the journal here; from now on it is a run like any other.
    pub(super) fn restore(&self, session: &Session) -> Result<Run, Failure> {
        let Self { id, mirrored, .. } = self;
        Ok(session.home.restore(id, &mirrored.plan, &mirrored.log)?)
    }

    /// It as a run, of which nothing is written here yet.
    pub(super) fn run(&self, session: &Session) -> Result<Run, Failure> {
        let Self { id, plan, mirrored, is_on_branch } = self;
        let mut run = session.home.read(id, &mirrored.plan, &mirrored.log)?;
        // Its journal is as old as the push that brought it along.
        let pushes =
            plan.steps.iter().filter(|step| matches!(step.action, Action::PushCommit { .. }));
        for step in pushes.filter(|_| *is_on_branch) {
            let (step, receipt, at) = (step.id.clone(), Receipt::Plain, ui::time::now());
            run.state.apply(&Event::Done { step, receipt, at });
        }
        Ok(run)
    }
}

/// The release of another clone that somebody means who wants one taken back: the one named so, or
/// the last, if it is newer than all that are known here. Nothing is written.
pub(super) fn to_take_back(
    session: &Session,
    runs: &[Run],
    options: &YankRollback,
    screen: &Screen,
) -> Result<Option<Found>, Failure> {
    let named = match &options.target {
        RollbackTarget::Release(id) => id.as_ref(),
        _ => return Ok(None),
    };
    let releases = || runs.iter().filter(|run| run.kind == RunKind::Release);
    let may_be = |id: &RunId| match named {
        Some(named) => id.0 == *named,
        None => releases().all(|run| run.id.0 < id.0),
    };
    let is_asked = options.push == Push::ToRemote && session.policy.mirror;
    if !is_asked
        || named.is_some_and(|it| RunId::parse(it).is_none_or(|id| session.home.knows(&id)))
    {
        return Ok(None);
    }
    let repository = git::repository(&session.checkout, Ask::Remote)?;
    let mirrors = repository.remote.iter().flat_map(|remote| remote.mirrors.keys());
    let mut ids = mirrors.filter_map(|name| RunId::parse(name));
    if !ids.any(|id| !session.home.knows(&id) && may_be(&id)) {
        return Ok(None);
    }
    let facts = session.facts(Ask::Remote, &Elsewhere::default(), None)?;
    let found = find(session, &facts, screen).filter(|found| may_be(&found.id));
    if let Some(found) = &found {
        screen.status("Found", &format!("the release {}, which another clone began", found.id));
    }
    Ok(found)
}

/// The branch that the commit of a release goes to where the planned one does not take it.
pub(super) fn own_branch(run: &RunId) -> String {
    format!("orchestrate/{run}")
}

/// The newest release that is not finished and whose journal is on the remote alone.
pub(super) fn find(session: &Session, facts: &Facts, screen: &Screen) -> Option<Found> {
    let remote = facts.repository.remote.as_ref().filter(|_| session.policy.mirror)?;
    let unknown = |(name, oid): (&String, &Oid)| {
        let id = RunId::parse(name)?;
        (!session.home.knows(&id)).then(|| (id, oid.clone()))
    };
    let mirrors: Vec<(RunId, Oid)> = remote.mirrors.iter().filter_map(unknown).collect();
    let root = &session.checkout.repository_root;
    mirrors.into_iter().rev().find_map(|(id, oid)| {
        let found = mirror::fetch(root, &remote.name, &id.0, &oid)
            .map_err(|error| error.to_string())
            .and_then(|mirrored| {
                let plan = checked(&id, &mirrored, remote)?;
                is_within(session, facts, remote, &id, &plan, &mirrored.commit)?;
                let is_on_branch = branch_has(session, remote, &mirrored.commit);
                Ok(Found { id: id.clone(), plan, mirrored, is_on_branch })
            });
        match found {
            Ok(found) => is_open(&found.plan, facts, remote).then_some(found),
            Err(why) => {
                let why = text::plain(&why);
                screen.status(
                    "Note",
                    &format!("the journal of {id} on {} is not used: {why}", remote.name),
                );
                None
            }
        }
    })
}

/// The plan of a mirror that is consistent in itself; else what is wrong with it.
fn checked(id: &RunId, mirrored: &mirror::Mirrored, remote: &Remote) -> Result<Plan, String> {
    let plan = parse_plan(&mirrored.plan).map_err(|error| error.to_string())?;
    if identify(&plan) != plan.id || !id.is_of(&plan.id) {
        return Err("its plan is not the one it was begun with".to_owned());
    }
    let events = journal::events(&mirrored.log).map_err(|error| error.to_string())?;
    let state = RunState::fold(&events);
    let is_before_push = |action: &Action| {
        matches!(action, Action::WriteFiles { .. } | Action::Commit { .. } | Action::Pack { .. })
    };
    let mut before = plan.steps.iter().filter(|step| is_before_push(&step.action));
    if state.ended.is_some()
        || state.unwinding.is_some()
        || !before.all(|step| state.is_done(&step.id))
    {
        return Err("it is not of a release that was pushed".to_owned());
    }
    if uploads(&plan).any(|upload| state.packed(upload).is_none()) {
        return Err("it does not know the bytes of every package".to_owned());
    }
    if *state.commit().unwrap_or(&plan.base) != mirrored.commit {
        return Err("it does not stand on the commit it names".to_owned());
    }
    if plan.remote.as_ref() != Some(&remote.name) {
        return Err(format!("it is of a release to a remote that is not called {}", remote.name));
    }
    Ok(plan)
}

/// Whether HEAD and the branch on the remote hold the commit; else what is wrong.
fn is_within(
    session: &Session,
    facts: &Facts,
    remote: &Remote,
    id: &RunId,
    plan: &Plan,
    commit: &Oid,
) -> Result<(), String> {
    let root = &session.checkout.repository_root;
    // A protected branch has the commit once somebody merged it; till then it has a branch of its
    // own, and stands on what the others have.
    let has_base = || {
        let own = branch_holds(root, &remote.name, &own_branch(id), commit);
        matches!(own, Probe::Done(_)) && mirror::holds(root, &facts.repository.head, &plan.base)
    };
    if !mirror::holds(root, &facts.repository.head, commit) && has_base() {
        return Ok(());
    }
    if !mirror::holds(root, &facts.repository.head, commit) {
        return Err("HEAD does not contain its commit".to_owned());
    }
    if branch_has(session, remote, commit) {
        return Ok(());
    }
    Err(format!("the branch on {} does not contain its commit", remote.name))
}

/// Whether the branch on the remote has a commit.
fn branch_has(session: &Session, remote: &Remote, commit: &Oid) -> bool {
    let root = &session.checkout.repository_root;
    match &remote.branch {
        RemoteBranch::At(there) | RemoteBranch::Ahead(there) => mirror::holds(root, there, commit),
        _ => false,
    }
}

/// Whether something is left to do: neither are all tags there, nor was it taken back.
fn is_open(plan: &Plan, facts: &Facts, remote: &Remote) -> bool {
    let is_yanked = |upload: &Upload| {
        let entry = facts.published.get(&upload.package).and_then(|it| it.version(&upload.version));
        entry.is_some_and(|entry| entry.yanked)
    };
    let mut tags = plan.packages.iter().map(|planned| &planned.tag);
    // Whatever bytes they have: with the tags there, somebody finished it in another way.
    let all_out = uploads(plan).all(|upload| {
        let published = facts.published.get(&upload.package);
        published.is_some_and(|it| it.version(&upload.version).is_some())
    });
    let is_finished = all_out && tags.all(|tag| remote.tags.contains_key(tag));
    !is_finished && !uploads(plan).any(is_yanked)
}

fn uploads(plan: &Plan) -> impl Iterator<Item = &Upload> {
    plan.steps.iter().filter_map(|step| match &step.action {
        Action::Upload(upload) => Some(upload),
        _ => None,
    })
}

/// Whether the index shows the bytes that were packed.
fn is_out(published: &Published, upload: &Upload, state: &RunState) -> bool {
    let entry = published.version(&upload.version);
    entry.is_some_and(|entry| Some(&entry.checksum) == state.packed(upload))
}

/// Packs again what is not out and whose kept bytes are not here.
pub(super) fn have_bytes(
    session: &Session,
    run: &Run,
    plan: &Plan,
    screen: &Screen,
) -> Result<(), Failure> {
    let state = &run.state;
    let wanted = |upload: &&Upload| {
        let step = plan.steps.iter().find(|step| step.action == Action::Upload((*upload).clone()));
        step.is_some_and(|step| !state.is_done(&step.id))
            && state.packed(upload).is_some_and(|sealed| !is_kept(&run.folder, upload, sealed))
    };
    let missing: Vec<&Upload> = uploads(plan).filter(wanted).collect();
    if missing.is_empty() {
        return Ok(());
    }
    let places: Vec<(PackageName, RegistryName)> =
        uploads(plan).map(|upload| (upload.package.clone(), upload.registry.clone())).collect();
    let published = session.registries.published(&places);
    let out = |upload: &Upload| {
        published.get(&upload.package).is_some_and(|it| is_out(it, upload, state))
    };
    if missing.iter().all(|upload| out(upload)) {
        return Ok(());
    }
    let sealed: Vec<Sealed<'_>> = uploads(plan)
        .filter_map(|upload| {
            let sha256 = state.packed(upload)?;
            let is_out = out(upload) || is_kept(&run.folder, upload, sha256);
            Some(Sealed { upload, sha256, is_out })
        })
        .collect();
    let commit = state.commit().unwrap_or(&plan.base);
    let scratch = session.home.scratch()?;
    let heard = |line: &str| screen.detail("", line.trim_end());
    let repack = session.repack(commit, &run.folder, scratch.path(), &heard);
    let what = text::count(missing.len(), "package");
    screen.status(
        "Packing",
        &format!("again from {}: the bytes of {what} are not here", commit.short(10)),
    );
    repack.pack(&sealed).map_err(|error| refused(run, error))
}

/// Removes the mirror of a release that was given up, where the remote lets us: another clone would
/// find it and offer to go on.
pub(super) fn forget(session: &Session, run: &Run, plan: &Plan) {
    let pushed = plan.steps.iter().find_map(|step| match &step.action {
        Action::PushCommit { remote, .. } if run.state.step(&step.id).attempts > 0 => Some(remote),
        _ => None,
    });
    if let Some(remote) = pushed.filter(|_| session.policy.mirror) {
        mirror::remove(&session.checkout.repository_root, remote, &run.folder);
    }
}

fn refused(run: &Run, error: RepackError) -> Failure {
    let give_up = "cargo orchestrate publish --abandon";
    match error {
        RepackError::Failed(why) => {
            let mut lines = why.lines();
            let first = lines.next().unwrap_or_default();
            let failure = Failure::new(
                ExitCode::Resumable,
                format!("could not pack release {} again: {first}", run.id),
            );
            lines.filter(|line| !line.trim().is_empty()).fold(failure, Failure::now)
        }
        RepackError::Differs { upload, before, now } => Failure::refused(format!(
            "packing {upload} again gives other bytes than those that were verified"
        ))
        .fact("before", before.to_string())
        .fact("here", now.to_string()),
    }
    .fact("now", "nothing was uploaded by this process")
    .next("cargo orchestrate publish", "tries again, with the Cargo that packed it first")
    .next(give_up, "gives it up; the next `publish` plans what is missing")
}

#[cfg(test)]
#[path = "mirrored_tests.rs"]
mod tests;
