//! Whole plans of small worlds; `decide/notation.rs` says how to read them.

use super::sample::{BREAK, CHAIN, complete, edited, options, path, plan};
use super::{
    Action, Guard, Options, Plan, Severity, Step, Verification, build, canonical, identify,
};
use crate::decide::Request;
use crate::decide::notation::{name, request, version};
use crate::decide::oracle::worlds;
use crate::facts::Tag;
use crate::manifest::Manifest;
use crate::model::{EdgeKind, Oid, RelPath, VersionReq};
use crate::policy::{Gate, GateCommand, Place, Policy, ReleaseType, TypePolicy};
use proptest::prelude::*;
use std::collections::BTreeMap;

#[test]
fn a_release_goes_through_its_steps_in_order() {
    let (_, plan) = plan(CHAIN, BREAK);
    let steps: Vec<String> = plan
        .steps
        .iter()
        .map(|step| {
            let needs: Vec<&str> = step.needs.iter().map(|need| need.0.as_str()).collect();
            format!("{} <- {}", step.id, needs.join(" "))
        })
        .collect();
    assert_eq!(
        steps,
        [
            "write-files <- ",
            "commit <- write-files",
            "pack <- commit",
            "push-commit <- pack",
            "upload:lib1@0.2.0 <- pack push-commit",
            "upload:lib2@0.3.0 <- pack push-commit upload:lib1@0.2.0",
            "upload:bin@1.3.1 <- pack push-commit upload:lib2@0.3.0",
            "tag <- upload:lib1@0.2.0 upload:lib2@0.3.0 upload:bin@1.3.1",
            "push-tags <- tag",
        ]
    );
    assert!(plan.findings.is_empty(), "{:?}", plan.findings);
    let waves: Vec<usize> = plan.packages.iter().map(|planned| planned.wave).collect();
    assert_eq!(waves, [3, 1, 2]);
    assert_eq!(plan.packages[1].tag, "lib1-v0.2.0");
    assert_eq!(plan.packages[1].baseline.as_deref(), Some("lib1-v0.1.0"));
    let Action::Commit { message, files, removed } = &plan.steps[1].action else {
        panic!("a commit")
    };
    assert_eq!(message, "release: bin 1.3.1, lib1 0.2.0, lib2 0.3.0");
    let files: Vec<&str> = files.iter().map(RelPath::as_str).collect();
    assert_eq!(files, ["Cargo.lock", "bin/Cargo.toml", "lib1/Cargo.toml", "lib2/Cargo.toml"]);
    assert!(removed.is_empty());
    assert_eq!(plan.guards.len(), 1 + 4 + 3);
    assert!(
        plan.guards
            .contains(&Guard::Highest { package: name("lib1"), version: Some(version("0.1.0")) })
    );
    assert_eq!(plan.id, identify(&plan));
}

#[test]
fn versions_requirements_and_the_lock_file_are_edited_and_nothing_else() {
    let (facts, plan) = plan(CHAIN, BREAK);
    let texts = edited(&facts, &plan);
    let text = &texts[&path("lib2/Cargo.toml")];
    assert!(text.contains("version = \"0.3.0\""), "{text}");
    assert!(text.contains("lib1 = { version = \"^0.2.0\", path = \"../lib1\" }"), "{text}");
    let lock = &texts[&path("Cargo.lock")];
    assert!(lock.contains("name = \"bin\"\nversion = \"1.3.1\""), "{lock}");
    assert!(lock.contains("name = \"lib4\"\nversion = \"0.4.0\""), "{lock}");
    let changes: Vec<String> = plan
        .requirements
        .iter()
        .map(|change| format!("{} {} {} {}", change.file, change.key, change.from, change.to))
        .collect();
    assert_eq!(
        changes,
        [
            "bin/Cargo.toml dependencies.lib2 ^0.2.0 ^0.3.0",
            "lib2/Cargo.toml dependencies.lib1 ^0.1.0 ^0.2.0",
        ]
    );
}

#[test]
fn an_inherited_version_and_an_inherited_requirement_change_the_root_alone() {
    let (facts, plan) = plan(
        "a 0.2.0 inherits; b 0.2.0 inherits -inherited-> a 0.2; c 0.2.0; \
         d 0.2.0 inherits unpublishable",
        "a: feat!: it",
    );
    let texts = edited(&facts, &plan);
    let files: Vec<&str> = texts.keys().map(RelPath::as_str).collect();
    assert_eq!(files, ["Cargo.lock", "Cargo.toml"]);
    let text = &texts[&path("Cargo.toml")];
    assert!(text.starts_with("# The whole workspace.\n"));
    assert!(text.contains("[workspace.package]\nversion = \"0.3.0\""), "{text}");
    assert!(text.contains("a = { version = \"^0.3\", path = \"a\" }"), "{text}");
    let lock = &texts[&path("Cargo.lock")];
    assert!(lock.contains("name = \"d\"\nversion = \"0.3.0\""), "{lock}");
    assert!(lock.contains("name = \"c\"\nversion = \"0.2.0\""), "{lock}");
}

#[test]
fn requirements_of_members_that_are_not_released_follow_where_they_must() {
    let (facts, plan) = plan(
        "a 1.0.0; tool 1.0.0 unpublishable -> a 1.0.0; tests 1.0.0 -dev-> a 1.0.0; \
         loose 1.0.0 -> a >=1",
        "a: feat!: it",
    );
    let texts = edited(&facts, &plan);
    let files: Vec<&str> = texts.keys().map(RelPath::as_str).collect();
    assert_eq!(files, ["Cargo.lock", "a/Cargo.toml", "tests/Cargo.toml", "tool/Cargo.toml"]);
    let names: Vec<&str> = plan.packages.iter().map(|planned| planned.name.as_str()).collect();
    assert_eq!(names, ["a"]);
}

#[test]
fn whoever_is_released_anyway_names_what_it_was_built_with() {
    let (_, plan) =
        plan("a 1.0.0; b 1.0.0 -> a 1.0.0; c 1.0.0 -> a 1.0.0", "a: fix: it\nb: fix: it");
    let changes: Vec<&str> = plan.requirements.iter().map(|change| change.file.as_str()).collect();
    assert_eq!(changes, ["b/Cargo.toml"]);
    assert_eq!(plan.requirements[0].to, "^1.0.1");
}

#[test]
fn a_tag_that_stands_is_released_as_it_stands() {
    let (mut facts, policy) = complete("a 1.0.1 tagged=1.0.1 published=1.0.0; b 1.0.0", "");
    let commit = Oid::from_hex("bbbbbbbbbb");
    let tag = Tag { oid: commit.clone(), commit, reachable: true };
    facts.repository.tags.insert("a-v1.0.1".to_owned(), tag);
    let plan = build(&facts, &policy, &Request::default(), &options()).expect("a plan");
    let ids: Vec<&str> = plan.steps.iter().map(|step| step.id.0.as_str()).collect();
    assert_eq!(ids, ["pack", "push-commit", "upload:a@1.0.1", "push-tags"]);
    assert!(plan.findings.is_empty(), "{:?}", plan.findings);
}

#[test]
fn without_pushing_nothing_names_a_remote() {
    let (facts, policy) = complete(CHAIN, BREAK);
    let options = Options {
        push: false,
        registry: None,
        verification: Verification::Build,
        publish_pins: false,
        hotfix_of: None,
    };
    let plan = build(&facts, &policy, &Request::default(), &options).expect("a plan");
    assert_eq!(plan.remote, None);
    assert!(plan.steps.iter().all(|step| !step.id.0.starts_with("push")));
}

#[test]
fn one_tag_serves_all_that_share_a_version() {
    let (facts, mut policy) = complete("a 0.2.0 inherits; b 0.2.0 inherits", "a: fix: it");
    policy.tag_template = Some("v{version}".to_owned());
    let plan = build(&facts, &policy, &Request::default(), &options()).expect("a plan");
    let tags = plan.steps.iter().find_map(|step| match &step.action {
        Action::Tag { tags } => Some(tags.clone()),
        _ => None,
    });
    let names: Vec<String> = tags.expect("tags").into_iter().map(|tag| tag.name).collect();
    assert_eq!(names, ["v0.2.1"]);
}

#[test]
fn a_long_list_of_packages_goes_to_the_body_of_the_commit() {
    let packages: Vec<String> = (0..9).map(|n| format!("a-long-name-{n} 1.0.0")).collect();
    let events: Vec<String> = (0..9).map(|n| format!("a-long-name-{n}: fix: it")).collect();
    let (_, plan) = plan(&packages.join(";"), &events.join("\n"));
    let Action::Commit { message, .. } = &plan.steps[1].action else { panic!("a commit") };
    assert!(message.starts_with("release: 9 packages\n\n- a-long-name-0 1.0.1\n- "), "{message}");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn plans_are_closed_ordered_and_repeatable((packages, happened, given) in worlds()) {
        let (facts, mut policy) = complete(&packages, &happened);
        let request = request(&given, &mut policy);
        let plan = build(&facts, &policy, &request, &options()).expect("a plan");
        let again = build(&facts.clone(), &policy, &request, &options()).expect("a plan");
        prop_assert_eq!(canonical(&plan), canonical(&again));
        let read: Plan = serde_json::from_str(&canonical(&plan)).expect("what was written");
        prop_assert_eq!(&read, &plan);
        // Every step stands behind what it needs, and uploads behind what they depend on.
        let mut done = Vec::new();
        for step in &plan.steps {
            prop_assert!(step.needs.iter().all(|need| done.contains(need)), "{}", step.id);
            if let Action::Upload(upload) = &step.action {
                let edges = &facts.workspace.packages[&upload.package].edges;
                for edge in edges.iter().filter(|edge| edge.kind != EdgeKind::Dev) {
                    let before = plan.package(&edge.to);
                    let id = before.map(|p| format!("upload:{}@{}", p.name, p.to));
                    prop_assert!(id.is_none_or(|id| step.needs.iter().any(|need| need.0 == id)));
                }
            }
            done.push(step.id.clone());
        }
        // After the edits every requirement with a path matches the version it points to.
        if plan.findings.iter().any(|finding| finding.severity == Severity::Error) {
            return Ok(());
        }
        let mut texts = facts.manifests.clone();
        texts.extend(edited(&facts, &plan));
        texts.remove(&path("Cargo.lock"));
        let parsed: BTreeMap<_, _> = texts
            .iter()
            .map(|(path, text)| (path.clone(), Manifest::parse(path, text).expect("still TOML")))
            .collect();
        for (file, manifest) in &parsed {
            for entry in manifest.declarations() {
                let target = &facts.workspace.packages[&entry.package];
                let is = parsed[&target.manifest].version().expect("a version").value.clone();
                let Some(requirement) = &entry.requirement else { continue };
                let matches = VersionReq::parse(&requirement.value)
                    .expect("a requirement")
                    .matches(&version(&is));
                prop_assert!(matches, "{file}: {} {} {is}", entry.key, requirement.value);
            }
        }
    }
}

#[test]
fn the_type_of_a_release_decides_which_gates_it_has() {
    let gates = [("fmt", vec!["cargo", "fmt", "--check"]), ("test", vec!["cargo", "test"])];
    let gate = |(name, words): &(&str, Vec<&str>)| {
        let gate = Gate {
            name: (*name).to_owned(),
            command: GateCommand(words.iter().map(|word| (*word).to_owned()).collect()),
            timeout: std::time::Duration::from_mins(1),
            place: Place {
                file: path("orchestrate.toml"),
                line: 1,
                column: 1,
                excerpt: String::new(),
            },
        };
        ((*name).to_owned(), gate)
    };
    let of = |names: &[&str]| TypePolicy {
        gates: names.iter().map(|name| (*name).to_owned()).collect(),
        rollback: None,
    };
    let types = BTreeMap::from([
        (ReleaseType::Regular, of(&["test", "fmt"])),
        (ReleaseType::Hotfix, of(&["test"])),
    ]);
    let table = [
        ("a 1.0.0", "a: fix: x", None, "regular: test, fmt"),
        ("a 1.0.0-rc.1", "a: fix: x", None, "pre-release: "),
        ("a 1.0.0-rc.1; b 1.0.0", "a: fix: x\nb: fix: y", None, "regular: test, fmt"),
        ("a 1.0.0", "a: fix: x", Some("some-release".to_owned()), "hotfix: test"),
    ];
    for (packages, happened, hotfix_of, expected) in table {
        let (facts, policy) = complete(packages, happened);
        let gates = gates.iter().map(gate).collect();
        let policy = Policy { gates, types: types.clone(), ..policy };
        let options = Options { hotfix_of, ..options() };
        let plan = build(&facts, &policy, &Request::default(), &options).expect("a plan");
        let names: Vec<&str> = plan.gates().map(|(name, _)| name).collect();
        assert_eq!(format!("{}: {}", plan.release_type, names.join(", ")), expected);
        let place = |id: &str| plan.steps.iter().position(|step| step.id.0 == id);
        for step in plan.steps.iter().filter(|step| step.id.0.starts_with("gate:")) {
            let at = place(&step.id.0);
            assert!(place("pack") < at && at < place("push-commit"));
            let waits = |step_of: &&Step| !step_of.needs.contains(&step.id);
            let before =
                |of: &&Step| matches!(of.action, Action::Upload(_) | Action::PushCommit { .. });
            assert_eq!(plan.steps.iter().filter(before).find(waits), None, "all waits for it");
        }
    }
}
