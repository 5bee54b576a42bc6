//! `yank-rollback --hotfix`: what replaces a release goes out first, then it is yanked.

use crate::sandbox;
use crate::support::{Sandbox, journey, parallel};
use serde_json::Value;

const HOTFIX: &[&str] = &["yank-rollback", "--hotfix", "--yes"];

/// The chain, released, with a fix committed since.
fn mended() -> Sandbox {
    let sandbox = sandbox("chain");
    sandbox.run(&["publish", "--yes"]).exits(0);
    commit_fix(&sandbox);
    sandbox
}

fn commit_fix(sandbox: &Sandbox) {
    sandbox.write("lib1/src/mended.rs", "//! Mended.\n");
    sandbox.git(&["add", "--all"]);
    sandbox.git(&["commit", "--quiet", "--message", "fix(lib1): mend it"]);
}

/// The uploads and yanks that reached the registry after the release, in order.
fn writes(sandbox: &Sandbox) -> Vec<String> {
    const BEFORE: usize = 9;
    let log = sandbox.registry().control("GET", "log", None);
    let requests = log["requests"].as_array().unwrap().iter();
    let wanted = requests.filter(|it| it["operation"] == "publish" || it["operation"] == "yank");
    let said = |it: &Value| format!("{} {}", it["operation"], it["package"]).replace('"', "");
    wanted.map(said).skip(BEFORE).collect()
}

const LIVE: [&str; 4] = ["bin 1.3.2", "lib1 0.2.1", "lib2 0.3.1", "lib3 0.4.1"];
const GONE: [&str; 4] = ["bin 1.3.1", "lib1 0.2.0", "lib2 0.3.0", "lib3 0.4.0"];

#[track_caller]
fn replaced(sandbox: &Sandbox) {
    let lines = sandbox.published_lines();
    for live in LIVE {
        assert!(lines.contains(&live.to_owned()), "no {live} in {lines:?}");
    }
    for gone in GONE {
        assert!(lines.contains(&format!("{gone} (yanked)")), "{gone} is not yanked in {lines:?}");
    }
    journey::is_in_step(sandbox);
}

#[test]
fn the_fix_is_out_before_anything_is_yanked() {
    let sandbox = mended();
    let shown = sandbox.run(&["yank-rollback", "--hotfix", "--plan-only"]).exits(0);
    assert!(shown.stdout.contains("0.2.1") && shown.stdout.contains("yank"), "{shown}");
    sandbox.run(HOTFIX).exits(0);
    let wanted = [
        "publish lib1",
        "publish lib2",
        "publish lib3",
        "publish bin",
        "yank bin",
        "yank lib3",
        "yank lib2",
        "yank lib1",
    ];
    assert_eq!(writes(&sandbox), wanted);
    replaced(&sandbox);
    // What is replaced is the hotfix now, and nothing was committed since.
    sandbox.run(HOTFIX).exits(97).says("nothing is committed");
    sandbox.run(&["yank-rollback", "--undo", "--yes"]).exits(0);
    assert!(sandbox.published_lines().contains(&"lib1 0.2.0".to_owned()));
}

#[test]
fn an_advisory_names_the_version_that_mends_it() {
    let sandbox = mended();
    let mut hotfix = HOTFIX.to_vec();
    hotfix.extend(["--advisory", "../advisories"]);
    sandbox.run(&hotfix).exits(0);
    let draft = sandbox.read("../advisories/crates/lib1/RUSTSEC-0000-0000.md");
    assert!(draft.contains("patched = [\">= 0.2.1\"]"), "{draft}");
}

#[test]
fn a_feature_beside_the_fix_moves_what_it_must() {
    let sandbox = mended();
    sandbox.write("bin/src/more.rs", "");
    sandbox.git(&["add", "--all"]);
    sandbox.git(&["commit", "--quiet", "--message", "feat(bin): more"]);
    sandbox.run(HOTFIX).exits(0);
    let lines = sandbox.published_lines();
    assert!(lines.contains(&"bin 1.4.0".to_owned()), "{lines:?}");
    assert!(lines.contains(&"lib1 0.2.1".to_owned()), "{lines:?}");
    assert!(lines.contains(&"bin 1.3.1 (yanked)".to_owned()), "{lines:?}");
}

#[test]
fn without_a_fix_there_is_no_hotfix() {
    let sandbox = sandbox("chain");
    sandbox.run(&["publish", "--yes"]).exits(0);
    sandbox.run(HOTFIX).exits(97).says("nothing is committed").says("--pick");
    assert_eq!(writes(&sandbox), Vec::<String>::new());
}

#[test]
fn the_same_command_goes_on_wherever_it_was_stopped() {
    let steps = ["commit", "upload:lib2@0.3.1", "push-tags", "yank:bin@1.3.1", "yank:lib1@0.2.0"];
    parallel::each(
        &steps,
        |step| (*step).to_owned(),
        |step| {
            let sandbox = mended();
            assert!(sandbox.run_until(HOTFIX, "started", step), "the run never told {step}");
            sandbox.run(HOTFIX).exits(0);
            replaced(&sandbox);
        },
    );
}

#[test]
fn publish_finishes_a_hotfix_and_names_what_is_left() {
    let sandbox = mended();
    assert!(sandbox.run_until(HOTFIX, "started", "upload:lib2@0.3.1"));
    sandbox.run(&["publish", "--yes"]).exits(0).says("--hotfix");
    assert_eq!(writes(&sandbox).iter().filter(|it| it.starts_with("yank")).count(), 0);
    let note = sandbox.run(&["plan"]).exits(0);
    assert!(note.stdout.contains("--hotfix"), "{note}");
    sandbox.run(HOTFIX).exits(0);
    replaced(&sandbox);
}

#[test]
fn a_branch_of_the_last_good_release_takes_the_picked_commit() {
    let sandbox = mended();
    let fix = sandbox.git(&["rev-parse", "HEAD"]);
    let before = sandbox.git(&["status", "--porcelain", "--branch"]);
    let pick = ["yank-rollback", "--hotfix", "--pick", &fix, "--yes"];
    let said = sandbox.run(&pick).exits(0).says("git switch hotfix/");
    assert_eq!(sandbox.git(&["status", "--porcelain", "--branch"]), before);
    let branch = sandbox.git(&["branch", "--list", "--format=%(refname:short)", "hotfix/*"]);
    sandbox.run(&pick).exits(97).says("git branch -D");
    sandbox.git(&["switch", "--quiet", &branch]);
    let tip = sandbox.git(&["log", "-1", "--format=%s%n%b"]);
    assert!(tip.contains("mend it") && tip.contains(&fix), "{tip}");
    let release = said.stderr.lines().find_map(|line| line.split("yank-rollback ").nth(1)).unwrap();
    let release = release.split(' ').next().unwrap();
    sandbox.run(&["yank-rollback", release, "--hotfix", "--yes"]).exits(0);
    let lines = sandbox.published_lines();
    assert!(lines.contains(&"lib1 0.2.1".to_owned()), "{lines:?}");
    assert!(lines.contains(&"lib1 0.2.0 (yanked)".to_owned()), "{lines:?}");
}
