//! Where else a fix is needed.

use super::Planned;
use crate::facts::{Facts, OtherBranch, TagPatterns, is_own_commit};
use crate::model::Oid;
use crate::policy::GateCommand;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// A branch that is later than the line of a hotfix and lacks commits of it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct StillNeeded {
    /// As git writes it: `main`, or `origin/main` where no branch here goes by that name.
    pub branch: String,
    /// The commits that it lacks, the first one first.
    pub commits: Vec<Oid>,
    /// What to type to have that branch checked out.
    pub switch: String,
    /// What to type then.
    pub command: String,
}

/// The branches that are later than the line of these packages and lack commits of their own: first
/// those that hold a later release, then those that hold the last one of the line.
pub(super) fn still_needed(
    facts: &Facts,
    packages: &[Planned],
    patterns: &TagPatterns,
) -> Vec<StillNeeded> {
    let own = packages.iter().filter_map(|planned| facts.history.get(&planned.name));
    let own = own.flat_map(|history| &history.commits);
    let own: BTreeSet<&Oid> =
        own.filter(|commit| !is_own_commit(&commit.message)).map(|commit| &commit.oid).collect();
    let mut found: Vec<(Later, StillNeeded)> = Vec::new();
    for branch in &facts.branches {
        let lacks = branch.lacks.iter().filter(|oid| own.contains(oid));
        let commits: Vec<Oid> = lacks.cloned().collect();
        if let Some(later) = later(branch, facts, packages, patterns)
            && !commits.is_empty()
        {
            let oids: Vec<&str> = commits.iter().map(|oid| oid.short(12)).collect();
            let command = format!("git cherry-pick -x {}", oids.join(" "));
            let (switch, branch) = (switch(branch), branch.name.clone());
            found.push((later, StillNeeded { branch, commits, switch, command }));
        }
    }
    found.sort();
    found.into_iter().map(|(_, needed)| needed).collect()
}

/// How to check a branch out; git takes names that a shell would take apart.
fn switch(branch: &OtherBranch) -> String {
    let flag = (!branch.is_here).then_some("--track");
    let words = ["git", "switch"].into_iter().chain(flag).chain([branch.name.as_str()]);
    GateCommand(words.map(str::to_owned).collect()).line()
}

/// How a branch is later than a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Later {
    /// It holds a later release.
    Released,
    /// It holds the last release of the line.
    OnTop,
}

fn later(
    branch: &OtherBranch,
    facts: &Facts,
    packages: &[Planned],
    patterns: &TagPatterns,
) -> Option<Later> {
    let of_one = |planned: &Planned| {
        let baseline = facts.history.get(&planned.name)?.baseline.as_ref()?;
        let mut releases = patterns.releases(&planned.name).iter();
        let is_later = releases.any(|release| {
            let tag = facts.repository.tags.get(&release.tag);
            release.version > baseline.version
                && tag.is_some_and(|tag| !tag.reachable && branch.holds.contains(&tag.commit))
        });
        let is_on_top = branch.holds.contains(&baseline.oid);
        is_later.then_some(Later::Released).or(is_on_top.then_some(Later::OnTop))
    };
    packages.iter().filter_map(of_one).min()
}

#[cfg(test)]
#[path = "still_needed_tests.rs"]
mod tests;
