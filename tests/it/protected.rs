//! Branches that take no pushes, and branches that move on.

use crate::sandbox;
use crate::schemas::check;
use crate::support::Sandbox;
use crate::support::snapshot::needless_uploads;
use serde_json::json;
use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt as _;

const PUBLISH: &[&str] = &["publish", "--yes"];

/// The chain, on a remote whose main branch is protected.
fn protected() -> Sandbox {
    let sandbox = sandbox("chain");
    let hook = sandbox.remote().join("hooks/update");
    let refuses = "#!/bin/sh\n[ $1 != refs/heads/main ] || { echo 'main is protected' >&2; exit 1; }\n\
                   echo 'Open a request at https://host.invalid/new' >&2\n";
    fs::create_dir_all(hook.parent().unwrap()).unwrap();
    fs::write(&hook, refuses).unwrap();
    fs::set_permissions(&hook, Permissions::from_mode(0o755)).unwrap();
    sandbox
}

fn own_branch(sandbox: &Sandbox) -> (String, String) {
    let format = "--format=%(refname:short) %(objectname)";
    let branch = sandbox.remote_git(&["for-each-ref", format, "refs/heads/orchestrate"]);
    let (name, commit) = branch.split_once(' ').expect("one branch");
    (name.to_owned(), commit.to_owned())
}

/// All four versions are out, and their tags are at the commit.
fn is_out(sandbox: &Sandbox, commit: &str) {
    let lines = sandbox.published_lines();
    for (version, tag) in [
        ("lib1 0.2.0", "lib1-v0.2.0"),
        ("lib2 0.3.0", "lib2-v0.3.0"),
        ("lib3 0.4.0", "lib3-v0.4.0"),
        ("bin 1.3.1", "bin-v1.3.1"),
    ] {
        assert!(lines.contains(&version.to_owned()), "{lines:?}");
        let tagged = sandbox.remote_git(&["rev-parse", &format!("{tag}^{{commit}}")]);
        assert_eq!(tagged, commit, "{tag}");
    }
    assert_eq!(needless_uploads(sandbox), Vec::<String>::new());
}

#[test]
fn a_protected_branch_gets_a_branch_to_merge_and_everything_is_published() {
    let sandbox = protected();
    let before = sandbox.remote_git(&["rev-parse", "main"]);
    let line = ["publish", "--yes", "--message-format", "json"];
    let document = sandbox.run(&line).exits(0).object("release");
    check("outcome", &document);
    let (branch, commit) = own_branch(&sandbox);
    let merge = json!({"branch": branch, "into": "main", "url": "https://host.invalid/new"});
    assert_eq!(document["merge"], merge);
    assert_eq!(branch, format!("orchestrate/{}", document["id"].as_str().unwrap()));
    assert_eq!(sandbox.git(&["rev-parse", "HEAD"]), commit);
    assert_eq!(sandbox.remote_git(&["rev-parse", "main"]), before);
    is_out(&sandbox, &commit);
    let line = ["status", "--verify", "--message-format", "json"];
    let verified = sandbox.run(&line).exits(0).object("verification");
    assert_eq!(verified["releases"][0]["branch"]["state"], "to-merge", "{verified}");
}

#[test]
fn a_release_on_its_own_branch_goes_on_in_a_fresh_clone() {
    let sandbox = protected();
    let fault = json!({"kind": "status", "code": 429, "retry-after-seconds": 900});
    sandbox.fault(&json!({"operation": "publish", "package": "lib3", "fault": fault}));
    sandbox.run(&["publish", "--yes", "--max-wait", "0"]).exits(100);
    sandbox.no_faults();
    fs::remove_dir_all(sandbox.work()).unwrap();
    let (from, to) = (sandbox.remote(), sandbox.work().to_owned());
    let places = [from.to_str().unwrap(), to.to_str().unwrap()];
    sandbox.remote_git(&["clone", "--quiet", places[0], places[1]]);
    sandbox.run(PUBLISH).exits(0).says("from origin").says("To merge");
    is_out(&sandbox, &own_branch(&sandbox).1);
}

#[test]
fn a_remote_that_takes_nothing_gets_nothing() {
    let sandbox = sandbox("chain");
    sandbox.refuse_pushes();
    let head = sandbox.git(&["rev-parse", "HEAD"]);
    sandbox.run(PUBLISH).exits(97);
    assert_eq!(sandbox.git(&["rev-parse", "HEAD"]), head);
    assert!(!sandbox.published_lines().contains(&"lib1 0.2.0".to_owned()));
}

#[test]
fn a_branch_that_moves_on_during_the_uploads_loses_nothing() {
    let sandbox = sandbox("chain");
    let other = sandbox.root().join("other");
    let clone = [sandbox.remote(), other.clone()];
    sandbox.git(&["clone", "--quiet", clone[0].to_str().unwrap(), clone[1].to_str().unwrap()]);
    assert!(sandbox.run_until(PUBLISH, "done", "upload:lib2@0.3.0"));
    // Somebody pushes on top meanwhile.
    let at = other.to_str().unwrap();
    sandbox.git(&["-C", at, "pull", "--quiet"]);
    sandbox.git(&["-C", at, "commit", "--quiet", "--allow-empty", "--message", "docs: theirs"]);
    sandbox.git(&["-C", at, "push", "--quiet"]);
    let theirs = sandbox.remote_git(&["rev-parse", "main"]);
    sandbox.run(PUBLISH).exits(0);
    is_out(&sandbox, &sandbox.git(&["rev-parse", "HEAD"]));
    assert_eq!(sandbox.remote_git(&["rev-parse", "main"]), theirs);
    assert_eq!(sandbox.remote_git(&["rev-parse", "main~1"]), sandbox.git(&["rev-parse", "HEAD"]));
}
