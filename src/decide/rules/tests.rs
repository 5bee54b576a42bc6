//! What the reference says about the rules is what they do.

use super::{Example, rule, rules};
use crate::decide::notation::{name, request, version, world};
use crate::decide::{Decided, decide};
use crate::facts::{Api, ApiChange, ApiCheck};
use crate::model::Impact;
use crate::policy::{ApiMode, PACKAGE_KEYS, WORKSPACE_KEYS};
use std::collections::BTreeSet;

#[test]
fn every_rule_has_its_own_id_and_is_found_by_it() {
    let ids: BTreeSet<&str> = rules().map(|rule| rule.id).collect();
    assert_eq!(ids.len(), rules().count());
    for found in rules() {
        assert_eq!(rule(found.id), Some(found));
    }
    assert_eq!(rule("no-rule"), None);
}

#[test]
fn every_example_ends_as_it_says_and_by_its_rule() {
    for rule in rules() {
        let decided = decided(&rule.example);
        assert_eq!(moves(&decided), rule.example.result, "{}", rule.id);
        let moving = decided.decisions.iter().flat_map(|decision| &decision.reasons);
        let staying = decided.unchanged.iter().flat_map(|(_, reasons)| reasons);
        let mut reasons = moving.chain(staying);
        assert!(reasons.any(|reason| reason.rule == rule.id), "{}: {decided:#?}", rule.id);
    }
}

#[test]
fn every_key_that_a_rule_names_is_a_key_of_the_configuration() {
    for rule in rules() {
        for (key, _) in rule.policy {
            let known = WORKSPACE_KEYS.contains(key) || PACKAGE_KEYS.contains(key);
            assert!(known, "{}: `{key}`", rule.id);
        }
    }
}

/// No text is missing, and none has an end of line that the source gave it.
#[test]
fn every_text_is_a_sentence() {
    for rule in rules() {
        for text in [rule.doc, rule.decides, rule.why] {
            assert!(text.ends_with('.') && !text.contains('\n') && !text.contains("  "), "{text}");
        }
    }
}

fn decided(example: &Example) -> Decided {
    let (breaking, happened): (Vec<&str>, Vec<&str>) =
        example.happened.lines().partition(|line| line.starts_with("cargo-semver-checks: "));
    let happened: Vec<String> = happened.into_iter().map(event).collect();
    let (mut facts, mut policy) = world(example.packages, &happened.join("\n"));
    let asked = example.asked.split("; ").filter(|part| !part.is_empty());
    let asked: Vec<String> = asked.map(option).collect();
    policy.api_check = ApiMode::Raise;
    let needs = Some(Impact::Breaking);
    let checks = breaking.into_iter().map(|line| {
        let of = line.split_whitespace().nth(1).expect("a package breaks");
        let change = ApiChange { since: version("1.2.0"), needs, evidence: Vec::new() };
        (name(of), ApiCheck::Compared(change))
    });
    facts.api = Some(Api { unusable: None, packages: checks.collect() });
    let request = request(&asked.join(" "), &mut policy);
    decide(&facts, &policy, &request).expect("no name is unknown")
}

/// What happened, in the notation of the other tests.
fn event(line: &str) -> String {
    if let Some(rest) = line.strip_prefix("changeset ") {
        let (file, rest) = rest.split_once(" for ").expect("FILE for PACKAGE (LEVEL): TEXT");
        return format!("+ {file} {}", rest.replacen(" (", "=", 1).replacen("):", ":", 1));
    }
    let Some((kind, rest)) = line.split_once(" `") else { return line.to_owned() };
    let kind = match kind {
        "file" => "",
        "key" => "key:",
        "input" => "input:",
        "lock" => "lock:",
        _ => return line.to_owned(),
    };
    let (thing, rest) = rest.split_once("` of ").expect("KIND `THING` of PACKAGE changed");
    format!("{}~ {kind}{thing}", rest.strip_suffix(" changed").expect("it changed"))
}

/// A flag or a key, in the notation of the other tests.
fn option(asked: &str) -> String {
    let (first, rest) = asked.split_once(' ').unwrap_or((asked, ""));
    match first {
        "--bump" => rest.to_owned(),
        "--pre" => format!("pre:{rest}"),
        "--finish" => "finish".to_owned(),
        "--hotfix" => "hotfix".to_owned(),
        "--exclude" => format!("-x {rest}"),
        "-p" => asked.to_owned(),
        "propagate" => "always".to_owned(),
        "api-check" => String::new(),
        "fixed" | "linked" => {
            let rest = rest.strip_prefix("group ").expect("KIND group NAME of PACKAGES");
            format!("{first}:{}", rest.replace(" of ", "=").replace(", ", ","))
        }
        other => panic!("`{other}` is no flag and no key"),
    }
}

fn moves(decided: &Decided) -> String {
    let moves = decided.decisions.iter().map(|decision| match (&decision.from, &decision.to) {
        (from, to) if from == to => format!("{} {to}", decision.package),
        (from, to) => format!("{} {from} -> {to}", decision.package),
    });
    let moves: Vec<String> = moves.collect();
    if moves.is_empty() { "nothing".to_owned() } else { moves.join("; ") }
}
