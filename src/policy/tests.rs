use super::{
    ApiMode, Limit, NoteWeight, Policy, PolicyError, PolicyNote, Propagate, RegistryRules,
    TrustedPublishing, Visibility, Way, parse,
};
use crate::model::{PackageName, RegistryName, RelPath, Workspace};
use std::time::Duration;

fn read(file: &str, root: &str, member: &str) -> Result<(Policy, Vec<PolicyNote>), PolicyError> {
    let path = |text: &str| RelPath::new(text).expect("a path inside");
    let name = |text: &str| PackageName::new(text).expect("a name");
    let (own, manifest, other, lib) = (
        path("orchestrate.toml"),
        path("Cargo.toml"),
        path("app/Cargo.toml"),
        path("lib/Cargo.toml"),
    );
    let members = [(name("app"), &other, member), (name("lib"), &lib, "")];
    parse(Some((&own, file)), (&manifest, root), &members, &Workspace::default())
}

fn complaint(file: &str, member: &str) -> String {
    let error = read(file, "", member).expect_err("a complaint");
    let place = &error.place;
    format!("{}:{}:{} {error} | {}", place.file, place.line, place.column, place.excerpt)
}

#[test]
fn no_configuration_is_the_default() {
    let (policy, notes) = read("", "[workspace]\nmembers = []", "").expect("a policy");
    assert_eq!(policy, Policy::default());
    assert!(notes.is_empty());
}

#[test]
fn every_key_is_read() {
    let file = "tag = \"{name}@{version}\"\npropagate = \"always\"\nfeatures-move-minor = true\n\
                visibility-timeout = \"90s\"\nlock-lease = \"1m\"\napi-check = \"raise\"\n\
                changesets = \"notes/next\"\nrequire-changeset = true\nregistry-rules = \"crates-io\"\n\
                mirror = false\ntrusted-publishing = \"always\"\nrollback = \"hotfix\"\nvisibility = \"database\"\n[registry.corp]\nvisibility = \"index\"\n\
                updates = { at-once = 3, then-every = \"2s\" }";
    let member = "[package.metadata.orchestrate]\nprivate = [\"lib\"]\nrelease = false\napi-check = false\n\
         allow-packed = [\"tests/**\"]";
    let (policy, notes) = read(file, "", member).expect("a policy");
    assert_eq!(policy.tag_template.as_deref(), Some("{name}@{version}"));
    assert_eq!(policy.propagate, Propagate::Always);
    assert!(policy.features_move_minor && policy.require_changeset);
    assert_eq!(policy.changesets.as_ref().map(ToString::to_string), Some("notes/next".to_owned()));
    assert_eq!(policy.api_check, ApiMode::Raise);
    assert_eq!(policy.unchecked.len(), 1);
    assert_eq!(policy.visibility_timeout, Duration::from_secs(90));
    assert!(!policy.mirror);
    let (corp, crates_io) = (RegistryName::new("corp").expect("a name"), RegistryName::crates_io());
    assert_eq!(policy.visibility(&corp), Visibility::Index);
    assert_eq!(policy.visibility(&crates_io), Visibility::Database);
    let every = Duration::from_secs(2);
    assert_eq!(policy.updates(&corp), Some(Limit { at_once: 3, then_every: every }));
    assert_eq!(policy.new_packages(&corp), None);
    assert_eq!(policy.new_packages(&crates_io).map(|limit| limit.at_once), Some(5));
    assert_eq!(policy.lock_lease, Duration::from_mins(1));
    assert_eq!(policy.private_edges.len(), 1);
    assert_eq!(policy.held.len(), 1);
    assert_eq!(policy.registry_rules, RegistryRules::CratesIo);
    assert_eq!(policy.trusted_publishing, TrustedPublishing::Always);
    assert_eq!(policy.rollback, Way::Hotfix);
    let app = PackageName::new("app").expect("a name");
    assert!(policy.allows_packed(&app, "tests/x/key.pem"));
    assert!(!policy.allows_packed(&app, ".env"));
    assert!(notes.is_empty());
}

#[test]
fn file_and_manifest_add_up_and_a_key_in_both_is_a_conflict() {
    let root = "[workspace.metadata.orchestrate]\ntag = \"v{version}\"\npropagate = \"always\"";
    let (policy, notes) = read("pre = \"rc\"", root, "").expect("a policy");
    assert_eq!(policy.tag_template.as_deref(), Some("v{version}"));
    assert!(policy.propagate == Propagate::Always && policy.pre.is_some() && notes.is_empty());
    let (_, notes) = read("\ntag = \"r{version}\"", root, "").expect("a policy");
    let [note] = &notes[..] else { panic!("{notes:?}") };
    assert_eq!((note.weight, note.place.line, note.place.column), (NoteWeight::Conflict, 2, 1));
    assert_eq!(note.place.file.as_str(), "orchestrate.toml");
    assert_eq!(note.text, "`tag` stands in `[workspace.metadata.orchestrate]` too");
}

#[test]
fn an_unknown_key_is_told_with_the_nearest_one() {
    let member = "[package]\nname = \"app\"\n[package.metadata.orchestrate]\nprivat = [\"lib\"]\n";
    let (_, notes) = read("\nprobagate = \"always\"\nx = 1", "", member).expect("a policy");
    let told: Vec<String> = notes
        .iter()
        .map(|note| {
            let hint = note.hint.as_deref().unwrap_or_default();
            format!(
                "{}:{}:{} {}; {hint}",
                note.place.file, note.place.line, note.place.column, note.text
            )
        })
        .collect();
    assert_eq!(
        told,
        [
            "orchestrate.toml:2:1 `probagate` means nothing here; did you mean `propagate`?",
            "orchestrate.toml:3:1 `x` means nothing here; the keys here are api-check, changesets, \
             downstream, features-move-minor, gate, group, lock-lease, mirror, pre, propagate, registry, \
             registry-rules, require-changeset, rollback, tag, trusted-publishing, type, visibility, \
             visibility-timeout",
            "app/Cargo.toml:4:1 `privat` means nothing here; did you mean `private`?",
        ]
    );
}

#[test]
fn a_table_whose_name_is_nearly_ours_is_told_and_others_are_let_be() {
    let member = "[package.metadata.orchestrat]\npre = \"rc\"\n[package.metadata.docs.rs]\nx = 1";
    let root = "[workspace.metadata.release]\nx = 1\n[workspace.metadata.orchestrte]";
    let (policy, notes) = read("", root, member).expect("a policy");
    assert_eq!(policy, Policy::default());
    let told = notes.iter().map(|note| format!("{} {}", note.place.file, note.text));
    assert_eq!(
        told.collect::<Vec<_>>(),
        [
            "Cargo.toml `orchestrte` means nothing to cargo orchestrate",
            "app/Cargo.toml `orchestrat` means nothing to cargo orchestrate",
        ]
    );
}

#[test]
fn a_registry_that_nothing_goes_to_is_told_where_another_is_near() {
    let file = "[registry.crate-io]\nvisibility = \"index\"\n[registry.corp]\n[registry.crates-io]";
    let (_, notes) = read(file, "", "").expect("a policy");
    let [note] = &notes[..] else { panic!("{notes:?}") };
    assert_eq!((note.place.line, note.hint.as_deref()), (1, Some("did you mean `crates-io`?")));
}

#[test]
fn a_private_dependency_that_is_no_member_is_told() {
    let member = "[package.metadata.orchestrate]\nprivate = [\"libb\"]";
    let (policy, notes) = read("", "", member).expect("a policy");
    assert!(policy.private_edges.is_empty());
    assert_eq!(notes[0].hint.as_deref(), Some("did you mean `lib`?"));
}

#[test]
fn inputs_are_read_and_those_that_cannot_be_meant_are_findings() {
    let member = "[package.metadata.orchestrate]\ninputs = [\"../proto/**\", \"../../x\", \"[\"]";
    let (policy, notes) = read("", "", member).expect("a policy");
    let inputs = policy.inputs.values().flatten();
    let read: Vec<_> = inputs.map(|input| (input.text.as_str(), input.base().as_str())).collect();
    assert_eq!(read, [("../proto/**", "proto")]);
    let told: Vec<String> = notes
        .iter()
        .map(|note| format!("{}:{}:{}", note.place.file, note.place.line, note.place.column))
        .collect();
    assert_eq!(told, ["app/Cargo.toml:2:26", "app/Cargo.toml:2:37"]);
    assert!(notes.iter().all(|note| note.weight == NoteWeight::Conflict));
    assert_eq!(
        complaint("", "[package.metadata.orchestrate]\ninputs = \"x\""),
        "app/Cargo.toml:2:10 `inputs` must be a list of paths, as [\"../proto/**\"] | \
         inputs = \"x\""
    );
}

#[test]
fn wrong_values_are_refused_with_their_place() {
    let table = [
        (
            "propagate = \"sometimes\"",
            "1:13 `propagate`: `sometimes` is neither `when-needed` nor `always`",
        ),
        (
            "propagate = \"alway\"",
            "1:13 `propagate`: `alway` is neither `when-needed` nor `always`; did you mean `always`?",
        ),
        (
            "tag = \"{version}-{crate}\"",
            "1:7 `tag`: `{crate}` stands for nothing; only `{name}` and `{version}` do",
        ),
        (
            "\ntag = \"{name}\"",
            "2:7 `tag`: the template of a tag needs `{version}`, and `{name}` has none",
        ),
        (
            "registry-rules = \"crate-io\"",
            "1:18 `registry-rules`: `crate-io` is none of `of-registry`, `crates-io` and `warn`; did you mean `crates-io`?",
        ),
        ("tag = 1", "1:7 `tag` must be a string"),
        ("features-move-minor = \"yes\"", "1:23 `features-move-minor` must be true or false"),
        (
            "visibility-timeout = \"soon\"",
            "1:22 `visibility-timeout`: `soon` is no duration, as \"90s\" or \"15m\"",
        ),
    ];
    for (text, expected) in table {
        let said = complaint(text, "");
        assert!(said.starts_with(&format!("orchestrate.toml:{expected} | ")), "{said}");
    }
    assert!(complaint("tag = \"a b{version}\"", "").contains("makes no tag that git takes"));
    assert!(complaint("tag = ", "").starts_with("orchestrate.toml:1:"));
    let member = "[package.metadata.orchestrate]\nprivate = \"lib\"";
    assert_eq!(
        complaint("", member),
        "app/Cargo.toml:2:11 `private` must be a list of package names | private = \"lib\""
    );
}
