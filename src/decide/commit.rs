//! What a commit's message says about its impact.

use crate::facts::Commit;
use crate::model::Impact;
use git_conventional::Type;
use std::collections::BTreeSet;

/// What the message of a commit says it is. A message that is not conventional is a
/// [`Impact::Fix`] unless a footer says that it breaks.
#[must_use]
pub(super) fn impact(commit: &Commit) -> Impact {
    let message = commit.message.trim();
    // A body that does not follow the grammar must not hide what the subject says.
    let parsed = git_conventional::Commit::parse(message)
        .or_else(|_| git_conventional::Commit::parse(commit.summary()));
    let breaking = has_breaking_footer(message);
    match parsed {
        Ok(parsed) if parsed.breaking() || breaking => Impact::Breaking,
        Ok(parsed) if parsed.type_() == Type::FEAT => Impact::Feature,
        _ if breaking => Impact::Breaking,
        _ => Impact::Fix,
    }
}

/// Whether the message says that it is a fix.
#[must_use]
pub(super) fn is_fix(commit: &Commit) -> bool {
    git_conventional::Commit::parse(commit.summary()).is_ok_and(|said| said.type_() == Type::FIX)
}

/// The types that conventional commits are known to have, beside those that move more than a patch.
const TYPES: [&str; 10] =
    ["build", "chore", "ci", "docs", "fix", "perf", "refactor", "revert", "style", "test"];

/// Whether the message says how much the commit changes. `parser: mend it` does not, although it
/// has the form.
#[must_use]
pub(super) fn is_telling(commit: &Commit) -> bool {
    let known = |said: git_conventional::Commit<'_>| {
        let said = said.type_().as_str().to_ascii_lowercase();
        TYPES.contains(&said.as_str())
    };
    impact(commit) > Impact::Fix
        || git_conventional::Commit::parse(commit.summary()).is_ok_and(known)
}

fn has_breaking_footer(message: &str) -> bool {
    message.lines().skip(1).any(|line| breaking_footer(line).is_some())
}

/// What a line says behind `BREAKING CHANGE:`, when it begins such a footer.
#[must_use]
pub(super) fn breaking_footer(line: &str) -> Option<&str> {
    line.strip_prefix("BREAKING CHANGE")
        .or_else(|| line.strip_prefix("BREAKING-CHANGE"))
        .and_then(|rest| rest.strip_prefix(": ").or(rest.strip_prefix(" #")))
}

/// The commits that count: a revert and the commit it names cancel each other, so that a revert of
/// a revert brings the first commit back. `commits` and the result are newest first.
#[must_use]
pub(super) fn standing(commits: &[Commit]) -> Vec<&Commit> {
    let mut cancelled: BTreeSet<usize> = BTreeSet::new();
    for (at, commit) in commits.iter().enumerate() {
        if cancelled.contains(&at) {
            continue;
        }
        let named: BTreeSet<usize> = reverted(commit)
            .into_iter()
            .filter_map(|hex| {
                let older = commits.iter().enumerate().skip(at + 1);
                let mut same = older.filter(|(_, other)| other.oid.as_str().starts_with(&hex));
                same.next().map(|(index, _)| index)
            })
            .filter(|index| !cancelled.contains(index))
            .collect();
        if !named.is_empty() {
            cancelled.extend(named);
            cancelled.insert(at);
        }
    }
    let kept = commits.iter().enumerate().filter(|(at, _)| !cancelled.contains(at));
    kept.map(|(_, commit)| commit).collect()
}

/// The ids of the commits that a revert names, at least seven digits each; none when the commit
/// is no revert.
fn reverted(commit: &Commit) -> Vec<String> {
    let subject = commit.summary().to_ascii_lowercase();
    let is_revert = ["revert \"", "reapply \"", "revert:", "revert(", "revert!:"]
        .iter()
        .any(|start| subject.starts_with(start));
    if !is_revert {
        return Vec::new();
    }
    let named = commit.message.lines().skip(1).filter_map(|line| {
        let line = line.trim();
        let lower = line.to_ascii_lowercase();
        let starts = ["this reverts commit ", "refs: ", "reverts: ", "reverts commit "];
        starts.iter().find(|start| lower.starts_with(**start)).map(|start| &line[start.len()..])
    });
    named.flat_map(hexes).collect()
}

fn hexes(text: &str) -> Vec<String> {
    text.split(|c: char| !c.is_ascii_hexdigit())
        .filter(|word| word.len() >= 7)
        .map(str::to_ascii_lowercase)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Oid;

    fn commit(oid: &str, message: &str) -> Commit {
        Commit { oid: Oid::from_hex(oid), message: message.to_owned(), routed_by_scope: false }
    }

    #[test]
    fn messages_say_their_impact() {
        let table = [
            ("fix: a", Impact::Fix),
            ("feat: a", Impact::Feature),
            ("Feat(store): a", Impact::Feature),
            ("feat!: a", Impact::Breaking),
            ("refactor(api)!: a", Impact::Breaking),
            ("fix: a\n\nBREAKING CHANGE: b", Impact::Breaking),
            ("fix: a\n\nBREAKING-CHANGE: b", Impact::Breaking),
            ("fix: a\nno blank line before the body", Impact::Fix),
            ("feat: a\nno blank line before the body", Impact::Feature),
            ("Rework the parser\n\nBREAKING CHANGE: b", Impact::Breaking),
            ("Rework the parser", Impact::Fix),
            ("docs: mention BREAKING CHANGE: in the guide", Impact::Fix),
            ("fix: a\n\nThere is no BREAKING CHANGE: here", Impact::Fix),
            ("", Impact::Fix),
        ];
        for (message, expected) in table {
            assert_eq!(impact(&commit("a", message)), expected, "{message}");
        }
    }

    #[test]
    fn messages_tell_by_types_that_are_known() {
        let table = [
            ("fix: a", true),
            ("Chore(deps): a", true),
            ("sync!: a", true),
            ("sync: a", false),
            ("Add a", false),
        ];
        for (message, expected) in table {
            assert_eq!(is_telling(&commit("a", message)), expected, "{message}");
        }
    }

    #[test]
    fn a_revert_and_what_it_names_cancel_each_other() {
        let feature = commit("aaaaaaa111", "feat!: a");
        let revert = commit("bbbbbbb222", "Revert \"feat!: a\"\n\nThis reverts commit aaaaaaa111.");
        let again = commit("ccccccc333", "revert: bring a back\n\nRefs: bbbbbbb222");
        // What git calls the revert of a revert.
        let reapply =
            commit("ccccccc333", "Reapply \"feat!: a\"\n\nThis reverts commit bbbbbbb222.");
        let other = commit("ddddddd444", "revert: b\n\nThis reverts commit 0123456789.");
        let left = |commits: &[Commit]| -> Vec<String> {
            standing(commits).iter().map(|commit| commit.oid.to_string()).collect()
        };
        assert!(left(&[revert.clone(), feature.clone()]).is_empty());
        for back in [again, reapply] {
            assert_eq!(left(&[back, revert.clone(), feature.clone()]), ["aaaaaaa111"]);
        }
        assert_eq!(left(&[other]), ["ddddddd444"]);
    }
}
