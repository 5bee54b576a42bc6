//! `plan --fix`: takes the version from dev-dependencies that keep packages from being published.

use super::session::{Session, Site};
use super::{trial, words};
use crate::cli::{Global, MessageFormat};
use crate::effects::Files;
use crate::failure::Failure;
use crate::observe::git::{self, Ask};
use crate::ui::{self, Screen};
use cargo_orchestrate::manifest::{TextEdit, apply};
use cargo_orchestrate::model::{Digest, RelPath};
use cargo_orchestrate::plan::{self, EditKind, FileEdit, Fix};
use cargo_orchestrate::wire::{ExitCode, FixDocument, FixedEntry, RunKind};
use std::collections::BTreeMap;

/// Edits the manifests in the working tree: all of them or none, and commits nothing.
pub(super) fn run(global: &Global, screen: &Screen) -> Result<ExitCode, Failure> {
    let session = Session::open(&Site::from(global))?;
    let _lock = session.home.lock()?;
    refuse_unfinished(&session)?;
    let fixes = plan::fixes(&session.workspace, &session.manifests)?;
    let document = FixDocument { fixed: fixes.iter().map(entry).collect() };
    if fixes.is_empty() {
        return match screen.format {
            MessageFormat::Json => screen.line(&document.to_json()),
            MessageFormat::Human => screen.print(NOTHING),
        }
        .map(|()| ExitCode::Done);
    }
    refuse_what_is_left_to_people(&fixes)?;
    let files = files(&session, &fixes);
    refuse_uncommitted(&session, &files)?;
    let contents = files.iter().map(|(file, text)| (file.path.clone(), Some(text.clone())));
    trial::of_contents(&session, &contents.collect())?;
    let files: Vec<FileEdit> = files.into_iter().map(|(file, _)| file).collect();
    write(&session, &files)?;
    match screen.format {
        MessageFormat::Json => screen.line(&document.to_json())?,
        MessageFormat::Human => {
            screen.print(&ui::fix_view(&document.fixed, &global.place(), screen.out))?;
        }
    }
    Ok(ExitCode::Done)
}

const NOTHING: &str =
    "  nothing to fix: no dev-dependency with a version keeps a package from being published\n";

/// An unfinished run knows the manifests as they are.
fn refuse_unfinished(session: &Session) -> Result<(), Failure> {
    match session.home.runs()?.into_iter().rfind(|run| run.state.ended.is_none()) {
        Some(run) if run.kind == RunKind::Rollback => Err(words::unfinished_rollback(&run)),
        Some(run) => Err(words::another_release(&run.id)),
        None => Ok(()),
    }
}

fn refuse_what_is_left_to_people(fixes: &[Fix]) -> Result<(), Failure> {
    let left: Vec<&Fix> = fixes.iter().filter(|fix| fix.edits.is_err()).collect();
    if left.is_empty() {
        return Ok(());
    }
    let count = ui::text::count(left.len(), "dev-dependency");
    let failure = Failure::refused(format!("{count} must be edited by hand first"));
    Err(left.iter().fold(failure, |failure, fix| failure.fact("edit", fix.words())))
}

/// The edits by file, with the text each file will have.
fn files(session: &Session, fixes: &[Fix]) -> Vec<(FileEdit, String)> {
    let mut by_file: BTreeMap<&RelPath, Vec<TextEdit>> = BTreeMap::new();
    for fix in fixes {
        by_file.entry(&fix.file).or_default().extend(fix.edits.iter().flatten().cloned());
    }
    let edit = |(path, mut edits): (&RelPath, Vec<TextEdit>)| {
        edits.sort_by_key(|edit| edit.start);
        let text = &session.manifests[path];
        let new = apply(text, &edits).expect("edits of different entries do not overlap");
        let (before, after) = (Digest::of(text.as_bytes()), Digest::of(new.as_bytes()));
        (
            FileEdit {
                path: path.clone(),
                before,
                after,
                tracked: true,
                kind: EditKind::Change,
                edits,
            },
            new,
        )
    };
    by_file.into_iter().map(edit).collect()
}

/// What a person was working on is not mixed with edits of ours.
fn refuse_uncommitted(session: &Session, files: &[(FileEdit, String)]) -> Result<(), Failure> {
    let state = git::repository(&session.checkout, Ask::NoRemote)?;
    let is_dirty = |path: &RelPath| {
        let mut all = state.dirty.iter().chain(&state.untracked);
        all.any(|it| it == path || path.below(it).is_some())
    };
    let touched: Vec<String> = files
        .iter()
        .filter(|(file, _)| is_dirty(&file.path))
        .map(|(file, _)| format!("`{}`", file.path))
        .collect();
    if touched.is_empty() {
        return Ok(());
    }
    let text = format!("these manifests have edits that are not committed: {}", touched.join(", "));
    Err(Failure::refused(text)
        .next("git commit", "keeps your edits")
        .next("cargo orchestrate plan --fix", "edits then"))
}

fn write(session: &Session, files: &[FileEdit]) -> Result<(), Failure> {
    let kept = session.home.scratch()?;
    let target =
        Files { repository: &session.checkout.repository_root, backups: kept.path().to_owned() };
    let Err((_, trouble)) = target.write(files) else { return Ok(()) };
    let failure = Failure::set_up("could not edit the manifests").fact("because", trouble.text);
    Err(match target.undo(files) {
        Ok(()) => failure.now("nothing was changed"),
        Err(trouble) => failure
            .fact("and", trouble.text)
            .next("git checkout -- '*Cargo.toml'", "brings the committed manifests back"),
    })
}

fn entry(fix: &Fix) -> FixedEntry {
    FixedEntry {
        package: fix.package.clone(),
        to: fix.to.clone(),
        file: fix.file.clone(),
        line: fix.line,
        before: fix.before.clone(),
        after: fix.after.clone(),
    }
}
