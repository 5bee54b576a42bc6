//! Versions that no journal knows of, and the ways to take something back.

use super::released::{World, findings as codes, residue, steps};
use crate::decide::notation::name;
use crate::facts::Tag;
use crate::model::{Oid, PackageName, Version};
use crate::plan::sample::{BREAK, CHAIN};
use crate::policy::Policy;
use crate::rollback::{
    Released, Way, Wish, compute, released_with, tag_before, tagged_versions, versions,
};

fn asked(text: &str) -> Vec<(PackageName, Version)> {
    let pair = |word: &str| {
        let (package, version) = word.split_once('@').expect("NAME@VERSION");
        (name(package), version.parse().expect("a version"))
    };
    text.split_whitespace().map(pair).collect()
}

#[test]
fn versions_are_yanked_after_those_that_require_them_by_the_index() {
    let world = World::released(CHAIN, BREAK);
    let all = asked("lib1@0.2.0 bin@1.3.1 lib2@0.3.0");
    let rollback = versions(&all, &world.facts, &Policy::default(), &Wish::default());
    assert_eq!(
        steps(&rollback),
        [
            "yank:bin@1.3.1 <-",
            "yank:lib2@0.3.0 <- yank:bin@1.3.1",
            "yank:lib1@0.2.0 <- yank:lib2@0.3.0",
            "prove-resolution <- yank:bin@1.3.1 yank:lib2@0.3.0 yank:lib1@0.2.0",
        ]
    );
    assert_eq!(residue(&rollback), ["3 numbers", "lock files"]);
    assert_eq!(rollback.of, "lib1@0.2.0, bin@1.3.1, lib2@0.3.0");
    assert_eq!(codes(&rollback), ["note yank-only"]);
}

#[test]
fn what_would_break_or_is_not_there_is_said_at_once() {
    let world = World::released(CHAIN, BREAK);
    let wish = Wish { way: Way::YankOnly, ..Wish::default() };
    let said = |text: &str| {
        codes(&versions(&asked(text), &world.facts, &Policy::default(), &wish)).join(", ")
    };
    assert_eq!(said("bin@1.3.1"), "");
    assert_eq!(said("lib1@0.2.0"), "error would-break lib1, note closure");
    let rollback = versions(&asked("lib1@0.2.0"), &world.facts, &Policy::default(), &wish);
    let closure = rollback.findings.iter().find(|it| it.code == "closure").expect("a note");
    // Who needs what goes along goes along, too.
    assert_eq!(closure.text, "2 versions would have to go as well: bin@1.3.1, lib2@0.3.0");
    let hint = closure.hint.as_deref().unwrap_or_default();
    assert!(hint.contains("yank-rollback lib1@0.2.0 bin@1.3.1 lib2@0.3.0 "), "{hint}");
    assert_eq!(
        said("lib1@9.0.0 lib3@0.1.0 bin@1.3.1"),
        "error not-published lib1, error unknown-package lib3"
    );
    // The version before goes as well: nothing is left to go back to.
    assert_eq!(said("bin@1.3.1 bin@1.3.0"), "error last-version bin");
    let allowed = Wish { allow_last: true, ..wish };
    let rollback =
        versions(&asked("bin@1.3.1 bin@1.3.0"), &world.facts, &Policy::default(), &allowed);
    assert_eq!(codes(&rollback), ["warning last-version bin"]);
}

#[test]
fn a_tag_stands_for_all_that_was_tagged_with_it_and_is_out() {
    let mut world = World::released(CHAIN, BREAK);
    for new in ["lib1-v0.2.0", "lib2-v0.3.0", "bin-v7.0.0"] {
        let commit = Oid::from_hex("bbbbbbbbbb");
        let tag = Tag { oid: commit.clone(), commit, reachable: true };
        world.facts.repository.tags.insert(new.to_owned(), tag);
    }
    let found = |tag: &str| {
        let commit = world.facts.repository.tags.get(tag).map(|tag| &tag.commit);
        let found = tagged_versions(&world.facts, &Policy::default(), |at| Some(at) == commit);
        found.iter().map(|(name, version)| format!("{name}@{version}")).collect::<Vec<_>>()
    };
    assert_eq!(found("lib2-v0.3.0"), ["lib1@0.2.0", "lib2@0.3.0"]);
    assert_eq!(found("v9"), Vec::<String>::new());
}

#[test]
fn a_tag_of_the_workspace_stands_for_what_came_to_its_version_with_it() {
    let mut world = World::released(CHAIN, BREAK);
    for tag in ["v0.1.0", "v0.2.0", "v0.10.0", "release-0.1.5", "lib1-v0.1.9", "nightly"] {
        let commit = Oid::from_hex("cccccccccc");
        let tag_of = Tag { oid: commit.clone(), commit, reachable: true };
        world.facts.repository.tags.insert(tag.to_owned(), tag_of);
    }
    let policy = Policy::default();
    let before = |tag: &str| tag_before(tag, &world.facts, &policy).unwrap_or("-").to_owned();
    let found = ["v0.10.0", "v0.2.0", "v0.1.0", "release-0.1.5", "lib1-v0.2.0", "nightly"];
    assert_eq!(found.map(before), ["v0.2.0", "v0.1.0", "-", "-", "-", "-"]);
    let at = |text: &str| asked(text).into_iter().collect();
    let with = |tag: &str, there: &str, before: &str| {
        let found = released_with(tag, &world.facts, &policy, &at(there), &at(before));
        found
            .iter()
            .map(|(name, version)| format!("{name}@{version}"))
            .collect::<Vec<_>>()
            .join(" ")
    };
    let there = "lib1@0.2.0 lib2@0.3.0 lib3@0.2.0 bin@1.3.1";
    // Neither what has another version, nor what had this one already, nor what is not out.
    assert_eq!(with("v0.2.0", there, ""), "lib1@0.2.0");
    assert_eq!(with("v0.2.0", there, "lib1@0.2.0"), "");
    assert_eq!(with("v0.3.0", there, "lib2@0.2.0"), "lib2@0.3.0");
    assert_eq!(with("v9.0.0", there, ""), "");
    assert_eq!(with("nightly", there, ""), "");
}

#[test]
fn yanking_only_leaves_the_files_alone() {
    let world = World::released(CHAIN, BREAK);
    let state = world.state();
    let release = Released { id: "r1", plan: &world.plan, state: &state };
    let wish = Wish { way: Way::YankOnly, ..Wish::default() };
    let rollback = compute(&release, &world.facts, &Policy::default(), &wish);
    assert_eq!(
        steps(&rollback).last().map(String::as_str),
        Some("prove-resolution <- yank:bin@1.3.1 yank:lib2@0.3.0 yank:lib1@0.2.0")
    );
    assert_eq!(rollback.steps.len(), 4);
}
