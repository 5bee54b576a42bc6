//! Runs that were stopped and go on elsewhere, or meet another run.

use crate::sandbox;
use crate::support::snapshot::{differences, needless_uploads, snapshot};
use crate::support::{Output, Sandbox};
use serde_json::json;
use std::fs;
use std::process::Command;

const PUBLISH: &[&str] = &["publish", "--yes"];

/// What an undisturbed publish of the chain leaves behind.
fn undisturbed() -> String {
    let sandbox = sandbox("chain");
    sandbox.run(PUBLISH).exits(0);
    snapshot(&sandbox)
}

/// The chain, its release stopped when the third of four packages was to be uploaded.
fn stopped() -> Sandbox {
    let sandbox = sandbox("chain");
    let fault = json!({"kind": "status", "code": 429, "retry-after-seconds": 900});
    sandbox.fault(&json!({"operation": "publish", "package": "lib3", "fault": fault}));
    sandbox.run(&["publish", "--yes", "--max-wait", "0"]).exits(100);
    sandbox.no_faults();
    sandbox
}

/// Makes the workspace a fresh clone of the remote, as on another machine.
fn move_elsewhere(sandbox: &Sandbox) {
    fs::remove_dir_all(sandbox.work()).unwrap();
    let (from, to) = (sandbox.remote(), sandbox.work().to_owned());
    sandbox.remote_git(&["clone", "--quiet", from.to_str().unwrap(), to.to_str().unwrap()]);
}

#[test]
fn a_release_goes_on_in_a_fresh_clone() {
    let sandbox = stopped();
    move_elsewhere(&sandbox);
    sandbox.run(PUBLISH).exits(0);
    let wrong = differences(&undisturbed(), &snapshot(&sandbox));
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert_eq!(needless_uploads(&sandbox), Vec::<String>::new());
}

#[test]
fn a_fresh_clone_makes_the_tags_that_are_all_that_is_missing() {
    let sandbox = sandbox("chain");
    assert!(sandbox.run_until(PUBLISH, "done", "upload:bin@1.3.1"));
    move_elsewhere(&sandbox);
    let plan = sandbox.run(&["plan", "--message-format", "json"]).exits(0).object("plan");
    assert_eq!(plan["packages"].as_array().map(Vec::len), Some(0), "{plan}");
    assert_eq!(plan["findings"][1]["code"], "tag-made-up", "{plan}");
    sandbox.run(PUBLISH).exits(0);
    let wrong = differences(&undisturbed(), &snapshot(&sandbox));
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    let again = sandbox.run(&["publish", "--yes"]).exits(0);
    assert!(again.stderr.contains("nothing to release"), "{again}");
}

#[test]
fn a_release_goes_on_whatever_the_tree_looks_like() {
    let sandbox = stopped();
    sandbox.write("lib4/notes.txt", "written meanwhile\n");
    sandbox.run(PUBLISH).exits(0);
    fs::remove_file(sandbox.work().join("lib4/notes.txt")).unwrap();
    let wrong = differences(&undisturbed(), &snapshot(&sandbox));
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn status_names_an_unfinished_release_and_how_to_go_on() {
    let sandbox = stopped();
    let output = sandbox.run(&["status"]).exits(0);
    let said = format!("{}{}", output.stdout, output.stderr);
    assert!(said.contains("cargo orchestrate publish"), "{output}");
}

#[test]
fn one_release_at_a_time() {
    let sandbox = sandbox("chain");
    let fault = json!({"kind": "delay", "ms": 60_000});
    sandbox.fault(&json!({"operation": "publish", "package": "lib2", "fault": fault}));
    let mut first = sandbox.command(PUBLISH);
    let mut first = first
        .stdout(std::process::Stdio::null())
        .stderr(std::process::Stdio::null())
        .spawn()
        .unwrap();
    // Once a package is there, the first one is well under way.
    while !sandbox.published_lines().contains(&"lib1 0.2.0".to_owned()) {
        std::thread::yield_now();
    }
    let second = sandbox.run(PUBLISH);
    first.kill().unwrap();
    first.wait().unwrap();
    second.exits(97);
}

#[test]
fn an_interrupted_release_says_so_and_goes_on() {
    let sandbox = sandbox("chain");
    let fault = json!({"kind": "index-lag", "reads": 1_000_000});
    sandbox.fault(&json!({"operation": "publish", "package": "lib2", "fault": fault}));
    let mut first = sandbox.command(PUBLISH);
    let first = first
        .stdout(std::process::Stdio::piped())
        .stderr(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    while !sandbox.published_lines().contains(&"lib1 0.2.0".to_owned()) {
        std::thread::yield_now();
    }
    Command::new("kill").args(["-INT", &first.id().to_string()]).status().unwrap();
    let output = first.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(130), "{}", String::from_utf8_lossy(&output.stderr));
    assert!(String::from_utf8_lossy(&output.stderr).contains("cargo orchestrate publish"));
}

#[test]
fn an_answer_that_nobody_reads_is_a_failure() {
    let sandbox = sandbox("single");
    let mut command = sandbox.command(&["plan"]);
    let full = fs::OpenOptions::new().write(true).open("/dev/full").unwrap();
    let output = Output::of(command.stdout(full));
    assert_eq!(output.code, 110, "{output}");
}

#[test]
fn what_a_submodule_holds_is_packed_again_as_it_was() {
    let sandbox = sandbox("chain");
    sandbox.git(&["config", "--global", "protocol.file.allow", "always"]);
    sandbox.write("../shared/notes.txt", "for everybody\n");
    for arguments in [&["init", "--quiet"][..], &["add", "--all"], &["commit", "-qm", "notes"]] {
        sandbox.git(&[&["-C", "../shared"], arguments].concat());
    }
    let shared = sandbox.root().join("shared");
    let shared = shared.to_str().unwrap();
    sandbox.git(&["submodule", "--quiet", "add", shared, "lib3/shared"]);
    sandbox.git(&["commit", "--quiet", "--message", "feat(lib3): share"]);
    sandbox.git(&["push", "--quiet", "origin", "main"]);
    assert!(sandbox.run_until(PUBLISH, "done", "upload:lib1@0.2.0"));
    let releases = sandbox.work().join(".git/orchestrate/releases");
    let run = fs::read_dir(releases).unwrap().next().unwrap().unwrap().path();
    fs::remove_dir_all(run.join("artifacts")).unwrap();
    // Somebody works on meanwhile, so that it is packed in a tree of its own.
    sandbox.git(&["commit", "--quiet", "--allow-empty", "--message", "chore: later"]);
    sandbox.run(PUBLISH).exits(0);
    assert!(sandbox.published_lines().contains(&"lib3 0.4.0".to_owned()));
    let listed = sandbox.cargo(&["package", "--list", "--package", "lib3"]).exits(0).stdout;
    assert!(listed.lines().any(|file| file == "shared/notes.txt"), "{listed}");
    assert_eq!(sandbox.git(&["worktree", "list"]).lines().count(), 1);
    sandbox.run(&["status", "--verify"]).exits(0);
}
