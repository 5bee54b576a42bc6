//! Whether what is checked out, and the remote, can take the commit of a rollback.

use crate::facts::{Facts, RemoteBranch};
use crate::plan::{Action, Finding, Step};
use crate::run::RunState;

/// Where a run pushed its commit: remote and branch. Nothing when it did not.
pub(super) fn pushed(steps: &[Step], state: &RunState) -> Option<(String, String)> {
    steps.iter().find_map(|step| match &step.action {
        Action::PushCommit { remote, branch } if state.is_done(&step.id) => {
            Some((remote.clone(), branch.clone()))
        }
        _ => None,
    })
}

/// What keeps a commit with edits from being made here and pushed there. A remote that was not
/// asked is not pushed to.
pub(super) fn findings(facts: &Facts, pushed: Option<&(String, String)>) -> Vec<Finding> {
    let repository = &facts.repository;
    let mut findings = Vec::new();
    if !repository.dirty.is_empty() {
        let names: Vec<String> =
            repository.dirty.iter().take(5).map(|path| format!("`{path}`")).collect();
        let text = format!("the working tree has changes in {}", names.join(", "));
        let hint = "commit them, or `git stash --include-untracked`";
        findings.push(Finding::error("dirty-tree", text).hint(hint));
    }
    let (Some((name, branch)), Some(remote)) = (pushed, &repository.remote) else {
        return findings;
    };
    if remote.branch == RemoteBranch::NotAsked {
        return findings;
    }
    let here = repository.branch.as_ref().map(|branch| branch.name.as_str());
    if here.is_some_and(|here| here != branch) {
        let here = here.unwrap_or_default();
        let text = format!("`{here}` is checked out, and the commit belongs on `{branch}`");
        findings.push(Finding::error("other-branch", text).hint(format!("`git switch {branch}`")));
        return findings;
    }
    match &remote.branch {
        RemoteBranch::Ahead(oid) => {
            let text =
                format!("{name}/{branch} is at {}, which HEAD does not contain", oid.short(7));
            let hint = format!("`git pull {name} {branch}`, or --no-push");
            findings.push(Finding::error("remote-ahead", text).hint(hint));
        }
        RemoteBranch::Unreachable(why) => {
            let text = format!("the remote `{name}` does not answer: {why}");
            let hint = format!("try `git ls-remote {name}`, or --no-push");
            findings.push(Finding::error("remote-unreachable", text).hint(hint));
        }
        RemoteBranch::Absent | RemoteBranch::At(_) | RemoteBranch::NotAsked => {}
    }
    findings
}
