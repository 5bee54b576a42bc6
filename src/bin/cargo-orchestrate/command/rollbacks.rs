//! What the journal's rollbacks took back.

use crate::failure::Failure;
use crate::journal::Run;
use cargo_orchestrate::facts::{PinStanding, Pinned, PinnedDownstream};
use cargo_orchestrate::plan::{Action, Upload, Yank};
use cargo_orchestrate::rollback::{Direction, Rollback};
use cargo_orchestrate::run::Ending;
use cargo_orchestrate::wire::{RunKind, parse_plan, parse_rollback};
use std::collections::BTreeSet;

/// The rollback that a run carries out.
pub(super) fn stored(run: &Run) -> Result<Rollback, Failure> {
    parse_rollback(&run.document).map_err(|error| {
        Failure::set_up(format!("the kept plan of rollback {} cannot be read", run.id))
            .because(error)
    })
}

/// The versions that were yanked by us and not given back since.
pub(super) fn taken_back(runs: &[Run]) -> Result<BTreeSet<Upload>, Failure> {
    let mut yanked = BTreeSet::new();
    for run in runs.iter().filter(|run| run.kind == RunKind::Rollback) {
        for step in stored(run)?.steps {
            match step.action {
                Action::Yank(Yank { upload, .. }) if run.state.step(&step.id).attempts > 0 => {
                    yanked.insert(upload);
                }
                Action::Unyank(upload) if run.state.is_done(&step.id) => {
                    yanked.remove(&upload);
                }
                _ => {}
            }
        }
    }
    Ok(yanked)
}

/// What rollbacks pinned, whether it stands still or not.
pub(super) fn pins(runs: &[Run]) -> Vec<Pinned> {
    let rollbacks = runs.iter().filter(|run| run.kind == RunKind::Rollback);
    let pinned = rollbacks.filter_map(|run| {
        // One that cannot be read keeps nobody from planning.
        let rollback = stored(run).ok().filter(|it| it.direction == Direction::Rollback)?;
        Some(rollback.pins.into_iter().map(|pin| Pinned { rollback: run.id.0.clone(), pin }))
    });
    pinned.flatten().collect()
}

/// What rollbacks pinned in repositories downstream, and no later run lifted; nobody looked there.
pub(super) fn pinned_downstream(runs: &[Run]) -> Vec<PinnedDownstream> {
    let mut pinned: Vec<PinnedDownstream> = Vec::new();
    for run in runs.iter().filter(|run| run.kind == RunKind::Rollback) {
        // One that cannot be read keeps nobody from planning.
        let Ok(rollback) = stored(run) else { continue };
        for step in rollback.steps {
            if run.state.is_done(&step.id) {
                pinned.retain(|it| {
                    PinnedDownstream::lifted_by(&it.edit.repository, &it.edit.branch) != step.id
                });
            }
            let made = run.state.branch_made(&step.id).cloned();
            if let (
                Direction::Rollback,
                Action::EditDownstream { edit, push: is_pushed },
                Some(commit),
            ) = (rollback.direction, step.action, made)
            {
                let standing = PinStanding::Offered;
                let rollback = run.id.0.clone();
                pinned.push(PinnedDownstream { rollback, edit, commit, is_pushed, standing });
            }
        }
    }
    pinned
}

/// What a finished release replaces, if that was not yanked yet.
pub(super) fn open_hotfix(runs: &[Run]) -> Option<String> {
    let is_hotfix = |run: &&Run| {
        let is_release = run.kind == RunKind::Release && run.state.ended == Some(Ending::Done);
        is_release && run.document.contains("\"hotfix-of\"")
    };
    let of = parse_plan(&runs.iter().rfind(is_hotfix)?.document).ok()?.hotfix_of?;
    let rollbacks = runs.iter().filter(|run| run.kind == RunKind::Rollback);
    let is_of_it = |run: &Run| stored(run).is_ok_and(|rollback| rollback.of == of);
    (!rollbacks.into_iter().any(is_of_it)).then_some(of)
}
