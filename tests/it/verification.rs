//! Past releases looked at once more, and what is lost of them.

use crate::sandbox;
use crate::schemas::check;
use crate::support::Sandbox;
use serde_json::{Value, json};

const PUBLISH: &[&str] = &["publish", "--yes"];
const VERIFY: &[&str] = &["status", "--verify"];

fn released() -> Sandbox {
    let sandbox = sandbox("chain");
    sandbox.run(PUBLISH).exits(0);
    sandbox
}

fn lose(sandbox: &Sandbox, name: &str, version: &str) {
    let version = json!({"name": name, "version": version});
    sandbox.registry().control("POST", "lose", Some(&version));
}

fn verified(sandbox: &Sandbox, code: i32) -> Value {
    let line = ["status", "--verify", "--message-format", "json"];
    let document = sandbox.run(&line).exits(code).object("verification");
    check("verification", &document);
    document
}

fn states(document: &Value, key: &str) -> Vec<String> {
    let entries = document["releases"][0][key].as_array().into_iter().flatten();
    entries.map(|entry| format!("{} {}", entry["name"], entry["state"]).replace('"', "")).collect()
}

#[test]
fn what_is_there_and_ours_is_said_to_be() {
    let sandbox = released();
    let document = verified(&sandbox, 0);
    let packages = ["lib1 ours", "lib2 ours", "lib3 ours", "bin ours"];
    assert_eq!(states(&document, "packages"), packages);
    assert!(states(&document, "tags").iter().all(|tag| tag.ends_with(" there")), "{document}");
    assert_eq!(document["releases"][0]["branch"], json!({"name": "main", "state": "contains"}));
    // By its name, too, and no other.
    let id = document["releases"][0]["id"].as_str().unwrap();
    let said = sandbox.run(&["status", "--verify", id]).exits(0);
    assert_eq!(said.stdout.matches("there, and ours").count(), 4, "{said}");
    let unknown = sandbox.run(&["status", "--verify", "20260101T000000Z-00000000"]);
    assert!(unknown.stderr.contains(id), "{unknown}");
    assert_ne!(unknown.code, 0, "{unknown}");
}

#[test]
fn what_is_lost_is_sent_again_with_the_same_bytes() {
    let sandbox = released();
    let before = sandbox.published();
    lose(&sandbox, "lib2", "0.3.0");
    let document = verified(&sandbox, 105);
    assert_eq!(states(&document, "packages")[1], "lib2 lost");
    assert_eq!(document["next"], "cargo orchestrate publish");
    sandbox.run(VERIFY).exits(105).says("lib2 0.3.0").says("cargo orchestrate publish");
    let again = sandbox.run(PUBLISH).exits(0).says("is gone from the index");
    assert_eq!(again.stderr.matches("Uploading").count(), 1, "{again}");
    let mut after = sandbox.published();
    after.sort();
    let mut before = before;
    before.sort();
    assert_eq!(after, before);
    sandbox.run(VERIFY).exits(0);
    sandbox.run(PUBLISH).exits(0).says("nothing to release");
}

#[test]
fn what_is_lost_may_stay_so() {
    let sandbox = released();
    lose(&sandbox, "bin", "1.3.1");
    sandbox.run(&["publish", "--abandon"]).exits(0).says("bin 1.3.1: it stays gone");
    sandbox.run(&["publish", "--abandon"]).exits(0).says("no release is under way");
}

#[test]
fn the_bytes_of_others_and_what_is_not_where_it_was_need_a_person() {
    let sandbox = released();
    let ours = sandbox.published().into_iter().find(|it| it.line() == "lib3 0.4.0").unwrap();
    lose(&sandbox, "lib3", "0.4.0");
    let foreign = json!({"name": "lib3", "version": "0.4.0", "seed": "theirs"});
    let theirs = sandbox.registry().control("POST", "publish-foreign", Some(&foreign));
    sandbox.cargo(&["yank", "bin@1.3.1"]).exits(0);
    sandbox.remote_git(&["tag", "--delete", "lib1-v0.2.0"]);
    sandbox.remote_git(&["tag", "--force", "lib2-v0.3.0", "main~1"]);
    sandbox.remote_git(&["update-ref", "refs/heads/main", "main~1"]);
    let document = verified(&sandbox, 105);
    let packages = ["lib1 ours", "lib2 ours", "lib3 foreign", "bin yanked"];
    assert_eq!(states(&document, "packages"), packages);
    assert_eq!(document["releases"][0]["packages"][2]["found"], theirs["checksum"]);
    assert_eq!(document["releases"][0]["packages"][2]["sha256"], ours.checksum);
    let tags = states(&document, "tags");
    assert!(tags.contains(&"lib1-v0.2.0 missing".to_owned()), "{tags:?}");
    assert!(tags.contains(&"lib2-v0.3.0 elsewhere".to_owned()), "{tags:?}");
    assert_eq!(document["releases"][0]["branch"]["state"], "lacks");
    let said = sandbox.run(VERIFY).exits(105);
    assert!(said.stdout.contains(theirs["checksum"].as_str().unwrap()), "{said}");
}

#[test]
fn what_was_taken_back_is_not_lost_and_a_silent_registry_says_nothing() {
    let sandbox = released();
    let fault = json!({"kind": "status", "code": 503});
    sandbox.fault(&json!({"operation": "index", "package": "lib1", "fault": fault}));
    let document = verified(&sandbox, 100);
    assert_eq!(states(&document, "packages")[0], "lib1 unknown");
    sandbox.no_faults();
    sandbox.run(&["yank-rollback", "--yes"]).exits(0);
    let document = verified(&sandbox, 0);
    assert!(states(&document, "packages").iter().all(|it| it.ends_with("taken-back")));
    assert_eq!(states(&document, "packages").len(), 4);
}

/// `verify` with these arguments; the document holds to its schema.
fn tried(sandbox: &Sandbox, arguments: &[&str], code: i32) -> Value {
    let line = [&["verify", "--message-format", "json"], arguments].concat();
    let document = sandbox.run(&line).exits(code).object("verification");
    check("verification", &document);
    document
}

/// How the checks of a package ended: download, consumer, install, docs.
fn checks(document: &Value, name: &str) -> String {
    let packages = document["releases"][0]["packages"].as_array().unwrap();
    let package = packages.iter().find(|package| package["name"] == name).unwrap();
    let state = |key: &str| package["checks"][key]["state"].as_str().unwrap().to_owned();
    ["download", "consumer", "install", "docs"].map(state).join(" ")
}

#[test]
fn a_release_that_can_be_used_is_said_to_be() {
    let sandbox = released();
    let document = tried(&sandbox, &[], 0);
    for library in ["lib1", "lib2", "lib3"] {
        assert_eq!(checks(&document, library), "passed passed skipped passed");
    }
    assert_eq!(checks(&document, "bin"), "passed skipped passed passed");
    assert_eq!(states(&document, "packages")[0], "lib1 ours");
    assert_eq!(document["releases"][0]["branch"]["state"], "contains");
    // Without the journal: by a tag, and by a version that was taken back by somebody.
    let document = tried(&sandbox, &["lib3-v0.4.0"], 0);
    assert!(states(&document, "packages").contains(&"lib3 there".to_owned()), "{document}");
    sandbox.cargo(&["yank", "bin@1.3.1"]).exits(0);
    let document = tried(&sandbox, &["bin@1.3.1", "lib1@0.2.0"], 0);
    assert_eq!(states(&document, "packages"), ["bin yanked", "lib1 there"]);
    assert_eq!(checks(&document, "bin"), "passed skipped skipped passed");
    sandbox.run(&["verify", "lib9@1.0.0"]).exits(2).says("lib1");
    sandbox.run(&["verify", "v9"]).exits(97).says("cargo orchestrate verify NAME@VERSION");
    let said = sandbox.run(&["verify"]).exits(0);
    assert_eq!(said.stdout.matches("there, and ours").count(), 3, "{said}");
    assert!(!sandbox.root().join("target/orchestrate/verify/users-").exists());
}

#[test]
fn what_nobody_can_use_is_named_with_the_way_back() {
    let sandbox = sandbox("chain");
    let manifest = sandbox.read("lib3/Cargo.toml");
    let docs = "[package.metadata.docs.rs]\nall_features = true\nfeatures = [\"fast\"]\n";
    sandbox.write("lib3/Cargo.toml", &format!("{manifest}\n{docs}"));
    let text = sandbox.read("lib3/src/lib.rs");
    sandbox.write("lib3/src/lib.rs", &format!("{text}\nfn broken( {{\n"));
    sandbox.git(&["commit", "--quiet", "--all", "--message", "fix: break it"]);
    sandbox.run(&["publish", "--yes", "--no-verify"]).exits(0);
    let document = tried(&sandbox, &[], 105);
    assert_eq!(checks(&document, "lib3"), "passed failed skipped failed");
    assert_eq!(checks(&document, "lib1"), "passed passed skipped passed");
    assert_eq!(checks(&document, "bin"), "passed skipped failed passed");
    let id = document["releases"][0]["id"].as_str().unwrap();
    assert_eq!(document["next"], format!("cargo orchestrate yank-rollback {id}"));
    let said = sandbox.run(&["verify"]).exits(105).says("(consumer)").says("takes it back");
    assert!(said.stdout.contains("did you mean `all-features`?"), "{said}");
}

#[test]
fn other_bytes_than_were_packed_are_not_tried_for_ours() {
    let sandbox = released();
    lose(&sandbox, "lib3", "0.4.0");
    let foreign = json!({"name": "lib3", "version": "0.4.0", "seed": "theirs"});
    let theirs = sandbox.registry().control("POST", "publish-foreign", Some(&foreign));
    let document = tried(&sandbox, &[], 105);
    assert_eq!(states(&document, "packages")[2], "lib3 foreign");
    assert!(checks(&document, "lib3").starts_with("passed skipped skipped"), "{document}");
    let said = sandbox.run(&["verify"]).exits(105).says("other bytes");
    let sum = theirs["checksum"].as_str().unwrap();
    let whole = said.stdout.split_whitespace().collect::<Vec<_>>().join(" ");
    let told = format!("lib3 0.4.0: the bytes there have the sha256 {sum}");
    assert!(whole.contains(&told), "{told}\n{said}");
}

#[test]
fn a_registry_that_sends_nothing_leaves_it_open() {
    let sandbox = released();
    let fault = json!({"kind": "status", "code": 503});
    sandbox.fault(&json!({"operation": "download", "package": "lib1", "fault": fault}));
    let document = tried(&sandbox, &["lib1@0.2.0"], 100);
    assert_eq!(checks(&document, "lib1"), "unknown skipped skipped skipped");
    sandbox.no_faults();
    tried(&sandbox, &["lib1@0.2.0"], 0);
    tried(&sandbox, &["lib1@0.9.0"], 105);
}

#[test]
fn a_tag_of_the_whole_workspace_stands_for_what_was_released_with_it() {
    let sandbox = sandbox("chain");
    sandbox.run(&["publish", "--yes"]).exits(0);
    for tag in ["lib1-v0.2.0", "lib2-v0.3.0", "lib3-v0.4.0", "bin-v1.3.1"] {
        sandbox.git(&["tag", "--delete", tag]);
    }
    sandbox.git(&["tag", "v0.2.0"]);
    sandbox.git(&["tag", "nightly"]);
    let verify = ["verify", "v0.2.0", "--message-format", "json"];
    let found = sandbox.run(&verify).exits(0).object("verification");
    let packages = found["releases"][0]["packages"].as_array().unwrap();
    let names: Vec<&str> = packages.iter().map(|it| it["name"].as_str().unwrap()).collect();
    assert_eq!(names, ["lib1"]);
    let back = sandbox.run(&["yank-rollback", "v0.2.0", "--yank-only", "--plan-only"]);
    assert!(back.stdout.contains("lib1") && !back.stdout.contains("bin  "), "{back}");
    for command in [&["verify", "nightly"][..], &["yank-rollback", "nightly"]] {
        let refused = sandbox.run(command).exits(97).says("the tag `nightly` exists, at ");
        assert!(refused.stderr.contains("bin@1.3.1"), "{refused}");
        assert!(!refused.stderr.contains("there is no release"), "{refused}");
    }
    sandbox.run(&["verify", "v0.3.0"]).exits(97).says("there is no release or tag");
}
