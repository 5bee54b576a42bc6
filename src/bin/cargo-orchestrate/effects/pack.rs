//! Packing and verifying the whole release set with Cargo, and keeping the bytes.

use super::{Failed, local, nothing_happened, process};
use crate::journal::{sync_folder, write_synced};
use cargo_orchestrate::model::{Digest, Oid, RegistryName};
use cargo_orchestrate::plan::Upload;
use cargo_orchestrate::run::{Artifact, TroubleKind};
use std::collections::BTreeMap;
use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::Stdio;

/// What packing needs to know of its surroundings.
pub(super) struct Packing<'a> {
    pub(super) repository: &'a Path,
    pub(super) workspace: &'a Path,
    /// Cargo's target folder of the workspace.
    pub(super) target: &'a Path,
    /// Where the packed bytes are kept.
    pub(super) artifacts: PathBuf,
    /// The commit whose files are packed.
    pub(super) commit: &'a Oid,
    pub(super) cargo: process::Cargo<'a>,
    /// Hears every line Cargo says.
    pub(super) heard: &'a dyn Fn(&str),
}

/// Where the bytes of a packed package are kept.
pub(super) fn kept(artifacts: &Path, upload: &Upload) -> PathBuf {
    artifacts.join(file_name(upload))
}

fn file_name(upload: &Upload) -> String {
    format!("{}-{}.crate", upload.package, upload.version)
}

impl Packing<'_> {
    /// Packs and verifies the packages, one Cargo call per registry, and keeps the bytes.
    pub(super) fn pack(&self, packages: &[Upload]) -> Result<Vec<Artifact>, Failed> {
        self.check_head()?;
        let mut by_registry: BTreeMap<&RegistryName, Vec<&Upload>> = BTreeMap::new();
        for upload in packages {
            by_registry.entry(&upload.registry).or_default().push(upload);
        }
        for (registry, uploads) in by_registry {
            self.cargo_package(registry, &uploads)?;
        }
        let kept = packages.iter().map(|upload| self.keep(upload)).collect::<Result<_, _>>()?;
        sync_folder(&self.artifacts).map_err(|error| local("keep the packages", &error))?;
        Ok(kept)
    }

    /// Cargo packs what is checked out, so that must be the commit of the run.
    fn check_head(&self) -> Result<(), Failed> {
        let repository = git2::Repository::open(self.repository)
            .map_err(|error| local("open the repository", &error))?;
        let head = super::commit::head(&repository)?.id().to_string();
        if head == self.commit.as_str() {
            return Ok(());
        }
        let text = format!("{head} is checked out, and {} is to be packed", self.commit);
        Err(nothing_happened(TroubleKind::Moved, text))
    }

    fn cargo_package(&self, registry: &RegistryName, uploads: &[&Upload]) -> Result<(), Failed> {
        let mut cargo = self.cargo.building(self.workspace);
        cargo.arg("package").arg("--target-dir").arg(self.target);
        if !registry.is_crates_io() {
            cargo.args(&["--registry", registry.as_str()]);
        }
        for upload in uploads {
            cargo.args(&["--package", upload.package.as_str()]);
        }
        let mut child = cargo
            .build_command()
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .map_err(|error| local("start cargo", &error))?;
        let stderr = child.stderr.take().expect("the error output is piped");
        let mut said: Vec<String> = Vec::new();
        for line in BufReader::new(stderr).split(b'\n').map_while(Result::ok) {
            let line = String::from_utf8_lossy(&line).into_owned();
            (self.heard)(&line);
            said.push(line);
        }
        let status = child.wait().map_err(|error| local("wait for cargo", &error))?;
        if status.success() {
            return Ok(());
        }
        let from = said.iter().position(|line| line.starts_with("error")).unwrap_or(0);
        Err(nothing_happened(TroubleKind::Build, said[from..].join("\n")))
    }

    fn keep(&self, upload: &Upload) -> Result<Artifact, Failed> {
        let doing = |verb: &str| format!("{verb} the packed `{}`", file_name(upload));
        let packed = self.target.join("package").join(file_name(upload));
        let bytes = std::fs::read(&packed).map_err(|error| local(doing("read"), &error))?;
        write_synced(&kept(&self.artifacts, upload), &bytes)
            .map_err(|error| local(doing("keep"), &error))?;
        Ok(Artifact {
            upload: upload.clone(),
            sha256: Digest::of(&bytes),
            size_bytes: bytes.len() as u64,
        })
    }
}
