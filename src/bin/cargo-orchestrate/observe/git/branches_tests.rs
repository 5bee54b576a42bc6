use super::super::testing::World;
use super::*;

/// The other branches in lines: a name, how many of the last releases and later tags it holds, and
/// the summaries of what it lacks.
fn told(world: &World) -> Vec<String> {
    let checkout = world.checkout().expect("a checkout");
    let found = branches(&checkout, &world.state(), &world.history()).expect("branches");
    let summary = |oid: &cargo_orchestrate::model::Oid| {
        let commit = world.git.find_commit(to_git(oid).expect("an id")).expect("a commit");
        commit.summary().expect("text").unwrap_or_default().to_owned()
    };
    let line = |branch: OtherBranch| {
        let lacks: Vec<String> = branch.lacks.iter().map(summary).collect();
        format!("{} holds {}, lacks {}", branch.name, branch.holds.len(), lacks.join(", "))
    };
    found.into_iter().map(line).collect()
}

/// Makes a branch at HEAD.
fn branch(world: &World, name: &str) {
    let head = world.git.find_commit(world.head()).expect("a commit");
    world.git.branch(name, &head, false).expect("a branch");
}

/// A world with the released line and a later branch that went on.
fn parted() -> World {
    let mut world = World::released();
    branch(&world, "line");
    world.write(&[("a/src/later.rs", "")]);
    world.commit("feat: later");
    world
}

/// Checks a branch out.
fn switch(world: &World, name: &str) {
    let target = world.git.revparse_single(name).expect("a branch").id();
    world.git.set_head_detached(target).expect("detached");
    world.git.checkout_head(Some(git2::build::CheckoutBuilder::new().force())).expect("a tree");
    world.git.set_head(&format!("refs/heads/{name}")).expect("a branch");
}

#[test]
fn a_branch_without_the_fix_lacks_it_and_one_with_the_same_patch_does_not() {
    let mut world = parted();
    switch(&world, "line");
    world.write(&[("a/src/fix.rs", "one\ntwo\n")]);
    world.commit("fix: first");
    world.write(&[("a/src/more.rs", "x\n")]);
    let second = world.commit("fix: second");
    assert_eq!(told(&world), ["main holds 1, lacks fix: first, fix: second"]);
    // The same patch under other words, and the second picked from here with another patch.
    switch(&world, "main");
    world.write(&[("a/src/fix.rs", "one\ntwo\n")]);
    world.commit("fix: in other words");
    go_on(&mut world, &second);
    switch(&world, "line");
    assert_eq!(told(&world), ["main holds 1, lacks "]);
}

fn go_on(world: &mut World, picked: &cargo_orchestrate::model::Oid) {
    world.write(&[("a/src/more.rs", "y\n")]);
    world.commit(&format!("fix: second\n\n(cherry picked from commit {picked})"));
}

#[test]
fn what_was_picked_to_the_line_is_where_it_came_from() {
    let mut world = parted();
    world.write(&[("a/src/fix.rs", "for main\n")]);
    let fix = world.commit("fix: on main first");
    switch(&world, "line");
    world.write(&[("a/src/fix.rs", "for the line\n")]);
    world.commit(&format!("fix: on main first\n\n(cherry picked from commit {fix})"));
    assert_eq!(told(&world), ["main holds 1, lacks "]);
}

#[test]
fn the_branch_itself_its_copies_and_ours_are_left_out() {
    let mut world = parted();
    switch(&world, "line");
    world.git.remote("origin", "/nowhere").expect("a remote");
    let main = world.git.revparse_single("main").expect("a branch").id();
    let line = world.head();
    for (name, at) in [
        ("refs/remotes/origin/line", line),
        ("refs/remotes/origin/main", main),
        ("refs/remotes/origin/other", main),
        ("refs/remotes/origin/orchestrate/x", main),
        ("refs/heads/orchestrate/y", main),
    ] {
        world.git.reference(name, at, true, "").expect("a branch");
    }
    let head = ("refs/remotes/origin/HEAD", "refs/remotes/origin/main");
    world.git.reference_symbolic(head.0, head.1, true, "").expect("a word for it");
    world.write(&[("a/src/fix.rs", "x\n")]);
    world.commit("fix: it");
    assert_eq!(
        told(&world),
        ["main holds 1, lacks fix: it", "origin/other holds 1, lacks fix: it"]
    );
    // Whoever has it there only has to fetch it.
    let fix = world.head();
    world.git.reference("refs/remotes/origin/main", fix, true, "").expect("a branch");
    assert_eq!(told(&world)[0], "main holds 1, lacks ");
}
