//! Releases whose journal is lost with its disk, and that go on from its mirror on the remote.

use crate::sandbox;
use crate::support::Sandbox;
use crate::support::snapshot::{differences, needless_uploads, snapshot};
use serde_json::json;
use std::fs;
use std::path::PathBuf;

const PUBLISH: &[&str] = &["publish", "--yes"];
const MIRRORS: &[&str] = &["for-each-ref", "--format=%(refname)", "refs/orchestrate/release"];

/// What an undisturbed publish of the chain leaves behind.
fn undisturbed() -> String {
    let sandbox = sandbox("chain");
    sandbox.run(PUBLISH).exits(0);
    assert_eq!(sandbox.remote_git(MIRRORS), "", "a finished release leaves no mirror");
    snapshot(&sandbox)
}

/// The chain, its release stopped when the second of four packages was to be uploaded.
fn stopped() -> Sandbox {
    let sandbox = sandbox("chain");
    let fault = json!({"kind": "status", "code": 429, "retry-after-seconds": 900});
    sandbox.fault(&json!({"operation": "publish", "package": "lib2", "fault": fault}));
    sandbox.run(&["publish", "--yes", "--max-wait", "0"]).exits(100);
    sandbox.no_faults();
    sandbox
}

/// The folder of the only run.
fn run_folder(sandbox: &Sandbox) -> PathBuf {
    let releases = sandbox.work().join(".git/orchestrate/releases");
    fs::read_dir(releases).unwrap().next().unwrap().unwrap().path()
}

fn fresh_clone(sandbox: &Sandbox, options: &[&str]) {
    fs::remove_dir_all(sandbox.work()).unwrap();
    let (from, to) = (sandbox.remote(), sandbox.work().to_owned());
    let places = [from.to_str().unwrap(), to.to_str().unwrap()];
    sandbox.remote_git(&[&["clone", "--quiet"], options, &places].concat());
}

/// Publishes; says whether what is there now is what was verified first, once each.
fn goes_on(sandbox: &Sandbox, log: &str) {
    let output = sandbox.run(PUBLISH).exits(0);
    assert!(output.stderr.contains("from origin"), "{output}");
    let wrong = differences(&undisturbed(), &snapshot(sandbox));
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert_eq!(needless_uploads(sandbox), Vec::<String>::new());
    let sealed = sandbox.published().into_iter().filter(|entry| log.contains(&entry.checksum));
    assert_eq!(sealed.count(), 4, "all four have the bytes that were verified first");
    assert_eq!(sandbox.remote_git(MIRRORS), "");
}

#[test]
fn a_fresh_clone_goes_on_from_the_mirror_with_the_same_bytes() {
    let sandbox = stopped();
    let log = fs::read_to_string(run_folder(&sandbox).join("wal")).unwrap();
    fresh_clone(&sandbox, &[]);
    goes_on(&sandbox, &log);
}

#[test]
fn a_journal_that_was_deleted_comes_back_and_the_tree_is_let_be() {
    let sandbox = stopped();
    let log = fs::read_to_string(run_folder(&sandbox).join("wal")).unwrap();
    fs::remove_dir_all(sandbox.work().join(".git/orchestrate")).unwrap();
    // Packed in a worktree of its own, then: this one is not what was released.
    sandbox.write("lib4/notes.txt", "written meanwhile\n");
    let output = sandbox.run(PUBLISH).exits(0);
    assert!(output.stderr.contains("from origin"), "{output}");
    assert_eq!(sandbox.read("lib4/notes.txt"), "written meanwhile\n");
    let sealed = sandbox.published().into_iter().filter(|entry| log.contains(&entry.checksum));
    assert_eq!(sealed.count(), 4, "all four have the bytes that were verified first");
    assert_eq!(sandbox.git(&["worktree", "list"]).lines().count(), 1);
}

/// A push outlives its parent, and only the one that is told of it notes where the branch is.
#[test]
fn a_branch_that_was_pushed_by_a_killed_run_is_known_to_be_where_it_is() {
    let sandbox = stopped();
    sandbox.git(&["update-ref", "refs/remotes/origin/main", "HEAD~1"]);
    fs::remove_dir_all(sandbox.work().join(".git/orchestrate")).unwrap();
    sandbox.run(PUBLISH).exits(0);
    let wrong = differences(&undisturbed(), &snapshot(&sandbox));
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn other_bytes_are_refused_with_both_hashes_and_the_way_on() {
    let sandbox = stopped();
    let log = fs::read_to_string(run_folder(&sandbox).join("wal")).unwrap();
    // A checkout that ends its lines in another way packs other bytes.
    fresh_clone(&sandbox, &["--config", "core.autocrlf=true"]);
    let output = sandbox.run(PUBLISH).exits(97);
    assert!(output.stderr.contains("gives other bytes than those"), "{output}");
    assert!(output.stderr.contains("publish --abandon"), "{output}");
    let before = output.stderr.lines().find(|line| line.contains("before")).unwrap();
    assert!(log.contains(before.split_whitespace().last().unwrap()), "{output}");
    sandbox.git(&["config", "core.autocrlf", "false"]);
    sandbox.git(&["rm", "--quiet", "--cached", "-r", "."]);
    sandbox.git(&["reset", "--quiet", "--hard"]);
    sandbox.run(PUBLISH).exits(0);
    let sealed = sandbox.published().into_iter().filter(|entry| log.contains(&entry.checksum));
    assert_eq!(sealed.count(), 4, "all four have the bytes that were verified first");
}

#[test]
fn a_remote_that_takes_no_mirror_gets_the_release_without_it() {
    let sandbox = sandbox("single");
    sandbox.remote_git(&["config", "receive.hideRefs", "refs/orchestrate"]);
    let output = sandbox.run(PUBLISH).exits(0);
    assert!(output.stderr.contains("does not take the mirror"), "{output}");
    assert_eq!(output.stderr.matches("does not take the mirror").count(), 1, "{output}");
    assert_eq!(sandbox.remote_tags().len(), 2, "the tag of the release before and ours");
}

#[test]
fn a_mirror_can_be_switched_off() {
    let sandbox = sandbox("chain");
    sandbox.write("orchestrate.toml", "mirror = false\n");
    sandbox.git(&["add", "orchestrate.toml"]);
    sandbox.git(&["commit", "--quiet", "--message", "no mirror"]);
    let fault = json!({"kind": "status", "code": 429, "retry-after-seconds": 900});
    sandbox.fault(&json!({"operation": "publish", "package": "lib2", "fault": fault}));
    sandbox.run(&["publish", "--yes", "--max-wait", "0"]).exits(100);
    assert_eq!(sandbox.remote_git(MIRRORS), "");
}

#[test]
fn what_is_taken_back_leaves_no_mirror_to_be_found() {
    let sandbox = stopped();
    assert_ne!(sandbox.remote_git(MIRRORS), "");
    sandbox.run(&["yank-rollback", "--yes"]).exits(0);
    assert_eq!(sandbox.remote_git(MIRRORS), "");
}

#[test]
fn another_clone_takes_back_what_is_out_of_it() {
    let here = stopped();
    let id = run_folder(&here).file_name().unwrap().to_str().unwrap().to_owned();
    here.run(&["yank-rollback", "--yes"]).exits(0);
    let wanted = snapshot(&here);
    for named in [false, true] {
        let sandbox = stopped();
        let id = run_folder(&sandbox).file_name().unwrap().to_str().unwrap().to_owned();
        let target: &[&str] = if named { &[&id] } else { &[] };
        let back = [&["yank-rollback"], target].concat();
        fresh_clone(&sandbox, &[]);
        let shown = [&back[..], &["--plan-only", "--message-format", "json"]].concat();
        let plan = sandbox.run(&shown).exits(0).object("rollback-plan");
        assert_eq!((&plan["of"], &plan["items"][0]["package"]), (&json!(id), &json!("lib1")));
        assert!(!sandbox.work().join(".git/orchestrate/releases").join(&id).exists());
        let done = sandbox.run(&[&back[..], &["--yes"]].concat()).exits(0);
        assert!(done.stderr.contains("which another clone began"), "{done}");
        let wrong = differences(&wanted, &snapshot(&sandbox));
        assert!(wrong.is_empty(), "{}\n{done}", wrong.join("\n"));
        assert_eq!(sandbox.remote_git(MIRRORS), "");
        // What was taken back is not finished by anybody.
        let next = sandbox.run(&["plan"]);
        assert!(!next.stdout.contains("is not finished"), "{next}");
    }
    let known = here.run(&["yank-rollback", &id, "--yes"]).exits(97);
    assert!(known.stderr.contains("taken back already"), "{known}");
}

#[test]
fn a_clone_with_nothing_to_take_back_is_told_of_tags() {
    let sandbox = stopped();
    sandbox.run(PUBLISH).exits(0);
    fresh_clone(&sandbox, &[]);
    sandbox.run(&["yank-rollback", "--yes"]).exits(97).says("yank-rollback TAG");
    sandbox.run(&["yank-rollback", "bin-v1.3.1", "--yes"]).exits(0);
}
