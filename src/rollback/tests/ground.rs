//! What is checked out, and the remote.

use super::released::{World, check};
use crate::facts::{Branch, RemoteBranch};
use crate::model::Oid;
use crate::plan::sample::path;

fn world() -> World {
    World::released("a 1.0.0", "a: fix: it")
}

fn remote(world: &mut World, branch: RemoteBranch) {
    world.facts.repository.remote.as_mut().expect("a remote").branch = branch;
}

#[test]
fn a_remote_that_cannot_take_the_revert_is_found_before_the_first_yank() {
    let table = [
        (RemoteBranch::Ahead(Oid::from_hex("cccccccccc")), "error remote-ahead"),
        (RemoteBranch::Unreachable("no route".to_owned()), "error remote-unreachable"),
        (RemoteBranch::At(Oid::from_hex("bbbbbbbbbb")), ""),
        (RemoteBranch::Absent, ""),
        (RemoteBranch::NotAsked, ""),
    ];
    for (branch, expected) in table {
        let mut world = world();
        remote(&mut world, branch);
        check(&world, &format!("a 1.0.1 -> 1.0.0\n{expected}"));
    }
}

#[test]
fn the_revert_is_not_made_on_a_branch_and_pushed_to_another() {
    let mut world = world();
    world.facts.repository.branch = Some(Branch { name: "feature".to_owned() });
    check(&world, "a 1.0.1 -> 1.0.0\nerror other-branch");
    remote(&mut world, RemoteBranch::NotAsked);
    check(&world, "a 1.0.1 -> 1.0.0");
}

#[test]
fn a_release_that_pushed_nothing_asks_nothing_of_the_remote() {
    let mut world = world();
    world.plan.steps.retain(|step| !step.id.0.starts_with("push"));
    remote(&mut world, RemoteBranch::Ahead(Oid::from_hex("cccccccccc")));
    check(&world, "a 1.0.1 -> 1.0.0");
}

#[test]
fn changes_in_the_working_tree_are_found() {
    let mut world = world();
    world.facts.repository.dirty = vec![path("a/src/lib.rs")];
    check(&world, "a 1.0.1 -> 1.0.0\nerror dirty-tree");
}

#[test]
fn where_nothing_is_written_the_tree_may_be_as_it_is() {
    let mut world = World::released("a 0.1.0 new", "a: feat: first");
    world.facts.repository.dirty = vec![path("a/src/lib.rs")];
    remote(&mut world, RemoteBranch::Ahead(Oid::from_hex("cccccccccc")));
    check(&world, "a 0.1.0 -> nothing\nerror last-version a");
}
