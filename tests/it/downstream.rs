//! A rollback pins the repositories downstream, and lifts that again.

use crate::impact::world;
use crate::schemas::check;
use crate::support::{Sandbox, downstream, parallel};
use serde_json::{Value, json};
use std::os::unix::fs::PermissionsExt as _;

const BACK: &[&str] = &["yank-rollback", "--pin", "--yes"];

/// The world with its release out.
fn released() -> Sandbox {
    let sandbox = world();
    sandbox.run(&["publish", "--yes"]).exits(0);
    sandbox
}

fn at(sandbox: &Sandbox, name: &str, arguments: &[&str]) -> String {
    let folder = format!("../{name}");
    sandbox.git(&[&["-C", folder.as_str()], arguments].concat())
}

/// The branches of ours in a repository.
fn branches(sandbox: &Sandbox, name: &str) -> Vec<String> {
    let all = downstream::branches(sandbox, name).into_iter();
    all.filter_map(|line| Some(line.split_once(' ')?.0.to_owned())).collect()
}

/// The line with this package in the manifest of a branch.
fn requirement(sandbox: &Sandbox, name: &str, branch: &str, package: &str) -> String {
    let text = at(sandbox, name, &["show", &format!("{branch}:Cargo.toml")]);
    text.lines().find(|line| line.contains(package)).unwrap_or_default().to_owned()
}

/// What `plan` says of pins downstream.
fn obligations(sandbox: &Sandbox) -> Vec<String> {
    let plan = sandbox.run(&["plan", "--message-format", "json"]).object("plan");
    let findings = plan["findings"].as_array().unwrap().iter();
    let told = findings.filter(|it| it["code"] == "pinned-downstream");
    told.map(|it| it["text"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn repositories_downstream_are_pinned_and_given_back() {
    let sandbox = released();
    let before = ["app", "site"].map(|name| at(&sandbox, name, &["for-each-ref"]));
    let head = at(&sandbox, "app", &["rev-parse", "HEAD"]);
    let line = ["yank-rollback", "--plan-only", "--message-format", "json"];
    let plan = sandbox.run(&line).exits(0).object("rollback-plan");
    check("rollback-plan", &plan);
    let shown = sandbox.run(&[BACK, &["--plan-only"]].concat()).exits(0);
    let whole = shown.stdout.split_whitespace().collect::<Vec<_>>().join(" ");
    for text in [
        "`app` downstream is pinned to lib3 =0.3.0 until --unpin, on its branch orchestrate/pin-",
        "`site` downstream is pinned to lib2 =0.2.0 until --unpin, on its branch orchestrate/pin-",
        "which is pushed",
    ] {
        assert!(whole.contains(text), "{text}\n{shown}");
    }
    sandbox.run(BACK).exits(0).says("Edited");
    let [app, site] = ["app", "site"].map(|name| branches(&sandbox, name));
    assert_eq!((app.len(), site.len()), (1, 1), "{app:?} {site:?}");
    assert!(requirement(&sandbox, "app", &app[0], "lib3").contains("version = \"=0.3.0\""));
    assert_eq!(requirement(&sandbox, "site", &site[0], "lib2"), "lib2 = \"=0.2.0\"");
    // What is checked out there is as it was.
    assert_eq!(at(&sandbox, "app", &["rev-parse", "HEAD"]), head);
    assert_eq!(at(&sandbox, "app", &["status", "--porcelain"]), "");
    let told = obligations(&sandbox).join("\n");
    for text in ["`app` downstream is pinned to lib3 =0.3.0", "`site` downstream", "on its branch"]
    {
        assert!(told.contains(text), "{told}");
    }
    sandbox.run(&["yank-rollback", "--undo", "--yes"]).exits(0);
    assert_eq!(["app", "site"].map(|name| at(&sandbox, name, &["for-each-ref"])), before);
    assert_eq!(obligations(&sandbox), [""; 0]);
    sandbox.run(&["yank-rollback", "--undo", "--yes"]).exits(0).says("there is nothing to do");
}

#[test]
fn pins_that_were_merged_are_lifted_on_a_branch_of_their_own() {
    let sandbox = released();
    sandbox.run(BACK).exits(0);
    for name in ["app", "site"] {
        let [branch] = &branches(&sandbox, name)[..] else { panic!("one branch") };
        at(&sandbox, name, &["merge", "--quiet", "--ff-only", branch]);
        at(&sandbox, name, &["branch", "--quiet", "--delete", branch]);
    }
    let told = obligations(&sandbox);
    assert_eq!(told.len(), 2, "{told:?}");
    assert!(!told[0].contains("on its branch"), "{told:?}");
    sandbox.run(&["yank-rollback", "--unpin", "--yes"]).exits(0);
    let [app, site] = ["app", "site"].map(|name| branches(&sandbox, name));
    assert!(app[0].starts_with("orchestrate/unpin-"), "{app:?}");
    assert!(requirement(&sandbox, "app", &app[0], "lib3").contains("version = \">=0.3\""));
    assert_eq!(requirement(&sandbox, "site", &site[0], "lib2"), "lib2 = \"0.3\"");
    assert_eq!(obligations(&sandbox), [""; 0]);
    let again = sandbox.run(&["yank-rollback", "--unpin", "--yes"]).exits(0);
    assert!(again.stdout.contains("note[nothing-pinned]"), "{again}");
}

#[test]
fn a_branch_that_somebody_works_on_stays() {
    let sandbox = released();
    sandbox.run(BACK).exits(0);
    let [branch] = &branches(&sandbox, "app")[..] else { panic!("one branch") };
    at(&sandbox, "app", &["checkout", "--quiet", branch]);
    at(&sandbox, "app", &["commit", "--quiet", "--allow-empty", "--message", "fix: more"]);
    at(&sandbox, "app", &["checkout", "--quiet", "main"]);
    let undone = sandbox.run(&["yank-rollback", "--undo", "--yes"]).exits(0);
    let undone = undone.says("app downstream is left as it is").says("more than our commit");
    assert_eq!(branches(&sandbox, "app"), [branch.as_str()], "{undone}");
    assert_eq!(branches(&sandbox, "site"), [""; 0], "{undone}");
}

#[test]
fn a_repository_that_takes_no_push_is_told_of_once_everything_else_is_done() {
    let sandbox = released();
    let hook = "../site/.git/hooks/pre-receive";
    sandbox.write(hook, "#!/bin/sh\necho not today >&2\nexit 1\n");
    let path = sandbox.work().join(hook);
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o755)).unwrap();
    let stopped = sandbox.run(BACK).exits(100);
    let stopped = stopped.says("site downstream failed").says("not today").says("--no-downstream");
    let yanked = |line: &String| line.ends_with("(yanked)");
    assert!(sandbox.published_lines().iter().filter(|line| yanked(line)).count() > 3, "{stopped}");
    assert_eq!(branches(&sandbox, "app").len(), 1, "{stopped}");
    // It can be ended without, or once the other side takes it.
    let other = sandbox.run(&[BACK, &["--no-downstream"]].concat()).exits(0);
    assert_eq!(branches(&sandbox, "site"), [""; 0], "{other}");
    assert_eq!(obligations(&sandbox).len(), 1);
}

#[test]
fn whoever_cannot_be_pinned_keeps_nobody_from_a_rollback() {
    let sandbox = released();
    sandbox.write("../app/src/lib.rs", "");
    at(&sandbox, "app", &["add", "--all"]);
    std::fs::remove_dir_all(sandbox.root().join("site")).unwrap();
    let back = sandbox.run(BACK).exits(0);
    let whole = back.stdout.split_whitespace().collect::<Vec<_>>().join(" ");
    for text in [
        "warning[downstream-not-pinned]: `app` is not pinned: it has changes that are not committed",
        "warning[downstream-unread]: the repository `site`",
    ] {
        assert!(whole.contains(text), "{text}\n{back}");
    }
    assert_eq!(branches(&sandbox, "app"), [""; 0]);
    let sandbox = released();
    sandbox.run(&[BACK, &["--no-downstream"]].concat()).exits(0);
    assert_eq!(branches(&sandbox, "app"), [""; 0]);
}

#[test]
fn a_kill_before_any_step_downstream_is_survived() {
    let sandbox = released();
    sandbox.run(BACK).exits(0);
    let state = |sandbox: &Sandbox| {
        let all = ["app", "site"].map(|name| downstream::branches(sandbox, name));
        (all, sandbox.published_lines())
    };
    let wanted = state(&sandbox);
    let undone = |sandbox: &Sandbox| {
        sandbox.run(&["yank-rollback", "--undo", "--yes"]).exits(0);
        state(sandbox)
    };
    let bare = undone(&sandbox);
    parallel::each(
        &["pin:app", "pin:site", "lift:app:", "lift:site:"],
        |it| (*it).to_owned(),
        |step| {
            let sandbox = released();
            if step.starts_with("pin:") {
                assert!(sandbox.run_until(BACK, "started", step), "the run never told {step}");
                sandbox.run(BACK).exits(0);
                assert_eq!(state(&sandbox), wanted);
                return;
            }
            sandbox.run(BACK).exits(0);
            let name = if step.contains("app") { "app" } else { "site" };
            let step = format!("{step}{}", branches(&sandbox, name)[0]);
            let undo = ["yank-rollback", "--undo", "--yes"];
            assert!(sandbox.run_until(&undo, "started", &step), "the run never told {step}");
            sandbox.run(&["yank-rollback", "--yes"]).exits(0);
            assert_eq!(state(&sandbox), bare);
        },
    );
}

#[test]
fn what_a_rollback_of_a_tag_or_version_keeps_out_is_pinned_downstream_too() {
    let sandbox = released();
    // Nobody here knows of the release any more.
    std::fs::remove_dir_all(sandbox.work().join(".git/orchestrate")).unwrap();
    let line = ["yank-rollback", "bin@1.3.1", "lib3@0.4.0", "--yes", "--message-format", "json"];
    let told = sandbox.run(&line).exits(0);
    let plan: Value = told.object("rollback-plan");
    assert_eq!(plan["steps"][3]["id"], json!("pin:app"), "{told}");
    assert_eq!(branches(&sandbox, "app").len(), 1, "{told}");
}
