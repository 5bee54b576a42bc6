//! Gates: commands of the project that a release has to pass before anything of it leaves.

use crate::sandbox;
use crate::schemas::check;
use crate::support::Sandbox;
use crate::support::snapshot::snapshot;
use std::fs;

const PUBLISH: &[&str] = &["publish", "--yes"];

/// The chain with a configuration of gates; each says in a file beside the workspace that it ran.
fn gated(configuration: &str) -> Sandbox {
    let sandbox = sandbox("chain");
    sandbox.write("orchestrate.toml", configuration);
    sandbox.git(&["add", "--all"]);
    sandbox.git(&["commit", "--quiet", "--message", "chore: gates"]);
    sandbox.git(&["push", "--quiet", "origin", "main"]);
    sandbox
}

const TWO: &str = "[type.regular]\ngates = [\"first\", \"second\"]\n\
    [gate.first]\ncommand = [\"sh\", \"-c\", \"echo first >> ../ran\"]\n\
    [gate.second]\ncommand = [\"sh\", \"-c\", \"echo second >> ../ran\"]\n";

fn ran(sandbox: &Sandbox) -> Vec<String> {
    let text = fs::read_to_string(sandbox.root().join("ran")).unwrap_or_default();
    text.lines().map(str::to_owned).collect()
}

#[test]
fn gates_stand_in_the_plan_and_run_only_when_it_is_published() {
    let sandbox = gated(TWO);
    let shown = sandbox.run(&["plan"]).exits(0);
    assert!(shown.stdout.contains("first: sh -c 'echo first >> ../ran'"), "{shown}");
    let page = sandbox.run(&["plan", "--format", "markdown"]).exits(0);
    assert!(page.stdout.contains("gate `second` passes"), "{page}");
    let plan = sandbox.run(&["plan", "--message-format", "json"]).exits(0).object("plan");
    check("plan", &plan);
    assert_eq!(ran(&sandbox), Vec::<String>::new());
    let mut publish = PUBLISH.to_vec();
    publish.extend(["--message-format", "json"]);
    let published = sandbox.run(&publish).exits(0);
    let lines = published.stdout.lines().map(|line| serde_json::from_str(line).unwrap());
    let lines: Vec<serde_json::Value> = lines.collect();
    let gates: Vec<_> = lines.iter().filter(|line| line["action"] == "gate").collect();
    assert_eq!(gates.len(), 4, "two are started and done");
    for line in gates {
        check("event", line);
    }
    assert_eq!(ran(&sandbox), ["first", "second"]);
}

#[test]
fn all_that_fail_are_told_and_everything_is_as_it_was() {
    let sandbox = gated(
        "[type.regular]\ngates = [\"bad\", \"good\", \"missing\", \"late\", \"edits\"]\n\
         [gate.bad]\ncommand = [\"sh\", \"-c\", \"echo on stdout; echo on stderr >&2; exit 7\"]\n\
         [gate.good]\ncommand = [\"sh\", \"-c\", \"test -z \\\"$CARGO_REGISTRY_TOKEN$CARGO_REGISTRIES_CRATES_IO_TOKEN\\\"\"]\n\
         [gate.missing]\ncommand = [\"./no-such-program\"]\n\
         [gate.late]\ncommand = [\"sh\", \"-c\", \"cat /dev/zero > /dev/null\"]\ntimeout = \"1s\"\n\
         [gate.edits]\ncommand = [\"sh\", \"-c\", \"echo >> lib4/src/lib.rs\"]\n",
    );
    let before = snapshot(&sandbox);
    let failed = sandbox.run(PUBLISH).exits(101);
    for words in [
        "4 gates failed: bad, missing, late, edits",
        "the gate `bad` failed",
        "exit status: 7",
        "on stdout",
        "on stderr",
        "the gate `missing` did not start",
        "the gate `late` took more than 1 s",
        "the gate `edits` changed what git tracks",
        "lib4/src/lib.rs",
        "nothing was published",
        "cargo orchestrate publish",
    ] {
        assert!(failed.stderr.contains(words), "no `{words}`\n{failed}");
    }
    sandbox.git(&["checkout", "--quiet", "lib4/src/lib.rs"]);
    assert_eq!(snapshot(&sandbox), before);
    sandbox.write("orchestrate.toml", "[gate.good]\ncommand = [\"true\"]\n");
    sandbox.git(&["commit", "--quiet", "--all", "--message", "chore: no gates"]);
    sandbox.run(PUBLISH).exits(0);
}

#[test]
fn a_gate_that_was_passed_is_not_run_again_by_a_resumed_run() {
    let sandbox = gated(TWO);
    assert!(sandbox.run_until(PUBLISH, "started", "gate:second"), "it never came to the second");
    assert_eq!(ran(&sandbox).iter().filter(|gate| *gate == "first").count(), 1);
    sandbox.run(PUBLISH).exits(0).says("Resuming");
    let ran = ran(&sandbox);
    assert_eq!(ran.iter().filter(|gate| *gate == "first").count(), 1, "{ran:?}");
    assert_eq!(ran.last().map(String::as_str), Some("second"));
}

#[test]
fn a_type_has_its_own_gates_and_its_own_way_back() {
    let sandbox = gated(
        "[type.pre-release]\ngates = [\"first\"]\nrollback = \"yank-only\"\n\
         [gate.first]\ncommand = [\"sh\", \"-c\", \"echo first >> ../ran\"]\n",
    );
    let plan = sandbox.run(&["plan", "--message-format", "json"]).exits(0).object("plan");
    assert!(plan["release-type"].is_null() && !plan.to_string().contains("\"gate\""), "{plan}");
    sandbox.run(&["publish", "--yes", "--pre", "rc"]).exits(0);
    assert_eq!(ran(&sandbox), ["first"]);
    let back = ["yank-rollback", "--plan-only"];
    sandbox.run(&back).exits(0).says("yank-only, by `type.pre-release.rollback`");
    let json = ["yank-rollback", "--plan-only", "--message-format", "json"];
    let rollback = sandbox.run(&json).exits(0).object("rollback-plan");
    check("rollback-plan", &rollback);
    assert_eq!(rollback["way"], "yank-only");
    sandbox.run(&["yank-rollback", "--plan-only", "--pin"]).exits(0).says("pin (or");
}
