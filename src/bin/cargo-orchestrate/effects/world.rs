//! The real world, behind the core's trait.

use super::checked::Rules;
use super::commit::{Changed, Commits};
use super::downstream::Reached;
use super::files::Files;
use super::gate::{Gate, Passage};
use super::glance::{self, Databases, Glance, Question};
use super::heard::Listener;
use super::lease::Lease;
use super::mirror;
use super::pack::Packing;
use super::process::Cargo;
use super::proof::Proof;
use super::push::Remote;
use super::tags::Tags;
use super::under_way::UnderWay;
use super::upload::Delivery;
use super::{Failed, nothing_happened};
use crate::journal;
use crate::registry::Registries;
use cargo_orchestrate::model::{Oid, PlanId, RegistryName, Timestamp, Workspace};
use cargo_orchestrate::plan::{Action, Step, TagPoint, Upload, Verification, Yank};
use cargo_orchestrate::policy::{Policy, Visibility};
use cargo_orchestrate::run::{
    Answer, Attempt, Performed, Probe, Receipt, RunState, Trouble, TroubleKind, World,
};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// The real world as seen from one run.
pub(crate) struct Live<'a> {
    pub(crate) repository: &'a Path,
    pub(crate) workspace: &'a Path,
    /// Git's common folder.
    pub(crate) common_dir: &'a Path,
    /// Cargo's target folder of the workspace.
    pub(crate) target: &'a Path,
    /// Where Cargo keeps what is between sources and results.
    pub(crate) intermediate: &'a Path,
    /// The members, as their manifests were when the command began.
    pub(crate) members: &'a Workspace,
    pub(crate) policy: &'a Policy,
    pub(crate) registries: &'a Arc<Registries>,
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
    pub(crate) lease: Option<&'a Arc<Lease>>,
    /// Hears what child processes say while they work.
    pub(crate) heard: &'a dyn Fn(&str),
    /// Whether somebody asked to stop.
    pub(crate) interrupted: &'a dyn Fn() -> bool,
    /// What was started and is not answered yet.
    pub(crate) flight: Flight,
}

/// Uploads and looks under way, and what they said so far that the next look is to know.
#[derive(Debug, Default)]
pub(crate) struct Flight {
    under_way: UnderWay,
    databases: Databases,
}

/// How long uploads under way are waited for once somebody asked to stop.
const LAST_WAIT: Duration = Duration::from_secs(10);

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
            registries: self.registries,
            asks_index: false,
            listener: Listener { heard: self.heard, interrupted: self.interrupted },
        };
        packing.pack(packages, verification)
    }

    /// Where gates run.
    fn passage<'s>(&'s self, state: &'s RunState) -> Passage<'s> {
        Passage {
            repository: self.repository,
            workspace: self.workspace,
            commit: self.commit(state),
            environment: self.cargo.environment,
            listener: Listener { heard: self.heard, interrupted: self.interrupted },
        }
    }

    /// What is to be sent of an upload.
    fn delivery(&self, upload: &Upload, state: &RunState) -> Result<Delivery, Failed> {
        let sealed = state.packed(upload).ok_or_else(|| {
            nothing_happened(TroubleKind::Local, format!("{upload} was never packed"))
        })?;
        Ok(Delivery {
            registries: Arc::clone(self.registries),
            lease: self.lease.map(Arc::clone),
            artifacts: self.artifacts(),
            upload: upload.clone(),
            sealed: sealed.clone(),
        })
    }

    /// What is to be looked at for a step that is about a version; nothing for others, and for an
    /// upload of what was never packed.
    fn glance(&mut self, step: &Step, state: &RunState) -> Option<Glance> {
        let (upload, question) = match &step.action {
            Action::Upload(upload) => {
                let sealed = state.packed(upload)?.clone();
                let is_enough = self.policy.visibility(&upload.registry) == Visibility::Database;
                let (state, now) = (state.step(&step.id), self.now());
                let asks_database =
                    self.flight.databases.are_asked(&step.id, &state, is_enough, now);
                (upload, Question::IsOut { sealed, asks_database })
            }
            Action::Yank(Yank { upload, .. }) => (upload, Question::IsYanked(true)),
            Action::Unyank(upload) => (upload, Question::IsYanked(false)),
            _ => return None,
        };
        Some(Glance { step: step.id.clone(), upload: upload.clone(), question })
    }

    /// The repository downstream of this name.
    fn reached(&self, name: &str) -> Result<Reached<'_>, Failed> {
        Reached::named(name, self.policy, (self.common_dir, self.workspace))
    }

    /// Makes sure that the release is still ours before something is sent.
    fn fence(&self) -> Result<(), Failed> {
        self.lease.map_or(Ok(()), |lease| lease.fence())
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
            Action::Gate { gate, command, timeout_seconds } => {
                let gate = Gate { name: gate, command, timeout_seconds: *timeout_seconds };
                self.passage(state).pass(&gate).map(plain)
            }
            Action::PushCommit { remote, branch } => {
                let commit = self.commit(state);
                let spec = |folder: &Path| mirror::made(self.repository, commit, folder);
                self.mirrored(remote, spec)?.push_commit(commit, branch).map(Attempt::Done)
            }
            Action::Upload(upload) => self.delivery(upload, state)?.make(),
            Action::Tag { tags } => self.tags(state).create(tags).map(plain),
            Action::PushTags { remote, tags } => {
                // A tag that was deleted since is made again: it was ours, and nobody has it yet.
                self.tags(state).create(&self.tag_points(tags))?;
                let spec = |folder: &Path| Ok(mirror::removed(folder));
                self.mirrored(remote, spec)?.push_tags(tags).map(plain)
            }
            Action::Yank(Yank { upload, reason }) => {
                self.fence()?;
                let (registry, package) = (&upload.registry, &upload.package);
                let reason = reason.as_deref();
                self.registries.yank(registry, package, &upload.version, reason).map(accepted)
            }
            Action::Unyank(upload) => {
                self.fence()?;
                let (registry, package) = (&upload.registry, &upload.package);
                self.registries.unyank(registry, package, &upload.version).map(accepted)
            }
            Action::EditDownstream { edit, push } => {
                self.reached(&edit.repository)?.edit(edit, *push).map(Attempt::Done)
            }
            Action::WithdrawDownstream { repository, branch, commit, push } => {
                self.reached(repository)?.withdraw(branch, commit, *push).map(Attempt::Done)
            }
            Action::ProveResolution { without, with } => {
                let proof = Proof {
                    workspace: self.workspace,
                    target: self.target,
                    members: self.members,
                    registries: self.registries,
                    cargo: self.cargo,
                };
                proof.prove(without, with).map(Attempt::Done)
            }
        }
    }

    fn start(&mut self, steps: &[&Step], state: &RunState) -> Vec<Answer> {
        let mut known = Vec::new();
        for step in steps {
            let id = step.id.clone();
            let Action::Upload(upload) = &step.action else {
                known.push(Answer::Performed(id, self.perform(step, state)));
                continue;
            };
            match self.delivery(upload, state) {
                Ok(delivery) => {
                    self.flight.databases.forget(&id);
                    self.flight.under_way.send(id.clone(), move |mut debt| {
                        debt.pay(Answer::Performed(id, delivery.make()));
                    });
                }
                Err(failed) => known.push(Answer::Performed(id, Err(failed))),
            }
        }
        known
    }

    /// One look for each registry, so that one that does not answer holds up no other.
    fn look(&mut self, steps: &[&Step], state: &RunState) -> Vec<Answer> {
        let mut known = Vec::new();
        let mut glances: BTreeMap<RegistryName, Vec<Glance>> = BTreeMap::new();
        for step in steps {
            match self.glance(step, state) {
                Some(glance) => {
                    glances.entry(glance.upload.registry.clone()).or_default().push(glance);
                }
                None => known.push(Answer::Probed(step.id.clone(), self.probe(step, state))),
            }
        }
        for glances in glances.into_values() {
            let registries = Arc::clone(self.registries);
            let steps = glances.iter().map(|glance| glance.step.clone()).collect();
            self.flight.under_way.look(steps, move |mut debt| {
                glance::look(&registries, &glances, &mut debt);
            });
        }
        known
    }

    fn wait(&mut self, until: Option<Timestamp>) -> Vec<Answer> {
        if let Some(until) = until.filter(|_| !self.flight.under_way.is_busy()) {
            self.registries.rest(until.since(now()));
        }
        let answers = self.flight.under_way.answers(until, &now, self.interrupted);
        self.flight.databases.hear(&answers);
        answers
    }

    fn wait_at_the_end(&mut self) -> Vec<Answer> {
        self.flight.under_way.answers_within(LAST_WAIT)
    }

    fn probe(&mut self, step: &Step, state: &RunState) -> Probe {
        match &step.action {
            Action::WriteFiles { files } => self.files().probe(files),
            Action::Commit { files, removed, .. } => {
                self.commits().probe(Changed { files, removed })
            }
            // These leave nothing that only one try may leave, or find it: they are done again.
            Action::Pack { .. }
            | Action::Gate { .. }
            | Action::EditDownstream { .. }
            | Action::WithdrawDownstream { .. }
            | Action::ProveResolution { .. } => Probe::NotDone,
            Action::PushCommit { remote, branch } => {
                self.remote(remote).probe_commit(self.commit(state), branch)
            }
            Action::Tag { tags } => self.tags(state).probe(tags),
            Action::PushTags { remote, tags } => self.remote(remote).probe_tags(tags),
            Action::Upload(_) | Action::Yank(_) | Action::Unyank(_) => {
                let Some(glance) = self.glance(step, state) else { return Probe::NotDone };
                let Upload { registry, package, .. } = &glance.upload;
                glance.of_index(&self.registries.look(registry, package))
            }
        }
    }

    fn probe_all(&mut self, steps: &[&Step], state: &RunState) -> Vec<Probe> {
        let glances: Vec<_> = steps.iter().map(|step| self.glance(step, state)).collect();
        let wanted = glances.iter().flatten();
        let wanted: Vec<_> =
            wanted.map(|glance| (&glance.upload.registry, &glance.upload.package)).collect();
        let mut published = self.registries.look_all(&wanted).into_iter();
        let mut probes = Vec::with_capacity(steps.len());
        for (step, glance) in steps.iter().zip(&glances) {
            let shown = glance.as_ref().and_then(|glance| Some((glance, published.next()?)));
            probes.push(match shown {
                Some((glance, published)) => glance.of_index(&published),
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
        now()
    }

    fn is_interrupted(&self) -> bool {
        (self.interrupted)()
    }
}

fn now() -> Timestamp {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    Timestamp(u64::try_from(since.as_millis()).unwrap_or(u64::MAX))
}
