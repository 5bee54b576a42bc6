//! The proof after a rollback: resolutions from scratch select none of the versions taken back.

use super::{Failed, consumer, local, nothing_happened, process, shadow};
use crate::registry::Registries;
use cargo_orchestrate::facts::Published;
use cargo_orchestrate::plan::Upload;
use cargo_orchestrate::run::{Receipt, TroubleKind};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// What the proof needs to know of its surroundings.
pub(super) struct Proof<'a> {
    pub(super) workspace: &'a Path,
    /// Cargo's target folder of the workspace: below it Cargo finds the same configuration.
    pub(super) target: &'a Path,
    pub(super) registries: &'a Registries,
    pub(super) cargo: process::Cargo<'a>,
}

impl Proof<'_> {
    /// Resolves the workspace and a project that depends on every package, both without a lock
    /// file, and looks for versions that were taken back.
    pub(super) fn prove(&self, without: &[Upload]) -> Result<Receipt, Failed> {
        let root = self.target.join("orchestrate").join("proof");
        if root.exists() {
            std::fs::remove_dir_all(&root).map_err(|error| local("clear the proof", &error))?;
        }
        let mirror = root.join("mirror");
        let no_lock = BTreeMap::from([(self.workspace.join("Cargo.lock"), None)]);
        shadow::mirror(&mirror, &no_lock).map_err(|error| local("set up the proof", &error))?;
        let workspace = shadow::inside(&mirror, self.workspace);
        let members = self.resolve(&workspace, without, "the workspace")?;
        let live = self.with_live_version(without);
        let consumer = root.join("consumer");
        consumer::write(&consumer, "orchestrate-proof", &live)
            .map_err(|error| local("set up the proof", &error))?;
        if !live.is_empty() {
            self.resolve(&consumer, without, "a project that depends on every package")?;
        }
        // What is left would only confuse a later look into the target folder.
        let _ = std::fs::remove_dir_all(&root);
        Ok(Receipt::Resolved { members, consumers: live.len() })
    }

    /// The packages of which a version is left that a requirement on any selects; a pre-release
    /// is selected only by name.
    fn with_live_version<'u>(&self, uploads: &'u [Upload]) -> Vec<(&'u Upload, String)> {
        let wanted: Vec<_> =
            uploads.iter().map(|it| (it.package.clone(), it.registry.clone())).collect();
        let published = self.registries.published(&wanted);
        let is_left = |upload: &&Upload| {
            let versions = published.get(&upload.package).map_or(&[][..], Published::versions);
            versions.iter().any(|entry| !entry.yanked && entry.version.pre.is_empty())
        };
        uploads.iter().filter(is_left).map(|upload| (upload, "*".to_owned())).collect()
    }

    /// Makes a lock file in `folder` and checks it; returns the number of packages selected.
    fn resolve(&self, folder: &Path, without: &[Upload], what: &str) -> Result<usize, Failed> {
        let lock_by = |mut cargo: process::Command| {
            cargo.arg("generate-lockfile");
            for file in self.foreign_configuration() {
                cargo.arg("--config").arg(file);
            }
            process::run(&cargo).map_err(|error| local("start cargo", &error))
        };
        let mut ran = lock_by(self.cargo.building(folder))?;
        if !ran.success && process::wants_credential(&ran.stderr) {
            ran = lock_by(self.cargo.resolving(folder))?;
        }
        if !ran.success {
            let mirror = self.target.join("orchestrate").join("proof").join("mirror");
            let said = ran.stderr.replace(&mirror.display().to_string(), "");
            let text = format!("{what} does not resolve: {}", said.trim());
            return Err(nothing_happened(TroubleKind::Disproved, text));
        }
        let lock = std::fs::read_to_string(folder.join("Cargo.lock"))
            .map_err(|error| local("read the resolution", &error))?;
        let selected: Vec<&Upload> =
            without.iter().filter(|upload| selects(&lock, upload)).collect();
        if let Some(upload) = selected.first() {
            let text = format!("{what} still resolves to {upload}");
            return Err(nothing_happened(TroubleKind::Disproved, text));
        }
        Ok(lock.matches("[[package]]").count())
    }

    /// Cargo's configuration files around the workspace, where the target folder is not below it.
    fn foreign_configuration(&self) -> Vec<PathBuf> {
        let is_below = self.target.starts_with(self.workspace);
        if is_below { Vec::new() } else { configuration_around(self.workspace) }
    }
}

/// Cargo's configuration files for a folder, the nearest last: it has the last word.
pub(super) fn configuration_around(folder: &Path) -> Vec<PathBuf> {
    let files = folder.ancestors().map(|folder| folder.join(".cargo/config.toml"));
    let mut files: Vec<PathBuf> = files.filter(|file| file.exists()).collect();
    files.reverse();
    files
}

/// Whether a lock file names exactly this version from a registry.
pub(crate) fn selects(lock: &str, upload: &Upload) -> bool {
    let name = format!("name = \"{}\"", upload.package);
    let version = format!("version = \"{}\"", upload.version);
    lock.split("[[package]]").any(|entry| {
        let has = |line: &str| entry.lines().any(|l| l.trim() == line);
        has(&name) && has(&version) && entry.lines().any(|l| l.starts_with("source = \"registry"))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use cargo_orchestrate::model::{PackageName, RegistryName, Version};

    #[test]
    fn only_a_version_from_a_registry_counts_as_selected() {
        let upload = Upload {
            package: PackageName::new("lib1").expect("a name"),
            version: Version::new(0, 2, 0),
            registry: RegistryName::crates_io(),
        };
        let member = "[[package]]\nname = \"lib1\"\nversion = \"0.2.0\"\n";
        let registry = format!("{member}source = \"registry+https://example.invalid\"\n");
        assert!(!selects(member, &upload));
        assert!(selects(&registry, &upload));
        assert!(!selects(&registry.replace("0.2.0", "0.2.1"), &upload));
    }
}
