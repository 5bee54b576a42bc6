//! What Cargo says of the workspace: `cargo metadata --no-deps`.
//!
//! A large workspace takes Cargo longer than all of the rest takes us, so its answer is kept
//! (`kept.rs`) for as long as nothing changed that it read (`ground.rs`).

mod ground;
mod kept;

use super::ObserveError;
use crate::effects::process::credential_variables;
use cargo_metadata::{
    Error, Metadata, MetadataCommand,
    camino::{Utf8Path, Utf8PathBuf},
};
use kept::Kept;
use std::collections::HashMap;
use std::path::Path;
use std::time::SystemTime;

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
    let answer = answer(directory, manifest).map_err(|error| match error {
        Error::CargoMetadata { stderr } => ObserveError::Cargo(stderr.trim_end().to_owned()),
        other => ObserveError::CargoAnswer(other),
    })?;
    let metadata = MetadataCommand::parse(&answer).map_err(ObserveError::CargoAnswer)?;
    if let Some(kept) = kept {
        kept.write(&answer, &metadata, began);
    }
    Ok(with_real_paths(metadata))
}

/// Cargo's answer as it gave it.
fn answer(directory: &Path, manifest: &Path) -> Result<String, Error> {
    let mut command = MetadataCommand::new();
    // Cargo reads its configuration from where it is started, and names files seen from there.
    command.manifest_path(manifest).current_dir(directory).no_deps();
    command.env("CARGO_TERM_COLOR", "never");
    for variable in credential_variables() {
        command.env_remove(variable);
    }
    let output = command.cargo_command().output()?;
    if !output.status.success() {
        return Err(Error::CargoMetadata { stderr: String::from_utf8(output.stderr)? });
    }
    let text = String::from_utf8(output.stdout)?;
    text.lines().find(|line| line.starts_with('{')).map(str::to_owned).ok_or(Error::NoJson)
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
