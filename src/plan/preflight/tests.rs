//! What the preflight finds; `decide/notation.rs` says how to read the worlds.

use crate::decide::notation::{name, version};
use crate::decide::{Request, RequestedBump};
use crate::facts::{Published, PublishedVersion, Registry, RemoteBranch, Tag};
use crate::model::{EdgeKind, External, Oid, RegistryName};
use crate::plan::sample::{BREAK, CHAIN, codes, complete, options, path, plan};
use crate::plan::{Finding, Location, Options, Verification, build};

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
            "error no-license lib2",
            "error operation-in-progress",
            "error remote-ahead",
            "error tag-exists lib1",
            "warning no-credential",
        ]
    );
    assert!(plan.findings[1].text.ends_with("`file4` and 2 more"), "{}", plan.findings[1].text);
    assert!(plan.findings.iter().all(|finding| finding.hint.is_some()));
}

#[test]
fn what_is_not_tracked_matters_where_it_would_be_packed_or_read() {
    let table = [
        ("plan.json", false),
        ("notes", false),
        ("tool/notes", false),
        ("a/notes", true),
        ("a/target/x", false),
        ("Cargo.lock", true),
        ("orchestrate.toml", true),
        (".changeset/one.md", true),
        (".changeset", true),
        // A folder that holds a member.
        ("crates", true),
    ];
    for (untracked, expected) in table {
        let world = "a 1.0.0; tool 1.0.0 unpublishable; b 1.0.0 unpublishable";
        let (mut facts, policy) = complete(world, "a: fix: it");
        let b = facts.workspace.packages.get_mut(&name("b")).expect("b");
        b.manifest = path("crates/b/Cargo.toml");
        b.dir = path("crates/b");
        facts.manifests.insert(b.manifest.clone(), "[package]\nname = \"b\"\n".to_owned());
        facts.repository.untracked = vec![path(untracked)];
        facts.changesets.folder = path(".changeset");
        let plan = build(&facts, &policy, &Request::default(), &options()).expect("a plan");
        let is_dirty = plan.findings.iter().any(|finding| finding.code == "dirty-tree");
        assert_eq!(is_dirty, expected, "{untracked}: {:?}", plan.findings);
    }
}

#[test]
fn a_tag_that_stands_for_no_release_is_told() {
    let (mut facts, policy) = complete("a 1.0.0; b 1.0.0", "");
    let commit = Oid::from_hex("bbbbbbbbbb");
    for name in ["a-v2.0.0", "b-v0.9.0", "v3.0.0", "foreign-v4.0.0"] {
        let tag = Tag { oid: commit.clone(), commit: commit.clone(), reachable: true };
        facts.repository.tags.insert(name.to_owned(), tag);
    }
    let plan = build(&facts, &policy, &Request::default(), &options()).expect("a plan");
    assert_eq!(codes(&plan.findings), ["warning stray-tag a", "note nothing-to-release"]);
}

#[test]
fn who_would_follow_is_told_whom_policy_holds() {
    let world = "a 1.0.0; b 1.0.0 held -> a 1; c 1.0.0 -> b 1; d 1.0.0 -> c 1";
    let findings = findings_of(world, "a: feat!: it");
    let hints: Vec<_> = findings
        .iter()
        .filter(|finding| finding.code == "would-follow")
        .map(|finding| finding.hint.as_deref().expect("a way out"))
        .collect();
    let other = "take `release = false` out of b's configuration";
    assert_eq!(hints, ["take `release = false` out of its configuration", other, other]);
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
        ("a 0.2.0 inherits held; b 0.2.0 inherits -> a 0.2", "b: feat!: it", "error unsatisfied b"),
        ("a 1.0.0; b 1.0.0 -> a *", "b: fix: it", "error wildcard-requirement b"),
        ("a 1.0.0 -> b 1; b 1.0.0 -> a 1", "a: fix: it\nb: fix: it", "error cycle a"),
        ("a 1.0.0 -dev-> b =1.0.0; b 1.0.0 -> a 1", "a: fix: it\nb: fix: it", "error dev-cycle a"),
        ("a 1.0.0 -dev-> b ^1; b 1.0.0 -> a 1", "a: fix: it\nb: fix: it", "warning dev-cycle a"),
        ("a 1.0.0 -dev-> b 1.0.0; b 1.0.0 -> a 1", "a: fix: it\nb: fix: it", "warning dev-cycle a"),
        ("a 1.0.0 -dev-> a 1.0.0", "a: fix: it", ""),
        ("a 1.0.0 -dev-> a 1.0.0", "a: feat!: it", "error dev-cycle a"),
        ("a 1.0.0 new -dev-> a 1", "", "error dev-cycle a; note first-release"),
        ("a 1.0.0 released=0.9.0", "", ""),
        ("a 0.1.0 new", "", "note first-release"),
    ];
    for (packages, happened, expected) in table {
        let findings = findings_of(packages, happened);
        assert_eq!(codes(&findings).join("; "), expected, "{packages}: {findings:?}");
    }
}

#[test]
fn a_member_that_is_required_without_its_path_must_be_in_the_registry() {
    let table = [
        ("a 1.0.0 new; b 1.0.0 new", "1", "error unsatisfied b; note first-release"),
        ("a 1.0.0; b 1.0.0 new", "1", "note first-release"),
        ("a 1.0.0; b 1.0.0 new", "2", "error unsatisfied b; note first-release"),
    ];
    for (packages, requirement, expected) in table {
        let (mut facts, policy) = complete(packages, "");
        let b = facts.workspace.packages.get_mut(&name("b")).expect("b");
        b.externals.push(External {
            name: name("a"),
            kind: EdgeKind::Normal,
            requirement: requirement.parse().expect("a requirement"),
            registry: None,
            unversioned: false,
        });
        let plan = build(&facts, &policy, &Request::default(), &options()).expect("a plan");
        assert_eq!(codes(&plan.findings).join("; "), expected, "{packages}: {:?}", plan.findings);
    }
}

#[test]
fn a_finding_about_a_dependency_says_where_it_stands() {
    let findings = findings_of("a 1.0.0+x; b 1.0.0 -> a", "b: fix: it");
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
fn a_requirement_inside_a_dev_cycle_stays_while_it_matches() {
    let world = "a 1.0.0 -dev-> b 1.0.0; b 1.0.0 -> a 1.0.0";
    let (_, plan) = plan(world, "a: fix: it\nb: fix: it");
    let keys: Vec<String> =
        plan.requirements.iter().map(|change| format!("{} {}", change.file, change.key)).collect();
    assert_eq!(keys, ["b/Cargo.toml dependencies.a"]);
}

#[test]
fn what_many_packages_share_is_one_finding() {
    let table = [
        ("a 1.0.0 untagged; b 1.0.0", "", "warning tag-missing a"),
        ("a 1.0.0 untagged; b 1.0.0 untagged", "", "warning tag-missing"),
        (
            "a 0.2.1 released=0.2.0 inherits; b 0.2.1 released=0.2.0 inherits",
            "a: feat!: it\nb: feat!: it",
            "error raised-too-little",
        ),
        (
            "a 0.2.0 published=0.2.0,0.2.1 inherits; b 0.2.0 published=0.2.0,0.2.1 inherits",
            "a: fix: it",
            "error version-exists",
        ),
        ("a 0.2.0 published=0.2.0,0.2.1; b 0.2.0", "a: fix: it", "error version-exists a"),
    ];
    for (packages, happened, expected) in table {
        let findings = findings_of(packages, happened);
        let codes = codes(&findings);
        let codes: Vec<_> = codes.iter().filter(|code| !code.starts_with("note")).collect();
        assert_eq!(codes, [expected], "{packages}: {findings:?}");
    }
}

#[test]
fn another_registry_must_be_known_and_named_by_the_dependencies() {
    let (mut facts, policy) = complete(CHAIN, BREAK);
    let local = RegistryName::new("local").expect("a name");
    let options = Options {
        push: true,
        registry: Some(local.clone()),
        verification: Verification::Build,
        publish_pins: false,
        hotfix_of: None,
    };
    let plan = build(&facts, &policy, &Request::default(), &options).expect("a plan");
    let expected =
        ["error foreign-registry bin", "error foreign-registry lib2", "error unknown-registry"];
    assert_eq!(codes(&plan.findings), expected);
    let registry =
        Registry { index: "sparse+x".into(), has_credential: true, ..Registry::default() };
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
fn a_shallow_clone_is_good_enough_while_nothing_is_missing_since_the_last_release() {
    let (mut facts, policy) = complete("a 1.0.0; b 1.0.0", "a: fix: it");
    facts.repository.shallow = true;
    let plan = build(&facts, &policy, &Request::default(), &options()).expect("a plan");
    assert_eq!(codes(&plan.findings), [""; 0]);
    facts.history.get_mut(&name("a")).expect("a").is_cut_off = true;
    let plan = build(&facts, &policy, &Request::default(), &options()).expect("a plan");
    let [found] = &plan.findings[..] else { panic!("{:?}", codes(&plan.findings)) };
    assert_eq!(
        found.text,
        "a shallow clone does not hold all that happened since the last release of a"
    );
}

#[test]
fn no_tag_is_to_be_deleted_where_the_last_release_is_unknown() {
    let (mut facts, policy) = complete("a 1.0.0 silent untagged", "");
    facts.repository.shallow = true;
    let commit = Oid::from_hex("bbbbbbbbbb");
    let tag = Tag { oid: commit.clone(), commit, reachable: false };
    facts.repository.tags.insert("a-v1.0.0".to_owned(), tag);
    let plan = build(&facts, &policy, &Request::default(), &options()).expect("a plan");
    assert!(!plan.is_empty());
    assert_eq!(codes(&plan.findings), ["error registry-unreachable", "error shallow-clone"]);
}

#[test]
fn a_tag_of_a_version_that_is_not_to_be_had_is_left_alone() {
    let table = [
        (
            "a 0.1.0 published=0.1.0,0.2.0",
            "a: feat!: it",
            "a-v0.2.0",
            None,
            "error version-exists a",
        ),
        ("a 2.0.0-rc.1", "a: fix: it", "a-v1.5.0", Some("1.5.0"), "error downgrade a"),
        ("a 0.1.0", "a: feat!: it", "a-v0.2.0", None, "error tag-exists a"),
    ];
    for (packages, happened, tag, bump, expected) in table {
        let (mut facts, policy) = complete(packages, happened);
        let commit = Oid::from_hex("bbbbbbbbbb");
        let found = Tag { oid: commit.clone(), commit, reachable: false };
        facts.repository.tags.insert(tag.to_owned(), found);
        let mut request = Request::default();
        request.bumps.extend(bump.map(|to| (name("a"), RequestedBump::Exactly(version(to)))));
        let plan = build(&facts, &policy, &request, &options()).expect("a plan");
        let codes = codes(&plan.findings);
        let errors: Vec<_> = codes.iter().filter(|code| code.starts_with("error")).collect();
        assert_eq!(errors, [expected], "{packages}: {:?}", plan.findings);
    }
}

#[test]
fn a_requirement_that_no_version_here_matches_is_told_how_it_can_be_met() {
    let found = findings_of("a 1.0.0; b 1.0.0 -> a ^3", "b: fix: it");
    let [finding] = &found[..] else { panic!("{found:?}") };
    assert_eq!(finding.text, "b: it needs a `^3`, and the registry has 1.0.0 at most");
    assert_eq!(
        finding.hint.as_deref(),
        Some(
            "let b/Cargo.toml:6 require a version that there is, or release one that matches: `cargo orchestrate plan --bump a=3.0.0`"
        )
    );
    let found = findings_of("a 1.1.0 released=1.0.0 held; b 1.0.0 -> a 1.1", "b: fix: it");
    assert_eq!(found[0].hint.as_deref(), Some("take `release = false` out of a's configuration"));
}

#[test]
fn a_registry_that_nobody_configured_is_told_once() {
    let (mut facts, policy) = complete("a 1.0.0; b 1.0.0; c 1.0.0 -> b 1", "a: fix: it");
    let nope = RegistryName::new("nope").expect("a name");
    let why = || Published::Unknown("no registry `nope` is configured".to_owned());
    facts.published.values_mut().for_each(|published| *published = why());
    let options = Options {
        push: true,
        registry: Some(nope),
        verification: Verification::Build,
        publish_pins: false,
        hotfix_of: None,
    };
    let plan = build(&facts, &policy, &Request::default(), &options).expect("a plan");
    assert_eq!(codes(&plan.findings), ["error unknown-registry"]);
}

#[test]
fn a_requirement_that_cannot_follow_is_told_with_both_its_ends() {
    let (facts, policy) = complete("a 1.0.0 -> b *; b 1.0.0", "b: feat: it");
    let mut request = Request::default();
    let version = RequestedBump::Exactly(version("1.1.0-rc.1"));
    request.bumps.insert(name("b"), version);
    let plan = build(&facts, &policy, &request, &options()).expect("a plan");
    let mut texts = plan.findings.iter().filter(|it| it.code == "cannot-rewrite");
    let text = &texts.next().expect("a finding").text;
    let expected = "the requirement `*` of a on b cannot follow to 1.1.0-rc.1: without naming it, \
                    a requirement matches no pre-release";
    assert!(text.ends_with(expected), "{text}");
}

#[test]
fn what_would_follow_is_told_with_the_version_and_a_command() {
    let packages = "a 1.0.0; b 1.0.0 -> a 1; c 1.0.0 -> b 1";
    let (facts, policy) = complete(packages, "a: feat!: it");
    let request = Request { only: vec![name("a")], ..Request::default() };
    let plan = build(&facts, &policy, &request, &options()).expect("a plan");
    let would = plan.findings.iter().filter(|it| it.code == "would-follow");
    let said = would.map(|it| format!("{} | {}", it.text, it.hint.as_deref().unwrap_or_default()));
    assert_eq!(
        said.collect::<Vec<_>>(),
        [
            "b: would follow a 2.0.0, which its requirement `^1` excludes | cargo orchestrate plan \
             -p b",
            "c: would follow b 2.0.0, which its requirement `^1` excludes | cargo orchestrate plan \
             -p c",
        ]
    );
}

#[test]
fn a_version_that_differs_by_its_build_alone_is_taken() {
    let table = [("1.0.1+a", true), ("1.0.1-a", false), ("1.0.2+b", false)];
    for (there, expected) in table {
        let (mut facts, policy) = complete("a 1.0.0", "a: fix: it");
        let entry = |text| PublishedVersion {
            version: version(text),
            ..facts.published[&name("a")].versions()[0].clone()
        };
        let known = Published::Known(vec![entry("1.0.0"), entry(there)]);
        facts.published.insert(name("a"), known);
        let mut request = Request::default();
        let bump = RequestedBump::Exactly(version("1.0.1+b"));
        request.bumps.insert(name("a"), bump);
        let plan = build(&facts, &policy, &request, &options()).expect("a plan");
        let taken = plan.findings.iter().any(|finding| finding.code == "version-taken");
        assert_eq!(taken, expected, "{there}: {:?}", plan.findings);
    }
}

#[test]
fn what_stands_first_in_a_file_is_told_first() {
    let at = |line| Location { file: path("x"), line, column: 1 };
    let mut findings =
        [(3, "a"), (2, "b")].map(|(line, text)| Finding::error("c", text).at(at(line)));
    findings.sort();
    assert_eq!(findings.map(|finding| finding.text), ["b", "a"]);
}
