//! A rollback in words.

use crate::failure::Failure;
use crate::ui::text::{count, plain};
use crate::ui::time::length;
use crate::ui::{self, ProofRow, RollbackRow, RollbackView};
use cargo_orchestrate::facts::{Pin, RepositoryEdit};
use cargo_orchestrate::plan::Action;
use cargo_orchestrate::rollback::{
    Direction, Item, RequiredBy, Residue, Rollback, Way, YankBudget,
};
use cargo_orchestrate::run::Receipt;
use std::collections::BTreeSet;
use std::time::Duration;

/// What a rollback would do, for the screen.
pub(super) fn view(rollback: &Rollback) -> RollbackView {
    let verb = match rollback.direction {
        Direction::Rollback => "yank",
        Direction::Undo => "unyank",
        Direction::Unpin => "lift",
    };
    let row = |item: &Item| RollbackRow {
        name: item.upload.package.clone(),
        version: item.upload.version.clone(),
        last_good: item.last_good.clone(),
        still_required_by: required_by(item, rollback.direction),
    };
    RollbackView {
        title: format!("{verb} (in this order)"),
        packages: rollback.items.iter().map(row).collect(),
        cannot_be_undone: rollback.residue.iter().map(|it| residue(it, rollback.way)).collect(),
        also: also(rollback),
        budget: rollback.budget.iter().map(|it| budget(it, verb)).collect(),
    }
}

/// `4 yanks of 100 free`, and the wait where there is one.
fn budget(budget: &YankBudget, verb: &str) -> String {
    let yanks = count(usize::try_from(budget.yanks).unwrap_or(usize::MAX), verb);
    let text = format!("{yanks} of {} at once at {}", budget.at_once, budget.registry);
    match budget.waits_seconds {
        0 => text,
        wait => format!("{text}: {} of waiting", length(Duration::from_secs(wait))),
    }
}

/// What becomes of the workspace, and what else could.
pub(super) fn way(rollback: &Rollback) -> String {
    let own = rollback.way;
    let others: Vec<String> = Way::ALL
        .into_iter()
        .filter(|way| *way != own)
        .map(|way| format!("--{}", way.word()))
        .collect();
    let by = rollback.way_by.as_ref().map(|key| format!(", by `{key}`")).unwrap_or_default();
    format!("{}{by} (or {})", own.word(), others.join(", "))
}

fn required_by(item: &Item, direction: Direction) -> String {
    let (unaffected, broken): (Vec<_>, Vec<_>) =
        item.required_by.iter().partition(|user| user.is_satisfied_otherwise);
    let say = |user: &RequiredBy, how: &str| {
        format!("{} {} wants {}: {how}", user.package, user.version, user.requirement)
    };
    let mut users: Vec<String> = broken.into_iter().map(|user| say(user, "breaks")).collect();
    match unaffected.as_slice() {
        [] => {}
        [user] => users.push(say(user, "unaffected")),
        many => users.push(format!("{}, unaffected", count(many.len(), "version"))),
    }
    users.extend(downstream(item));
    if item.is_yanked && direction == Direction::Rollback {
        users.insert(0, "yanked already".to_owned());
    }
    users.join("; ")
}

/// Who needs it outside of the workspace: repositories that the configuration names, and how many
/// packages there are.
fn downstream(item: &Item) -> Vec<String> {
    let (fine, broken): (Vec<_>, Vec<_>) =
        item.downstream.iter().partition(|used| used.satisfied_by.is_some());
    let broken: BTreeSet<&str> = broken.iter().map(|used| used.repository.as_str()).collect();
    let fine: Vec<_> = fine.iter().filter(|it| !broken.contains(it.repository.as_str())).collect();
    let mut said: Vec<String> =
        broken.iter().map(|name| format!("repository {name} downstream breaks")).collect();
    let names: BTreeSet<&str> = fine.iter().map(|used| used.repository.as_str()).collect();
    let by: BTreeSet<_> = fine.iter().filter_map(|used| used.satisfied_by.as_ref()).collect();
    if !names.is_empty() {
        let by: Vec<String> = by.into_iter().map(ToString::to_string).collect();
        let repositories = if names.len() == 1 { "repository" } else { "repositories" };
        let by = by.join(", ");
        said.push(format!("{} {repositories} downstream: satisfied by {by}", names.len()));
    }
    let registry = &item.upload.registry;
    let dependents = item.dependents.filter(|number| *number > 0);
    said.extend(dependents.map(|number| {
        let (packages, depend) =
            if number == 1 { ("package", "depends") } else { ("packages", "depend") };
        format!("{number} {packages} on {registry} {depend} on it{}", elsewhere(item))
    }));
    said
}

/// What those that were looked at get afterwards.
fn elsewhere(item: &Item) -> String {
    let looked_at = item.dependents_looked_at;
    let of = match item.dependents {
        Some(all) if looked_at < all => format!(" of the {looked_at} most used"),
        _ => String::new(),
    };
    let takers = item.required_elsewhere.len();
    let broken = item.required_elsewhere.iter().filter(|it| !it.is_satisfied_otherwise).count();
    match (looked_at, takers, broken) {
        (0, ..) => String::new(),
        (_, takers, 0) => format!(": {takers}{of} may take this version, unaffected"),
        (_, takers, broken) => {
            let breaks = if broken == 1 { "breaks" } else { "break" };
            format!(": {takers}{of} may take this version, {broken} of them {breaks}")
        }
    }
}

fn residue(residue: &Residue, way: Way) -> String {
    match residue {
        Residue::BurnedVersions { count: versions } => {
            format!("the {}: nobody can use them again", count(*versions, "version number"))
        }
        Residue::LockFiles => "lock files that name them go on using them".to_owned(),
        Residue::CommitStays { oid } => {
            let added = if way.reverts() { "; a revert is added" } else { "" };
            format!("commit {} stays in the history{added}", oid.short(10))
        }
        Residue::TagsStay { tags } if tags.len() <= 4 => format!("tags stay: {}", tags.join(", ")),
        Residue::TagsStay { tags } => format!("{} stay", count(tags.len(), "tag")),
    }
}

fn also(rollback: &Rollback) -> Vec<String> {
    let mut also = Vec::new();
    let is_said = rollback.findings.iter().any(|finding| finding.code == "yank-only");
    if rollback.way == Way::Hotfix {
        also.push("what replaces them is out already".to_owned());
    }
    if rollback.way == Way::YankOnly && !is_said {
        also.push("the files of the workspace stay as they are (yank only)".to_owned());
    }
    for step in &rollback.steps {
        match &step.action {
            Action::WriteFiles { files } => {
                let names = count(files.len(), "file");
                also.push(match rollback.direction {
                    Direction::Rollback => format!("versions and requirements in {names} go back"),
                    Direction::Undo => format!("versions and requirements in {names} come back"),
                    Direction::Unpin => format!("requirements in {names} are what they were"),
                });
                also.extend(rollback.pins.iter().map(|pin| self::pin(pin, rollback.direction)));
            }
            Action::PushCommit { remote, branch } => {
                also.push(format!("the commit with that is pushed to {remote}/{branch}"));
            }
            Action::EditDownstream { edit, push } => {
                also.push(edited(edit, *push, rollback.direction));
            }
            Action::WithdrawDownstream { repository, branch, .. } => also.push(format!(
                "`{repository}` downstream: its branch {branch} is taken away, unless somebody added to it"
            )),
            _ => {}
        }
    }
    also
}

/// What a branch in a repository downstream does.
fn edited(edit: &RepositoryEdit, push: bool, direction: Direction) -> String {
    let RepositoryEdit { repository, branch, .. } = edit;
    let what = ui::rewritten(edit);
    let how = match direction {
        Direction::Rollback => format!("is pinned to {what} until --unpin"),
        Direction::Undo | Direction::Unpin => format!("takes {what} again"),
    };
    let pushed = if push { ", which is pushed" } else { "" };
    format!("`{repository}` downstream {how}, on its branch {branch}{pushed}")
}

/// A requirement of a member outside the release that is held at the last good version, or was.
fn pin(pin: &Pin, direction: Direction) -> String {
    let Pin { file, package, from, to, .. } = pin;
    match direction {
        Direction::Unpin => format!("`{file}` takes {package} {from} again"),
        _ => format!("`{file}` is pinned to {package} {to} until --unpin (was {from})"),
    }
}

/// What a proof proved.
pub(super) fn proof(receipt: &Receipt, direction: Direction) -> String {
    let Receipt::Resolved { consumers, live, .. } = receipt else { return "done".to_owned() };
    let consumers = count(*consumers, "package");
    let live = match live.values().sum() {
        0 => String::new(),
        versions => format!(", {}", count(versions, "live version")),
    };
    let how = match direction {
        Direction::Undo => "each as it was released",
        Direction::Rollback | Direction::Unpin => "none selects a yanked version",
    };
    format!("the workspace{live} and a consumer of {consumers} resolve; {how}")
}

/// What a new project gets of each package, beside what was taken back or given back.
pub(super) fn proven(receipt: &Receipt, items: &[Item]) -> Vec<ProofRow> {
    let Receipt::Resolved { selected, live, .. } = receipt else { return Vec::new() };
    let row = |item: &Item| {
        let got = selected.iter().find(|it| it.package == item.upload.package);
        ProofRow {
            name: item.upload.package.clone(),
            version: item.upload.version.clone(),
            gets: got.map(|it| it.version.clone()),
            live: live.get(&item.upload.package).copied().unwrap_or_default(),
        }
    };
    items.iter().map(row).collect()
}

/// Live versions that did not resolve before either, in a line each.
pub(super) fn unresolved(receipt: &Receipt) -> Vec<String> {
    let Receipt::Resolved { unresolved, .. } = receipt else { return Vec::new() };
    let told = unresolved.iter().map(|it| {
        let why = plain(&it.why);
        format!("{} {} did not resolve before either: {why}", it.package, it.version)
    });
    told.collect()
}

/// The id names no run.
pub(super) fn unknown_run(what: &str, id: &str, known: &[String]) -> Failure {
    let failure = Failure::refused(format!("there is no {what} `{id}`"));
    match known {
        [] => failure.fact("known", "none"),
        known => failure.fact("known", known[known.len().saturating_sub(5)..].join(", ")),
    }
}

/// There is no release in the memory.
pub(super) fn nothing_to_take_back() -> Failure {
    Failure::refused("the journal of this clone has no release to take back")
        .next("cargo orchestrate status", "shows what is out")
        .next("cargo orchestrate yank-rollback TAG", "takes back what was tagged there")
}

/// There is no rollback in the memory.
pub(super) fn nothing_to_undo() -> Failure {
    Failure::refused("the journal of this clone has no rollback to undo")
        .next("cargo orchestrate status", "shows what is yanked")
        .next(
            "cargo orchestrate yank-rollback TAG",
            "writes a rollback of what was tagged there down anew, which --undo gives back then",
        )
}
