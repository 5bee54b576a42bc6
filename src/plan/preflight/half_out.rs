//! What a plan found that finishes a release which somebody else left, in words.

use super::{Draft, listed};
use crate::decide::{HalfOut, rules};
use crate::facts::Facts;
use crate::model::PackageName;
use crate::plan::Finding;

/// That a release is half out, and who waits for its end.
pub(super) fn findings(draft: &Draft<'_>) -> Vec<Finding> {
    let Some(half_out) = &draft.decided.half_out else { return Vec::new() };
    let mut findings = vec![Finding::warning("half-out", found(draft.facts, half_out))];
    let waits = draft.decided.unchanged.iter().filter(|(_, reasons)| {
        reasons.iter().any(|reason| reason.rule == rules::WAITS_FOR_HALF_OUT.id)
    });
    let waits: Vec<&str> = waits.map(|(name, _)| name.as_str()).collect();
    if !waits.is_empty() {
        let text = format!("{} wait until then", listed(&waits));
        let hint = "the next `cargo orchestrate plan` has them; `-p NAME` plans them now";
        findings.push(Finding::note("waits-for-half-out", text).hint(hint));
    }
    let gates = draft.policy.gates_of(draft.release_type).map(|gate| gate.name.as_str());
    let gates: Vec<&str> = gates.collect();
    if !gates.is_empty() {
        let text =
            format!("{} cannot stop a release that is half out, and is not run", listed(&gates));
        findings.push(Finding::note("gates-too-late", text));
    }
    findings
}

fn found(facts: &Facts, half_out: &HalfOut) -> String {
    let versioned = |name: &PackageName| {
        let package = facts.workspace.packages.get(name);
        package.map_or_else(|| name.to_string(), |it| format!("{name} {}", it.version))
    };
    let out: Vec<String> = half_out.out.keys().map(versioned).collect();
    let missing: Vec<String> = half_out.missing.keys().map(versioned).collect();
    let commit = half_out.missing.values().next().map_or("", |oid| oid.short(7));
    let missing = listed(&missing);
    let what = if out.is_empty() {
        format!("tagged at {commit} and not published: {missing}")
    } else {
        let out = listed(&out);
        format!("published from {commit}: {out}; not published: {missing}")
    };
    format!("a release is half out; {what}. This finishes it, at the same versions")
}
