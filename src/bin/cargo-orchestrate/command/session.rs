//! What every command works on: the checkout, the registries, the policy and the memory.

use super::{downstream, rollbacks};
use crate::cli::Global;
use crate::effects::process::Cargo;
use crate::effects::repack::Repack;
use crate::failure::Failure;
use crate::interrupt;
use crate::journal::{Home, Run};
use crate::observe::Checkout;
use crate::observe::git::{self, Ask};
use crate::registry::Registries;
use cargo_orchestrate::decide::{Request, concerned};
use cargo_orchestrate::facts::{Facts, Offline, Pinned, PinnedDownstream};
use cargo_orchestrate::model::{Oid, PackageName, RegistryName, RelPath, Version, Workspace};
use cargo_orchestrate::plan::Finding;
use cargo_orchestrate::policy::{self, Policy};
use cargo_orchestrate::wire::RunKind;
use std::collections::BTreeMap;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Where to work, and which registries stand in for others.
#[derive(Debug, Clone, Default)]
pub(super) struct Site {
    pub(super) directory: PathBuf,
    pub(super) manifest_path: Option<PathBuf>,
    /// Whether neither a registry nor the remote may be asked.
    pub(super) offline: bool,
    /// Whether nothing in the workspace will be changed.
    pub(super) only_looks: bool,
    /// Index addresses that take the place of what is configured.
    pub(super) stand_ins: BTreeMap<RegistryName, String>,
    /// What is added to the environment of Cargo, so that it takes the stand-ins too.
    pub(super) environment: Vec<(OsString, OsString)>,
    /// Where Cargo builds, instead of where it is configured to.
    pub(super) target: Option<PathBuf>,
}

impl From<&Global> for Site {
    fn from(global: &Global) -> Self {
        Self {
            directory: global.directory.clone().unwrap_or_else(|| PathBuf::from(".")),
            manifest_path: global.manifest_path.clone(),
            offline: global.offline,
            ..Self::default()
        }
    }
}

/// Where packages go instead of where their manifests say.
#[derive(Debug, Clone, Default)]
pub(super) struct Elsewhere {
    /// All that are not named in `each`.
    pub(super) all: Option<RegistryName>,
    pub(super) each: BTreeMap<PackageName, RegistryName>,
}

impl Elsewhere {
    /// The places that an earlier run used.
    pub(super) fn used<'a>(
        places: impl IntoIterator<Item = (&'a PackageName, &'a RegistryName)>,
    ) -> Self {
        let each = places.into_iter().map(|(name, place)| (name.clone(), place.clone())).collect();
        Self { all: None, each }
    }

    fn place(&self, package: &PackageName) -> Option<&RegistryName> {
        self.each.get(package).or(self.all.as_ref())
    }
}

/// A workspace opened for work.
pub(super) struct Session {
    pub(super) checkout: Checkout,
    pub(super) registries: Arc<Registries>,
    pub(super) policy: Policy,
    pub(super) home: Home,
    /// The runs of this repository, oldest first, as they stood when this was opened.
    pub(super) past: Vec<Run>,
    /// The members; their manifests as they are now.
    pub(super) workspace: Workspace,
    /// What is added to the environment of Cargo.
    pub(super) environment: Vec<(OsString, OsString)>,
    /// Cargo's target folder of the workspace.
    pub(super) target: PathBuf,
    /// Where Cargo keeps what is between sources and results; mostly the target folder.
    pub(super) intermediate: PathBuf,
    /// The texts of the root manifest and of every member's.
    pub(super) manifests: BTreeMap<RelPath, String>,
    /// What the configuration gave to remark on.
    pub(super) notes: Vec<Finding>,
    /// What rollbacks pinned.
    pins: Vec<Pinned>,
    /// What they pinned in repositories downstream, and nobody lifted.
    pinned_downstream: Vec<PinnedDownstream>,
}

impl Session {
    /// Packing this workspace again from a commit: into the folder of a run, with an empty folder for
    /// what is in between.
    pub(super) fn repack<'a>(
        &'a self,
        commit: &'a Oid,
        folder: &'a Path,
        scratch: &'a Path,
        heard: &'a dyn Fn(&str),
    ) -> Repack<'a> {
        Repack {
            repository: &self.checkout.repository_root,
            workspace: &self.checkout.workspace_root,
            target: &self.target,
            intermediate: &self.intermediate,
            folder,
            scratch,
            commit,
            cargo: Cargo { environment: &self.environment },
            registries: &self.registries,
            heard,
            interrupted: &interrupt::is_asked,
        }
    }

    /// Opens the workspace. Asks neither a registry nor a remote.
    pub(super) fn open(site: &Site) -> Result<Self, Failure> {
        let open = if site.only_looks { Checkout::open_to_look } else { Checkout::open };
        let checkout = open(&site.directory, site.manifest_path.as_deref())?;
        let mut registries =
            Registries::load(&checkout.workspace_root, &site.stand_ins, site.offline)?;
        let home = Home::of(&checkout.common_dir);
        let manifests = checkout.manifests()?;
        let workspace = checkout.workspace(&manifests)?;
        let (policy, notes) = read_policy(&checkout, &workspace, &manifests)?;
        registries.prefer(policy.trusted_publishing);
        let registries = Arc::new(registries);
        let environment = site.environment.clone();
        let configured = || checkout.metadata.target_directory.clone().into_std_path_buf();
        let target = site.target.clone().unwrap_or_else(configured);
        let intermediate = checkout.metadata.build_directory.clone();
        let intermediate = intermediate.map_or_else(|| target.clone(), Into::into);
        let mut notes = notes;
        let past = home.runs()?;
        notes.extend(unfinished(&past));
        notes.extend(rollbacks::open_hotfix(&past).map(|of| {
            let text = format!("what replaces {of} is out, and {of} is not yanked yet");
            let command = super::hotfix::command(&of);
            Finding::warning("hotfix", text).hint(format!("{command}    yanks it"))
        }));
        let pins = rollbacks::pins(&past);
        let offered = rollbacks::pinned_downstream(&past);
        let pinned_downstream = downstream::pinned(&policy, &checkout, offered, false);
        Ok(Self {
            checkout,
            registries,
            policy,
            home,
            past,
            workspace,
            environment,
            target,
            intermediate,
            manifests,
            notes,
            pins,
            pinned_downstream,
        })
    }

    /// Ends without giving back piece by piece what it holds in memory: the process ends next.
    pub(super) fn leave(self) {
        let Self { checkout, policy, past, workspace, manifests, .. } = self;
        std::mem::forget((checkout, policy, past, workspace, manifests));
    }

    /// Whether packages go where their manifests say, not to a stand-in.
    pub(super) fn is_real(&self) -> bool {
        self.environment.is_empty()
    }

    /// What the repository alone says: neither a registry nor a remote is asked. With a revision,
    /// packages and changesets as they changed since HEAD and it parted.
    pub(super) fn local_facts(&self, since: Option<&str>) -> Result<Facts, Failure> {
        let workspace = self.workspace.clone();
        let repository = git::repository(&self.checkout, Ask::NoRemote)?;
        let folder = self.policy.changeset_folder(&workspace);
        let changesets = self.checkout.changesets(&folder, &workspace)?;
        let (history, changesets) = if let Some(revision) = since {
            let parting = self.checkout.parting(revision)?;
            let policy = &self.policy;
            let history = self.checkout.history_since(parting, &workspace, &repository, policy)?;
            (history, self.checkout.changesets_since(parting, changesets)?)
        } else {
            let (published, nobody) = (BTreeMap::new(), |_: &PackageName, _: &Version| None);
            let policy = &self.policy;
            let history =
                git::history(&self.checkout, &workspace, &repository, &published, policy, &nobody)?;
            (history, changesets)
        };
        Ok(Facts { workspace, repository, history, changesets, ..Facts::default() })
    }

    /// Looks at everything: the registries first, for a version that was yanked is no baseline.
    /// Offline, what they said before stands for them, and the remote is not asked either.
    ///
    /// `elsewhere` says where packages go instead of where their manifests say. With a request, the
    /// registries are asked about no package that cannot matter to it.
    pub(super) fn facts(
        &self,
        ask: Ask,
        elsewhere: &Elsewhere,
        request: Option<&Request>,
    ) -> Result<Facts, Failure> {
        let workspace = self.workspace.clone();
        let concerned = request.map(|request| concerned(&workspace, &self.policy, request));
        let matters = |name| concerned.as_ref().is_none_or(|concerned| concerned.contains(name));
        let wanted: Vec<(PackageName, RegistryName)> = workspace
            .publishable()
            .filter(|package| matters(&package.name))
            .filter_map(|package| {
                let registry = elsewhere.place(&package.name).or(package.registry())?;
                Some((package.name.clone(), registry.clone()))
            })
            .collect();
        let (published, offline) = match self.registries.offline() {
            None => (self.registries.published(&wanted), None),
            Some(because) => {
                let kept = self.registries.kept(&wanted);
                (kept.published, Some(Offline { because, oldest: kept.oldest }))
            }
        };
        let ask = if offline.is_some() { Ask::NoRemote } else { ask };
        let repository = git::repository(&self.checkout, ask)?;
        let places: BTreeMap<&PackageName, &RegistryName> =
            wanted.iter().map(|(package, registry)| (package, registry)).collect();
        let released_commit = |package: &PackageName, version: &Version| -> Option<Oid> {
            let entry = published.get(package)?.version(version)?;
            self.registries.released_commit(places.get(package)?, package, entry)
        };
        let history = git::history(
            &self.checkout,
            &workspace,
            &repository,
            &published,
            &self.policy,
            &released_commit,
        )?;
        let folder = self.policy.changeset_folder(&self.workspace);
        let branches = match request {
            Some(request) if request.hotfix => {
                git::branches(&self.checkout, &repository, &history)?
            }
            _ => Vec::new(),
        };
        Ok(Facts {
            workspace,
            repository,
            history,
            published,
            branches,
            offline,
            changesets: self.checkout.changesets(&folder, &self.workspace)?,
            manifests: self.manifests.clone(),
            lockfile: self.checkout.lockfile()?,
            registries: self.registries.facts(),
            pins: self.pins.clone(),
            pinned_downstream: self.pinned_downstream.clone(),
            ..Facts::default()
        })
    }
}

/// A run that is not finished comes before every other.
fn unfinished(runs: &[Run]) -> Option<Finding> {
    let run = runs.iter().rfind(|run| run.state.ended.is_none())?;
    let (what, command) = match run.kind {
        RunKind::Release => ("release", "cargo orchestrate publish"),
        RunKind::Rollback => ("rollback", "cargo orchestrate yank-rollback"),
    };
    let text = format!("the {what} {} is not finished", run.id);
    Some(Finding::warning("unfinished", text).hint(format!("{command}    goes on with it")))
}

fn read_policy(
    checkout: &Checkout,
    workspace: &Workspace,
    manifests: &BTreeMap<RelPath, String>,
) -> Result<(Policy, Vec<Finding>), Failure> {
    let file = checkout.orchestrate_toml()?;
    let file = file.as_ref().map(|(path, text)| (path, text.as_str()));
    let root = workspace.root_manifest();
    let root_text = manifests.get(&root).map_or("", String::as_str);
    let members: Vec<(PackageName, &RelPath, &str)> = workspace
        .packages
        .values()
        .filter_map(|package| {
            let text = manifests.get(&package.manifest)?;
            Some((package.name.clone(), &package.manifest, text.as_str()))
        })
        .collect();
    let (policy, notes) = policy::parse(file, (&root, root_text), &members, workspace)?;
    let idle = checkout.idle_inputs(&policy)?;
    let idle = idle.into_iter().map(|(package, input)| input.idle(package));
    let notes = notes.into_iter().chain(idle).map(super::words::remark).collect();
    Ok((policy, notes))
}
