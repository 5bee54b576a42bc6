//! Trusted publishing, with the real binary as a CI job: tokens are made late, made again, and ended
//! in every exit.

use crate::sandbox;
use crate::support::snapshot::{differences, snapshot};
use crate::support::{Output, Sandbox};
use serde_json::{Value, json};
use std::process::{Child, Command, Stdio};

const PUBLISH: &[&str] = &["publish", "--yes"];

/// The command in a job that has no token of a person.
fn job(sandbox: &Sandbox, arguments: &[&str]) -> Command {
    let mut command = sandbox.command(arguments);
    command.env_remove("CARGO_REGISTRY_TOKEN").env_remove("CARGO_REGISTRIES_LOCAL_TOKEN");
    command
}

/// The same on GitHub Actions, with `permissions: id-token: write`.
fn on_github(sandbox: &Sandbox, arguments: &[&str]) -> Command {
    let mut command = job(sandbox, arguments);
    let url = format!("http://{}/_control/github/id-token?x=1", authority(sandbox));
    command.env("ACTIONS_ID_TOKEN_REQUEST_URL", url);
    command.env("ACTIONS_ID_TOKEN_REQUEST_TOKEN", "github-request-token");
    command
}

/// The same on GitLab CI, with as many `id_tokens`.
fn on_gitlab(sandbox: &Sandbox, arguments: &[&str], count: usize) -> Command {
    let mut command = job(sandbox, arguments);
    for nth in 1..=count {
        let audience = json!({ "aud": authority(sandbox) });
        let answer = sandbox.registry().control("POST", "gitlab/id-token", Some(&audience));
        let name = if nth == 1 { String::new() } else { format!("_{nth}") };
        command.env(format!("CRATES_IO_ID_TOKEN{name}"), answer["value"].as_str().unwrap());
    }
    command
}

/// Where the registry is; with its API, whom ID tokens are made for.
fn authority(sandbox: &Sandbox) -> String {
    let index = &sandbox.endpoint().index;
    index.trim_start_matches("sparse+http://").split('/').next().unwrap().to_owned()
}

fn terms(sandbox: &Sandbox, terms: &Value) {
    sandbox.registry().control("POST", "trusted", Some(terms));
}

/// What became of each token: how many uploads it made, and how it ended.
fn tokens(sandbox: &Sandbox) -> Vec<String> {
    let told = sandbox.registry().control("GET", "trusted", None);
    let tokens = told["tokens"].as_array().unwrap().iter().map(|token| {
        let end = match (&token["revoked"], &token["expired"]) {
            (Value::Bool(true), _) => "revoked",
            (_, Value::Bool(true)) => "expired",
            _ => "alive",
        };
        format!("{} {end}", token["uses"])
    });
    tokens.collect()
}

#[track_caller]
fn is_released(sandbox: &Sandbox) {
    let undisturbed = self::sandbox("chain");
    undisturbed.run(PUBLISH).exits(0);
    let wrong = differences(&snapshot(&undisturbed), &snapshot(sandbox));
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn a_job_on_github_publishes_without_a_token_of_a_person() {
    let sandbox = sandbox("chain");
    let plan = Output::of(&mut on_github(&sandbox, &["plan"])).exits(0);
    assert!(plan.stdout.contains("warning[no-yank-credential]"), "{plan}");
    assert_eq!(tokens(&sandbox), [""; 0], "a plan needs no token");
    Output::of(&mut on_github(&sandbox, PUBLISH)).exits(0);
    assert_eq!(tokens(&sandbox), ["4 revoked"]);
    is_released(&sandbox);
}

#[test]
fn a_token_that_expires_during_a_wait_is_made_again_and_all_are_revoked() {
    let sandbox = sandbox("chain");
    terms(&sandbox, &json!({ "uses": 1 }));
    let fault = json!({"kind": "status", "code": 429, "retry-after-seconds": 1});
    sandbox.fault(&json!({"operation": "publish", "package": "lib3", "fault": fault}));
    Output::of(&mut on_github(&sandbox, PUBLISH)).exits(0);
    assert_eq!(tokens(&sandbox), ["1 revoked"; 4]);
    is_released(&sandbox);
}

#[test]
fn a_job_on_gitlab_uses_each_id_token_once() {
    let sandbox = sandbox("chain");
    terms(&sandbox, &json!({ "uses": 2 }));
    let mut command = on_gitlab(&sandbox, PUBLISH, 1);
    let output = Output::of(&mut command).exits(100);
    assert!(output.stderr.contains("Invalid authentication token"), "{output}");
    assert_eq!(tokens(&sandbox), ["2 revoked"]);
    // The next run in the same job finds the first one used.
    let second = sandbox.registry().control(
        "POST",
        "gitlab/id-token",
        Some(&json!({ "aud": authority(&sandbox) })),
    );
    command.env("CRATES_IO_ID_TOKEN_2", second["value"].as_str().unwrap());
    Output::of(&mut command).exits(0);
    assert_eq!(tokens(&sandbox), ["2 revoked"; 2]);
    is_released(&sandbox);
    // And with nothing left it is said what to add.
    sandbox.write("lib4/src/lib.rs", "pub fn more() {}\n");
    sandbox.git(&["commit", "--quiet", "--all", "--message", "feat(lib4): more"]);
    let output = Output::of(&mut command).exits(100);
    assert!(output.stderr.contains("`CRATES_IO_ID_TOKEN_3`"), "{output}");
}

#[test]
fn an_id_token_for_somebody_else_does_not_leave_this_machine() {
    let sandbox = sandbox("chain");
    let mut command = job(&sandbox, PUBLISH);
    let answer =
        sandbox.registry().control("POST", "gitlab/id-token", Some(&json!({ "aud": "elsewhere" })));
    command.env("CRATES_IO_ID_TOKEN", answer["value"].as_str().unwrap());
    let output = Output::of(&mut command).exits(100);
    assert!(output.stderr.contains("the ID token is made for `elsewhere`"), "{output}");
    let told = sandbox.registry().control("GET", "trusted", None);
    assert_eq!(told["refusals"], json!([]));
}

#[test]
fn a_refusal_and_a_failure_leave_no_token_behind() {
    let sandbox = sandbox("chain");
    terms(&sandbox, &json!({ "packages": ["lib1"] }));
    let output = Output::of(&mut on_github(&sandbox, PUBLISH)).exits(100);
    assert!(output.stderr.contains("is not allowed: The provided access token"), "{output}");
    assert_eq!(tokens(&sandbox), ["1 revoked"], "another token would not be more");
    terms(&sandbox, &json!({}));
    let fault = json!({"kind": "reset", "when": "before"});
    sandbox.fault(&json!({"operation": "publish", "times": 0, "fault": fault}));
    Output::of(on_github(&sandbox, PUBLISH).args(["--max-wait", "0"])).exits(100);
    assert_eq!(tokens(&sandbox), ["1 revoked", "0 revoked"]);
    sandbox.no_faults();
    Output::of(&mut on_github(&sandbox, PUBLISH)).exits(0);
    is_released(&sandbox);
}

#[test]
fn a_token_that_cannot_be_revoked_is_told() {
    let sandbox = sandbox("chain");
    terms(&sandbox, &json!({ "irrevocable": true }));
    let output = Output::of(&mut on_github(&sandbox, PUBLISH)).exits(0);
    assert!(output.stderr.contains("was not revoked"), "{output}");
}

/// Starts a publish that hangs in the index wait of lib2, and waits until it is there.
fn hanging(sandbox: &Sandbox) -> Child {
    let fault = json!({"kind": "index-lag", "reads": 1_000_000});
    sandbox.fault(&json!({"operation": "publish", "package": "lib2", "fault": fault}));
    let mut command = on_github(sandbox, PUBLISH);
    let child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    while tokens(sandbox) != ["2 alive"] {
        std::thread::yield_now();
    }
    child
}

fn signal(child: &Child, name: &str) {
    Command::new("kill").args([name, &child.id().to_string()]).status().unwrap();
}

#[test]
fn a_signal_leaves_no_token_behind_and_a_kill_one_that_runs_out() {
    for name in ["-INT", "-TERM"] {
        let sandbox = sandbox("chain");
        let mut child = hanging(&sandbox);
        signal(&child, name);
        assert_eq!(child.wait().unwrap().code(), Some(130));
        assert_eq!(tokens(&sandbox), ["2 revoked"]);
    }
    let sandbox = sandbox("chain");
    let mut child = hanging(&sandbox);
    child.kill().unwrap();
    child.wait().unwrap();
    assert_eq!(tokens(&sandbox), ["2 alive"]);
    sandbox.no_faults();
    sandbox.registry().control("POST", "trusted/expire", None);
}

#[test]
fn what_trusted_publishing_cannot_do_is_refused_before_any_effect() {
    let sandbox = sandbox("never-released");
    let before = snapshot(&sandbox);
    let output = Output::of(&mut on_github(&sandbox, PUBLISH)).exits(97);
    assert!(output.stdout.contains("error[trusted-publishing-new]"), "{output}");
    assert_eq!(snapshot(&sandbox), before);

    let sandbox = self::sandbox("chain");
    Output::of(&mut on_github(&sandbox, PUBLISH)).exits(0);
    let before = snapshot(&sandbox);
    let output = Output::of(&mut on_github(&sandbox, &["yank-rollback", "--yes"])).exits(97);
    assert!(output.stdout.contains("error[no-credential]"), "{output}");
    assert_eq!(snapshot(&sandbox), before);
    // With a token beside it the way back is open, and uploads do not use it when told so.
    sandbox.run(&["yank-rollback", "--yes"]).exits(0);
}

#[test]
fn configuration_can_demand_and_forbid_it() {
    let sandbox = sandbox("chain");
    let configure = |choice: &str| {
        sandbox.write("orchestrate.toml", &format!("trusted-publishing = \"{choice}\"\n"));
        sandbox.git(&["add", "orchestrate.toml"]);
        sandbox.git(&["commit", "--quiet", "--amend", "--no-edit"]);
        sandbox.git(&["push", "--quiet", "--force", "origin", "main"]);
    };
    configure("never");
    let output = Output::of(&mut on_github(&sandbox, PUBLISH)).exits(97);
    assert!(output.stdout.contains("error[no-credential]"), "{output}");
    configure("always");
    let output = sandbox.run(PUBLISH).exits(97);
    assert!(output.stdout.contains("error[no-identity]"), "{output}");
    assert_eq!(tokens(&sandbox), [""; 0]);
    let token = sandbox.endpoint().token.clone();
    let mut command = on_github(&sandbox, PUBLISH);
    Output::of(command.env("CARGO_REGISTRY_TOKEN", token)).exits(0);
    assert_eq!(tokens(&sandbox), ["4 revoked"]);
}
