//! What a hotfix leaves to do elsewhere, in words.

use super::Draft;
use crate::plan::{Finding, StillNeeded};

/// How many branches are named; all of them stand in the plan.
const MOST: usize = 8;

/// The branch that a hotfix makes, and the branches that need it, too.
pub(super) fn findings(draft: &Draft<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    if draft.facts.repository.branch.is_none()
        && let (Some(branch), true) = (draft.branch, draft.options.push)
    {
        let text = format!("HEAD is detached; the release commit goes to the branch `{branch}`");
        findings.push(Finding::note("detached-head", text));
    }
    findings.extend(draft.still_needed.iter().take(MOST).map(needed));
    if let Some(more) = draft.still_needed.len().checked_sub(MOST).filter(|more| *more > 0) {
        let text = format!("so do {more} more branches; `--message-format json` has all of them");
        findings.push(Finding::note("still-needed-elsewhere", text));
    }
    findings
}

fn needed(needed: &StillNeeded) -> Finding {
    let StillNeeded { branch, commits, switch, command } = needed;
    let lacks = match commits.len() {
        1 => "a commit".to_owned(),
        many => format!("{many} commits"),
    };
    let text = format!("`{branch}` is later than this line and lacks {lacks} of it");
    Finding::note("still-needed", text)
        .hint(format!("`{switch}`, then `{command}`, once this is out"))
}
