//! What a registry takes of one user: said before, kept to, and counted by the next plan.

use crate::program;
use crate::schemas::check;
use crate::support::Sandbox;
use serde_json::{Value, json};
use std::fs;
use std::time::Duration;

/// A workspace of single packages, `old1`… published at 0.1.0 with a change since, and `new1`…
/// never published; with these limits of the registry, which the configuration knows.
fn limited(old: usize, new: usize, limits: [(&str, u32, u32); 2]) -> Sandbox {
    let sandbox = Sandbox::empty(program());
    let names = |kind: &str, count: usize| -> Vec<String> {
        (1..=count).map(|number| format!("{kind}{number}")).collect()
    };
    sandbox.write("Cargo.toml", "[workspace]\nresolver = \"3\"\nmembers = [\"crates/*\"]\n");
    sandbox.write(".gitignore", "target\n");
    let package = |name: &str| {
        let manifest = format!(
            "[package]\nname = \"{name}\"\nversion = \"0.1.0\"\nedition = \"2024\"\n\
             description = \"A package\"\nlicense = \"MIT\"\n"
        );
        sandbox.write(&format!("crates/{name}/Cargo.toml"), &manifest);
        sandbox.write(&format!("crates/{name}/src/lib.rs"), "//! A package.\n");
    };
    let commit = |message: &str| {
        sandbox.git(&["add", "--all"]);
        sandbox.git(&["commit", "--quiet", "--message", message]);
    };
    for name in names("old", old) {
        package(&name);
    }
    sandbox.start();
    sandbox.cargo(&["publish", "--workspace", "--no-verify"]).exits(0);
    for name in names("old", old) {
        sandbox.git(&["tag", &format!("{name}-v0.1.0")]);
        sandbox.write(&format!("crates/{name}/src/lib.rs"), "//! A package, mended.\n");
    }
    for name in names("new", new) {
        package(&name);
    }
    let line = |(kind, at_once, seconds): (&str, u32, u32)| {
        format!("{kind} = {{ at-once = {at_once}, then-every = \"{seconds}s\" }}\n")
    };
    let lines: String = limits.map(line).concat();
    sandbox.write("orchestrate.toml", &format!("[registry.crates-io]\n{lines}"));
    sandbox.cargo(&["generate-lockfile", "--offline"]).exits(0);
    commit("fix: mend all");
    sandbox.git(&["push", "--quiet", "--tags", "origin", "HEAD"]);
    let term = |(kind, at_once, seconds): (&str, u32, u32)| {
        (kind.to_owned(), json!({"at-once": at_once, "then-every-ms": seconds * 1000}))
    };
    sandbox.limit(&Value::Object(limits.map(term).into_iter().collect()));
    sandbox
}

fn plan(sandbox: &Sandbox) -> Value {
    sandbox.run(&["plan", "--message-format", "json"]).object("plan")
}

/// How long the uploads of the last run took by its journal: from the first start until the index
/// showed the last.
fn took(sandbox: &Sandbox) -> Duration {
    let releases = sandbox.work().join(".git/orchestrate/releases");
    let last = fs::read_dir(releases).unwrap().map(|entry| entry.unwrap().path()).max().unwrap();
    let log = fs::read_to_string(last.join("wal")).unwrap();
    let events = log.lines().map(|line| line.splitn(3, ' ').nth(2).unwrap());
    let events: Vec<Value> = events.map(|json| serde_json::from_str(json).unwrap()).collect();
    let times = |what: &str| {
        let uploads = events.iter().filter(|event| event["event"] == what);
        let uploads = uploads.filter(|event| event["step"].as_str().unwrap().starts_with("upload"));
        uploads.map(|event| event["at"].as_u64().unwrap()).collect::<Vec<_>>()
    };
    let (first, last) = (times("started").into_iter().min(), times("done").into_iter().max());
    Duration::from_millis(last.unwrap() - first.unwrap())
}

#[test]
fn new_packages_and_updates_take_as_long_as_was_said() {
    let sandbox = limited(6, 4, [("updates", 2, 3), ("new-packages", 1, 4)]);
    let planned = plan(&sandbox);
    check("plan", &planned);
    assert_eq!(
        planned["forecast"],
        json!({
            "budget": [
                {"registry": "crates-io", "kind": "updates", "left": 6, "free": 2},
                {"registry": "crates-io", "kind": "new-packages", "left": 4, "free": 1},
            ],
            "wait-seconds": 12,
        })
    );
    let told = sandbox.run(&["publish", "--yes", "--message-format", "json"]).exits(0).json();
    let waits: Vec<&Value> = told.iter().filter(|line| line["reason"] == "waiting").collect();
    for wait in &waits {
        check("event", wait);
    }
    // While one kind is held back the other is not waited for, and what is left gets less.
    let left: Vec<u64> = waits.iter().filter_map(|wait| wait["left-seconds"].as_u64()).collect();
    assert!(left.iter().all(|left| *left <= 13) && left.last() < left.first(), "{left:?}");
    let is_held = |wait: &&&Value| wait["under-way"].to_string().contains("\"held\"");
    assert!(waits.iter().any(|wait| is_held(&wait)), "{waits:?}");
    let took = took(&sandbox);
    let said = Duration::from_secs(12);
    let off = took.abs_diff(said);
    assert!(off * 10 <= said, "said {said:?}, took {took:?}");
}

#[test]
fn what_was_sent_is_missing_from_the_next_budget_and_makes_no_kept_plan_stale() {
    // Nothing comes back within this test.
    let sandbox = limited(3, 1, [("updates", 4, 3600), ("new-packages", 5, 3600)]);
    let whole = plan(&sandbox);
    assert_eq!(whole["forecast"]["at"], Value::Null, "nothing was sent: it holds at any time");
    assert_eq!(plan(&sandbox), whole);
    sandbox.run(&["publish", "--yes"]).exits(0);
    for name in ["old1", "old2", "new1"] {
        sandbox.write(&format!("crates/{name}/src/lib.rs"), "//! Mended again.\n");
    }
    sandbox.git(&["commit", "--quiet", "--all", "--message", "fix: mend again"]);
    sandbox.git(&["push", "--quiet", "origin", "HEAD"]);
    let next = plan(&sandbox);
    check("plan", &next);
    let forecast = &next["forecast"];
    assert_eq!(
        (&forecast["budget"][0]["left"], &forecast["budget"][0]["free"]),
        (&3.into(), &1.into())
    );
    let waits = forecast["wait-seconds"].as_u64().unwrap();
    assert!((6900..=7200).contains(&waits), "{forecast}");
    assert!(forecast["upload-seconds"].as_u64().unwrap() >= waits && forecast["at"].is_string());
    let table = sandbox.run(&["plan"]).exits(0).stdout;
    let row = table.split_whitespace().collect::<Vec<_>>().join(" ");
    for says in
        ["3 updates of 1 free: about ", " of waiting for crates-io; about ", " for all uploads"]
    {
        assert!(row.contains(says), "{table}");
    }
    let page = sandbox.run(&["plan", "--format", "markdown"]).exits(0).stdout;
    assert!(page.contains("- **Takes:** 3 updates of 1 free at `crates-io`, about "), "{page}");
    // The journal alone changed: the plan is the same, and what was kept still fits.
    sandbox.run(&["plan", "-o", "plan.json"]).exits(0);
    let folder = sandbox.work().join(".git/orchestrate");
    fs::rename(&folder, sandbox.root().join("elsewhere")).unwrap();
    let fresh = plan(&sandbox);
    assert_eq!(fresh["id"], next["id"]);
    assert_eq!(fresh["forecast"]["budget"][0]["free"], 4);
    let difference = sandbox.run(&["plan", "--diff", "plan.json"]).exits(0).stdout;
    assert!(difference.contains("the plans do the same"), "{difference}");
    sandbox.run(&["publish", "--yes", "--plan", "plan.json", "--max-wait", "0"]).exits(100);
}

#[test]
fn a_release_that_cannot_end_within_what_is_waited_for_says_so_before_it_is_asked_about() {
    let sandbox = limited(3, 0, [("updates", 2, 3600), ("new-packages", 5, 3600)]);
    let output = sandbox.run(&["publish", "--max-wait", "30m"]);
    let said = output.stdout.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(said.contains("warning[longer-than-max-wait]"), "{output}");
    assert!(said.contains("wait 60 min, and `--max-wait` allows 30 min"), "{output}");
    let output = sandbox.run(&["publish", "--max-wait", "2h"]);
    assert!(!output.stdout.contains("longer-than-max-wait"), "{output}");
}
