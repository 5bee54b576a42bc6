//! Programs run inside a sandbox, and what they said.

use super::environment::Environment;
use serde_json::Value;
use std::ffi::OsStr;
use std::fmt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// A program, the folder it runs in and the environment it sees.
#[derive(Debug)]
pub struct Program<'a> {
    pub path: PathBuf,
    pub directory: &'a Path,
    pub environment: &'a Environment,
}

impl Program<'_> {
    /// The command, ready for more settings; reads nothing from us.
    pub fn command<S: AsRef<OsStr>>(&self, arguments: &[S]) -> Command {
        let mut command = Command::new(&self.path);
        self.environment.apply(&mut command);
        command.current_dir(self.directory).args(arguments).stdin(Stdio::null());
        command
    }

    /// Runs to the end and keeps what was said.
    pub fn run<S: AsRef<OsStr>>(&self, arguments: &[S]) -> Output {
        let mut command = self.command(arguments);
        Output::of(&mut command)
    }

    /// Runs to the end and returns stdout.
    ///
    /// # Panics
    /// When the program fails, with everything it said.
    pub fn expect<S: AsRef<OsStr>>(&self, arguments: &[S]) -> String {
        let output = self.run(arguments);
        assert!(output.code == 0, "{output}");
        output.stdout
    }
}

/// What a program said, and its exit code.
#[derive(Debug, Clone)]
pub struct Output {
    /// The command line, for messages.
    pub command: String,
    /// -1 when a signal ended it.
    pub code: i32,
    pub stdout: String,
    pub stderr: String,
}

impl Output {
    /// Runs a command to its end.
    pub fn of(command: &mut Command) -> Self {
        let line = shown(command);
        let output =
            command.output().unwrap_or_else(|error| panic!("could not run {line}: {error}"));
        Self {
            command: line,
            code: output.status.code().unwrap_or(-1),
            stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
            stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
        }
    }

    /// Checks the exit code.
    ///
    /// # Panics
    /// When it is another one, with everything the program said.
    #[track_caller]
    pub fn exits(self, code: i32) -> Self {
        assert!(self.code == code, "expected exit code {code}\n{self}");
        self
    }

    /// Checks that stderr has this text.
    #[track_caller]
    pub fn says(self, text: &str) -> Self {
        assert!(self.stderr.contains(text), "expected on stderr: {text}\n{self}");
        self
    }

    /// Every line of stdout as JSON.
    #[track_caller]
    pub fn json(&self) -> Vec<Value> {
        self.stdout
            .lines()
            .map(|line| {
                serde_json::from_str(line)
                    .unwrap_or_else(|error| panic!("not JSON ({error}): {line}\n{self}"))
            })
            .collect()
    }

    /// The last JSON line with this reason.
    #[track_caller]
    pub fn object(&self, reason: &str) -> Value {
        self.json()
            .into_iter()
            .rfind(|value| value["reason"] == reason)
            .unwrap_or_else(|| panic!("no line with reason `{reason}`\n{self}"))
    }
}

impl fmt::Display for Output {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "$ {}\nexit code {}\n--- stdout\n{}\n--- stderr\n{}",
            self.command, self.code, self.stdout, self.stderr
        )
    }
}

fn shown(command: &Command) -> String {
    let name = Path::new(command.get_program()).file_name().unwrap_or_default();
    let words = std::iter::once(name).chain(command.get_args());
    words.map(OsStr::to_string_lossy).collect::<Vec<_>>().join(" ")
}
