//! `impact --bump` and `--pin`: the edits downstream, on branches of their own.

use super::downstream::reached;
use super::session::Session;
use crate::cli::Push;
use crate::effects::downstream::{Reached, Standing, Writable};
use crate::failure::Failure;
use crate::ui::Screen;
use crate::ui::text::{count, plain};
use cargo_orchestrate::downstream::RepositoryImpact;
use cargo_orchestrate::facts::RepositoryEdit;
use cargo_orchestrate::wire::{EditedRepository, ExitCode};

/// An edit with the repository that it is for.
struct Target<'a> {
    at: Reached<'a>,
    writable: Writable,
    standing: Standing,
    edit: RepositoryEdit,
}

/// Makes the branches, and pushes them where that is asked. What is in the way of one is told before
/// anything is done, together with all else.
pub(super) fn carry_out(
    session: &Session,
    decided: Vec<Result<RepositoryEdit, (String, String)>>,
    impacts: &[RepositoryImpact],
    push: Push,
    screen: &Screen,
) -> Result<(Vec<EditedRepository>, Vec<String>), Failure> {
    let mut in_the_way: Vec<(String, String)> =
        impacts.iter().filter_map(|it| Some((it.name.clone(), it.trouble.clone()?))).collect();
    let mut targets = Vec::new();
    for decided in decided {
        let target = decided.and_then(|edit| {
            let name = edit.repository.clone();
            target(session, edit, impacts, push).map_err(|why| (name, why))
        });
        match target {
            Ok(target) => targets.push(target),
            Err(trouble) => in_the_way.push(trouble),
        }
    }
    if !in_the_way.is_empty() {
        let failure = Failure::refused("repositories downstream cannot be edited");
        return Err(in_the_way.iter().fold(failure, |it, (name, why)| it.fact(&plain(name), why)));
    }
    let mut done = Vec::new();
    let mut failed = Vec::new();
    for target in targets {
        let (edited, trouble) = one(target, push, screen);
        failed.extend(trouble);
        done.push(edited);
    }
    Ok((done, failed))
}

/// Opens a repository that can take its edits.
fn target<'a>(
    session: &'a Session,
    edit: RepositoryEdit,
    impacts: &[RepositoryImpact],
    push: Push,
) -> Result<Target<'a>, String> {
    let mut all = session.policy.downstream.iter();
    let repository =
        all.find(|it| it.name == edit.repository).ok_or("the configuration does not name it")?;
    let dirty = impacts.iter().find(|it| it.name == edit.repository).map(|it| &it.dirty);
    if let Some(first) = dirty.and_then(|dirty| dirty.first()) {
        return Err(format!("it has changes that are not committed, as in `{first}`"));
    }
    let at = reached(session, repository);
    if push == Push::ToRemote {
        at.refresh(&edit.branch);
    }
    let writable = Writable::open(&at.folder())?;
    let standing = writable.standing(&edit)?;
    if let Standing::Foreign(oid) = &standing {
        let stands = oid.short(10);
        return Err(format!("its branch `{}` is somebody else's, at {stands}", edit.branch));
    }
    Ok(Target { at, writable, standing, edit })
}

fn one(target: Target<'_>, push: Push, screen: &Screen) -> (EditedRepository, Option<String>) {
    let Target { at, writable, standing, edit } = target;
    let name = plain(&at.repository.name);
    let mut edited = EditedRepository::new(edit);
    let (commit, state) = match standing {
        Standing::Ours(oid) => (Ok(oid), "there"),
        _ => (writable.write(&edited.edit), "made"),
    };
    let branch = &edited.edit.branch;
    match commit {
        Ok(commit) => {
            let requirements = count(edited.edit.requirements.len(), "requirement");
            let was = if state == "there" { ", which was there" } else { "" };
            let stands = commit.short(10);
            screen.status("Edited", &format!("{name}: {requirements} on {branch} ({stands}){was}"));
            edited.commit = Some(commit);
            edited.state = state;
        }
        Err(why) => {
            edited.trouble = Some(why.clone());
            return (edited, Some(format!("{name}: {why}")));
        }
    }
    if push == Push::Nothing {
        return (edited, None);
    }
    match at.push(&writable, branch) {
        Ok(()) => {
            screen.status("Pushed", &format!("{name}: {branch}"));
            edited.pushed = true;
            (edited, None)
        }
        Err(why) => {
            edited.trouble = Some(why.clone());
            (edited, Some(format!("{name}: {why}")))
        }
    }
}

/// That some were not done; what was done stays, and is found again.
pub(super) fn stopped(failed: Vec<String>) -> Failure {
    let text = match failed.len() {
        1 => "the branch of 1 repository was not made or pushed".to_owned(),
        number => format!("the branches of {number} repositories were not made or pushed"),
    };
    let failure = Failure::new(ExitCode::Resumable, text);
    let failure = failed.into_iter().fold(failure, Failure::now);
    failure.next("the same command", "goes on; what was made is found again")
}
