//! Bad input: each kind has its words and its exit code, and comes before any effect.

use crate::support::Sandbox;
use crate::{program, sandbox};
use serde_json::Value;
use std::fs;

/// Checks code and words of a command, and that it did nothing.
#[track_caller]
fn refuses(sandbox: &Sandbox, arguments: &[&str], code: i32, words: &[&str]) {
    let before = world(sandbox);
    let output = sandbox.run(arguments).exits(code);
    let said = format!("{}{}", output.stdout, output.stderr);
    for word in words {
        assert!(said.contains(word), "expected `{word}`\n{output}");
    }
    assert_eq!(world(sandbox), before, "`{}` was refused and did something", output.command);
}

/// Everything that a refused command must leave as it was; the parts that exist.
fn world(sandbox: &Sandbox) -> String {
    let git = |arguments: &[&str]| {
        let output = sandbox.git_command(arguments).output().unwrap();
        String::from_utf8_lossy(&output.stdout).into_owned()
    };
    let mut world = git(&["for-each-ref"]) + &git(&["status", "--porcelain"]) + &git(&["diff"]);
    if sandbox.remote().is_dir() {
        world += &sandbox.remote_git(&["for-each-ref"]);
    }
    world + &sandbox.registry().control("GET", "contents", None).to_string()
}

const PUBLISH: &[&str] = &["publish", "--yes"];

#[test]
fn no_workspace() {
    let sandbox = Sandbox::empty(program());
    for command in [&["plan"], &["status"]] {
        refuses(&sandbox, command, 96, &["Cargo.toml"]);
    }
    refuses(&sandbox, PUBLISH, 96, &["Cargo.toml"]);
}

#[test]
fn no_repository() {
    let sandbox = sandbox("chain");
    fs::remove_dir_all(sandbox.work().join(".git")).unwrap();
    let output = sandbox.run(&["plan"]).exits(96);
    assert!(output.stderr.contains("git"), "{output}");
    sandbox.run(PUBLISH).exits(96);
}

#[test]
fn a_manifest_that_is_no_toml() {
    let sandbox = sandbox("chain");
    sandbox.write("lib2/Cargo.toml", "[package]\nname = \"lib2\nversion = \"0.2.0\"\n");
    refuses(&sandbox, &["plan"], 102, &["lib2/Cargo.toml:2:"]);
    let output = sandbox.run(&["plan", "--message-format", "json"]).exits(102);
    let error = output.object("error");
    assert_eq!(
        (&error["at"]["file"], &error["at"]["line"]),
        (&"lib2/Cargo.toml".into(), &2.into())
    );
    let facts = error["facts"].as_array().unwrap();
    assert!(!facts.iter().any(|it| it["text"].as_str().unwrap().contains(" |")), "{output}");
}

#[test]
fn a_folder_in_the_place_of_the_configuration() {
    let sandbox = sandbox("chain");
    sandbox.write("orchestrate.toml/x", "");
    refuses(&sandbox, &["plan"], 96, &["orchestrate.toml", "directory"]);
}

#[test]
fn a_requirement_that_is_none() {
    let sandbox = sandbox("chain");
    let text =
        sandbox.read("lib2/Cargo.toml").replace("version = \"0.1.0\"", "version = \"^2,,0\"");
    sandbox.write("lib2/Cargo.toml", &text);
    refuses(&sandbox, &["plan"], 102, &["lib2/Cargo.toml:9:21", "^2,,0"]);
}

#[test]
fn a_package_that_does_not_exist() {
    let sandbox = sandbox("alternative-registry");
    refuses(&sandbox, &["plan", "-p", "libb1"], 2, &["libb1", "lib1"]);
    refuses(&sandbox, &["plan", "--bump", "lib9=major"], 2, &["lib9"]);
    refuses(&sandbox, &["plan", "-p", "zzz"], 2, &["zzz", "it has", "lib1", "orchestrate status"]);
    refuses(&sandbox, &["plan", "--explain", "bim"], 2, &["bim", "`bin`"]);
    refuses(
        &sandbox,
        &["plan", "--explain", "fixed-groop"],
        2,
        &["fixed-groop", "the rule `fixed-group`"],
    );
    refuses(&sandbox, &["plan", "--explain", "rule:bin"], 2, &["rule:", "lists the rules"]);
}

#[test]
fn a_downgrade() {
    let sandbox = sandbox("chain");
    refuses(&sandbox, &["publish", "--yes", "--bump", "lib1=0.0.9"], 97, &["lib1", "0.0.9"]);
}

#[test]
fn a_dirty_tree() {
    let sandbox = sandbox("chain");
    sandbox.write("lib1/src/lib.rs", "// not committed\n");
    sandbox.write("lib1/notes.txt", "not tracked\n");
    refuses(&sandbox, PUBLISH, 97, &["lib1/src/lib.rs", "lib1/notes.txt"]);
}

#[test]
fn a_detached_head() {
    refuses(&sandbox("detached"), PUBLISH, 97, &["detached"]);
}

#[test]
fn a_shallow_clone() {
    let sandbox = sandbox("chain");
    fs::remove_dir_all(sandbox.work()).unwrap();
    let from = format!("file://{}", sandbox.remote().display());
    sandbox.remote_git(&["clone", "--quiet", "--depth=1", &from, sandbox.work().to_str().unwrap()]);
    refuses(&sandbox, PUBLISH, 97, &["shallow", "git fetch --unshallow"]);
}

#[test]
fn a_partial_clone() {
    let sandbox = sandbox("chain");
    sandbox.remote_git(&["config", "uploadpack.allowFilter", "true"]);
    sandbox.remote_git(&["config", "uploadpack.allowAnySHA1InWant", "true"]);
    fs::remove_dir_all(sandbox.work()).unwrap();
    let from = format!("file://{}", sandbox.remote().display());
    let to = sandbox.work();
    let clone = ["clone", "--quiet", "--filter=tree:0", &from, to.to_str().unwrap()];
    sandbox.remote_git(&clone);
    let advice = "git fetch --refetch --no-filter";
    refuses(&sandbox, PUBLISH, 96, &["could not read", "partial clones", advice]);
    sandbox.git(&advice.split(' ').skip(1).collect::<Vec<_>>());
    sandbox.run(&["plan"]).exits(0);
}

#[test]
fn a_tag_that_exists() {
    let sandbox = sandbox("chain");
    sandbox.git(&["tag", "lib2-v0.3.0", "HEAD~1"]);
    refuses(&sandbox, PUBLISH, 97, &["lib2-v0.3.0"]);
}

#[test]
fn a_remote_that_is_ahead() {
    let sandbox = sandbox("chain");
    sandbox.git(&["commit", "--quiet", "--allow-empty", "--message", "chore: elsewhere"]);
    sandbox.git(&["push", "--quiet"]);
    sandbox.git(&["reset", "--quiet", "--hard", "HEAD~1"]);
    refuses(&sandbox, PUBLISH, 97, &["origin", "ahead"]);
}

#[test]
fn a_token_that_is_missing() {
    let sandbox = sandbox("chain");
    let mut command = sandbox.command(PUBLISH);
    command.env_remove("CARGO_REGISTRY_TOKEN");
    let output = crate::support::Output::of(&mut command).exits(97);
    assert!(output.to_string().contains("CARGO_REGISTRY_TOKEN"), "{output}");
}

#[test]
fn a_registry_that_does_not_answer() {
    let sandbox = sandbox("chain");
    let mut command = sandbox.command(&["plan"]);
    let nowhere = "sparse+http://127.0.0.1:9/index/";
    command.env("__CARGO_TEST_CRATES_IO_URL_DO_NOT_USE_THIS", nowhere);
    let output = crate::support::Output::of(&mut command).exits(97);
    assert!(output.to_string().contains("crates-io"), "{output}");
}

#[test]
fn a_path_dependency_without_a_version() {
    refuses(&sandbox("path-only"), PUBLISH, 97, &["b/Cargo.toml", "version"]);
}

#[test]
fn a_cycle() {
    refuses(&sandbox("cycle"), PUBLISH, 97, &["a", "b", "need"]);
}

#[test]
fn everything_that_is_wrong_is_said_at_once() {
    let sandbox = sandbox("missing-metadata");
    sandbox.git(&["checkout", "--quiet", "--detach"]);
    sandbox.write("a/notes.txt", "not tracked\n");
    let output = sandbox.run(&["plan", "--message-format", "json"]).exits(97);
    let plan = output.object("plan");
    let mut codes: Vec<_> = plan["findings"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|finding| finding["severity"] == "error")
        .map(|finding| finding["code"].as_str().unwrap())
        .collect();
    codes.sort_unstable();
    codes.dedup();
    assert_eq!(codes, ["detached-head", "dirty-tree", "no-description", "no-license"]);
}

#[test]
fn machines_are_told_what_went_wrong_too() {
    let sandbox = Sandbox::empty(program());
    let output = sandbox.run(&["plan", "--message-format", "json"]).exits(96);
    let error = output.object("error");
    assert_eq!((&error["v"], &error["code"]), (&1.into(), &96.into()));
    assert!(matches!(&error["text"], Value::String(text) if !text.is_empty()));
}

#[test]
fn a_command_line_that_is_not_understood() {
    let sandbox = Sandbox::empty(program());
    refuses(&sandbox, &["plann"], 2, &["plan"]);
    refuses(&sandbox, &["publish", "--allow-dirty"], 2, &["--allow-dirty"]);
}

#[test]
fn a_command_line_that_is_none_is_a_document_for_programs() {
    let sandbox = sandbox("chain");
    for (line, word, next) in [
        (&["plan", "--bump", "a"][..], "has no `=`", "cargo orchestrate plan --help"),
        (&["publish", "--nope"], "'--nope'", "cargo orchestrate publish --help"),
        (&[], "requires a subcommand", "cargo orchestrate --help"),
        (&["plan", "--pre", "rc", "--pre", "beta"], "`--pre rc` and `--pre beta`", "--help"),
    ] {
        let line = [&["--message-format", "json"], line].concat();
        let output = sandbox.run(&line).exits(2);
        let document: Value = serde_json::from_str(&output.stdout).unwrap();
        assert_eq!(document["reason"], "error", "{output}");
        assert!(document["text"].as_str().unwrap().contains(word), "{output}");
        assert!(document["next"][0]["command"].as_str().unwrap().ends_with(next), "{output}");
        assert_eq!(output.stderr, "", "{output}");
    }
}

#[test]
fn a_plan_that_is_damaged() {
    let sandbox = sandbox("chain");
    let file = sandbox.work().parent().unwrap().join("plan.json");
    let name = file.to_str().unwrap();
    for command in [&["plan", "--diff", name][..], &["publish", "--plan", name]] {
        let words = ["could not read the plan", "next", "cargo orchestrate plan -o"];
        refuses(&sandbox, command, 2, &words);
    }
    sandbox.run(&["plan", "-o", name]).exits(0);
    let text = fs::read_to_string(&file).unwrap();
    fs::write(&file, text.replacen("\"to\":\"", "\"to\":3,\"x\":\"", 1)).unwrap();
    for command in [&["plan", "--diff", name][..], &["publish", "--plan", name]] {
        let words = ["damaged at `packages[0].to`", "line 1 column", "makes a new one"];
        refuses(&sandbox, command, 2, &words);
    }
    fs::write(&file, "{\"a\":1}").unwrap();
    refuses(&sandbox, &["plan", "--diff", name], 2, &["it has no `reason`"]);
}
