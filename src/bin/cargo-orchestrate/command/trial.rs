//! Trying the edits of a plan in a shadow copy, before anything real is touched.

use super::session::Session;
use crate::effects::process::Cargo;
use crate::effects::shadow::{Kept, Refusal, Trial};
use crate::failure::Failure;
use cargo_orchestrate::model::RelPath;
use cargo_orchestrate::plan::{Action, EditKind, FileEdit, Step};
use std::collections::BTreeMap;

/// Has Cargo resolve the workspace as it will be when the files of these steps are written.
///
/// Done once for a run, before its journal begins; a run that is taken up again was tried.
///
/// # Errors
/// When Cargo refuses it (97), and when it cannot be asked (96). Nothing was changed then.
pub(super) fn of_steps(session: &Session, steps: &[Step]) -> Result<(), Failure> {
    let files = steps.iter().filter_map(|step| match &step.action {
        Action::WriteFiles { files } => Some(files),
        _ => None,
    });
    let contents: BTreeMap<RelPath, Option<String>> =
        files.flatten().map(|file| new_text(session, file)).collect::<Result<_, _>>()?;
    if contents.is_empty() {
        return Ok(());
    }
    of_contents(session, &contents)
}

/// The same with the new contents of files, by their paths in the repository.
pub(super) fn of_contents(
    session: &Session,
    contents: &BTreeMap<RelPath, Option<String>>,
) -> Result<(), Failure> {
    let folder = session.home.scratch()?;
    let lockfile = session.checkout.lockfile()?;
    let kept = |tracked| if tracked { Kept::Tracked } else { Kept::Untracked };
    let trial = Trial {
        repository: &session.checkout.repository_root,
        workspace: &session.checkout.workspace_root,
        folder: folder.path(),
        lockfile: lockfile.as_ref().map(|it| (&it.path, it.text.as_str(), kept(it.tracked))),
        cargo: Cargo { environment: &session.environment },
        network: session.registries.offline().is_none(),
    };
    match trial.of(contents) {
        Ok(Ok(())) => Ok(()),
        Ok(Err(refusal)) => Err(refused(&refusal)),
        Err(error) => {
            Err(Failure::set_up("could not try the edits in a shadow copy").because(error))
        }
    }
}

fn new_text(session: &Session, file: &FileEdit) -> Result<(RelPath, Option<String>), Failure> {
    let path = session.checkout.repository_root.join(file.path.as_str());
    let doing = format!("could not read `{}`", file.path);
    let old = match file.kind {
        EditKind::Create => String::new(),
        EditKind::Change | EditKind::Remove => {
            std::fs::read_to_string(path).map_err(|error| Failure::set_up(doing).because(error))?
        }
    };
    let new = file.outcome(&old).map_err(|error| {
        Failure::refused(format!("`{}` is not what the plan was made for", file.path))
            .because(error)
    })?;
    Ok((file.path.clone(), new))
}

fn refused(refusal: &Refusal) -> Failure {
    let failure = Failure::refused("Cargo refuses the workspace as it would be after the edits");
    let lines = refusal.said.lines().map(str::trim_end).filter(|line| !line.trim().is_empty());
    lines.fold(failure, |failure, line| failure.fact("cargo", line.trim_start_matches("error: ")))
}
