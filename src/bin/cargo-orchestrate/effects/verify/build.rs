//! One build of packed packages, and what is said where it fails.

use super::Verify;
use super::archive::Archive;
use super::room::Room;
use crate::effects::Failed;
use crate::effects::heard::is_outage;
use crate::effects::nothing_happened;
use crate::effects::process::wants_credential;
use cargo_orchestrate::run::TroubleKind;
use cargo_util::ProcessBuilder;

/// How much of what the compiler said is told: enough to see what is wrong, not all that is.
const TOLD_LINES: usize = 60;

impl Verify<'_> {
    /// Cargo, run as for the workspace itself, so that its configuration and toolchain count.
    pub(super) fn cargo(&self, room: &Room, command: &str) -> ProcessBuilder {
        in_room(self.cargo.building(self.workspace), room, command)
    }

    /// The same with what registries want for reading, for what builds nothing.
    pub(super) fn cargo_reading(&self, room: &Room, command: &str) -> ProcessBuilder {
        in_room(self.cargo.resolving(self.workspace), room, command)
    }

    /// Runs a build. Where a registry does not let everybody read, all that it needs is fetched first,
    /// by what runs no code of packages, and the build asks nobody.
    fn run(
        &self,
        room: &Room,
        build: &mut ProcessBuilder,
    ) -> Result<Result<(), Vec<String>>, Failed> {
        let Err(said) = self.listener.run(build)? else { return Ok(Ok(())) };
        if !wants_credential(&said.join("\n")) {
            return Ok(Err(said));
        }
        let mut fetch = self.cargo_reading(room, "fetch");
        fetch.arg("--locked");
        match self.listener.run(&fetch)? {
            Ok(()) => self.listener.run(build.arg("--offline")),
            Err(said) => Ok(Err(said)),
        }
    }

    /// Compiles packages in one call; what went wrong where that is not a package's fault.
    pub(super) fn build(
        &self,
        room: &Room,
        archives: &[&Archive],
    ) -> Result<Result<(), String>, Failed> {
        let mut cargo = self.cargo(room, "build");
        cargo.args(&["--locked", "--keep-going", "--target-dir"]).arg(self.target);
        for archive in archives {
            cargo.arg("--package").arg(spec(archive));
            for setting in &archive.manifest.profile {
                cargo.arg("--config").arg(setting);
            }
        }
        if self.intermediate != self.target {
            cargo.env("CARGO_BUILD_BUILD_DIR", self.intermediate);
        }
        // What is compiled once is not worth what compiling it again could save.
        if std::env::var_os("CARGO_INCREMENTAL").is_none() {
            cargo.env("CARGO_INCREMENTAL", "0");
        }
        match self.run(room, &mut cargo)? {
            Ok(()) => Ok(Ok(())),
            Err(said) if is_outage(&said) => {
                let text = told(&said).join("\n");
                Err(nothing_happened(TroubleKind::Unavailable, text))
            }
            Err(said) => {
                if let Some(text) = self.complaint(archives, &said) {
                    return Err(nothing_happened(TroubleKind::Build, text));
                }
                Ok(Err(told(&said).first().copied().unwrap_or_default().to_owned()))
            }
        }
    }

    /// Which packages do not compile, and why; nothing where none of them is to blame.
    fn complaint(&self, archives: &[&Archive], said: &[String]) -> Option<String> {
        let blamed = |archive: &&&Archive| {
            said.iter().any(|line| is_blamed(line, archive.upload.package.as_str()))
        };
        let blamed: Vec<&&Archive> = archives.iter().filter(blamed).collect();
        let names: Vec<String> = blamed
            .iter()
            .map(|it| format!("{} {}", it.upload.package, it.upload.version))
            .collect();
        let mut text = match names.as_slice() {
            [] => return None,
            [one] => format!("{one} does not build as packed"),
            [some @ .., last] => {
                format!("{} and {last} do not build as packed", some.join(", "))
            }
        };
        for line in told(said) {
            text.push('\n');
            text.push_str(line);
        }
        for archive in blamed {
            for lent in self.lent(archive) {
                text.push('\n');
                text.push_str(&lent);
            }
        }
        Some(text)
    }
}

fn in_room(mut cargo: ProcessBuilder, room: &Room, command: &str) -> ProcessBuilder {
    cargo.arg(command).arg("--manifest-path").arg(room.folder.join("Cargo.toml"));
    cargo
}

/// A package of the room, and no other of its name.
fn spec(archive: &Archive) -> String {
    format!("{}@{}", archive.upload.package, archive.upload.version)
}

/// Whether Cargo says in this line that it is this package which failed.
fn is_blamed(line: &str, package: &str) -> bool {
    const FAILURES: [&str; 2] =
        ["error: could not compile `", "error: failed to run custom build command for `"];
    let named = FAILURES.iter().find_map(|words| line.strip_prefix(words));
    named.and_then(|rest| rest.split(['`', ' ']).next()) == Some(package)
}

/// From the first error on, without the progress in between, and no more than can be read.
pub(in crate::effects) fn told(said: &[String]) -> Vec<&str> {
    let is_progress = |line: &&str| {
        ["Compiling", "Checking", "Downloading", "Downloaded", "Blocking", "Updating"]
            .iter()
            .any(|word| line.trim_start().split(' ').next() == Some(word))
    };
    let from = said.iter().position(|line| line.starts_with("error")).unwrap_or(0);
    let lines = said[from..].iter().map(String::as_str).filter(|line| !is_progress(line));
    let mut lines: Vec<&str> = lines.filter(|line| !line.trim().is_empty()).collect();
    if lines.len() > TOLD_LINES {
        lines.truncate(TOLD_LINES);
        lines.push("... and more; --verbose shows all of it");
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::{is_blamed, told};

    #[test]
    fn cargo_says_whom_it_blames() {
        let table = [
            ("error: could not compile `b` (lib) due to 1 previous error", true),
            ("error: failed to run custom build command for `b v0.1.0 (/w/b-0.1.0)`", true),
            ("error: could not compile `bb` (lib) due to 1 previous error", false),
            ("warning: `b` (lib) generated 1 warning", false),
        ];
        for (line, expected) in table {
            assert_eq!(is_blamed(line, "b"), expected, "{line}");
        }
    }

    #[test]
    fn what_is_told_begins_at_the_error_and_ends_in_time() {
        let mut said: Vec<String> = [
            "   Compiling a v1",
            "error[E0425]: no x",
            " --> l.rs",
            "   Compiling b v1",
            "error: 1",
        ]
        .map(str::to_owned)
        .to_vec();
        assert_eq!(told(&said), ["error[E0425]: no x", " --> l.rs", "error: 1"]);
        said.extend((0..100).map(|line| line.to_string()));
        assert_eq!(told(&said).len(), super::TOLD_LINES + 1);
    }
}
