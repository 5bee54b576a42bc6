use super::{GroupKind, PolicyNote, parse};
use crate::facts::testing::workspace;
use crate::model::{PackageName, RelPath};

/// What the configuration of a workspace says; each note, or what is wrong, as a line.
fn told(packages: &str, file: &str) -> String {
    let workspace = workspace(packages);
    let (own, root) = (path("orchestrate.toml"), path("Cargo.toml"));
    let texts: Vec<(PackageName, RelPath)> =
        workspace.packages.values().map(|it| (it.name.clone(), it.manifest.clone())).collect();
    let members: Vec<(PackageName, &RelPath, &str)> =
        texts.iter().map(|(name, path)| (name.clone(), path, "")).collect();
    match parse(Some((&own, file)), (&root, ""), &members, &workspace) {
        Err(error) => format!("{}:{} {error}", error.place.line, error.place.column),
        Ok((policy, notes)) if notes.is_empty() => {
            let groups = policy.groups.iter().map(|group| {
                let names: Vec<&str> = group.packages.iter().map(PackageName::as_str).collect();
                let kind = if group.kind == GroupKind::Fixed { "fixed" } else { "linked" };
                format!("{} {kind}: {}", group.name, names.join(" "))
            });
            groups.collect::<Vec<_>>().join("\n")
        }
        Ok((_, notes)) => notes.iter().map(line).collect::<Vec<_>>().join("\n"),
    }
}

fn line(note: &PolicyNote) -> String {
    let hint = note.hint.as_deref().unwrap_or_default();
    format!("{:?} {}:{} {}; {hint}", note.weight, note.place.line, note.place.column, note.text)
}

fn path(text: &str) -> RelPath {
    RelPath::new(text).expect("a path inside")
}

fn group(name: &str, kind: &str, packages: &str) -> String {
    format!("[[group]]\nname = \"{name}\"\nkind = \"{kind}\"\npackages = [{packages}]\n")
}

const THREE: &str = "lib-a 1.0.0; lib-b 1.0.0; app 1.0.0";

#[test]
fn groups_name_members_and_patterns() {
    let both = group("core", "fixed", "\"lib-*\"") + &group("rest", "linked", "\"app\"");
    assert_eq!(told(THREE, &both), "core fixed: lib-a lib-b\nrest linked: app");
}

#[test]
fn what_a_group_lacks_is_told_with_its_place() {
    let table = [
        ("[[group]]\nname = \"x\"\n", "the group has no `kind`"),
        ("[[group]]\nkind = \"fixed\"\n", "the group has no `name`"),
        ("[[group]]\nname = \"x\"\nkind = \"fixd\"\n", "did you mean `fixed`?"),
        ("[[group]]\nname = \"x\"\nkind = \"fix\"\n", "did you mean `fixed`?"),
        (
            "[[group]]\nname = \"x\"\nkind = \"fixed\"\npackage = []\n",
            "4:1 the group has no `packages`; `package` means",
        ),
        ("[[group]]\nname = \"x\"\nkind = true\n", "`kind` must be `fixed` or `linked`"),
        ("group = 1\n", "each written as `[[group]]`"),
        ("[[group]]\nname = \"x\"\nkind = \"fixed\"\npackages = [\"a[\"]\n", "is no pattern"),
        ("[[group]]\nname = \"x\"\nkind = \"fixed\"\npackages = [1]\n", "a list of package names"),
    ];
    for (file, expected) in table {
        let said = told(THREE, file);
        assert!(said.contains(expected), "{file}{said}");
        assert!(said.starts_with(|c: char| c.is_ascii_digit()), "no place: {said}");
    }
}

#[test]
fn an_unknown_name_is_refused_with_the_nearest_and_a_pattern_for_nobody_is_told() {
    let unknown = told(THREE, &group("core", "fixed", "\"lib-c\""));
    assert!(unknown.starts_with("Conflict 4:13 group `core`: no member"), "{unknown}");
    assert!(unknown.ends_with("did you mean `lib-a`?"), "{unknown}");
    let nobody = told(THREE, &group("core", "fixed", "\"app\", \"x-*\""));
    assert!(nobody.starts_with("WithoutEffect 4:20 group `core`: no member"), "{nobody}");
}

#[test]
fn a_package_can_be_in_one_group_only() {
    let file = group("one", "fixed", "\"lib-*\"") + &group("two", "linked", "\"lib-a\", \"app\"");
    let said = told(THREE, &file);
    assert!(said.starts_with("Conflict 8:"), "{said}");
    assert!(said.contains("lib-a is in the groups `one` (fixed) and `two` (linked)"), "{said}");
}

#[test]
fn a_group_that_is_split_is_told() {
    let said = told("lib-a 1.0.0; lib-b 1.0.0 private", &group("core", "fixed", "\"lib-*\""));
    assert!(said.contains("is split: `publish = false` keeps lib-b back"), "{said}");
}

#[test]
fn a_group_and_an_inherited_version_have_to_go_together() {
    let inherit = "lib-a 1.0.0 inherits; lib-b 1.0.0 inherits; app 1.0.0";
    let fixed = told(inherit, &group("core", "fixed", "\"lib-a\", \"app\""));
    assert!(fixed.starts_with("WithoutEffect") && fixed.contains("so do lib-b"), "{fixed}");
    let linked = told(inherit, &group("core", "linked", "\"lib-a\", \"app\""));
    assert!(
        linked.starts_with("Conflict") && linked.contains("make the group `fixed`"),
        "{linked}"
    );
}

#[test]
fn a_tag_without_the_name_is_told_where_versions_differ() {
    let (plain, differ) = ("tag = \"v{version}\"\n", "a 1.0.0; b 2.0.0; c 1.0.0");
    let said = told(differ, plain);
    assert!(said.starts_with("WithoutEffect 1:7 `tag`: `v{version}` does not say"), "{said}");
    assert!(said.contains("(a 1.0.0, b 2.0.0)"), "{said}");
    assert!(
        said.ends_with(
            "write `{name}-v{version}`, or keep the packages together in a `fixed` group"
        )
    );
    assert_eq!(told("a 1.0.0; b 1.0.0", plain), "");
    assert_eq!(told("a 1.0.0; b 2.0.0 private", plain), "");
    assert_eq!(told(differ, "tag = \"{name}-v{version}\"\n"), "");
    let together = format!("{plain}{}", group("all", "fixed", "\"*\""));
    assert_eq!(told(differ, &together), "all fixed: a b c");
}
