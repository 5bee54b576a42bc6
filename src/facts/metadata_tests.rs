use super::*;
use serde_json::{Value, json};
use std::fmt::Write as _;

const ROOT: &str = "[workspace]\nmembers = ['a', 'b']\n[workspace.package]\nversion = '1.2.0'\n\
                    exclude = ['/tests']\n[workspace.dependencies]\n\
                    b = { path = 'b', version = '0.3' }\nserde = '1'\n";

/// What `cargo metadata` says of a package; `more` replaces or adds keys.
fn member(dir: &str, name: &str, version: &str, more: &Value) -> Value {
    let mut package = json!({
        "name": name, "version": version, "id": format!("path+file:///r/{dir}#{name}@{version}"),
        "source": null, "dependencies": [], "features": {}, "authors": [], "edition": "2024",
        "manifest_path": format!("/r/{dir}/Cargo.toml"), "metadata": null, "publish": null,
        "targets": [target("lib", name)],
    });
    for (key, value) in more.as_object().expect("an object") {
        package[key] = value.clone();
    }
    package
}

fn target(kind: &str, name: &str) -> Value {
    json!({
        "name": name, "kind": [kind], "crate_types": [kind], "src_path": "/r/x.rs",
        "edition": "2024",
    })
}

fn dependency(name: &str, req: &str, more: &Value) -> Value {
    let mut dependency = json!({
        "name": name, "req": req, "source": null, "kind": null, "optional": false,
        "uses_default_features": true, "features": [], "target": null, "rename": null,
        "registry": null,
    });
    for (key, value) in more.as_object().expect("an object") {
        dependency[key] = value.clone();
    }
    dependency
}

fn read(members: &[Value], manifests: &[(&str, &str)]) -> Result<Workspace, FactsError> {
    let ids: Vec<&Value> = members.iter().map(|member| &member["id"]).collect();
    let metadata = json!({
        "packages": members, "workspace_members": ids, "workspace_default_members": ids,
        "resolve": null, "workspace_root": "/r", "target_directory": "/r/target",
        "version": 1, "metadata": null,
    });
    let metadata = serde_json::from_value(metadata).expect("what Cargo would say");
    let manifests = manifests
        .iter()
        .map(|(path, text)| (RelPath::new(path).expect("a path"), (*text).to_owned()))
        .collect();
    workspace(&metadata, Path::new("/r"), &manifests)
}

/// The edges and externals of `a`, one a line.
fn dependencies(workspace: &Workspace) -> String {
    let a = &workspace.packages[&PackageName::new("a").expect("a name")];
    let mut text = String::new();
    for edge in &a.edges {
        let requirement = edge.requirement.as_ref().map_or("-".into(), ToString::to_string);
        let kind = edge.kind;
        write!(text, "{kind:?} {} {requirement}", edge.to).expect("text");
        for (word, is_so) in [("optional", edge.optional), ("inherited", edge.inherited)] {
            write!(text, "{}{word}", if is_so { " " } else { " not-" }).expect("text");
        }
        writeln!(text, " {:?} {:?} {:?}", edge.target, edge.rename, edge.registry).expect("text");
    }
    for other in &a.externals {
        let External { name, kind, requirement, registry, unversioned } = other;
        let state = if *unversioned { "unversioned" } else { "versioned" };
        writeln!(text, "external {kind:?} {name} {requirement} {registry:?} {state}")
            .expect("text");
    }
    text
}

#[test]
fn dependencies_on_members_become_edges_with_what_cargo_leaves_out() {
    let path = |more: Value| {
        let mut more = more;
        more["path"] = json!("/r/b");
        more
    };
    let dependencies_of_a = json!([
        dependency("b", "^0.3", &path(json!({}))),
        dependency("b", "*", &path(json!({"kind": "dev", "rename": "other"}))),
        dependency("b", "*", &path(json!({"kind": "build"}))),
        dependency("b", "^0.3", &path(json!({"target": "cfg(unix)", "optional": true}))),
        dependency("serde", "^1", &json!({"source": "registry+https://x"})),
        dependency("far", "*", &json!({"path": "/r/far"})),
    ]);
    let a = "[package]\nname = 'a'\nversion.workspace = true\nexclude.workspace = true\n\
             [dependencies]\nb.workspace = true\nserde.workspace = true\nfar.path = '../far'\n\
             [dev-dependencies]\nother = { package = 'b', path = '../b' }\n\
             [build-dependencies]\nb = { path = '../b', version = '*' }\n\
             [target.'cfg( unix )'.dependencies]\n\
             b = { path = '../b', version = '0.3', optional = true, registry = 'mine' }\n";
    let members = [
        member("a", "a", "1.2.0", &json!({"dependencies": dependencies_of_a})),
        member("b", "b", "0.3.0", &json!({})),
    ];
    let manifests = [
        ("Cargo.toml", ROOT),
        ("a/Cargo.toml", a),
        ("b/Cargo.toml", "[package]\nname = 'b'\nversion = '0.3.0'"),
    ];
    let workspace = read(&members, &manifests).expect("a workspace");
    snapbox::assert_data_eq!(
        dependencies(&workspace),
        snapbox::str![[r#"
Normal b ^0.3 not-optional inherited None None None
Dev b - not-optional not-inherited None Some("other") None
Build b * not-optional not-inherited None None None
Normal b ^0.3 optional not-inherited Some("cfg(unix)") None Some(RegistryName("mine"))
external Normal serde ^1 None versioned
external Normal far * None unversioned

"#]]
    );
    let a = &workspace.packages[&PackageName::new("a").expect("a name")];
    assert!(a.inherits_version);
    assert_eq!(a.exclude, ["/tests"]);
    assert_eq!(a.dir.as_str(), "a");
}

#[test]
fn targets_and_publish_decide_what_a_package_is() {
    let kinds = |kinds: &[&str]| {
        let targets: Vec<Value> = kinds.iter().map(|kind| target(kind, "a")).collect();
        json!({ "targets": targets })
    };
    let table = [
        (kinds(&["lib"]), "library crates-io"),
        (kinds(&["proc-macro"]), "library macro crates-io"),
        (kinds(&["rlib", "bin"]), "library binary crates-io"),
        (kinds(&["bin", "test"]), "binary crates-io"),
        (kinds(&["cdylib"]), "crates-io"),
        (json!({"publish": []}), "library nowhere"),
        (json!({"publish": ["mine", "crates-io"]}), "library mine"),
    ];
    for (more, expected) in table {
        let members = [member("a", "a", "1.0.0", &more)];
        let manifests =
            [("Cargo.toml", ROOT), ("a/Cargo.toml", "[package]\nname = 'a'\nversion = '1.0.0'")];
        let workspace = read(&members, &manifests).expect("a workspace");
        let a = &workspace.packages[&PackageName::new("a").expect("a name")];
        let registry = a.registry().map_or("nowhere", RegistryName::as_str);
        let words = [
            (a.has_library, "library"),
            (a.is_macro, "macro"),
            (a.has_binary, "binary"),
            (true, registry),
        ];
        let words: Vec<&str> =
            words.iter().filter(|(is_so, _)| *is_so).map(|(_, word)| *word).collect();
        assert_eq!(words.join(" "), expected, "{more}");
    }
}

#[test]
fn files_outside_of_the_package_are_followed_inside_of_the_repository() {
    let manifests = [
        ("Cargo.toml", ROOT),
        ("a/Cargo.toml", "[package]\nname = 'a'\nversion = '1.0.0'\nreadme = '../README.md'"),
    ];
    let of = |readme: &str, license: &str| {
        let more = json!({"readme": readme, "license_file": license});
        read(&[member("a", "a", "1.0.0", &more)], &manifests)
    };
    let workspace = of("../README.md", "LICENSE").expect("a workspace");
    let a = &workspace.packages[&PackageName::new("a").expect("a name")];
    assert_eq!(a.outside, [RelPath::new("README.md").expect("a path")]);
    let error = of("../../secret", "LICENSE").expect_err("outside");
    assert_eq!(error.to_string(), "the readme of `a` `../../secret` is outside of the repository");
}

#[test]
fn a_member_outside_of_the_repository_is_an_error() {
    let mut elsewhere = member("a", "a", "1.0.0", &json!({}));
    elsewhere["manifest_path"] = json!("/elsewhere/a/Cargo.toml");
    let error = read(&[elsewhere], &[("Cargo.toml", ROOT)]).expect_err("outside");
    assert_eq!(
        error.to_string(),
        "the member `/elsewhere/a/Cargo.toml` is outside of the repository"
    );
}
