//! The stage: a throw-away clone with a throw-away remote, registries and home of Cargo.

use super::registry::{EmbeddedRegistry, Options, Rules, Statuses, UpstreamOptions};
use super::stand_in::{crate_caches, environment, throw_away_home};
use crate::effects::process;
use cargo_orchestrate::model::{Oid, RegistryName};
use std::collections::BTreeMap;
use std::ffi::OsString;
use std::io;
use std::path::{Path, PathBuf};

/// Everything a rehearsal works on; gone when it is dropped, unless it is kept.
pub(crate) struct Stage {
    folder: Option<tempfile::TempDir>,
    root: PathBuf,
    registries: BTreeMap<RegistryName, EmbeddedRegistry>,
    /// What is added to the environment of Cargo.
    pub(crate) environment: Vec<(OsString, OsString)>,
}

/// What is rehearsed.
pub(crate) struct Piece<'a> {
    /// The user's repository.
    pub(crate) repository: &'a Path,
    pub(crate) head: &'a Oid,
    /// The branch that is checked out; nothing when HEAD is detached.
    pub(crate) branch: Option<&'a str>,
    /// The registries that packages go to, with their indexes.
    pub(crate) registries: &'a BTreeMap<RegistryName, String>,
    /// The user's home of Cargo.
    pub(crate) cargo_home: &'a Path,
    /// What embedded registries ask for.
    pub(crate) token: &'a str,
}

impl Stage {
    /// Sets everything up. The user's repository is only read.
    pub(crate) fn set(piece: &Piece<'_>) -> io::Result<Self> {
        let folder = tempfile::Builder::new().prefix("orchestrate-rehearsal-").tempdir()?;
        let root = folder.path().canonicalize()?;
        let home = root.join("cargo-home");
        throw_away_home(piece.cargo_home, &home)?;
        let mut environment_of_cargo = vec![
            ("CARGO_HOME".into(), home.into_os_string()),
            // Where the user's configuration has one, it is not ours to fill.
            ("CARGO_BUILD_BUILD_DIR".into(), root.join("target").into_os_string()),
        ];
        let mut registries = BTreeMap::new();
        for (name, index) in piece.registries {
            let upstream = UpstreamOptions {
                index_url: index.clone(),
                caches: crate_caches(piece.cargo_home),
            };
            let registry = EmbeddedRegistry::start(Options {
                token: Some(piece.token.to_owned()),
                upstream: Some(upstream),
                rules: if name.is_crates_io() { Rules::CratesIo } else { Rules::Private },
                statuses: if name.is_crates_io() { Statuses::CratesIo } else { Statuses::Plain },
                ..Options::default()
            })?;
            environment_of_cargo.extend(environment(name, &registry, piece.token));
            registries.insert(name.clone(), registry);
        }
        let stage =
            Self { folder: Some(folder), root, registries, environment: environment_of_cargo };
        stage.clone_repository(piece)?;
        Ok(stage)
    }

    /// The throw-away folder.
    pub(crate) fn root(&self) -> &Path {
        &self.root
    }

    /// The clone of the user's repository.
    pub(crate) fn clone_root(&self) -> PathBuf {
        self.root.join("clone")
    }

    /// The index addresses that take the place of the real ones.
    pub(crate) fn stand_ins(&self) -> BTreeMap<RegistryName, String> {
        self.registries.iter().map(|(name, it)| (name.clone(), it.index_url())).collect()
    }

    /// Leaves the folder for a look; returns where it is.
    pub(crate) fn keep(&mut self) -> PathBuf {
        match self.folder.take() {
            Some(folder) => folder.keep(),
            None => self.root.clone(),
        }
    }

    /// A bare remote with everything the user's repository has, and a clone of it in which the
    /// same commit is checked out on a branch.
    fn clone_repository(&self, piece: &Piece<'_>) -> io::Result<()> {
        let remote = self.root.join("remote.git");
        let clone = self.clone_root();
        let branch = piece.branch.unwrap_or("rehearsal");
        let source = piece.repository.to_string_lossy().into_owned();
        let (remote_text, clone_text) = (remote.to_string_lossy(), clone.to_string_lossy());
        git(&self.root, &["clone", "--quiet", "--bare", "--", &source, &remote_text])?;
        git(&remote, &["update-ref", &format!("refs/heads/{branch}"), piece.head.as_str()])?;
        git(
            &self.root,
            &["clone", "--quiet", "--branch", branch, "--", &remote_text, &clone_text],
        )?;
        let name =
            configured(piece.repository, "user.name").unwrap_or_else(|| "rehearsal".to_owned());
        let email = configured(piece.repository, "user.email")
            .unwrap_or_else(|| "rehearsal@localhost".to_owned());
        for (key, value) in [
            ("user.name", name.as_str()),
            ("user.email", email.as_str()),
            ("commit.gpgSign", "false"),
            ("tag.gpgSign", "false"),
            ("core.hooksPath", "/dev/null"),
        ] {
            git(&clone, &["config", key, value])?;
        }
        Ok(())
    }
}

/// A value of the git configuration that holds in a folder.
fn configured(folder: &Path, key: &str) -> Option<String> {
    let mut git = process::git(folder);
    git.args(&["config", "--get", key]);
    let ran = process::run(&git).ok().filter(|ran| ran.success)?;
    Some(ran.stdout.trim().to_owned())
}

fn git(folder: &Path, arguments: &[&str]) -> io::Result<()> {
    let mut git = process::git(folder);
    git.args(arguments);
    let ran = process::run(&git)?;
    if ran.success {
        return Ok(());
    }
    Err(io::Error::other(format!("git {}: {}", arguments[0], ran.complaint())))
}
