//! Changesets from the plan through the release and back.

use crate::sandbox;
use crate::support::Sandbox;

const BOTH: &str = "---\n\"lib4\": minor\nlib3: none\n---\n\nStreams, and what they mean.\n";
const ONE: &str = "---\r\nlib4: patch\r\nlib1: patch\r\n---\r\n\r\nMended.\r\n";

/// Writes changesets and commits them.
fn describe(sandbox: &Sandbox, files: &[(&str, &str)]) {
    for (file, text) in files {
        sandbox.write(&format!(".changeset/{file}"), text);
    }
    sandbox.git(&["add", "--all"]);
    sandbox.git(&["commit", "--quiet", "--message", "docs: describe changes"]);
}

fn exists(sandbox: &Sandbox, file: &str) -> bool {
    sandbox.work().join(".changeset").join(file).is_file()
}

#[test]
fn a_release_uses_changesets_up_and_its_rollback_brings_them_back() {
    let sandbox = sandbox("chain");
    describe(&sandbox, &[("both.md", BOTH), ("one.md", ONE), ("README.md", "Not one.\n")]);
    let plan = sandbox.run(&["plan", "--message-format", "json"]).exits(0).object("plan");
    let files: Vec<&str> = plan["changesets"]
        .as_array()
        .unwrap()
        .iter()
        .map(|changeset| changeset["file"].as_str().unwrap())
        .collect();
    assert_eq!(files, [".changeset/both.md", ".changeset/one.md"]);
    sandbox.run(&["publish", "--yes"]).exits(0);
    let changed = sandbox.git(&["show", "--name-status", "--format=", "HEAD", "--", ".changeset"]);
    assert_eq!(changed, "D\t.changeset/both.md\nD\t.changeset/one.md");
    assert!(sandbox.read("lib4/Cargo.toml").contains("version = \"0.1.1\""));
    assert!(exists(&sandbox, "README.md"));
    sandbox.run(&["plan", "--require-changes"]).exits(4);
    sandbox.run(&["yank-rollback", "--yes"]).exits(0);
    assert_eq!(sandbox.read(".changeset/both.md"), BOTH);
    assert_eq!(sandbox.read(".changeset/one.md"), ONE);
    assert_eq!(sandbox.git(&["status", "--porcelain"]), "");
    sandbox.run(&["yank-rollback", "--undo", "--yes"]).exits(0);
    assert!(!exists(&sandbox, "both.md") && !exists(&sandbox, "one.md"));
    assert_eq!(sandbox.git(&["status", "--porcelain"]), "");
}

#[test]
fn what_a_changeset_says_of_others_waits_for_them() {
    let sandbox = sandbox("chain");
    describe(&sandbox, &[("one.md", ONE)]);
    sandbox.run(&["publish", "--yes", "-p", "lib4"]).exits(0);
    assert_eq!(sandbox.read(".changeset/one.md"), ONE.replace("lib4: patch\r\n", ""));
}

#[test]
fn a_changeset_with_a_mistake_is_refused_with_its_place() {
    let sandbox = sandbox("chain");
    describe(&sandbox, &[("one.md", "---\nlib5: minor\nlib4: minr\n---\n")]);
    let head = sandbox.git(&["rev-parse", "HEAD"]);
    let output = sandbox.run(&["publish", "--yes"]).exits(97);
    for words in [".changeset/one.md:2:1", ".changeset/one.md:3:7", "`lib5`", "did you mean"] {
        assert!(output.stdout.contains(words), "no `{words}`\n{output}");
    }
    assert_eq!(sandbox.git(&["rev-parse", "HEAD"]), head);
}
