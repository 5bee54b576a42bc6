//! Files that are larger or deeper than anybody means: refused before they are parsed.

use super::{PUBLISH, commit};
use crate::sandbox;

#[test]
fn what_is_too_large_or_too_deep_is_refused_by_name() {
    let sandbox = sandbox("chain");
    let start = sandbox.git(&["rev-parse", "HEAD"]);
    let long = "y".repeat(5 << 20);
    let deep = format!("x = {}{}\n", "[".repeat(100_000), "]".repeat(100_000));
    let lock = format!("# {}\n", "y".repeat(33 << 20));
    let changeset = format!("---\nlib1: patch\n---\n\n{long}");
    let table: [(&str, &str, i32, &str); 6] = [
        ("Cargo.toml", &format!("# {long}"), 96, "Cargo.toml` has more than 4 MiB"),
        ("lib1/Cargo.toml", &format!("# {long}"), 96, "lib1/Cargo.toml` has more than 4 MiB"),
        ("orchestrate.toml", &format!("# {long}"), 96, "orchestrate.toml` has more than 4 MiB"),
        ("Cargo.lock", &lock, 96, "Cargo.lock` has more than 32 MiB"),
        (".changeset/one.md", &changeset, 97, "no file of less than 1 MiB"),
        ("orchestrate.toml", &deep, 96, "recurse"),
    ];
    for (file, text, code, words) in table {
        let is_there = sandbox.work().join(file).is_file();
        let before = if is_there { sandbox.read(file) } else { String::new() };
        sandbox.write(file, &format!("{before}{text}"));
        commit(&sandbox, "feat(lib1): more");
        for command in [&["plan"][..], PUBLISH] {
            let output = sandbox.run(command);
            let said = format!("{} {}", output.stdout, output.stderr).replace("\n         ", " ");
            assert!(
                said.contains(words),
                "{file}: no `{words}`\n{}",
                &said[..said.len().min(2000)]
            );
            assert_eq!(output.code, code, "{file}");
        }
        sandbox.git(&["reset", "--quiet", "--hard", &start]);
        sandbox.git(&["push", "--quiet", "--force", "origin", "HEAD"]);
    }
}

#[test]
fn a_plan_without_end_is_no_plan() {
    let sandbox = sandbox("chain");
    let output = sandbox.run(&["publish", "--yes", "--plan", "/dev/zero"]).exits(2);
    assert!(output.stderr.contains("more than 256 MiB"), "{output}");
    sandbox.write("../deep.json", &"[".repeat(1_000_000));
    let output = sandbox.run(&["publish", "--yes", "--plan", "../deep.json"]).exits(2);
    assert!(output.stderr.contains("is no plan"), "{output}");
}

#[test]
fn a_plan_that_was_changed_is_refused() {
    let sandbox = sandbox("chain");
    sandbox.run(&["plan", "-o", "../plan.json"]).exits(0);
    let text = sandbox.read("../plan.json");
    let before = sandbox.published_lines();
    for (from, to) in [
        ("\"to\":\"0.2.0\"", "\"to\":\"9.2.0\""),
        ("lib1-v0.2.0", "../../v0.2.0"),
        ("lib2/Cargo.toml", "../lib2/Cargo.toml"),
        ("\"remote\":\"origin\"", "\"remote\":\"--exec=x\""),
    ] {
        assert!(text.contains(from), "{from}");
        sandbox.write("../plan.json", &text.replace(from, to));
        let output = sandbox.run(&["publish", "--yes", "--plan", "../plan.json"]);
        assert!([2, 98].contains(&output.code), "{to}: {output}");
    }
    assert_eq!(sandbox.published_lines(), before);
    assert_eq!(sandbox.git(&["status", "--porcelain"]), "");
}
