//! `api-check`: the tool that compares public interfaces, played by a script that says what a test
//! has written down for it.
#![cfg(unix)]

use crate::sandbox;
use crate::support::{Output, Sandbox};
use serde_json::Value;
use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::{Path, PathBuf};

/// Says its version, writes down how it was called and what it could see, and answers with
/// what lies beside it.
const SCRIPT: &str = r#"#!/bin/sh
here=$(dirname "$0")
if [ "$2" = --version ]; then echo "cargo-semver-checks 9.9.9"; exit 0; fi
echo "$*" >> "$here/calls"
env | grep -e TOKEN -e SECRET_KEY >> "$here/leaks"
while [ $# -gt 0 ]; do
    [ "$1" = --baseline-root ] && grep '^version' "$2/Cargo.toml" >> "$here/baselines"
    shift
done
cat "$here/stdout"
cat "$here/stderr" >&2
exit "$(cat "$here/code")"
"#;

const BREAKS: (&str, &str, &str) = (
    "--- failure function_missing: pub fn removed or renamed ---\n\nFailed in:\n  function \
     lonely::greet, previously in file src/lib.rs:4\n",
    "     Summary semver requires new major version: 1 major and 0 minor checks failed\n",
    "100",
);
const FINE: (&str, &str, &str) = ("", "     Summary no semver update required\n", "0");

/// A world in which a package without dependencies got a feature, and the script.
struct World {
    sandbox: Sandbox,
    tool: PathBuf,
}

impl World {
    fn new(mode: &str, says: (&str, &str, &str)) -> Self {
        Self::of("single", mode, says)
    }

    fn of(workspace: &str, mode: &str, says: (&str, &str, &str)) -> Self {
        let sandbox = sandbox(workspace);
        let tool = sandbox.root().join("tool");
        fs::create_dir(&tool).unwrap();
        let world = Self { sandbox, tool };
        world.install(SCRIPT);
        world.answer(says);
        if !mode.is_empty() {
            world.sandbox.write("orchestrate.toml", &format!("api-check = \"{mode}\"\n"));
            world.commit("chore: ask for a check");
        }
        world
    }

    fn install(&self, script: &str) {
        let program = self.tool.join("cargo-semver-checks");
        fs::write(&program, script).unwrap();
        fs::set_permissions(&program, fs::Permissions::from_mode(0o755)).unwrap();
    }

    fn answer(&self, (stdout, stderr, code): (&str, &str, &str)) {
        for (file, text) in [("stdout", stdout), ("stderr", stderr), ("code", code)] {
            fs::write(self.tool.join(file), text).unwrap();
        }
    }

    fn commit(&self, message: &str) {
        self.sandbox.git(&["add", "--all"]);
        self.sandbox.git(&["commit", "--quiet", "--message", message]);
        self.sandbox.git(&["push", "--quiet"]);
    }

    /// Runs a command that finds the script before anything else.
    fn run(&self, arguments: &[&str]) -> Output {
        let path = std::env::var("PATH").unwrap();
        let path = format!("{}:{path}", self.tool.display());
        Output::of(self.sandbox.command(arguments).env("PATH", path))
    }

    fn plan(&self, code: i32) -> Value {
        self.run(&["plan", "--message-format", "json"]).exits(code).object("plan")
    }

    /// What the script wrote into this file, in lines.
    fn wrote(&self, file: &str) -> Vec<String> {
        let text = fs::read_to_string(self.tool.join(file)).unwrap_or_default();
        text.lines().map(str::to_owned).collect()
    }
}

fn api_findings(plan: &Value) -> Vec<&Value> {
    let findings = plan["findings"].as_array().unwrap();
    findings.iter().filter(|it| it["code"].as_str().unwrap().starts_with("api-")).collect()
}

#[test]
fn nothing_is_started_that_policy_does_not_ask_for() {
    let world = World::new("", BREAKS);
    assert!(api_findings(&world.plan(0)).is_empty());
    let manifest = world.sandbox.read("Cargo.toml");
    let out = "[package.metadata.orchestrate]\napi-check = false\n";
    world.sandbox.write("Cargo.toml", &format!("{manifest}\n{out}"));
    world.sandbox.write("orchestrate.toml", "api-check = \"report\"\n");
    world.commit("chore: ask for a check of everything else");
    assert!(api_findings(&world.plan(0)).is_empty());
    assert_eq!(world.wrote("calls"), [""; 0]);
}

#[test]
fn a_version_that_promises_too_little_is_refused_with_the_evidence() {
    let world = World::new("report", BREAKS);
    let plan = world.plan(97);
    assert_eq!(plan["packages"][0]["to"], "1.5.0");
    let [finding] = api_findings(&plan)[..] else { panic!("{plan}") };
    assert_eq!(
        (&finding["code"], &finding["severity"]),
        (&"api-under-bump".into(), &"error".into())
    );
    let text = finding["text"].as_str().unwrap();
    assert!(text.contains("function_missing") && text.contains("src/lib.rs:4"), "{text}");
    assert!(finding["hint"].as_str().unwrap().contains("--bump lonely=major"), "{finding}");
    // Against what was released, without any credential.
    assert_eq!(world.wrote("baselines"), ["version = \"1.4.2\""]);
    assert_eq!(world.wrote("leaks"), [""; 0]);
    world.run(&["publish", "--yes"]).exits(97);
    assert_eq!(world.sandbox.published_lines().len(), 1, "nothing was published");
    // The way out that was named.
    let plan = world.run(&["plan", "--bump", "lonely=major", "--message-format", "json"]);
    let plan = plan.exits(0).object("plan");
    assert_eq!(plan["packages"][0]["to"], "2.0.0");
    assert!(api_findings(&plan).is_empty(), "{plan}");
}

#[test]
fn a_kept_plan_is_held_to_the_same() {
    let world = World::new("report", BREAKS);
    world.run(&["plan", "-o", "../plan.json"]).exits(97);
    let output = world.run(&["publish", "--plan", "../plan.json", "--yes"]).exits(97);
    assert!(
        output.stderr.contains("error") && output.stdout.contains("api-under-bump"),
        "{output}"
    );
    assert_eq!(world.sandbox.published_lines().len(), 1, "nothing was published");
}

#[test]
fn a_version_is_raised_where_policy_says_so() {
    let world = World::new("raise", BREAKS);
    let plan = world.plan(0);
    assert_eq!(plan["packages"][0]["to"], "2.0.0");
    let rules: Vec<&str> = plan["packages"][0]["reasons"]
        .as_array()
        .unwrap()
        .iter()
        .map(|reason| reason["rule"].as_str().unwrap())
        .collect();
    assert_eq!(rules[0], "api-check", "{rules:?}");
    let said = world.run(&["plan", "--explain", "lonely"]).exits(0).stdout;
    assert!(said.contains("its public interface differs from 1.4.2"), "{said}");
}

#[test]
fn what_was_found_is_kept_by_contents_and_damage_is_passed_over() {
    let world = World::new("report", FINE);
    let calls = || world.wrote("calls").len();
    assert!(api_findings(&world.plan(0)).is_empty());
    world.plan(0);
    assert_eq!(calls(), 1, "what was found is kept");
    world.sandbox.write("notes.txt.orig", "an untracked file that would be packed");
    world.plan(97);
    assert_eq!(calls(), 2, "other contents are compared anew");
    fs::remove_file(world.sandbox.work().join("notes.txt.orig")).unwrap();
    world.plan(0);
    assert_eq!(calls(), 2, "and the old ones are still known");
    let shelf = world.sandbox.root().join("home/.cache/cargo-orchestrate/api");
    let kept: Vec<PathBuf> = fs::read_dir(&shelf).unwrap().map(|it| it.unwrap().path()).collect();
    assert_eq!(kept.len(), 2, "the unpacked release is gone: {kept:?}");
    for file in &kept {
        let text = fs::read_to_string(file).unwrap();
        fs::write(file, &text[..text.len() / 2]).unwrap();
    }
    world.plan(0);
    assert_eq!(calls(), 3, "half an entry is none");
    world.install(&SCRIPT.replace("9.9.9", "9.9.10"));
    world.plan(0);
    assert_eq!(calls(), 4, "another tool may find other things");
}

#[test]
fn no_verdict_is_a_warning_in_the_tools_words() {
    let world = World::new("raise", ("", "error: running cargo-doc failed\u{1b}[31m\n", "1"));
    let plan = world.plan(0);
    let [finding] = api_findings(&plan)[..] else { panic!("{plan}") };
    assert_eq!(finding["severity"], "warning");
    assert!(finding["text"].as_str().unwrap().contains("running cargo-doc failed"), "{finding}");
    let output = world.run(&["plan"]).exits(0);
    assert!(!output.stdout.contains('\u{1b}') && !output.stderr.contains('\u{1b}'), "{output}");
    assert_eq!(world.wrote("calls").len(), 2, "no verdict is not kept");
    world.answer(("\0\0 --- failure", "nonsense", "0"));
    let plan = world.plan(0);
    assert_eq!(api_findings(&plan)[0]["code"], "api-check-failed");
    world.install("no program");
    let plan = world.plan(0);
    let [finding] = api_findings(&plan)[..] else { panic!("{plan}") };
    assert_eq!(finding["code"], "api-check-failed");
}

#[test]
fn a_tool_that_is_missing_is_told_once() {
    let world = World::new("raise", FINE);
    let path = without_the_tool(world.sandbox.root());
    let arguments = ["plan", "--message-format", "json"];
    let output = Output::of(world.sandbox.command(&arguments).env("PATH", path)).exits(0);
    let plan = output.object("plan");
    let [finding] = api_findings(&plan)[..] else { panic!("{plan}") };
    assert_eq!(
        (&finding["code"], &finding["severity"]),
        (&"api-check-missing".into(), &"warning".into())
    );
    assert!(finding["hint"].as_str().unwrap().contains("cargo install cargo-semver-checks"));
}

#[test]
fn offline_the_commit_stands_in_for_a_package_that_nobody_has() {
    let world = World::new("report", FINE);
    world.plan(0);
    // Neither what was found nor what Cargo downloaded is left.
    let home = world.sandbox.root().join("home/.cache/cargo-orchestrate/api");
    fs::remove_dir_all(home).unwrap();
    let cache = world.sandbox.root().join("cargo-home/registry/cache");
    let _ = fs::remove_dir_all(cache);
    let output = world.run(&["plan", "--offline", "--message-format", "json"]).exits(0);
    assert!(api_findings(&output.object("plan")).is_empty(), "{output}");
    let calls = world.wrote("calls");
    let released = world.sandbox.git(&["rev-parse", "v1.4.2^{commit}"]);
    assert!(calls[0].contains("--baseline-root"), "{calls:?}");
    assert!(calls[1].contains(&format!("--baseline-rev {released}")), "{calls:?}");
}

#[test]
fn a_release_on_another_registry_is_compared_with_as_well() {
    let world = World::of("alternative-registry", "raise", BREAKS);
    let greeting = world.sandbox.read("lib4/src/lib.rs").replace("hello", "hi");
    world.sandbox.write("lib4/src/lib.rs", &greeting);
    world.commit("fix(lib4): greet shorter");
    let plan = world.plan(0);
    let packages = plan["packages"].as_array().unwrap();
    let lib4 = packages.iter().find(|package| package["name"] == "lib4").unwrap();
    assert_eq!((&lib4["to"], &lib4["registry"]), (&"0.2.0".into(), &"local".into()));
    // Nothing is to be found out about those that break anyway.
    assert_eq!(world.wrote("baselines"), ["version = \"0.1.0\""]);
    assert_eq!(world.wrote("leaks"), [""; 0]);
}

/// A `PATH` on which everything is found but the tool.
fn without_the_tool(folder: &Path) -> String {
    let path = std::env::var("PATH").unwrap();
    let entries = path.split(':').enumerate().map(|(number, entry)| {
        if !Path::new(entry).join("cargo-semver-checks").exists() {
            return entry.to_owned();
        }
        let others = folder.join(format!("others-{number}"));
        fs::create_dir(&others).unwrap();
        for file in fs::read_dir(entry).unwrap().map(|file| file.unwrap()) {
            if file.file_name() != "cargo-semver-checks" {
                symlink(file.path(), others.join(file.file_name())).unwrap();
            }
        }
        others.display().to_string()
    });
    entries.collect::<Vec<_>>().join(":")
}
