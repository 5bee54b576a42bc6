//! The way back from a rollback.

use super::budget::budgets;
use super::compute::{commit_steps, flip_id};
use super::{Direction, DownstreamWish, Item, Residue, Rollback, beyond, ground};
use crate::facts::{Facts, Published};
use crate::model::PlanId;
use crate::plan::{
    Action, FileEdit, Finding, Guard, Stand, Step, StepId, Yank, no_person_credential,
};
use crate::policy::Policy;
use crate::run::{RunState, Status};
use std::collections::BTreeSet;

/// Decides how a rollback is undone: its versions are unyanked, dependencies first, and its edits
/// are taken out of the files again.
///
/// Versions that are live already, whoever unyanked them, are left alone, so that undoing twice is
/// the same as once. A file that was changed since is a finding.
#[must_use]
pub fn undo(
    name: &str,
    rollback: &Rollback,
    state: &RunState,
    facts: &Facts,
    policy: &Policy,
    wish: DownstreamWish,
) -> Rollback {
    let mut findings = Vec::new();
    let items: Vec<Item> = rollback
        .items
        .iter()
        .rev()
        .filter_map(|it| again(it, state, facts, &mut findings))
        .collect();
    findings.extend(yanked_before(rollback, &items));
    let files = files(rollback, state, facts, &mut findings);
    let pinned = facts.pinned_downstream.iter().filter(|it| it.rollback == name);
    let unyanked: Vec<_> = items.iter().map(|item| flip_id("unyank", &item.upload)).collect();
    let lifts = beyond::lifts(pinned, wish, &unyanked, &mut findings);
    if items.is_empty() && files.is_empty() && lifts.is_empty() && findings.is_empty() {
        let text = format!("nothing of {name} is left to undo");
        findings.push(Finding::note("nothing-to-undo", text));
    }
    if !files.is_empty() {
        let pushed = ground::pushed(&rollback.steps, state);
        findings.extend(ground::findings(facts, pushed.as_ref()));
    }
    let registries: BTreeSet<_> = items.iter().map(|item| &item.upload.registry).collect();
    let registries = registries.into_iter().filter_map(|name| facts.registries.get_key_value(name));
    findings.extend(registries.filter_map(|(name, registry)| no_person_credential(name, registry)));
    findings.sort();
    let head = Guard::Head { oid: facts.repository.head.clone() };
    let guards = std::iter::once(head).chain(files.iter().map(FileEdit::guard)).collect();
    let mut steps = steps(name, rollback, state, &items, files);
    steps.extend(lifts);
    Rollback {
        id: PlanId::default(),
        of: name.to_owned(),
        direction: Direction::Undo,
        way: rollback.way,
        way_by: None,
        base: facts.repository.head.clone(),
        residue: state
            .commit()
            .map(|oid| Residue::CommitStays { oid: oid.clone() })
            .into_iter()
            .collect(),
        guards,
        steps,
        budget: budgets(&items, policy, |_| true),
        items,
        pins: Vec::new(),
        findings,
    }
    .identified()
}

/// The item as the registry has it now; nothing when it is live already. What nobody knows to be
/// yanked may show later, so that is given back as well.
fn again(
    item: &Item,
    state: &RunState,
    facts: &Facts,
    findings: &mut Vec<Finding>,
) -> Option<Item> {
    let upload = &item.upload;
    let status = state.status(&flip_id("yank", upload));
    let in_doubt = matches!(status, Status::Started | Status::Accepted | Status::InDoubt(_));
    match facts.published.get(&upload.package) {
        Some(Published::Unknown(why)) => {
            let text = format!("{} could not be asked for {upload}: {why}", upload.registry);
            findings.push(Finding::error("registry-unreachable", text).about(&upload.package));
            None
        }
        published => {
            let entry = published.and_then(|published| published.version(&upload.version))?;
            (entry.yanked || in_doubt).then(|| Item { is_yanked: true, ..item.clone() })
        }
    }
}

/// What others had yanked when the rollback began: whoever gives a rollback back wants to know.
fn yanked_before(rollback: &Rollback, items: &[Item]) -> Option<Finding> {
    let is_back = |it: &&Item| items.iter().any(|item| item.upload == it.upload);
    let before = rollback.items.iter().filter(|it| it.is_yanked).filter(is_back);
    let names: Vec<String> = before.map(|it| it.upload.to_string()).collect();
    let text =
        format!("yanked before the rollback began, and given back too: {}", names.join(", "));
    let finding = Finding::note("yanked-before", text);
    (!names.is_empty()).then(|| {
        finding.hint("cargo yank NAME@VERSION    afterwards, for what should not come back")
    })
}

/// The rollback's edits turned round, where its contents still stand.
fn files(
    rollback: &Rollback,
    state: &RunState,
    facts: &Facts,
    findings: &mut Vec<Finding>,
) -> Vec<FileEdit> {
    let written = rollback.steps.iter().find_map(|step| match &step.action {
        Action::WriteFiles { files } if state.is_done(&step.id) => Some(files),
        _ => None,
    });
    let mut turned = Vec::new();
    for file in written.into_iter().flatten() {
        match file.stand_in(facts) {
            Stand::After => turned.push(file.reversed()),
            Stand::Before => {}
            Stand::Elsewhere => {
                let text = format!("`{}` was changed since the rollback", file.path);
                let finding = Finding::error("file-changed", text);
                findings
                    .push(finding.hint("git revert the rollback's commit, then run this again"));
            }
        }
    }
    turned
}

fn steps(
    name: &str,
    rollback: &Rollback,
    state: &RunState,
    items: &[Item],
    files: Vec<FileEdit>,
) -> Vec<Step> {
    let mut steps: Vec<Step> = Vec::new();
    for item in items {
        // What needed this one's yank to come first is a dependency: it is unyanked first.
        let yank = flip_id("yank", &item.upload);
        let dependencies = rollback.steps.iter().filter(|step| step.needs.contains(&yank));
        let needs = dependencies.filter_map(|step| match &step.action {
            Action::Yank(Yank { upload, .. }) => Some(flip_id("unyank", upload)),
            _ => None,
        });
        steps.push(Step {
            id: flip_id("unyank", &item.upload),
            action: Action::Unyank(item.upload.clone()),
            needs: needs.filter(|need| steps.iter().any(|step| step.id == *need)).collect(),
        });
    }
    let after: Vec<StepId> = steps.iter().map(|step| step.id.clone()).collect();
    let pushed = ground::pushed(&rollback.steps, state);
    let message = format!("revert: rollback {name}\n\nThe versions are live again.\n");
    let committed = commit_steps(&mut steps, files, &message, &after, pushed);
    if !items.is_empty() {
        let with = items.iter().map(|item| item.upload.clone()).collect();
        steps.push(Step {
            id: StepId("prove-resolution".into()),
            action: Action::ProveResolution { without: Vec::new(), with },
            needs: after.into_iter().chain(committed).collect(),
        });
    }
    steps
}
