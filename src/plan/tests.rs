//! Whole plans of small worlds; `decide/notation.rs` says how to read them.

use super::{Action, Finding, Guard, Options, Plan, Severity, build, canonical, identify};
use crate::decide::Request;
use crate::decide::notation::{name, request, version, world};
use crate::decide::oracle::worlds;
use crate::facts::{Branch, Facts, Lockfile, Registry, Remote, RemoteBranch, Tag};
use crate::manifest::{Manifest, apply};
use crate::model::{EdgeKind, Oid, Package, RegistryName, RelPath};
use crate::policy::Policy;
use proptest::prelude::*;
use std::collections::BTreeMap;
use std::fmt::Write as _;

const CHAIN: &str = "lib1 0.1.0; lib2 0.2.0 -> lib1 0.1.0; bin 1.3.0 bin -> lib2 0.2.0; lib4 0.4.0";
const BREAK: &str = "lib1: feat!: greet takes a name";

pub(crate) fn path(text: &str) -> RelPath {
    RelPath::new(text).expect("a path inside")
}

/// A world with manifests, a lock file, a branch, a remote and a registry, all in order.
pub(crate) fn complete(packages: &str, happened: &str) -> (Facts, Policy) {
    let (mut facts, policy) = world(packages, happened);
    for package in facts.workspace.packages.values_mut() {
        package.metadata.description = Some("A package".to_owned());
        package.metadata.license = Some("MIT".to_owned());
    }
    let packages: Vec<Package> = facts.workspace.packages.values().cloned().collect();
    for package in &packages {
        facts.manifests.insert(package.manifest.clone(), manifest(package));
    }
    facts.manifests.insert(path("Cargo.toml"), root(&packages));
    facts.lockfile =
        Some(Lockfile { path: path("Cargo.lock"), text: lock(&packages), tracked: true });
    let index = "sparse+https://index.crates.io/".to_owned();
    let crates_io = Registry { index, has_credential: true, unreachable: None };
    facts.registries.insert(RegistryName::crates_io(), crates_io);
    facts.repository.head = Oid::from_hex("aaaaaaaaaa");
    facts.repository.branch = Some(Branch { name: "main".to_owned() });
    facts.repository.remote = Some(Remote {
        name: "origin".to_owned(),
        branch: RemoteBranch::At(Oid::from_hex("aaaaaaaaaa")),
        tags: BTreeMap::new(),
    });
    (facts, policy)
}

fn manifest(package: &Package) -> String {
    let version = if package.inherits_version {
        "version.workspace = true".to_owned()
    } else {
        format!("version = \"{}\"", package.version)
    };
    let mut text = format!("[package]\nname = \"{}\"\n{version}\n", package.name);
    let tables = [
        (EdgeKind::Normal, "dependencies"),
        (EdgeKind::Build, "build-dependencies"),
        (EdgeKind::Dev, "dev-dependencies"),
    ];
    for (kind, table) in tables {
        let _ = write!(text, "\n[{table}]\n");
        let mut seen = Vec::new();
        for edge in package.edges.iter().filter(|edge| edge.kind == kind) {
            if seen.contains(&&edge.to) {
                continue;
            }
            seen.push(&edge.to);
            let entry = entry(&edge.to, edge.requirement.as_ref(), "../");
            let inherited = format!("{}.workspace = true", edge.to);
            let _ = writeln!(text, "{}", if edge.inherited { inherited } else { entry });
        }
    }
    text
}

fn entry(
    to: &crate::model::PackageName,
    requirement: Option<&crate::model::VersionReq>,
    up: &str,
) -> String {
    let requirement = requirement.map(|requirement| format!("version = \"{requirement}\", "));
    format!("{to} = {{ {}path = \"{up}{to}\" }}", requirement.unwrap_or_default())
}

fn root(packages: &[Package]) -> String {
    let mut text = "# The whole workspace.\n[workspace]\nmembers = [\"*\"]\n".to_owned();
    if let Some(shared) = packages.iter().find(|package| package.inherits_version) {
        let _ = write!(text, "\n[workspace.package]\nversion = \"{}\"\n", shared.version);
    }
    text.push_str("\n[workspace.dependencies]\n");
    let edges = packages.iter().flat_map(|package| &package.edges).filter(|edge| edge.inherited);
    let entries: BTreeMap<_, _> =
        edges.map(|edge| (&edge.to, entry(&edge.to, edge.requirement.as_ref(), ""))).collect();
    for entry in entries.values() {
        let _ = writeln!(text, "{entry}");
    }
    text
}

fn lock(packages: &[Package]) -> String {
    let mut text = "version = 4\n".to_owned();
    for package in packages {
        let (name, version) = (&package.name, &package.version);
        let _ = write!(text, "\n[[package]]\nname = \"{name}\"\nversion = \"{version}\"\n");
    }
    text
}

fn options() -> Options {
    Options { push: true, registry: None }
}

fn plan(packages: &str, happened: &str) -> (Facts, Plan) {
    let (facts, policy) = complete(packages, happened);
    let plan = build(&facts, &policy, &Request::default(), &options()).expect("a plan");
    (facts, plan)
}

fn codes(findings: &[Finding]) -> Vec<String> {
    let line = |finding: &Finding| {
        let package = finding.package.as_ref().map(|name| format!(" {name}")).unwrap_or_default();
        format!("{:?} {}{package}", finding.severity, finding.code).to_lowercase()
    };
    findings.iter().map(line).collect()
}

/// The texts after the plan's edits.
fn edited(facts: &Facts, plan: &Plan) -> BTreeMap<RelPath, String> {
    let files = plan.steps.iter().find_map(|step| match &step.action {
        Action::WriteFiles { files } => Some(files.clone()),
        _ => None,
    });
    let text = |path: &RelPath| {
        let lockfile = facts.lockfile.as_ref().filter(|lockfile| lockfile.path == *path);
        lockfile.map_or_else(|| facts.manifests[path].clone(), |lockfile| lockfile.text.clone())
    };
    let files = files.unwrap_or_default().into_iter();
    files
        .map(|file| {
            let after = apply(&text(&file.path), &file.edits).expect("the edits fit");
            assert_eq!(crate::model::Digest::of(after.as_bytes()), file.after);
            (file.path, after)
        })
        .collect()
}

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
    let Action::Commit { message, files } = &plan.steps[1].action else { panic!("a commit") };
    assert_eq!(message, "release: bin 1.3.1, lib1 0.2.0, lib2 0.3.0");
    let files: Vec<&str> = files.iter().map(RelPath::as_str).collect();
    assert_eq!(files, ["Cargo.lock", "bin/Cargo.toml", "lib1/Cargo.toml", "lib2/Cargo.toml"]);
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
    let options = Options { push: false, registry: None };
    let plan = build(&facts, &policy, &Request::default(), &options).expect("a plan");
    assert_eq!(plan.remote, None);
    assert!(plan.steps.iter().all(|step| !step.id.0.starts_with("push")));
}

#[test]
fn nothing_to_release_is_no_error_whatever_the_tree_looks_like() {
    let (mut facts, policy) = complete(CHAIN, "");
    facts.repository.dirty = vec![path("x")];
    let plan = build(&facts, &policy, &Request::default(), &options()).expect("a plan");
    assert_eq!(codes(&plan.findings), ["note nothing-to-release"]);
    assert!(plan.steps.is_empty() && plan.guards.is_empty());
}

#[test]
fn all_findings_come_in_one_answer() {
    let (mut facts, policy) = complete(CHAIN, BREAK);
    facts.repository.dirty = (0..7).map(|n| path(&format!("file{n}"))).collect();
    facts.repository.branch = None;
    facts.repository.in_progress = Some("merge".to_owned());
    let remote = facts.repository.remote.as_mut().expect("there is a remote");
    remote.branch = RemoteBranch::Ahead(Oid::from_hex("cccccccccc"));
    let commit = Oid::from_hex("bbbbbbbbbb");
    let tag = Tag { oid: commit.clone(), commit, reachable: false };
    facts.repository.tags.insert("lib1-v0.2.0".to_owned(), tag);
    facts.registries.get_mut(&RegistryName::crates_io()).expect("crates-io").has_credential = false;
    let lib2 = facts.workspace.packages.get_mut(&name("lib2")).expect("lib2");
    lib2.metadata.license = None;
    let plan = build(&facts, &policy, &Request::default(), &options()).expect("a plan");
    assert_eq!(
        codes(&plan.findings),
        [
            "error detached-head",
            "error dirty-tree",
            "error no-credential",
            "error no-license lib2",
            "error operation-in-progress",
            "error remote-ahead",
            "error tag-exists lib1",
        ]
    );
    assert!(plan.findings[1].text.ends_with("`file4` and 2 more"), "{}", plan.findings[1].text);
    assert!(plan.findings.iter().all(|finding| finding.hint.is_some()));
}

fn findings_of(packages: &str, happened: &str) -> Vec<Finding> {
    plan(packages, happened).1.findings
}

#[test]
fn dependencies_that_keep_a_package_from_being_published_are_found() {
    let table = [
        ("a 1.0.0; b 1.0.0 -> a", "b: fix: it", "error no-version b"),
        ("a 1.0.0 unpublishable; b 1.0.0 -> a 1", "b: fix: it", "error unpublishable-dependency b"),
        ("a 1.1.0 released=1.0.0 held; b 1.0.0 -> a 1.1", "b: fix: it", "error unsatisfied b"),
        ("a 1.0.0; b 1.0.0 -> a *", "b: fix: it", "error wildcard-requirement b"),
        ("a 1.0.0 -> b 1; b 1.0.0 -> a 1", "a: fix: it\nb: fix: it", "error cycle a"),
        ("a 1.0.0 -dev-> b =1.0.0; b 1.0.0 -> a 1", "a: fix: it\nb: fix: it", "error dev-cycle a"),
        ("a 1.0.0 -dev-> b ^1; b 1.0.0 -> a 1", "a: fix: it\nb: fix: it", "warning dev-cycle a"),
        ("a 1.0.0 released=0.9.0", "", ""),
        ("a 0.1.0 new", "", "note first-release"),
    ];
    for (packages, happened, expected) in table {
        let findings = findings_of(packages, happened);
        assert_eq!(codes(&findings).join("; "), expected, "{packages}: {findings:?}");
    }
}

#[test]
fn a_finding_about_a_dependency_says_where_it_stands() {
    let findings = findings_of("a 1.0.0; b 1.0.0 -> a", "b: fix: it");
    let at = findings[0].at.as_ref().expect("a place");
    assert_eq!((at.file.as_str(), at.line, at.column), ("b/Cargo.toml", 6, 1));
    assert_eq!(findings[0].hint.as_deref(), Some("add `version = \"1.0.0\"` beside `path`"));
}

#[test]
fn a_dev_cycle_by_path_alone_orders_nothing_and_is_no_finding() {
    let (_, plan) = plan("a 1.0.0 -dev-> b; b 1.0.0 -> a 1", "a: fix: it\nb: fix: it");
    assert_eq!(plan.waves, [[name("a")], [name("b")]]);
    assert!(plan.findings.is_empty());
}

#[test]
fn another_registry_must_be_known_and_named_by_the_dependencies() {
    let (mut facts, policy) = complete(CHAIN, BREAK);
    let local = RegistryName::new("local").expect("a name");
    let options = Options { push: true, registry: Some(local.clone()) };
    let plan = build(&facts, &policy, &Request::default(), &options).expect("a plan");
    let expected =
        ["error foreign-registry bin", "error foreign-registry lib2", "error unknown-registry"];
    assert_eq!(codes(&plan.findings), expected);
    let registry = Registry { index: "sparse+x".into(), has_credential: true, unreachable: None };
    facts.registries.insert(local.clone(), registry);
    for package in facts.workspace.packages.values_mut() {
        for edge in &mut package.edges {
            edge.registry = Some(local.clone());
        }
    }
    let plan = build(&facts, &policy, &Request::default(), &options).expect("a plan");
    assert!(plan.findings.is_empty(), "{:?}", plan.findings);
}

#[test]
fn a_shallow_clone_without_the_last_release_is_refused() {
    let (mut facts, policy) = complete("a 1.0.0 untagged", "");
    facts.repository.shallow = true;
    let plan = build(&facts, &policy, &Request::default(), &options()).expect("a plan");
    assert_eq!(codes(&plan.findings), ["error shallow-clone", "note nothing-to-release"]);
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
                let matches = crate::model::VersionReq::parse(&requirement.value)
                    .expect("a requirement")
                    .matches(&version(&is));
                prop_assert!(matches, "{file}: {} {} {is}", entry.key, requirement.value);
            }
        }
    }
}
