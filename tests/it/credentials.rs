//! Credentials in real runs: who is asked for one, when, and what is refused before any effect.

use crate::sandbox;
use crate::support::snapshot::snapshot;
use crate::support::{Output, Sandbox};
use serde_json::Value;
use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::PathBuf;
use std::process::Command;

const PUBLISH: &[&str] = &["publish", "--yes"];

/// A provider that speaks Cargo's protocol, answers with this, and writes down what it was asked.
fn provider(sandbox: &Sandbox, cache: &str) -> PathBuf {
    let (path, asked) = (sandbox.root().join("vault"), asked_file(sandbox));
    let token = &sandbox.endpoint().token;
    let script = format!(
        "#!/bin/sh\necho '{{\"v\":[1]}}'\nread -r line\nprintf '%s\\n' \"$line\" >> '{}'\n\
         echo '{{\"Ok\":{{\"kind\":\"get\",\"token\":\"{token}\",{cache}}}}}'\n",
        asked.display()
    );
    fs::write(&path, script).unwrap();
    fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
    path
}

fn asked_file(sandbox: &Sandbox) -> PathBuf {
    sandbox.root().join("asked")
}

/// What the provider was asked: operation, package and version.
fn asked(sandbox: &Sandbox) -> Vec<String> {
    let text = fs::read_to_string(asked_file(sandbox)).unwrap_or_default();
    let line = |line: &str| {
        let asked: Value = serde_json::from_str(line).unwrap();
        let text = |key: &str| asked[key].as_str().unwrap_or_default().to_owned();
        assert_eq!((text("kind"), asked["v"].clone()), ("get".to_owned(), 1.into()), "{line}");
        assert_eq!(asked["registry"]["name"], "crates-io", "{line}");
        let whole = text("cksum").len() == 64 || text("operation") != "publish";
        assert!(whole, "{line}");
        format!("{} {} {}", text("operation"), text("name"), text("vers"))
    };
    text.lines().map(line).collect()
}

/// A command without a token in its environment, and with this provider.
fn with_provider(sandbox: &Sandbox, arguments: &[&str], provider: &str) -> Command {
    let mut command = sandbox.command(arguments);
    command.env_remove("CARGO_REGISTRY_TOKEN").env_remove("CARGO_REGISTRIES_LOCAL_TOKEN");
    command.env("CARGO_REGISTRY_CREDENTIAL_PROVIDER", provider);
    command
}

#[test]
fn a_provider_is_asked_for_each_upload_and_each_yank_with_what_it_is_for() {
    let sandbox = sandbox("chain");
    let vault = provider(&sandbox, r#""cache":"never","operation_independent":true"#);
    let vault = vault.to_str().unwrap();
    Output::of(&mut with_provider(&sandbox, &["plan"], vault)).exits(0);
    assert_eq!(asked(&sandbox), [""; 0], "a plan needs no credential");
    Output::of(&mut with_provider(&sandbox, PUBLISH, vault)).exits(0);
    let uploads =
        ["publish lib1 0.2.0", "publish lib2 0.3.0", "publish lib3 0.4.0", "publish bin 1.3.1"];
    assert_eq!(asked(&sandbox), uploads);
    Output::of(&mut with_provider(&sandbox, &["yank-rollback", "--yes"], vault)).exits(0);
    let yanks = ["yank bin 1.3.1", "yank lib3 0.4.0", "yank lib2 0.3.0", "yank lib1 0.2.0"];
    assert_eq!(asked(&sandbox)[4..], yanks);
    Output::of(&mut with_provider(&sandbox, &["yank-rollback", "--undo", "--yes"], vault)).exits(0);
    assert_eq!(asked(&sandbox)[8], "unyank lib1 0.2.0");
}

#[test]
fn a_person_is_asked_once_where_the_provider_allows_it() {
    let sandbox = sandbox("chain");
    let vault = provider(&sandbox, r#""cache":"session","operation_independent":true"#);
    Output::of(&mut with_provider(&sandbox, PUBLISH, vault.to_str().unwrap())).exits(0);
    assert_eq!(asked(&sandbox), ["publish lib1 0.2.0"]);
}

#[test]
fn a_provider_that_does_not_help_stops_the_release_and_nothing_is_lost() {
    let sandbox = sandbox("chain");
    let script = "cargo:token-from-stdout sh -c exit";
    let output = Output::of(&mut with_provider(&sandbox, PUBLISH, script)).exits(100);
    assert!(output.stderr.contains("credential provider `sh` printed nothing"), "{output}");
    let published = sandbox.published_lines();
    assert!(!published.contains(&"lib1 0.2.0".to_owned()), "{published:?}");
    sandbox.run(PUBLISH).exits(0);
}

#[test]
fn a_credential_that_cannot_be_had_is_refused_before_any_effect() {
    let sandbox = sandbox("chain");
    let before = snapshot(&sandbox);
    let mut command = with_provider(&sandbox, PUBLISH, "/nowhere/vault");
    let output = Output::of(&mut command).exits(97);
    assert!(output.stdout.contains("error[credential-unusable]"), "{output}");
    assert!(output.stdout.contains("`/nowhere/vault` is not there"), "{output}");
    assert_eq!(snapshot(&sandbox), before);
}

#[test]
fn a_checkout_that_would_get_at_the_credential_is_refused_before_any_effect() {
    let sandbox = sandbox("chain");
    sandbox.write(".cargo/config.toml", "[http]\nproxy = \"http://127.0.0.1:9\"\n");
    sandbox.git(&["add", ".cargo"]);
    sandbox.git(&["commit", "--quiet", "--message", "chore: a proxy"]);
    sandbox.git(&["push", "--quiet", "origin", "main"]);
    let before = snapshot(&sandbox);
    let output = sandbox.run(PUBLISH);
    assert!(output.stdout.contains("credential-unusable"), "{output}");
    assert_eq!(output.code, 97, "{output}");
    assert_eq!(snapshot(&sandbox), before);
}

#[test]
fn a_registry_that_the_checkout_defines_is_shown() {
    let sandbox = sandbox("single");
    let index = sandbox.endpoint().index.replace("127.0.0.1", "localhost");
    sandbox.write(".cargo/config.toml", &format!("[registries.local]\nindex = \"{index}\"\n"));
    let mut command = sandbox.command(&["plan", "--registry", "local"]);
    let output = Output::of(command.env_remove("CARGO_REGISTRIES_LOCAL_INDEX")).exits(97);
    assert!(output.stdout.contains("warning[workspace-registry]"), "{output}");
    let output = sandbox.run(&["plan", "--registry", "local"]).exits(97);
    assert!(!output.stdout.contains("workspace-registry"), "{output}");
}

#[test]
fn while_a_token_is_held_no_core_is_dumped() {
    let sandbox = sandbox("single");
    let (vault, limit) = (sandbox.root().join("vault"), sandbox.root().join("limit"));
    let token = &sandbox.endpoint().token;
    // A limit is handed on to whoever is started.
    let script = format!("#!/bin/sh\nulimit -c > '{}'\necho '{token}'\n", limit.display());
    fs::write(&vault, script).unwrap();
    fs::set_permissions(&vault, fs::Permissions::from_mode(0o755)).unwrap();
    let provider = format!("cargo:token-from-stdout {}", vault.display());
    Output::of(&mut with_provider(&sandbox, PUBLISH, &provider)).exits(0);
    assert_eq!(fs::read_to_string(limit).unwrap(), "0\n");
}
