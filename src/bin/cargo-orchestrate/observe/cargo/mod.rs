//! What Cargo says of the workspace: `cargo metadata --no-deps`.
//!
//! A large workspace takes Cargo longer than all of the rest takes us, so its answer is kept
//! (`kept.rs`) for as long as nothing changed that it read (`ground.rs`).

mod ground;
mod kept;

use super::ObserveError;
use super::limits::MOST_MEMBERS;
use crate::effects::child::{self, Bounds, Group};
use crate::effects::process::credential_variables;
use cargo_metadata::{
    Error, Metadata, MetadataCommand,
    camino::{Utf8Path, Utf8PathBuf},
};
use kept::Kept;
use std::collections::HashMap;
use std::path::Path;
use std::time::{Duration, SystemTime};

/// What Cargo may take and say: it reads manifests and nothing else.
const BOUNDS: Bounds = Bounds { time: Duration::from_mins(5), bytes: 512 << 20 };

/// What Cargo says of the workspace of `manifest` when it is started in `directory`. All paths have
/// their symlinks resolved. `kept` is the folder in which answers are kept, where an earlier one may
/// be good enough.
///
/// Runs `cargo metadata --no-deps`, which neither resolves dependencies nor runs programs that the
/// workspace names; or nothing, where the answer is known.
///
/// # Errors
/// [`ObserveError::Cargo`] with Cargo's words when it refuses the workspace, and
/// [`ObserveError::CargoAnswer`] when it cannot be run or understood.
pub(super) fn ask(
    directory: &Path,
    manifest: &Path,
    kept: Option<&Path>,
) -> Result<Metadata, ObserveError> {
    let kept = kept.and_then(|folder| Kept::of(folder, directory, manifest));
    if let Some(metadata) = kept.as_ref().and_then(Kept::read) {
        return Ok(with_real_paths(metadata));
    }
    let began = SystemTime::now();
    let answer = answer(directory, manifest)?;
    let metadata = MetadataCommand::parse(&answer).map_err(ObserveError::CargoAnswer)?;
    few(metadata.packages.len())?;
    if let Some(kept) = kept {
        kept.write(&answer, &metadata, began);
    }
    Ok(with_real_paths(metadata))
}

/// Cargo's answer as it gave it.
fn answer(directory: &Path, manifest: &Path) -> Result<String, ObserveError> {
    let mut command = MetadataCommand::new();
    // Cargo reads its configuration from where it is started, and names files seen from there.
    command.manifest_path(manifest).current_dir(directory).no_deps();
    command.env("CARGO_TERM_COLOR", "never");
    for variable in credential_variables() {
        command.env_remove(variable);
    }
    let output = child::bounded(command.cargo_command(), Group::Ours, BOUNDS)
        .map_err(|error| ObserveError::CargoAnswer(error.into()))?
        .ok_or(ObserveError::CargoWithoutEnd)?;
    if !output.status.success() {
        let said = String::from_utf8_lossy(&output.stderr);
        return Err(ObserveError::Cargo(said.trim_end().to_owned()));
    }
    let text = std::str::from_utf8(&output.stdout)
        .map_err(|error| ObserveError::CargoAnswer(error.into()))?;
    let answer = text.lines().find(|line| line.starts_with('{')).map(str::to_owned);
    answer.ok_or(ObserveError::CargoAnswer(Error::NoJson))
}

fn few(count: usize) -> Result<(), ObserveError> {
    if count > MOST_MEMBERS { Err(ObserveError::TooManyMembers { count }) } else { Ok(()) }
}

fn with_real_paths(mut metadata: Metadata) -> Metadata {
    let mut known: HashMap<Utf8PathBuf, Utf8PathBuf> = HashMap::new();
    let mut resolve = |path: &mut Utf8PathBuf| {
        if let Some(resolved) = resolved(path, &mut known) {
            *path = resolved;
        }
    };
    resolve(&mut metadata.workspace_root);
    for package in &mut metadata.packages {
        let mut folder = package.manifest_path.clone();
        folder.pop();
        resolve(&mut folder);
        package.manifest_path = folder.join("Cargo.toml");
    }
    metadata
}

/// A folder with its symlinks resolved. The members mostly lie side by side, so that only their last
/// parts are new.
fn resolved(path: &Utf8Path, known: &mut HashMap<Utf8PathBuf, Utf8PathBuf>) -> Option<Utf8PathBuf> {
    if let Some(found) = known.get(path) {
        return Some(found.clone());
    }
    let plain = path.symlink_metadata().is_ok_and(|it| it.is_dir()) && path.file_name().is_some();
    let found = match path.parent().filter(|_| plain) {
        Some(above) => resolved(above, known)?.join(path.file_name()?),
        None => path.canonicalize_utf8().ok()?,
    };
    known.insert(path.to_owned(), found.clone());
    Some(found)
}

#[test]
fn more_members_than_can_be_meant_are_refused() {
    assert!(few(MOST_MEMBERS).is_ok());
    let error = few(MOST_MEMBERS + 1).expect_err("one too many");
    let text = "the workspace has 20001 members, and no more than 20000 are read";
    assert_eq!(error.to_string(), text);
}
