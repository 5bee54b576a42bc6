//! The changesets that a release uses up, and what becomes of their files.

use super::FileEdit;
use crate::facts::changeset::{Intent, Level};
use crate::facts::{Changeset, Facts};
use crate::manifest::TextEdit;
use crate::model::{Package, PackageName, RelPath};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// A changeset of which a release uses up something.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Consumed {
    pub file: RelPath,
    /// What it says about the packages that are released, in its order.
    pub packages: Vec<ConsumedIntent>,
    /// What it says to people; not yet neutralised for a terminal.
    pub text: String,
}

/// What a changeset says about one package.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct ConsumedIntent {
    pub name: PackageName,
    pub level: Level,
}

/// The changesets that the release of these packages uses up, by file.
pub(super) fn consumed(facts: &Facts, released: &BTreeSet<&PackageName>) -> Vec<Consumed> {
    let pending = facts.changesets.pending.iter();
    pending
        .filter(|changeset| !rest(changeset, facts, released).is_consumed_by_nobody)
        .map(|changeset| {
            let intents = changeset.intents.iter();
            let named = intents.filter(|intent| released.contains(&intent.package));
            let intent = |it: &Intent| ConsumedIntent { name: it.package.clone(), level: it.level };
            Consumed {
                file: changeset.file.clone(),
                packages: named.map(intent).collect(),
                text: changeset.text.clone(),
            }
        })
        .collect()
}

/// What becomes of the files: those of which nothing is left are removed, the others lose the
/// lines that are used up.
pub(super) fn edits(facts: &Facts, released: &BTreeSet<&PackageName>) -> Vec<FileEdit> {
    let mut edits = Vec::new();
    for changeset in &facts.changesets.pending {
        let rest = rest(changeset, facts, released);
        if rest.is_consumed_by_nobody {
            continue;
        }
        let file = changeset.file.clone();
        edits.extend(if rest.waiting == 0 {
            FileEdit::removal(facts, file)
        } else {
            let cut = |intent: &&Intent| TextEdit {
                start: intent.line.start,
                end: intent.line.end,
                from: changeset.source[intent.line.clone()].to_owned(),
                to: String::new(),
            };
            FileEdit::of(facts, file, rest.settled.iter().map(cut).collect())
        });
    }
    edits
}

/// A changeset, divided.
struct Rest<'a> {
    settled: Vec<&'a Intent>,
    /// How many intents wait for another release.
    waiting: usize,
    is_consumed_by_nobody: bool,
}

/// What asks for no release, or cannot have one, goes with the first package of its changeset that
/// is released; where there is no other, with its own package or with any release.
fn rest<'a>(
    changeset: &'a Changeset,
    facts: &Facts,
    released: &BTreeSet<&PackageName>,
) -> Rest<'a> {
    let is_released = |intent: &&Intent| released.contains(&intent.package);
    let can_wait = |intent: &&Intent| {
        let package = facts.workspace.packages.get(&intent.package);
        intent.level != Level::None && package.is_some_and(Package::is_publishable)
    };
    let all = || changeset.intents.iter();
    let is_consumed_by_nobody = !changeset.intents.is_empty() && !all().any(|it| is_released(&it));
    let (waiting, settled): (Vec<&Intent>, Vec<&Intent>) =
        all().partition(|intent| can_wait(intent) && !is_released(intent));
    Rest { settled, waiting: waiting.len(), is_consumed_by_nobody }
}
