use super::*;
use crate::facts::testing::{package, workspace};
use crate::facts::{Dependencies, PublishedVersion, detect_tags};
use crate::model::{Digest, Oid};

/// Tags by name; `!` in front of one says that HEAD does not contain it.
fn tags(text: &str) -> BTreeMap<String, Tag> {
    text.split_whitespace()
        .map(|word| {
            let name = word.trim_start_matches('!');
            let oid = Oid::from_hex("0".repeat(40));
            let tag = Tag { commit: oid.clone(), oid, reachable: !word.starts_with('!') };
            (name.to_owned(), tag)
        })
        .collect()
}

/// Versions; `!` in front of one says that it was yanked.
fn published(text: &str) -> Published {
    let version = |word: &str| PublishedVersion {
        version: Version::parse(word.trim_start_matches('!')).expect("a version"),
        yanked: word.starts_with('!'),
        checksum: Digest::of(b""),
        dependencies: Dependencies::default(),
    };
    Published::Known(text.split_whitespace().map(version).collect())
}

#[test]
fn the_highest_live_tag_that_head_contains_comes_first() {
    let table = [
        ("a-v0.1.0 a-v0.2.0", "0.1.0 0.2.0", "a-v0.2.0 a-v0.1.0"),
        ("a-v0.1.0 a-v0.2.0", "0.1.0 !0.2.0", "a-v0.1.0 a-v0.2.0"),
        ("a-v0.2.0", "!0.2.0", "a-v0.2.0"),
        ("a-v0.1.0 !a-v0.2.0", "0.1.0 !0.2.0", "a-v0.1.0"),
        ("a-v0.1.0 a-v0.2.0", "0.1.0", "a-v0.2.0 a-v0.1.0"),
        ("!a-v0.1.0", "", ""),
        // Released on a branch of its own, of which only the versions came back.
        ("a-v0.1.0 !a-v0.2.0", "0.1.0 0.2.0 0.3.0", "a-v0.2.0 a-v0.1.0"),
        ("a-v0.1.0 !a-v0.2.0 !a-v0.3.0", "0.1.0 0.3.0", "a-v0.1.0"),
        ("!a-v0.1.0 !a-v0.1.1", "0.1.0 0.1.1 0.1.2", "a-v0.1.1 a-v0.1.0"),
        ("a-v0.2.0 !v0.2.0", "0.2.0", "a-v0.2.0 v0.2.0"),
        ("!a-v0.2.0 v0.2.0", "0.2.0", "v0.2.0 a-v0.2.0"),
        // The workspace's tags from before the package was there, or while it was not published.
        ("v0.1.0 v0.1.5 v0.2.0", "0.1.5", "v0.2.0 v0.1.5"),
        ("v0.1.0 a-v0.1.1 v0.2.0", "", "v0.2.0 a-v0.1.1"),
        // Tagged and not published: as far as the manifest has come, and no further.
        ("a-v0.1.0 a-v0.3.0 v0.4.0", "0.1.0", "a-v0.1.0"),
        ("a-v0.1.0 a-v0.3.0", "0.1.0 0.3.0", "a-v0.3.0 a-v0.1.0"),
    ];
    for (names, registry, expected) in table {
        let tags = tags(names);
        let patterns = detect_tags(&workspace("a 0.2.0"), tags.keys().map(String::as_str), None);
        let releases = patterns.releases(&package("a 0.2.0").name);
        let found =
            tagged_candidates(&package("a 0.2.0"), releases, &tags, Some(&published(registry)));
        let found: Vec<&str> = found.iter().map(|(release, _)| release.tag.as_str()).collect();
        assert_eq!(found.join(" "), expected, "{names} with {registry}");
    }
}

#[test]
fn a_published_version_without_its_tag_is_asked_for() {
    let table = [
        ("a 0.2.0", "", "0.1.0 0.2.0", Some("0.2.0")),
        ("a 0.2.0", "a-v0.1.0", "0.1.0 0.2.0", Some("0.2.0")),
        ("a 0.2.0", "a-v0.1.0 a-v0.2.0", "0.1.0 0.2.0", None),
        // Another branch's release, tagged or not.
        ("a 0.1.0", "a-v0.1.0 !a-v0.2.0", "0.1.0 0.2.0", None),
        ("a 0.1.0", "a-v0.1.0", "0.1.0 0.2.0", None),
        ("a 0.2.0", "a-v0.2.0", "0.1.0", None),
        ("a 0.2.0", "", "0.1.0 0.2.0 0.3.0", Some("0.2.0")),
        ("a 0.2.0", "", "0.3.0", Some("0.3.0")),
        ("a 0.2.0+x", "a-v0.2.0", "0.2.0+x", None),
        ("a 0.2.0", "", "!0.2.0", None),
        ("a 0.2.0", "", "", None),
    ];
    for (member, names, registry, expected) in table {
        let tags = tags(names);
        let patterns = detect_tags(&workspace(member), tags.keys().map(String::as_str), None);
        let package = package(member);
        let registry = published(registry);
        let releases = patterns.releases(&package.name);
        let asked = untagged_release(&package, releases, &tags, Some(&registry));
        assert_eq!(asked.map(ToString::to_string).as_deref(), expected, "{member} with {names}");
    }
}
