//! `publish --hotfix`: an old line is mended, from its branch or from a tag that is checked out.

use crate::sandbox;
use crate::schemas::check;
use crate::support::{Sandbox, parallel};
use serde_json::Value;
use std::fs;
use std::process::Command;

const HOTFIX: &[&str] = &["publish", "--hotfix", "--yes"];

/// The chain with two releases, the first of them checked out on a branch of its own.
fn old_line() -> Sandbox {
    let sandbox = sandbox("chain");
    sandbox.run(&["publish", "--yes"]).exits(0);
    sandbox.git(&["switch", "--quiet", "--create", "release/0.1", "lib1-v0.1.0"]);
    sandbox
}

fn fix(sandbox: &Sandbox) -> String {
    sandbox.write("lib1/src/mended.rs", "//! Mended.\n");
    sandbox.git(&["add", "--all"]);
    sandbox.git(&["commit", "--quiet", "--message", "fix(lib1): mend it"]);
    sandbox.git(&["rev-parse", "HEAD"])
}

fn plan(sandbox: &Sandbox) -> Value {
    let line = ["plan", "--hotfix", "--message-format", "json"];
    let plan = sandbox.run(&line).exits(0).object("plan");
    check("plan", &plan);
    plan
}

/// The versions that the plan releases.
fn versions(plan: &Value) -> Vec<String> {
    let packages = plan["packages"].as_array().unwrap().iter();
    packages.map(|it| format!("{} {}", it["name"], it["to"]).replace('"', "")).collect()
}

#[test]
fn a_line_is_mended_and_later_branches_are_told_that_they_need_it() {
    let sandbox = old_line();
    let fix = fix(&sandbox);
    let plan = plan(&sandbox);
    assert_eq!(versions(&plan), ["lib1 0.1.1"]);
    assert_eq!((&plan["release-type"], &plan["branch"]), (&"hotfix".into(), &"release/0.1".into()));
    assert_eq!(plan["still-needed"][0]["branch"], "main");
    assert_eq!(plan["still-needed"][0]["commits"], Value::from(vec![fix.clone()]));
    let command = plan["still-needed"][0]["command"].as_str().unwrap().to_owned();
    for format in ["table", "markdown"] {
        let shown = sandbox.run(&["plan", "--hotfix", "--format", format]).exits(0);
        assert!(shown.stdout.contains(&command), "{shown}");
        assert!(shown.stdout.contains("hotfix"), "{shown}");
    }
    let shown = sandbox.run(&["plan", "--hotfix"]).exits(0);
    assert!(shown.stdout.contains("cargo orchestrate publish --hotfix"), "{shown}");
    sandbox.run(HOTFIX).exits(0).says(&format!("on main: git switch main; {command}"));
    let lines = sandbox.published_lines();
    assert!(lines.contains(&"lib1 0.1.1".to_owned()) && lines.contains(&"lib1 0.2.0".to_owned()));
    assert_eq!(
        sandbox.remote_git(&["rev-parse", "release/0.1"]),
        sandbox.git(&["rev-parse", "HEAD"])
    );
    assert!(sandbox.remote_tags().contains(&"lib1-v0.1.1".to_owned()));
    // With the fix picked there, nothing is left to say.
    sandbox.git(&["switch", "--quiet", "main"]);
    let pick: Vec<&str> = command.split(' ').skip(1).collect();
    sandbox.git(&pick);
    sandbox.git(&["switch", "--quiet", "release/0.1"]);
    sandbox.write("lib1/src/more.rs", "//! More.\n");
    sandbox.git(&["add", "--all"]);
    sandbox.git(&["commit", "--quiet", "--message", "fix(lib1): more"]);
    let next = self::plan(&sandbox);
    assert_eq!(versions(&next), ["lib1 0.1.2"]);
    let more = sandbox.git(&["rev-parse", "HEAD"]);
    assert_eq!(next["still-needed"][0]["commits"], Value::from(vec![more]));
}

#[test]
fn the_number_that_somebody_took_and_more_than_a_patch_are_refused() {
    let sandbox = old_line();
    sandbox.write("lib1/src/new.rs", "//! New.\n");
    sandbox.git(&["add", "--all"]);
    sandbox.git(&["commit", "--quiet", "--message", "feat(lib1)!: new"]);
    let shown = sandbox.run(&["plan", "--hotfix"]).exits(97);
    assert!(shown.stdout.contains("is no patch of 0.1.0"), "{shown}");
    assert!(shown.stdout.contains("--bump lib1=minor"), "{shown}");
    sandbox.run(HOTFIX).exits(97);
}

#[test]
fn a_line_that_went_on_is_mended_where_it_ends() {
    let sandbox = old_line();
    fix(&sandbox);
    sandbox.run(HOTFIX).exits(0);
    sandbox.git(&["switch", "--quiet", "--detach", "lib1-v0.1.0"]);
    fix(&sandbox);
    let shown = sandbox.run(&["plan", "--hotfix"]).exits(97);
    assert!(shown.stdout.contains("0.1.1 of lib1 is in the registry already"), "{shown}");
    assert!(shown.stdout.contains("git switch --detach TAG"), "{shown}");
}

#[test]
fn a_tag_that_is_checked_out_gets_a_branch_of_its_own() {
    let sandbox = old_line();
    sandbox.git(&["switch", "--quiet", "--detach", "lib1-v0.1.0"]);
    fix(&sandbox);
    let before = sandbox.git(&["rev-parse", "HEAD"]);
    let plan = plan(&sandbox);
    assert_eq!(plan["branch"], "hotfix/lib1-v0.1.0");
    sandbox.run(HOTFIX).exits(0);
    let head = sandbox.git(&["rev-parse", "HEAD"]);
    assert_eq!(sandbox.git(&["rev-parse", "HEAD~1"]), before);
    assert_eq!(sandbox.remote_git(&["rev-parse", "hotfix/lib1-v0.1.0"]), head);
    assert!(sandbox.published_lines().contains(&"lib1 0.1.1".to_owned()));
    sandbox.run(&["status", "--verify"]).exits(0);
    sandbox.run(HOTFIX).exits(0).says("nothing to release");
    sandbox.run(&["yank-rollback", "--yes"]).exits(0);
    assert!(sandbox.published_lines().contains(&"lib1 0.1.1 (yanked)".to_owned()));
}

#[test]
fn a_kept_plan_of_a_tag_is_carried_out() {
    let sandbox = old_line();
    sandbox.git(&["switch", "--quiet", "--detach", "lib1-v0.1.0"]);
    fix(&sandbox);
    sandbox.run(&["plan", "--hotfix", "-o", "../plan.json"]).exits(0);
    sandbox.run(&["publish", "--plan", "../plan.json", "--yes"]).exits(0);
    assert!(sandbox.published_lines().contains(&"lib1 0.1.1".to_owned()));
}

#[test]
fn a_hotfix_goes_on_wherever_it_was_stopped() {
    let steps = ["commit", "gate:short", "push-commit", "upload:lib1@0.1.1", "push-tags"];
    parallel::each(
        &steps,
        |step| (*step).to_owned(),
        |step| {
            let sandbox = old_line();
            sandbox.git(&["switch", "--quiet", "--detach", "lib1-v0.1.0"]);
            sandbox.write(
                "orchestrate.toml",
                "[type.regular]\ngates = [\"long\", \"short\"]\n[type.hotfix]\ngates = [\"short\"]\n\
                 [gate.long]\ncommand = [\"sh\", \"-c\", \"echo long >> ../ran\"]\n\
                 [gate.short]\ncommand = [\"sh\", \"-c\", \"echo short >> ../ran\"]\n",
            );
            fix(&sandbox);
            assert!(sandbox.run_until(HOTFIX, "started", step), "the run never told {step}");
            let resumed = sandbox.run(&["publish", "--yes"]).exits(0).says("Resuming");
            assert!(resumed.stderr.contains("git cherry-pick -x"), "{resumed}");
            let ran = fs::read_to_string(sandbox.root().join("ran")).unwrap();
            assert!(!ran.contains("long") && ran.contains("short"), "{ran}");
            assert!(sandbox.published_lines().contains(&"lib1 0.1.1".to_owned()));
            let branch = sandbox.remote_git(&["rev-parse", "hotfix/lib1-v0.1.0"]);
            assert_eq!(branch, sandbox.git(&["rev-parse", "HEAD"]));
            assert!(sandbox.remote_tags().contains(&"lib1-v0.1.1".to_owned()));
        },
    );
}

/// What is told at the end is typed as it stands there.
#[test]
fn what_is_told_at_the_end_brings_the_fix_to_the_later_branch() {
    let sandbox = old_line();
    fix(&sandbox);
    let done = sandbox.run(HOTFIX).exits(0);
    let line = done.stderr.lines().find_map(|line| line.split_once("on main: ")).unwrap().1;
    let mut shell: Command = sandbox.other("sh".as_ref(), &["-ec", line]);
    assert!(shell.status().unwrap().success(), "{line}");
    assert_eq!(sandbox.git(&["branch", "--show-current"]), "main");
    assert!(sandbox.read("lib1/src/mended.rs").contains("Mended"));
    let plan = sandbox.run(&["plan", "--message-format", "json"]).exits(0).object("plan");
    assert!(versions(&plan).contains(&"lib1 0.2.1".to_owned()), "{plan}");
}

#[test]
fn a_hotfix_that_does_not_pass_its_gate_begins_anew_as_one() {
    let sandbox = old_line();
    let gate =
        "[type.hotfix]\ngates = [\"no\"]\n[gate.no]\ncommand = [\"sh\", \"-c\", \"exit 1\"]\n";
    sandbox.write("orchestrate.toml", gate);
    fix(&sandbox);
    let failed = sandbox.run(HOTFIX).exits(101);
    assert!(failed.stderr.contains("cargo orchestrate publish --hotfix   begins anew"), "{failed}");
}

#[test]
fn a_hotfix_is_rehearsed_in_a_clone() {
    let sandbox = old_line();
    sandbox.git(&["switch", "--quiet", "--detach", "lib1-v0.1.0"]);
    sandbox.write(
        "orchestrate.toml",
        "[type.hotfix]\ngates = [\"here\"]\n\
         [gate.here]\ncommand = [\"sh\", \"-c\", \"test -f lib1/src/mended.rs\"]\n",
    );
    fix(&sandbox);
    let before = sandbox.git(&["for-each-ref"]);
    sandbox.run(&["rehearse", "--hotfix"]).exits(0).says("the gate here");
    assert_eq!(sandbox.git(&["for-each-ref"]), before);
    assert!(!sandbox.published_lines().contains(&"lib1 0.1.1".to_owned()));
}
