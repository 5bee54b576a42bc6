//! Lines of the rules that only a whole plan shows: versions, order, requirements and findings
//! together; `case_tests.rs` says how they are written.

use super::build;
use super::case_tests::{check, planned};
use super::sample::{codes, complete, options};
use crate::decide::Request;

#[test]
fn groups_and_dependents_come_to_a_common_fix_point() {
    check(
        "a 1.0.0; b 1.0.0; c 1.0.0 -> b ^1; d 1.0.0; e 1.0.0 -> d ^1; f 1.0.0",
        "a: feat!: it",
        "fixed:x=a,b fixed:y=c,d",
        "a 1.0.0 -> 2.0.0
         b 1.0.0 -> 2.0.0
         c 1.0.0 -> 2.0.0
         d 1.0.0 -> 2.0.0
         e 1.0.0 -> 2.0.0
         order b d a | c e
         c/Cargo.toml dependencies.b: ^1 -> ^2
         e/Cargo.toml dependencies.d: ^1 -> ^2",
    );
    // The groups need each other: what `a` does to `b` comes back to `b` from `d`.
    check(
        "a 1.0.0; b 1.0.0 -> d ^1; c 1.0.0 -> b ^1; d 1.3.0",
        "d: fix: it\na: feat!: it",
        "fixed:x=a,b linked:y=c,d",
        "a 1.0.0 -> 2.0.0
         b 1.0.0 -> 2.0.0
         c 1.0.0 -> 2.0.0
         d 1.3.0 -> 2.0.0
         order d a | b | c
         b/Cargo.toml dependencies.d: ^1 -> ^2
         c/Cargo.toml dependencies.b: ^1 -> ^2",
    );
}

#[test]
fn a_pre_release_dependent_gets_the_next_pre_release() {
    check(
        "b 1.0.0; a 1.1.0-rc.1 published=1.0.0,1.1.0-rc.1 -> b =1.0.0",
        "b: fix: it",
        "",
        "a 1.1.0-rc.1 -> 1.1.0-rc.2
         b 1.0.0 -> 1.0.1
         order b | a
         a/Cargo.toml dependencies.b: =1.0.0 -> =1.0.1",
    );
    check(
        "b 1.0.0; a 1.1.0-rc.1 published=1.0.0,1.1.0-rc.1 -> b 1.0.0",
        "b: feat!: it",
        "",
        "a 1.1.0-rc.1 -> 2.0.0-rc.1
         b 1.0.0 -> 2.0.0
         order b | a
         a/Cargo.toml dependencies.b: ^1.0.0 -> ^2.0.0",
    );
}

#[test]
fn whoever_names_one_pre_release_follows_to_the_release() {
    check(
        "b 1.1.0-rc.2 published=1.0.0,1.1.0-rc.2; a 1.0.0 -> b =1.1.0-rc.2; c 1.0.0 -> b 1.1.0-rc.2",
        "",
        "finish:b",
        "a 1.0.0 -> 1.0.1
         b 1.1.0-rc.2 -> 1.1.0
         order b | a
         a/Cargo.toml dependencies.b: =1.1.0-rc.2 -> =1.1.0",
    );
}

#[test]
fn every_release_below_zero_one_breaks_all_the_way_up() {
    check(
        "a 0.0.3; b 0.0.3 -> a 0.0.3; c 0.1.0 -> b 0.0.3",
        "a: fix: it",
        "",
        "a 0.0.3 -> 0.0.4
         b 0.0.3 -> 0.0.4
         c 0.1.0 -> 0.2.0
         order a | b | c
         b/Cargo.toml dependencies.a: ^0.0.3 -> ^0.0.4
         c/Cargo.toml dependencies.b: ^0.0.3 -> ^0.0.4",
    );
}

#[test]
fn a_versioned_dev_edge_orders_and_one_by_path_does_not() {
    let orders = |edge: &str| {
        let said = planned(&format!("a 1.0.0 {edge}; b 1.0.0"), "a: fix: it\nb: fix: it", "");
        said.lines().find_map(|line| line.strip_prefix("order ").map(str::to_owned))
    };
    assert_eq!(orders("-dev-> b ^1.0.0").as_deref(), Some("b | a"));
    assert_eq!(orders("-dev-> b").as_deref(), Some("a b"));
    assert_eq!(orders("-build-> b ^1.0.0").as_deref(), Some("b | a"));
}

#[test]
fn a_cycle_of_versioned_dev_edges_is_told_with_its_members_and_the_mend() {
    let (facts, policy) =
        complete("a 1.0.0 -dev-> c 1.0.0; b 1.0.0 -> a 1.0.0; c 1.0.0 -> b 1.0.0", "a: feat!: it");
    let plan = build(&facts, &policy, &Request::default(), &options()).expect("a plan");
    assert_eq!(codes(&plan.findings), ["error dev-cycle a"]);
    let (text, hint) = (&plan.findings[0].text, plan.findings[0].hint.as_deref());
    assert!(text.starts_with("a, b and c"), "{text}");
    assert!(hint.is_some_and(|hint| hint.contains("version")), "{hint:?}");
}

#[test]
fn every_entry_that_names_a_version_is_rewritten_with_its_own_operator() {
    check(
        "a 1.0.0 -> b =1.0.0 -build-> b ^1.0.0 -dev-> b ~1.0.0; b 1.0.0",
        "b: feat!: it",
        "",
        "a 1.0.0 -> 2.0.0
         b 1.0.0 -> 2.0.0
         order b | a
         a/Cargo.toml build-dependencies.b: ^1.0.0 -> ^2.0.0
         a/Cargo.toml dependencies.b: =1.0.0 -> =2.0.0
         a/Cargo.toml dev-dependencies.b: ~1.0.0 -> ~2.0.0",
    );
    check(
        "a 1.0.0 -> b >=1.0.0,<2.0.0; b 1.0.0",
        "b: feat!: it",
        "",
        "a 1.0.0 -> 2.0.0
         b 1.0.0 -> 2.0.0
         order b | a
         a/Cargo.toml dependencies.b: >=1.0.0, <2.0.0 -> >=2.0.0, <3.0.0",
    );
}

#[test]
fn a_wildcard_is_never_rewritten_and_what_it_cannot_follow_is_refused() {
    check("a 1.0.0 unpublishable -> b *; b 1.0.0", "b: feat!: it", "", "b 1.0.0 -> 2.0.0");
    check(
        "a 1.0.0 -> b *; b 1.0.0",
        "b: feat: it",
        "pre:b=rc",
        "a 1.0.0 -> 1.0.1
         b 1.0.0 -> 1.1.0-rc.1
         order b | a
         ! error cannot-rewrite b
         ! error wildcard-requirement a",
    );
}

#[test]
fn a_selection_brings_what_its_packages_were_built_with_however_that_was_decided() {
    check(
        "new 0.1.0 new; raised 1.1.0 released=1.0.0; tagged 1.0.1 tagged=1.0.1 published=1.0.0; \
         old 1.0.0; user 1.0.0 -> new 0.1.0 -> raised 1.1.0 -> tagged 1.0.1 -> old 1.0.0",
        "user: fix: it",
        "-p user",
        "new 0.1.0
         raised 1.1.0
         tagged 1.0.1
         user 1.0.0 -> 1.0.1
         order new raised tagged | user
         ! note first-release",
    );
}

#[test]
fn a_selection_leaves_dependents_which_still_resolve_and_are_named() {
    check(
        "a 1.0.0; b 1.0.0 -> a 1.0.0; c 1.0.0 -> a 1.0.0",
        "a: feat!: it\nb: fix: it",
        "-p b",
        "a 1.0.0 -> 2.0.0
         b 1.0.0 -> 2.0.0
         order a | b
         b/Cargo.toml dependencies.a: ^1.0.0 -> ^2.0.0
         c/Cargo.toml dependencies.a: ^1.0.0 -> ^2.0.0
         ! note would-follow c",
    );
}

#[test]
fn a_tag_that_nothing_was_published_for_is_told_with_both_ways_out_once_things_changed() {
    let (facts, policy) = complete("a 1.0.1 tagged=1.0.1 published=1.0.0", "a: fix: it");
    let plan = build(&facts, &policy, &Request::default(), &options()).expect("a plan");
    let finding = plan.findings.iter().find(|finding| finding.code == "tagged-never-published");
    let finding = finding.expect("it is told");
    let hint = finding.hint.as_deref().unwrap_or_default();
    assert!(hint.contains("a-v1.0.1") && hint.contains("--bump a="), "{hint}");
}
