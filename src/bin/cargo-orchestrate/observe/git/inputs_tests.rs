use super::super::testing::World;
use snapbox::{assert_data_eq, str};

/// A released world in which `a` declares inputs, with `proto` and a tool beside it.
fn declaring(inputs: &str) -> World {
    let mut world = World::released();
    world.write(&[
        ("proto/a.proto", "1"),
        ("proto/deep/b.proto", "1"),
        ("tools/gen/Cargo.toml", "[package]\nname = 'gen'\nversion = '0.0.0'"),
        ("tools/gen/main.rs", "1"),
    ]);
    let declared = format!("[package.metadata.orchestrate]\ninputs = [{inputs}]\n[dependencies]");
    world.edit("a/Cargo.toml", "[dependencies]", &declared);
    world.commit("feat: generate");
    world.tag("a-v0.1.1");
    world.tag("app-v1.0.1");
    assert_data_eq!(world.told(), str![""]);
    world
}

#[test]
fn a_declared_input_counts_wherever_it_lies() {
    let mut world = declaring("'../proto/**', '../tools', 'tests/t.rs'");
    world.write(&[("proto/deep/b.proto", "2"), ("proto/new.proto", "")]);
    world.commit("feat: a field more");
    world.write(&[("other/file", "changed")]);
    world.commit("feat: nothing of anybody");
    world.write(&[("tools/gen/main.rs", "2")]);
    world.commit("fix: generate better");
    world.write(&[("a/tests/t.rs", "changed")]);
    world.commit("test: left out of the package, and declared");
    assert_data_eq!(
        world.told(),
        str![[r"
a since a-v0.1.1: a/tests/t.rs, proto/deep/b.proto, proto/new.proto, tools/gen/main.rs | test: left out of the package, and declared | fix: generate better | feat: a field more

"]]
    );
}

#[test]
fn what_is_packed_and_declared_counts_once() {
    let mut world = declaring("'src/**', '../README.md'");
    world.write(&[("a/src/lib.rs", "changed"), ("README.md", "changed")]);
    world.commit("fix: mend");
    assert_data_eq!(
        world.told(),
        str![[r"
a since a-v0.1.1: README.md, a/src/lib.rs | fix: mend

"]]
    );
}

#[test]
fn what_releases_write_is_no_input_by_a_pattern() {
    let mut world = declaring("'../app/**', '../*.lock'");
    world.edit("app/Cargo.toml", "1.0.0", "1.0.2");
    world.edit("Cargo.lock", "1.0.1", "1.0.2");
    world.commit("chore: Release");
    world.tag("app-v1.0.2");
    assert_data_eq!(world.told(), str![""]);
    let mut world = declaring("'../Cargo.lock'");
    world.edit("Cargo.lock", "1.0.1", "1.0.2");
    world.commit("build: update");
    world.tag("app-v1.0.2");
    assert_data_eq!(
        world.told(),
        str![[r"
a since a-v0.1.1: Cargo.lock | build: update

"]]
    );
}
