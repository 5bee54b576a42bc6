//! What people and other programs do to a release behind its back.

use crate::sandbox;
use crate::support::{Output, Sandbox};
use serde_json::json;
use std::fs;
use std::path::Path;

const PUBLISH: &[&str] = &["publish", "--yes"];
const BACK: &[&str] = &["yank-rollback", "--yes"];

/// The chain, published and tagged, and the tags not let through.
fn untold_tags() -> Sandbox {
    let sandbox = sandbox("chain");
    hook(&sandbox, "case $1 in refs/tags/*) exit 1;; esac");
    sandbox.run(PUBLISH).exits(100);
    hook(&sandbox, "exit 0");
    sandbox
}

/// Makes the remote run this for every reference that is pushed.
fn hook(sandbox: &Sandbox, script: &str) {
    let path = sandbox.remote().join("hooks/update");
    script_at(&path, script);
}

fn script_at(path: &Path, script: &str) {
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, format!("#!/bin/sh\n{script}\n")).unwrap();
    let mut chmod = std::process::Command::new("chmod");
    assert!(chmod.arg("+x").arg(path).status().unwrap().success());
}

/// Somebody else pushes a commit.
fn push_from_elsewhere(sandbox: &Sandbox) {
    let other = sandbox.root().join("other").to_string_lossy().into_owned();
    sandbox.git(&["clone", "--quiet", &sandbox.remote().to_string_lossy(), &other]);
    sandbox.git(&["-C", &other, "commit", "--quiet", "--allow-empty", "--message", "chore: mine"]);
    sandbox.git(&["-C", &other, "push", "--quiet"]);
}

#[track_caller]
fn says(output: &Output, text: &str) {
    assert!(output.stdout.contains(text), "expected `{text}`\n{output}");
}

#[test]
fn a_tag_deleted_before_its_push_is_made_again() {
    let sandbox = untold_tags();
    let release = sandbox.git(&["rev-parse", "HEAD"]);
    sandbox.git(&["tag", "--delete", "lib2-v0.3.0"]);
    sandbox.run(PUBLISH).exits(0);
    assert_eq!(sandbox.remote_git(&["rev-parse", "lib2-v0.3.0^{commit}"]), release);
}

#[test]
fn a_tag_that_somebody_pushed_at_the_same_commit_serves() {
    let sandbox = untold_tags();
    sandbox.git(&["push", "--quiet", "origin", "HEAD:refs/tags/lib2-v0.3.0"]);
    sandbox.run(PUBLISH).exits(0);
    let release = sandbox.git(&["rev-parse", "HEAD"]);
    for tag in ["lib1-v0.2.0", "lib2-v0.3.0", "bin-v1.3.1"] {
        assert_eq!(sandbox.remote_git(&["rev-parse", &format!("{tag}^{{commit}}")]), release);
    }
}

#[test]
fn a_tag_that_somebody_pushed_at_another_commit_is_named() {
    let sandbox = untold_tags();
    sandbox.git(&["push", "--quiet", "origin", "HEAD~1:refs/tags/lib2-v0.3.0"]);
    sandbox.run(PUBLISH).exits(100).says("the tag `lib2-v0.3.0` exists on origin");
    sandbox.git(&["push", "--quiet", "origin", ":refs/tags/lib2-v0.3.0"]);
    sandbox.run(PUBLISH).exits(0);
}

#[test]
fn a_rollback_looks_at_the_remote_before_the_first_yank() {
    let sandbox = sandbox("chain");
    sandbox.run(PUBLISH).exits(0);
    push_from_elsewhere(&sandbox);
    let before = sandbox.published_lines();
    says(&sandbox.run(BACK).exits(97), "error[remote-ahead]");
    assert_eq!(sandbox.published_lines(), before);
    sandbox.git(&["pull", "--quiet", "--no-rebase", "origin", "main"]);
    sandbox.run(BACK).exits(0);
}

#[test]
fn a_revert_that_the_remote_refused_is_done_once_it_was_merged_by_hand() {
    let sandbox = sandbox("chain");
    sandbox.run(PUBLISH).exits(0);
    hook(&sandbox, "exit 1");
    sandbox.run(BACK).exits(100);
    hook(&sandbox, "exit 0");
    push_from_elsewhere(&sandbox);
    sandbox.run(BACK).exits(100).says("has commits that are not here");
    sandbox.git(&["pull", "--quiet", "--no-rebase", "--no-edit", "origin", "main"]);
    sandbox.git(&["push", "--quiet", "origin", "main"]);
    sandbox.run(BACK).exits(0);
}

#[test]
fn a_release_is_not_taken_back_from_another_branch() {
    let sandbox = sandbox("chain");
    sandbox.run(PUBLISH).exits(0);
    sandbox.git(&["switch", "--quiet", "--create", "feature"]);
    says(&sandbox.run(BACK).exits(97), "error[other-branch]");
}

#[test]
fn a_kept_plan_stays_on_its_branch() {
    let sandbox = sandbox("chain");
    sandbox.run(&["plan", "-o", "../plan.json"]).exits(0);
    sandbox.git(&["switch", "--quiet", "--create", "feature"]);
    sandbox.run(&["publish", "--yes", "--plan", "../plan.json"]).exits(98).says("feature");
}

#[test]
fn taken_back_and_given_back_within_a_second_it_can_be_taken_back_again() {
    let sandbox = sandbox("single");
    sandbox.run(PUBLISH).exits(0);
    for _ in 0..2 {
        sandbox.run(BACK).exits(0);
        sandbox.run(&["yank-rollback", "--undo", "--yes"]).exits(0);
    }
}

#[test]
fn who_makes_the_tags_may_stand_in_the_environment() {
    let sandbox = sandbox("single");
    sandbox.git(&["config", "--global", "--remove-section", "user"]);
    let mut command = sandbox.command(PUBLISH);
    for (name, value) in [("NAME", "Ci"), ("EMAIL", "ci@test.invalid")] {
        command.env(format!("GIT_AUTHOR_{name}"), value);
        command.env(format!("GIT_COMMITTER_{name}"), value);
    }
    Output::of(&mut command).exits(0);
}

#[test]
fn tags_that_could_not_be_made_are_found_before_anything_is_published() {
    let nobody: &[&[&str]] = &[
        &["config", "--global", "--remove-section", "user"],
        &["config", "--global", "user.useConfigOnly", "true"],
    ];
    let no_key: &[&[&str]] =
        &[&["config", "tag.gpgSign", "true"], &["config", "gpg.program", "false"]];
    for settings in [nobody, no_key] {
        // Never released: there is nothing to commit, so that only the tags need a name.
        let sandbox = sandbox("never-released");
        for setting in settings {
            sandbox.git(setting);
        }
        sandbox.run(PUBLISH).exits(97);
        assert!(sandbox.published().is_empty());
    }
}

#[test]
fn an_empty_token_is_no_token() {
    let sandbox = sandbox("chain");
    let mut command = sandbox.command(PUBLISH);
    command.env("CARGO_REGISTRY_TOKEN", "");
    says(&Output::of(&mut command).exits(97), "error[no-credential]");
    assert_eq!(sandbox.git(&["status", "--porcelain"]), "");
}

#[test]
fn no_child_process_sees_a_credential() {
    let sandbox = sandbox("single");
    let token = &sandbox.endpoint().token;
    let seen = sandbox.root().join("seen").to_string_lossy().into_owned();
    let folder = sandbox.root().join("programs");
    for program in ["git", "cargo", "rustc"] {
        let real = sandbox_program(program);
        let script = format!(
            "env | grep -F '{token}' >> {seen}; echo {program} >> {seen}\nexec {real} \"$@\""
        );
        script_at(&folder.join(program), &script);
    }
    let path = format!("{}:{}", folder.display(), std::env::var("PATH").unwrap());
    for arguments in [&["publish", "--yes"], &["yank-rollback", "--yes"]] {
        let mut command = sandbox.command(arguments);
        command.env("PATH", &path).env_remove("CARGO");
        Output::of(&mut command).exits(0);
    }
    let seen = fs::read_to_string(seen).unwrap();
    assert!(seen.contains("cargo\n") && seen.contains("git\n"), "{seen}");
    assert!(!seen.contains(token.as_str()), "{seen}");
}

/// Where a program is.
fn sandbox_program(name: &str) -> String {
    let path = std::env::var_os("PATH").unwrap();
    let mut found = std::env::split_paths(&path).map(|folder| folder.join(name));
    let found = found.find(|path| path.is_file());
    found.expect("the program is installed").to_string_lossy().into_owned()
}

#[test]
fn a_manifest_that_is_a_link_is_refused_by_name() {
    let sandbox = sandbox("single");
    let manifest = sandbox.work().join("Cargo.toml");
    fs::rename(&manifest, sandbox.work().join("real.toml")).unwrap();
    std::os::unix::fs::symlink("real.toml", &manifest).unwrap();
    sandbox.git(&["add", "--all"]);
    sandbox.git(&["commit", "--quiet", "--message", "feat: a link"]);
    sandbox.run(PUBLISH).exits(97).says("`Cargo.toml` is a symbolic link");
    assert_eq!(sandbox.git(&["status", "--porcelain"]), "");
}

#[test]
fn what_only_the_registry_knows_is_asked_before_anything_changes() {
    let sandbox = sandbox("chain");
    let manifest = sandbox.read("lib1/Cargo.toml");
    let with = manifest.replace("[package]", "[package]\ncategories = [\"encodings\"]");
    sandbox.write("lib1/Cargo.toml", &with);
    sandbox.git(&["commit", "--quiet", "--all", "--message", "docs: say what it is for"]);
    sandbox.git(&["push", "--quiet"]);
    let stand = || (sandbox.git(&["rev-parse", "HEAD", "@{upstream}"]), sandbox.published_lines());
    let before = stand();
    for (said, told) in [
        (json!({ "read_only": true }), "it is read-only"),
        (json!({ "category_slugs": [{ "slug": "encoding" }] }), "`encoding` in lib1/Cargo.toml?"),
    ] {
        let fault = json!({ "kind": "status", "code": 200, "body": said.to_string() });
        sandbox.fault(&json!({ "operation": "facts", "times": 0, "fault": fault }));
        says(&sandbox.run(PUBLISH).exits(97), told);
        sandbox.no_faults();
        assert_eq!(sandbox.git(&["status", "--porcelain"]), "");
        assert_eq!(stand(), before);
    }
    sandbox.run(PUBLISH).exits(0);
}
