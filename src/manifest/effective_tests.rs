use super::*;

/// The effective manifest as text, a key a line.
fn shown(member: &str, root: &str) -> String {
    let keys = effective(member, root, false);
    keys.iter().map(|(key, text)| format!("{key} = {text}\n")).collect::<Vec<_>>().concat()
}

const ROOT: &str = r#"
[workspace]
members = ["lib1", "lib2"]
resolver = "2"

[workspace.package]
version = "0.2.0"
edition = "2021"
readme = "docs/README.md"
keywords = ["b", "a"]

[workspace.dependencies]
lib1 = { path = "lib1", version = "0.2.0", features = ["std"], default-features = false }
renamed = { package = "log", version = "0.4" }
plain = "1.0"

[workspace.lints.rust]
unsafe_code = "deny"
"#;

#[test]
fn what_is_inherited_is_filled_in() {
    let member = r#"
[package]
name = "lib2"
version.workspace = true
edition = { workspace = true }
readme.workspace = true
keywords.workspace = true
workspace = ".."

[dependencies]
lib1 = { workspace = true, features = ["serde"], optional = true }
renamed.workspace = true

[target.'cfg(unix)'.dependencies]
plain = { workspace = true, default-features = false }

[dev-dependencies]
lib1.workspace = true
by-path = { path = "../x" }

[features]
default = ["z", "dep:lib1"]

[lints]
workspace = true

[profile.release]
lto = true
"#;
    snapbox::assert_data_eq!(
        shown(member, ROOT),
        snapbox::str![[r#"
dependencies.lib1.default-features = false
dependencies.lib1.features = ["serde", "std"]
dependencies.lib1.optional = true
dependencies.lib1.version = "0.2.0"
dependencies.renamed.package = "log"
dependencies.renamed.version = "0.4"
dev-dependencies.lib1.default-features = false
dev-dependencies.lib1.features = ["std"]
dev-dependencies.lib1.version = "0.2.0"
features.default = ["dep:lib1", "z"]
lints.rust.unsafe_code = "deny"
package.edition = "2021"
package.keywords = ["b", "a"]
package.name = "lib2"
package.readme = "README.md"
target.'cfg(unix)'.dependencies.plain.version = "1.0"

"#]]
    );
}

/// The keys in which a member differs when `from` becomes `to` in it or in the root.
fn changed(member: &str, root: &str, from: &str, to: &str) -> Vec<String> {
    assert!(member.contains(from) || root.contains(from), "{from}");
    let old = effective(member, root, false);
    let new = effective(&member.replace(from, to), &root.replace(from, to), false);
    difference(&old, &new)
}

#[test]
fn an_inherited_key_counts_for_the_member_that_inherits_it_and_no_other() {
    let with = "[package]\nname = \"a\"\n[dependencies]\nlib1.workspace = true\n";
    let without = "[package]\nname = \"a\"\n[dependencies]\nplain.workspace = true\n";
    let edit = ("lib1\", version = \"0.2.0\"", "lib1\", version = \"0.3.0\"");
    assert_eq!(changed(with, ROOT, edit.0, edit.1), ["dependencies.lib1.version"]);
    assert!(changed(without, ROOT, edit.0, edit.1).is_empty());
    let lints = "[package]\nname = \"a\"\n[lints]\nworkspace = true\n";
    assert_eq!(changed(lints, ROOT, "\"deny\"", "\"forbid\""), ["lints.rust.unsafe_code"]);
    assert!(changed(with, ROOT, "\"deny\"", "\"forbid\"").is_empty());
}

#[test]
fn what_says_the_same_in_other_words_is_no_difference() {
    let same = [
        // The form of an entry.
        ("[dependencies]\nlib1 = \"1\"", "[dependencies.lib1]\nversion = '1' # same"),
        ("[dependencies]\nlib1 = \"1\"", "dependencies.lib1.version = \"1\""),
        (
            "[dependencies]\nlib1 = \"1\"",
            "[dependencies]\nlib1 = { version = \"1\", optional = false }",
        ),
        (
            "[dependencies]\nlib1 = \"1\"",
            "[dependencies]\nlib1 = { version = \"1\", default-features = true }",
        ),
        (
            "[dependencies]\nlib1 = \"1\"",
            "[dependencies]\nlib1 = { version = \"1\", package = \"lib1\" }",
        ),
        ("[dev_dependencies]\nlib1 = \"1\"", "[dev-dependencies]\nlib1 = \"1\""),
        // Inherited or stated.
        ("[dependencies]\nplain = \"1.0\"", "[dependencies]\nplain.workspace = true"),
        ("[package]\nedition = \"2021\"", "[package]\nedition.workspace = true"),
        ("[package]\nreadme = \"../docs/README.md\"", "[package]\nreadme.workspace = true"),
        ("[package]\nreadme = true", "[package]\nreadme = \"./README.md\""),
        // Where it lies in the checkout.
        (
            "[dependencies]\nlib1 = { version = \"1\", path = \"a\" }",
            "[dependencies]\nlib1 = { version = \"1\", path = \"b\" }",
        ),
        (
            "[dependencies]\nlib1 = { version = \"1\", git = \"a\", rev = \"b\" }",
            "[dependencies]\nlib1 = \"1\"",
        ),
        // Order.
        ("[features]\na = [\"x\", \"y\"]\nb = []", "[features]\nb = []\na = [\"y\", \"x\"]"),
        ("[package]\nname = 'a'\nedition = '2024'", "[package]\nedition = '2024'\nname = 'a'"),
        // What is not packed.
        ("[package]\nversion = \"1.0.0\"", "[package]\nversion = \"2.0.0\""),
        (
            "[package]\nname = \"a\"",
            "[package]\nname = \"a\"\n[package.metadata.orchestrate]\ntag = \"x\"",
        ),
        ("", "[dev-dependencies]\nlib1 = { path = \"../x\" }"),
        ("", "[profile.release]\nlto = true"),
        ("", "[patch.crates-io]\nlib1 = { path = \"../x\" }"),
        ("", "[replace]\n\"lib1:1.0.0\" = { path = \"../x\" }"),
        ("", "[workspace.metadata]\nx = 1"),
        ("", "[lib]"),
    ];
    for (old, new) in same {
        let (old_keys, new_keys) = (effective(old, ROOT, false), effective(new, ROOT, false));
        assert_eq!(old_keys, new_keys, "\n{old}\n-----\n{new}");
    }
}

#[test]
fn what_is_packed_in_another_way_is_a_difference() {
    let table = [
        (
            "[dependencies]\nlib1 = \"1\"",
            "[dependencies]\nlib1 = \"1.1\"",
            "dependencies.lib1.version",
        ),
        ("[dependencies]\nlib1 = \"1\"", "", "dependencies.lib1.version"),
        ("", "[dependencies]\nlib1 = { path = \"x\" }", "dependencies.lib1"),
        (
            "[dependencies]\nplain.workspace = true",
            "[dependencies]\nplain = \"1.1\"",
            "dependencies.plain.version",
        ),
        (
            "[target.'cfg(unix)'.dependencies]\nx = \"1\"",
            "[target.'cfg(unix)'.dependencies]\nx = \"2\"",
            "target.'cfg(unix)'.dependencies.x.version",
        ),
        (
            "[dependencies]\nlib1.workspace = true",
            "[dependencies]\nlib1 = { workspace = true, default-features = true }",
            "dependencies.lib1.default-features",
        ),
        (
            "[dependencies]\nlib1.workspace = true",
            "[dependencies]\nlib1 = { workspace = true, features = [\"x\"] }",
            "dependencies.lib1.features",
        ),
        (
            "[dev-dependencies]\nlib1 = { path = \"x\" }",
            "[dev-dependencies]\nlib1 = \"1\"",
            "dev-dependencies.lib1.version",
        ),
        ("[package]\nreadme = \"a.md\"", "[package]\nreadme.workspace = true", "package.readme"),
        (
            "[package]\ndescription = \"true\"",
            "[package]\ndescription = true",
            "package.description",
        ),
        (
            "[package.metadata.docs.rs]\nall-features = true",
            "[package]",
            "package.metadata.docs.rs.all-features",
        ),
        ("[[bin]]\nname = \"a\"", "[[bin]]\nname = \"b\"", "bin"),
        ("[features]", "[features]\na = []", "features.a"),
    ];
    for (old, new, key) in table {
        let (old_keys, new_keys) = (effective(old, ROOT, false), effective(new, ROOT, false));
        assert_eq!(difference(&old_keys, &new_keys), [key], "\n{old}\n-----\n{new}");
    }
}

#[test]
fn a_member_cannot_switch_off_default_features_that_the_root_leaves_on() {
    let off = "[dependencies]\nplain = { workspace = true, default-features = false }";
    let plain = "[dependencies]\nplain.workspace = true";
    assert_eq!(effective(off, ROOT, false), effective(plain, ROOT, false));
}

#[test]
fn the_resolver_of_the_workspace_is_written_down_where_the_package_would_have_another() {
    let resolver =
        |package: &str, root: &str| effective(package, root, false).remove("package.resolver");
    let table = [
        ("[package]\nedition = \"2021\"", "[workspace]\nresolver = \"2\"", None),
        ("[package]\nedition = \"2021\"", "[workspace]", Some("\"1\"")),
        ("[package]\nedition = \"2024\"", "[workspace]\nresolver = \"2\"", Some("\"2\"")),
        ("[package]", "[workspace]\n[package]\nedition = \"2024\"", Some("\"3\"")),
        ("[package]", "[workspace]", None),
    ];
    for (package, root, expected) in table {
        assert_eq!(resolver(package, root).as_deref(), expected, "{package}\n{root}");
    }
}

#[test]
fn profiles_are_packed_with_the_root_package_alone() {
    let text = "[package]\nname = \"a\"\n[profile.dev]\ndebug = 1\n[workspace]\n";
    assert!(effective(text, text, true).contains_key("profile.dev.debug"));
    assert!(!effective(text, text, false).contains_key("profile.dev.debug"));
}

#[test]
fn a_manifest_that_cannot_be_read_differs_from_every_other() {
    let (broken, other) = (effective("[", ROOT, false), effective("]", ROOT, false));
    assert_eq!(difference(&broken, &other), ["unreadable"]);
    assert_eq!(difference(&broken, &broken), Vec::<String>::new());
    assert!(!difference(&broken, &effective("[package]\nname = 'a'", ROOT, false)).is_empty());
}
