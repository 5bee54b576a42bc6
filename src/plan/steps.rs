//! The steps of a release, in an order that respects their needs.

use super::edits::Edits;
use super::leftover::Leftover;
use super::preflight::Draft;
use super::{Action, Planned, Step, StepId, TagPoint, Upload};
use crate::facts::{Facts, RemoteBranch};
use crate::model::PackageName;
use crate::model::graph::{self, Order};
use std::collections::{BTreeMap, BTreeSet};

const SUBJECT_COLUMNS: usize = 72;

/// The steps of a release; when nothing is released, those of the tags that are made up. Nothing is
/// pushed without a remote.
pub(super) fn of(
    facts: &Facts,
    draft: &Draft<'_>,
    edits: &Edits,
    remote: Option<&str>,
) -> Vec<Step> {
    let Draft { packages, order, leftovers, .. } = *draft;
    let branch = draft.branch;
    if packages.is_empty() {
        // A tag at a commit that the remote does not have yet is no use without it.
        let is_of_head = |it: &Leftover| it.tag.commit.as_ref() == Some(&facts.repository.head);
        let (true, Some(to), Some(branch)) =
            (leftovers.iter().any(is_of_head) && is_head_new(facts), remote, branch)
        else {
            return tag_steps(facts, packages, leftovers, &[], remote);
        };
        let action = Action::PushCommit { remote: to.to_owned(), branch: branch.to_owned() };
        let mut steps = vec![step("push-commit", action, [])];
        let pushed = [StepId("push-commit".into())];
        steps.extend(tag_steps(facts, packages, leftovers, &pushed, remote));
        return steps;
    }
    let uploads = uploads(packages, order);
    let pack = Action::Pack { packages: uploads.clone(), verification: draft.options.verification };
    let mut steps = local_steps(packages, pack, edits);
    let gates = gate_steps(draft);
    let mut before_uploads = vec![StepId("pack".into())];
    before_uploads.extend(gates.iter().map(|gate| gate.id.clone()));
    steps.extend(gates);
    if let (Some(remote), Some(branch)) = (remote, branch) {
        let action = Action::PushCommit { remote: remote.to_owned(), branch: branch.to_owned() };
        let id = StepId("push-commit".into());
        steps.push(Step { id: id.clone(), action, needs: before_uploads.clone() });
        before_uploads.push(id);
    }
    let names: BTreeSet<PackageName> = packages.iter().map(|p| p.name.clone()).collect();
    let needs = graph::needs(&facts.workspace, &names, order);
    let ids: BTreeMap<&PackageName, StepId> =
        uploads.iter().map(|upload| (&upload.package, upload_id(upload))).collect();
    for upload in &uploads {
        let mut before = before_uploads.clone();
        let dependencies = needs.get(&upload.package).into_iter().flatten();
        before.extend(dependencies.filter_map(|name| ids.get(name).cloned()));
        steps.push(Step {
            id: upload_id(upload),
            action: Action::Upload(upload.clone()),
            needs: before,
        });
    }
    let all: Vec<StepId> = uploads.iter().map(upload_id).collect();
    steps.extend(tag_steps(facts, packages, leftovers, &all, remote));
    steps
}

/// The uploads in publishing order.
fn uploads(packages: &[Planned], order: &Order) -> Vec<Upload> {
    let by_name: BTreeMap<&PackageName, &Planned> =
        packages.iter().map(|planned| (&planned.name, planned)).collect();
    order
        .waves
        .iter()
        .flatten()
        .filter_map(|name| by_name.get(name))
        .map(|planned| Upload {
            package: planned.name.clone(),
            version: planned.to.clone(),
            registry: planned.registry.clone(),
        })
        .collect()
}

fn local_steps(packages: &[Planned], pack: Action, edits: &Edits) -> Vec<Step> {
    let mut steps = Vec::new();
    if edits.files.is_empty() {
        return vec![step("pack", pack, [])];
    }
    let files = edits.files.clone();
    let commit = Action::commit_of(&files, commit_message(packages));
    steps.push(step("write-files", Action::WriteFiles { files }, []));
    steps.push(step("commit", commit, ["write-files"]));
    steps.push(step("pack", pack, ["commit"]));
    steps
}

/// The gates of this type of releases. What finishes a release that is half out has none: it is past
/// the point at which they could have stopped it.
fn gate_steps(draft: &Draft<'_>) -> Vec<Step> {
    if draft.decided.half_out.is_some() {
        return Vec::new();
    }
    let gates = draft.policy.gates_of(draft.release_type).map(|gate| {
        let action = Action::Gate {
            gate: gate.name.clone(),
            command: gate.command.clone(),
            timeout_seconds: gate.timeout.as_secs(),
        };
        step(&format!("gate:{}", gate.name), action, ["pack"])
    });
    gates.collect()
}

/// Whether the branch on the remote does not have HEAD.
fn is_head_new(facts: &Facts) -> bool {
    let branch = facts.repository.remote.as_ref().map(|remote| &remote.branch);
    match branch {
        Some(RemoteBranch::Absent) => true,
        Some(RemoteBranch::At(oid)) => *oid != facts.repository.head,
        _ => false,
    }
}

/// Tags for what has none yet; a tag that stands already at its release stays where it is.
fn tag_steps(
    facts: &Facts,
    packages: &[Planned],
    leftovers: &[Leftover],
    uploads: &[StepId],
    remote: Option<&str>,
) -> Vec<Step> {
    let mut tagged: BTreeMap<&str, Vec<&Planned>> = BTreeMap::new();
    for planned in packages {
        tagged.entry(&planned.tag).or_default().push(planned);
    }
    let mut missing: Vec<TagPoint> = tagged
        .iter()
        .filter(|(tag, _)| !facts.repository.tags.contains_key(**tag))
        .map(|(tag, of)| {
            let named: Vec<String> = of.iter().map(|p| format!("{} {}", p.name, p.to)).collect();
            let message = match named.as_slice() {
                [one] => one.clone(),
                _ => format!("release {}\n\n{}", of[0].to, named.join("\n")),
            };
            TagPoint { name: (*tag).to_owned(), message, commit: None }
        })
        .collect();
    let made_up = leftovers.iter().filter(|leftover| !leftover.is_here);
    missing.extend(made_up.map(|leftover| leftover.tag.clone()));
    let mut steps = Vec::new();
    let mut before_push = uploads.to_vec();
    if !missing.is_empty() {
        let action = Action::Tag { tags: missing };
        steps.push(Step { id: StepId("tag".into()), action, needs: uploads.to_vec() });
        before_push = vec![StepId("tag".into())];
    }
    if let Some(remote) = remote {
        let there = facts.repository.remote.as_ref().map(|remote| &remote.tags);
        let absent = |tag: &str| there.is_none_or(|tags| !tags.contains_key(tag));
        let made_up = leftovers.iter().map(|leftover| leftover.tag.name.as_str());
        let tags = tagged.keys().copied().filter(|tag| absent(tag)).chain(made_up);
        let tags: Vec<String> = tags.map(str::to_owned).collect();
        if !tags.is_empty() {
            let action = Action::PushTags { remote: remote.to_owned(), tags };
            steps.push(Step { id: StepId("push-tags".into()), action, needs: before_push });
        }
    }
    steps
}

/// `release: lib1 0.2.0, lib2 0.3.0`, or a list in the body when that is too long for a subject.
fn commit_message(packages: &[Planned]) -> String {
    let named: Vec<String> = packages.iter().map(|p| format!("{} {}", p.name, p.to)).collect();
    let subject = format!("release: {}", named.join(", "));
    if subject.chars().count() <= SUBJECT_COLUMNS {
        return subject;
    }
    format!("release: {} packages\n\n- {}", packages.len(), named.join("\n- "))
}

fn upload_id(upload: &Upload) -> StepId {
    StepId(format!("upload:{}@{}", upload.package, upload.version))
}

fn step<const N: usize>(id: &str, action: Action, needs: [&str; N]) -> Step {
    let needs = needs.into_iter().map(|need| StepId(need.to_owned())).collect();
    Step { id: StepId(id.to_owned()), action, needs }
}
