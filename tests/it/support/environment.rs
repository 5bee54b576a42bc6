//! The environment that programs see inside a sandbox.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// A registry to release to.
#[derive(Debug, Clone)]
pub struct Endpoint {
    /// The index as Cargo writes it: `sparse+http://127.0.0.1:PORT/index/`.
    pub index: String,
    pub token: String,
    /// Whether it also stands in for crates-io, so that plain manifests go there.
    pub is_crates_io: bool,
}

/// Everything a child process is told; nothing else of our own environment reaches it.
#[derive(Debug, Clone)]
pub struct Environment {
    root: PathBuf,
    cargo_home: PathBuf,
    target: PathBuf,
    endpoint: Endpoint,
}

/// Variables without which compilers and certificates are not found.
const PASSED_ON: &[&str] =
    &["PATH", "TMPDIR", "LANG", "RUSTUP_TOOLCHAIN", "LD_LIBRARY_PATH", "SSL_CERT_FILE", "TERM"];

impl Environment {
    /// Lays out the home folders below `root`.
    pub fn new(root: &Path, endpoint: Endpoint) -> Self {
        let environment = Self {
            root: root.to_owned(),
            cargo_home: root.join("cargo-home"),
            target: root.join("target"),
            endpoint,
        };
        fs::create_dir_all(environment.cargo_home()).expect("a fresh folder takes a folder");
        fs::create_dir_all(environment.home()).expect("a fresh folder takes a folder");
        fs::write(
            environment.cargo_home().join("config.toml"),
            "[registry]\nglobal-credential-providers = [\"cargo:token\"]\n\
             [net]\nretry = 0\n\
             [term]\nquiet = false\n",
        )
        .expect("a fresh folder takes a file");
        fs::write(
            environment.home().join(".gitconfig"),
            "[user]\n\tname = Rosa Tester\n\temail = rosa@test.invalid\n\
             [init]\n\tdefaultBranch = main\n[advice]\n\tdetachedHead = false\n\
             [core]\n\tautocrlf = false\n",
        )
        .expect("a fresh folder takes a file");
        environment
    }

    fn home(&self) -> PathBuf {
        self.root.join("home")
    }

    /// The Cargo home of the sandbox.
    pub fn cargo_home(&self) -> PathBuf {
        self.cargo_home.clone()
    }

    /// Lets Cargo build, and keep what it downloads, below this folder.
    pub fn share(&mut self, folder: &Path) {
        let home = folder.join("cargo-home");
        fs::create_dir_all(&home).expect("a shared folder takes a folder");
        fs::copy(self.cargo_home.join("config.toml"), home.join("config.toml"))
            .expect("a shared folder takes a file");
        self.cargo_home = home;
        self.target = folder.join("target");
    }

    /// Names another place of the registry.
    pub fn reach(&mut self, endpoint: Endpoint) {
        self.endpoint = endpoint;
    }

    /// Gives a command this environment and nothing else.
    pub fn apply(&self, command: &mut Command) {
        command.env_clear();
        for name in PASSED_ON {
            if let Some(value) = env::var_os(name) {
                command.env(name, value);
            }
        }
        if let Some(rustup) = rustup_home() {
            command.env("RUSTUP_HOME", rustup);
        }
        command
            .env("HOME", self.home())
            .env("CARGO_HOME", self.cargo_home())
            .env("CARGO_TARGET_DIR", &self.target)
            .env("CARGO_INCREMENTAL", "0")
            .env("CARGO_PROFILE_DEV_DEBUG", "0")
            .env("CARGO_TERM_COLOR", "never")
            .env("GIT_CONFIG_NOSYSTEM", "1")
            .env("GIT_TERMINAL_PROMPT", "0");
        let Endpoint { index, token, is_crates_io } = &self.endpoint;
        if *is_crates_io {
            // Internal to Cargo and made for tests: this index is crates-io itself.
            command
                .env("__CARGO_TEST_CRATES_IO_URL_DO_NOT_USE_THIS", index)
                .env("CARGO_REGISTRY_TOKEN", token);
        }
        // Another address of the same place, since Cargo knows crates-io by its address.
        command
            .env("CARGO_REGISTRIES_LOCAL_INDEX", index.replace("127.0.0.1", "localhost"))
            .env("CARGO_REGISTRIES_LOCAL_TOKEN", token);
    }
}

/// Where rustup keeps the toolchains, which a changed `HOME` would hide.
fn rustup_home() -> Option<PathBuf> {
    env::var_os("RUSTUP_HOME")
        .map(PathBuf::from)
        .or_else(|| Some(PathBuf::from(env::var_os("HOME")?).join(".rustup")))
        .filter(|path| path.is_dir())
}
