//! Uploads that hold each other up no longer than they must, in a real world.

use crate::sandbox;
use crate::support::Sandbox;
use crate::support::snapshot::needless_uploads;
use serde_json::{Value, json};

const PUBLISH: &[&str] = &["publish", "--yes"];

/// The chain, with something more in its configuration.
fn configured(text: &str) -> Sandbox {
    let sandbox = sandbox("chain");
    sandbox.write("orchestrate.toml", text);
    sandbox.git(&["add", "orchestrate.toml"]);
    sandbox.git(&["commit", "--quiet", "--message", "chore: configure"]);
    sandbox.git(&["push", "--quiet", "origin", "HEAD"]);
    sandbox
}

/// What reached the registry, as `operation package` of each request that had an effect or an
/// answer, in their order.
fn requests(sandbox: &Sandbox) -> Vec<String> {
    let log = sandbox.registry().control("GET", "log", None);
    let log = log["requests"].as_array().expect("the log is a list");
    let word = |entry: &Value, key: &str| entry[key].as_str().unwrap_or_default().to_owned();
    let line = |entry: &Value| format!("{} {}", word(entry, "operation"), word(entry, "package"));
    log.iter().map(line).collect()
}

/// The place of the first request like this from `start` on.
fn place(requests: &[String], start: usize, wanted: &str) -> usize {
    let found = requests[start..].iter().position(|request| request == wanted);
    start + found.unwrap_or_else(|| panic!("no `{wanted}` in {requests:#?}"))
}

#[test]
fn dependents_go_as_soon_as_the_database_has_what_they_need() {
    let late =
        json!({"operation": "publish", "times": 0, "fault": {"kind": "index-lag", "reads": 6}});
    for (visibility, reads_before) in [("database", 0..6), ("index", 6..1000)] {
        let sandbox = configured(&format!("visibility = \"{visibility}\"\n"));
        sandbox.fault(&late);
        let before = requests(&sandbox).len();
        sandbox.run(PUBLISH).exits(0);
        let requests = requests(&sandbox);
        let first = place(&requests, before, "publish lib1");
        let second = place(&requests, first, "publish lib2");
        let reads = requests[first..second].iter().filter(|request| *request == "index lib1");
        let reads = reads.count();
        assert!(reads_before.contains(&reads), "{visibility}: {reads} reads of the index");
        // Either way the end is that the index shows everything.
        let shown = sandbox.published_lines();
        assert!(shown.contains(&"bin 1.3.1".to_owned()), "{visibility}: {shown:?}");
        assert_eq!(needless_uploads(&sandbox), Vec::<String>::new());
    }
}

#[test]
fn with_a_database_that_is_enough_success_still_means_the_index() {
    let sandbox = configured("visibility = \"database\"\n");
    let never = json!({"kind": "index-lag", "ms": 600_000});
    sandbox.fault(&json!({"operation": "publish", "package": "lib1", "fault": never}));
    let output = sandbox.run(&["publish", "--yes", "--max-wait", "1s"]);
    output.exits(100).says("lib1 0.2.0");
    assert!(!sandbox.remote_tags().iter().any(|tag| tag == "bin-v1.3.1"));
    // The others went out all the same.
    assert!(requests(&sandbox).contains(&"publish bin".to_owned()));
}

#[test]
fn a_slow_upload_holds_up_no_independent_one() {
    // `lib4` is alone; its answer takes longer than the whole chain.
    let sandbox = sandbox("chain");
    let manifest = sandbox.read("lib4/Cargo.toml").replace("0.1.0", "0.1.1");
    sandbox.write("lib4/Cargo.toml", &manifest);
    sandbox.git(&["commit", "--quiet", "--all", "--message", "fix(lib4): raise it by hand"]);
    sandbox.git(&["push", "--quiet", "origin", "HEAD"]);
    let slow = json!({"kind": "delay", "ms": 3000, "when": "after"});
    sandbox.fault(&json!({"operation": "publish", "package": "lib4", "fault": slow}));
    let output = sandbox.run(&["publish", "--yes", "--message-format", "json"]).exits(0);
    let done = |package: &str| {
        let line = format!("\"action\":\"upload\",\"package\":\"{package}\"");
        let lines = output.stdout.lines();
        let done = |text: &str| text.contains("\"reason\":\"done\"") && text.contains(&line);
        lines.enumerate().find(|(_, text)| done(text)).expect("it was published").0
    };
    assert!(done("bin") < done("lib4"), "the chain is through before");
}
