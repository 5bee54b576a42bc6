use super::*;
use crate::facts::testing::workspace;

fn releases(members: &str, tags: &str) -> String {
    let patterns = detect(&workspace(members), tags.split_whitespace(), None);
    let lines: Vec<String> = patterns
        .releases
        .iter()
        .map(|(name, all)| {
            let all: Vec<String> = all.iter().map(|release| release.version.to_string()).collect();
            format!("{name} {}", all.join(" "))
        })
        .collect();
    lines.join("; ")
}

#[test]
fn versions_are_told_from_foreign_and_malformed_tags() {
    // behaviour.md, case 16.
    let tags = "v1.0.1 1.0.1 v18.10.0+meta foo-v0.1.0 foo@0.1.1 foo/v0.1.2 v0.0 vHi.Ho foo-v1 \
                nightly -v9.0.0 foobar-v9.0.0 foo-v1.02.0";
    assert_eq!(releases("foo 0.1.0", tags), "foo 18.10.0+meta 1.0.1 1.0.1 0.1.2 0.1.1 0.1.0");
}

#[test]
fn a_tag_belongs_to_the_package_whose_whole_name_it_holds() {
    let tags = "foo-bar-v0.2.0 foo-v0.3.0-rc.1 foo_0.1.0 gix@v1.0.0 release/foo-v0.0.1";
    assert_eq!(
        releases("foo 0.1.0; foo-bar 0.1.0; gix 3.0.0", tags),
        "foo 0.3.0-rc.1 0.1.0 0.0.1; foo-bar 0.2.0; gix 1.0.0"
    );
}

#[test]
fn a_tag_without_a_name_counts_where_it_can_only_mean_one_version() {
    let table = [
        ("a 1.0.0", "a 1.0.0"),
        ("a 1.0.0; tool 0.1.0 private", "a 1.0.0"),
        ("a 1.0.0; b 2.0.0", ""),
        ("a 1.0.0; b 1.0.0", "a 1.0.0; b 1.0.0"),
        ("a 1.0.0 inherits; b 1.0.0 inherits; c 3.0.0", "a 1.0.0; b 1.0.0"),
        ("a 1.0.0 root; b 2.0.0", "a 1.0.0"),
    ];
    for (members, expected) in table {
        assert_eq!(releases(members, "v1.0.0"), expected, "{members}");
    }
}

#[test]
fn the_next_tag_is_named_as_the_last_ones_were() {
    let table = [
        ("a 1.0.0", "", None, "a v{version}"),
        ("a 1.0.0; b 1.0.0", "", None, "a {name}-v{version}; b {name}-v{version}"),
        ("a 1.0.0; b 1.0.0", "a@0.1.0", None, "a {name}@{version}; b {name}@{version}"),
        (
            "a 1.0.0; b 1.0.0; c 1.0.0",
            "a-0.1.0 b-0.1.0 c-v0.0.9 c-0.1.0 a-v0.0.1",
            None,
            "a {name}-{version}; b {name}-{version}; c {name}-{version}",
        ),
        ("a 1.0.0 root; b 2.0.0", "v0.9.0 b-v1.9.0", None, "a v{version}; b {name}-v{version}"),
        // Sharing a version by chance lasts until the next release.
        ("a 1.0.0; b 1.0.0", "v0.9.0", None, "a {name}-v{version}; b {name}-v{version}"),
        ("a 1.0.0 inherits; b 1.0.0 inherits", "v0.9.0", None, "a v{version}; b v{version}"),
        (
            "a 1.0.0; b 1.0.0",
            "a@0.1.0",
            Some("r/{name}/{version}"),
            "a r/{name}/{version}; b r/{name}/{version}",
        ),
    ];
    for (members, tags, configured, expected) in table {
        let patterns = detect(&workspace(members), tags.split_whitespace(), configured);
        let lines: Vec<String> = patterns
            .templates
            .iter()
            .map(|(name, template)| format!("{name} {template}"))
            .collect();
        assert_eq!(lines.join("; "), expected, "{members} with {tags}");
    }
}

#[test]
fn a_configured_template_decides_what_is_a_release_once_a_tag_fits_it() {
    let members = workspace("a 1.0.0; b 1.0.0");
    let tags = ["rel-a-0.2.0-x", "a-v0.9.0", "b-v0.8.0"];
    let patterns = detect(&members, tags, Some("rel-{name}-{version}-x"));
    let newest = |name: &str| {
        let name = PackageName::new(name).expect("a name");
        patterns.releases(&name).first().map(|release| release.tag.clone())
    };
    assert_eq!(newest("a").as_deref(), Some("rel-a-0.2.0-x"));
    assert_eq!(newest("b").as_deref(), Some("b-v0.8.0"));
    let a = PackageName::new("a").expect("a name");
    let next = patterns.next_tag(&a, &Version::new(0, 3, 0));
    assert_eq!(next, "rel-a-0.3.0-x");
}

#[test]
fn build_metadata_is_in_a_tag_only_where_it_was_before() {
    let table = [("a-v1.0.0", "a-v1.1.0"), ("a-v1.0.0+x", "a-v1.1.0+y"), ("", "v1.1.0")];
    for (tags, expected) in table {
        let workspace = workspace("a 1.0.0+x");
        let patterns = detect(&workspace, tags.split_whitespace(), None);
        let name = workspace.packages.keys().next().expect("a member");
        let version = Version::parse("1.1.0+y").expect("a version");
        assert_eq!(patterns.next_tag(name, &version), expected, "{tags}");
    }
}
