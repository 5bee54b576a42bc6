use super::{joint_builds, lent};
use crate::facts::{Machine, Resolved};
use crate::model::PackageName;
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// A package a line: `name[!][ as library] ; alias[=package] [@build] [@cfg(..)] [?] [-]
/// [+feature].. , .. ; feature: value value | ..`. `!` is a macro, `-` is without default features;
/// a name that begins with `x` is no member's.
fn world(text: &str) -> Resolved {
    let lines: Vec<Vec<&str>> =
        text.lines().map(|line| line.split(';').map(str::trim).collect()).collect();
    let id = |name: &str| format!("registry+index#{name}@1.0.0");
    let mut packages = Vec::new();
    let mut nodes = Vec::new();
    let mut members = Vec::new();
    for line in &lines {
        let (name, library) = line[0].split_once(" as ").unwrap_or((line[0], line[0]));
        let kind = if name.ends_with('!') { "proc-macro" } else { "lib" };
        let name = name.trim_end_matches('!');
        let dependencies: Vec<Value> = list(line.get(1), ',').map(dependency).collect();
        let mut edges: BTreeMap<String, Vec<Value>> = BTreeMap::new();
        for it in &dependencies {
            let kinds = edges.entry(it["name"].as_str().expect("a name").to_owned()).or_default();
            kinds.push(json!({"kind": it["kind"], "target": it["target"]}));
        }
        let features = list(line.get(2), '|').map(|feature| {
            let (name, values) = feature.split_once(':').expect("a feature and its values");
            (name.trim().to_owned(), Value::from(values.split_whitespace().collect::<Vec<_>>()))
        });
        packages.push(json!({
            "name": name, "version": "1.0.0", "id": id(name), "source": null,
            "dependencies": dependencies,
            "features": features.collect::<serde_json::Map<_, _>>(),
            "manifest_path": "/r/Cargo.toml", "edition": "2024", "authors": [],
            "targets": [target(library, kind)],
        }));
        let edges = edges.iter();
        let deps = edges.map(|(on, kinds)| json!({"name": on, "pkg": id(on), "dep_kinds": kinds}));
        nodes.push(json!({
            "id": id(name), "deps": deps.collect::<Vec<_>>(), "dependencies": [], "features": [],
        }));
        if !name.starts_with('x') {
            members.push(id(name));
        }
    }
    let metadata = json!({
        "packages": packages, "workspace_members": members, "resolve": {"nodes": nodes},
        "workspace_root": "/r", "target_directory": "/r/target", "version": 1,
    });
    let linux = Machine::new("x86_64-unknown-linux-gnu", "unix\ntarget_os=\"linux\"\n");
    Resolved::read(&metadata.to_string(), &linux, &linux).expect("a graph")
}

fn list<'a>(text: Option<&&'a str>, separator: char) -> impl Iterator<Item = &'a str> {
    let parts = text.copied().unwrap_or_default().split(separator);
    parts.map(str::trim).filter(|part| !part.is_empty())
}

fn dependency(text: &str) -> Value {
    let mut words = text.split_whitespace();
    let name = words.next().expect("a name");
    let (alias, name) = name.split_once('=').map_or((None, name), |(it, name)| (Some(it), name));
    let mut it = json!({
        "name": name, "req": "^1", "kind": null, "optional": false, "uses_default_features": true,
        "features": [], "target": null, "rename": alias, "source": null, "registry": null,
    });
    let mut features = Vec::new();
    for word in words {
        match word.split_at(1) {
            ("?", _) => it["optional"] = true.into(),
            ("-", _) => it["uses_default_features"] = false.into(),
            ("+", feature) => features.push(feature),
            ("@", "build") => it["kind"] = "build".into(),
            ("@", target) => it["target"] = target.into(),
            _ => panic!("{word}"),
        }
    }
    it["features"] = features.into();
    it
}

fn target(name: &str, kind: &str) -> Value {
    json!({"name": name, "kind": [kind], "crate_types": [kind], "src_path": "/r/x.rs"})
}

fn name(text: &str) -> PackageName {
    PackageName::new(text).expect("a name")
}

/// The builds of all members that are named: `a b | c`.
fn builds(world: &Resolved, members: &str) -> String {
    let members: Vec<PackageName> = members.split_whitespace().map(name).collect();
    let builds = joint_builds(world, &members);
    let texts: Vec<String> = builds
        .iter()
        .map(|build| build.packages.iter().map(PackageName::as_str).collect::<Vec<_>>().join(" "))
        .collect();
    texts.join(" | ")
}

#[test]
fn packages_are_built_at_once_where_none_sees_more_than_alone() {
    let table = [
        (
            "one wants a feature that the other does not have",
            "a; x\nb; x +f\nx;;f:",
            "a b",
            "a | b",
        ),
        ("both want the same", "a; x +f\nb; x +f\nx;;f:", "a b", "a b"),
        ("a member as its dependents want it", "a;;default: f|f:\nb; a", "a b", "a b"),
        ("a member without its defaults", "a;;default: f|f:\nb; a -", "a b", "a | b"),
        (
            "a feature of what is further down",
            "a; x\nb; x +f\nx; xx;f: xx/g\nxx;;g:",
            "a b",
            "a | b",
        ),
        ("an optional dependency", "a; x\nb; x +f\nx; xx ?;f: dep:xx\nxx", "a b", "a | b"),
        (
            "a feature that waits for one",
            "a; x +w\nb; x +w +xx\nx; xx ?;w: xx?/g|xx: dep:xx\nxx;;g:",
            "a b",
            "a | b",
        ),
        ("another platform's", "a; x\nb; x, x @cfg(windows) +f\nx;;f:", "a b", "a b"),
        ("this platform's", "a; x\nb; x, x @cfg(unix) +f\nx;;f:", "a b", "a | b"),
        ("what builds, and what is built", "a; x\nb; x @build +f\nx;;f:", "a b", "a b"),
        ("what builds, twice", "a; x @build\nb; x @build +f\nx;;f:", "a b", "a | b"),
        ("below a macro", "a; xm\nb; x +f\nxm!; x\nx;;f:", "a b", "a b"),
        ("a macro is built for both", "m!; x\nb; x +f\nx;;f:", "m b", "m | b"),
        ("three, two of a kind", "a; x\nb; x +f\nc; x\nx;;f:", "a b c", "a c | b"),
        ("an alias", "a; y=x\nb; z=x +f\nx;;f:", "a b", "a | b"),
        ("nothing in common", "a; x\nb; xx +f\nx\nxx;;f:", "a b", "a b"),
        ("what would be left under one name", "a as tool\nb as tool\nc", "a b c", "a c | b"),
        ("a stranger", "a", "a b", "a | b"),
    ];
    for (what, text, members, expected) in table {
        assert_eq!(builds(&world(text), members), expected, "{what}");
    }
}

#[test]
fn what_a_sibling_lends_is_named() {
    let world = world("a; x\nb; x +f\nc; x +f\nx;;f: g|g:");
    let others = [name("a"), name("b"), name("c")];
    let lent: Vec<String> = lent(&world, &name("a"), &others)
        .iter()
        .map(|lent| format!("{}/{} by {}", lent.of, lent.feature, lent.by))
        .collect();
    assert_eq!(lent, ["x/f by b", "x/g by b"]);
}

#[test]
fn an_edge_that_no_dependency_explains_is_not_guessed_at() {
    let json = json!({
        "packages": [{
            "name": "a", "version": "1.0.0", "id": "a", "dependencies": [], "features": {},
            "manifest_path": "/r/Cargo.toml", "edition": "2024", "targets": [],
        }],
        "workspace_members": ["a"],
        "resolve": {"nodes": [{
            "id": "a", "dependencies": [], "features": [],
            "deps": [{"name": "b", "pkg": "b", "dep_kinds": [{"kind": null, "target": null}]}],
        }]},
        "workspace_root": "/r", "target_directory": "/r/target", "version": 1,
    });
    let machine = Machine::default();
    let error = Resolved::read(&json.to_string(), &machine, &machine).expect_err("it is unclear");
    assert_eq!(error.to_string(), "it is not clear which `b` `a` needs");
}
