//! Packing and verifying the whole release set with Cargo, and keeping the bytes.

use super::checked::Rules;
use super::heard::{Listener, is_outage};
use super::preview::Preview;
use super::verify::{Surroundings, Verdict, Verify};
use super::{Failed, local, nothing_happened, process, repacked, unasked};
use crate::journal::{sync_folder, write_synced};
use crate::observe::{Checkout, ObserveError};
use crate::registry::Registries;
use cargo_orchestrate::model::{Digest, Oid, Workspace};
use cargo_orchestrate::plan::{Round, Upload, Verification, rounds};
use cargo_orchestrate::run::{Artifact, Receipt, TroubleKind};
use std::cell::OnceCell;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// What packing needs to know of its surroundings.
pub(super) struct Packing<'a> {
    pub(super) repository: &'a Path,
    pub(super) workspace: &'a Path,
    /// Cargo's target folder of the workspace.
    pub(super) target: &'a Path,
    /// Where Cargo keeps what is between sources and results.
    pub(super) intermediate: &'a Path,
    /// Where the packed bytes are kept.
    pub(super) artifacts: PathBuf,
    /// What is remembered between runs.
    pub(super) kept: PathBuf,
    /// The commit whose files are packed.
    pub(super) commit: &'a Oid,
    pub(super) cargo: process::Cargo<'a>,
    /// What the packed packages are checked against.
    pub(super) rules: Option<Rules<'a>>,
    /// How Cargo builds is read from its configuration with that of the registries.
    pub(super) registries: &'a Arc<Registries>,
    /// Whether the index is asked even where what was read of it says enough.
    pub(super) asks_index: bool,
    /// Hears what Cargo says.
    pub(super) listener: Listener<'a>,
}

/// Where the bytes of a packed package are kept.
pub(super) fn kept(artifacts: &Path, upload: &Upload) -> PathBuf {
    artifacts.join(file_name(upload))
}

fn file_name(upload: &Upload) -> String {
    format!("{}-{}.crate", upload.package, upload.version)
}

impl Packing<'_> {
    /// Packs and verifies the packages, one Cargo call for each round, and keeps the bytes.
    ///
    /// What was verified already, whatever became of that run, is only packed. The rules of the
    /// registries come first: they say no sooner.
    pub(super) fn pack(
        &self,
        packages: &[Upload],
        verification: Verification,
    ) -> Result<Receipt, Failed> {
        self.check_head()?;
        let (packed, surroundings) = self.pack_and_ask(packages, verification);
        let mut without_lockfile = packed?;
        let packed: Vec<_> = packages.iter().map(|it| (it, self.packed(it))).collect();
        self.rules.map_or(Ok(()), |rules| rules.check(&packed, self.listener.heard))?;
        if let Some(surroundings) = surroundings {
            let verify = self.verify(surroundings);
            if let Verdict::ForCargo(why) = verify.verify(&packed)? {
                (self.listener.heard)(&format!("Cargo verifies one by one: {why}"));
                without_lockfile = self.pack_all(packages, true)?;
                verify.remember(&packed);
            }
        }
        let paths: Vec<_> = packed
            .iter()
            .map(|(upload, from)| (*upload, from.as_path(), kept(&self.artifacts, upload)))
            .collect();
        let artifacts = keep_all(&paths)?;
        sync_folder(&self.artifacts).map_err(|error| local("keep the packages", &error))?;
        Ok(Receipt::Packed { artifacts, without_lockfile })
    }

    /// Packs all of them, and has Cargo verify them if it is asked to; the reason where only
    /// packing without lock files did.
    fn pack_all(&self, packages: &[Upload], compile: bool) -> Result<Option<String>, Failed> {
        if compile {
            self.forget_earlier_packs(packages)
                .map_err(|error| local("clear earlier packs", &error))?;
        }
        let is_one = packages.windows(2).all(|pair| pair[0].registry == pair[1].registry);
        // In one registry nothing depends on what another one shows.
        let members = if is_one { Workspace::default() } else { self.members()? };
        let mut without_lockfile = None;
        for round in rounds(&members, packages) {
            without_lockfile = self.cargo_package(&round, compile)?.or(without_lockfile);
        }
        Ok(without_lockfile)
    }

    /// The members as they are packed: the commit may be another than the one that is worked on.
    fn members(&self) -> Result<Workspace, Failed> {
        let failed = |error: ObserveError| local("read what is packed", &error);
        let checkout = Checkout::open(self.workspace, None).map_err(failed)?;
        let manifests = checkout.manifests().map_err(failed)?;
        checkout.workspace(&manifests).map_err(failed)
    }

    fn cargo_home(&self) -> PathBuf {
        let configured = self.cargo.environment.iter().find(|(name, _)| name == "CARGO_HOME");
        configured.map_or_else(process::cargo_home, |(_, home)| PathBuf::from(home))
    }

    /// Packs all of them; where they are to be verified, asks meanwhile what with.
    fn pack_and_ask(
        &self,
        packages: &[Upload],
        verification: Verification,
    ) -> (Result<Option<String>, Failed>, Option<Surroundings>) {
        let workspace = self.workspace;
        std::thread::scope(|scope| {
            let asked = (verification == Verification::Build).then(|| {
                let registries = self.registries;
                scope.spawn(move || Surroundings::ask(workspace, Some(registries)))
            });
            let packed = self.pack_all(packages, false);
            let asked = asked.map(|asked| asked.join().expect("asking does not panic"));
            (packed, asked)
        })
    }

    fn verify(&self, surroundings: Surroundings) -> Verify<'_> {
        Verify {
            workspace: self.workspace,
            target: self.target,
            intermediate: self.intermediate,
            kept: &self.kept,
            cargo: self.cargo,
            surroundings,
            listener: self.listener,
            resolved: OnceCell::new(),
        }
    }

    /// Removes what Cargo would take for these packages although they were packed anew.
    fn forget_earlier_packs(&self, packages: &[Upload]) -> io::Result<()> {
        let home = self.cargo_home();
        for upload in packages {
            repacked::unpacked(&home, upload)?;
            repacked::built(self.target, upload)?;
            repacked::built(self.intermediate, upload)?;
        }
        Ok(())
    }

    /// Cargo packs what is checked out, so that must be the commit of the run; nothing else.
    fn check_head(&self) -> Result<(), Failed> {
        let repository = git2::Repository::open(self.repository)
            .map_err(|error| local("open the repository", &error))?;
        let commit = super::commit::head(&repository)?;
        let head = commit.id().to_string();
        if head == self.commit.as_str() {
            return Ok(());
        }
        let text = format!("{head} is checked out, and {} is to be packed", self.commit);
        Err(nothing_happened(TroubleKind::Moved, text))
    }

    /// Packs for one registry; the reason where only packing without lock files did.
    fn cargo_package(&self, round: &Round<'_>, compile: bool) -> Result<Option<String>, Failed> {
        let failed = |said: Vec<String>| {
            let kind = if is_outage(&said) { TroubleKind::Unavailable } else { TroubleKind::Build };
            nothing_happened(kind, complaint(&said))
        };
        let uploads = &round.packages;
        let lock = if compile { None } else { self.sufficient_lock(round) };
        if let Some(lock) = lock {
            let packed = self.packed_by_cargo(round, None, &unasked::OPTIONS)?;
            if packed.is_ok() && self.is_within(&lock, uploads) {
                return Ok(None);
            }
            (self.listener.heard)("packing again, with the index: Cargo.lock does not say all");
        }
        let preview = self.preview(round)?;
        let packed = |options: &[&str]| self.packed_by_cargo(round, preview.as_ref(), options);
        let skip = if compile { &[][..] } else { &["--no-verify"] };
        let Err(said) = packed(skip)? else { return Ok(None) };
        let names: Vec<&str> = uploads.iter().map(|upload| upload.package.as_str()).collect();
        let Some(pinned) = pinned_member(&said, &names) else { return Err(failed(said)) };
        (self.listener.heard)(&format!("packing again with --exclude-lockfile: {pinned}"));
        let without = [&["--exclude-lockfile"][..], skip].concat();
        match packed(&without)? {
            Ok(()) => Ok(Some(pinned)),
            Err(said) => Err(failed(said)),
        }
    }

    /// Other registries as they will be, where that makes a difference to a round.
    fn preview(&self, round: &Round<'_>) -> Result<Option<Preview>, Failed> {
        let packed = |upload: &Upload| self.packed(upload);
        let preview =
            || Preview::of(self.registries, &round.elsewhere, &packed, &self.cargo_home());
        (!round.elsewhere.is_empty()).then(preview).transpose()
    }

    /// One call of `cargo package`; what it said where it failed.
    fn packed_by_cargo(
        &self,
        round: &Round<'_>,
        preview: Option<&Preview>,
        options: &[&str],
    ) -> Result<Result<(), Vec<String>>, Failed> {
        let run = |cargo, options: &[&str]| {
            self.listener.run(&self.package_by(cargo, round, preview, options))
        };
        let building = || self.cargo.building(self.workspace);
        let Err(said) = run(building(), options)? else { return Ok(Ok(())) };
        if !process::wants_credential(&said.join("\n")) {
            return Ok(Err(said));
        }
        // A registry does not let everybody read. What packs and fetches runs no code of packages; what
        // builds asks nobody.
        let reading = || self.cargo.resolving(self.workspace);
        if options.contains(&"--no-verify") {
            return run(reading(), options);
        }
        if let Err(said) = run(reading(), &[options, &["--no-verify"]].concat())? {
            return Ok(Err(said));
        }
        let mut fetch = reading();
        fetch.arg("fetch");
        if let Err(said) = self.listener.run(&fetch)? {
            return Ok(Err(said));
        }
        run(building(), &[options, &["--offline"]].concat())
    }

    /// The call of `cargo package` for a round.
    fn package_by(
        &self,
        mut cargo: process::Command,
        round: &Round<'_>,
        preview: Option<&Preview>,
        options: &[&str],
    ) -> process::Command {
        cargo.arg("package").args(options).arg("--target-dir").arg(self.target);
        if !round.registry.is_crates_io() {
            cargo.args(&["--registry", round.registry.as_str()]);
        }
        for upload in &round.packages {
            cargo.args(&["--package", upload.package.as_str()]);
        }
        if let Some(preview) = preview {
            preview.show(&mut cargo);
        }
        cargo
    }

    /// Where Cargo leaves a package.
    pub(super) fn packed(&self, upload: &Upload) -> PathBuf {
        self.target.join("package").join(file_name(upload))
    }
}

/// Keeps packed packages, several at a time: making a file durable is waiting for the disk.
fn keep_all(packed: &[(&Upload, &Path, PathBuf)]) -> Result<Vec<Artifact>, Failed> {
    const AT_ONCE: usize = 8;
    let size = packed.len().div_ceil(AT_ONCE).max(1);
    let parts = std::thread::scope(|scope| {
        let keep = |part: &[(&Upload, &Path, PathBuf)]| -> Vec<_> {
            part.iter().map(|(upload, from, to)| keep(upload, from, to)).collect()
        };
        let parts: Vec<_> =
            packed.chunks(size).map(|part| scope.spawn(move || keep(part))).collect();
        let joined = parts.into_iter().map(|part| part.join().expect("keeping does not panic"));
        joined.flatten().collect::<Vec<_>>()
    });
    parts.into_iter().collect()
}

fn keep(upload: &Upload, from: &Path, to: &Path) -> Result<Artifact, Failed> {
    let doing = |verb: &str| format!("{verb} the packed `{}`", file_name(upload));
    let bytes = std::fs::read(from).map_err(|error| local(doing("read"), &error))?;
    write_synced(to, &bytes).map_err(|error| local(doing("keep"), &error))?;
    Ok(Artifact {
        upload: upload.clone(),
        sha256: Digest::of(&bytes),
        size_bytes: bytes.len() as u64,
    })
}

/// From the error on, without its marker: what was wrong, in Cargo's words.
fn complaint(said: &[String]) -> String {
    let from = said.iter().position(|line| line.starts_with("error")).unwrap_or(0);
    let text = said[from..].join("\n");
    text.strip_prefix("error: ").map_or(text.clone(), ToOwned::to_owned)
}

/// Whether Cargo failed since `Cargo.lock` holds one of the packages to be released at a version
/// that others of them no longer take, and in which words to say so.
///
/// That happens where something from the registry depends on a member (`anstream` is tested with
/// `divan`, which uses `clap`, which uses `anstyle`). In the workspace the copy of the registry
/// and the member live side by side; in a package both come from the registry, where one
/// of two compatible versions must do. Cargo keeps the locked one although a new one is in its
/// overlay, and no lock file that fits the workspace says otherwise: the new version is not in the
/// registry yet (rust-lang/cargo#14022).
fn pinned_member(said: &[String], members: &[&str]) -> Option<String> {
    const FAILED: &str = "failed to select a version for `";
    said.iter().position(|line| line == "error: failed to prepare local package for uploading")?;
    let at = said.iter().position(|line| line.trim_start().starts_with(FAILED))?;
    let name = said[at].trim_start().strip_prefix(FAILED)?.split('`').next()?;
    let named = "versions that meet the requirements ";
    let met = said[at..].iter().find(|line| line.trim_start().starts_with(named))?;
    let locked = met.split("(locked to ").nth(1)?.split(')').next()?;
    let text = format!("Cargo.lock pins {name} {locked} from the registry (rust-lang/cargo#14022)");
    members.contains(&name).then_some(text)
}

#[cfg(test)]
mod tests {
    use super::{complaint, pinned_member};

    const PINNED: &str = "   Packaging anstream v1.0.1 (/w/anstream)
error: failed to prepare local package for uploading

Caused by:
  failed to select a version for `anstyle`.
      ... required by package `clap_builder v4.3.24`
  versions that meet the requirements `^1.0.0` (locked to 1.0.13) are: 1.0.13
  all possible versions conflict with previously selected packages.";

    fn lines(text: &str) -> Vec<String> {
        text.lines().map(str::to_owned).collect()
    }

    #[test]
    fn a_member_that_the_lock_file_pins_is_recognised() {
        let said = lines(PINNED);
        assert_eq!(
            pinned_member(&said, &["anstream", "anstyle"]).as_deref(),
            Some("Cargo.lock pins anstyle 1.0.13 from the registry (rust-lang/cargo#14022)")
        );
        assert_eq!(pinned_member(&said, &["anstream"]), None);
        assert_eq!(
            pinned_member(&lines(&PINNED.replace("(locked to 1.0.13) ", "")), &["anstyle"]),
            None
        );
        assert_eq!(pinned_member(&lines("error: could not compile `anstyle`"), &["anstyle"]), None);
    }

    #[test]
    fn a_complaint_begins_at_the_error() {
        let said = complaint(&lines(PINNED));
        assert!(said.starts_with("failed to prepare local package"), "{said}");
    }
}
