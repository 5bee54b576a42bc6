//! What was verified already, by everything that a verification depends on.

use super::process;
use cargo_orchestrate::model::{Digest, Oid};
use cargo_orchestrate::plan::Upload;
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

/// Variables that begin like this change what is built, or how.
const PREFIXES: [&str; 3] = ["CARGO", "RUST", "CC"];

/// The memory of one verification: a file that is there when it went well.
pub(super) struct Verified {
    /// Nothing where it is not known what verifies.
    file: Option<PathBuf>,
}

impl Verified {
    /// The verification of these packages out of this tree.
    ///
    /// All that is packed comes from the tree; with it goes what builds: Cargo and the compiler,
    /// their configuration and their environment. Versions of registries never change, and which of
    /// them are used stands in the lock files that are packed.
    pub(super) fn new(
        kept: &Path,
        cargo: process::Cargo<'_>,
        workspace: &Path,
        tree: &Oid,
        packages: &[Upload],
    ) -> Self {
        let toolchain = process::toolchain(workspace);
        if toolchain.is_empty() {
            return Self { file: None };
        }
        let mut depends_on = format!("{}\0{tree}\0{toolchain}\0", env!("CARGO_PKG_VERSION"));
        let mut packages: Vec<&Upload> = packages.iter().collect();
        packages.sort();
        for upload in packages {
            let _ = writeln!(depends_on, "{upload} {}", upload.registry);
        }
        for (name, value) in environment(cargo) {
            let _ = writeln!(depends_on, "{name}={value}");
        }
        for file in configuration(workspace) {
            // A file that is not there configures nothing.
            let digest = std::fs::read(&file).ok().map(|bytes| Digest::of(&bytes));
            let _ = writeln!(depends_on, "{} {digest:?}", file.display());
        }
        let name = Digest::of(depends_on.as_bytes()).to_string();
        Self { file: Some(kept.join("verified").join(name)) }
    }

    /// Whether it went well already.
    pub(super) fn is_known(&self) -> bool {
        self.file.as_ref().is_some_and(|file| file.exists())
    }

    /// Remembers that it went well. Where that cannot be written it is verified once more.
    pub(super) fn remember(&self) {
        if let Some(file) = &self.file
            && let Some(folder) = file.parent()
        {
            let _ = std::fs::create_dir_all(folder).and_then(|()| std::fs::write(file, ""));
        }
    }
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
