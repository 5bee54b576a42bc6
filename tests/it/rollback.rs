//! `cargo orchestrate yank-rollback`, `status` and `rehearse` in a real world.

use crate::sandbox;
use crate::support::snapshot::snapshot;
use crate::support::{Sandbox, journey, parallel};
use serde_json::{Value, json};

const BACK: &[&str] = &["yank-rollback", "--yes"];

/// The chain, released.
fn released() -> Sandbox {
    let sandbox = sandbox("chain");
    sandbox.run(&["publish", "--yes"]).exits(0);
    sandbox
}

/// The yanks that reached the registry, in order.
fn yanks(sandbox: &Sandbox, operation: &str) -> Vec<String> {
    let log = sandbox.registry().control("GET", "log", None);
    let requests = log["requests"].as_array().unwrap().iter();
    let wanted = requests.filter(|request| request["operation"] == operation);
    wanted.map(|request| request["package"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn dependents_are_yanked_first_and_come_back_last() {
    let sandbox = released();
    sandbox.run(BACK).exits(0);
    assert_eq!(yanks(&sandbox, "yank"), ["bin", "lib3", "lib2", "lib1"]);
    sandbox.run(&["yank-rollback", "--undo", "--yes"]).exits(0);
    assert_eq!(yanks(&sandbox, "unyank"), ["lib1", "lib2", "lib3", "bin"]);
}

#[test]
fn it_is_shown_before_it_is_done() {
    let sandbox = released();
    let before = snapshot(&sandbox);
    let shown = sandbox.run(&["yank-rollback", "--plan-only"]).exits(0);
    for word in ["bin", "1.3.1", "1.3.0", "lib1", "0.2.0", "0.1.0"] {
        assert!(shown.stdout.contains(word), "no `{word}`\n{shown}");
    }
    sandbox.run(&["yank-rollback"]).exits(97).says("--yes");
    assert_eq!(snapshot(&sandbox), before);
}

#[test]
fn history_is_added_to_and_not_rewritten() {
    let sandbox = released();
    let release = sandbox.git(&["rev-parse", "HEAD"]);
    sandbox.run(BACK).exits(0);
    assert_eq!(sandbox.git(&["rev-parse", "HEAD~1"]), release);
    assert_eq!(sandbox.remote_git(&["rev-parse", "main~1"]), release);
    assert_eq!(sandbox.remote_git(&["rev-parse", "lib1-v0.2.0^{commit}"]), release);
}

#[test]
fn a_member_that_stays_requires_exactly_the_last_good_version() {
    let sandbox = sandbox("tilde-and-exact");
    sandbox.run(&["publish", "--yes"]).exits(0);
    let requirement = || {
        let text = sandbox.read("caret/Cargo.toml");
        text.lines().last().unwrap_or_default().to_owned()
    };
    assert_eq!(requirement(), "base = { version = \"1.0.0\", path = \"../base\" }");
    sandbox.run(BACK).exits(0);
    assert_eq!(requirement(), "base = { version = \"=1.0.0\", path = \"../base\" }");
    journey::is_in_step(&sandbox);
}

#[test]
fn a_pin_is_shown_until_it_is_lifted_and_never_published_unasked() {
    let sandbox = sandbox("tilde-and-exact");
    let before = sandbox.read("caret/Cargo.toml");
    sandbox.run(&["publish", "--yes"]).exits(0);
    let released = sandbox.read("caret/Cargo.toml");
    let back = sandbox.run(BACK).exits(0);
    assert!(back.stdout.contains("until --unpin"), "{back}");
    assert_ne!(sandbox.read("caret/Cargo.toml"), released);
    let plan = sandbox.run(&["plan"]).exits(97);
    assert!(plan.stdout.contains("pinned") && plan.stdout.contains("--unpin"), "{plan}");
    sandbox.run(&["publish", "--yes"]).exits(97);
    sandbox.run(&["yank-rollback", "--unpin", "--yes"]).exits(0).says("lifted");
    assert_eq!(sandbox.read("caret/Cargo.toml"), before);
    assert_eq!(sandbox.remote_git(&["rev-parse", "main"]), sandbox.git(&["rev-parse", "HEAD"]));
    journey::is_in_step(&sandbox);
    sandbox.run(&["yank-rollback", "--unpin", "--yes"]).exits(0).says("nothing to do");
}

#[test]
fn a_reason_reaches_whoever_asks_the_registry() {
    let sandbox = released();
    let reason = "it loses data; 0.1 is fine";
    sandbox.run(&["yank-rollback", "--yes", "--reason", reason]).exits(0);
    let log = sandbox.registry().control("GET", "log", None);
    let requests = log["requests"].as_array().unwrap().iter();
    let patched = requests.filter(|request| request["method"] == "PATCH").count();
    assert_eq!(patched, 4, "{log}");
    let facts = sandbox.registry().asked("/api/v1/crates/lib1/0.2.0");
    assert_eq!(facts["version"]["yank_message"], reason, "{facts}");
}

#[test]
fn everything_since_a_tag_goes_dependents_first() {
    let sandbox = released();
    let tag = sandbox.git(&["describe", "--tags", "--abbrev=0", "HEAD~1"]);
    let release = sandbox.git(&["rev-parse", "HEAD"]);
    sandbox.run(&["yank-rollback", "--yes", "--since", "nowhere"]).exits(96).says("nowhere");
    sandbox.run(&["yank-rollback", "--yes", "--since", "HEAD"]).exits(97).says("NAME@VERSION");
    sandbox.run(&["yank-rollback", "--yes", "--since", &tag]).exits(0);
    assert_eq!(yanks(&sandbox, "yank"), ["bin", "lib3", "lib2", "lib1"]);
    assert_eq!(sandbox.git(&["rev-parse", "HEAD"]), release);
}

#[test]
fn the_next_release_does_not_use_a_yanked_number_again() {
    let sandbox = released();
    sandbox.run(BACK).exits(0);
    let plan = sandbox.run(&["plan", "--message-format", "json"]).exits(0).object("plan");
    for package in plan["packages"].as_array().unwrap() {
        let line = format!("{} {} (yanked)", package["name"], package["to"]).replace('"', "");
        assert!(!sandbox.published_lines().contains(&line), "{line}");
    }
}

#[test]
fn a_kill_at_every_step_of_a_rollback_is_survived() {
    let undisturbed = released();
    undisturbed.run(BACK).exits(0);
    let wanted = snapshot(&undisturbed);
    let sandbox = released();
    let steps: Vec<String> = sandbox
        .run(&["yank-rollback", "--plan-only", "--message-format", "json"])
        .exits(0)
        .object("rollback-plan")["steps"]
        .as_array()
        .unwrap()
        .iter()
        .map(|step| step["id"].as_str().unwrap().to_owned())
        .collect();
    parallel::each(&steps, String::clone, |step| {
        let sandbox = released();
        assert!(sandbox.run_until(BACK, "started", step), "the run never told {step}");
        sandbox.run(BACK).exits(0);
        assert_eq!(snapshot(&sandbox), wanted);
    });
}

#[test]
fn whoever_asks_twice_does_not_take_back_the_release_before() {
    let sandbox = released();
    sandbox.write("lib1/src/lib.rs", "// more\n");
    sandbox.git(&["commit", "--quiet", "--all", "--message", "fix: more"]);
    sandbox.run(&["publish", "--yes"]).exits(0);
    sandbox.run(BACK).exits(0);
    let once = sandbox.published_lines();
    let again = sandbox.run(BACK).exits(0).says("there is nothing to do");
    assert!(again.stdout.contains("note[taken-back]"), "{again}");
    assert_eq!(sandbox.published_lines(), once, "{again}");
    // Who means the one before says so.
    let named = again.stdout.split("yank-rollback ").nth(1).unwrap();
    let before = named.split_whitespace().next().unwrap();
    sandbox.run(&["yank-rollback", before, "--yes"]).exits(0);
    let gone = |line: &&String| line.ends_with("(yanked)");
    assert!(
        sandbox.published_lines().iter().filter(gone).count() > once.iter().filter(gone).count()
    );
    sandbox.run(&["yank-rollback", before, "--yes"]).exits(97).says("taken back already");
}

#[test]
fn a_release_that_stopped_part_way_can_be_taken_back() {
    let sandbox = sandbox("chain");
    let before = sandbox.git(&["rev-parse", "HEAD^{tree}"]);
    let fault = json!({"kind": "status", "code": 403});
    sandbox.fault(&json!({"operation": "publish", "package": "lib3", "fault": fault, "times": 0}));
    let stopped = sandbox.run(&["publish", "--yes", "--max-wait", "0"]);
    assert!([100, 105].contains(&stopped.code), "{stopped}");
    sandbox.no_faults();
    sandbox.run(BACK).exits(0);
    let now = sandbox.published_lines();
    assert!(now.contains(&"lib1 0.2.0 (yanked)".to_owned()), "{now:?}");
    assert!(now.contains(&"lib2 0.3.0 (yanked)".to_owned()), "{now:?}");
    assert_eq!(sandbox.git(&["rev-parse", "HEAD^{tree}"]), before);
    journey::is_in_step(&sandbox);
}

#[test]
fn versions_and_tags_are_taken_back_without_a_journal() {
    let sandbox = released();
    // Another clone's journal, as far as this one knows.
    std::fs::remove_dir_all(sandbox.work().join(".git/orchestrate")).unwrap();
    let head = sandbox.git(&["rev-parse", "HEAD"]);
    let refused = sandbox.run(&["yank-rollback", "lib1@0.2.0", "--yes"]).exits(97);
    assert!(refused.stdout.contains("lib2 0.3.0 requires"), "{refused}");
    let two = sandbox.run(&["yank-rollback", "lib1@0.2.0", "r1", "--yes"]).exits(97);
    two.says("`r1` is not NAME@VERSION");
    let taken = sandbox.run(&["yank-rollback", "bin-v1.3.1", "--yes"]).exits(0);
    assert!(taken.stdout.contains("files of the workspace stay"), "{taken}");
    assert_eq!(yanks(&sandbox, "yank"), ["bin", "lib3", "lib2", "lib1"]);
    assert_eq!(sandbox.git(&["rev-parse", "HEAD"]), head);
    sandbox.run(&["yank-rollback", "--undo", "--yes"]).exits(0);
    assert_eq!(yanks(&sandbox, "unyank"), ["lib1", "lib2", "lib3", "bin"]);
    sandbox.run(&["yank-rollback", "lib3@0.4.0", "bin@1.3.1", "--yes"]).exits(0);
    assert_eq!(yanks(&sandbox, "yank")[4..], ["bin", "lib3"]);
}

#[test]
fn the_last_version_that_works_goes_only_when_told() {
    let sandbox = released();
    let old = ["yank-rollback", "bin@1.3.0", "bin@1.3.1", "--yes"];
    let refused = sandbox.run(&old).exits(97);
    assert!(refused.stdout.contains("--allow-last"), "{refused}");
    sandbox.run(&[&old[..], &["--allow-last"]].concat()).exits(0);
    assert_eq!(yanks(&sandbox, "yank").len(), 2);
}

#[test]
fn a_release_can_be_yanked_and_nothing_else() {
    let sandbox = released();
    let head = sandbox.git(&["rev-parse", "HEAD"]);
    sandbox.run(&["yank-rollback", "--yank-only", "--yes"]).exits(0);
    assert_eq!(yanks(&sandbox, "yank"), ["bin", "lib3", "lib2", "lib1"]);
    assert_eq!(sandbox.git(&["rev-parse", "HEAD"]), head);
    assert_eq!(sandbox.git(&["status", "--porcelain"]), "");
    sandbox.run(&["yank-rollback", "--undo", "--yes"]).exits(0);
    assert_eq!(yanks(&sandbox, "unyank"), ["lib1", "lib2", "lib3", "bin"]);
}

fn state(status: &Value, name: &str) -> Value {
    let packages = status["packages"].as_array().unwrap();
    packages.iter().find(|package| package["name"] == name).unwrap().clone()
}

#[test]
fn status_shows_the_ledgers_side_by_side() {
    let sandbox = released();
    let status = sandbox.run(&["status", "--message-format", "json"]).exits(0).object("status");
    let lib1 = state(&status, "lib1");
    assert_eq!((&lib1["manifest"], &lib1["latest"]), (&"0.2.0".into(), &"0.2.0".into()));
    assert!(lib1["repair"].is_null(), "{lib1}");
    sandbox.git(&["tag", "--delete", "lib1-v0.2.0"]);
    sandbox.git(&["push", "--quiet", "--delete", "origin", "lib1-v0.2.0"]);
    let status = sandbox.run(&["status", "--message-format", "json"]).exits(0).object("status");
    assert!(state(&status, "lib1")["repair"].is_string(), "{status}");
}

#[test]
fn a_rehearsal_takes_back_as_the_policy_says_as_far_as_it_can() {
    let sandbox = sandbox("chain");
    let types = "rollback = \"revert\"\n[type.regular]\nrollback = \"hotfix\"\n";
    sandbox.write("orchestrate.toml", types);
    sandbox.git(&["add", "orchestrate.toml"]);
    sandbox.git(&["commit", "--quiet", "--message", "chore: configure"]);
    sandbox.git(&["push", "--quiet"]);
    let output = sandbox.run(&["rehearse"]).exits(0);
    let said = "`type.regular.rollback = \"hotfix\"` needs a fix; without one it is `pin`";
    assert!(output.stderr.contains(said), "{output}");
}

#[test]
fn a_rehearsal_touches_nothing() {
    let sandbox = sandbox("chain");
    let before = (sandbox.published_lines(), sandbox.git(&["for-each-ref"]));
    let remote = sandbox.remote_git(&["for-each-ref"]);
    let output = sandbox.run(&["rehearse"]).exits(0);
    // It ends with the rollback, its proof and its undo.
    for words in
        ["Act 5 giving it back", "yanked   a new project gets", "live again   a new project gets"]
    {
        let said = [&output.stdout, &output.stderr];
        assert!(said.iter().any(|said| said.contains(words)), "{words}: {output}");
    }
    assert_eq!((sandbox.published_lines(), sandbox.git(&["for-each-ref"])), before);
    assert_eq!(sandbox.remote_git(&["for-each-ref"]), remote);
    assert_eq!(sandbox.git(&["status", "--porcelain", "--ignored"]), "");
}

#[test]
fn drafts_of_advisories_are_written_once_and_say_which_versions_are_concerned() {
    let sandbox = released();
    let shown =
        ["yank-rollback", "--plan-only", "--advisory", "../shown", "--reason", "Reads past"];
    sandbox.run(&shown).exits(0).says("Drafted");
    let draft = sandbox.read("../shown/crates/lib1/RUSTSEC-0000-0000.md");
    assert!(
        draft.contains("unaffected = [\"< 0.2.0\"]") && draft.contains("patched = []"),
        "{draft}"
    );
    assert!(draft.contains("# Reads past"), "{draft}");
    let before = snapshot(&sandbox);
    let again = sandbox.run(&shown).exits(97).says("is not written over");
    assert!(again.stderr.contains("crates/bin/RUSTSEC-0000-0000.md"), "{again}");
    sandbox.run(&["yank-rollback", "--yes", "--advisory", "../shown"]).exits(97);
    assert_eq!(snapshot(&sandbox), before);
    sandbox.run(&["yank-rollback", "--yes", "--advisory", "../done"]).exits(0);
    for package in ["lib1", "lib2", "lib3", "bin"] {
        sandbox.read(&format!("../done/crates/{package}/RUSTSEC-0000-0000.md"));
    }
    sandbox.run(&["yank-rollback", "--undo", "--advisory", "../x"]).exits(2);
}

#[test]
fn a_rollback_that_goes_on_shows_itself_and_drafts_what_is_asked_for() {
    let sandbox = released();
    let reason = ["yank-rollback", "--yes", "--reason", "Reads past"];
    assert!(sandbox.run_until(&reason, "started", "yank:lib2@0.3.0"));
    let before = snapshot(&sandbox);
    let shown = sandbox.run(&["yank-rollback", "--plan-only"]).exits(0).says("Resuming");
    assert!(shown.stdout.contains("lib2"), "{shown}");
    assert_eq!(snapshot(&sandbox), before);
    // The run that stopped may have drafted some, and somebody may have filled them in.
    sandbox.write("../drafts/crates/bin/RUSTSEC-0000-0000.md", "mine");
    let done = sandbox.run(&["yank-rollback", "--yes", "--advisory", "../drafts"]).exits(0);
    done.says("Drafted").says("crates/bin/RUSTSEC-0000-0000.md is there already, and stays");
    assert_eq!(sandbox.read("../drafts/crates/bin/RUSTSEC-0000-0000.md"), "mine");
    let draft = sandbox.read("../drafts/crates/lib1/RUSTSEC-0000-0000.md");
    assert!(draft.contains("# Reads past") && draft.contains("< 0.2.0"), "{draft}");
}
