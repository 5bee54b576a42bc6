//! What is found in packed packages, as text.

use super::contents;
use crate::decide::notation::{name, version};
use crate::facts::{Contents, Entry, EntryKind};
use crate::model::{RegistryName, RelPath};
use crate::plan::Upload;
use crate::policy::{Policy, RegistryRules};

const GOOD: &str =
    "[package]\nname = \"a\"\nversion = \"1.0.0\"\ndescription = \"d\"\nlicense = \"MIT\"\n";

/// A package from lines `path [link]`, with the manifest.
fn packed(lines: &str, manifest: &str) -> Contents {
    let entry = |line: &str| Entry {
        path: line.trim_end_matches(" link").to_owned(),
        is_utf8: true,
        kind: if line.ends_with(" link") { EntryKind::Other } else { EntryKind::File },
        ..Entry::default()
    };
    Contents {
        size_bytes: 1,
        unpacked_bytes: 1,
        entries: lines.lines().map(entry).collect(),
        manifest: Some(manifest.to_owned()),
        broken: None,
    }
}

/// The severities and codes of what is found.
fn found(packed: &Contents, registry: &str, policy: &Policy) -> String {
    let registry = RegistryName::new(registry).expect("a registry");
    let upload = Upload { package: name("a"), version: version("1.0.0"), registry };
    let path = RelPath::new("a/Cargo.toml").expect("a path");
    let all = contents(&upload, packed, &path, policy);
    assert!(all.iter().all(|finding| finding.hint.is_some() && finding.package.is_some()));
    let codes = all.iter().map(|it| format!("{:?} {}", it.severity, it.code).to_lowercase());
    codes.collect::<Vec<_>>().join(", ")
}

#[test]
fn entries_that_no_registry_takes_are_errors_everywhere() {
    let table = [
        ("a-1.0.0/Cargo.toml\na-1.0.0/src/lib.rs\na-1.0.0/src/", ""),
        ("a-1.0.0/Cargo.toml\na-1.0.0/x link", "error bad-entry"),
        ("a-1.0.0/Cargo.toml\nb-1.0.0/x", "error bad-entry"),
        ("a-1.0.0/Cargo.toml\na-1.0.0/../x", "error bad-entry"),
        ("a-1.0.0/Cargo.toml\n/etc/passwd", "error bad-entry"),
        ("a-1.0.0/src/lib.rs", "error no-manifest"),
        ("a-1.0.0/cargo.toml", "error no-manifest"),
        ("a-1.0.0/cargo.toml\na-1.0.0/Cargo.toml", "error no-manifest"),
        (
            "a-1.0.0/Cargo.toml\na-1.0.0/.env\na-1.0.0/id_rsa",
            "error packed-secret, error packed-secret",
        ),
    ];
    for (lines, expected) in table {
        for registry in ["crates-io", "mine"] {
            let found = found(&packed(lines, GOOD), registry, &Policy::default());
            assert_eq!(found, expected, "{lines} for {registry}");
        }
    }
}

#[test]
fn rules_of_crates_io_are_errors_there_or_where_policy_says() {
    let mut large = packed(
        "a-1.0.0/Cargo.toml",
        "[package]\nname = \"a\"\nversion = \"1.0.0\"\n[dependencies.b]\nversion = \"*\"\nregistry-index = \"i\"\n",
    );
    large.size_bytes = 10 * 1024 * 1024 + 1;
    let table = [
        (
            "crates-io",
            RegistryRules::OfRegistry,
            "error archive-too-large, error no-description, error no-license, error wildcard-requirement, error foreign-registry",
        ),
        (
            "mine",
            RegistryRules::OfRegistry,
            "warning archive-too-large, warning no-description, warning no-license, warning wildcard-requirement",
        ),
        (
            "mine",
            RegistryRules::CratesIo,
            "error archive-too-large, error no-description, error no-license, error wildcard-requirement",
        ),
        (
            "crates-io",
            RegistryRules::Warn,
            "warning archive-too-large, warning no-description, warning no-license, warning wildcard-requirement, warning foreign-registry",
        ),
    ];
    for (registry, registry_rules, expected) in table {
        let policy = Policy { registry_rules, ..Policy::default() };
        assert_eq!(found(&large, registry, &policy), expected, "{registry} {registry_rules:?}");
    }
}

#[test]
fn limits_of_size_hold_to_the_byte() {
    let mut at_limit = packed("a-1.0.0/Cargo.toml", GOOD);
    (at_limit.size_bytes, at_limit.unpacked_bytes) = (10 * 1024 * 1024, 512 * 1024 * 1024);
    assert_eq!(found(&at_limit, "crates-io", &Policy::default()), "");
    // What lies behind the limit was not read, so nothing is said about the manifest.
    let above = Contents { unpacked_bytes: 512 * 1024 * 1024 + 1, manifest: None, ..at_limit };
    assert_eq!(found(&above, "crates-io", &Policy::default()), "error unpacked-too-large");
}

#[test]
fn a_manifest_is_the_one_of_the_package() {
    let table = [
        (GOOD.replace("\"a\"", "\"b\""), "error bad-manifest"),
        (GOOD.replace("1.0.0", "1.0.1"), "error bad-manifest"),
        ("[package".to_owned(), "error bad-manifest"),
    ];
    for (manifest, expected) in table {
        let packed = packed("a-1.0.0/Cargo.toml", &manifest);
        assert_eq!(found(&packed, "mine", &Policy::default()), expected, "{manifest}");
    }
}

#[test]
fn what_policy_allows_is_packed() {
    let mut leaking = packed("a-1.0.0/Cargo.toml\na-1.0.0/tests/x/key.pem\na-1.0.0/notes", GOOD);
    leaking.entries[2].outside = Some("/home/me/notes".to_owned());
    let mut policy = Policy::default();
    assert_eq!(found(&leaking, "mine", &policy), "error packed-secret, error outside-repository");
    policy.packed.insert(name("a"), vec!["tests/**".to_owned(), "notes".to_owned()]);
    assert_eq!(found(&leaking, "mine", &policy), "");
}
