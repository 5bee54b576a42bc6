//! Verifying packed packages: each compiles for whoever takes it, and compiling changes none of it.
//!
//! Cargo verifies one package after the other, and compiles each once for itself and once more for
//! its dependents. Here all are unpacked into one workspace (`room.rs`) and built together, but
//! only those that get together what they would get alone (`cargo_orchestrate::plan::joint_builds`);
//! the others have builds of their own, with all that can be shared compiled once. What a
//! build depends on is remembered where it went well (`known.rs`). Whatever makes a package
//! other than it would be alone, so that this cannot show what Cargo would, is left to Cargo.

mod archive;
mod build;
mod known;
mod machine;
mod room;

use super::heard::Listener;
use super::{Failed, local, nothing_happened, process};
use archive::Archive;
pub(super) use build::told;
use cargo_orchestrate::facts::Resolved;
use cargo_orchestrate::manifest::lock::{Lock, without_copies};
use cargo_orchestrate::model::{PackageName, Version};
use cargo_orchestrate::plan::{Upload, joint_builds, lent};
use cargo_orchestrate::run::TroubleKind;
use known::{Known, needed};
use machine::Machines;
pub(super) use machine::Surroundings;
use room::Room;
use std::cell::OnceCell;
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

/// What verifying needs to know of its surroundings.
pub(super) struct Verify<'a> {
    pub(super) workspace: &'a Path,
    /// Cargo's target folder of the workspace.
    pub(super) target: &'a Path,
    /// Where Cargo keeps what is between sources and results.
    pub(super) intermediate: &'a Path,
    /// What is remembered between runs.
    pub(super) kept: &'a Path,
    pub(super) cargo: process::Cargo<'a>,
    pub(super) surroundings: Surroundings,
    pub(super) listener: Listener<'a>,
    /// What was resolved, for what is said of a failure.
    pub(super) resolved: OnceCell<(Resolved, Vec<PackageName>)>,
}

/// What came of it.
#[derive(Debug)]
pub(super) enum Verdict {
    /// All of them are verified.
    Sound,
    /// Why only Cargo itself can say.
    ForCargo(String),
}

impl Verify<'_> {
    /// Verifies packages that lie at these paths.
    pub(super) fn verify(&self, packed: &[(&Upload, PathBuf)]) -> Result<Verdict, Failed> {
        let released: BTreeMap<PackageName, Version> =
            packed.iter().map(|(it, _)| (it.package.clone(), it.version.clone())).collect();
        let read = |(upload, path): &(&Upload, PathBuf)| {
            Archive::read(upload, path.clone(), &released)
                .map_err(|error| local(format!("read the packed {upload}"), &error))
        };
        let archives: Vec<Archive> = packed.iter().map(read).collect::<Result<_, _>>()?;
        let known = self.known(&archives);
        let open: Vec<&Archive> = archives.iter().filter(|archive| !known.has(archive)).collect();
        self.tell_known(archives.len() - open.len(), archives.len());
        if open.is_empty() {
            return Ok(Verdict::Sound);
        }
        let verdict = self.together(&archives, &open, &known, &released)?;
        Ok(verdict.map_or(Verdict::Sound, Verdict::ForCargo))
    }

    /// Remembers that Cargo verified all of these.
    pub(super) fn remember(&self, packed: &[(&Upload, PathBuf)]) {
        let released: BTreeMap<PackageName, Version> =
            packed.iter().map(|(it, _)| (it.package.clone(), it.version.clone())).collect();
        let read = packed.iter().map(|(it, path)| Archive::read(it, path.clone(), &released));
        let Ok(archives) = read.collect::<Result<Vec<_>, _>>() else { return };
        let known = self.known(&archives);
        for archive in &archives {
            known.remember(archive);
        }
    }

    fn known(&self, archives: &[Archive]) -> Known {
        let toolchain = &self.surroundings.toolchain;
        Known::new(self.kept, self.cargo, self.workspace, toolchain, archives)
    }

    fn tell_known(&self, known: usize, all: usize) {
        let text = match known {
            0 => return,
            _ if known == all => "verified before: the same files with the same Cargo".to_owned(),
            _ => format!("{known} of {all} packages were verified before"),
        };
        (self.listener.heard)(&text);
    }

    /// Verifies in as few builds as show what each would be alone; the reason where none can.
    fn together(
        &self,
        archives: &[Archive],
        open: &[&Archive],
        known: &Known,
        released: &BTreeMap<PackageName, Version>,
    ) -> Result<Option<String>, Failed> {
        let here = needed(archives, open.iter().copied());
        if let Some(why) = unlike(&here) {
            return Ok(Some(why));
        }
        let lock = std::fs::read_to_string(self.workspace.join("Cargo.lock")).ok();
        let lock = lock.and_then(|text| without_copies(&text, released).ok());
        let room = Room::enter(self.intermediate, self.listener.heard)
            .and_then(|room| room.lay(&here, lock.as_deref()).map(|()| room))
            .map_err(|error| local("unpack what was packed", &error))?;
        let machines = self.surroundings.machines.as_ref();
        let said = match self.resolve(&room, machines)? {
            Ok(said) => said,
            Err(why) => return Ok(Some(why)),
        };
        if let Some(archive) = disagrees(&room, open, released) {
            let package = &archive.upload.package;
            let text = format!("{package} alone takes other versions than with the others");
            return Ok(Some(text));
        }
        for build in self.builds(&said, machines, open) {
            if let Err(why) = self.build(&room, &build)? {
                return Ok(Some(why));
            }
            for archive in build {
                look_for_changes(&room, archive)?;
                known.remember(archive);
            }
        }
        Ok(None)
    }

    /// Has Cargo resolve the workspace of packed packages: what it said of it, or why it would not.
    fn resolve(
        &self,
        room: &Room,
        machines: Option<&Machines>,
    ) -> Result<Result<String, String>, Failed> {
        let run = |mut cargo: process::Command| {
            cargo.args(&["--format-version", "1", "--quiet"]);
            if let Some(machines) = machines {
                cargo.args(&["--filter-platform", &machines.triple]);
            }
            process::run(&cargo).map_err(|error| local("start cargo", &error))
        };
        let mut ran = run(self.cargo(room, "metadata"))?;
        if !ran.success && process::wants_credential(&ran.stderr) {
            ran = run(self.cargo_reading(room, "metadata"))?;
        }
        let why = || format!("they do not resolve together ({})", ran.complaint());
        Ok(if ran.success { Ok(ran.stdout) } else { Err(why()) })
    }

    /// Which packages are built at once. Where it is not known what each would get alone, each is.
    fn builds<'a>(
        &self,
        said: &str,
        machines: Option<&Machines>,
        open: &[&'a Archive],
    ) -> Vec<Vec<&'a Archive>> {
        let one_by_one = || open.iter().map(|archive| vec![*archive]).collect();
        let is_known = open.iter().all(|archive| archive.manifest.resolver != "1");
        let Some(machines) = machines.filter(|_| is_known) else { return one_by_one() };
        // A profile is for a whole build.
        let (own, plain): (Vec<&Archive>, Vec<&Archive>) =
            open.iter().partition(|archive| !archive.manifest.profile.is_empty());
        let resolved = match Resolved::read(said, &machines.host, &machines.target) {
            Ok(resolved) => resolved,
            Err(error) => {
                (self.listener.heard)(&format!("verifying one by one: {error}"));
                return one_by_one();
            }
        };
        let names = |of: &[&Archive]| -> Vec<PackageName> {
            of.iter().map(|archive| archive.upload.package.clone()).collect()
        };
        let builds = joint_builds(&resolved, &names(&plain));
        let archive = |name: &PackageName| open.iter().find(|it| it.upload.package == *name);
        let builds = builds.iter();
        let builds = builds.map(|it| it.packages.iter().filter_map(archive).copied().collect());
        let builds = builds.chain(own.into_iter().map(|archive| vec![archive])).collect();
        let _ = self.resolved.set((resolved, names(open)));
        builds
    }

    /// What others switch on of what a package needs, where that could be why it fails alone.
    fn lent(&self, archive: &Archive) -> Vec<String> {
        let Some((resolved, names)) = self.resolved.get() else { return Vec::new() };
        let lent = lent(resolved, &archive.upload.package, names);
        let lent = lent.iter().filter(|lent| lent.feature != "default").take(3);
        lent.map(|lent| {
            let package = &archive.upload.package;
            format!(
                "in the workspace {} switches on the feature `{}` of {}, which {package} alone \
                 does not: name it in the manifest of {package} if it is needed",
                lent.by, lent.feature, lent.of
            )
        })
        .collect()
    }
}

/// Why packages cannot be built as one workspace would build them.
fn unlike(archives: &[&Archive]) -> Option<String> {
    let resolver = |archive: &Archive| archive.manifest.resolver.clone();
    let first = archives.first().map(|archive| resolver(archive));
    let other = archives.iter().find(|archive| Some(resolver(archive)) != first);
    other.map(|archive| format!("{} is resolved in another way", archive.upload.package))
}

/// What Cargo checks as well: a build changes nothing of what is packed.
fn look_for_changes(room: &Room, archive: &Archive) -> Result<(), Failed> {
    let changes = room
        .changes(archive)
        .map_err(|error| local(format!("look at the built {}", archive.upload), &error))?;
    if changes.are_none() {
        return Ok(());
    }
    let (package, version) = (&archive.upload.package, &archive.upload.version);
    let mut text = format!(
        "building {package} {version} changes its own files; a build script may write to \
         OUT_DIR alone"
    );
    for (what, paths) in
        [("changed", changes.changed), ("added", changes.added), ("removed", changes.removed)]
    {
        for path in paths {
            let _ = write!(text, "\n{what}: {}", path.display());
        }
    }
    Err(nothing_happened(TroubleKind::Build, text))
}

/// A package that has other versions in its own lock file than the workspace of all has.
fn disagrees<'a>(
    room: &Room,
    open: &[&'a Archive],
    released: &BTreeMap<PackageName, Version>,
) -> Option<&'a Archive> {
    let text = std::fs::read_to_string(room.folder.join("Cargo.lock")).unwrap_or_default();
    let joint = Lock::parse(&text);
    let agrees = |archive: &Archive| match (&joint, archive.lock.as_deref().map(Lock::parse)) {
        // Whoever takes it takes what the registries have then.
        (_, None) => true,
        (Ok(joint), Some(Ok(own))) => joint.agrees(&own, &archive.upload.package, released),
        _ => false,
    };
    open.iter().copied().find(|archive| !agrees(archive))
}
