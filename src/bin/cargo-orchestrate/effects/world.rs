//! The real world, behind the core's trait.

use super::checked::Rules;
use super::commit::{Changed, Commits};
use super::files::Files;
use super::heard::Listener;
use super::lease::Lease;
use super::mirror;
use super::pack::Packing;
use super::process::Cargo;
use super::proof::Proof;
use super::push::Remote;
use super::tags::Tags;
use super::{Failed, nothing_happened, upload};
use crate::journal;
use crate::registry::{Parcel, Registries};
use cargo_orchestrate::facts::Published;
use cargo_orchestrate::model::{Oid, PlanId, Timestamp, Workspace};
use cargo_orchestrate::plan::{Action, Step, TagPoint, Upload, Verification};
use cargo_orchestrate::policy::Policy;
use cargo_orchestrate::run::{
    Attempt, Performed, Probe, Receipt, RunState, Status, Trouble, TroubleKind, World,
};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// The real world as seen from one run.
pub(crate) struct Live<'a> {
    pub(crate) repository: &'a Path,
    pub(crate) workspace: &'a Path,
    /// Cargo's target folder of the workspace.
    pub(crate) target: &'a Path,
    /// Where Cargo keeps what is between sources and results.
    pub(crate) intermediate: &'a Path,
    /// The members, as their manifests were when the command began.
    pub(crate) members: &'a Workspace,
    pub(crate) policy: &'a Policy,
    pub(crate) registries: &'a Registries,
    /// The commit the run began with.
    pub(crate) base: &'a Oid,
    pub(crate) plan: &'a PlanId,
    /// All steps of the run.
    pub(crate) steps: &'a [Step],
    /// The run's folder in the journal.
    pub(crate) folder: PathBuf,
    pub(crate) cargo: Cargo<'a>,
    /// The branch for the release's commit where the planned one does not take it.
    pub(crate) own_branch: Option<String>,
    /// Whether the journal is mirrored to the remote that the run pushes to.
    pub(crate) mirror: bool,
    /// Hears what everybody should know and that stops nothing.
    pub(crate) warned: &'a dyn Fn(&str),
    /// The lock on the remote, where the run pushes there.
    pub(crate) lease: Option<&'a Lease>,
    /// Hears what child processes say while they work.
    pub(crate) heard: &'a dyn Fn(&str),
    /// Whether somebody asked to stop.
    pub(crate) interrupted: &'a dyn Fn() -> bool,
}

impl Live<'_> {
    fn files(&self) -> Files<'_> {
        Files { repository: self.repository, backups: self.folder.join("backup") }
    }

    fn commits(&self) -> Commits<'_> {
        Commits { root: self.repository, base: self.base, plan: self.plan.as_str() }
    }

    fn remote<'r>(&'r self, name: &'r str) -> Remote<'r> {
        let own_branch = self.own_branch.clone();
        Remote { root: self.repository, name, own_branch, mirror: None, heard: self.warned }
    }

    /// The remote, with the mirror of the journal as it is now or, when all is done, with its end.
    fn mirrored<'r>(
        &'r self,
        name: &'r str,
        spec: impl FnOnce(&Path) -> Result<String, Failed>,
    ) -> Result<Remote<'r>, Failed> {
        let mirror = if self.mirror { Some(spec(&self.folder)?) } else { None };
        Ok(Remote { mirror, ..self.remote(name) })
    }

    fn commit<'s>(&'s self, state: &'s RunState) -> &'s Oid {
        state.commit().unwrap_or(self.base)
    }

    fn tags<'s>(&'s self, state: &'s RunState) -> Tags<'s> {
        Tags { root: self.repository, plan: self.plan.as_str(), commit: self.commit(state) }
    }

    /// What the run's own step says of these tags.
    fn tag_points(&self, names: &[String]) -> Vec<TagPoint> {
        let made = self.steps.iter().filter_map(|step| match &step.action {
            Action::Tag { tags } => Some(tags),
            _ => None,
        });
        made.flatten().filter(|tag| names.contains(&tag.name)).cloned().collect()
    }

    fn artifacts(&self) -> PathBuf {
        self.folder.join("artifacts")
    }

    fn pack(
        &self,
        packages: &[Upload],
        verification: Verification,
        state: &RunState,
    ) -> Result<Receipt, Failed> {
        let packing = Packing {
            repository: self.repository,
            workspace: self.workspace,
            target: self.target,
            intermediate: self.intermediate,
            artifacts: self.artifacts(),
            kept: journal::kept(&self.folder),
            commit: self.commit(state),
            cargo: self.cargo,
            rules: Some(Rules {
                repository: self.repository,
                members: self.members,
                policy: self.policy,
            }),
            registries: Some(self.registries),
            listener: Listener { heard: self.heard, interrupted: self.interrupted },
        };
        packing.pack(packages, verification)
    }

    fn parcel(&self, upload: &Upload, state: &RunState) -> Result<Parcel, Failed> {
        let sealed = state.packed(upload).ok_or_else(|| {
            nothing_happened(TroubleKind::Local, format!("{upload} was never packed"))
        })?;
        self.fence()?;
        upload::parcel(self.registries, &self.artifacts(), upload, sealed)
    }

    /// Sends what was packed of these uploads, all at once.
    fn send_all(&self, uploads: &[&Upload], state: &RunState) -> Vec<Performed> {
        let parcels = uploads.iter().map(|upload| self.parcel(upload, state)).collect();
        let sent = self.registries.send_all(parcels);
        sent.into_iter().map(|result| result.map(|_| Attempt::Accepted)).collect()
    }

    /// What the index, which shows `published`, says of an upload, a yank or an unyank.
    fn shown(&self, step: &Step, published: &Published, state: &RunState) -> Probe {
        match &step.action {
            Action::Upload(upload) => match state.packed(upload) {
                None => Probe::NotDone,
                Some(sealed) if matches!(state.status(&step.id), Status::NotStarted) => {
                    upload::judge_upload(published, upload, sealed)
                }
                Some(sealed) => upload::probe_upload(self.registries, published, upload, sealed),
            },
            Action::Yank(upload) => upload::probe_yank(published, upload, true),
            Action::Unyank(upload) => upload::probe_yank(published, upload, false),
            _ => Probe::NotDone,
        }
    }

    /// Makes sure that the release is still ours before something is sent.
    fn fence(&self) -> Result<(), Failed> {
        self.lease.map_or(Ok(()), Lease::fence)
    }
}

impl World for Live<'_> {
    fn perform(&mut self, step: &Step, state: &RunState) -> Performed {
        let plain = |()| Attempt::Done(Receipt::Plain);
        let accepted = |()| Attempt::Accepted;
        match &step.action {
            Action::WriteFiles { files } => self.files().write(files).map(plain),
            Action::Commit { message, files, removed } => self
                .commits()
                .commit(message, Changed { files, removed })
                .map(|oid| Attempt::Done(Receipt::Commit { oid })),
            Action::Pack { packages, verification } => {
                if self.steps.iter().any(|step| matches!(step.action, Action::Tag { .. })) {
                    self.tags(state).try_out()?;
                }
                self.pack(packages, *verification, state).map(Attempt::Done)
            }
            Action::PushCommit { remote, branch } => {
                let commit = self.commit(state);
                let spec = |folder: &Path| mirror::made(self.repository, commit, folder);
                self.mirrored(remote, spec)?.push_commit(commit, branch).map(Attempt::Done)
            }
            Action::Upload(upload) => {
                self.send_all(&[upload], state).pop().expect("one upload has one outcome")
            }
            Action::Tag { tags } => self.tags(state).create(tags).map(plain),
            Action::PushTags { remote, tags } => {
                // A tag that was deleted since is made again: it was ours, and nobody has it yet.
                self.tags(state).create(&self.tag_points(tags))?;
                let spec = |folder: &Path| Ok(mirror::removed(folder));
                self.mirrored(remote, spec)?.push_tags(tags).map(plain)
            }
            Action::Yank(upload) => {
                self.fence()?;
                let (registry, package) = (&upload.registry, &upload.package);
                self.registries.yank(registry, package, &upload.version).map(accepted)
            }
            Action::Unyank(upload) => {
                self.fence()?;
                let (registry, package) = (&upload.registry, &upload.package);
                self.registries.unyank(registry, package, &upload.version).map(accepted)
            }
            Action::ProveResolution { without } => {
                let proof = Proof {
                    workspace: self.workspace,
                    target: self.target,
                    registries: self.registries,
                    cargo: self.cargo,
                };
                proof.prove(without).map(Attempt::Done)
            }
        }
    }

    fn perform_all(&mut self, steps: &[&Step], state: &RunState) -> Vec<Performed> {
        match steps.iter().map(|step| upload_of(step)).collect::<Option<Vec<_>>>() {
            Some(uploads) => self.send_all(&uploads, state),
            None => steps.iter().map(|step| self.perform(step, state)).collect(),
        }
    }

    fn probe(&mut self, step: &Step, state: &RunState) -> Probe {
        match &step.action {
            Action::WriteFiles { files } => self.files().probe(files),
            Action::Commit { files, removed, .. } => {
                self.commits().probe(Changed { files, removed })
            }
            // Packing and proving leave nothing that only one try may leave: they are done again.
            Action::Pack { .. } | Action::ProveResolution { .. } => Probe::NotDone,
            Action::PushCommit { remote, branch } => {
                self.remote(remote).probe_commit(self.commit(state), branch)
            }
            Action::Tag { tags } => self.tags(state).probe(tags),
            Action::PushTags { remote, tags } => self.remote(remote).probe_tags(tags),
            Action::Upload(upload) | Action::Yank(upload) | Action::Unyank(upload) => {
                let published = self.registries.look(&upload.registry, &upload.package);
                self.shown(step, &published, state)
            }
        }
    }

    fn probe_all(&mut self, steps: &[&Step], state: &RunState) -> Vec<Probe> {
        let on_index = |step: &Step| match &step.action {
            Action::Upload(upload) | Action::Yank(upload) | Action::Unyank(upload) => {
                Some((upload.registry.clone(), upload.package.clone()))
            }
            _ => None,
        };
        let wanted: Vec<_> = steps.iter().filter_map(|step| on_index(step)).collect();
        let wanted: Vec<_> = wanted.iter().map(|(registry, package)| (registry, package)).collect();
        let mut published = self.registries.look_all(&wanted).into_iter();
        let mut probes = Vec::with_capacity(steps.len());
        for step in steps {
            probes.push(match on_index(step).and_then(|_| published.next()) {
                Some(published) => self.shown(step, &published, state),
                None => self.probe(step, state),
            });
        }
        probes
    }

    fn undo(&mut self, step: &Step, state: &RunState) -> Result<(), Trouble> {
        match &step.action {
            Action::WriteFiles { files } => self.files().undo(files),
            Action::Commit { files, removed, .. } => {
                self.commits().undo(Changed { files, removed })
            }
            Action::Tag { tags } => self.tags(state).undo(tags),
            // The kept bytes are of no use to anybody and harm nobody.
            _ => Ok(()),
        }
    }

    fn now(&self) -> Timestamp {
        let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        Timestamp(u64::try_from(since.as_millis()).unwrap_or(u64::MAX))
    }

    fn sleep_until(&mut self, until: Timestamp) {
        const SLICE: Duration = Duration::from_millis(100);
        self.registries.rest(until.since(self.now()));
        while !(self.interrupted)() {
            let left = until.since(self.now());
            if left.is_zero() {
                return;
            }
            std::thread::sleep(left.min(SLICE));
        }
    }

    fn is_interrupted(&self) -> bool {
        (self.interrupted)()
    }
}

fn upload_of(step: &Step) -> Option<&Upload> {
    match &step.action {
        Action::Upload(upload) => Some(upload),
        _ => None,
    }
}
