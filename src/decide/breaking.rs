//! What breaks for the users of a package, in the words of its commits and changesets.

use super::commit;
use crate::facts::changeset::{Level, headline};
use crate::facts::{Changeset, Changesets, Commit, History};
use crate::model::{Impact, Oid, PackageName, RelPath};
use serde::{Deserialize, Serialize};

/// One breaking change.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct BreakingChange {
    /// The commit that says so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub commit: Option<Oid>,
    /// The changeset that says so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub changeset: Option<RelPath>,
    /// Its first line or sentence; not yet neutralised for a terminal.
    pub summary: String,
    /// How people move on, lines kept: what stands behind `BREAKING CHANGE:`, or the rest of the
    /// changeset. Nothing when the commit only has its `!` and the changeset no more.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
}

/// The breaking changes of a package since its last release: of its commits, the newest first, none
/// when nothing that is packed changed and none that was reverted; then of its changesets, by file.
#[must_use]
pub fn breaking_changes(
    package: &PackageName,
    history: &History,
    changesets: &Changesets,
) -> Vec<BreakingChange> {
    let described = changesets.about(package);
    let described = described.filter(|(_, level)| *level == Level::Major);
    let mut changes = of_commits(history);
    changes.extend(described.map(|(changeset, _)| of_changeset(changeset)));
    changes
}

fn of_changeset(changeset: &Changeset) -> BreakingChange {
    let (summary, rest) = headline(&changeset.text);
    BreakingChange {
        commit: None,
        changeset: Some(changeset.file.clone()),
        summary,
        text: (!rest.is_empty()).then(|| rest.to_owned()),
    }
}

fn of_commits(history: &History) -> Vec<BreakingChange> {
    if history.evidence.is_empty() {
        return Vec::new();
    }
    let commits = commit::standing(&history.commits).into_iter();
    commits
        .filter(|commit| commit::impact(commit) == Impact::Breaking)
        .map(|commit| BreakingChange {
            commit: Some(commit.oid.clone()),
            changeset: None,
            summary: commit.summary().to_owned(),
            text: explanation(commit),
        })
        .collect()
}

/// The texts of all `BREAKING CHANGE:` footers, an empty line between two. Such a text goes on over
/// lines and paragraphs until another footer begins (Conventional Commits 1.0.0, rules 10 and 16).
fn explanation(commit: &Commit) -> Option<String> {
    let mut texts: Vec<Vec<&str>> = Vec::new();
    let mut inside = false;
    for line in commit.message.lines().skip(1) {
        if let Some(first) = commit::breaking_footer(line) {
            texts.push(vec![first.trim()]);
            inside = true;
        } else if is_footer(line) {
            inside = false;
        } else if inside && let Some(text) = texts.last_mut() {
            text.push(line.trim_end());
        }
    }
    let texts = texts.iter().map(|lines| lines.join("\n").trim().to_owned());
    let texts: Vec<String> = texts.filter(|text| !text.is_empty()).collect();
    (!texts.is_empty()).then(|| texts.join("\n\n"))
}

/// Whether a line begins a footer: a token of letters and hyphens, then `: ` or ` #`. A word of
/// prose that ends in a colon, as `Before: the old way`, has no hyphen, and only a few footers have
/// none.
fn is_footer(line: &str) -> bool {
    const PLAIN: [&str; 5] = ["closes", "fixes", "refs", "see", "resolves"];
    let Some(end) = line.find(": ").or_else(|| line.find(" #")) else { return false };
    let token = &line[..end];
    let is_token =
        !token.is_empty() && token.chars().all(|c| c.is_ascii_alphanumeric() || c == '-');
    is_token && (token.contains('-') || PLAIN.contains(&token.to_ascii_lowercase().as_str()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(message: &str) -> Option<String> {
        explanation(&Commit {
            oid: Oid::from_hex("a"),
            message: message.to_owned(),
            routed_by_scope: false,
        })
    }

    #[test]
    fn the_text_goes_on_until_the_next_footer() {
        let table = [
            ("feat!: a", None),
            ("feat: a\n\nBREAKING CHANGE: call `b`.", Some("call `b`.")),
            (
                "feat: a\n\nBody.\n\nBREAKING CHANGE: call\n  `b` now.\n\nBefore: `a`\nAfter: `b`\n\
                 Signed-off-by: J\n",
                Some("call\n  `b` now.\n\nBefore: `a`\nAfter: `b`"),
            ),
            ("feat: a\n\nBREAKING-CHANGE: x\nCloses #12\nmore", Some("x")),
            ("feat: a\n\nBREAKING CHANGE: x\nBREAKING CHANGE: y", Some("x\n\ny")),
            ("feat: a\n\nBREAKING CHANGE #7", Some("7")),
            ("feat: a\n\nno BREAKING CHANGE: here", None),
        ];
        for (message, expected) in table {
            assert_eq!(text(message).as_deref(), expected, "{message}");
        }
    }
}
