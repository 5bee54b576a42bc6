//! A user of what was released: a project of its own that depends on it and builds.

use crate::effects::consumer::write;
use crate::effects::process::{self, Cargo};
use crate::effects::proof::selected;
use cargo_orchestrate::model::Version;
use cargo_orchestrate::plan::Upload;
use std::path::Path;
use std::{fs, io};

/// The name of the project; no package is called so.
const NAME: &str = "rehearsal-consumer";

/// A released version, and whether other packages can depend on it.
#[derive(Debug, Clone)]
pub(crate) struct Used {
    pub(crate) upload: Upload,
    pub(crate) has_library: bool,
}

/// Why a consumer did not work out.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ConsumerError {
    #[error("could not set up the consumer")]
    SetUp(#[from] io::Error),
    #[error("{0}")]
    Cargo(String),
}

/// Builds a project that depends on exactly these versions, and installs those that are programs.
/// `target` is shared with other builds, so that nothing is compiled twice.
pub(crate) fn build(
    folder: &Path,
    target: &Path,
    used: &[Used],
    cargo: Cargo<'_>,
) -> Result<(), ConsumerError> {
    let libraries: Vec<(&Upload, String)> = used
        .iter()
        .filter(|used| used.has_library)
        .map(|used| (&used.upload, format!("={}", used.upload.version)))
        .collect();
    write(folder, NAME, &libraries)?;
    let mut build = cargo.building(folder);
    build.arg("build").arg("--target-dir").arg(target);
    run(&build)?;
    for used in used.iter().filter(|used| !used.has_library) {
        let mut install = cargo.building(folder);
        install.args(&["install", "--debug", used.upload.package.as_str()]);
        install.args(&["--version", &format!("={}", used.upload.version)]);
        if !used.upload.registry.is_crates_io() {
            install.args(&["--registry", used.upload.registry.as_str()]);
        }
        install.arg("--root").arg(folder.join("installed")).arg("--target-dir").arg(target);
        run(&install)?;
    }
    Ok(())
}

/// The version of each package that a project gets that asks for any; made from scratch.
pub(crate) fn resolve(
    folder: &Path,
    packages: &[Upload],
    cargo: Cargo<'_>,
) -> Result<Vec<(Upload, Option<Version>)>, ConsumerError> {
    let any: Vec<(&Upload, String)> =
        packages.iter().map(|upload| (upload, "*".to_owned())).collect();
    write(folder, NAME, &any)?;
    let mut ran = locked(cargo.building(folder))?;
    if !ran.success && process::wants_credential(&ran.stderr) {
        ran = locked(cargo.resolving(folder))?;
    }
    succeeded(&ran)?;
    let lock = fs::read_to_string(folder.join("Cargo.lock"))?;
    let version = |upload| selected(&lock, upload).map(|it| it.version);
    Ok(packages.iter().map(|upload| (upload.clone(), version(upload))).collect())
}

fn locked(mut cargo: process::Command) -> std::io::Result<process::Ran> {
    cargo.arg("generate-lockfile");
    process::run(&cargo)
}

fn run(command: &process::Command) -> Result<(), ConsumerError> {
    succeeded(&process::run(command)?)
}

fn succeeded(ran: &process::Ran) -> Result<(), ConsumerError> {
    if ran.success {
        return Ok(());
    }
    let from = ran.stderr.find("error").unwrap_or(0);
    Err(ConsumerError::Cargo(ran.stderr[from..].trim().to_owned()))
}
