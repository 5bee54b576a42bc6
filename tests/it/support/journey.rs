//! A release and the way back, checked at every stop; the same on every registry.

use super::sandbox::Sandbox;

/// Plans, publishes, publishes again, takes back and takes that back, in a world with the packages
/// of the test workspace `chain`; tells each stop.
///
/// # Panics
/// When something is not as it should be.
pub fn there_and_back(sandbox: &Sandbox, tell: &mut dyn FnMut(&str)) {
    let before = sandbox.published_lines();
    let untouched = sandbox.git(&["rev-parse", "HEAD^{tree}"]);

    let plan = sandbox.run(&["plan", "--message-format", "json"]).exits(0).object("plan");
    assert_eq!(plan["packages"].as_array().map(Vec::len), Some(4), "{plan}");
    tell("planned 4 packages");

    let release =
        sandbox.run(&["publish", "--yes", "--message-format", "json"]).exits(0).object("release");
    assert_eq!(release["outcome"], "done", "{release}");
    let after = sandbox.published_lines();
    let added: Vec<_> = after.iter().filter(|line| !before.contains(line)).cloned().collect();
    assert_eq!(added, ["bin 1.3.1", "lib1 0.2.0", "lib2 0.3.0", "lib3 0.4.0"]);
    is_in_step(sandbox);
    for tag in ["bin-v1.3.1", "lib1-v0.2.0", "lib2-v0.3.0", "lib3-v0.4.0"] {
        assert_eq!(
            sandbox.remote_git(&["rev-parse", &format!("{tag}^{{commit}}")]),
            sandbox.git(&["rev-parse", "HEAD"]),
            "{tag} is not on the release commit"
        );
    }
    tell("published lib1 0.2.0, lib2 0.3.0, lib3 0.4.0, bin 1.3.1, tagged and pushed");

    let again = sandbox.run(&["publish", "--yes"]).exits(0);
    let said = format!("{}{}", again.stdout, again.stderr).to_lowercase();
    assert!(said.contains("nothing to release"), "{again}");
    assert_eq!(sandbox.published_lines(), after);
    tell("a second publish found nothing to release");

    let rollback = sandbox
        .run(&["yank-rollback", "--yes", "--message-format", "json"])
        .exits(0)
        .object("rollback");
    assert_eq!(rollback["outcome"], "done", "{rollback}");
    let yanked: Vec<_> = added.iter().map(|line| format!("{line} (yanked)")).collect();
    let now = sandbox.published_lines();
    assert!(yanked.iter().all(|line| now.contains(line)), "not all yanked: {now:?}");
    assert!(before.iter().all(|line| now.contains(line)), "too much yanked: {now:?}");
    assert_eq!(
        sandbox.git(&["rev-parse", "HEAD^{tree}"]),
        untouched,
        "the revert is not the tree before the release"
    );
    is_in_step(sandbox);
    tell("taken back: all four yanked, the commit reverted by another, the workspace resolves");

    sandbox.run(&["yank-rollback", "--undo", "--yes"]).exits(0);
    assert_eq!(sandbox.published_lines(), after, "not all is back");
    tell("and that taken back: all four live again");
}

/// Checks that the tree is clean and the remote's branch is where ours is.
#[track_caller]
pub fn is_in_step(sandbox: &Sandbox) {
    assert_eq!(sandbox.git(&["status", "--porcelain"]), "", "the tree is not clean");
    assert_eq!(
        sandbox.remote_git(&["rev-parse", "main"]),
        sandbox.git(&["rev-parse", "HEAD"]),
        "the remote is elsewhere"
    );
}
