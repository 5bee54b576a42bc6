//! What becomes of the manifests.

use super::released::{World, files, texts, write};
use crate::decide::notation::name;
use crate::model::{RelPath, Version};
use crate::plan::sample::{BREAK, CHAIN, path};

/// The lines of the release's state that the rollback changes, as `file: new line`.
#[track_caller]
fn check(world: &World, expected: &[&str]) {
    let before = texts(&world.facts);
    let mut facts = world.facts.clone();
    write(&mut facts, &files(&world.rollback()));
    let mut changed: Vec<String> = Vec::new();
    for (file, text) in texts(&facts) {
        let lines = text.lines().zip(before[&file].lines());
        changed
            .extend(lines.filter(|(new, old)| new != old).map(|(new, _)| format!("{file}: {new}")));
    }
    assert_eq!(changed, expected);
}

#[test]
fn everything_the_release_wrote_is_as_it_was_to_the_byte() {
    let worlds = [
        (CHAIN, BREAK),
        ("a 0.2.0 inherits; b 0.2.0 inherits -inherited-> a 0.2; c 0.2.0", "a: feat!: it"),
        ("a 1.0.0; tests 1.0.0 -dev-> a 1.0.0; gen 1.0.0 -build-> a =1.0.0", "a: feat!: it"),
    ];
    for (packages, happened) in worlds {
        let world = World::released(packages, happened);
        let mut facts = world.facts.clone();
        write(&mut facts, &files(&world.rollback()));
        assert_eq!(texts(&facts), world.before, "{packages}");
    }
}

#[test]
fn versions_go_to_the_last_good_one_even_if_that_is_another_than_before() {
    let mut world = World::released("a 1.0.0 published=0.9.0,1.0.0", "a: fix: it");
    world.change("a", |entry| entry.yanked = entry.version == Version::new(1, 0, 0));
    check(&world, &["Cargo.lock: version = \"0.9.0\"", "a/Cargo.toml: version = \"0.9.0\""]);
}

#[test]
fn a_requirement_that_the_last_good_version_does_not_meet_is_pinned_to_it() {
    let mut world = World::released(
        "a 1.0.0 published=0.9.0,1.0.0; b 1.0.0 -> a 1.0.0",
        "a: fix: it\nb: fix: it",
    );
    world.change("a", |entry| entry.yanked = entry.version == Version::new(1, 0, 0));
    check(
        &world,
        &[
            "Cargo.lock: version = \"0.9.0\"",
            "Cargo.lock: version = \"1.0.0\"",
            "a/Cargo.toml: version = \"0.9.0\"",
            "b/Cargo.toml: version = \"1.0.0\"",
            "b/Cargo.toml: a = { version = \"=0.9.0\", path = \"../a\" }",
        ],
    );
}

#[test]
fn a_member_that_stays_is_pinned_where_it_could_take_the_yanked_version() {
    // `*` is never rewritten.
    for (requirement, pinned) in [(">=1", Some("=1.0.0")), ("*", None)] {
        let packages = format!("a 1.0.0; loose 1.0.0 -> a {requirement}");
        let world = World::released(&packages, "a: feat!: it");
        let pin = pinned
            .map(|pin| format!("loose/Cargo.toml: a = {{ version = \"{pin}\", path = \"../a\" }}"));
        let mut expected =
            vec!["Cargo.lock: version = \"1.0.0\"", "a/Cargo.toml: version = \"1.0.0\""];
        expected.extend(pin.as_deref());
        check(&world, &expected);
    }
}

#[test]
fn members_that_share_a_version_go_back_together() {
    let mut world = World::released(
        "a 0.2.0 inherits published=0.1.0,0.2.0; b 0.2.0 inherits",
        "a: feat!: it\nb: fix: it",
    );
    world.change("a", |entry| entry.yanked = entry.version == Version::new(0, 2, 0));
    let (mut facts, rollback) = (world.facts.clone(), world.rollback());
    write(&mut facts, &files(&rollback));
    assert!(facts.manifests[&path("Cargo.toml")].contains("version = \"0.2.0\""));
}

#[test]
fn a_version_that_was_raised_since_stays() {
    let mut world = World::released(CHAIN, BREAK);
    let member = world.facts.workspace.packages.get_mut(&name("lib1")).expect("a member");
    member.version = Version::new(0, 9, 0);
    let text = world.facts.manifests.get_mut(&path("lib1/Cargo.toml")).expect("a manifest");
    *text = text.replace("0.2.0", "0.9.0");
    let lock = world.facts.lockfile.as_mut().expect("a lock file");
    lock.text = lock
        .text
        .replace("name = \"lib1\"\nversion = \"0.2.0\"", "name = \"lib1\"\nversion = \"0.9.0\"");
    let files = files(&world.rollback());
    let files: Vec<&str> = files.iter().map(|file| file.path.as_str()).collect();
    assert_eq!(files, ["Cargo.lock", "bin/Cargo.toml", "lib2/Cargo.toml"]);
}

#[test]
fn edits_that_others_made_since_are_kept() {
    let mut world = World::released(CHAIN, BREAK);
    let text = world.facts.manifests.get_mut(&path("lib2/Cargo.toml")).expect("a manifest");
    text.insert_str(0, "# By hand.\n");
    let mut facts = world.facts.clone();
    write(&mut facts, &files(&world.rollback()));
    let expected = format!("# By hand.\n{}", world.before[&path("lib2/Cargo.toml")]);
    assert_eq!(facts.manifests[&path("lib2/Cargo.toml")], expected);
}

#[test]
fn a_manifest_that_cannot_be_read_is_a_finding() {
    let mut world = World::released(CHAIN, BREAK);
    let manifest: RelPath = path("lib4/Cargo.toml");
    world.facts.manifests.insert(manifest, "[package".to_owned());
    assert_eq!(super::released::findings(&world.rollback()), ["error manifest"]);
}
