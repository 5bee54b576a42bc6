//! Drafts of advisories: which versions they say are concerned.

use super::released::World;
use crate::decide::notation::name;
use crate::facts::{Dependencies, Published, PublishedVersion};
use crate::manifest::Manifest;
use crate::model::{Digest, PackageName, Version};
use crate::plan::sample::{BREAK, CHAIN, path};
use crate::policy::Policy;
use crate::rollback::{Wish, advisory_drafts, versions};
use snapbox::{IntoData as _, assert_data_eq, str};

fn parse(text: &str) -> Version {
    text.parse().expect("a version")
}

/// The draft for `lib1` when these versions of it are taken back and those are published.
fn draft(taken: &str, published: &str, reason: Option<&str>) -> String {
    let mut world = World::released(CHAIN, BREAK);
    let entry = |version: &str| PublishedVersion {
        version: parse(version.trim_end_matches('y')),
        yanked: version.ends_with('y'),
        checksum: Digest::default(),
        dependencies: Dependencies::default(),
    };
    let entries = published.split(' ').map(entry).collect();
    world.facts.published.insert(name("lib1"), Published::Known(entries));
    let asked: Vec<(PackageName, Version)> =
        taken.split(' ').map(|version| (name("lib1"), parse(version))).collect();
    let rollback = versions(&asked, &world.facts, &Policy::default(), &Wish::default());
    let drafts = advisory_drafts(&rollback, &world.facts, reason, "2026-11-26");
    assert_eq!(drafts.len(), 1);
    drafts[0].text.clone()
}

#[test]
fn the_ranges_say_which_versions_are_not_concerned() {
    let table = [
        ("0.2.0", "0.1.0 0.2.0", "[]", "[\"< 0.2.0\"]"),
        ("0.2.0", "0.1.0 0.2.0 0.2.1", "[\">= 0.2.1\"]", "[\"< 0.2.0\"]"),
        ("0.2.0", "0.2.0", "[]", "[]"),
        ("0.2.0 0.2.1", "0.1.0y 0.2.0 0.2.1 0.3.0", "[\">= 0.3.0\"]", "[\"< 0.2.0\"]"),
        (
            "0.1.5 0.2.0",
            "0.1.4 0.1.5 0.1.6 0.2.0 0.2.1",
            "[\">= 0.1.6, < 0.2.0\", \">= 0.2.1\"]",
            "[\"< 0.1.5\"]",
        ),
        ("0.1.5 0.2.0", "0.1.5 0.1.6 0.2.0", "[\">= 0.1.6, < 0.2.0\"]", "[]"),
        ("0.2.0-rc.1", "0.1.0 0.2.0-rc.1 0.2.0", "[\">= 0.2.0\"]", "[\"< 0.2.0-rc.1\"]"),
    ];
    for (taken, published, patched, unaffected) in table {
        let text = draft(taken, published, None);
        let expected = format!("patched = {patched}\nunaffected = {unaffected}\n");
        assert!(text.contains(&expected), "{taken} of {published}\n{text}");
        let front = text.split("```").nth(1).expect("a block").trim_start_matches("toml");
        Manifest::parse(&path("advisory.toml"), front).expect("it is TOML");
    }
}

#[test]
fn what_people_must_say_is_left_open_and_what_they_said_stands_there() {
    let said = "Reads past the end\nA crafted header makes it read past its buffer.";
    assert_data_eq!(
        draft("0.2.0", "0.1.0 0.2.0 0.2.1", Some(said)),
        str![[r#"
```toml
# A draft of `cargo orchestrate yank-rollback`: nobody has looked at it yet. Fill in what is left
# open and take the comments out before it is proposed to the database.
[advisory]
id = "RUSTSEC-0000-0000"
package = "lib1"
date = "2026-11-26"
# Open: what kind of flaw it is, of code-execution, crypto-failure, denial-of-service,
# file-disclosure, format-injection, memory-corruption, memory-exposure, privilege-escalation;
# or, where it is none, informational = "unsound" or "notice".
categories = []
keywords = []
# Open: url, aliases, cvss.

[versions]
# Taken back: 0.2.0. What is published above counts as mended; see to it that it is.
patched = [">= 0.2.1"]
unaffected = ["< 0.2.0"]
```

# Reads past the end

A crafted header makes it read past its buffer.

`lib1` 0.2.0 was taken back from crates-io with a yank; lock files that name it go on using it until `cargo update`. Use >= 0.2.1.

"#]]
        .raw()
    );
    assert!(draft("0.2.0", "0.1.0 0.2.0", None).contains("# Open: what is wrong with `lib1`"));
}
