//! Which dev-dependencies are fixed; `manifest/unversioned_tests.rs` shows how.

use super::*;
use crate::plan::sample::complete;

fn words(packages: &str) -> Vec<String> {
    let (facts, _) = complete(packages, "");
    let fixes = fixes(&facts.workspace, &facts.manifests).expect("readable manifests");
    fixes.iter().map(Fix::words).collect()
}

const NOBODY: [&str; 0] = [];

#[test]
fn only_what_cannot_be_published_first_loses_its_version() {
    assert_eq!(
        words("a 1.0.0 -dev-> b 1; b 1.0.0 -> a 1; c 1.0.0 -dev-> a 1"),
        ["a/Cargo.toml:10: `b = { version = \"^1\", path = \"../b\" }` becomes \
             `b = { path = \"../b\" }`"]
    );
    assert_eq!(
        words("tool 1.0.0 unpublishable; a 1.0.0 -dev-> tool 1"),
        ["a/Cargo.toml:10: `tool = { version = \"^1\", path = \"../tool\" }` becomes \
             `tool = { path = \"../tool\" }`"]
    );
    assert_eq!(
        words("a 1.0.0 -dev-> a 1"),
        ["a/Cargo.toml:10: `a = { version = \"^1\", path = \"../a\" }` becomes \
             `a = { path = \"../a\" }`"]
    );
    assert_eq!(words("a 1.0.0 -dev-> b; b 1.0.0 -> a 1"), NOBODY);
    assert_eq!(words("a 1.0.0 unpublishable -dev-> b 1; b 1.0.0 unpublishable -> a 1"), NOBODY);
    assert_eq!(words("a 1.0.0 -dev-> b 1; b 1.0.0"), NOBODY);
}

#[test]
fn all_ways_around_a_loop_are_found_and_what_is_inherited_is_known() {
    let packages = "a 1.0.0 -dev-> c 1 -dev-> b 1; b 1.0.0 -dev-> c 1 -> a 1; c 1.0.0 -> b 1";
    let (mut facts, _) = complete(packages, "");
    for package in facts.workspace.packages.values_mut() {
        for edge in package.edges.iter_mut().filter(|edge| edge.kind == EdgeKind::Dev) {
            edge.inherited = edge.to.as_str() == "b";
        }
    }
    for (path, text) in &mut facts.manifests {
        let own = r#"b = { version = "^1", path = "../b" }"#;
        match path.as_str() {
            "a/Cargo.toml" => *text = text.replace(own, "b.workspace = true"),
            "Cargo.toml" => {
                text.push_str("b = { path = \"b\", version = \"1\", features = [\"x\"] }");
            }
            _ => {}
        }
    }
    let fixes = fixes(&facts.workspace, &facts.manifests).expect("readable manifests");
    let found: Vec<(&str, &str, bool)> =
        fixes.iter().map(|fix| (fix.package.as_str(), fix.to.as_str(), fix.inherited)).collect();
    assert_eq!(found, [("a", "c", false), ("a", "b", true), ("b", "c", false)]);
    let becomes = r#"`b.workspace = true` becomes `b = { path = "../b", features = ["x"] }`"#;
    assert_eq!(fixes[1].words(), format!("a/Cargo.toml:11: {becomes}"));
}

#[test]
fn a_target_may_be_spelled_otherwise_than_cargo_tells_it() {
    let (mut facts, _) = complete("a 1.0.0 -dev-> b 1; b 1.0.0 -> a 1", "");
    let target = "[target.'cfg( unix )'.dev-dependencies]";
    for (path, text) in &mut facts.manifests {
        if path.as_str() == "a/Cargo.toml" {
            *text = text.replace("[dev-dependencies]", target);
        }
    }
    let a = facts.workspace.packages.values_mut().next().expect("a");
    a.edges[0].target = Some("cfg(unix)".to_owned());
    let twice = a.edges[0].clone();
    a.edges.push(twice);
    let fixes = fixes(&facts.workspace, &facts.manifests).expect("readable manifests");
    let [fix] = &fixes[..] else { panic!("{fixes:?}") };
    assert_eq!((fix.line, fix.after.as_str()), (10, r#"b = { path = "../b" }"#));
}
