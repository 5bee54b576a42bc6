//! What is tried with each version of a release: its archive, a consumer, its programs, its docs.

use super::session::Session;
use crate::effects::process::Cargo;
use crate::effects::proof::selects;
use crate::effects::used::{Trial, Users};
use crate::failure::Failure;
use crate::interrupt;
use crate::registry::{Registries, contents_of};
use crate::ui::Screen;
use cargo_orchestrate::facts::Contents;
use cargo_orchestrate::manifest::{PackedTargets, docs_faults};
use cargo_orchestrate::model::Digest;
use cargo_orchestrate::plan::Upload;
use cargo_orchestrate::run::TroubleKind;
use cargo_orchestrate::wire::{Check, VerifiedChecks, VerifiedPackage};
use std::path::PathBuf;
use std::{fs, io};

/// Where everything is tried.
pub(super) struct Trials<'a> {
    session: &'a Session,
    screen: &'a Screen,
    /// Gone when this is dropped.
    folder: tempfile::TempDir,
    /// Kept, so that the next look compiles nothing again.
    target: PathBuf,
}

/// A version that is tried.
pub(super) struct Tried<'a> {
    pub(super) package: &'a VerifiedPackage,
    /// The checksum that the index has of it.
    pub(super) checksum: Option<&'a Digest>,
    /// What nothing may select.
    pub(super) yanked: &'a [Upload],
}

impl<'a> Trials<'a> {
    /// Makes room below the target folder: there Cargo finds the configuration of the workspace.
    pub(super) fn open(session: &'a Session, screen: &'a Screen) -> Result<Self, Failure> {
        let base = session.target.join("orchestrate").join("verify");
        let failed = |error: io::Error| {
            let text = format!("could not make a folder in `{}`", base.display());
            Failure::set_up(text).because(error)
        };
        fs::create_dir_all(&base).map_err(failed)?;
        let folder = tempfile::Builder::new().prefix("users-").tempdir_in(&base).map_err(failed)?;
        Ok(Self { session, screen, folder, target: base.join("target") })
    }

    /// Tries one version.
    pub(super) fn of(&self, tried: &Tried<'_>) -> VerifiedChecks {
        let skipped = |why: &str| {
            let none = || Check::skipped(why);
            VerifiedChecks { download: none(), consumer: none(), install: none(), docs: none() }
        };
        let package = tried.package;
        let Some(checksum) = tried.checksum else {
            let absent = skipped("it is not in the index");
            if package.state != "not-out" {
                return absent;
            }
            let download = Check::failed("it is not in the index");
            return VerifiedChecks { download, ..absent };
        };
        let upload = Upload {
            package: package.name.clone(),
            version: package.version.clone(),
            registry: package.registry.clone(),
        };
        let contents = match download(&self.session.registries, &upload, checksum) {
            Ok(contents) => contents,
            Err(download) => {
                return VerifiedChecks { download, ..skipped("there is no archive to try") };
            }
        };
        let manifest = contents.manifest.as_deref().unwrap_or_default();
        let files = contents.entries.iter().filter_map(|it| Some(it.path.split_once('/')?.1));
        let targets = PackedTargets::of(manifest, files);
        let docs = docs_faults(manifest).map_or_else(Check::failed, |faults| {
            if faults.is_empty() { Check::passed() } else { Check::failed(faults.join("; ")) }
        });
        let (consumer, install) = match targets {
            Err(why) => (Check::failed(format!("the packed manifest: {why}")), Check::skipped(why)),
            Ok(_) if matches!(package.state, "foreign") => {
                (Check::skipped("it is not ours"), Check::skipped("it is not ours"))
            }
            Ok(_) if matches!(package.state, "yanked" | "taken-back") => {
                (Check::skipped("it is yanked"), Check::skipped("it is yanked"))
            }
            Ok(targets) => self.used(&upload, targets, tried.yanked),
        };
        VerifiedChecks { download: Check::passed(), consumer, install, docs }
    }

    /// Whether others can depend on it, and its programs be installed.
    fn used(&self, upload: &Upload, targets: PackedTargets, yanked: &[Upload]) -> (Check, Check) {
        let heard = |line: &str| self.screen.detail("Cargo", &crate::ui::text::plain(line.trim()));
        let users = Users {
            workspace: &self.session.checkout.workspace_root,
            folder: self.folder.path(),
            target: &self.target,
            cargo: Cargo { environment: &self.session.environment },
            heard: &heard,
            interrupted: &interrupt::is_asked,
        };
        let consumer = if targets.library {
            match users.depend(upload) {
                Trial::Works(lock) if !selects(&lock, upload) => {
                    Check::failed("a project that requires exactly it resolves to something else")
                }
                Trial::Works(lock) => match yanked.iter().find(|it| selects(&lock, it)) {
                    Some(it) => Check::failed(format!("it needs {it}, which is yanked")),
                    None => Check::passed(),
                },
                other => check(other),
            }
        } else {
            Check::skipped("it has no library")
        };
        let install = if targets.programs {
            check(users.install(upload))
        } else {
            Check::skipped("it has no programs")
        };
        (consumer, install)
    }
}

/// The archive as the registry sends it now, where it is what the index names.
fn download(
    registries: &Registries,
    upload: &Upload,
    checksum: &Digest,
) -> Result<Contents, Check> {
    let sent = registries.download(&upload.registry, &upload.package, &upload.version);
    let bytes = sent.map_err(|trouble| match trouble.kind {
        TroubleKind::Rejected => Check::failed(trouble.text),
        _ => Check::unknown(trouble.text),
    })?;
    let sum = Digest::of(&bytes);
    if sum != *checksum {
        let text = format!("the registry sends other bytes than its index names: sha256 {sum}");
        return Err(Check::failed(text));
    }
    let size_bytes = u64::try_from(bytes.len()).unwrap_or(u64::MAX);
    let contents = contents_of(bytes.as_slice(), size_bytes);
    match &contents.broken {
        Some(why) => Err(Check::failed(format!("the archive cannot be read: {why}"))),
        None => Ok(contents),
    }
}

fn check(trial: Trial) -> Check {
    match trial {
        Trial::Works(_) => Check::passed(),
        Trial::Fails(text) => Check::failed(text),
        Trial::Unknown(text) => Check::unknown(text),
        Trial::Closed => Check::skipped(Check::CLOSED),
    }
}
