//! What was verified already, by everything that a verification depends on.

use super::archive::Archive;
use crate::effects::process;
use cargo_orchestrate::model::Digest;
use cargo_orchestrate::plan::Upload;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

/// Variables that begin like this change what is built, or how.
const PREFIXES: [&str; 3] = ["CARGO", "RUST", "CC"];

/// The memory of verifications: for each that went well, a file that is named by what it was of.
pub(super) struct Known {
    /// Nothing where it is not known what verifies.
    files: Option<BTreeMap<Upload, PathBuf>>,
}

impl Known {
    /// The verifications of these packages by this toolchain.
    ///
    /// A package stands for all it was packed with but the commit, and for that of the packages of
    /// the release that it needs. With it goes what builds: Cargo and the compiler, their
    /// configuration and their environment. Versions of registries never change, and which of them
    /// are used stands in the packed lock file.
    pub(super) fn new(
        kept: &Path,
        cargo: process::Cargo<'_>,
        workspace: &Path,
        toolchain: &str,
        archives: &[Archive],
    ) -> Self {
        if toolchain.is_empty() {
            return Self { files: None };
        }
        let mut surroundings = format!("{}\0{toolchain}\0", env!("CARGO_PKG_VERSION"));
        for (name, value) in environment(cargo) {
            let _ = writeln!(surroundings, "{name}={value}");
        }
        for file in configuration(workspace) {
            // A file that is not there configures nothing.
            let digest = std::fs::read(&file).ok().map(|bytes| Digest::of(&bytes));
            let _ = writeln!(surroundings, "{} {digest:?}", file.display());
        }
        let folder = kept.join("verified");
        let files = archives.iter().map(|archive| {
            let mut of = format!("{surroundings}\0{} {}\n", archive.upload, archive.content);
            for needed in needed(archives, [archive]) {
                let _ = writeln!(of, "{} {}", needed.upload, needed.content);
            }
            (archive.upload.clone(), folder.join(Digest::of(of.as_bytes()).to_string()))
        });
        Self { files: Some(files.collect()) }
    }

    /// Whether a package was verified.
    pub(super) fn has(&self, archive: &Archive) -> bool {
        let file = self.files.as_ref().and_then(|files| files.get(&archive.upload));
        file.is_some_and(|file| file.exists())
    }

    /// Remembers that a package was verified. Where that cannot be written it will be once more.
    pub(super) fn remember(&self, archive: &Archive) {
        if let Some(file) = self.files.as_ref().and_then(|files| files.get(&archive.upload))
            && let Some(folder) = file.parent()
        {
            let _ = std::fs::create_dir_all(folder).and_then(|()| std::fs::write(file, ""));
        }
    }
}

/// These packages and those of the release that they need, directly or not, in the order of all.
pub(super) fn needed<'a>(
    all: &'a [Archive],
    of: impl IntoIterator<Item = &'a Archive>,
) -> Vec<&'a Archive> {
    let mut ahead: Vec<&Archive> = of.into_iter().collect();
    let mut seen: BTreeSet<&Upload> = ahead.iter().map(|archive| &archive.upload).collect();
    while let Some(archive) = ahead.pop() {
        let needs = |it: &&Archive| {
            archive.manifest.needs.iter().any(|name| name == it.upload.package.as_str())
        };
        ahead.extend(all.iter().filter(needs).filter(|it| seen.insert(&it.upload)));
    }
    all.iter().filter(|archive| seen.contains(&archive.upload)).collect()
}

/// The variables that matter to a build, without those that hold credentials.
fn environment(cargo: process::Cargo<'_>) -> BTreeMap<String, String> {
    let given = cargo.environment.iter().map(|(name, value)| (name.clone(), value.clone()));
    std::env::vars_os()
        .chain(given)
        .map(|(name, value)| {
            (name.to_string_lossy().into_owned(), value.to_string_lossy().into_owned())
        })
        .filter(|(name, _)| PREFIXES.iter().any(|prefix| name.starts_with(prefix)))
        .filter(|(name, _)| !process::is_credential(name))
        .collect()
}

/// Cargo's configuration files from the workspace up, and the one of its home.
fn configuration(workspace: &Path) -> Vec<PathBuf> {
    let folders = workspace.ancestors().map(|folder| folder.join(".cargo"));
    folders
        .chain([process::cargo_home()])
        .flat_map(|folder| [folder.join("config.toml"), folder.join("config")])
        .collect()
}
