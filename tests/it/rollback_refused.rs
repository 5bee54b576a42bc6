//! Rollbacks that are refused: before any effect where that can be known, and all reasons together.

use crate::sandbox;
use crate::support::Sandbox;
use crate::support::snapshot::snapshot;
use serde_json::json;

const BACK: &[&str] = &["yank-rollback", "--yes"];

fn released() -> Sandbox {
    let sandbox = sandbox("chain");
    sandbox.run(&["publish", "--yes", "--no-verify"]).exits(0);
    sandbox
}

#[test]
fn a_registry_that_takes_no_yank_is_named_with_the_version_and_nothing_is_touched() {
    let sandbox = released();
    let before = snapshot(&sandbox);
    let owner = json!({"errors": [{"detail": "must already be an owner to yank or unyank"}]});
    for (code, body, said) in [
        (403, owner.to_string(), "must already be an owner"),
        (401, String::new(), "status 401"),
        (404, String::new(), "status 404"),
        (405, String::new(), "status 405"),
        (501, String::new(), "status 501"),
    ] {
        let fault = json!({"kind": "status", "code": code, "body": body});
        sandbox.fault(&json!({"operation": "yank", "times": 0, "fault": fault}));
        let refused = sandbox.run(BACK).exits(97).says("the yank of bin 1.3.1 was refused");
        for words in [said, "nothing was yanked", "cargo orchestrate yank-rollback"] {
            assert!(refused.stderr.contains(words), "no `{words}`\n{refused}");
        }
        assert!(!refused.stderr.contains("was published"), "{refused}");
        sandbox.no_faults();
        assert_eq!(snapshot(&sandbox), before);
    }
    sandbox.run(&["yank-rollback", "--undo", "--yes"]).exits(97).says("no rollback to undo");
    sandbox.run(BACK).exits(0);
}

#[test]
fn whatever_stands_in_the_way_is_said_together() {
    let sandbox = released();
    let before = snapshot(&sandbox);
    let asked = ["yank-rollback", "--yes", "lib1@0.2.0", "lib2@9.9.9", "lib5@1.0.0"];
    let refused = sandbox
        .command(&asked)
        .env_remove("CARGO_REGISTRY_TOKEN")
        .env_remove("CARGO_REGISTRIES_LOCAL_TOKEN")
        .output()
        .expect("the program can be run");
    assert_eq!(refused.status.code(), Some(97));
    let told = String::from_utf8_lossy(&refused.stdout).into_owned();
    for words in [
        "lib2 0.3.0 requires lib1 ^0.2.0",
        "lib2 9.9.9 is not on crates-io",
        "no member is called `lib5`",
        "there is no credential for crates-io",
    ] {
        assert!(told.contains(words), "no `{words}`\n{told}");
    }
    assert_eq!(snapshot(&sandbox), before);
}
