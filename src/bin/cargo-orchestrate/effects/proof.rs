//! The proof after a rollback: resolutions from scratch select none of the versions taken back.

use super::{Failed, consumer, local, nothing_happened, process, shadow};
use crate::registry::Registries;
use cargo_orchestrate::facts::Published;
use cargo_orchestrate::model::Version;
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
    /// Resolves the workspace and projects that depend on the packages, all without a lock file,
    /// and looks for versions that were taken back: those of `without`. The versions of `with` must
    /// resolve, each for whoever requires exactly it.
    pub(super) fn prove(&self, without: &[Upload], with: &[Upload]) -> Result<Receipt, Failed> {
        let root = self.target.join("orchestrate").join("proof");
        if root.exists() {
            std::fs::remove_dir_all(&root).map_err(|error| local("clear the proof", &error))?;
        }
        let mirror = root.join("mirror");
        let no_lock = BTreeMap::from([(self.workspace.join("Cargo.lock"), None)]);
        shadow::mirror(&mirror, &no_lock).map_err(|error| local("set up the proof", &error))?;
        let workspace = shadow::inside(&mirror, self.workspace);
        let lock = self.resolve(&workspace, without, "the workspace")?;
        let members = lock.matches("[[package]]").count();
        let exactly = with.iter().map(|upload| (upload, format!("={}", upload.version)));
        let wanted: Vec<_> = self.with_live_version(without).into_iter().chain(exactly).collect();
        let selected = self.consumers(&root, &wanted, without)?;
        // What is left would only confuse a later look into the target folder.
        let _ = std::fs::remove_dir_all(&root);
        Ok(Receipt::Resolved { members, consumers: wanted.len(), selected })
    }

    /// Resolves a project for each of these requirements; what each of them selects. One that has them all shows it for each,
    /// for what is selected for it would do for a part of it; where it does not resolve, each is
    /// asked alone, and the one that fails is named.
    fn consumers(
        &self,
        root: &Path,
        wanted: &[(&Upload, String)],
        without: &[Upload],
    ) -> Result<Vec<Upload>, Failed> {
        let project = |name: &str, of: &[(&Upload, String)]| {
            let folder = root.join(name);
            consumer::write(&folder, "orchestrate-proof", of)
                .map_err(|error| local("set up the proof", &error))?;
            Ok::<_, Failed>(folder)
        };
        if wanted.is_empty() {
            return Ok(Vec::new());
        }
        let all = project("consumer", wanted)?;
        let failed = match self.resolve(&all, without, "a project that depends on every package") {
            Ok(lock) => {
                let got = wanted.iter().filter_map(|(upload, _)| selected(&lock, upload));
                return Ok(got.collect());
            }
            Err(failed) => failed,
        };
        if failed.1.kind != TroubleKind::Disproved {
            return Err(failed);
        }
        let mut got = Vec::new();
        for (index, one) in wanted.iter().enumerate() {
            let alone = project(&format!("consumer-{index}"), std::slice::from_ref(one))?;
            let what = format!("a project that requires {} {}", one.0.package, one.1);
            let lock = self.resolve(&alone, without, &what)?;
            got.extend(selected(&lock, one.0));
        }
        Ok(got)
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

    /// Makes a lock file in `folder`, checks it and returns it.
    fn resolve(&self, folder: &Path, without: &[Upload], what: &str) -> Result<String, Failed> {
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
        Ok(lock)
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

/// The version of this package that a lock file has from a registry; the highest of several.
fn selected(lock: &str, upload: &Upload) -> Option<Upload> {
    let name = format!("name = \"{}\"", upload.package);
    let version = |entry: &str| {
        let line = entry.lines().find_map(|line| line.strip_prefix("version = \""))?;
        Version::parse(line.strip_suffix('"')?).ok()
    };
    let is_it = |entry: &&str| {
        let mut lines = entry.lines();
        lines.any(|line| line == name) && entry.contains("source = \"registry")
    };
    let version = lock.split("[[package]]").filter(is_it).filter_map(version).max()?;
    Some(Upload { version, ..upload.clone() })
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
    use cargo_orchestrate::model::{PackageName, RegistryName};

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
        assert_eq!(selected(member, &upload), None);
        let both = format!("[[package]]\n{}\n{registry}", registry.replace("0.2.0", "0.10.0"));
        let highest = selected(&both, &upload).map(|it| it.version.to_string());
        assert_eq!(highest.as_deref(), Some("0.10.0"));
    }
}
