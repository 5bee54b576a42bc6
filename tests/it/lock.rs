//! The lock on the remote, which keeps two machines apart.

use crate::sandbox;
use crate::support::duel::duel;
use crate::support::{Output, Sandbox};
use serde_json::json;
use std::fs::Permissions;
use std::io::{BufRead as _, BufReader, Read as _};
use std::os::unix::fs::PermissionsExt as _;
use std::process::Stdio;

const PUBLISH: &[&str] = &["publish", "--yes"];
const REF: &str = "refs/orchestrate/lock";

/// A lock on the remote as another machine would put it there; its commit.
fn somebody_locks(sandbox: &Sandbox, text: &str) -> String {
    let tree = sandbox.git(&["hash-object", "-w", "-t", "tree", "/dev/null"]);
    let commit = sandbox.git(&["commit-tree", &tree, "-m", text]);
    sandbox.git(&["push", "--quiet", "origin", &format!("{commit}:{REF}")]);
    commit
}

fn claim(lease: u64) -> String {
    let claim = json!({
        "v": 1, "nonce": "theirs", "host": "builder\u{1b}[31m-7", "pid": 4711, "start": 1,
        "space": "another boot", "job": "https://ci.invalid/jobs/9", "plan": "0123abcd",
        "since": "2026-11-26T06:00:00Z", "lease": lease,
    });
    claim.to_string()
}

/// The commit of the lock on the remote, empty without one.
fn lock(sandbox: &Sandbox) -> String {
    sandbox.remote_git(&["for-each-ref", "--format=%(objectname)", REF])
}

/// Publishes in a clone of the remote beside the workspace.
fn publish_elsewhere(sandbox: &Sandbox) -> Output {
    let (from, to) = (sandbox.remote(), sandbox.root().join("elsewhere"));
    sandbox.git(&["clone", "--quiet", from.to_str().unwrap(), to.to_str().unwrap()]);
    Output::of(sandbox.command(PUBLISH).current_dir(to))
}

#[test]
fn who_holds_the_lock_is_named_and_nothing_happens() {
    let sandbox = sandbox("chain");
    let theirs = somebody_locks(&sandbox, &claim(120));
    let before = (sandbox.published_lines(), sandbox.git(&["rev-parse", "HEAD"]));
    let refused = sandbox
        .run(PUBLISH)
        .exits(97)
        .says("process 4711 on builder")
        .says("https://ci.invalid/jobs/9")
        .says("2026-11-26T06:00:00Z")
        .says("cargo orchestrate publish --wait-lock 10m");
    assert!(!refused.stderr.contains('\u{1b}'), "{refused}");
    // What cannot be read is a lock all the same.
    let unreadable = somebody_locks_instead(&sandbox, &theirs, "mine");
    sandbox.run(PUBLISH).exits(97).says("cannot be read");
    assert_eq!(lock(&sandbox), unreadable);
    assert_eq!((sandbox.published_lines(), sandbox.git(&["rev-parse", "HEAD"])), before);
    assert_eq!(sandbox.git(&["status", "--porcelain"]), "");
    // No run was begun, so there is none to go on with.
    sandbox.remote_git(&["update-ref", "-d", REF]);
    sandbox.run(&["publish", "--abandon"]).exits(0).says("no release is under way");
    sandbox.run(PUBLISH).exits(0);
    assert_eq!(lock(&sandbox), "");
}

#[test]
fn of_two_jobs_at_once_one_releases_and_the_other_names_it() {
    for _ in 0..2 {
        duel(&sandbox("chain")).unwrap();
    }
}

fn somebody_locks_instead(sandbox: &Sandbox, old: &str, text: &str) -> String {
    sandbox.remote_git(&["update-ref", "-d", REF, old]);
    somebody_locks(sandbox, text)
}

#[test]
fn a_lock_that_does_not_move_for_its_lease_is_taken_over_by_who_waits() {
    let sandbox = sandbox("chain");
    somebody_locks(&sandbox, &claim(1));
    sandbox.run(&["publish", "--yes", "--wait-lock", "5m"]).exits(0).says("silent for its lease");
    assert_eq!(lock(&sandbox), "");
}

#[test]
fn the_lock_of_a_killed_process_is_taken_over_at_once_here_and_in_a_fresh_clone() {
    for is_elsewhere in [false, true] {
        let sandbox = sandbox("chain");
        assert!(sandbox.run_until(PUBLISH, "done", "upload:lib1@0.2.0"));
        assert_ne!(lock(&sandbox), "");
        let goes_on = if is_elsewhere { publish_elsewhere(&sandbox) } else { sandbox.run(PUBLISH) };
        let goes_on = goes_on.exits(0);
        assert_eq!(goes_on.stderr.contains("which is no more"), is_elsewhere, "{goes_on}");
        assert_eq!(lock(&sandbox), "");
    }
}

#[test]
fn a_host_that_lets_nobody_delete_a_ref_keeps_a_lock_without_a_holder() {
    let sandbox = sandbox("chain");
    let hook = sandbox.remote().join("hooks/update");
    let refuses = "#!/bin/sh\ncase $3 in *[!0]*) ;; *) echo 'no deletions' >&2; exit 1 ;; esac\n";
    std::fs::write(&hook, refuses).unwrap();
    std::fs::set_permissions(&hook, Permissions::from_mode(0o755)).unwrap();
    sandbox.remote_git(&["config", "receive.denyNonFastForwards", "true"]);
    sandbox.run(PUBLISH).exits(0);
    assert_ne!(lock(&sandbox), "");
    sandbox.run(&["yank-rollback", "--yes"]).exits(0);
}

#[test]
fn who_lost_the_lock_sends_nothing_more() {
    let sandbox = sandbox("chain");
    sandbox.write("orchestrate.toml", "lock-lease = \"10s\"\n");
    sandbox.git(&["add", "orchestrate.toml"]);
    sandbox.git(&["commit", "--quiet", "--message", "chore: a short lease"]);
    // While the first upload is throttled somebody else takes the lock over.
    let fault = json!({"kind": "status", "code": 429, "retry-after-seconds": 12});
    sandbox.fault(&json!({"operation": "publish", "package": "lib1", "fault": fault, "times": 1}));
    let main = || sandbox.remote_git(&["rev-parse", "main"]);
    let before = main();
    let mut child = sandbox.command(PUBLISH).stderr(Stdio::null()).spawn().unwrap();
    while main() == before {
        assert_eq!(child.try_wait().unwrap(), None, "it waits for the registry");
    }
    let held = lock(&sandbox);
    let theirs = somebody_locks_instead(&sandbox, &held, &claim(3600));
    assert_eq!(child.wait().unwrap().code(), Some(100));
    assert_eq!(lock(&sandbox), theirs);
    assert!(!sandbox.published_lines().iter().any(|line| line == "lib1 0.2.0"));
}

#[test]
fn who_waited_plans_anew_with_what_the_other_released() {
    let sandbox = sandbox("chain");
    let theirs = somebody_locks(&sandbox, &claim(3600));
    let mut waits = sandbox.command(&["publish", "--yes", "--wait-lock", "10m"]);
    let mut waits = waits.stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
    let mut said = BufReader::new(waits.stderr.take().unwrap());
    let mut heard = String::new();
    while !heard.contains("Waiting for the lock") {
        assert_ne!(said.read_line(&mut heard).unwrap(), 0, "{heard}");
    }
    // Meanwhile the other machine releases the same workspace.
    let (from, to) = (sandbox.remote(), sandbox.root().join("elsewhere"));
    let to = to.to_str().unwrap();
    sandbox.git(&["clone", "--quiet", from.to_str().unwrap(), to]);
    let released = Output::of(sandbox.command(&["publish", "--yes", "--no-push"]).current_dir(to));
    released.exits(0);
    sandbox.git(&["-C", to, "push", "--quiet", "--follow-tags", "origin", "main"]);
    let there = sandbox.published();
    sandbox.remote_git(&["update-ref", "-d", REF, &theirs]);
    said.read_to_string(&mut heard).unwrap();
    assert_eq!(waits.wait().unwrap().code(), Some(0), "{heard}");
    assert!(heard.contains("anew") && heard.contains("nothing to release"), "{heard}");
    assert_eq!(sandbox.published(), there);
    assert_eq!(lock(&sandbox), "");
    let main = sandbox.remote_git(&["rev-parse", "main"]);
    assert_eq!(sandbox.git(&["rev-parse", "HEAD"]), main);
}

#[test]
fn a_remote_that_takes_no_lock_is_told_and_the_release_goes_out_all_the_same() {
    for json in [&[][..], &["--message-format", "json"]] {
        let sandbox = sandbox("chain");
        let hook = sandbox.remote().join("hooks/update");
        let refuses = "#!/bin/sh\ncase $1 in refs/heads/*|refs/tags/*) ;; \
                       *) echo \"no $1 here\" >&2; exit 1;; esac\n";
        std::fs::create_dir_all(hook.parent().unwrap()).unwrap();
        std::fs::write(&hook, refuses).unwrap();
        std::fs::set_permissions(&hook, Permissions::from_mode(0o755)).unwrap();
        let output = sandbox.run(&[PUBLISH, json].concat()).exits(0);
        assert!(output.stderr.contains("only this repository is locked"), "{output}");
        assert!(output.stderr.contains("does not take the mirror of the journal"), "{output}");
        assert_eq!(lock(&sandbox), "");
        assert_eq!(sandbox.remote_tags().len(), sandbox.git(&["tag"]).lines().count());
    }
}
