//! What is yanked, in which order, and what is done around it.

use super::budget::budgets;
use super::reach::reach;
use super::revert::{Revert, revert};
use super::{Direction, Item, Residue, Rollback, Way, Wish, beyond, damage, ground, hotfix};
use crate::facts::{Facts, Published};
use crate::model::{Oid, PackageName, PlanId, Version};
use crate::plan::{
    Action, FileEdit, Finding, Guard, Plan, Step, StepId, Upload, Yank, no_person_credential,
};
use crate::policy::Policy;
use crate::run::{Ending, RunState, Status};
use std::collections::{BTreeMap, BTreeSet};

/// A release as its journal has it.
#[derive(Debug, Clone, Copy)]
pub struct Released<'a> {
    /// The name of its run.
    pub id: &'a str,
    pub plan: &'a Plan,
    pub state: &'a RunState,
}

/// Decides how a release is taken back.
///
/// Versions are taken back that the registry shows with the checksum the release packed. They are
/// yanked dependents first, so that at every moment each live version of the release resolves.
/// Then the members' versions go back to the last good ones, in a commit that is pushed where the
/// release was; where that is the wish, what is left is pinned there with `=`.
///
/// Nothing is refused by an error: what stands in the way is a finding.
#[must_use]
pub fn compute(release: &Released<'_>, facts: &Facts, policy: &Policy, wish: &Wish) -> Rollback {
    let mut findings = Vec::new();
    let out = out(release, facts, &mut findings);
    let gone: BTreeSet<&Upload> = out.iter().collect();
    let items: Vec<Item> = out.iter().map(|upload| item(upload, &gone, facts, wish.way)).collect();
    let reach = reach(items, &gone, facts, &mut findings);
    damage::look(&reach.items, wish, &mut findings);
    let last_good: BTreeMap<PackageName, Version> = reach
        .items
        .iter()
        .filter_map(|item| Some((item.upload.package.clone(), item.last_good.clone()?)))
        .collect();
    let committed = release.state.commit().cloned();
    let revert = match committed {
        Some(_) if wish.way.reverts() => {
            revert(release.plan, &last_good, facts, wish.way, &mut findings)
        }
        _ => Revert::default(),
    };
    preflight(release, facts, &revert, &mut findings);
    let mut steps = steps(release, &reach.items, wish, &revert);
    if wish.way == Way::Pin {
        let yanked = yank_ids(&steps);
        steps.extend(beyond::pins(
            &reach,
            facts,
            policy,
            wish,
            (release.id, &yanked),
            &mut findings,
        ));
    }
    findings.sort();
    findings.dedup();
    let items = reach.items;
    Rollback {
        id: PlanId::default(),
        of: release.id.to_owned(),
        direction: Direction::Rollback,
        way: wish.way,
        way_by: wish.way_by.clone(),
        base: facts.repository.head.clone(),
        residue: residue(release, &items, committed),
        guards: guards(facts, &revert),
        pins: revert.pins,
        budget: budgets(&items, policy, |item| !item.is_yanked),
        items,
        findings,
        steps,
    }
    .identified()
}

/// What the release brought into the registry, in the order of the yanks.
fn out(release: &Released<'_>, facts: &Facts, findings: &mut Vec<Finding>) -> Vec<Upload> {
    let mut out = Vec::new();
    for step in release.plan.steps.iter().rev() {
        let Action::Upload(upload) = &step.action else { continue };
        let sealed = release.state.packed(upload);
        let entry = match facts.published.get(&upload.package) {
            Some(Published::Unknown(why)) => {
                let text = format!("{} could not be asked for {upload}: {why}", upload.registry);
                findings.push(Finding::error("registry-unreachable", text).about(&upload.package));
                continue;
            }
            Some(published) => published.version(&upload.version),
            None => None,
        };
        match (entry, release.state.status(&step.id)) {
            (Some(entry), _) if Some(&entry.checksum) == sealed => out.push(upload.clone()),
            (Some(_), _) if sealed.is_some() => {
                let text = format!("{upload} holds bytes that this release did not publish");
                findings.push(Finding::warning("foreign", text).about(&upload.package));
            }
            (None, Status::Started | Status::Accepted | Status::InDoubt(_)) => {
                let text = format!("nobody knows yet whether {upload} arrived");
                let finding = Finding::error("in-doubt", text).about(&upload.package);
                findings.push(finding.hint("cargo orchestrate publish    finds out"));
            }
            (None, Status::Done(_)) => {
                let text = format!("{upload} was published and is not in the index any more");
                findings.push(Finding::warning("lost", text).about(&upload.package));
            }
            _ => {}
        }
    }
    out
}

pub(super) fn item(upload: &Upload, gone: &BTreeSet<&Upload>, facts: &Facts, way: Way) -> Item {
    let published = facts.published.get(&upload.package);
    let entry = published.and_then(|published| published.version(&upload.version));
    let is_gone = |name: &PackageName, version: &Version| {
        gone.iter().any(|gone| gone.package == *name && gone.version == *version)
    };
    let instead = published.filter(|_| way == Way::Hotfix);
    let instead = instead.and_then(|published| hotfix::instead(published, &upload.version));
    let last_good = instead.or_else(|| facts.last_good(&upload.package, &upload.version, is_gone));
    Item {
        upload: upload.clone(),
        last_good: last_good.cloned(),
        is_yanked: entry.is_some_and(|entry| entry.yanked),
        required_by: damage::required_by(upload, gone, facts),
        downstream: Vec::new(),
        dependents: None,
        dependents_looked_at: 0,
        required_elsewhere: Vec::new(),
    }
}

fn preflight(release: &Released<'_>, facts: &Facts, revert: &Revert, findings: &mut Vec<Finding>) {
    if release.state.ended == Some(Ending::TakenBack) {
        let text = format!("the release {} was taken back before anything went out", release.id);
        findings.push(Finding::error("nothing-released", text));
    }
    if !revert.files.is_empty() {
        let pushed = ground::pushed(&release.plan.steps, release.state);
        findings.extend(ground::findings(facts, pushed.as_ref()));
    }
    let registries = release.plan.packages.iter().map(|package| &package.registry);
    for name in registries.collect::<BTreeSet<_>>() {
        let registry = facts.registries.get(name);
        findings.extend(registry.and_then(|registry| no_person_credential(name, registry)));
    }
}

fn guards(facts: &Facts, revert: &Revert) -> Vec<Guard> {
    let head = Guard::Head { oid: facts.repository.head.clone() };
    std::iter::once(head).chain(revert.files.iter().map(FileEdit::guard)).collect()
}

fn residue(release: &Released<'_>, items: &[Item], committed: Option<Oid>) -> Vec<Residue> {
    let mut residue = Vec::new();
    if !items.is_empty() {
        residue.push(Residue::BurnedVersions { count: items.len() });
        residue.push(Residue::LockFiles);
    }
    residue.extend(committed.map(|oid| Residue::CommitStays { oid }));
    let tags = release.plan.steps.iter().find_map(|step| match &step.action {
        Action::Tag { tags } if release.state.is_done(&step.id) => {
            Some(tags.iter().map(|tag| tag.name.clone()).collect())
        }
        _ => None,
    });
    residue.extend(tags.map(|tags| Residue::TagsStay { tags }));
    residue
}

fn steps(release: &Released<'_>, items: &[Item], wish: &Wish, revert: &Revert) -> Vec<Step> {
    let mut steps = yanks(items, wish, |upload| dependents(release.plan, upload));
    let mut before: Vec<StepId> = steps.iter().map(|step| step.id.clone()).collect();
    let pushed = ground::pushed(&release.plan.steps, release.state);
    before.extend(commit_steps(
        &mut steps,
        revert.files.clone(),
        &message(release, items),
        &before.clone(),
        pushed,
    ));
    steps.extend(proof(items, before));
    steps
}

/// The yanks in the order of the items, each after those of its dependents.
pub(super) fn yanks<'a>(
    items: &[Item],
    wish: &Wish,
    dependents: impl Fn(&Upload) -> Vec<&'a Upload>,
) -> Vec<Step> {
    let mut steps: Vec<Step> = Vec::new();
    for item in items {
        let needs = dependents(&item.upload).into_iter().map(|upload| flip_id("yank", upload));
        steps.push(Step {
            id: flip_id("yank", &item.upload),
            action: Action::Yank(Yank { upload: item.upload.clone(), reason: wish.reason.clone() }),
            needs: needs.filter(|need| steps.iter().any(|step| step.id == *need)).collect(),
        });
    }
    steps
}

/// The yanks among these steps.
pub(super) fn yank_ids(steps: &[Step]) -> Vec<StepId> {
    let yanks = steps.iter().filter(|step| matches!(step.action, Action::Yank(_)));
    yanks.map(|step| step.id.clone()).collect()
}

/// The proof that everything resolves without the items, where there are any.
pub(super) fn proof(items: &[Item], needs: Vec<StepId>) -> Option<Step> {
    let without = items.iter().map(|item| item.upload.clone()).collect();
    let id = StepId("prove-resolution".into());
    let step = Step { id, action: Action::ProveResolution { without, with: Vec::new() }, needs };
    (!items.is_empty()).then_some(step)
}

/// Adds the steps that write, commit and push files; returns their ids.
pub(super) fn commit_steps(
    steps: &mut Vec<Step>,
    files: Vec<FileEdit>,
    message: &str,
    after: &[StepId],
    pushed: Option<(String, String)>,
) -> Vec<StepId> {
    if files.is_empty() {
        return Vec::new();
    }
    let id = |text: &str| StepId(text.to_owned());
    let commit = Action::commit_of(&files, message.to_owned());
    let mut ids = vec![id("write-files"), id("commit")];
    steps.push(Step {
        id: id("write-files"),
        action: Action::WriteFiles { files },
        needs: after.to_vec(),
    });
    steps.push(Step { id: id("commit"), action: commit, needs: vec![id("write-files")] });
    if let Some((remote, branch)) = pushed {
        steps.push(Step {
            id: id("push-commit"),
            action: Action::PushCommit { remote, branch },
            needs: vec![id("commit")],
        });
        ids.push(id("push-commit"));
    }
    ids
}

/// The packages of the release that were uploaded after this one because they need it.
fn dependents<'a>(plan: &'a Plan, upload: &Upload) -> Vec<&'a Upload> {
    let of = |step: &&Step| matches!(&step.action, Action::Upload(other) if other == upload);
    let Some(own) = plan.steps.iter().find(of) else { return Vec::new() };
    plan.steps
        .iter()
        .filter(|step| step.needs.contains(&own.id))
        .filter_map(|step| match &step.action {
            Action::Upload(dependent) => Some(dependent),
            _ => None,
        })
        .collect()
}

pub(super) fn flip_id(verb: &str, upload: &Upload) -> StepId {
    StepId(format!("{verb}:{}@{}", upload.package, upload.version))
}

fn message(release: &Released<'_>, items: &[Item]) -> String {
    use std::fmt::Write as _;
    let mut text = format!("revert: release {}\n\nTaken back:\n", release.id);
    for item in items {
        let back = match &item.last_good {
            Some(version) => format!("last good is {version}"),
            None => "no version is left".to_owned(),
        };
        writeln!(text, "- {}, {back}", item.upload).expect("writing to a string cannot fail");
    }
    if items.is_empty() {
        text.push_str("- nothing, it had not published anything yet\n");
    }
    text
}
