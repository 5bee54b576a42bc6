//! What is held at the last good version, and what lifts that.

use super::released::{World, files, findings, steps, texts, write};
use crate::decide::notation::name;
use crate::facts::{Facts, Pin, Pinned};
use crate::model::Version;
use crate::plan::sample::{codes, options, path};
use crate::plan::{Options, build};
use crate::policy::Policy;
use crate::rollback::{Direction, DownstreamWish, Released, Rollback, Way, Wish, compute, unpin};

const BEYOND: DownstreamWish = DownstreamWish::AsNamed;
const PACKAGES: &str = "a 1.0.0; loose 1.0.0 -> a >=1";

fn taken_back(world: &World, way: Way) -> Rollback {
    let state = world.state();
    let release = Released { id: "r1", plan: &world.plan, state: &state };
    compute(&release, &world.facts, &Policy::default(), &Wish { way, ..Wish::default() })
}

fn pin_of(pin: &Pin) -> String {
    format!("{} {} {}: {} -> {}", pin.file, pin.key, pin.package, pin.from, pin.to)
}

/// The facts after a rollback that pinned `loose`.
fn pinned() -> Facts {
    let world = World::released(PACKAGES, "a: feat!: it");
    let rollback = taken_back(&world, Way::Pin);
    let mut facts = world.facts;
    write(&mut facts, &files(&rollback));
    let member = facts.workspace.packages.get_mut(&name("a")).expect("a member");
    member.version = Version::new(1, 0, 0);
    let loose = facts.workspace.packages.get_mut(&name("loose")).expect("a member");
    loose.edges[0].requirement = Some("=1.0.0".parse().expect("a requirement"));
    facts.pins =
        rollback.pins.into_iter().map(|pin| Pinned { rollback: "b1".into(), pin }).collect();
    facts
}

fn pushed() -> (String, String) {
    ("origin".to_owned(), "main".to_owned())
}

#[test]
fn a_pin_is_written_down_and_a_mere_revert_pins_nothing() {
    let world = World::released(PACKAGES, "a: feat!: it");
    let pins: Vec<String> = taken_back(&world, Way::Pin).pins.iter().map(pin_of).collect();
    assert_eq!(pins, ["loose/Cargo.toml dependencies.a a: >=1 -> =1.0.0"]);
    let reverted = taken_back(&world, Way::Revert);
    assert_eq!(reverted.pins, []);
    let mut facts = world.facts.clone();
    write(&mut facts, &files(&reverted));
    assert_eq!(texts(&facts), world.before);
}

#[test]
fn lifting_makes_the_requirement_what_it_was() {
    let mut facts = pinned();
    let lifted = unpin(Some("b1"), &facts, Some(pushed()), BEYOND);
    assert_eq!(lifted.direction, Direction::Unpin);
    assert_eq!(
        steps(&lifted),
        ["write-files <-", "commit <- write-files", "push-commit <- commit"]
    );
    write(&mut facts, &files(&lifted));
    assert!(facts.manifests[&path("loose/Cargo.toml")].contains("version = \">=1\""));
    assert_eq!(findings(&unpin(None, &facts, Some(pushed()), BEYOND)), ["note nothing-pinned"]);
    assert_eq!(
        findings(&unpin(Some("b2"), &pinned(), Some(pushed()), BEYOND)),
        ["note nothing-pinned"]
    );
}

#[test]
fn a_pin_upon_a_pin_is_lifted_with_it() {
    let mut facts = pinned();
    let manifest = facts.manifests.get_mut(&path("loose/Cargo.toml")).expect("a manifest");
    *manifest = manifest.replace("=1.0.0", "=0.9.0");
    let again = Pin { from: "=1.0.0".into(), to: "=0.9.0".into(), ..facts.pins[0].pin.clone() };
    facts.pins.push(Pinned { rollback: "b2".into(), pin: again });
    let edits: Vec<String> = files(&unpin(None, &facts, None, BEYOND))
        .iter()
        .flat_map(|file| &file.edits)
        .map(|edit| format!("{} -> {}", edit.from, edit.to))
        .collect();
    assert_eq!(edits, ["=0.9.0 -> >=1"]);
}

#[test]
fn a_pin_stays_while_what_it_held_back_does_not_fit() {
    let mut facts = pinned();
    facts.pins[0].pin.from = "2".to_owned();
    let lifted = unpin(None, &facts, Some(pushed()), BEYOND);
    assert_eq!(findings(&lifted), ["error not-liftable a"]);
    assert_eq!(lifted.steps, []);
}

#[test]
fn a_plan_shows_pins_and_publishes_none_unasked() {
    let mut facts = pinned();
    let of_plan = |facts: &Facts, options: &Options| {
        let plan = build(facts, &Policy::default(), &crate::decide::Request::default(), options);
        let found = codes(&plan.expect("a plan").findings);
        found.into_iter().filter(|code| code.contains("pinned")).collect::<Vec<_>>()
    };
    // `a` is released as 1.0.1 and `loose`, which is held at 1.0.0, has to follow.
    assert_eq!(of_plan(&facts, &options()), ["error pinned loose"]);
    let asked = Options { publish_pins: true, ..options() };
    assert_eq!(of_plan(&facts, &asked), ["warning pinned loose"]);
    // What a person wrote instead is no pin.
    let manifest = facts.manifests.get_mut(&path("loose/Cargo.toml")).expect("a manifest");
    *manifest = manifest.replace("=1.0.0", "1.0");
    assert_eq!(of_plan(&facts, &options()), Vec::<String>::new());
}
