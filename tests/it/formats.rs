//! `plan` in every format, from the command line to the file.

use crate::sandbox;
use std::fs;

#[test]
fn a_format_goes_to_stdout() {
    let sandbox = sandbox("chain");
    for (format, first, says) in [
        ("table", "package", "0.1.0   0.2.0"),
        ("json", "{\"reason\":\"plan\"", "\"dependent\":\"lib2\",\"dependency\":\"lib1\""),
        ("markdown", "# Release plan: 4 of 5 packages in 4 waves", "| `lib1` | 0.1.0 | 0.2.0 |"),
        ("dot", "digraph plan {", "\"lib1\" -> \"lib2\" [penwidth"),
        ("mermaid", "flowchart LR", "p0 ==> p1"),
        ("svg", "<svg xmlns=", "makes it follow"),
    ] {
        let output = sandbox.run(&["plan", "--format", format]).exits(0);
        let text = output.stdout.trim_start();
        assert!(text.starts_with(first) && text.contains(says), "{format}\n{output}");
    }
    assert_eq!(sandbox.git(&["status", "--porcelain", "--ignored"]), "");
}

#[test]
fn the_name_of_a_file_says_the_format_unless_one_is_given() {
    let sandbox = sandbox("chain");
    let file = |name: &str| sandbox.root().join(name).to_str().unwrap().to_owned();
    let first = |name: &str| {
        let text = fs::read_to_string(file(name)).unwrap();
        text.lines().next().unwrap_or_default().to_owned()
    };
    let mut line = vec!["plan".to_owned()];
    for name in ["a.md", "a.dot", "a.mmd", "a.svg", "a.json", "a"] {
        line.extend(["-o".to_owned(), file(name)]);
    }
    let line: Vec<&str> = line.iter().map(String::as_str).collect();
    let output = sandbox.run(&line).exits(0);
    assert!(output.stdout.contains("Next: cargo orchestrate publish"), "{output}");
    assert_eq!(first("a.md"), "# Release plan: 4 of 5 packages in 4 waves");
    assert_eq!(first("a.dot"), "digraph plan {");
    assert_eq!(first("a.mmd"), "flowchart LR");
    assert!(first("a.svg").starts_with("<svg "));
    assert!(first("a.json").starts_with("{\"reason\":\"plan\""));
    assert_eq!(first("a.json"), first("a"));

    sandbox.run(&["plan", "--format", "markdown", "-o", &file("page.txt")]).exits(0);
    assert_eq!(first("page.txt"), first("a.md"));
}

#[test]
fn programs_and_people_are_not_answered_at_once() {
    let sandbox = sandbox("single");
    let output = sandbox.run(&["plan", "--message-format", "json", "--format", "svg"]).exits(2);
    assert!(output.stdout.contains("--format") || output.stderr.contains("--format"), "{output}");
}

#[test]
fn the_plan_says_what_breaks_and_what_to_go_back_to() {
    let sandbox = sandbox("chain");
    let plan = sandbox.run(&["plan", "--message-format", "json"]).exits(0).object("plan");
    let lib1 = &plan["packages"][1];
    assert_eq!(lib1["name"], "lib1");
    assert_eq!(lib1["last-good"], "0.1.0");
    assert_eq!(lib1["breaking"][0]["summary"], "feat(lib1)!: greet takes a name");
    let edges = plan["edges"].as_array().unwrap();
    let lib2 = edges.iter().find(|edge| edge["dependent"] == "lib2").unwrap();
    assert_eq!(lib2["dependency"], "lib1");
    assert_eq!(lib2["kind"], "normal");
    assert_eq!(lib2["requirement"], "^0.1.0");
    assert_eq!(lib2["propagates"], true);
}

#[test]
fn a_plan_is_compared_with_an_older_one() {
    let sandbox = sandbox("chain");
    let old = sandbox.root().join("old.json").to_str().unwrap().to_owned();
    sandbox.run(&["plan", "-o", &old]).exits(0);
    let same = sandbox.run(&["plan", "--diff", &old]).exits(0);
    assert!(same.stdout.contains("the plans do the same, both on commit"), "{same}");

    sandbox.write("lib4/src/lib.rs", "pub fn four() {}\n");
    sandbox.git(&["commit", "--quiet", "--all", "--message", "fix(lib4): count to four"]);
    let human = sandbox.run(&["plan", "--diff", &old, "--bump", "bin=minor"]).exits(0);
    let row = |name: &str| {
        let row = human.stdout.lines().find(|line| line.trim_start().starts_with(name));
        row.unwrap_or_else(|| panic!("no row for {name}\n{human}"))
    };
    assert!(row("lib4").contains("-       0.1.1   fix(lib4): count to four ("), "{human}");
    assert!(row("bin").contains("1.3.1   1.4.0   a raise of the minor number"), "{human}");
    assert!(!human.stdout.contains("lib2"), "{human}");
    let all = sandbox.run(&["plan", "-v", "--diff", &old, "--bump", "bin=minor"]).exits(0);
    for line in ["- bin: minor, then patch", "- lib4, then: nothing that is packed changed"] {
        assert!(all.stdout.contains(line), "{all}");
    }

    let line = ["plan", "--diff", &old, "--message-format", "json"];
    let difference = sandbox.run(&line).exits(0).object("plan-difference");
    assert_eq!(difference["v"], 1);
    assert_eq!(difference["new"]["base"], *sandbox.git(&["rev-parse", "HEAD"]));
    let [lib4] = &difference["packages"].as_array().unwrap()[..] else { panic!("{difference}") };
    assert_eq!((&lib4["name"], &lib4["old"]), (&"lib4".into(), &serde_json::Value::Null));
    assert_eq!(lib4["reasons-gone"][0]["rule"], "no-change");

    let refused = sandbox.run(&["plan", "--diff", &old, "--format", "svg"]).exits(2);
    assert!(refused.stderr.contains("--format json"), "{refused}");
}

#[test]
fn the_next_command_works_from_where_the_plan_was_made() {
    let sandbox = sandbox("chain");
    let (work, kept) = (sandbox.work(), sandbox.root().join("kept.json"));
    let (work, kept) = (work.to_str().unwrap(), kept.to_str().unwrap());
    let said = sandbox.run(&["plan", "-C", work, "-o", kept]).exits(0).stdout;
    let next = said.lines().find(|line| line.contains("Next:")).unwrap_or_default();
    let command = format!("cargo orchestrate publish --plan {kept} -C {work}");
    assert!(next.contains(&command), "{said}");

    let refused = sandbox.run(&["plan", "-C", work, "--bump", "lib1=0.1.1"]).exits(97).stdout;
    let again = refused.trim_end().lines().last().unwrap_or_default();
    assert!(again.ends_with(&format!("cargo orchestrate plan -C {work}")), "{refused}");
}

#[test]
fn what_changed_and_was_left_out_is_not_called_unchanged() {
    let sandbox = sandbox("chain");
    sandbox.write("lib4/src/lib.rs", "pub fn four() {}\n");
    sandbox.git(&["commit", "--quiet", "--all", "--message", "fix(lib4): count to four"]);
    let excluded = sandbox.run(&["plan", "--exclude", "lib4"]).exits(0).stdout;
    assert!(excluded.contains("; 1 excluded ("), "{excluded}");
    let selected = sandbox.run(&["plan", "-p", "lib4"]).exits(0).stdout;
    assert!(selected.contains("; 1 not selected, 3 unchanged ("), "{selected}");
}

#[test]
fn a_rollback_is_shown_and_kept_like_a_plan() {
    let sandbox = sandbox("chain");
    sandbox.run(&["publish", "--yes"]).exits(0);
    let only = |more: &[&str]| sandbox.run(&[&["yank-rollback", "--plan-only"], more].concat());
    let page = only(&["--format", "markdown"]).exits(0).stdout;
    for says in ["# Rollback plan: 4 versions to yank", "| 1 | `bin` 1.3.1 | 1.3.0 | live |"] {
        assert!(page.contains(says), "{page}");
    }
    let json = only(&["--format", "json"]).exits(0);
    crate::schemas::check("rollback-plan", &json.object("rollback-plan"));
    let file = |name: &str| sandbox.root().join(name).to_str().unwrap().to_owned();
    let shown = only(&["-o", &file("back.md"), "-o", &file("back.json")]).exits(0);
    assert!(shown.stdout.contains("yank (in this order)"), "{shown}");
    assert_eq!(fs::read_to_string(file("back.md")).unwrap(), page);
    assert_eq!(fs::read_to_string(file("back.json")).unwrap(), json.stdout);
    only(&["--format", "markdown", "--message-format", "json"]).exits(2);
    only(&["-o", &file("no/where.md")]).exits(110);
    sandbox.run(&["yank-rollback", "--yes", "--format", "json"]).exits(2).says("--plan-only");
}
