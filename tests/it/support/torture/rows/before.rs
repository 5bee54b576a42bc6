//! What must be found before anything has an effect.

use super::super::row::{Expect, Row, publish};
use super::super::world::{Beginning, World};
use super::{commit, replace};
use std::fmt::Write as _;

const REFUSED: Expect = Expect::Refused(&[97]);

pub(super) fn rows() -> Vec<Row> {
    let mut rows = vec![
        publish("F03", "detached HEAD").before(|world| git(world, &["checkout", "--detach"])),
        publish("F04", "a tracked file is modified").before(|world| {
            world.sandbox.write("lib2/src/lib.rs", "pub fn mine() {}\n");
        }),
        publish("F05", "an untracked file in a package").before(|world| {
            world.sandbox.write("lib2/src/new.rs", "\n");
        }),
        publish("F07", "a planned tag exists here, at another commit").before(|world| {
            git(world, &["tag", "lib2-v0.3.0", "HEAD~1"]);
        }),
        publish("F07b", "the same on the remote alone").before(|world| {
            git(world, &["push", "--quiet", "origin", "HEAD~1:refs/tags/lib2-v0.3.0"]);
        }),
        publish("F09", "the remote is one commit ahead").before(|world| {
            world.scene.push_from_elsewhere();
        }),
        publish("F10", "the remote refuses every push").before(|world| {
            world.scene.hook("pre-receive", Some("exit 1"));
        }),
        publish("F11", "the last package has no description").before(|world| {
            edit(world, "bin/Cargo.toml", |line| !line.starts_with("description"), "");
        }),
        publish("F12", "the last package has more than 10 MiB").before(|world| {
            let path = world.scene.work.join("bin/noise.bin");
            std::fs::write(path, noise(11 << 20)).expect("the world can be written");
            commit(world, "chore: add noise");
        }),
        publish("F18", "no credential").told("CARGO_REGISTRY_TOKEN", ""),
        publish("F16", "a cycle of versioned dev-dependencies")
            .of(Beginning::Played("dev-cycle-versioned")),
        publish("F02", "a merge is under way").before(|world| {
            git(world, &["branch", "side", "HEAD~1"]);
            git(world, &["checkout", "--quiet", "side"]);
            git(world, &["commit", "--quiet", "--allow-empty", "--message", "chore: aside"]);
            git(world, &["checkout", "--quiet", "main"]);
            git(world, &["merge", "--no-commit", "--no-ff", "side"]);
        }),
    ];
    rows.extend(metadata());
    let refused = |row: Row| row.expect(REFUSED).puts(0);
    let mut rows: Vec<Row> = rows.into_iter().map(refused).collect();
    // The index shows it to the planner, so that this is a matter of what is planned.
    rows.push(
        publish("F21", "a planned version is out with other bytes")
            .before(|world| world.scene.publish_foreign("lib3", "0.4.0"))
            .expect(Expect::Refused(&[97, 105])),
    );
    rows
}

/// Rules that only the registry would know otherwise, each broken in the last package.
fn metadata() -> Vec<Row> {
    vec![
        publish("F13a", "a licence that is none").before(|world| {
            edit(
                world,
                "bin/Cargo.toml",
                |line| !line.starts_with("license"),
                "license = \"Beer\"",
            );
        }),
        publish("F13b", "six keywords").before(|world| {
            let keywords = "keywords = [\"a\", \"b\", \"c\", \"d\", \"e\", \"f\"]";
            edit(world, "bin/Cargo.toml", |_| true, keywords);
        }),
        publish("F13c", "301 features").before(|world| {
            let mut features = "\n[features]\n".to_owned();
            for number in 0..301 {
                writeln!(features, "f{number} = []").expect("a string takes more text");
            }
            let text = world.sandbox.read("bin/Cargo.toml");
            world.sandbox.write("bin/Cargo.toml", &format!("{text}{features}"));
            commit(world, "chore: add features");
        }),
        publish("F13d", "a requirement `*`").before(|world| {
            let text = world.sandbox.read("bin/Cargo.toml");
            let at = text.find("version = \"^0.3").or_else(|| text.find("version = \"0.3.0\""));
            let at = at.expect("bin requires lib3");
            let end = at + text[at..].find(',').expect("a path follows");
            world.sandbox.write(
                "bin/Cargo.toml",
                &format!("{}version = \"*\"{}", &text[..at], &text[end..]),
            );
            commit(world, "chore: take any");
        }),
        publish("F13e", "a homepage that is no URL").before(|world| {
            edit(world, "bin/Cargo.toml", |_| true, "homepage = \"ftp://nowhere\"");
        }),
    ]
}

fn git(world: &World, arguments: &[&str]) {
    world.scene.git(&world.scene.work, arguments);
}

/// Keeps those lines of a manifest, adds one to `[package]`, and commits that.
fn edit(world: &World, path: &str, keep: fn(&str) -> bool, add: &str) {
    let text = world.sandbox.read(path);
    let kept: Vec<&str> = text.lines().filter(|line| keep(line)).collect();
    world.sandbox.write(path, &format!("{}\n", kept.join("\n")));
    replace(world, path, "[package]\n", &format!("[package]\n{add}\n"));
    commit(world, "chore: edit metadata");
}

/// Bytes that do not compress.
fn noise(length: usize) -> Vec<u8> {
    let mut state = 1_u64;
    let mut next = || {
        state =
            state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        state.to_be_bytes()[0]
    };
    (0..length).map(|_| next()).collect()
}
