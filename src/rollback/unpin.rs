//! Lifting pins: what a rollback held at the last good version is free again.

use super::compute::commit_steps;
use super::{Direction, DownstreamWish, Rollback, Way, accepts, beyond, ground};
use crate::facts::Facts;
use crate::manifest::TextEdit;
use crate::model::{PlanId, RelPath};
use crate::plan::{FileEdit, Finding, Guard};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

/// Decides how the pins of one rollback, or of all, are lifted: each requirement becomes what it
/// was, in a commit of its own. Pins that somebody replaced are none any more.
///
/// `pushed` is the remote and branch that the commit goes to. Nothing is refused by an error: what
/// stands in the way is a finding.
#[must_use]
pub fn unpin(
    rollback: Option<&str>,
    facts: &Facts,
    pushed: Option<(String, String)>,
    wish: DownstreamWish,
) -> Rollback {
    let mut findings = Vec::new();
    let mut edits: BTreeMap<RelPath, Vec<TextEdit>> = BTreeMap::new();
    let mut lifted = BTreeSet::new();
    let mut pins = Vec::new();
    let mut message = String::new();
    let asked = |of: &str| rollback.is_none_or(|rollback| rollback == of);
    for (pinned, spot) in facts.standing_pins() {
        let pin = &pinned.pin;
        if !asked(&pinned.rollback) {
            continue;
        }
        let before = facts.before(pin);
        let member = facts.workspace.packages.get(&pin.package);
        if let Some(member) = member.filter(|member| !accepts(before, &member.version)) {
            let text = format!(
                "`{}` of `{}` was {before}, and {} is at {} now",
                pin.key, pin.file, pin.package, member.version
            );
            let hint = format!("release a version of {} that {before} accepts first", pin.package);
            findings.push(Finding::error("not-liftable", text).about(&pin.package).hint(hint));
            continue;
        }
        match spot.edit(before) {
            Ok(edit) => edits.entry(pin.file.clone()).or_default().push(edit),
            Err(error) => {
                findings.push(Finding::error("manifest", format!("`{}`: {error}", pin.file)));
                continue;
            }
        }
        lifted.insert(pinned.rollback.clone());
        pins.push(pin.clone());
        writeln!(message, "- `{}` in `{}`: {} is {before} again", pin.key, pin.file, pin.to)
            .expect("writing to a string cannot fail");
    }
    let files: Vec<FileEdit> =
        edits.into_iter().filter_map(|(path, edits)| FileEdit::of(facts, path, edits)).collect();
    let downstream = facts.pinned_downstream.iter().filter(|it| asked(&it.rollback));
    let lifts = beyond::lifts(downstream.clone(), wish, &[], &mut findings);
    if !lifts.is_empty() {
        lifted.extend(downstream.map(|it| it.rollback.clone()));
    }
    if files.is_empty() && lifts.is_empty() && findings.is_empty() {
        findings.push(Finding::note("nothing-pinned", "no requirement is pinned by a rollback"));
    }
    if !files.is_empty() {
        findings.extend(ground::findings(facts, pushed.as_ref()));
    }
    findings.sort();
    let of = lifted.into_iter().collect::<Vec<_>>().join(", ");
    let head = Guard::Head { oid: facts.repository.head.clone() };
    let guards = std::iter::once(head).chain(files.iter().map(FileEdit::guard)).collect();
    let mut steps = Vec::new();
    let message = format!("chore: lift the pins of rollback {of}\n\n{message}");
    commit_steps(&mut steps, files, &message, &[], pushed);
    steps.extend(lifts);
    Rollback {
        id: PlanId::default(),
        of,
        direction: Direction::Unpin,
        way: Way::Pin,
        way_by: None,
        base: facts.repository.head.clone(),
        items: Vec::new(),
        pins,
        residue: Vec::new(),
        budget: Vec::new(),
        guards,
        findings,
        steps,
    }
    .identified()
}
