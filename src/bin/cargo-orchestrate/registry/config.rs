//! Registries by name, as Cargo's configuration and environment have them.

use super::trust;
use cargo_config2::{PathAndArgs, ResolveOptions};
use cargo_orchestrate::model::RegistryName;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

/// Where crates.io's index is.
pub(crate) const CRATES_IO: &str = crates_index::sparse::URL;
/// The variable by which Cargo's own tests, and ours, put another index in the place of crates.io's.
const CRATES_IO_FOR_TESTS: &str = "__CARGO_TEST_CRATES_IO_URL_DO_NOT_USE_THIS";

/// Why a registry cannot be used.
#[derive(Debug, thiserror::Error)]
pub(crate) enum RegistryError {
    /// Cargo's configuration could not be read.
    #[error("could not read Cargo's configuration")]
    Configuration(#[source] cargo_config2::Error),
    /// Nothing defines a registry of this name.
    #[error("Cargo's configuration defines no registry `{0}`")]
    Undefined(RegistryName),
    /// The index is a git repository.
    #[error("registry `{name}` has a git index (`{index}`), only `sparse+` indexes are supported")]
    GitIndex { name: RegistryName, index: String },
    /// The index is neither `https` nor on this machine.
    #[error("registry `{name}` has an index without TLS (`{index}`)")]
    Insecure { name: RegistryName, index: String },
}

/// What Cargo's configuration says about registries.
#[derive(Debug)]
pub(super) struct Configuration {
    pub(super) cargo: Parts,
    /// Cargo's home, where the credentials file is.
    pub(super) cargo_home: Option<PathBuf>,
    /// The settings of the workspace's own that could get at a credential.
    pub(super) risky: Vec<String>,
    /// The registries that only the workspace's own configuration defines.
    pub(super) own: BTreeSet<RegistryName>,
    environment: BTreeMap<String, String>,
    stand_ins: BTreeMap<RegistryName, String>,
    directory: PathBuf,
}

/// The parts of Cargo's configuration that matter to registries. Other than the whole, threads may
/// share them.
#[derive(Debug)]
pub(super) struct Parts {
    pub(super) credential_alias: BTreeMap<String, cargo_config2::PathAndArgs>,
    pub(super) http: cargo_config2::HttpConfig,
    pub(super) net: cargo_config2::NetConfig,
    pub(super) registries: BTreeMap<String, cargo_config2::RegistriesConfigValue>,
    pub(super) registry: cargo_config2::RegistryConfig,
    pub(super) rustc: cargo_config2::PathAndArgs,
    /// The addresses of sources that are registries, by name.
    pub(super) sources: BTreeMap<String, String>,
}

impl From<&cargo_config2::Config> for Parts {
    fn from(cargo: &cargo_config2::Config) -> Self {
        Self {
            credential_alias: cargo.credential_alias.clone(),
            http: cargo.http.clone(),
            net: cargo.net.clone(),
            registries: cargo.registries.clone(),
            registry: cargo.registry.clone(),
            rustc: cargo.rustc().clone(),
            sources: cargo
                .source
                .iter()
                .filter_map(|(name, source)| Some((name.clone(), source.registry.clone()?)))
                .collect(),
        }
    }
}

impl Configuration {
    /// Reads the configuration that Cargo would use in this directory.
    ///
    /// `stand_ins` are index addresses that take the place of what the configuration says.
    pub(super) fn load(
        directory: &Path,
        stand_ins: &BTreeMap<RegistryName, String>,
    ) -> Result<Self, RegistryError> {
        let environment: BTreeMap<String, String> = std::env::vars_os()
            .filter_map(|(key, value)| Some((key.into_string().ok()?, value.into_string().ok()?)))
            .collect();
        let cargo_home = cargo_config2::cargo_home_with_cwd(directory);
        Self::read(directory, cargo_home, environment, stand_ins)
    }

    fn read(
        directory: &Path,
        cargo_home: Option<PathBuf>,
        environment: BTreeMap<String, String>,
        stand_ins: &BTreeMap<RegistryName, String>,
    ) -> Result<Self, RegistryError> {
        // `CARGO_REGISTRIES_MY_LOCAL_INDEX` belongs to `my-local` as well as to `my_local`, which the
        // package does not know: these variables are looked up here, by the name that is asked for.
        let load = |directory: &Path| {
            cargo_config2::Config::load_with_options(
                directory,
                options(&environment, cargo_home.as_ref()),
            )
            .map_err(RegistryError::Configuration)
        };
        let cargo = load(directory)?;
        let outside = load(&trust::outside(directory))?;
        let risky = trust::risky(&cargo, &outside);
        let own = trust::own(&cargo, &outside).into_iter();
        let own = own.filter_map(|name| RegistryName::new(name).ok()).collect();
        let stand_ins = stand_ins.clone();
        let (cargo, directory) = (Parts::from(&cargo), directory.to_owned());
        let mut configuration =
            Self { cargo, cargo_home, risky, own, environment, stand_ins, directory };
        configuration.heed_variables();
        Ok(configuration)
    }

    /// The same on a machine that is known, with a compiler that does not see these variables when it
    /// is asked something; nothing where that cannot be had.
    pub(super) fn without(&self, host: &str, hidden: &[String]) -> Option<cargo_config2::Config> {
        if !hidden.is_empty() && cfg!(not(unix)) {
            return None;
        }
        let mut rustc = self.cargo.rustc.clone();
        if !hidden.is_empty() {
            let mut bare = PathAndArgs::new("env");
            bare.args(hidden.iter().flat_map(|name| ["-u", name]));
            bare.arg(rustc.path).args(rustc.args);
            rustc = bare;
        }
        let options =
            options(&self.environment, self.cargo_home.as_ref()).host_triple(host).rustc(rustc);
        cargo_config2::Config::load_with_options(&self.directory, options).ok()
    }

    /// What a variable of the environment says is said from outside, whatever the checkout says.
    fn heed_variables(&mut self) {
        let mut own = std::mem::take(&mut self.own);
        own.retain(|name| self.registry_variable(name, "INDEX").is_none());
        self.own = own;
        let mut risky = std::mem::take(&mut self.risky);
        risky.retain(|key| {
            let moved = key.strip_prefix("registries.").and_then(|it| it.strip_suffix(".index"));
            let name = moved.and_then(|name| RegistryName::new(name).ok());
            name.is_none_or(|name| self.registry_variable(&name, "INDEX").is_none())
        });
        self.risky = risky;
    }

    /// A variable of the environment.
    pub(super) fn variable(&self, name: &str) -> Option<&str> {
        self.environment.get(name).map(String::as_str).filter(|value| !value.is_empty())
    }

    /// `CARGO_REGISTRIES_<NAME>_<KEY>`.
    pub(super) fn registry_variable(&self, name: &RegistryName, key: &str) -> Option<&str> {
        let name = name.as_str().to_uppercase().replace('-', "_");
        self.variable(&format!("CARGO_REGISTRIES_{name}_{key}"))
    }

    /// What the configuration files say about a registry other than crates.io.
    pub(super) fn table(
        &self,
        name: &RegistryName,
    ) -> Option<&cargo_config2::RegistriesConfigValue> {
        self.cargo.registries.get(name.as_str())
    }

    /// Whether the registry is stood in for, so that no real credential belongs to it.
    pub(super) fn is_stood_in(&self, name: &RegistryName) -> bool {
        self.stand_ins.contains_key(name)
    }

    /// The names that are defined, crates.io's among them.
    ///
    /// A registry defined by its variable alone appears in lower case, with underscores.
    pub(super) fn names(&self) -> BTreeSet<RegistryName> {
        let mut names = BTreeSet::from([RegistryName::crates_io()]);
        names.extend(self.stand_ins.keys().cloned());
        let in_files = self.cargo.registries.iter().filter(|(_, table)| table.index.is_some());
        names.extend(in_files.filter_map(|(name, _)| RegistryName::new(name.clone()).ok()));
        let variables = self.environment.keys().filter_map(|key| {
            let name = key.strip_prefix("CARGO_REGISTRIES_")?.strip_suffix("_INDEX")?;
            RegistryName::new(name.to_lowercase()).ok()
        });
        for name in variables {
            let known = |it: &RegistryName| it.as_str().replace('-', "_") == name.as_str();
            if !names.iter().any(known) {
                names.insert(name);
            }
        }
        names
    }

    /// The index of a registry as written, `sparse+` and all.
    pub(super) fn written_index(&self, name: &RegistryName) -> Option<String> {
        if let Some(index) = self.stand_ins.get(name) {
            return Some(index.clone());
        }
        if name.is_crates_io() {
            let index = self.variable(CRATES_IO_FOR_TESTS).unwrap_or(CRATES_IO);
            return Some(index.to_owned());
        }
        self.registry_variable(name, "INDEX")
            .map(str::to_owned)
            .or_else(|| self.table(name)?.index.clone())
    }

    /// The index of a registry that can be used.
    ///
    /// # Errors
    /// When nothing defines the registry, when its index is a git repository, and when it is
    /// reached without TLS on another machine.
    pub(super) fn index(&self, name: &RegistryName) -> Result<String, RegistryError> {
        let index =
            self.written_index(name).ok_or_else(|| RegistryError::Undefined(name.clone()))?;
        let Some(address) = index.strip_prefix("sparse+") else {
            return Err(RegistryError::GitIndex { name: name.clone(), index });
        };
        if !is_safe(address) {
            return Err(RegistryError::Insecure { name: name.clone(), index });
        }
        Ok(if index.ends_with('/') { index } else { index + "/" })
    }
}

/// How Cargo's configuration is read.
fn options(environment: &BTreeMap<String, String>, cargo_home: Option<&PathBuf>) -> ResolveOptions {
    let others = environment.iter().filter(|it| !it.0.starts_with("CARGO_REGISTRIES_"));
    ResolveOptions::default().env(others).cargo_home(cargo_home.cloned())
}

/// Whether an address is reached with TLS, or stays on this machine.
pub(super) fn is_safe(address: &str) -> bool {
    let Ok(address) = url::Url::parse(address) else { return false };
    match (address.scheme(), address.host()) {
        ("https", Some(_)) => true,
        ("http", Some(url::Host::Domain(name))) => name == "localhost",
        ("http", Some(url::Host::Ipv4(ip))) => ip.is_loopback(),
        ("http", Some(url::Host::Ipv6(ip))) => ip.is_loopback(),
        _ => false,
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    /// A configuration from a `config.toml`, a `credentials.toml` and variables.
    pub(in super::super) fn configuration(
        config: &str,
        credentials: &str,
        variables: &[(&str, &str)],
        stand_ins: &[(&str, &str)],
    ) -> (Configuration, tempfile::TempDir) {
        let directory = tempfile::tempdir().expect("a temporary directory");
        std::fs::create_dir(directory.path().join("workspace")).expect("a directory");
        let home = directory.path().join("home");
        std::fs::create_dir(&home).expect("a directory");
        std::fs::write(home.join("config.toml"), config).expect("a file");
        std::fs::write(home.join("credentials.toml"), credentials).expect("a file");
        let own = |(key, value): &(&str, &str)| ((*key).to_owned(), (*value).to_owned());
        let environment = variables.iter().map(own).collect();
        let stand_ins =
            stand_ins.iter().map(|(name, index)| (self::name(name), (*index).to_owned())).collect();
        let read = Configuration::read(directory.path(), Some(home), environment, &stand_ins);
        (read.expect("a configuration"), directory)
    }

    /// A configuration from a `config.toml` in Cargo's home, one in the checkout, and variables.
    pub(in super::super) fn configuration_in_checkout(
        home: &str,
        checkout: &str,
        variables: &[(&str, &str)],
    ) -> (Configuration, tempfile::TempDir) {
        let (outer, directory) = configuration(home, "", variables, &[]);
        let workspace = directory.path().join("workspace");
        std::fs::create_dir(workspace.join(".cargo")).expect("a directory");
        std::fs::write(workspace.join(".cargo/config.toml"), checkout).expect("a file");
        let Configuration { cargo_home, environment, .. } = outer;
        let read = Configuration::read(&workspace, cargo_home, environment, &BTreeMap::new());
        (read.expect("a configuration"), directory)
    }

    pub(in super::super) fn name(text: &str) -> RegistryName {
        RegistryName::new(text).expect("a name")
    }

    const CONFIG: &str = r#"
        [registries.my-local]
        index = "sparse+http://127.0.0.1:8000/index"
        [registries.old]
        index = "https://example.com/index.git"
        [registries.plain]
        index = "sparse+http://example.com/"
    "#;

    #[test]
    fn an_index_comes_from_the_stand_in_then_the_environment_then_the_files() {
        let variable = ("CARGO_REGISTRIES_MY_LOCAL_INDEX", "sparse+https://env.example/");
        let test = (CRATES_IO_FOR_TESTS, "sparse+http://127.0.0.1:1/");
        let stand_in = ("my-local", "sparse+http://127.0.0.1:2/");
        let table: [(&str, &[_], &[_], &str); 8] = [
            ("my-local", &[], &[], "sparse+http://127.0.0.1:8000/index/"),
            ("my-local", &[variable], &[], "sparse+https://env.example/"),
            ("my_local", &[variable], &[], "sparse+https://env.example/"),
            ("my-local", &[variable], &[stand_in], "sparse+http://127.0.0.1:2/"),
            ("crates-io", &[], &[], CRATES_IO),
            ("crates-io", &[test], &[], "sparse+http://127.0.0.1:1/"),
            (
                "old",
                &[],
                &[],
                "registry `old` has a git index (`https://example.com/index.git`), \
                 only `sparse+` indexes are supported",
            ),
            (
                "plain",
                &[],
                &[],
                "registry `plain` has an index without TLS (`sparse+http://example.com/`)",
            ),
        ];
        for (name, variables, stand_ins, expected) in table {
            let (configuration, _directory) = configuration(CONFIG, "", variables, stand_ins);
            let index = configuration.index(&self::name(name));
            assert_eq!(index.unwrap_or_else(|error| error.to_string()), expected, "{name}");
        }
    }

    #[test]
    fn a_variable_does_not_define_a_registry_twice() {
        let variables = [
            ("CARGO_REGISTRIES_MY_LOCAL_INDEX", "sparse+https://env.example/"),
            ("CARGO_REGISTRIES_OTHER_INDEX", "sparse+https://other.example/"),
        ];
        let (configuration, _directory) = configuration(CONFIG, "", &variables, &[]);
        let names: Vec<String> = configuration.names().iter().map(ToString::to_string).collect();
        assert_eq!(names, ["crates-io", "my-local", "old", "other", "plain"]);
    }

    #[test]
    fn without_tls_only_this_machine_is_reached() {
        let table = [
            ("https://example.com/", true),
            ("http://127.0.0.1:8080/", true),
            ("http://[::1]/", true),
            ("http://localhost/", true),
            ("http://localhost.example.com/", false),
            ("http://10.0.0.1/", false),
            ("ftp://127.0.0.1/", false),
            ("nonsense", false),
        ];
        for (address, expected) in table {
            assert_eq!(is_safe(address), expected, "{address}");
        }
    }
}
