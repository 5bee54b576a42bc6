//! Rollbacks that do not go as planned: somebody else turns or publishes versions meanwhile, the
//! registry has no time, or the journal is gone.

use crate::sandbox;
use crate::support::{Output, Sandbox};
use serde_json::json;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

const BACK: &[&str] = &["yank-rollback", "--yes"];
const FORTH: &[&str] = &["yank-rollback", "--undo", "--yes"];

/// The chain, released.
fn released() -> Sandbox {
    let sandbox = sandbox("chain");
    sandbox.run(&["publish", "--yes", "--no-verify"]).exits(0);
    sandbox
}

/// The same, with a command that was killed when it had begun this step.
fn stopped_at(sandbox: &Sandbox, arguments: &[&str], step: &str) {
    assert!(sandbox.run_until(arguments, "started", step), "it never told {step}");
}

/// What reached the registry, as `yank lib1`, in order.
fn turned(sandbox: &Sandbox) -> Vec<String> {
    let log = sandbox.registry().control("GET", "log", None);
    let requests = log["requests"].as_array().expect("the log has requests").iter();
    let turns = requests.filter(|it| ["yank", "unyank"].iter().any(|op| it["operation"] == *op));
    let text = |it: &serde_json::Value, key: &str| it[key].as_str().unwrap_or_default().to_owned();
    turns.map(|it| format!("{} {}", text(it, "operation"), text(it, "package"))).collect()
}

fn is_yanked(sandbox: &Sandbox, line: &str) -> bool {
    sandbox.published_lines().contains(&format!("{line} (yanked)"))
}

const RELEASED: [&str; 4] = ["lib1 0.2.0", "lib2 0.3.0", "lib3 0.4.0", "bin 1.3.1"];

/// Somebody else does this with stock Cargo.
fn by_hand(sandbox: &Sandbox, arguments: &[&str]) {
    sandbox.cargo(arguments).exits(0);
}

#[test]
fn a_proof_names_the_live_version_that_requires_what_was_yanked() {
    let sandbox = released();
    stopped_at(&sandbox, BACK, "prove-resolution");
    let deps = json!([{"name": "lib1", "version_req": "=0.2.0"}]);
    let foreign = json!({"name": "lib4", "version": "0.9.9", "deps": deps});
    sandbox.registry().control("POST", "publish-foreign", Some(&foreign));
    let pair = "lib4 0.9.9 is live and requires lib1 =0.2.0";
    let told = sandbox.run(BACK).exits(105).says(pair).says("cargo yank NAME@VERSION");
    assert!(told.stderr.contains("yank-rollback --undo"), "{told}");
    let document = sandbox.run(&[BACK, &["--message-format", "json"]].concat()).exits(105);
    assert_eq!(document.object("rollback")["outcome"], "needs-decision");
    by_hand(&sandbox, &["yank", "lib4@0.9.9"]);
    sandbox.run(BACK).exits(0);
}

#[test]
fn a_proof_names_what_somebody_else_turned_again() {
    let sandbox = released();
    stopped_at(&sandbox, BACK, "prove-resolution");
    by_hand(&sandbox, &["yank", "--undo", "lib1@0.2.0"]);
    sandbox.run(BACK).exits(105).says("lib1 0.2.0 is live again");
    by_hand(&sandbox, &["yank", "lib1@0.2.0"]);
    sandbox.run(BACK).exits(0);

    stopped_at(&sandbox, FORTH, "prove-resolution");
    by_hand(&sandbox, &["yank", "lib1@0.2.0"]);
    let told = sandbox.run(FORTH).exits(105).says("lib1 0.2.0 is yanked again");
    assert!(told.stderr.contains("lib2 0.3.0 is live and requires lib1"), "{told}");
    assert!(told.stderr.contains("given back   lib1 0.2.0"), "{told}");
    by_hand(&sandbox, &["yank", "--undo", "lib1@0.2.0"]);
    sandbox.run(FORTH).exits(0);
}

#[test]
fn a_rollback_whose_proof_fails_for_good_can_be_given_back() {
    let sandbox = released();
    stopped_at(&sandbox, BACK, "prove-resolution");
    by_hand(&sandbox, &["yank", "--undo", "bin@1.3.1"]);
    sandbox.run(BACK).exits(105);
    sandbox.run(FORTH).exits(0);
    assert!(!RELEASED.iter().any(|line| is_yanked(&sandbox, line)));
    assert_eq!(sandbox.git(&["status", "--porcelain"]), "");
    sandbox.run(&["plan"]).exits(0);
}

#[test]
fn an_undo_of_a_rollback_under_way_gives_back_what_it_took() {
    let sandbox = released();
    let fault = json!({"kind": "status", "code": 401});
    sandbox.fault(&json!({"operation": "yank", "package": "lib2", "times": 0, "fault": fault}));
    let stop = sandbox.run(BACK).exits(100).says("the yank of lib2 0.3.0 is not allowed");
    assert!(stop.stderr.contains("gives back what it took"), "{stop}");
    sandbox.no_faults();
    let other = sandbox.run(&["yank-rollback", "--unpin", "--yes"]).exits(97);
    assert!(other.stderr.contains("is not finished"), "{other}");
    let before = turned(&sandbox);
    sandbox.run(FORTH).exits(0);
    assert_eq!(turned(&sandbox)[before.len()..], ["unyank lib3", "unyank bin"]);
    sandbox.run(FORTH).exits(0).says("nothing to do");
    sandbox.run(BACK).exits(0);
    assert!(RELEASED.iter().all(|line| is_yanked(&sandbox, line)));
}

#[test]
fn an_undo_ends_a_rollback_that_took_nothing_yet() {
    let sandbox = released();
    let fault = json!({"kind": "status", "code": 429, "retry-after-seconds": 900});
    sandbox.fault(&json!({"operation": "yank", "times": 0, "fault": fault}));
    sandbox.run(&[BACK, &["--max-wait", "1s"]].concat()).exits(100);
    sandbox.no_faults();
    sandbox.run(FORTH).exits(0).says("nothing to do");
    let status = sandbox.run(&["status"]).exits(0);
    assert!(!status.stdout.contains("is not finished"), "{status}");
    assert_eq!(turned(&sandbox), ["yank bin"]);
    assert!(!RELEASED.iter().any(|line| is_yanked(&sandbox, line)));
}

#[test]
fn a_version_that_somebody_else_yanked_meanwhile_changes_nothing() {
    let sandbox = released();
    stopped_at(&sandbox, BACK, "yank:lib3@0.4.0");
    by_hand(&sandbox, &["yank", "lib1@0.2.0"]);
    sandbox.run(BACK).exits(0);
    assert!(RELEASED.iter().all(|line| is_yanked(&sandbox, line)));
    // Between rollback and undo: what is live already is left alone.
    by_hand(&sandbox, &["yank", "--undo", "lib1@0.2.0"]);
    let before = turned(&sandbox).len();
    sandbox.run(FORTH).exits(0);
    assert_eq!(turned(&sandbox)[before..], ["unyank lib2", "unyank lib3", "unyank bin"]);
}

#[test]
fn what_others_yanked_before_is_named_when_it_is_given_back() {
    let sandbox = released();
    by_hand(&sandbox, &["yank", "bin@1.3.1"]);
    let shown = sandbox.run(BACK).exits(0);
    assert!(shown.stdout.contains("yanked already"), "{shown}");
    let shown = sandbox.run(&["yank-rollback", "--undo", "--plan-only"]).exits(0);
    assert!(shown.stdout.contains("given back too: bin 1.3.1"), "{shown}");
}

#[test]
fn without_the_journal_a_tag_finishes_a_rollback_and_gives_it_back() {
    let sandbox = released();
    stopped_at(&sandbox, BACK, "yank:lib2@0.3.0");
    std::fs::remove_dir_all(sandbox.work().join(".git/orchestrate")).expect("it is there");
    sandbox.run(BACK).exits(97).says("yank-rollback TAG");
    sandbox.run(FORTH).exits(97).says("the journal of this clone has no rollback");
    sandbox.run(&["yank-rollback", "bin-v1.3.1", "--yes"]).exits(0);
    assert!(RELEASED.iter().all(|line| is_yanked(&sandbox, line)));
    sandbox.run(FORTH).exits(0);
    assert!(!RELEASED.iter().any(|line| is_yanked(&sandbox, line)));
}

#[test]
fn too_many_requests_are_waited_for_or_said_with_the_time() {
    let sandbox = released();
    let limit = |seconds: u32| {
        let fault = json!({"kind": "status", "code": 429, "retry-after-seconds": seconds});
        sandbox.fault(&json!({"operation": "yank", "package": "lib3", "fault": fault}));
    };
    limit(1);
    sandbox.run(BACK).exits(0);
    assert_eq!(turned(&sandbox), ["yank bin", "yank lib3", "yank lib3", "yank lib2", "yank lib1"]);
    sandbox.run(FORTH).exits(0);
    limit(900);
    let stop = sandbox.run(&[BACK, &["--max-wait", "5s"]].concat()).exits(100);
    assert!(stop.stderr.contains("the yank of lib3 0.4.0 has to wait"), "{stop}");
    assert!(stop.stderr.contains("continues this rollback, from "), "{stop}");
    limit(900);
    let interrupted = interrupted_while_it_waits(sandbox.command(BACK));
    let interrupted = interrupted.exits(130).says("yanked      bin 1.3.1");
    assert!(interrupted.stderr.contains("not yet     lib3 0.4.0, lib2 0.3.0"), "{interrupted}");
    sandbox.run(BACK).exits(0);
    assert!(RELEASED.iter().all(|line| is_yanked(&sandbox, line)));
}

/// Sends it the signal of Ctrl-C when it says that it waits.
fn interrupted_while_it_waits(mut command: Command) -> Output {
    use std::io::{BufRead as _, BufReader, Read as _};
    let mut child = command
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the program can be run");
    let mut stderr = BufReader::new(child.stderr.take().expect("stderr is piped"));
    let mut said = String::new();
    while !said.contains("Waiting for lib3") {
        assert!(stderr.read_line(&mut said).expect("stderr is text") > 0, "{said}");
    }
    let pid = child.id().to_string();
    Command::new("kill").args(["-INT", &pid]).status().expect("`kill` is installed");
    stderr.read_to_string(&mut said).expect("stderr is text");
    let code = child.wait().expect("our own child can be waited for").code().unwrap_or(-1);
    Output { command: "yank-rollback".to_owned(), code, stdout: String::new(), stderr: said }
}

#[test]
fn a_yank_counts_when_the_index_shows_it() {
    let sandbox = released();
    let lag = |ms: u64| {
        let fault = json!({"kind": "yank-lag", "ms": ms});
        sandbox.fault(&json!({"operation": "yank", "package": "lib3", "fault": fault}));
    };
    lag(1_500);
    let began = Instant::now();
    sandbox.run(BACK).exits(0);
    assert!(began.elapsed() >= Duration::from_millis(1_500));
    assert_eq!(turned(&sandbox), ["yank bin", "yank lib3", "yank lib2", "yank lib1"]);
    sandbox.run(FORTH).exits(0);
    lag(6_000);
    let stop = sandbox.run(&[BACK, &["--max-wait", "1s"]].concat()).exits(100);
    assert!(stop.stderr.contains("the yank of lib3 0.4.0 is not to be seen yet"), "{stop}");
    assert!(stop.stderr.contains("not yet     lib2 0.3.0, lib1 0.2.0"), "{stop}");
    let before = turned(&sandbox).len();
    sandbox.run(BACK).exits(0);
    assert_eq!(turned(&sandbox)[before..], ["yank lib2", "yank lib1"]);
}
