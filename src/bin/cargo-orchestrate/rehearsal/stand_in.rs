//! Makes stock Cargo take an embedded registry for the one that a workspace publishes to.
//!
//! Source replacement would be the documented way, and does not do: under it `cargo package`
//! demands `--registry`, no longer finds unpublished siblings with `--registry crates-io`, and
//! refuses members with `publish = ["crates-io"]` under any other name (Cargo 1.95). With the index
//! url replaced below all of that, manifests, lockfiles and packed bytes are those of a real
//! release. The variable is Cargo's own, for its tests.

use super::registry::EmbeddedRegistry;
use cargo_orchestrate::model::RegistryName;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::{fs, io};

const CRATES_IO_INDEX: &str = "__CARGO_TEST_CRATES_IO_URL_DO_NOT_USE_THIS";

/// The environment in which Cargo takes `registry` for the one called `name` and has its `token`,
/// whatever the configuration of user and workspace says about tokens.
pub(crate) fn environment(
    name: &RegistryName,
    registry: &EmbeddedRegistry,
    token: &str,
) -> Vec<(OsString, OsString)> {
    let (prefix, index) = if name.is_crates_io() {
        ("CARGO_REGISTRY".to_owned(), CRATES_IO_INDEX.to_owned())
    } else {
        let prefix = format!("CARGO_REGISTRIES_{}", name.as_str().to_uppercase().replace('-', "_"));
        (prefix.clone(), format!("{prefix}_INDEX"))
    };
    [
        (index, registry.index_url()),
        (format!("{prefix}_TOKEN"), token.to_owned()),
        (format!("{prefix}_CREDENTIAL_PROVIDER"), "cargo:token".to_owned()),
    ]
    .map(|(key, value)| (key.into(), value.into()))
    .to_vec()
}

/// Makes a home for Cargo that can be thrown away, so that the index and packages of a registry
/// that is gone tomorrow do not stay in the user's: configuration is copied, credentials are not,
/// and git dependencies are shared. To be given to Cargo as `CARGO_HOME`.
///
/// # Errors
/// When a folder cannot be made or the configuration cannot be copied.
pub(crate) fn throw_away_home(real: &Path, home: &Path) -> io::Result<()> {
    fs::create_dir_all(home)?;
    for file in ["config.toml", "config"] {
        if real.join(file).is_file() {
            fs::copy(real.join(file), home.join(file))?;
        }
    }
    #[cfg(unix)]
    if real.join("git").is_dir() && !home.join("git").exists() {
        std::os::unix::fs::symlink(real.join("git"), home.join("git"))?;
    }
    Ok(())
}

/// The folders below a home of Cargo that hold `.crate` files, for
/// [`super::registry::UpstreamOptions::caches`]. Empty when there are none.
pub(crate) fn crate_caches(real: &Path) -> Vec<PathBuf> {
    let Ok(entries) = fs::read_dir(real.join("registry").join("cache")) else {
        return Vec::new();
    };
    let mut folders: Vec<_> = entries.filter_map(|entry| Some(entry.ok()?.path())).collect();
    folders.sort();
    folders
}

#[cfg(test)]
mod tests {
    use super::super::registry::Options;
    use super::*;

    #[test]
    fn cargo_is_told_by_the_name_that_the_workspace_uses() {
        let registry = EmbeddedRegistry::start(Options::default()).expect("loopback is there");
        let keys = |name: &str| {
            let name = RegistryName::new(name).expect("a name");
            let variables = environment(&name, &registry, "sesame");
            let keys = variables.iter().map(|(key, _)| key.to_string_lossy().into_owned());
            keys.collect::<Vec<_>>().join(" ")
        };
        assert_eq!(
            keys("crates-io"),
            "__CARGO_TEST_CRATES_IO_URL_DO_NOT_USE_THIS CARGO_REGISTRY_TOKEN \
             CARGO_REGISTRY_CREDENTIAL_PROVIDER"
        );
        assert_eq!(
            keys("my-own"),
            "CARGO_REGISTRIES_MY_OWN_INDEX CARGO_REGISTRIES_MY_OWN_TOKEN \
             CARGO_REGISTRIES_MY_OWN_CREDENTIAL_PROVIDER"
        );
    }

    #[test]
    fn a_home_to_throw_away_has_the_configuration_and_no_credentials() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let (real, home) = (folder.path().join("real"), folder.path().join("home"));
        let cache = real.join("registry").join("cache").join("registry.example-0");
        fs::create_dir_all(&cache).expect("a new folder");
        fs::write(real.join("config.toml"), "[build]\n").expect("a new file");
        fs::write(real.join("credentials.toml"), "secret").expect("a new file");
        throw_away_home(&real, &home).expect("two folders beside each other");
        assert!(home.join("config.toml").is_file() && !home.join("credentials.toml").exists());
        assert_eq!(crate_caches(&real), [cache]);
        assert_eq!(crate_caches(&home), Vec::<PathBuf>::new());
    }
}
