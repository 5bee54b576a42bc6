//! Errors of the other modules as failures, with the exit code each has.

use super::refused::cargo_refused;
use crate::failure::Failure;
use crate::journal::{HomeError, Run, RunId};
use crate::observe::ObserveError;
use crate::registry::RegistryError;
use cargo_orchestrate::decide::DecideError;
use cargo_orchestrate::facts::metadata::FactsError;
use cargo_orchestrate::manifest::SyntaxError;
use cargo_orchestrate::model::PackageName;
use cargo_orchestrate::plan::{Finding, Location, Plan, PlanError};
use cargo_orchestrate::policy::{NoteWeight, Place, PolicyError, PolicyNote};
use cargo_orchestrate::wire::{ExitCode, parse_plan};

impl From<ObserveError> for Failure {
    fn from(error: ObserveError) -> Self {
        let failure = |code, error: ObserveError| Self::new(code, error.to_string());
        match error {
            ObserveError::Cargo(said) => cargo_refused(&said),
            ObserveError::CargoAnswer(source) => {
                Self::new(ExitCode::Metadata, "could not ask `cargo metadata`").because(source)
            }
            error @ ObserveError::TooManyMembers { .. } => failure(ExitCode::Metadata, error)
                .now("what `members` of the root manifest names is more than it was meant to")
                .next(
                    "cargo metadata --no-deps --format-version 1",
                    "shows what Cargo takes for members",
                ),
            error @ ObserveError::CargoWithoutEnd => failure(ExitCode::Metadata, error)
                .now("it was ended after five minutes, or after 512 MiB of what it said")
                .next("cargo metadata --no-deps --format-version 1", "shows what it does"),
            error @ ObserveError::NoWorkspace(_) => failure(ExitCode::SetUp, error)
                .next("cargo orchestrate -C FOLDER plan", "works in another folder"),
            error @ ObserveError::NoRepository(_) => failure(ExitCode::SetUp, error)
                .next("git init && git add -A && git commit", "makes one"),
            error @ ObserveError::NotOwned(_) => failure(ExitCode::SetUp, error)
                .next("git config --global --add safe.directory FOLDER", "trusts it"),
            error @ ObserveError::NoCommits(_) => {
                failure(ExitCode::SetUp, error).next("git commit", "makes the first one")
            }
            ObserveError::Facts(FactsError::Syntax(error)) => return syntax(error),
            ObserveError::Pattern { package, at: Some(place), source } => {
                let (at, line) = *place;
                let length = source.pattern.chars().count() + 2;
                Self::set_up(format!("could not tell which files of `{package}` are packed"))
                    .at(at, line, length, "no pattern")
                    .because(source)
            }
            ObserveError::NotParted { ref source, .. }
            | ObserveError::NoRevision { ref source, .. } => {
                let why = source.message().to_owned();
                failure(ExitCode::SetUp, error).because(why).next(
                    "git fetch origin",
                    "brings what the remote has; in a shallow clone with `--unshallow`",
                )
            }
            error if error.is_of_missing_object() => {
                let source = std::error::Error::source(&error).map(ToString::to_string);
                failure(ExitCode::SetUp, error)
                    .because(source.unwrap_or_default())
                    .now("this clone lacks objects of its history, as partial clones do")
                    .next("git fetch --refetch --no-filter", "fetches the whole history once")
            }
            error => {
                let text = error.to_string();
                match std::error::Error::source(&error).map(ToString::to_string) {
                    Some(source) => Self::set_up(text).because(source),
                    None => Self::set_up(text),
                }
            }
        }
        .now("nothing was changed")
    }
}

impl From<RegistryError> for Failure {
    fn from(error: RegistryError) -> Self {
        Self::set_up("could not read Cargo's configuration").because(error)
    }
}

impl From<HomeError> for Failure {
    fn from(error: HomeError) -> Self {
        match error {
            HomeError::Locked { .. } => Self::refused(error.to_string()),
            error => Self::set_up("could not use the memory of earlier runs").because(error),
        }
    }
}

impl From<PlanError> for Failure {
    fn from(error: PlanError) -> Self {
        match error {
            PlanError::Decide(DecideError::UnknownPackage { name, nearest, members }) => {
                let members: Vec<&str> = members.iter().map(PackageName::as_str).collect();
                Self::no_package(name.as_str(), nearest.as_deref(), &members)
            }
            PlanError::Manifest(error) => syntax(error),
            PlanError::Lockfile(error) => Self::set_up("could not read `Cargo.lock`")
                .because(error)
                .now("nothing was changed")
                .next("cargo generate-lockfile", "makes it anew"),
        }
    }
}

fn syntax(error: SyntaxError) -> Failure {
    let at = Location { file: error.file, line: error.line, column: error.column };
    Failure::new(ExitCode::Metadata, format!("cannot read the workspace: {}", error.message))
        .at(at, error.excerpt, 0, "")
        .now("nothing was changed")
}

impl From<PolicyError> for Failure {
    fn from(error: PolicyError) -> Self {
        let text = format!("cannot read the configuration: {}", error.message);
        let Place { file, line, column, excerpt } = error.place;
        Self::set_up(text)
            .at(Location { file, line, column }, excerpt, 0, "")
            .now("nothing was changed")
    }
}

/// A remark of the configuration's reader as a finding.
pub(super) fn remark(note: PolicyNote) -> Finding {
    let Place { file, line, column, .. } = note.place;
    let finding = match note.weight {
        NoteWeight::WithoutEffect => Finding::warning("configuration", note.text),
        NoteWeight::Conflict => Finding::error("configuration-conflict", note.text),
    };
    let mut finding = finding.at(Location { file, line, column });
    if let Some(package) = &note.package {
        finding = finding.about(package);
    }
    match note.hint {
        Some(hint) => finding.hint(hint),
        None => finding,
    }
}

/// The plan that a release was begun with.
pub(super) fn stored_plan(run: &Run) -> Result<Plan, Failure> {
    parse_plan(&run.document).map_err(|error| {
        Failure::set_up(format!("the kept plan of release {} cannot be read", run.id))
            .because(error)
    })
}

/// A release cannot begin while a rollback is not finished.
pub(super) fn unfinished_rollback(run: &Run) -> Failure {
    Failure::refused(format!("the rollback {} is not finished", run.id))
        .next("cargo orchestrate yank-rollback", "finishes it")
}

/// Another release is under way than the one asked for.
pub(super) fn another_release(run: &RunId) -> Failure {
    Failure::refused(format!("release {run} is under way, and it has another plan"))
        .next("cargo orchestrate publish", "finishes it")
        .next("cargo orchestrate publish --abandon", "gives it up")
}
