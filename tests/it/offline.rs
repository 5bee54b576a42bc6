//! `--offline`: answers that were kept, nobody asked, and which commands refuse.

use crate::sandbox;
use crate::support::{Output, Sandbox};
use serde_json::Value;

/// How many requests the registry got so far.
fn requests(sandbox: &Sandbox) -> usize {
    let log = sandbox.registry().control("GET", "log", None);
    log["requests"].as_array().expect("the log lists requests").len()
}

fn finding<'a>(plan: &'a Value, code: &str) -> &'a Value {
    let findings = plan["findings"].as_array().expect("a plan lists findings");
    findings
        .iter()
        .find(|finding| finding["code"] == code)
        .unwrap_or_else(|| panic!("no `{code}` in {findings:?}"))
}

#[test]
fn the_kept_answers_give_the_same_plan_and_nobody_is_asked() {
    let sandbox = sandbox("chain");
    let online = sandbox.run(&["plan", "--message-format", "json"]).exits(0).object("plan");
    // A remote that is gone would be noticed by whoever asks it.
    std::fs::remove_dir_all(sandbox.remote()).unwrap();
    let before = requests(&sandbox);
    let output = sandbox.run(&["plan", "--offline", "--message-format", "json"]).exits(0);
    let offline = output.object("plan");
    for key in ["packages", "unchanged", "waves", "requirements", "steps", "guards"] {
        assert_eq!(offline[key], online[key], "{key}");
    }
    let note = finding(&offline, "offline");
    assert_eq!(note["severity"], "note");
    assert!(note["text"].as_str().unwrap().contains("20"), "{note}");
    let again = sandbox.run(&["plan", "--offline", "--message-format", "json"]).exits(0);
    assert_eq!(again.stdout, output.stdout, "the age does not enter the plan");
    let people = sandbox.run(&["plan", "--offline"]).exits(0);
    assert!(people.stderr.contains("crates-io, offline, with answers up to"), "{people}");
    let status = sandbox.run(&["status", "--offline", "--message-format", "json"]).exits(0);
    assert!(status.object("status")["offline"]["oldest"].is_string(), "{status}");
    assert_eq!(requests(&sandbox), before, "nobody was asked");
}

#[test]
fn a_package_that_was_never_read_is_unknown_and_not_absent() {
    let sandbox = sandbox("chain");
    let before = requests(&sandbox);
    let output = sandbox.run(&["plan", "--offline", "--message-format", "json"]).exits(97);
    let plan = output.object("plan");
    let error = finding(&plan, "registry-unreachable");
    assert!(error["text"].as_str().unwrap().contains("never read on this machine"), "{error}");
    assert!(error["hint"].as_str().unwrap().contains("without `--offline`"), "{error}");
    assert!(finding(&plan, "offline")["text"].as_str().unwrap().contains("no answer"), "{plan}");
    assert_eq!(requests(&sandbox), before, "nobody was asked");
}

#[test]
fn what_was_never_published_is_known_offline_too() {
    let sandbox = sandbox("never-released");
    let online = sandbox.run(&["plan", "--message-format", "json"]).exits(0).object("plan");
    let offline = sandbox.run(&["plan", "--offline", "--message-format", "json"]).exits(0);
    assert_eq!(offline.object("plan")["packages"], online["packages"]);
}

#[test]
fn after_a_release_the_kept_answers_know_it() {
    let sandbox = sandbox("chain");
    sandbox.run(&["publish", "--yes"]).exits(0);
    let output = sandbox.run(&["plan", "--offline", "--message-format", "json"]).exits(0);
    assert_eq!(output.object("plan")["packages"], Value::Array(Vec::new()), "{output}");
}

#[test]
fn cargos_own_word_for_it_counts() {
    let sandbox = sandbox("chain");
    sandbox.run(&["plan"]).exits(0);
    let before = requests(&sandbox);
    let run = |arguments: &[&str]| {
        let mut command = sandbox.command(arguments);
        command.env("CARGO_NET_OFFLINE", "true");
        Output::of(&mut command)
    };
    let plan = run(&["plan"]).exits(0);
    assert!(plan.stderr.contains("offline, with answers"), "{plan}");
    let refused = run(&["publish", "--yes"]).exits(97);
    assert!(refused.stderr.contains("CARGO_NET_OFFLINE=false cargo orchestrate publish"));
    assert_eq!(requests(&sandbox), before, "nobody was asked");
}

#[test]
fn what_means_nothing_without_a_registry_is_refused() {
    let sandbox = sandbox("chain");
    for command in [&["publish", "--yes", "--offline"][..], &["yank-rollback", "--offline"]] {
        let output = sandbox.run(command).exits(97);
        assert!(output.stderr.contains("`--offline` forbids"), "{output}");
        assert!(output.stderr.contains("nothing was changed"), "{output}");
    }
    sandbox.run(&["rehearse", "--offline"]).exits(97);
}
