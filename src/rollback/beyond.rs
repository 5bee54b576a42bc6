//! Repositories downstream: who there uses what is taken back, pins on branches of their own, and
//! the end of those pins.

use super::reach::Reach;
use super::{DownstreamWish, Wish};
use crate::downstream::edits;
use crate::facts::{EditWish, Facts, PinStanding, PinnedDownstream, RepositoryEdit};
use crate::plan::{Action, Finding, Step, StepId};
use crate::policy::{DownstreamSource, Policy};

/// The steps that pin repositories downstream at the last good versions, each when all in `needs`
/// is done; `of` names what is taken back. Whoever cannot be pinned keeps nobody from taking a release back: that is a warning.
pub(super) fn pins(
    reach: &Reach,
    facts: &Facts,
    policy: &Policy,
    wish: &Wish,
    (of, needs): (&str, &[StepId]),
    findings: &mut Vec<Finding>,
) -> Vec<Step> {
    if wish.downstream == DownstreamWish::Leave {
        return Vec::new();
    }
    let mut steps = Vec::new();
    for decided in edits(EditWish::Pin, &reach.impacts, &reach.outlook, facts) {
        let edit = match decided.and_then(|edit| fits(edit, reach, policy, wish.downstream)) {
            Ok(edit) => edit,
            Err((name, why)) => {
                let text = format!("`{name}` is not pinned: {why}");
                let hint =
                    format!("cargo orchestrate impact --rollback {of} --pin    pins it later");
                findings.push(Finding::warning("downstream-not-pinned", text).hint(hint));
                continue;
            }
        };
        let push = is_pushed(policy, &edit.repository, wish.downstream);
        steps.push(Step {
            id: StepId(format!("pin:{}", edit.repository)),
            action: Action::EditDownstream { edit, push },
            needs: needs.to_vec(),
        });
    }
    steps
}

/// The edit, unless something is in its way.
fn fits(
    edit: RepositoryEdit,
    reach: &Reach,
    policy: &Policy,
    wish: DownstreamWish,
) -> Result<RepositoryEdit, (String, String)> {
    let name = edit.repository.clone();
    let told = reach.impacts.iter().find(|it| it.name == name);
    if let Some(first) = told.and_then(|it| it.dirty.first()) {
        return Err((name, format!("it has changes that are not committed, as in `{first}`")));
    }
    if wish == DownstreamWish::Unpushed && is_elsewhere(policy, &name) {
        return Err((name, "its branch belongs on the remote, and nothing is pushed".to_owned()));
    }
    Ok(edit)
}

fn is_elsewhere(policy: &Policy, name: &str) -> bool {
    let named = policy.downstream.iter().find(|it| it.name == name);
    named.is_some_and(|it| matches!(it.source, DownstreamSource::Git { .. }))
}

/// Whether the branch in this repository is pushed. In one that is named by its address there is
/// nobody who could do that later.
fn is_pushed(policy: &Policy, name: &str, wish: DownstreamWish) -> bool {
    match wish {
        DownstreamWish::Leave | DownstreamWish::Unpushed => false,
        DownstreamWish::AsNamed => is_elsewhere(policy, name),
        DownstreamWish::Pushed => true,
    }
}

/// The steps that lift pins downstream: where they were taken up, a branch with the requirements
/// as they were; where not, their branch goes, unless somebody added to it.
pub(super) fn lifts<'f>(
    pinned: impl IntoIterator<Item = &'f PinnedDownstream>,
    wish: DownstreamWish,
    needs: &[StepId],
    findings: &mut Vec<Finding>,
) -> Vec<Step> {
    let mut steps = Vec::new();
    for it in pinned {
        if wish == DownstreamWish::Leave {
            continue;
        }
        let RepositoryEdit { repository, branch, .. } = &it.edit;
        let mut stays = |why: &str| {
            let text = format!("`{repository}` stays pinned: {why}");
            findings.push(Finding::warning("downstream-stays-pinned", text));
        };
        if it.is_pushed && wish == DownstreamWish::Unpushed {
            stays("its branch was pushed, and nothing is pushed now");
            continue;
        }
        let push = it.is_pushed;
        let action = match &it.standing {
            PinStanding::Gone => continue,
            PinStanding::Unknown(why) => {
                stays(why);
                continue;
            }
            PinStanding::Taken { base, requirements } => {
                let requirements = requirements.iter().cloned().collect();
                let edit = RepositoryEdit::new(EditWish::Unpin, repository, base, requirements);
                Action::EditDownstream { edit, push }
            }
            PinStanding::Offered => Action::WithdrawDownstream {
                repository: repository.clone(),
                branch: branch.clone(),
                commit: it.commit.clone(),
                push,
            },
        };
        let id = PinnedDownstream::lifted_by(repository, branch);
        steps.push(Step { id, action, needs: needs.to_vec() });
    }
    steps
}

impl PinnedDownstream {
    /// The step that lifts the pins on this branch of a repository.
    #[must_use]
    pub fn lifted_by(repository: &str, branch: &str) -> StepId {
        StepId(format!("lift:{repository}:{branch}"))
    }
}
