//! Gates: commands of the project that must succeed before anything of a release leaves.
//!
//! They run in the working tree, which holds what is released: it was clean, and has the release's
//! edits. They are code of the repository, as build scripts are, and get no credential.

use super::child::{Group, Running};
use super::heard::{End, Listener};
use super::{Failed, local, nothing_happened, process};
use crate::redact;
use cargo_orchestrate::model::Oid;
use cargo_orchestrate::policy::GateCommand;
use cargo_orchestrate::run::TroubleKind;
use std::ffi::OsString;
use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

/// How many of the last lines of a gate are told when it fails.
const TOLD: usize = 20;

/// One gate.
pub(super) struct Gate<'a> {
    pub(super) name: &'a str,
    pub(super) command: &'a GateCommand,
    pub(super) timeout_seconds: u64,
}

/// Where gates run.
pub(super) struct Passage<'a> {
    pub(super) repository: &'a Path,
    pub(super) workspace: &'a Path,
    /// The commit that is released.
    pub(super) commit: &'a Oid,
    /// What is added to the environment, so that Cargo takes the registries that Cargo is to take.
    pub(super) environment: &'a [(OsString, OsString)],
    pub(super) listener: Listener<'a>,
}

impl Passage<'_> {
    /// Has the release pass a gate.
    pub(super) fn pass(&self, gate: &Gate<'_>) -> Result<(), Failed> {
        let (name, line) = (gate.name, gate.command.line());
        let failed = |what: String, said: &[String]| {
            let told = &said[said.len().saturating_sub(TOLD)..];
            let text = format!("the gate `{name}` {what}");
            let text = std::iter::once(text).chain(told.iter().cloned()).collect::<Vec<_>>();
            nothing_happened(TroubleKind::Gate, redact::hidden(&text.join("\n")).into_owned())
        };
        let before = self.changed()?;
        let running = match Running::start(self.child(gate.command), Group::Own) {
            Ok(running) => running,
            Err(error) => return Err(failed(format!("did not start: `{line}`: {error}"), &[])),
        };
        let limit = Duration::from_secs(gate.timeout_seconds);
        let (end, said) = self.listener.to_its_end(running, Some(limit))?;
        match end {
            End::Status(status) if status.success() => {}
            End::Status(status) => {
                return Err(failed(format!("failed: `{line}`: {status}"), &said));
            }
            End::TooLate => {
                let seconds = gate.timeout_seconds;
                let what = format!("took more than {seconds} s and was ended: `{line}`");
                return Err(failed(what, &said));
            }
        }
        // What was packed before a gate that changes files is not what the next one would try.
        let after = self.changed()?;
        let changed: Vec<&str> =
            after.iter().filter(|line| !before.contains(line)).map(String::as_str).collect();
        if changed.is_empty() {
            return Ok(());
        }
        let what = format!("changed what git tracks, after it was packed: {}", changed.join(", "));
        Err(failed(what, &[]))
    }

    fn child(&self, command: &GateCommand) -> std::process::Command {
        let program = Path::new(command.program());
        // A path is the workspace's, whatever the system makes of a relative one.
        let is_path = program.components().count() > 1;
        let program = if is_path { self.workspace.join(program) } else { program.to_path_buf() };
        let mut child = process::command(&program.to_string_lossy(), self.workspace);
        child.args(&command.0[1..]);
        for (name, value) in self.environment {
            let name = name.to_string_lossy();
            if !process::is_credential(&name) {
                child.env(&name, value);
            }
        }
        let mut child = child.build_command();
        child.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        child
    }

    /// What git tracks and differs from the commit that is released, and HEAD where that is another
    /// one.
    fn changed(&self) -> Result<Vec<String>, Failed> {
        let mut git = process::git(self.repository);
        git.args(&["diff", "--name-only", "-z", "--no-ext-diff", self.commit.as_str(), "--"]);
        let ran = process::run(&git).map_err(|error| local("start git", &error))?;
        if !ran.success {
            let text = format!("could not see what a gate changed: {}", ran.complaint());
            return Err(nothing_happened(TroubleKind::Local, text));
        }
        let mut git = process::git(self.repository);
        git.args(&["rev-parse", "HEAD"]);
        let head = process::run(&git).map_err(|error| local("start git", &error))?;
        let head = head.stdout.trim().to_owned();
        let moved = (head != self.commit.as_str()).then(|| format!("HEAD, now {head}"));
        let paths = ran.stdout.split('\0').filter(|path| !path.is_empty()).map(str::to_owned);
        Ok(paths.chain(moved).collect())
    }
}
