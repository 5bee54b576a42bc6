//! Child processes: cargo and git, without our credentials in their environment.

use super::child::{self, Group};
use crate::redact;
use cargo_util::ProcessBuilder;
pub(crate) use cargo_util::ProcessBuilder as Command;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// How long a remote may take for what is small: a list of references, the lock.
pub(crate) const SMALL: Duration = Duration::from_mins(1);

/// How long it may take for commits, with hooks on the other side.
pub(crate) const LARGE: Duration = Duration::from_mins(15);

/// Whether a variable holds a credential of a registry.
pub(crate) fn is_credential(name: &str) -> bool {
    const ALONE: [&str; 4] = [
        "CARGO_REGISTRY_TOKEN",
        "CARGO_REGISTRY_SECRET_KEY",
        // By these a job on GitHub proves who it is, to registries and to everybody else.
        "ACTIONS_ID_TOKEN_REQUEST_TOKEN",
        "ACTIONS_ID_TOKEN_REQUEST_URL",
    ];
    ALONE.contains(&name)
        || name.starts_with("CRATES_IO_ID_TOKEN")
        || (name.starts_with("CARGO_REGISTRIES_")
            && (name.ends_with("_TOKEN") || name.ends_with("_SECRET_KEY")))
}

/// Whether a variable holds what a registry may want for reading. Everybody reads crates.io.
fn is_for_reading(name: &str) -> bool {
    is_credential(name) && name.starts_with("CARGO_REGISTRIES_")
}

/// The variables of our own environment that hold a credential: no child needs them, and what
/// children run may be build scripts, hooks and programs that a repository names.
pub(crate) fn credential_variables() -> impl Iterator<Item = String> {
    let names = std::env::vars_os().filter_map(|(name, _)| name.into_string().ok());
    names.filter(|name| is_credential(name))
}

/// A command that will run in `folder` without any credential in its environment: what it runs
/// may be build scripts and hooks.
pub(crate) fn command(program: &str, folder: &Path) -> ProcessBuilder {
    let mut command = ProcessBuilder::new(program);
    command.cwd(folder);
    for name in credential_variables() {
        command.env_remove(&name);
    }
    command
}

/// How Cargo is started: the one that called us where one did.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Cargo<'a> {
    /// What is added to its environment.
    pub(crate) environment: &'a [(OsString, OsString)],
}

impl Cargo<'_> {
    /// Cargo without credentials: it runs code of packages, and programs that the repository's
    /// configuration names.
    pub(crate) fn building(self, folder: &Path) -> ProcessBuilder {
        self.started(command(&cargo_program(), folder))
    }

    /// Cargo for resolving where a registry wants its credential for reading, too. It has the tokens of
    /// such registries and no other credential, builds nothing, and asks no compiler or wrapper
    /// that a repository's configuration names.
    pub(crate) fn resolving(self, folder: &Path) -> ProcessBuilder {
        let mut cargo = ProcessBuilder::new(cargo_program());
        cargo.cwd(folder);
        for name in credential_variables().filter(|name| !is_for_reading(name)) {
            cargo.env_remove(&name);
        }
        // Cargo prefers these to what the configuration says; an empty one is none.
        cargo.env("RUSTC", rustc_program());
        cargo.env("RUSTC_WRAPPER", "").env("RUSTC_WORKSPACE_WRAPPER", "");
        self.started(cargo)
    }

    /// Where it keeps what it downloads and what it remembers.
    pub(super) fn home(self) -> PathBuf {
        let own = self.environment.iter().find(|(name, _)| name == "CARGO_HOME");
        let home = own.map_or_else(cargo_home, |(_, home)| PathBuf::from(home));
        std::path::absolute(&home).unwrap_or(home)
    }

    fn started(self, mut cargo: ProcessBuilder) -> ProcessBuilder {
        cargo.env("CARGO_TERM_COLOR", "never");
        for (name, value) in self.environment {
            cargo.env(&name.to_string_lossy(), value);
        }
        cargo
    }
}

/// Whether Cargo failed since a registry does not let everybody read. Only then it gets our
/// credentials: the configuration of a repository may name a program that it runs.
pub(crate) fn wants_credential(said: &str) -> bool {
    ["no token found", "cargo login", "got 401", "got 403", "authenticated"]
        .iter()
        .any(|words| said.contains(words))
}

/// What Cargo and the compiler say they are; empty where one does not answer.
///
/// Cargo is asked for its version and commit alone: to say more it starts programs that tell it what
/// system this is, and takes longer than for all else.
pub(crate) fn toolchain(folder: &Path) -> String {
    let asked = [(cargo_program(), "-V"), (rustc_program(), "-vV")].map(|(program, option)| {
        let mut asked = command(&program, folder);
        asked.arg(option);
        run(&asked).ok().filter(|ran| ran.success).map(|ran| ran.stdout)
    });
    asked.into_iter().collect::<Option<String>>().unwrap_or_default()
}

/// Where Cargo keeps what it downloads and unpacks.
pub(crate) fn cargo_home() -> PathBuf {
    let home = || std::env::home_dir().map(|home| home.join(".cargo"));
    std::env::var_os("CARGO_HOME").map(PathBuf::from).or_else(home).unwrap_or_default()
}

/// The compiler, as Cargo would call it.
pub(super) fn rustc_program() -> String {
    std::env::var("RUSTC").unwrap_or_else(|_| "rustc".to_owned())
}

fn cargo_program() -> String {
    std::env::var("CARGO").unwrap_or_else(|_| "cargo".to_owned())
}

/// Git, which never asks anything: an answer could not be given to it.
pub(crate) fn git(repository: &Path) -> ProcessBuilder {
    let mut git = command("git", repository);
    git.env("GIT_TERMINAL_PROMPT", "0").env("GCM_INTERACTIVE", "never").env("LC_ALL", "C");
    // Set inside of git's hooks, and by nobody who means this repository.
    for variable in ["GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE"] {
        git.env_remove(variable);
    }
    // Neither a remote nor a look at the working tree starts a program that a repository names.
    git.args(&["-c", "protocol.ext.allow=never", "-c", "core.fsmonitor=false"]);
    git
}

/// What a process that was started printed and how it ended.
pub(crate) struct Ran {
    pub(crate) success: bool,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

/// Runs a command to its end; a program that cannot be started is the only error.
pub(crate) fn run(command: &ProcessBuilder) -> std::io::Result<Ran> {
    let output = child::output(command.build_command(), Group::Ours, None)?;
    Ok(Ran::of(&output.expect("it may take as long as it likes")))
}

/// Runs a command that waits for another machine; one that takes longer than this is ended.
pub(crate) fn run_within(command: &ProcessBuilder, limit: Duration) -> std::io::Result<Ran> {
    let output = child::output(command.build_command(), Group::Ours, Some(limit))?;
    Ok(output.as_ref().map_or_else(
        || Ran {
            success: false,
            stdout: String::new(),
            stderr: format!("no answer within {} seconds", limit.as_secs()),
        },
        Ran::of,
    ))
}

impl Ran {
    fn of(output: &std::process::Output) -> Self {
        Self {
            success: output.status.success(),
            stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
            stderr: redact::hidden(&String::from_utf8_lossy(&output.stderr)).into_owned(),
        }
    }

    /// The last lines of what it said, in one line: enough to know what went wrong.
    pub(crate) fn complaint(&self) -> String {
        let lines: Vec<&str> =
            self.stderr.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
        lines[lines.len().saturating_sub(3)..].join("; ")
    }
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;
    use std::fs;
    use std::os::unix::fs::PermissionsExt as _;

    #[test]
    fn credentials_for_reading_are_those_of_registries_that_have_a_name() {
        for (name, is_credential_of_any, is_for_reading_one) in [
            ("CARGO_REGISTRIES_MY_TOKEN", true, true),
            ("CARGO_REGISTRIES_MY_SECRET_KEY", true, true),
            ("CARGO_REGISTRIES_MY_INDEX", false, false),
            ("CARGO_REGISTRY_TOKEN", true, false),
            ("CARGO_REGISTRY_SECRET_KEY", true, false),
            ("ACTIONS_ID_TOKEN_REQUEST_TOKEN", true, false),
            ("CRATES_IO_ID_TOKEN", true, false),
        ] {
            assert_eq!(is_credential(name), is_credential_of_any, "{name}");
            assert_eq!(is_for_reading(name), is_for_reading_one, "{name}");
        }
    }

    /// A workspace whose configuration names programs that say that they were run.
    fn spied() -> tempfile::TempDir {
        let world = tempfile::tempdir().expect("a folder");
        let root = world.path();
        let spy = root.join("spy");
        let text = format!(
            "#!/bin/sh\ntouch '{}'\n[ \"$1\" = \"$0\" ] && shift\n[ \"$1\" = \"$0\" ] && shift\n\
             exec rustc \"$@\"\n",
            root.join("seen").display()
        );
        fs::write(&spy, text).expect("a file");
        fs::set_permissions(&spy, fs::Permissions::from_mode(0o755)).expect("it is ours");
        let manifest =
            "[package]\nname = \"a\"\nversion = \"0.1.0\"\nedition = \"2021\"\n[workspace]\n";
        fs::create_dir_all(root.join("src")).expect("a folder");
        fs::create_dir_all(root.join(".cargo")).expect("a folder");
        fs::write(root.join("src/lib.rs"), "").expect("a file");
        fs::write(root.join("Cargo.toml"), manifest).expect("a file");
        let config = format!(
            "[build]\nrustc = \"{0}\"\nrustc-wrapper = \"{0}\"\nrustc-workspace-wrapper = \"{0}\"\n\
             [target.'cfg(unix)']\nrustflags = [\"--cfg\", \"spied\"]\n",
            spy.display()
        );
        fs::write(root.join(".cargo/config.toml"), config).expect("a file");
        world
    }

    #[test]
    fn no_program_that_a_repository_names_sees_the_tokens_for_reading() {
        for (is_resolving, is_seen) in [(false, true), (true, false)] {
            let world = spied();
            let cargo = Cargo::default();
            let mut asked = if is_resolving {
                cargo.resolving(world.path())
            } else {
                cargo.building(world.path())
            };
            asked.args(&["metadata", "--format-version", "1", "--offline"]);
            asked.env("CARGO_HOME", world.path().join("home"));
            let ran = run(&asked).expect("Cargo is installed");
            assert!(ran.success, "{}", ran.stderr);
            assert_eq!(world.path().join("seen").exists(), is_seen, "resolving: {is_resolving}");
        }
    }
}
