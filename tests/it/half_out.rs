//! Releases that another tool, or a run whose journal is lost, left half out: recognised, compared
//! with what is up, and finished at the same versions.

use crate::sandbox;
use crate::schemas::check;
use crate::support::Sandbox;
use crate::support::snapshot::{differences, needless_uploads, snapshot};
use serde_json::{Value, json};
use std::fs;

const PUBLISH: &[&str] = &["publish", "--yes"];
const VERSIONS: &[(&str, &str, &str)] = &[
    ("lib1", "0.1.0", "0.2.0"),
    ("lib2", "0.2.0", "0.3.0"),
    ("lib3", "0.3.0", "0.4.0"),
    ("bin", "1.3.0", "1.3.1"),
];

/// The chain, its versions raised and committed as another tool would.
fn raised() -> Sandbox {
    let sandbox = sandbox("chain");
    for (package, from, to) in VERSIONS {
        for (file, ..) in VERSIONS {
            let path = format!("{file}/Cargo.toml");
            let own = format!("version = \"{from}\"\nedition");
            let needed = format!("{package} = {{ version = \"{from}\"");
            let text = sandbox.read(&path);
            let text = if file == package {
                text.replace(&own, &format!("version = \"{to}\"\nedition"))
            } else {
                text.replace(&needed, &format!("{package} = {{ version = \"{to}\""))
            };
            sandbox.write(&path, &text);
        }
    }
    sandbox.cargo(&["metadata", "--offline", "--format-version", "1"]).exits(0);
    commit(&sandbox, "chore: Release");
    sandbox
}

fn commit(sandbox: &Sandbox, message: &str) {
    sandbox.git(&["add", "--all"]);
    sandbox.git(&["commit", "--quiet", "--message", message]);
}

fn cargo_publishes(sandbox: &Sandbox, package: &str) {
    let options = ["publish", "--no-verify", "--allow-dirty", "--package", package];
    sandbox.cargo(&options).exits(0);
}

fn plan(sandbox: &Sandbox) -> Value {
    let plan = sandbox.run(&["plan", "--message-format", "json"]).exits(0).object("plan");
    check("plan", &plan);
    plan
}

fn names(plan: &Value, key: &str) -> Vec<String> {
    let entries = plan[key].as_array().into_iter().flatten();
    entries.map(|entry| entry["name"].as_str().unwrap().to_owned()).collect()
}

fn has_finding(plan: &Value, code: &str) -> bool {
    plan["findings"].as_array().unwrap().iter().any(|finding| finding["code"] == code)
}

/// Every version once, and every tag at this commit.
fn is_whole(sandbox: &Sandbox, commit: &str) {
    let lines = sandbox.published_lines();
    for (package, _, version) in VERSIONS {
        assert!(lines.contains(&format!("{package} {version}")), "{lines:?}");
        let tag = format!("{package}-v{version}^{{commit}}");
        assert_eq!(sandbox.remote_git(&["rev-parse", &tag]), commit, "{package}");
    }
    assert_eq!(needless_uploads(sandbox), Vec::<String>::new());
    let main = sandbox.remote_git(&["rev-parse", "main"]);
    assert_eq!(main, sandbox.git(&["rev-parse", "HEAD"]));
    assert_eq!(names(&plan(sandbox), "packages"), Vec::<String>::new());
}

#[test]
fn what_is_missing_is_published_and_every_tag_is_where_its_package_says() {
    let sandbox = raised();
    let first = sandbox.git(&["rev-parse", "HEAD"]);
    cargo_publishes(&sandbox, "lib1");
    cargo_publishes(&sandbox, "lib2");
    // What stopped it is mended, and something else changes, too.
    sandbox.write("lib3/src/more.rs", "// mended\n");
    sandbox.write("lib4/src/more.rs", "// later\n");
    commit(&sandbox, "feat!: meanwhile");
    let second = sandbox.git(&["rev-parse", "HEAD"]);
    let plan = plan(&sandbox);
    assert!(has_finding(&plan, "half-out") && has_finding(&plan, "waits-for-half-out"), "{plan}");
    assert_eq!(names(&plan, "packages"), ["bin", "lib3"]);
    assert_eq!(names(&plan, "adopts"), ["lib1", "lib2"]);
    assert_eq!(plan["adopts"][0]["commit"], first);
    sandbox.run(PUBLISH).exits(0).says("Comparing 2 published packages");
    let main = sandbox.git(&["log", "--format=%s"]);
    assert!(!main.contains("release:"), "no version moved: {main}");
    let lines = sandbox.published_lines();
    assert!(!lines.contains(&"lib4 0.1.1".to_owned()), "it waits: {lines:?}");
    sandbox.run(&["publish", "--yes", "--exclude", "lib4"]).exits(0);
    for ((package, _, version), commit) in VERSIONS.iter().zip([&first, &first, &second, &second]) {
        let tag = format!("{package}-v{version}^{{commit}}");
        assert_eq!(&sandbox.remote_git(&["rev-parse", &tag]), commit, "{package}");
    }
}

#[test]
fn a_tool_that_tags_first_is_finished_at_its_tags() {
    let sandbox = raised();
    let head = sandbox.git(&["rev-parse", "HEAD"]);
    for (package, _, version) in VERSIONS {
        sandbox.git(&["tag", &format!("{package}-v{version}")]);
    }
    sandbox.git(&["push", "--quiet", "--tags", "origin", "main"]);
    cargo_publishes(&sandbox, "lib1");
    assert_eq!(names(&plan(&sandbox), "packages"), ["bin", "lib2", "lib3"]);
    sandbox.run(PUBLISH).exits(0);
    is_whole(&sandbox, &head);
}

#[test]
fn tags_and_commit_that_were_never_pushed_are_pushed() {
    let sandbox = raised();
    let head = sandbox.git(&["rev-parse", "HEAD"]);
    for (package, _, version) in VERSIONS {
        cargo_publishes(&sandbox, package);
        // The last tag was never made.
        if *package != "bin" {
            sandbox.git(&["tag", &format!("{package}-v{version}")]);
        }
    }
    assert!(has_finding(&plan(&sandbox), "tag-not-pushed"));
    sandbox.run(PUBLISH).exits(0);
    is_whole(&sandbox, &head);
    sandbox.run(PUBLISH).exits(0).says("nothing to release");
}

#[test]
fn the_bytes_of_a_stranger_are_refused_with_both_hashes_and_nothing_goes_out_above_them() {
    // Packed from files that no commit has; or in a repository that is not this one.
    for is_elsewhere in [false, true] {
        let sandbox = raised();
        cargo_publishes(&sandbox, "lib1");
        let before = sandbox.read("lib2/src/lib.rs");
        sandbox.write("lib2/src/lib.rs", &format!("{before}// a stranger's\n"));
        if is_elsewhere {
            commit(&sandbox, "feat: theirs");
        }
        cargo_publishes(&sandbox, "lib2");
        if is_elsewhere {
            sandbox.git(&["reset", "--quiet", "--hard", "HEAD~1"]);
            sandbox.git(&["reflog", "expire", "--expire=all", "--all"]);
            sandbox.git(&["gc", "--quiet", "--prune=now"]);
        } else {
            sandbox.write("lib2/src/lib.rs", &before);
        }
        let (there, head) = (sandbox.published(), sandbox.git(&["rev-parse", "HEAD"]));
        let theirs = there.iter().find(|it| it.name == "lib2" && it.version == "0.3.0").unwrap();
        let refused = sandbox.run(PUBLISH).exits(105).says(&theirs.checksum).says("src/lib.rs");
        let here = sandbox.git(&["rev-parse", "--short=10", "HEAD"]);
        assert!(refused.stderr.contains(&format!("from {here} sha256")), "{refused}");
        assert_eq!(sandbox.published(), there);
        assert_eq!(sandbox.git(&["rev-parse", "HEAD"]), head);
        assert_eq!(sandbox.git(&["status", "--porcelain"]), "");
        // The way out that it names: past their number.
        sandbox.run(&["publish", "--yes", "--bump", "lib2=patch"]).exits(0);
        assert!(sandbox.published_lines().contains(&"lib2 0.3.1".to_owned()));
    }
}

#[test]
fn a_release_without_journal_and_mirror_is_finished_from_commit_and_registry() {
    let undisturbed = sandbox("chain");
    undisturbed.run(PUBLISH).exits(0);
    let sandbox = sandbox("chain");
    sandbox.remote_git(&["config", "receive.hideRefs", "refs/orchestrate"]);
    let fault = json!({"kind": "status", "code": 429, "retry-after-seconds": 900});
    sandbox.fault(&json!({"operation": "publish", "package": "lib3", "fault": fault}));
    sandbox.run(&["publish", "--yes", "--max-wait", "0"]).exits(100);
    sandbox.no_faults();
    fs::remove_dir_all(sandbox.work()).unwrap();
    let (from, to) = (sandbox.remote(), sandbox.work().to_owned());
    sandbox.remote_git(&["clone", "--quiet", from.to_str().unwrap(), to.to_str().unwrap()]);
    let plan = plan(&sandbox);
    assert!(has_finding(&plan, "half-out"), "{plan}");
    assert_eq!(names(&plan, "adopts"), ["lib1", "lib2"]);
    sandbox.run(PUBLISH).exits(0).says("Comparing 2 published packages");
    let wrong = differences(&snapshot(&undisturbed), &snapshot(&sandbox));
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert_eq!(needless_uploads(&sandbox), Vec::<String>::new());
}
