//! Taking back what another tool released: by tags, by manifests, by what the packages say.

use crate::sandbox;
use crate::support::Sandbox;
use serde_json::Value;

/// The chain, released twice, by whom nobody knows any more: no journal is left, and no tag.
fn released() -> Sandbox {
    let sandbox = sandbox("chain");
    sandbox.run(&["publish", "--yes"]).exits(0);
    let library = sandbox.read("lib3/src/lib.rs");
    sandbox.write("lib3/src/lib.rs", &(library + "\n/// More.\npub fn more() {}\n"));
    sandbox.git(&["commit", "--quiet", "--all", "--message", "fix(lib3): say more"]);
    sandbox.run(&["publish", "--yes"]).exits(0);
    std::fs::remove_dir_all(sandbox.work().join(".git/orchestrate")).unwrap();
    for tag in sandbox.git(&["tag", "--list"]).lines() {
        sandbox.git(&["tag", "--delete", tag]);
    }
    sandbox
}

/// What a rollback would yank, in its order.
fn planned(sandbox: &Sandbox, arguments: &[&str]) -> Vec<String> {
    let line = ["yank-rollback", "--plan-only", "--message-format", "json"];
    let plan = sandbox.run(&[&line[..], arguments].concat()).exits(0).object("rollback-plan");
    let item = |item: &Value| format!("{} {}", item["package"], item["version"]).replace('"', "");
    plan["items"].as_array().unwrap().iter().map(item).collect()
}

#[test]
fn everything_since_a_commit_is_found_without_tags() {
    let sandbox = released();
    // The second release came with HEAD, the first two commits before.
    assert_eq!(planned(&sandbox, &["--since", "HEAD~1"]), ["lib3 0.4.1"]);
    let both = planned(&sandbox, &["--since", "HEAD~3"]);
    let all = ["bin 1.3.1", "lib3 0.4.0", "lib3 0.4.1", "lib2 0.3.0", "lib1 0.2.0"];
    assert_eq!(both, all);
    let nothing = sandbox.run(&["yank-rollback", "--since", "HEAD", "--plan-only"]).exits(97);
    nothing.says("nothing was released after `HEAD`");
    // A tag of the whole workspace is a place like any other.
    sandbox.git(&["tag", "v0.2.0", "HEAD~2"]);
    assert_eq!(planned(&sandbox, &["--since", "v0.2.0"]), ["lib3 0.4.1"]);
    let unknown = sandbox.run(&["yank-rollback", "--since", "v0.2.00"]).exits(96);
    unknown.says("there is no revision or release `v0.2.00`").says("`v0.2.0`?");
}

#[test]
fn what_came_from_elsewhere_is_left_and_named() {
    let sandbox = released();
    // As in a clone that has not fetched: the second release is not there.
    sandbox.git(&["checkout", "--quiet", "--detach", "HEAD~2"]);
    sandbox.git(&["branch", "--delete", "--force", "main"]);
    sandbox.git(&["update-ref", "-d", "refs/remotes/origin/main"]);
    sandbox.git(&["reflog", "expire", "--expire=now", "--all"]);
    sandbox.git(&["gc", "--quiet", "--prune=now"]);
    let shown = sandbox.run(&["yank-rollback", "--since", "HEAD~1", "--plan-only"]);
    assert!(shown.stdout.contains("warning[unplaced]"), "{shown}");
    assert!(shown.stdout.contains("lib3 0.4.1"), "{shown}");
    assert!(shown.stdout.contains("git fetch --tags"), "{shown}");
}
