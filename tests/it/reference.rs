//! The reference of the rules: the page in `docs/`, and what `plan --explain RULE` says.

use crate::support::project_root;
use crate::{program, sandbox};
use cargo_orchestrate::decide::rules::rules;
use std::process::Command;
use std::{env, fs};

/// `SNAPSHOTS=overwrite`, which `cargo xtask gen` sets, writes the page.
#[test]
fn the_page_about_the_rules_is_made_from_their_table() {
    let file = project_root().join("docs/rules.md");
    let page = cargo_orchestrate::export::rule_page();
    if env::var_os("SNAPSHOTS").is_some_and(|value| value == "overwrite") {
        fs::create_dir_all(file.parent().unwrap()).unwrap();
        fs::write(&file, &page).unwrap();
    }
    let written = fs::read_to_string(&file).unwrap_or_default();
    assert!(written == page, "docs/rules.md is stale: `cargo xtask gen` writes it");
}

#[test]
fn a_rule_is_explained_where_there_is_no_workspace() {
    let nowhere = tempfile::tempdir().unwrap();
    let said = |line: &[&str]| {
        let mut command = Command::new(program());
        let output = command.arg("plan").args(line).current_dir(nowhere.path()).output().unwrap();
        assert!(output.status.success(), "{line:?}: {output:?}");
        String::from_utf8(output.stdout).unwrap()
    };
    let list = said(&["--explain", "rule:"]);
    for rule in rules() {
        assert!(list.contains(rule.id), "no {}", rule.id);
    }
    let one = said(&["--explain", "linked-group"]);
    for word in ["linked-group", "decides", "why", "a 1.2.0 -> 1.3.0", "changed by  `group`"] {
        assert!(one.contains(word), "no `{word}`\n{one}");
    }
}

#[test]
fn a_package_comes_before_the_rule_of_the_same_name() {
    let sandbox = sandbox("single");
    let name = sandbox.read("Cargo.toml");
    let name =
        name.lines().find_map(|line| line.strip_prefix("name = ")).unwrap().trim_matches('"');
    sandbox.write("Cargo.toml", &sandbox.read("Cargo.toml").replacen(name, "held", 1));
    let package = sandbox.run(&["plan", "--explain", "held"]).exits(0);
    assert!(package.stdout.starts_with("held "), "{package}");
    assert!(package.stderr.contains("rule:held"), "{package}");
    let rule = sandbox.run(&["plan", "--explain", "rule:held"]).exits(0);
    assert!(rule.stdout.contains("release = false"), "{rule}");
}
