//! Programs that the configuration of a repository names.

use super::{PUBLISH, commit, script};
use crate::sandbox;
use crate::support::Sandbox;
use std::collections::BTreeSet;
use std::fs;
use std::time::{Duration, SystemTime};

/// Settings of git that name a program.
const SETTINGS: [&str; 8] = [
    "core.fsmonitor",
    "core.pager",
    "core.editor",
    "core.sshCommand",
    "diff.external",
    "diff.spy.textconv",
    "credential.helper",
    "filter.spy.clean",
];

/// Every hook that git knows on this side.
const HOOKS: [&str; 13] = [
    "pre-commit",
    "prepare-commit-msg",
    "commit-msg",
    "post-commit",
    "pre-push",
    "post-checkout",
    "post-merge",
    "post-rewrite",
    "post-index-change",
    "pre-auto-gc",
    "reference-transaction",
    "fsmonitor-watchman",
    "pre-rebase",
];

/// The chain in a repository where every program that git could start says that it was, and what it
/// was told of credentials.
fn spied() -> Sandbox {
    let sandbox = sandbox("chain");
    let seen = sandbox.root().join("seen");
    fs::write(&seen, "").unwrap();
    let spy = |name: &str| {
        let seen = seen.display();
        format!("echo {name} >> '{seen}'; env | grep -E 'TOKEN|ACTIONS' >> '{seen}'")
    };
    sandbox.write(".gitattributes", "*.rs filter=spy diff=spy\n");
    commit(&sandbox, "chore: attributes");
    for setting in SETTINGS {
        let program = sandbox.root().join("programs").join(setting);
        let rest = if setting == "filter.spy.clean" { "cat" } else { ":" };
        script(&program, &format!("{}\n{rest}", spy(setting)));
        sandbox.git(&["config", setting, program.to_str().unwrap()]);
    }
    for hook in HOOKS {
        script(&sandbox.root().join("hooks").join(hook), &format!("{}\nexit 0", spy(hook)));
    }
    // Where a file is as young as the index, git asks its filter whether it has changed.
    let old = SystemTime::now() - Duration::from_mins(1);
    for path in sandbox.git(&["ls-files", "*.rs"]).lines() {
        let file = fs::File::options().write(true).open(sandbox.work().join(path)).unwrap();
        file.set_modified(old).unwrap();
    }
    sandbox.git(&["update-index", "--refresh"]);
    let hooks = sandbox.root().join("hooks");
    sandbox.git(&["config", "core.hooksPath", hooks.to_str().unwrap()]);
    fs::write(&seen, "").unwrap();
    sandbox
}

/// What was run since the last look, and what it was told.
fn seen(sandbox: &Sandbox) -> BTreeSet<String> {
    let seen = sandbox.root().join("seen");
    let text = fs::read_to_string(&seen).unwrap();
    fs::write(&seen, "").unwrap();
    text.lines().map(str::to_owned).collect()
}

#[test]
fn a_plan_starts_no_program_that_git_s_configuration_names() {
    let sandbox = spied();
    sandbox.run(&["plan"]).exits(0);
    assert_eq!(seen(&sandbox), BTreeSet::new());
    // Only a filter can say whether a file of the same length has changed.
    let text = sandbox.read("lib1/src/lib.rs");
    sandbox.write("lib1/src/lib.rs", &text.replacen("pub", "qub", 1));
    let mut plan = sandbox.command(&["plan"]);
    plan.env("ACTIONS_ID_TOKEN_REQUEST_TOKEN", "of-the-job");
    crate::support::Output::of(&mut plan).exits(97);
    assert_eq!(seen(&sandbox), BTreeSet::from(["filter.spy.clean".to_owned()]));
}

#[test]
fn a_release_runs_the_hooks_of_its_pushes_and_tells_them_no_credential() {
    let sandbox = spied();
    sandbox.run(PUBLISH).exits(0);
    sandbox.run(&["status", "--verify"]).exits(0);
    sandbox.run(&["yank-rollback", "--yes"]).exits(0);
    let expected = ["pre-push", "reference-transaction"].map(str::to_owned);
    assert_eq!(seen(&sandbox), BTreeSet::from(expected));
}
