//! Taking back what another tool released: by tags, by manifests, by what the packages say.

use crate::sandbox;
use crate::schemas::check;
use crate::support::Sandbox;
use serde_json::{Value, json};

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

/// What the registry answers the n-th time it is asked about the packages that depend on `lib1`: one that requires this.
fn dependents(sandbox: &Sandbox, nth: u32, user: &str, requirement: &str) {
    let body = json!({
        "dependencies": [{"crate_id": "lib1", "kind": "normal", "req": requirement, "version_id": 7}],
        "versions": [{"id": 7, "crate": user, "num": "1.0.0", "yanked": false}],
        "meta": {"total": 230}
    });
    sandbox.fault(&json!({"operation": "facts", "package": "lib1", "nth": nth, "fault": {
        "kind": "status", "code": 200, "body": body.to_string()
    }}));
}

#[test]
fn who_breaks_elsewhere_is_told_as_far_as_the_registry_says() {
    let sandbox = released();
    let fault = json!({"kind": "status", "code": 500});
    let line = ["bin@1.3.1", "lib3@0.4.1", "lib3@0.4.0", "lib2@0.3.0", "lib1@0.2.0"];
    // Two pages, and the third does not come.
    dependents(&sandbox, 1, "fine", ">=0.1");
    dependents(&sandbox, 2, "strict", "=0.2.0");
    sandbox.fault(&json!({"operation": "facts", "package": "lib1", "nth": 3, "fault": fault}));
    let shown = sandbox.run(&[&["yank-rollback", "--plan-only"][..], &line].concat()).exits(0);
    let whole = shown.stdout.split_whitespace().collect::<Vec<_>>().join(" ");
    for text in [
        "230 packages on crates-io depend on it: 2 of the 2 most used may take this version, 1 of them breaks",
        "warning[dependents-break]",
        "and no other live version: strict 1.0.0 requires =0.2.0",
    ] {
        assert!(whole.contains(text), "{text}\n{shown}");
    }
    // A registry that has nothing like it is not asked twice, and keeps nobody from anything.
    let plan = [&["yank-rollback", "--plan-only", "--message-format", "json"][..], &line].concat();
    let plan = sandbox.run(&plan).exits(0).object("rollback-plan");
    check("rollback-plan", &plan);
    assert!(plan["items"].as_array().unwrap().iter().all(|item| item["dependents"].is_null()));
    sandbox.no_faults();
    dependents(&sandbox, 1, "fine", ">=0.1");
    let told = ["yank-rollback", "--plan-only", "--message-format", "json", "lib1@0.2.0"];
    let told = sandbox.run(&told).exits(97).object("rollback-plan");
    check("rollback-plan", &told);
    assert_eq!(told["items"][0]["required-elsewhere"][0]["package"], "fine");
}
