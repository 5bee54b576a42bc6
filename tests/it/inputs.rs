//! Declared inputs through a release.

use crate::sandbox;
use crate::support::Sandbox;
use serde_json::Value;

fn commit(sandbox: &Sandbox, message: &str) {
    sandbox.git(&["add", "--all"]);
    sandbox.git(&["commit", "--quiet", "--message", message]);
}

/// The reasons of lib4 in the plan; none when it stays.
fn reasons(sandbox: &Sandbox) -> Vec<(String, String)> {
    let plan = sandbox.run(&["plan", "--message-format", "json"]).exits(0).object("plan");
    let packages = plan["packages"].as_array().unwrap().iter();
    let mut lib4 = packages.filter(|package| package["name"] == "lib4");
    let reasons = lib4.next().and_then(|lib4| lib4["reasons"].as_array()).cloned();
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let reasons = reasons.unwrap_or_default();
    reasons.iter().map(|reason| (text(&reason["rule"]), text(&reason["text"]))).collect()
}

#[test]
fn what_a_release_writes_is_no_input_and_what_people_write_is() {
    let sandbox = sandbox("chain");
    let manifest = sandbox.read("lib4/Cargo.toml");
    let declared = "[package.metadata.orchestrate]\ninputs = [\"../bin/**\"]\n";
    sandbox.write("lib4/Cargo.toml", &format!("{manifest}\n{declared}"));
    commit(&sandbox, "chore: declare what lib4 is made from");
    assert!(reasons(&sandbox).is_empty(), "nothing of it changed");
    // bin follows lib1, so that its manifest is written and nothing else of it.
    sandbox.run(&["publish", "--yes"]).exits(0);
    let written = sandbox.git(&["show", "--name-only", "--format=", "HEAD", "--", "bin"]);
    assert_eq!(written, "bin/Cargo.toml");
    sandbox.run(&["plan", "--require-changes"]).exits(4);
    let main = sandbox.read("bin/src/main.rs");
    sandbox.write("bin/src/main.rs", &format!("{main}\n// More.\n"));
    commit(&sandbox, "feat: tell more");
    let because = reasons(&sandbox);
    assert!(because[0].1.starts_with("feat: tell more"), "{because:?}");
    let input = ("declared-input-changed".to_owned(), "bin/src/main.rs changed".to_owned());
    assert!(because.contains(&input), "{because:?}");
    sandbox.run(&["publish", "--yes"]).exits(0);
    sandbox.run(&["plan", "--require-changes"]).exits(4);
}
