//! A rollback that is not finished, and a command that may mean it: to go on with, or to give back
//! as far as it got.

use super::yank_rollback::COMMAND;
use crate::cli::RollbackTarget;
use crate::failure::Failure;
use crate::journal::Run;
use cargo_orchestrate::plan::{Action, Step, StepId};
use cargo_orchestrate::rollback::{Direction, Item, Rollback};
use cargo_orchestrate::run::RunState;
use std::collections::BTreeSet;

/// What a command wants of a rollback that is not finished.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Wanted {
    GoOn,
    /// It is not to be finished, and what it took is to come back.
    GiveBack,
}

/// Says which of the two is asked for.
///
/// # Errors
/// When something else is: nothing else begins before this one has ended.
pub(super) fn wanted(
    run: &Run,
    rollback: &Rollback,
    target: &RollbackTarget,
) -> Result<Wanted, Failure> {
    let is_it = |id: &Option<String>, it: &str| id.as_deref().is_none_or(|id| id == it);
    let takes = rollback.direction == Direction::Rollback;
    let is_meant = match target {
        RollbackTarget::Undo(id) if takes && is_it(id, &run.id.0) => {
            return half_way(run, rollback).map_or(Ok(Wanted::GiveBack), Err);
        }
        RollbackTarget::Release(None) => true,
        RollbackTarget::Release(Some(id)) => takes && (rollback.of == *id || !is_run(id)),
        RollbackTarget::Versions(asked) => {
            let has = |(name, version): &(_, _)| {
                let is_same =
                    |it: &Item| it.upload.package == *name && it.upload.version == *version;
                rollback.items.iter().any(is_same)
            };
            takes && asked.iter().all(has)
        }
        RollbackTarget::Since(_) => takes,
        RollbackTarget::Undo(id) => {
            rollback.direction == Direction::Undo && is_it(id, &rollback.of)
        }
        RollbackTarget::Unpin(_) => rollback.direction == Direction::Unpin,
    };
    if is_meant { Ok(Wanted::GoOn) } else { Err(in_the_way(run, rollback)) }
}

/// Whether this looks like the name of a run: `20261126T223237Z-ae938f25`, and no tag.
fn is_run(id: &str) -> bool {
    let digits = |text: &str| text.len() == 8 && text.bytes().all(|byte| byte.is_ascii_digit());
    id.split_once('T').is_some_and(|(day, _)| digits(day))
}

fn in_the_way(run: &Run, rollback: &Rollback) -> Failure {
    let what = match rollback.direction {
        Direction::Rollback => "rollback",
        Direction::Undo => "undo",
        Direction::Unpin => "lifting of pins",
    };
    let failure = Failure::refused(format!("the {what} {} is not finished", run.id))
        .next(COMMAND, "goes on with it");
    if rollback.direction == Direction::Rollback {
        return failure.next(format!("{COMMAND} --undo {}", run.id), "gives back what it took");
    }
    failure
}

/// Why it cannot be given back from where it stands: its commit, or an edit elsewhere, was begun and
/// is not done.
fn half_way(run: &Run, rollback: &Rollback) -> Option<Failure> {
    let turns =
        |step: &&Step| matches!(step.action, Action::Yank(_) | Action::ProveResolution { .. });
    let others = || rollback.steps.iter().filter(|step| !turns(step));
    let is_begun = others().any(|step| run.state.step(&step.id).attempts > 0);
    let open = others().find(|step| !run.state.is_done(&step.id)).filter(|_| is_begun)?;
    let text = format!("rollback {} stands between yanks and commit, at `{}`", run.id, open.id);
    Some(
        Failure::refused(text)
            .next(COMMAND, "finishes it")
            .next(format!("{COMMAND} --undo {}", run.id), "gives it back then"),
    )
}

/// The part of a rollback that was begun.
pub(super) fn begun(rollback: Rollback, state: &RunState) -> Rollback {
    let is_begun = |step: &Step| state.step(&step.id).attempts > 0;
    let steps: Vec<Step> = rollback.steps.into_iter().filter(is_begun).collect();
    let ids: BTreeSet<&StepId> = steps.iter().map(|step| &step.id).collect();
    let is_taken = |item: &Item| ids.contains(&rollback_id(item));
    let items = rollback.items.into_iter().filter(is_taken).collect();
    Rollback { items, steps, ..rollback }
}

fn rollback_id(item: &Item) -> StepId {
    StepId(format!("yank:{}@{}", item.upload.package, item.upload.version))
}

#[cfg(test)]
mod tests {
    use super::is_run;

    #[test]
    fn names_of_runs_are_told_from_tags() {
        for (id, expected) in [
            ("20261126T223237Z-ae938f25", true),
            ("20261126T223237Z-ae938f25-2", true),
            ("v1.0.0", false),
            ("20261126", false),
            ("lib1-v0.2.0", false),
            ("Tool-v1.0.0", false),
        ] {
            assert_eq!(is_run(id), expected, "{id}");
        }
    }
}
