//! The cases, by number, as far as they can be written down as facts; `tests/it/cases.rs` lists all
//! of them, and the tests of those that Cargo, git or a registry have a say in.
//!
//! `decide/notation.rs` says how to read the worlds. What is planned comes in lines: the packages
//! with their versions, the order, the requirements that are rewritten, the findings.

use super::build;
use super::sample::{codes, complete, options};
use crate::decide::Request;
use crate::decide::notation::request;

/// What is planned, in lines.
pub(super) fn planned(packages: &str, happened: &str, asked: &str) -> String {
    let (facts, mut policy) = complete(packages, happened);
    let request = request(asked, &mut policy);
    let plan = match build(&facts, &policy, &request, &options()) {
        Ok(plan) => plan,
        Err(error) => return error.to_string(),
    };
    let mut lines: Vec<String> = Vec::new();
    for planned in &plan.packages {
        let (name, from, to) = (&planned.name, &planned.from, &planned.to);
        lines.push(if from == to {
            format!("{name} {to}")
        } else {
            format!("{name} {from} -> {to}")
        });
    }
    let waves: Vec<String> = plan
        .waves
        .iter()
        .map(|wave| wave.iter().map(ToString::to_string).collect::<Vec<_>>().join(" "))
        .collect();
    if plan.packages.len() > 1 {
        lines.push(format!("order {}", waves.join(" | ")));
    }
    for change in &plan.requirements {
        lines.push(format!("{} {}: {} -> {}", change.file, change.key, change.from, change.to));
    }
    lines.extend(codes(&plan.findings).into_iter().map(|code| format!("! {code}")));
    lines.join("\n")
}

/// Checks what is planned.
#[track_caller]
pub(super) fn check(packages: &str, happened: &str, asked: &str, expected: &str) {
    let said = planned(packages, happened, asked);
    let expected: Vec<&str> = expected.lines().map(str::trim).filter(|l| !l.is_empty()).collect();
    assert_eq!(said, expected.join("\n"), "\n{said}\n");
}

const CHAIN: &str = "lib1 0.1.0; lib2 0.2.0 -> lib1 0.1.0; lib3 0.3.0 -> lib2 0.2.0; \
                     bin 1.3.0 bin -> lib3 0.3.0; lib4 0.1.0";

#[test]
fn case_01_a_break_goes_up_the_chain_to_the_binary() {
    check(
        CHAIN,
        "lib1: feat!: greet takes a name",
        "",
        "bin 1.3.0 -> 1.3.1
         lib1 0.1.0 -> 0.2.0
         lib2 0.2.0 -> 0.3.0
         lib3 0.3.0 -> 0.4.0
         order lib1 | lib2 | lib3 | bin
         bin/Cargo.toml dependencies.lib3: ^0.3.0 -> ^0.4.0
         lib2/Cargo.toml dependencies.lib1: ^0.1.0 -> ^0.2.0
         lib3/Cargo.toml dependencies.lib2: ^0.2.0 -> ^0.3.0",
    );
}

#[test]
fn case_02_a_private_edge_ends_the_chain() {
    check(
        "lib1 0.1.0; lib2 0.2.0 -private-> lib1 0.1.0; lib3 0.3.0 -> lib2 0.2; \
         bin 1.3.0 bin -> lib3 0.3.0; lib4 0.1.0",
        "lib1: feat!: greet takes a name",
        "",
        "lib1 0.1.0 -> 0.2.0
         lib2 0.2.0 -> 0.2.1
         order lib1 | lib2
         lib2/Cargo.toml dependencies.lib1: ^0.1.0 -> ^0.2.0",
    );
}

#[test]
fn case_03_a_breaking_refactoring_moves_all_of_a_chain() {
    let (packages, happened) =
        ("a 0.8.0; b 0.8.0 -> a 0.8.0; c 8.0.0 -> b 0.8.0", "a: refactor!: it");
    check(
        packages,
        happened,
        "",
        "a 0.8.0 -> 0.9.0
         b 0.8.0 -> 0.9.0
         c 8.0.0 -> 9.0.0
         order a | b | c
         b/Cargo.toml dependencies.a: ^0.8.0 -> ^0.9.0
         c/Cargo.toml dependencies.b: ^0.8.0 -> ^0.9.0",
    );
    let (facts, policy) = complete(packages, happened);
    let plan = build(&facts, &policy, &Request::default(), &options()).expect("a plan");
    let chains: Vec<String> = plan
        .packages
        .iter()
        .map(|planned| {
            let because = planned.reasons[0].because.iter().map(ToString::to_string);
            [planned.name.to_string()].into_iter().chain(because).collect::<Vec<_>>().join(" < ")
        })
        .collect();
    assert_eq!(chains, ["a", "b < a", "c < b < a"]);
}

#[test]
fn case_04_the_first_release_is_at_the_manifests_version() {
    check("a 0.8.0 new", "a: feat!: it", "", "a 0.8.0\n! note first-release");
}

#[test]
fn case_05_a_version_raised_by_hand_stays() {
    check("a 0.2.0 published=0.1.0 tagged=0.1.0", "a: feat: it", "", "a 0.2.0");
    check("a 0.2.0 published=0.1.0 tagged=0.1.0", "a: feat!: it", "", "a 0.2.0");
    check(
        "a 0.1.1 published=0.1.0 tagged=0.1.0",
        "a: feat!: it",
        "",
        "a 0.1.1 -> 0.2.0\n! error raised-too-little a",
    );
}

#[test]
fn case_06_a_version_that_exists_is_refused_and_the_latest_named() {
    let world = "a 0.1.0 published=0.1.0,0.1.1,0.3.0";
    check(world, "a: fix: it", "", "a 0.1.0 -> 0.1.1\n! error version-exists a");
    let (facts, policy) = complete(world, "a: fix: it");
    let plan = build(&facts, &policy, &Request::default(), &options()).expect("a plan");
    let text = &plan.findings[0].text;
    assert!(text.contains("0.1.1") && text.contains("0.3.0"), "{text}");
    for (kind, free) in [("fix", "a=0.3.1"), ("feat!", "a=0.4.0")] {
        let world = "a 0.1.0 published=0.1.0,0.1.1,0.2.0,0.3.0";
        let (facts, policy) = complete(world, &format!("a: {kind}: it"));
        let plan = build(&facts, &policy, &Request::default(), &options()).expect("a plan");
        let hint = plan.findings[0].hint.as_deref().unwrap_or_default();
        assert!(hint.ends_with(&format!("cargo orchestrate plan --bump {free}`")), "{hint}");
    }
}

#[test]
fn case_07_a_dependent_moves_when_its_requirement_ends() {
    let table = [
        ("^1.0.0", "fix", ""),
        ("~1.0.0", "fix", ""),
        ("=1.0.0", "fix", "1.0.1"),
        ("^1.0.0", "feat", ""),
        ("~1.0.0", "feat", "1.0.1"),
        ("=1.0.0", "feat", "1.0.1"),
        ("^1.0.0", "feat!", "2.0.0"),
        ("~1.0.0", "feat!", "2.0.0"),
        ("=1.0.0", "feat!", "2.0.0"),
    ];
    for (requirement, kind, expected) in table {
        let happened = format!("pkg-b: {kind}: it");
        let moves = |arrow: &str| {
            let world = format!("pkg-a 1.0.0 {arrow} pkg-b {requirement}; pkg-b 1.0.0");
            let said = planned(&world, &happened, "");
            let line = said.lines().find_map(|line| line.strip_prefix("pkg-a 1.0.0 -> "));
            line.unwrap_or_default().to_owned()
        };
        assert_eq!(moves("->"), expected, "{requirement} {kind}");
        assert_eq!(moves("-dev->"), "", "{requirement} {kind}");
    }
}

#[test]
fn case_08_of_a_normal_and_a_dev_edge_the_normal_one_decides() {
    for world in [
        "a 1.0.0 -> b =1.0.0 -dev-> b =1.0.0; b 1.0.0",
        "a 1.0.0 -dev-> b =1.0.0 -> b =1.0.0; b 1.0.0",
    ] {
        check(
            world,
            "b: fix: it",
            "",
            "a 1.0.0 -> 1.0.1
             b 1.0.0 -> 1.0.1
             order b | a
             a/Cargo.toml dependencies.b: =1.0.0 -> =1.0.1
             a/Cargo.toml dev-dependencies.b: =1.0.0 -> =1.0.1",
        );
    }
}

#[test]
fn case_09_a_pre_release_is_named_by_who_requires_it() {
    check(
        "a 1.0.0 -> b 1.0.0; b 1.0.0",
        "b: feat: it",
        "pre:b=rc",
        "a 1.0.0 -> 1.0.1
         b 1.0.0 -> 1.1.0-rc.1
         order b | a
         a/Cargo.toml dependencies.b: ^1.0.0 -> ^1.1.0-rc.1",
    );
}

#[test]
fn case_10_an_inherited_requirement_changes_in_the_root_and_makes_a_dependent() {
    check(
        "a 1.0.0 -inherited-> b 1.0.0; b 1.0.0",
        "b: feat!: it",
        "",
        "a 1.0.0 -> 2.0.0
         b 1.0.0 -> 2.0.0
         order b | a
         Cargo.toml workspace.dependencies.b: ^1.0.0 -> ^2.0.0",
    );
}

#[test]
fn case_11_an_inherited_version_moves_alone() {
    check(
        "a 0.2.0 inherits; b 0.2.0 inherits -> a 0.2; c 0.2.0",
        "a: feat: it",
        "a=major",
        "a 0.2.0 -> 1.0.0
         b 0.2.0 -> 1.0.0
         order a | b
         b/Cargo.toml dependencies.a: ^0.2 -> ^1.0",
    );
}

#[test]
fn case_12_tests_that_need_each_other() {
    check(
        "a 1.0.0 -dev-> b; b 1.0.0 -> a 1.0.0",
        "a: feat!: it\nb: fix: it",
        "",
        "a 1.0.0 -> 2.0.0
         b 1.0.0 -> 2.0.0
         order a | b
         b/Cargo.toml dependencies.a: ^1.0.0 -> ^2.0.0",
    );
    let world = "a 1.0.0 -dev-> b 1.0.0; b 1.0.0 -> a 1.0.0";
    let (facts, policy) = complete(world, "a: feat!: it\nb: fix: it");
    let plan = build(&facts, &policy, &Request::default(), &options()).expect("a plan");
    assert_eq!(codes(&plan.findings), ["error dev-cycle a"]);
    let text = &plan.findings[0].text;
    assert!(text.contains("a and b"), "{text}");
}

#[test]
fn case_13_what_unlocks_most_goes_first() {
    check(
        "a 1.0.0 -> c 1.0.0; b 1.0.0 -> c 1.0.0; c 1.0.0 -> d 1.0.0 -> e 1.0.0; d 1.0.0; e 1.0.0",
        "a: fix: it\nb: fix: it\nc: fix: it\nd: fix: it\ne: fix: it",
        "-p a -p b",
        "a 1.0.0 -> 1.0.1
         b 1.0.0 -> 1.0.1
         c 1.0.0 -> 1.0.1
         d 1.0.0 -> 1.0.1
         e 1.0.0 -> 1.0.1
         order d e | c | a b
         a/Cargo.toml dependencies.c: ^1.0.0 -> ^1.0.1
         b/Cargo.toml dependencies.c: ^1.0.0 -> ^1.0.1
         c/Cargo.toml dependencies.d: ^1.0.0 -> ^1.0.1
         c/Cargo.toml dependencies.e: ^1.0.0 -> ^1.0.1",
    );
    // Of those that are ready, the one with the longest chain above it.
    let waves = planned(
        "a 1.0.0; b 1.0.0; c 1.0.0 -> b 1.0.0; d 1.0.0 -> c 1.0.0; e 1.0.0 -> a 1.0.0",
        "a: fix: it\nb: fix: it\nc: fix: it\nd: fix: it\ne: fix: it",
        "",
    );
    assert!(waves.contains("order b a | c e | d"), "{waves}");
}

#[test]
fn case_14_a_version_that_is_ours_is_not_released_again() {
    check(
        "a 1.0.1 tagged=1.0.0 published=1.0.0,1.0.1; b 1.0.1 tagged=1.0.0 published=1.0.0",
        "a: fix: it\nb: fix: it",
        "",
        "b 1.0.1\n! warning tag-missing a",
    );
    check("a 1.0.1; b 1.0.1", "", "", "! note nothing-to-release");
}

#[test]
fn case_15_a_back_port_counts_from_its_own_branch() {
    check("a 0.1.0 published=0.1.0,0.2.0", "a: fix: it", "", "a 0.1.0 -> 0.1.1");
    check("a 1.4.2 published=1.4.2,2.0.0", "a: feat: it", "", "a 1.4.2 -> 1.5.0");
}

#[test]
fn case_18_a_downgrade_is_refused() {
    check("a 1.2.0", "a: fix: it", "a=1.1.0", "a 1.2.0 -> 1.2.1\n! error downgrade a");
    check("a 1.2.0", "", "a=1.2.0-rc.1", "a 1.2.0\n! error downgrade a");
}
