//! The forms in which manifests say the same, each edited in one place.

use super::*;
use crate::model::{RegistryName, RelPath};

fn parse(text: &str) -> Result<Manifest, SyntaxError> {
    Manifest::parse(&RelPath::new("lib2/Cargo.toml").expect("inside"), text)
}

/// Everything that a manifest says, without its places.
fn said(manifest: &Manifest) -> Vec<(String, Option<String>)> {
    let value = |spot: &Spot| spot.value.clone();
    let version = ("version".to_owned(), manifest.version().map(value));
    let shared = ("workspace version".to_owned(), manifest.workspace_version().map(value));
    let entries = manifest.declarations().iter().map(|declaration| {
        let spelled = Declaration { requirement: None, line: 0, column: 0, ..declaration.clone() };
        (format!("{spelled:?}"), declaration.requirement.as_ref().map(value))
    });
    [version, shared].into_iter().chain(entries).collect()
}

/// What is edited in a form: the version, the workspace's version, or the requirement on a key.
fn spot<'a>(manifest: &'a Manifest, what: &str) -> Option<&'a Spot> {
    match what {
        "version" => manifest.version(),
        "workspace version" => manifest.workspace_version(),
        key => {
            let found = manifest.declarations().iter().find(|declaration| declaration.key == key);
            found.and_then(|declaration| declaration.requirement.as_ref())
        }
    }
}

/// In `text` the string to edit is written `⟨1.0⟩`; everything else must stay.
fn check(what: &str, text: &str) {
    let (before, rest) = text.split_once('⟨').expect("a mark");
    let (from, after) = rest.split_once('⟩').expect("the end of the mark");
    let plain = format!("{before}{from}{after}");
    let old = parse(&plain).expect("a manifest");
    let spot = spot(&old, what).unwrap_or_else(|| panic!("no {what} in {plain}"));
    assert_eq!((spot.value.as_str(), spot.start), (from, before.len()), "{plain}");
    let edit = spot.edit("2.0.0-rc.1").expect("written plainly");
    let edited = apply(&plain, &[edit]).expect("the text is the one that was read");
    assert_eq!(edited, format!("{before}2.0.0-rc.1{after}"));
    let new = parse(&edited).expect("still a manifest");
    let (old, new) = (said(&old), said(&new));
    assert_eq!(old.len(), new.len(), "{edited}");
    let changed: Vec<_> = old.iter().zip(&new).filter(|(old, new)| old != new).collect();
    let [((old_key, old), (new_key, new))] = changed[..] else {
        panic!("not exactly one change: {changed:#?}");
    };
    assert_eq!((old_key, old.as_deref()), (new_key, Some(from)));
    assert_eq!(new.as_deref(), Some("2.0.0-rc.1"));
}

const DEPENDENCY: &str = "dependencies.lib1";

/// What is edited, and the text with it marked.
const FORMS: &[(&str, &str)] = &[
    ("version", "[package]\nname = \"a\"\nversion = \"⟨1.0⟩\"\n"),
    ("version", "[package]\nversion = '⟨1.0⟩'"),
    ("version", "[package]\r\nversion = \"⟨1.0⟩\" # \"1.0\"\r\n"),
    ("version", "\u{feff}[package]\nversion = \"⟨1.0⟩\"\n"),
    ("version", "\u{feff}# ä\r\n[package]\r\nversion = \"⟨1.0⟩\""),
    ("version", "package.version = \"⟨1.0⟩\"\n"),
    ("version", "package = { name = 'a', version = \"⟨1.0⟩\" }\n"),
    ("version", "[project]\nversion = \"⟨1.0⟩\"\n"),
    ("version", "[\"package\"]\n\"version\" = \"⟨1.0⟩\"\n"),
    ("version", "[ package ]\n\tversion\t=\t\"⟨1.0⟩\"\t#x\n"),
    (
        "version",
        "# version = \"1.0\"\n[package]\ndescription = 'version = \"1.0\"'\nversion = \"⟨1.0⟩\"\n",
    ),
    ("version", "[package]\nversion = \"\"\"⟨1.0⟩\"\"\"\n"),
    ("version", "[package]\nversion = '''⟨1.0⟩'''\n"),
    ("version", "[dependencies]\nx = \"1.0\"\n[package]\nversion = \"⟨1.0⟩\"\n"),
    ("version", "[package]\nversion = \"⟨⟩\"\n"),
    (
        "workspace version",
        "[workspace.package]\nversion = \"⟨1.0⟩\"\n[package]\nversion.workspace = true\n",
    ),
    ("workspace version", "[workspace]\npackage.version = '⟨1.0⟩'\n"),
    (
        "workspace version",
        "[workspace]\npackage = { version = \"⟨1.0⟩\" }\n[package]\nversion = \"1.0\"\n",
    ),
    (DEPENDENCY, "[dependencies]\nlib1 = \"⟨1.0⟩\"\n"),
    (DEPENDENCY, "[dependencies]\n  lib1   =   '⟨1.0⟩'   # the first\n"),
    (DEPENDENCY, "[dependencies]\nlib1 = { path = \"../lib1\", version = \"⟨1.0⟩\" }\n"),
    (DEPENDENCY, "[dependencies]\nlib1 = {version=\"⟨1.0⟩\",path=\"1.0\"}"),
    (
        DEPENDENCY,
        "[dependencies]\nlib1 = { features = [\n  \"x\", # \"1.0\"\n], version = \"⟨1.0⟩\" }\n",
    ),
    (DEPENDENCY, "[dependencies]\nlib1.version = \"⟨1.0⟩\"\nlib1.path = \"../lib1\"\n"),
    (
        DEPENDENCY,
        "[dependencies]\nlib1.path = \"../lib1\"\nlib10 = \"1.0\"\nlib1.version = \"⟨1.0⟩\"\n",
    ),
    (DEPENDENCY, "[dependencies.lib1]\nversion = \"⟨1.0⟩\"\npath = \"../lib1\"\n"),
    (DEPENDENCY, "[ dependencies ]\r\n\"lib1\" = \"⟨1.0⟩\"\r\n"),
    (DEPENDENCY, "[ dependencies . lib1 ]\nversion = \"⟨1.0⟩\"\n"),
    (DEPENDENCY, "['dependencies'.\"lib1\"]\nversion = \"⟨1.0⟩\"\n"),
    (DEPENDENCY, "dependencies.lib1 = \"⟨1.0⟩\"\n"),
    (DEPENDENCY, "dependencies.lib1.version = \"⟨1.0⟩\"\n"),
    (DEPENDENCY, "dependencies = { lib1 = \"⟨1.0⟩\", lib2 = \"1.0\" }\n"),
    (DEPENDENCY, "[dependencies]\nlib1 = { version = \"⟨1.0⟩\", package = \"other\" }\n"),
    (DEPENDENCY, "[dependencies]\nlib1 = { package = \"other\", version = \"⟨1.0⟩\" }\n"),
    (
        DEPENDENCY,
        "[dependencies]\nlib1 = { version = \"⟨1.0⟩\", optional = true, registry = \"corp\" }\n",
    ),
    (
        DEPENDENCY,
        "[dependencies]\nlib1 = { version = \"⟨>= 1.0 , < 2⟩\", git = \"https://x.invalid/\" }\n",
    ),
    (DEPENDENCY, "[dependencies]\nlib1 = \"⟨1.0⟩\"\n[dev-dependencies]\nlib1 = \"1.0\"\n"),
    (
        "dev-dependencies.lib1",
        "[dependencies]\nlib1 = \"1.0\"\n[dev-dependencies]\nlib1 = \"⟨1.0⟩\"\n",
    ),
    ("dev_dependencies.lib1", "[dev_dependencies]\nlib1 = \"⟨1.0⟩\"\n"),
    ("build-dependencies.lib1", "[build-dependencies]\nlib1 = \"⟨1.0⟩\"\n"),
    ("build_dependencies.lib1", "[build_dependencies.lib1]\nversion = \"⟨1.0⟩\"\n"),
    (
        "target.'cfg(unix)'.dependencies.lib1",
        "[target.'cfg(unix)'.dependencies]\nlib1 = \"⟨1.0⟩\"\n",
    ),
    (
        "target.'cfg(target_os = \"linux\")'.build-dependencies.lib1",
        "[target.\"cfg(target_os = \\\"linux\\\")\".build-dependencies]\nlib1 = \"⟨1.0⟩\"\n",
    ),
    (
        "target.x86_64-pc-windows-gnu.dev-dependencies.lib1",
        "[target.x86_64-pc-windows-gnu.dev-dependencies.lib1]\nversion = \"⟨1.0⟩\"\n",
    ),
    (
        "workspace.dependencies.lib1",
        "[workspace.dependencies]\nlib1 = { path = \"lib1\", version = \"⟨1.0⟩\" }\n",
    ),
    (
        "workspace.dependencies.lib1",
        "[workspace]\ndependencies.lib1.version = \"⟨1.0⟩\"\n[dependencies]\nlib1.workspace = true\n",
    ),
];

#[test]
fn an_edit_changes_one_string_whatever_the_form() {
    for (what, text) in FORMS {
        check(what, text);
    }
}

#[test]
fn an_entry_says_what_it_is() {
    let text = "
[dependencies]
one = { package = \"lib-1\", version = \"1\", registry = \"corp\", optional = true }
two = { workspace = true, optional = true }
[target.'cfg(unix)'.build-dependencies]
three = { path = '../three', git = \"https://x.invalid/\" }
[workspace.dependencies]
two = { package = \"lib-2\", version = \"2\" }
";
    let manifest = parse(text).expect("a manifest");
    let lines: Vec<String> = manifest
        .declarations()
        .iter()
        .map(|it| {
            format!(
                "{} {:?} {} is {} {:?} inherited={} optional={} git={} path={} at {}:{}",
                it.target.as_deref().unwrap_or("any"),
                it.table,
                it.key,
                it.package,
                it.requirement.as_ref().map_or("-", |spot| &spot.value),
                it.inherited,
                it.optional,
                it.git,
                it.path.as_deref().unwrap_or("-"),
                it.line,
                it.column
            )
        })
        .collect();
    snapbox::assert_data_eq!(
        lines.join("\n"),
        snapbox::str![[r#"
any Normal dependencies.one is lib-1 "1" inherited=false optional=true git=false path=- at 3:1
any Normal dependencies.two is two "-" inherited=true optional=true git=false path=- at 4:1
cfg(unix) Build target.'cfg(unix)'.build-dependencies.three is three "-" inherited=false optional=false git=true path=../three at 6:1
any Workspace workspace.dependencies.two is lib-2 "2" inherited=false optional=false git=false path=- at 8:1
"#]]
    );
    let shared = manifest.shared("two").map(|entry| entry.package.as_str());
    assert_eq!((shared, manifest.shared("one")), (Some("lib-2"), None));
    assert_eq!(manifest.declarations()[0].registry, RegistryName::new("corp").ok());
}

#[test]
fn a_string_with_escapes_is_read_and_not_edited() {
    for text in ["[package]\nversion = \"1\\u002E0\"\n", "[package]\nversion = \"\"\"\n1.0\"\"\"\n"]
    {
        let manifest = parse(text).expect("a manifest");
        let version = manifest.version().expect("a version");
        assert_eq!(version.value, "1.0");
        let error = version.edit("2.0").expect_err("not plain");
        assert!(error.to_string().contains("line 2, column"), "{error}");
    }
}

#[test]
fn an_inherited_version_is_no_version_of_its_own() {
    for text in ["[package]\nversion.workspace = true", "[package]\nversion = { workspace = true }"]
    {
        let manifest = parse(text).expect("a manifest");
        assert!(manifest.inherits_version() && manifest.version().is_none(), "{text}");
    }
    let manifest = parse("[workspace]\nmembers = []\n").expect("a manifest");
    assert!(!manifest.inherits_version() && manifest.declarations().is_empty());
}

#[test]
fn what_is_wrong_is_named_with_its_place_and_its_line() {
    let table = [
        ("[package]\nversion = \"1.0\n", "2:15: invalid basic string"),
        ("\u{feff}[package\r\nname = 1\r\n", "1:9: "),
        ("[package]\nversion = 1\n", "2:11: `package.version` must be a string, not an integer"),
        ("package = 3", "1:11: `package` must be a table, not an integer"),
        ("[[package]]\nversion = \"1\"", "1:1: `package` must be a table, not an array"),
        ("dependencies = []", "1:16: `dependencies` must be a table, not an array"),
        (
            "[dependencies]\n\"ä\" = { version = [] }",
            "2:19: `dependencies.'ä'.version` must be a string, not an array",
        ),
        (
            "[dependencies]\nlib1 = 1.0",
            "2:8: `dependencies.lib1` must be a requirement or a table, not a float",
        ),
        (
            "[dependencies]\nlib1 = { path = \"x\", optional = 1 }",
            "2:33: `dependencies.lib1.optional` must be true or false, not an integer",
        ),
        ("[dependencies]\n\"a b\" = \"1\"", "2:1: `a b` is not a valid name"),
        ("[dependencies]\na = { package = \"b c\" }", "2:18: `b c` is not a valid name"),
        ("[target]\nx = 1979-05-27", "2:5: `target.x` must be a table, not a date"),
        ("workspace = true", "1:13: `workspace` must be a table, not a boolean"),
        (
            "[workspace.package]\nversion.workspace = true",
            "2:1: `workspace.package.version` must be a string, not a table",
        ),
        ("a = 1\na = 2\n", "2:1: "),
    ];
    for (text, expected) in table {
        let error = parse(text).expect_err(text);
        let shown = error.to_string();
        assert!(shown.starts_with(&format!("lib2/Cargo.toml:{expected}")), "{shown}");
        let line = text.trim_start_matches('\u{feff}').lines().nth(error.line - 1);
        assert_eq!(line, Some(error.excerpt.as_str()), "{shown}");
    }
}

#[test]
fn edits_that_do_not_fit_the_text_are_refused() {
    let text = "[package]\nversion = \"1.0\"\n";
    let manifest = parse(text).expect("a manifest");
    let edit = manifest.version().expect("a version").edit("2.0").expect("plain");
    assert!(apply(&text.replace("1.0", "1.1"), std::slice::from_ref(&edit)).is_err());
    assert!(apply("", std::slice::from_ref(&edit)).is_err());
    assert!(apply(text, &[edit.clone(), edit]).is_err(), "twice the same place");
}
