//! `cargo orchestrate plan` in a real world: what it prints, and that it changes nothing.

use crate::sandbox;
use crate::support::Sandbox;
use serde_json::Value;

fn names(list: &Value) -> Vec<&str> {
    list.as_array().unwrap().iter().map(|item| item["name"].as_str().unwrap()).collect()
}

fn plan(sandbox: &Sandbox, arguments: &[&str]) -> Value {
    let mut line = vec!["plan", "--message-format", "json"];
    line.extend(arguments);
    sandbox.run(&line).exits(0).object("plan")
}

#[test]
fn people_get_a_table_the_order_and_what_to_type_next() {
    let sandbox = sandbox("chain");
    let output = sandbox.run(&["plan"]).exits(0);
    for (name, now, next) in [
        ("lib1", "0.1.0", "0.2.0"),
        ("lib2", "0.2.0", "0.3.0"),
        ("lib3", "0.3.0", "0.4.0"),
        ("bin", "1.3.0", "1.3.1"),
    ] {
        let row = output.stdout.lines().find(|line| line.trim_start().starts_with(name));
        let row = row.unwrap_or_else(|| panic!("no row for {name}\n{output}"));
        assert!(row.contains(now) && row.contains(next), "{row}");
    }
    let last = output.stdout.lines().last().unwrap_or_default();
    assert!(last.trim_start().starts_with("Next: cargo orchestrate publish"), "{output}");
}

#[test]
fn machines_get_one_line_with_the_promised_keys() {
    let sandbox = sandbox("chain");
    let lines = sandbox.run(&["plan", "--message-format", "json"]).exits(0).json();
    let [plan] = &lines[..] else { panic!("{} lines", lines.len()) };
    assert_eq!((&plan["reason"], &plan["v"]), (&"plan".into(), &1.into()));
    assert_eq!(plan["id"].as_str().map(str::len), Some(64));
    assert_eq!(plan["base"], *sandbox.git(&["rev-parse", "HEAD"]));
    assert_eq!(names(&plan["packages"]), ["bin", "lib1", "lib2", "lib3"]);
    assert_eq!(names(&plan["unchanged"]), ["lib4"]);
    let lib2 = &plan["packages"][2];
    assert_eq!(lib2["registry"], "crates-io");
    assert_eq!(lib2["wave"], 2);
    assert_eq!(lib2["baseline"], "lib2-v0.2.0");
    assert_eq!(lib2["new"], false);
    assert!(lib2["reasons"][0]["text"].is_string());
    assert_eq!(plan["findings"], Value::Array(Vec::new()));
}

#[test]
fn planning_changes_nothing_and_says_the_same_twice() {
    let sandbox = sandbox("chain");
    let refs = sandbox.git(&["for-each-ref"]);
    let first = sandbox.run(&["plan", "--message-format", "json"]).exits(0).stdout;
    let second = sandbox.run(&["plan", "--message-format", "json"]).exits(0).stdout;
    assert_eq!(first, second);
    assert_eq!(sandbox.git(&["status", "--porcelain", "--ignored"]), "");
    assert_eq!(sandbox.git(&["for-each-ref"]), refs);
}

#[test]
fn a_kept_plan_is_the_printed_one() {
    let sandbox = sandbox("chain");
    let file = sandbox.root().join("plan.json");
    let printed = plan(&sandbox, &["-o", file.to_str().unwrap()]);
    let kept: Value = serde_json::from_str(&std::fs::read_to_string(file).unwrap()).unwrap();
    assert_eq!(kept, printed);
}

#[test]
fn it_explains_what_moves_and_what_stays() {
    let sandbox = sandbox("chain");
    let moves = sandbox.run(&["plan", "--explain", "bin"]).exits(0);
    for word in ["1.3.0", "1.3.1", "lib3", "lib1"] {
        assert!(moves.stdout.contains(word), "no `{word}`\n{moves}");
    }
    let stays = sandbox.run(&["plan", "--explain", "lib4"]).exits(0);
    assert!(stays.stdout.contains("lib4"), "{stays}");
}

#[test]
fn nothing_to_release_is_an_answer_and_a_failure_only_on_request() {
    let sandbox = sandbox("excluded-test");
    let output = sandbox.run(&["plan"]).exits(0);
    let said = format!("{}{}", output.stdout, output.stderr).to_lowercase();
    assert!(said.contains("nothing to release"), "{output}");
    sandbox.run(&["plan", "--require-changes"]).exits(4);
}

#[test]
fn a_selection_brings_along_what_it_needs_and_no_more() {
    let sandbox = sandbox("chain");
    assert_eq!(names(&plan(&sandbox, &["-p", "lib2"])["packages"]), ["lib1", "lib2"]);
    assert_eq!(names(&plan(&sandbox, &["-p", "lib1"])["packages"]), ["lib1"]);
}

#[test]
fn a_version_can_be_asked_for() {
    let sandbox = sandbox("chain");
    let plan = plan(&sandbox, &["--bump", "lib4=major", "--bump", "lib1=1.0.0"]);
    let versions: Vec<_> = plan["packages"]
        .as_array()
        .unwrap()
        .iter()
        .map(|package| format!("{} {}", package["name"], package["to"]).replace('"', ""))
        .collect();
    assert_eq!(versions, ["bin 1.3.1", "lib1 1.0.0", "lib2 0.3.0", "lib3 0.4.0", "lib4 1.0.0"]);
}

#[test]
fn it_works_from_anywhere() {
    let sandbox = sandbox("chain");
    let here = plan(&sandbox, &[]);
    assert_eq!(plan(&sandbox, &["--manifest-path", "lib2/Cargo.toml"]), here);
    assert_eq!(plan(&sandbox, &["-C", "lib3/src"]), here);
}
