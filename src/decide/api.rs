//! What a check of the public interface adds to a package's own change.

use super::change::Change;
use super::{Reason, rules};
use crate::facts::{Api, ApiChange, ApiCheck};
use crate::model::PackageName;
use crate::policy::{ApiMode, Policy};

/// So many differences are told; who wants all of them asks the tool.
const MOST_TOLD: usize = 3;

/// The change of a package after policy let the check of its interface raise it: one that says
/// less than the interface shows is as weighty as that.
pub(super) fn raise(
    change: Option<Change>,
    package: &PackageName,
    api: Option<&Api>,
    policy: &Policy,
) -> Option<Change> {
    let compared = match api.and_then(|api| api.packages.get(package)) {
        Some(ApiCheck::Compared(compared)) if policy.api_check == ApiMode::Raise => compared,
        _ => return change,
    };
    let Some(needs) = compared.needs else { return change };
    let said = change.as_ref().filter(|it| !it.reasons.is_empty()).map(Change::impact);
    if said >= Some(needs) {
        return change;
    }
    let mut change = change.unwrap_or_default();
    change.reasons.insert(0, (needs, Reason::new(rules::API_CHECK, words(compared))));
    change.is_guessed = false;
    Some(change)
}

/// What changed in an interface, and where it shows; text of the tool's, not yet neutralised for a
/// terminal.
#[must_use]
pub fn words(change: &ApiChange) -> String {
    let told = change.evidence.iter().take(MOST_TOLD);
    let mut told: Vec<String> =
        told.map(|it| {
            if it.item.is_empty() { it.lint.clone() } else { format!("{}: {}", it.lint, it.item) }
        })
        .collect();
    match change.evidence.len().saturating_sub(MOST_TOLD) {
        0 => {}
        more => told.push(format!("and {more} more")),
    }
    let since = format!("its public interface differs from {}", change.since);
    if told.is_empty() { since } else { format!("{since}: {}", told.join("; ")) }
}

#[cfg(test)]
mod tests {
    use crate::decide::decide;
    use crate::decide::notation::{name, request, version, world};
    use crate::facts::{Api, ApiChange, ApiCheck, ApiEvidence};
    use crate::model::Impact;
    use crate::policy::ApiMode;
    use std::collections::BTreeMap;

    /// What is decided when the check says this of the packages, in lines.
    fn decided(packages: &str, happened: &str, checks: &str, options: &str) -> String {
        let (mut facts, mut policy) = world(packages, happened);
        policy.api_check =
            if checks.starts_with("report") { ApiMode::Report } else { ApiMode::Raise };
        let mut known = BTreeMap::new();
        for check in checks.split_whitespace().filter_map(|word| word.split_once('=')) {
            let needs = match check.1 {
                "breaks" => Some(Impact::Breaking),
                "adds" => Some(Impact::Feature),
                _ => None,
            };
            let evidence = vec![ApiEvidence { lint: "x_missing".to_owned(), item: "x".to_owned() }];
            let since = version("0.1.0");
            let compared = ApiCheck::Compared(ApiChange { since, needs, evidence });
            known.insert(name(check.0), compared);
        }
        facts.api = Some(Api { unusable: None, packages: known });
        let request = request(options, &mut policy);
        let decided = decide(&facts, &policy, &request).expect("known names");
        let moves = decided.decisions.iter().map(|it| {
            let rules = it.reasons.iter().map(|reason| reason.rule.as_str()).collect::<Vec<_>>();
            format!("{} {}: {}", it.package, it.to, rules.join(" "))
        });
        let notes = decided.notes.iter().map(|note| format!("{note:?}"));
        moves.chain(notes).collect::<Vec<_>>().join("\n")
    }

    #[test]
    fn an_interface_that_breaks_raises_what_commits_call_a_fix() {
        let table = [
            (
                "a 1.0.0",
                "a: fix: b",
                "a=breaks",
                "",
                "a 2.0.0: api-check conventional-fix packed-files-changed",
            ),
            (
                "a 1.0.0",
                "a: fix: b",
                "a=adds",
                "",
                "a 1.1.0: api-check conventional-fix packed-files-changed",
            ),
            (
                "a 1.0.0",
                "a: fix: b",
                "a=same",
                "",
                "a 1.0.1: conventional-fix packed-files-changed",
            ),
            (
                "a 0.3.0",
                "a: fix: b",
                "a=breaks",
                "",
                "a 0.4.0: api-check conventional-fix packed-files-changed",
            ),
            // What the commits say already needs no second reason.
            (
                "a 1.0.0",
                "a: feat: b",
                "a=adds",
                "",
                "a 1.1.0: conventional-feature packed-files-changed",
            ),
            (
                "a 1.0.0",
                "a: feat!: b",
                "a=breaks",
                "",
                "a 2.0.0: conventional-breaking packed-files-changed",
            ),
            // A level that was guessed is no longer.
            (
                "a 1.0.0",
                "a: Mend b",
                "a=breaks",
                "",
                "a 2.0.0: api-check conventional-fix packed-files-changed",
            ),
            // To report is to leave versions alone.
            (
                "a 1.0.0",
                "a: fix: b",
                "report a=breaks",
                "",
                "a 1.0.1: conventional-fix packed-files-changed",
            ),
        ];
        for (packages, happened, checks, options, expected) in table {
            assert_eq!(
                decided(packages, happened, checks, options),
                expected,
                "{happened} {checks}"
            );
        }
    }

    #[test]
    fn whoever_follows_follows_the_raised_version() {
        assert_eq!(
            decided("a 1.0.0; b 1.0.0 -> a ^1", "a: fix: b", "a=breaks", ""),
            "a 2.0.0: api-check conventional-fix packed-files-changed\n\
             b 2.0.0: requirement-out-of-range breaking-through-library"
        );
        // One that only follows can show more than its own sources say.
        assert_eq!(
            decided("a 1.0.0; b 1.0.0 -> a =1.0.0", "a: fix: b", "b=breaks", ""),
            "a 1.0.1: conventional-fix packed-files-changed\n\
             b 2.0.0: api-check requirement-out-of-range"
        );
    }

    #[test]
    fn a_version_that_was_asked_for_has_to_hold_what_the_interface_needs() {
        let said = decided("a 1.0.0", "a: fix: b", "a=breaks", "a=1.0.1");
        assert!(said.contains("AskedTooLittle"), "{said}");
    }

    #[test]
    fn what_is_released_for_the_first_time_has_nothing_to_break() {
        assert_eq!(decided("a 1.0.0 new", "", "a=breaks", ""), "a 1.0.0: never-published");
    }
}
