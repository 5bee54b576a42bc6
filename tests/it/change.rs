//! `change` and `status --require-changeset`: a changeset for everything that changed.

use crate::sandbox;
use crate::support::Sandbox;
use serde_json::json;

/// The documents of `status --require-changeset`, which names packages with 97.
fn missing(sandbox: &Sandbox, since: &[&str], code: i32) -> serde_json::Value {
    let mut arguments = vec!["status", "--require-changeset", "--message-format", "json"];
    arguments.extend(since);
    sandbox.run(&arguments).exits(code).object("changesets")
}

fn commit(sandbox: &Sandbox, message: &str) {
    sandbox.git(&["add", "--all"]);
    sandbox.git(&["commit", "--quiet", "--message", message]);
}

#[test]
fn flags_write_a_changeset_that_the_plan_reads() {
    let sandbox = sandbox("chain");
    let said = ["change", "-p", "lib4=minor", "-p", "lib3=none", "-m", "Add cursors\n\nAt last."];
    let file = sandbox.run(&said).exits(0).says("git add .changeset/add-cursors").stdout;
    let file = file.trim();
    assert_eq!(
        sandbox.read(file),
        "---\n\"lib4\": minor\n\"lib3\": none\n---\n\nAdd cursors\n\nAt last.\n"
    );
    let again = sandbox.run(&said).exits(0).stdout;
    assert_ne!(again.trim(), file, "the second must not overwrite the first");
    commit(&sandbox, "docs: describe changes");
    let plan = sandbox.run(&["plan", "--message-format", "json"]).exits(0).object("plan");
    assert_eq!(plan["changesets"].as_array().unwrap().len(), 2);
    let why = sandbox.run(&["plan", "--explain", "lib4"]).exits(0).stdout;
    assert!(why.contains("(minor by changeset add-cursors"), "{why}");
}

#[test]
fn what_cannot_be_a_changeset_is_refused_before_anything_is_written() {
    let sandbox = sandbox("chain");
    let cases: [(&[&str], &str); 7] = [
        (&["-p", "lib4=minor", "-m", " \n"], "without a text"),
        (&["-p", "lib5=minor", "-m", "x"], "lib5"),
        (&["-p", "lib4=minr", "-m", "x"], "did you mean `minor`?"),
        (&["-p", "lib4", "-m", "x"], "NAME=minor"),
        (&["-p", "lib4=minor", "-p", "lib4=patch", "-m", "x"], "two levels"),
        (&["-p", "lib4=minor"], "no terminal"),
        (&["-m", "x"], "cargo orchestrate change -p NAME=LEVEL -m TEXT"),
    ];
    for (flags, words) in cases {
        let arguments = [&["change"], flags].concat();
        sandbox.run(&arguments).exits(2).says(words);
    }
    assert!(!sandbox.work().join(".changeset").exists());
}

#[test]
fn status_names_what_changed_without_a_changeset() {
    let sandbox = sandbox("chain");
    assert_eq!(missing(&sandbox, &[], 97)["missing"], json!(["lib1"]));
    sandbox
        .run(&["status", "--require-changeset"])
        .exits(97)
        .says("lib1 changed, and no changeset names it")
        .says("cargo orchestrate change -p lib1=patch -m TEXT");
    sandbox.run(&["change", "-p", "lib1=major", "-m", "Greet by name"]).exits(0);
    let document = missing(&sandbox, &[], 0);
    assert_eq!(document["missing"], json!([]));
    assert_eq!(document["pending"].as_array().unwrap().len(), 1);
}

#[test]
fn status_of_a_pull_request_counts_only_what_it_brings() {
    let sandbox = sandbox("chain");
    // What main has described already says nothing of what the branch does to the same package.
    sandbox.run(&["change", "-p", "lib1=major", "-m", "Greet by name"]).exits(0);
    commit(&sandbox, "docs: describe changes");
    sandbox.git(&["checkout", "--quiet", "-b", "topic"]);
    let main = ["--since", "main"];
    assert_eq!(missing(&sandbox, &main, 0)["missing"], json!([]));
    sandbox.write("lib3/src/lib.rs", "pub fn three() {}\n");
    sandbox.write("lib1/src/other.rs", "\n");
    commit(&sandbox, "feat: three");
    let document = missing(&sandbox, &main, 97);
    assert_eq!(document["missing"], json!(["lib1", "lib3"]));
    assert_eq!(document["pending"], json!([]));
    sandbox.run(&["change", "-p", "lib1=patch", "-p", "lib3=minor", "-m", "Three"]).exits(0);
    assert_eq!(missing(&sandbox, &main, 0)["missing"], json!([]));
    sandbox
        .run(&["status", "--require-changeset", "--since", "mian"])
        .exits(96)
        .says("where HEAD and `mian` parted")
        .says("git fetch origin");
}

#[test]
fn status_refuses_a_changeset_with_a_mistake() {
    let sandbox = sandbox("chain");
    sandbox.write(".changeset/one.md", "---\nlib1: minr\n---\n");
    sandbox
        .run(&["status", "--require-changeset"])
        .exits(97)
        .says(".changeset/one.md:2:7")
        .says("did you mean `minor`");
}
