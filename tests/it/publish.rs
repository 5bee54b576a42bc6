//! `cargo orchestrate publish` in a real world, undisturbed and disturbed.

use crate::support::snapshot::{differences, needless_uploads, snapshot};
use crate::support::{Sandbox, journey, parallel};
use crate::{program, sandbox};
use serde_json::{Value, json};
use std::sync::OnceLock;

const PUBLISH: &[&str] = &["publish", "--yes"];

/// What an undisturbed publish of the chain leaves behind.
fn undisturbed() -> &'static str {
    static SNAPSHOT: OnceLock<String> = OnceLock::new();
    SNAPSHOT.get_or_init(|| {
        let sandbox = sandbox("chain");
        sandbox.run(PUBLISH).exits(0);
        snapshot(&sandbox)
    })
}

/// Publishes once more and checks that the world is as if nothing had happened.
#[track_caller]
fn converges(sandbox: &Sandbox) {
    sandbox.run(PUBLISH).exits(0);
    let wrong = differences(undisturbed(), &snapshot(sandbox));
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert_eq!(needless_uploads(sandbox), Vec::<String>::new());
}

/// What must be as before when a publish was refused.
fn effects(sandbox: &Sandbox) -> Vec<String> {
    let mut world = sandbox.published_lines();
    world.push(sandbox.git(&["rev-parse", "HEAD"]));
    world.push(sandbox.git(&["status", "--porcelain"]));
    world.push(sandbox.git(&["tag", "--list"]));
    world.push(sandbox.remote_git(&["rev-parse", "main"]));
    world.push(sandbox.remote_tags().join(" "));
    world
}

#[test]
fn a_release_there_and_back() {
    journey::there_and_back(&sandbox("chain"), &mut |_| ());
}

#[test]
fn an_alternative_registry_there_and_back() {
    journey::there_and_back(&sandbox("alternative-registry"), &mut |_| ());
}

#[test]
fn commit_and_tags_name_the_plan() {
    let sandbox = sandbox("chain");
    let plan = sandbox.run(&["plan", "--message-format", "json"]).exits(0).object("plan");
    sandbox.run(PUBLISH).exits(0);
    let id = plan["id"].as_str().unwrap();
    let message = sandbox.git(&["log", "-1", "--format=%B"]);
    assert!(message.contains(&format!("Orchestrate-Plan: {id}")), "{message}");
    let tag = sandbox.git(&["tag", "--list", "--format=%(contents)", "lib1-v0.2.0"]);
    assert!(tag.contains(id), "{tag}");
}

#[test]
fn the_commit_holds_versions_and_requirements_and_nothing_else() {
    let sandbox = sandbox("chain");
    sandbox.run(PUBLISH).exits(0);
    let files = sandbox.git(&["show", "--name-only", "--format=", "HEAD"]);
    assert_eq!(
        files,
        "Cargo.lock\nbin/Cargo.toml\nlib1/Cargo.toml\nlib2/Cargo.toml\nlib3/Cargo.toml"
    );
    let changed = sandbox.git(&["show", "--unified=0", "--format=", "HEAD", "--", "lib2"]);
    let lines: Vec<_> = changed
        .lines()
        .filter(|line| line.starts_with(['+', '-']) && !line.starts_with("+++"))
        .filter(|line| !line.starts_with("---"))
        .collect();
    assert_eq!(
        lines,
        [
            "-version = \"0.2.0\"",
            "+version = \"0.3.0\"",
            "-lib1 = { version = \"0.1.0\", path = \"../lib1\" }",
            "+lib1 = { version = \"0.2.0\", path = \"../lib1\" }",
        ]
    );
}

#[test]
fn line_ends_and_comments_survive() {
    let sandbox = sandbox("chain");
    let crlf = sandbox.read("lib1/Cargo.toml").replace('\n', "  # kept\r\n");
    sandbox.write("lib1/Cargo.toml", &crlf);
    sandbox.git(&["commit", "--quiet", "--all", "--message", "chore: write on another system"]);
    sandbox.run(PUBLISH).exits(0);
    assert_eq!(sandbox.read("lib1/Cargo.toml"), crlf.replace("0.1.0", "0.2.0"));
}

#[test]
fn without_consent_nothing_happens() {
    let sandbox = sandbox("chain");
    let before = effects(&sandbox);
    sandbox.run(&["publish"]).exits(97).says("--yes");
    assert_eq!(effects(&sandbox), before);
}

#[test]
fn a_kept_plan_is_carried_out() {
    let sandbox = sandbox("chain");
    // Beside the root manifest, where nothing packs it.
    sandbox.run(&["plan", "-o", "plan.json", "-o", "plan.md"]).exits(0);
    sandbox.run(&["publish", "--yes", "--plan", "plan.json"]).exits(0);
    for kept in ["plan.json", "plan.md"] {
        std::fs::remove_file(sandbox.work().join(kept)).unwrap();
    }
    let wrong = differences(undisturbed(), &snapshot(&sandbox));
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn a_kept_plan_that_no_longer_fits_is_refused() {
    let sandbox = sandbox("chain");
    let file = sandbox.root().join("plan.json");
    let file = file.to_str().unwrap();
    sandbox.run(&["plan", "-o", file]).exits(0);
    sandbox.git(&["commit", "--quiet", "--allow-empty", "--message", "fix: meanwhile"]);
    let before = effects(&sandbox);
    let refused = sandbox.run(&["publish", "--yes", "--plan", file]).exits(98);
    assert_eq!(effects(&sandbox), before);
    let head = sandbox.git(&["rev-parse", "--short=10", "HEAD"]);
    refused
        .says(&format!("{} is checked out", head.trim()))
        .says("1 commit later")
        .says("fix: meanwhile")
        .says("cargo orchestrate plan --diff");
}

#[test]
fn a_kept_plan_is_refused_when_somebody_else_published() {
    let sandbox = sandbox("chain");
    let file = sandbox.root().join("plan.json");
    let file = file.to_str().unwrap();
    sandbox.run(&["plan", "-o", file]).exits(0);
    let foreign = json!({"name": "lib2", "version": "0.3.0", "seed": "stranger"});
    sandbox.registry().control("POST", "publish-foreign", Some(&foreign));
    let before = effects(&sandbox);
    let refused = sandbox.run(&["publish", "--yes", "--plan", file]).exits(98);
    assert_eq!(effects(&sandbox), before);
    refused.says("the highest version of lib2 is 0.3.0, it was 0.2.0");
}

#[test]
fn packages_that_do_not_build_leave_no_trace() {
    let sandbox = sandbox("chain");
    sandbox.write("lib3/src/lib.rs", "fn broken( {}\n");
    sandbox.git(&["commit", "--quiet", "--all", "--message", "fix(lib3): break it"]);
    sandbox.git(&["push", "--quiet"]);
    let before = effects(&sandbox);
    sandbox.run(PUBLISH).exits(101);
    assert_eq!(effects(&sandbox), before);
}

#[test]
fn packages_that_must_not_be_published_leave_no_trace() {
    let sandbox = sandbox("chain");
    sandbox.write("lib1/.env", "TOKEN=1\n");
    sandbox.write("bin/deploy.txt", "-----BEGIN PRIVATE KEY-----\n");
    sandbox.git(&["add", "--all"]);
    sandbox.git(&["commit", "--quiet", "--message", "feat(lib1): read it from a file"]);
    sandbox.git(&["push", "--quiet"]);
    let before = effects(&sandbox);
    let refused = sandbox.run(PUBLISH).exits(97);
    assert_eq!(effects(&sandbox), before);
    refused
        .says("[packed-secret] `.env`")
        .says("[packed-secret] `deploy.txt`")
        .says("allow-packed");
}

#[test]
fn a_remote_that_refuses_leaves_no_trace() {
    let sandbox = sandbox("chain");
    sandbox.refuse_pushes();
    let before = effects(&sandbox);
    sandbox.run(PUBLISH).exits(97).says("refused the push");
    assert_eq!(effects(&sandbox), before);
}

#[test]
fn no_push_leaves_the_remote_alone() {
    let sandbox = sandbox("chain");
    let before = sandbox.remote_git(&["for-each-ref"]);
    sandbox.run(&["publish", "--yes", "--no-push"]).exits(0);
    assert_eq!(sandbox.remote_git(&["for-each-ref"]), before);
    assert!(sandbox.published_lines().contains(&"bin 1.3.1".to_owned()));
    assert_eq!(sandbox.git(&["tag", "--list", "bin-v1.3.1"]), "bin-v1.3.1");
}

/// Every way in which one upload can go wrong, on the second package; whatever the first run made
/// of it, the next one ends where an undisturbed one ends.
#[test]
fn every_fault_of_an_upload_is_survived() {
    let faults = [
        json!({"kind": "reset"}),
        json!({"kind": "reset", "when": "after"}),
        json!({"kind": "truncate"}),
        json!({"kind": "empty-ok"}),
        json!({"kind": "status", "code": 500}),
        json!({"kind": "status", "code": 502, "when": "after"}),
        json!({"kind": "status", "code": 429, "retry-after-seconds": 1}),
        json!({"kind": "index-lag", "reads": 3}),
    ];
    parallel::each(&faults, Value::to_string, |fault| {
        let sandbox = sandbox("chain");
        sandbox.fault(&json!({"operation": "publish", "package": "lib2", "fault": fault}));
        let first = sandbox.run(PUBLISH);
        assert!([0, 100].contains(&first.code), "{first}");
        sandbox.no_faults();
        converges(&sandbox);
    });
}

#[test]
fn a_wait_that_is_too_long_is_named_and_the_release_continues_later() {
    let sandbox = sandbox("chain");
    let fault = json!({"kind": "status", "code": 429, "retry-after-seconds": 960});
    sandbox.fault(&json!({"operation": "publish", "package": "lib2", "fault": fault}));
    let output = sandbox.run(&["publish", "--yes", "--max-wait", "0", "--message-format", "json"]);
    let release = output.exits(100).object("release");
    assert_eq!(release["outcome"], "resumable");
    assert!(release["retry-after"].is_string(), "{release}");
    let state = |name: &str| -> Value {
        let packages = release["packages"].as_array().unwrap();
        packages.iter().find(|package| package["name"] == name).unwrap()["state"].clone()
    };
    assert_eq!((state("lib1"), state("lib2")), ("visible".into(), "throttled".into()));
    assert_eq!(state("bin"), "not-started");
    sandbox.no_faults();
    converges(&sandbox);
}

/// `kill -9` when each step begins, and when some are done; the next run ends where an undisturbed
/// one ends.
#[test]
fn a_kill_at_every_step_is_survived() {
    let moments = [
        ("started", "write-files"),
        ("started", "commit"),
        ("done", "commit"),
        ("started", "pack"),
        ("done", "pack"),
        ("started", "push-commit"),
        ("started", "upload:lib1@0.2.0"),
        ("accepted", "upload:lib2@0.3.0"),
        ("done", "upload:lib2@0.3.0"),
        ("started", "upload:bin@1.3.1"),
        ("started", "tag"),
        ("started", "push-tags"),
        ("done", "push-tags"),
    ];
    let name = |(reason, step): &(&str, &str)| format!("killed when {step} was {reason}");
    parallel::each(&moments, name, |(reason, step)| {
        let sandbox = sandbox("chain");
        assert!(sandbox.run_until(PUBLISH, reason, step), "the run never told that");
        converges(&sandbox);
    });
}

#[test]
fn a_token_is_never_told() {
    let sandbox = Sandbox::of(program(), "chain");
    let token = sandbox.endpoint().token.clone();
    let fault = json!({"kind": "status", "code": 403});
    sandbox.fault(&json!({"operation": "publish", "package": "lib2", "fault": fault}));
    let output = sandbox.run(&["publish", "--yes", "--verbose"]);
    assert_ne!(output.code, 0, "{output}");
    assert!(!output.stdout.contains(&token) && !output.stderr.contains(&token), "{output}");
    let found = std::process::Command::new("grep")
        .args(["--recursive", "--files-with-matches", "--fixed-strings", &token])
        .arg(sandbox.work())
        .output()
        .unwrap();
    assert_eq!(String::from_utf8_lossy(&found.stdout), "");
}

#[test]
fn a_package_mended_after_a_refusal_is_what_its_dependents_are_verified_against() {
    let sandbox = sandbox("chain");
    let lib1 = sandbox.read("lib1/src/lib.rs");
    let lib2 = sandbox.read("lib2/src/lib.rs");
    sandbox.write(
        "lib2/src/lib.rs",
        &format!("{lib2}\npub fn use_it() {{\n    lib1::missing();\n}}\n"),
    );
    sandbox.git(&["commit", "--quiet", "--all", "--message", "fix: use what is missing"]);
    sandbox.git(&["push", "--quiet"]);
    sandbox.run(PUBLISH).exits(101);
    sandbox.write("lib1/src/lib.rs", &format!("{lib1}\npub fn missing() {{}}\n"));
    sandbox.git(&["commit", "--quiet", "--all", "--message", "fix: write it"]);
    sandbox.git(&["push", "--quiet"]);
    sandbox.run(PUBLISH).exits(0);
}

#[test]
fn what_was_verified_once_is_only_packed_when_a_refused_release_is_tried_again() {
    const KNOWN: &str = "verified before";
    let sandbox = sandbox("chain");
    sandbox.refuse_pushes();
    let first = sandbox.run(&["publish", "--yes", "--verbose"]).exits(97);
    assert!(!first.stderr.contains(KNOWN), "{first}");
    std::fs::remove_file(sandbox.remote().join("hooks/pre-receive")).unwrap();
    sandbox.run(&["publish", "--yes", "--verbose"]).exits(0).says(KNOWN);
    let wrong = differences(undisturbed(), &snapshot(&sandbox));
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn without_verification_a_package_that_does_not_build_goes_out_and_is_told() {
    let sandbox = sandbox("chain");
    sandbox.write("lib1/src/lib.rs", "pub fn broken() { nowhere() }\n");
    sandbox.git(&["commit", "--quiet", "--all", "--message", "fix!: break it for good"]);
    let before = effects(&sandbox);
    sandbox.run(PUBLISH).exits(101);
    assert_eq!(effects(&sandbox), before);
    let plan = sandbox.run(&["plan", "--no-verify", "--message-format", "json"]).exits(0);
    let findings = &plan.object("plan")["findings"];
    let told = |finding: &Value| finding["code"] == "not-verified";
    assert!(findings.as_array().unwrap().iter().any(told), "{findings}");
    sandbox.run(&["publish", "--yes", "--no-verify"]).exits(0).says("not verified");
}
