//! The proof after a rollback or an undo: what the index shows now lets every live version find what
//! it requires, and resolutions from scratch select none of the versions taken back.
//!
//! `lock.rs` reads resolutions, `projects.rs` says what is resolved together.

mod lock;
mod projects;

pub(crate) use lock::{selected, selects};

use super::heard::is_outage;
use super::{Failed, consumer, local, nothing_happened, process, shadow};
use crate::registry::Registries;
use cargo_orchestrate::facts::Published;
use cargo_orchestrate::model::{PackageName, RegistryName, Workspace};
use cargo_orchestrate::plan::Upload;
use cargo_orchestrate::rollback::{Standing, standing};
use cargo_orchestrate::run::{Receipt, TroubleKind, Unresolved};
use projects::{Wanted, projects};
use std::cell::Cell;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

/// In how many projects live versions are resolved that get something else than before: the
/// highest of each package in the first, and so on. Of older ones the index has to do.
const RANKS: usize = 12;

/// How many of these are resolved alone at most, where a project of several does not resolve.
const ALONE: usize = 48;

/// What the proof needs to know of its surroundings.
pub(super) struct Proof<'a> {
    pub(super) workspace: &'a Path,
    /// Cargo's target folder of the workspace: below it Cargo finds the same configuration.
    pub(super) target: &'a Path,
    pub(super) members: &'a Workspace,
    pub(super) registries: &'a Registries,
    pub(super) cargo: process::Cargo<'a>,
}

/// The folder of a proof, once it is laid out.
struct Room<'p> {
    proof: &'p Proof<'p>,
    root: PathBuf,
    /// The file system as Cargo is to see it.
    mirror: PathBuf,
    without: &'p [Upload],
    /// How many projects there are.
    made: Cell<usize>,
}

impl Proof<'_> {
    /// Asks the index anew about the packages and those that may require them, then resolves the
    /// workspace and projects that depend on the packages, all without a lock file and without what
    /// Cargo remembers of the index. None may select a version of `without`. The versions of `with`
    /// must resolve, each for whoever requires exactly it.
    pub(super) fn prove(&self, without: &[Upload], with: &[Upload]) -> Result<Receipt, Failed> {
        let places = self.places(without, with);
        let published = self.published(&places)?;
        let Standing { live, turned, stranded, moved } = standing(&published, without, with);
        let (ours, before): (Vec<_>, Vec<_>) = stranded.into_iter().partition(|it| it.is_ours);
        let turned = turned.iter().map(|it| {
            let (now, verb) =
                if with.contains(it) { ("yanked", "yanked") } else { ("live", "unyanked") };
            format!("{it} is {now} again, somebody else {verb} it")
        });
        let told: Vec<String> = turned.chain(ours.iter().map(ToString::to_string)).collect();
        if !told.is_empty() {
            return Err(nothing_happened(TroubleKind::Disproved, told.join("; ")));
        }
        let mut unresolved: Vec<Unresolved> = before
            .into_iter()
            .map(|it| Unresolved {
                why: format!(
                    "it requires {} {}, which no live version satisfies",
                    it.of, it.requirement
                ),
                package: it.package,
                version: it.version,
            })
            .collect();
        let room = self.room(without)?;
        let workspace = shadow::inside(&room.mirror, self.workspace);
        let members = room.resolve(&workspace, "the workspace")?.matches("[[package]]").count();
        let mut wanted: Vec<Wanted> =
            without.iter().filter_map(|upload| Wanted::any(upload, &published)).collect();
        wanted.dedup_by(|a, b| a.upload.package == b.upload.package);
        wanted.extend(with.iter().map(Wanted::exactly));
        let consumers = wanted.len();
        let mut selected = Vec::new();
        for project in projects(wanted) {
            selected.extend(room.used(&project)?);
        }
        let is_known = |it: &&(PackageName, _)| {
            !unresolved.iter().any(|known| (&known.package, &known.version) == (&it.0, &it.1))
        };
        let moved = moved.iter().filter(is_known).filter_map(|(package, version)| {
            let registry = places.get(package)?.clone();
            let (package, version) = (package.clone(), version.clone());
            Some(Wanted::exactly(&Upload { package, version, registry }))
        });
        let still = room.still(moved.collect())?;
        unresolved.extend(still);
        // What is left would only confuse a later look into the target folder.
        let _ = std::fs::remove_dir_all(&room.root);
        let live = sound(live, &unresolved);
        Ok(Receipt::Resolved { members, consumers, selected, live, unresolved })
    }

    /// The packages concerned and where they are: those named, and what else this workspace
    /// publishes.
    fn places(&self, without: &[Upload], with: &[Upload]) -> BTreeMap<PackageName, RegistryName> {
        let named = without.iter().chain(with);
        let named = named.map(|it| (it.package.clone(), it.registry.clone()));
        let members = self.members.publishable();
        let members = members.filter_map(|it| Some((it.name.clone(), it.registry()?.clone())));
        members.chain(named).collect()
    }

    /// What the index shows now, past all caches.
    fn published(
        &self,
        places: &BTreeMap<PackageName, RegistryName>,
    ) -> Result<BTreeMap<PackageName, Published>, Failed> {
        let wanted: Vec<_> = places.iter().map(|(package, registry)| (registry, package)).collect();
        let shown = places.keys().cloned().zip(self.registries.look_all(&wanted));
        let shown: BTreeMap<_, _> = shown.collect();
        for (package, published) in &shown {
            if let Published::Unknown(why) = published {
                let text = format!("the index could not be asked for {package}: {why}");
                return Err(nothing_happened(TroubleKind::Unavailable, text));
            }
        }
        Ok(shown)
    }

    /// Lays the folder out, with a mirror of the file system that has neither the workspace's lock
    /// file nor what Cargo remembers of indexes.
    fn room<'p>(&'p self, without: &'p [Upload]) -> Result<Room<'p>, Failed> {
        let root = self.target.join("orchestrate").join("proof");
        if root.exists() {
            std::fs::remove_dir_all(&root).map_err(|error| local("clear the proof", &error))?;
        }
        let mirror = root.join("mirror");
        let mut gone = BTreeMap::from([(self.workspace.join("Cargo.lock"), None)]);
        let registry = self.cargo.home().join("registry");
        if registry.is_dir() {
            gone.insert(registry.join("index"), None);
        }
        shadow::mirror(&mirror, &gone).map_err(|error| local("set up the proof", &error))?;
        Ok(Room { proof: self, root, mirror, without, made: Cell::new(0) })
    }

    /// Cargo's configuration files around the workspace, where the target folder is not below it.
    fn foreign_configuration(&self) -> Vec<PathBuf> {
        let is_below = self.target.starts_with(self.workspace);
        if is_below { Vec::new() } else { configuration_around(self.workspace) }
    }
}

impl Room<'_> {
    /// Resolves a project that has all of these, and says what is selected for each. One that was
    /// not selected as somebody alone would get it, since others stand in its way, is asked alone; so
    /// are all where they do not resolve together, and the one that fails is named.
    fn used(&self, wanted: &[Wanted]) -> Result<Vec<Upload>, Failed> {
        let lock = match self.together(wanted, "a project that depends on every package") {
            Ok(lock) => Some(lock),
            Err(failed) if failed.1.kind == TroubleKind::Disproved => None,
            Err(failed) => return Err(failed),
        };
        let mut got = Vec::new();
        for one in wanted {
            let joint = lock.as_ref().and_then(|lock| selected(lock, &one.upload));
            got.extend(match joint.filter(|it| Some(&it.version) == one.best.as_ref()) {
                Some(joint) => Some(joint),
                None => selected(&self.alone(one)?, &one.upload),
            });
        }
        Ok(got)
    }

    /// Resolves live versions that get something else than before, as whoever requires exactly them.
    /// What does not resolve, for what has nothing to do with what was taken back, is returned.
    fn still(&self, moved: Vec<Wanted>) -> Result<Vec<Unresolved>, Failed> {
        let mut unresolved = Vec::new();
        let mut left = ALONE;
        for project in projects(moved).into_iter().take(RANKS) {
            match self.together(&project, "a project that depends on live versions") {
                Ok(_) => continue,
                Err(failed) if failed.1.kind == TroubleKind::Disproved => {}
                Err(failed) => return Err(failed),
            }
            for one in project.iter().take(left) {
                left -= 1;
                let Err((certainty, trouble)) = self.alone(one) else { continue };
                let is_named = |it: &Upload| trouble.text.contains(&format!("`{} ", it.package));
                if trouble.kind != TroubleKind::Disproved || self.without.iter().any(is_named) {
                    return Err((certainty, trouble));
                }
                let Upload { package, version, .. } = one.upload.clone();
                unresolved.push(Unresolved { package, version, why: trouble.text });
            }
        }
        Ok(unresolved)
    }

    fn alone(&self, one: &Wanted) -> Result<String, Failed> {
        let what = format!("a project that requires {} {}", one.upload.package, one.requirement);
        self.together(std::slice::from_ref(one), &what)
    }

    fn together(&self, wanted: &[Wanted], what: &str) -> Result<String, Failed> {
        let number = self.made.replace(self.made.get() + 1);
        let folder = self.root.join(format!("consumer-{number}"));
        let required: Vec<_> =
            wanted.iter().map(|it| (&it.upload, it.requirement.clone())).collect();
        consumer::write(&folder, "orchestrate-proof", &required)
            .map_err(|error| local("set up the proof", &error))?;
        self.resolve(&folder, what)
    }

    /// Makes a lock file in `folder`, checks it and returns it.
    fn resolve(&self, folder: &Path, what: &str) -> Result<String, Failed> {
        let home = shadow::inside(&self.mirror, &self.proof.cargo.home());
        let lock_by = |mut cargo: process::Command| {
            cargo.arg("generate-lockfile").env("CARGO_HOME", &home);
            for file in self.proof.foreign_configuration() {
                cargo.arg("--config").arg(file);
            }
            process::run(&cargo).map_err(|error| local("start cargo", &error))
        };
        let mut ran = lock_by(self.proof.cargo.building(folder))?;
        if !ran.success && process::wants_credential(&ran.stderr) {
            ran = lock_by(self.proof.cargo.resolving(folder))?;
        }
        if !ran.success {
            let said = ran.stderr.replace(&self.mirror.display().to_string(), "");
            let lines: Vec<String> = said.lines().map(str::to_owned).collect();
            if is_outage(&lines) {
                let text = format!("{what} could not be resolved: {}", said.trim());
                return Err(nothing_happened(TroubleKind::Unavailable, text));
            }
            let text = format!("{what} does not resolve: {}", said.trim());
            return Err(nothing_happened(TroubleKind::Disproved, text));
        }
        let lock = std::fs::read_to_string(folder.join("Cargo.lock"))
            .map_err(|error| local("read the resolution", &error))?;
        if let Some(upload) = self.without.iter().find(|upload| selects(&lock, upload)) {
            let text = format!("{what} still resolves to {upload}");
            return Err(nothing_happened(TroubleKind::Disproved, text));
        }
        Ok(lock)
    }
}

/// How many live versions resolve, by package: all but those that did not before either.
fn sound(
    mut live: BTreeMap<PackageName, usize>,
    unresolved: &[Unresolved],
) -> BTreeMap<PackageName, usize> {
    let broken: BTreeSet<_> = unresolved.iter().map(|it| (&it.package, &it.version)).collect();
    for (package, _) in broken {
        if let Some(count) = live.get_mut(package) {
            *count = count.saturating_sub(1);
        }
    }
    live.retain(|_, count| *count > 0);
    live
}

/// Cargo's configuration files for a folder, the nearest last: it has the last word.
pub(super) fn configuration_around(folder: &Path) -> Vec<PathBuf> {
    let files = folder.ancestors().map(|folder| folder.join(".cargo/config.toml"));
    let mut files: Vec<PathBuf> = files.filter(|file| file.exists()).collect();
    files.reverse();
    files
}

#[cfg(test)]
mod tests {
    use super::*;
    use cargo_orchestrate::model::Version;

    #[test]
    fn what_did_not_resolve_before_is_not_counted_once_for_each_requirement() {
        let name = |text: &str| PackageName::new(text).expect("a name");
        let broken = |text: &str, minor| Unresolved {
            package: name(text),
            version: Version::new(0, minor, 0),
            why: String::new(),
        };
        let live = BTreeMap::from([(name("a"), 3), (name("b"), 1), (name("c"), 2)]);
        let found = sound(live, &[broken("a", 1), broken("a", 1), broken("b", 1)]);
        assert_eq!(found, BTreeMap::from([(name("a"), 2), (name("c"), 2)]));
    }
}
