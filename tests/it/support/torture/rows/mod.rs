//! The table of rows. Identifiers with a letter behind the number are variants of the same fault.

mod before;
mod uploads;
mod index;
mod limits;
mod crashes;
mod git;
mod rollback;
mod places;
mod hostile;
mod strange;
mod both;
mod together;

use super::fault::Fault;
use super::row::Row;
use super::scene::Scene;
use super::world::World;
use std::fs;
use std::time::Duration;

/// All of them.
pub fn rows() -> Vec<Row> {
    let parts = [
        before::rows(),
        uploads::rows(),
        index::rows(),
        limits::rows(),
        crashes::rows(),
        git::rows(),
        rollback::rows(),
        places::rows(),
        hostile::rows(),
        strange::rows(),
        both::rows(),
        together::rows(),
    ];
    parts.into_iter().flatten().collect()
}

/// Kills the program, beyond any clean-up, when the request comes.
const KILL: Fault = Fault::Meanwhile(|scene| scene.signal("-KILL"));
/// The same once the registry did what was asked.
const KILL_AFTER: Fault = Fault::Afterwards(|scene| scene.signal("-KILL"));

const fn ms(count: u64) -> Duration {
    Duration::from_millis(count)
}

/// Commits what is in the tree and pushes it, as the maintainer.
fn commit(world: &World, message: &str) {
    let Scene { work, .. } = &world.scene;
    world.scene.git(work, &["add", "--all"]);
    world.scene.git(work, &["commit", "--quiet", "--message", message]);
    world.scene.git(work, &["push", "--quiet"]);
}

/// The workspace is lost, and another clone of the remote stands in its place.
fn clone_again(world: &World) {
    let scene = &world.scene;
    fs::remove_dir_all(&scene.work).expect("the world can be written");
    let (from, to) = (scene.remote.to_string_lossy(), scene.work.to_string_lossy());
    scene.git(&scene.root, &["clone", "--quiet", &from, &to]);
}

/// Replaces a text in a file of the workspace.
fn replace(world: &World, path: &str, from: &str, to: &str) {
    let text = world.sandbox.read(path);
    assert!(text.contains(from), "{path} has no `{from}`");
    world.sandbox.write(path, &text.replace(from, to));
}
