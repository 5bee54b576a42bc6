use super::*;

/// The text after the version of the dev-dependency `b` (or `alias`) was taken, or why not.
fn taken(text: &str, shared: &str) -> String {
    let root = Root::new(&format!("[workspace.dependencies]\n{shared}\n"));
    let manifest = Manifest::parse(&RelPath::default(), text).expect("a manifest");
    let dev = |entry: &&Declaration| entry.table == Table::Dev && entry.alias != "other";
    let declaration = manifest.declarations().iter().find(dev).expect("a dev-dependency");
    match without_version(text, declaration, &root, "../b") {
        Ok(edits) => apply(text, &edits).expect("edits that fit"),
        Err(error) => format!("refused: {error}"),
    }
}

const DEV: &str = "[dev-dependencies]\n";

#[test]
fn a_version_of_its_own_goes_and_every_other_byte_stays() {
    let table = [
        (r#"b = { version = "1", path = "../b" } # why"#, r#"b = { path = "../b" } # why"#),
        ("b = {path='../b',version='1'}", "b = {path='../b'}"),
        (
            r#"b = { path = "../b" , version = "=1.0.0" , features = ["x"] }"#,
            r#"b = { path = "../b" , features = ["x"] }"#,
        ),
        ("b.version = \"1\"\r\nb.path = \"../b\"\r\n", "b.path = \"../b\"\r\n"),
        ("b.path = \"../b\"\nb.version = \"1\" # low", "b.path = \"../b\"\n"),
        (
            "other = \"1\"\n[dev-dependencies.b]\n  version = \"1\"\n  path = \"../b\"",
            "other = \"1\"\n[dev-dependencies.b]\n  path = \"../b\"",
        ),
    ];
    for (before, after) in table {
        assert_eq!(taken(&format!("{DEV}{before}"), ""), format!("{DEV}{after}"));
    }
    let target =
        "[target.'cfg(unix)'.dev-dependencies]\nb = { path = \"../b\", version = \"1\" }\n";
    assert_eq!(taken(target, ""), target.replace(", version = \"1\"", ""));
    let marked = "\u{feff}dev_dependencies.b.path = \"../b\"\ndev_dependencies.b.version = \"1\"";
    assert_eq!(taken(marked, ""), "\u{feff}dev_dependencies.b.path = \"../b\"\n");
}

#[test]
fn an_inherited_entry_keeps_all_that_it_inherits_but_the_version() {
    let plain = r#"b = { path = "b", version = "1" }"#;
    let rich =
        r#"b = { path = "b", version = "1", default-features = false, features = ["x", "y"] }"#;
    let table = [
        (plain, "b.workspace = true # ours", r#"b = { path = "../b" } # ours"#),
        (plain, "b = { workspace = true }", r#"b = { path = "../b" }"#),
        (
            plain,
            r#"b = { workspace = true, features = ["z"] }"#,
            r#"b = { path = "../b", features = ["z"] }"#,
        ),
        (
            plain,
            "b = { default-features = false, workspace = true }",
            r#"b = { default-features = true, path = "../b" }"#,
        ),
        (
            rich,
            "b.workspace = true",
            r#"b = { path = "../b", default-features = false, features = ["x", "y"] }"#,
        ),
        (
            rich,
            r#"b = { workspace = true, default-features = true, features = [ "y", "z" ] }"#,
            r#"b = { path = "../b", default-features = true, features = [ "x", "y", "z" ] }"#,
        ),
        (
            rich,
            "b.features = []\r\nb.workspace = true\r\n",
            "b.features = [\"x\", \"y\"]\r\nb.path = \"../b\"\r\nb.default-features = false\r\n",
        ),
        (
            rich,
            "[dev-dependencies.b]\n\tworkspace = true # w",
            "[dev-dependencies.b]\n\tpath = \"../b\"\n\tdefault-features = false\n\t\
             features = [\"x\", \"y\"] # w",
        ),
        (
            r#"alias = { path = "b", version = "1", package = "b" }"#,
            "alias.workspace = true",
            r#"alias = { path = "../b", package = "b" }"#,
        ),
    ];
    for (shared, before, after) in table {
        assert_eq!(taken(&format!("{DEV}{before}"), shared), format!("{DEV}{after}"));
    }
}

#[test]
fn what_cannot_be_edited_safely_is_left_to_people() {
    let table = [
        ("b = \"1\"", "", "`dev-dependencies.b` is written in a form that is not edited"),
        ("b = { version = \"1\" }", "", "`dev-dependencies.b` is written in a form"),
        ("b.workspace = true", "b = \"1\"", "inherits from an entry without a path"),
        (
            "b.workspace = true",
            "b = { path = \"b\", artifact = \"bin\" }",
            "inherits keys that are not known here",
        ),
        ("b = { version = \"1\", git = \"x\" }", "", "would not mean the same"),
    ];
    for (text, shared, expected) in table {
        let said = taken(&format!("{DEV}{text}"), shared);
        assert!(said.starts_with("refused: ") && said.contains(expected), "{text}: {said}");
    }
    let inside = "dev-dependencies = { b.version = \"1\", b.path = \"../b\" }";
    assert!(taken(inside, "").starts_with("refused: "), "dots inside of braces");
}
