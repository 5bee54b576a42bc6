//! The tool that compares, and how it is started.

use super::Place;
use crate::effects::process::{self, Command};
use cargo_orchestrate::facts::Unusable;
use std::io::ErrorKind;
use std::path::Path;

const NAME: &str = "cargo-semver-checks";

/// The tool as it is installed.
#[derive(Debug)]
pub(super) struct Tool {
    program: String,
    /// What it calls itself, as `cargo-semver-checks 0.51.0`.
    pub(super) version: String,
}

impl Tool {
    /// Finds it where Cargo would: on `PATH`, or among what `cargo install` installed.
    ///
    /// # Errors
    /// Why there is none.
    pub(super) fn find(place: Place<'_>) -> Result<Self, Unusable> {
        let installed = process::cargo_home().join("bin").join(NAME);
        for program in [NAME.to_owned(), installed.display().to_string()] {
            let mut command = started(&program, place);
            command.args(&["semver-checks", "--version"]);
            match process::run(&command) {
                Err(error) if error.kind() == ErrorKind::NotFound => {}
                Err(error) => return Err(Unusable::Broken(error.to_string())),
                Ok(ran) => {
                    let version = ran.stdout.lines().next().unwrap_or_default().trim().to_owned();
                    if ran.success && !version.is_empty() {
                        return Ok(Self { program, version });
                    }
                    let said = Some(ran.complaint()).filter(|said| !said.is_empty());
                    let said = said.unwrap_or_else(|| "it does not say its version".to_owned());
                    return Err(Unusable::Broken(said));
                }
            }
        }
        Err(Unusable::Missing)
    }

    /// The tool, ready for what it is to compare; it builds in `target`.
    pub(super) fn start(&self, place: Place<'_>, target: &Path) -> Command {
        let mut command = started(&self.program, place);
        command.args(&["semver-checks", "check-release", "--color", "never"]);
        command.env("CARGO_TARGET_DIR", target);
        command
    }
}

/// A command in the workspace that sees no credential.
fn started(program: &str, place: Place<'_>) -> Command {
    let mut command = process::command(program, place.workspace);
    command.env("CARGO_TERM_COLOR", "never");
    if !place.network {
        command.env("CARGO_NET_OFFLINE", "true");
    }
    for (name, value) in place.environment {
        command.env(&name.to_string_lossy(), value);
    }
    command
}
