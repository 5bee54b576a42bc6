use super::super::testing::{ROOT, World, canonical};
use super::*;
use crate::observe::Checkout;
use cargo_orchestrate::facts::RemoteBranch;
use cargo_orchestrate::model::RelPath;

fn words(paths: &[RelPath]) -> Vec<&str> {
    paths.iter().map(RelPath::as_str).collect()
}

#[test]
fn what_is_not_committed_is_listed_and_what_is_ignored_is_not() {
    let mut world = World::released();
    world.write(&[(".gitignore", "/target\n")]);
    world.commit("chore: ignore");
    world.write(&[("a/src/lib.rs", "changed"), ("notes/x", ""), ("target/y", "")]);
    let state = world.state();
    assert_eq!(words(&state.dirty), ["a/src/lib.rs"]);
    assert_eq!(words(&state.untracked), ["notes"]);
}

#[test]
fn what_filters_and_sparse_checkouts_do_is_no_change() {
    let world = World::released();
    let git = |arguments: &[&str]| {
        let mut git = std::process::Command::new("git");
        git.current_dir(world.folder.path()).args(["-c", "user.name=me", "-c", "user.email=me@x"]);
        let done = git.args(arguments).output().expect("git");
        assert!(done.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&done.stderr));
    };
    git(&["config", "filter.pointer.clean", "git hash-object --stdin"]);
    world.write(&[(".gitattributes", "*.bin filter=pointer\n"), ("a/x.bin", "large")]);
    git(&["add", "-A"]);
    git(&["commit", "-qm", "feat: large"]);
    // Written anew, so that its time says nothing.
    std::fs::remove_file(world.folder.path().join("a/x.bin")).expect("a file");
    world.write(&[("a/x.bin", "large")]);
    git(&["update-index", "--skip-worktree", "README.md"]);
    std::fs::remove_file(world.folder.path().join("README.md")).expect("a file");
    let state = world.state();
    assert_eq!((state.dirty, state.untracked), (Vec::new(), Vec::new()));
    world.write(&[("a/x.bin", "larger"), ("a b/ä", "")]);
    let state = world.state();
    assert_eq!(words(&state.dirty), ["a/x.bin"]);
    assert_eq!(words(&state.untracked), ["a b"]);
}

#[test]
fn tags_say_which_commit_they_stand_for_and_whether_head_has_it() {
    let mut world = World::released();
    let first = world.head();
    world.write(&[("x", "")]);
    let beside = world.commit_on("feat: beside", &[first], None);
    let beside = git2::Oid::from_str(beside.as_str()).expect("an id");
    let who = git2::Signature::now("me", "me@example.org").expect("somebody");
    let object = world.git.find_object(beside, None).expect("a commit");
    let annotated = world.git.tag("app-v2.0.0", &object, &who, "message", false).expect("a tag");
    let tree = world.git.find_commit(first).expect("a commit").tree_id();
    world.git.reference("refs/tags/a-tree", tree, false, "").expect("a tag");
    world.git.reference("refs/tags/--output=x", first, false, "").expect("a tag");
    let tags = world.state().tags;
    assert_eq!(tags.keys().collect::<Vec<_>>(), ["a-v0.1.0", "app-v1.0.0", "app-v2.0.0"]);
    assert!(tags["a-v0.1.0"].reachable);
    let tag = &tags["app-v2.0.0"];
    assert!(!tag.reachable);
    assert_eq!(
        (tag.oid.to_string(), tag.commit.to_string()),
        (annotated.to_string(), beside.to_string())
    );
}

#[test]
fn a_detached_head_has_no_branch() {
    let world = World::released();
    assert_eq!(world.state().branch.map(|branch| branch.name).as_deref(), Some("main"));
    world.git.set_head_detached(world.head()).expect("detached");
    assert_eq!(world.state().branch, None);
}

#[test]
fn a_branch_without_commits_is_named() {
    let world = World::new(&[("Cargo.toml", "[workspace]\n")]);
    let checkout = world.checkout().expect("a checkout");
    let error = repository(&checkout, Ask::NoRemote).expect_err("no commits");
    assert_eq!(error.to_string(), "the branch `main` has no commits yet");
}

#[test]
fn the_remote_is_asked_for_its_branch_and_tags() {
    let world = World::released();
    let bare = tempfile::tempdir().expect("a folder");
    let there = git2::Repository::init_bare(bare.path()).expect("a repository");
    let path = bare.path().to_str().expect("a path");
    world.git.remote("origin", path).expect("a remote");
    let ask = || {
        let checkout = world.checkout().expect("a checkout");
        let state = repository(&checkout, Ask::Remote).expect("a state");
        state.remote.expect("a remote")
    };
    assert_eq!(ask().branch, RemoteBranch::Absent);
    let mut remote = world.git.find_remote("origin").expect("a remote");
    let all = ["refs/heads/main:refs/heads/main", "refs/tags/a-v0.1.0:refs/tags/a-v0.1.0"];
    remote.push(&all, None).expect("a push");
    let answer = ask();
    assert_eq!(answer.branch, RemoteBranch::At(from_git(world.head())));
    assert_eq!(answer.tags.keys().collect::<Vec<_>>(), ["a-v0.1.0"]);
    let head = there.find_commit(world.head()).expect("pushed");
    let tree = head.tree().expect("a tree");
    let who = git2::Signature::now("me", "me@example.org").expect("somebody");
    let ahead = there
        .commit(Some("refs/heads/main"), &who, &who, "theirs", &tree, &[&head])
        .expect("a commit");
    assert_eq!(ask().branch, RemoteBranch::Ahead(from_git(ahead)));
    world.git.remote_set_url("origin", "/nowhere/at/all").expect("an address");
    assert!(matches!(ask().branch, RemoteBranch::Unreachable(_)));
}

#[test]
fn a_checkout_says_where_things_are() {
    let world = World::released();
    let root = canonical(world.folder.path());
    let inside = world.folder.path().join("a/src");
    let checkout = Checkout::open(&inside, None).expect("a checkout");
    assert_eq!(checkout.repository_root, root);
    assert_eq!(checkout.workspace_root, root);
    assert_eq!(checkout.common_dir, root.join(".git"));
    let lockfile = checkout.lockfile().expect("readable").expect("a lock file");
    assert!(lockfile.tracked);
    assert!(checkout.orchestrate_toml().expect("readable").is_none());
    assert_eq!(checkout.manifests().expect("readable").len(), 3);
}

#[test]
fn a_worktree_shares_the_git_folder() {
    let world = World::released();
    let beside = tempfile::tempdir().expect("a folder");
    let path = beside.path().join("tree");
    world.git.worktree("tree", &path, None).expect("a worktree");
    let checkout = Checkout::open(&path, None).expect("a checkout");
    let root = canonical(world.folder.path());
    assert_eq!(checkout.common_dir, root.join(".git"));
    assert_eq!(checkout.repository_root, canonical(&path));
}

#[test]
fn what_is_missing_or_broken_has_an_error_of_its_own() {
    let said = |folder: &std::path::Path, manifest: Option<&str>| {
        let found = Checkout::open(folder, manifest.map(std::path::Path::new));
        let error = found.err().expect("an error").to_string();
        error.replace(canonical(folder).to_str().expect("a path"), "DIR")
    };
    let empty = tempfile::tempdir().expect("a folder");
    let text = said(empty.path(), None);
    assert_eq!(text, "there is no `Cargo.toml` in `DIR` or in any folder above it");
    let world = World::new(&[("Cargo.toml", ROOT), ("bad/Cargo.toml", "[package]\nname = \n")]);
    assert!(said(world.folder.path(), Some("no/Cargo.toml")).ends_with("does not exist"));
    let text = said(world.folder.path(), Some("bad/Cargo.toml"));
    assert!(text.starts_with("`cargo metadata` failed\nerror: "), "{text}");
    assert!(text.contains("bad/Cargo.toml:2:8"), "{text}");
    let outside = tempfile::tempdir().expect("a folder");
    std::fs::write(outside.path().join("Cargo.toml"), "[workspace]\n").expect("a file");
    assert_eq!(said(outside.path(), None), "`DIR` is not in a git repository");
    git2::Repository::init_bare(outside.path().join(".git")).expect("a repository");
    assert_eq!(
        said(outside.path(), None),
        "the git repository `DIR/.git/` is bare: it has no working tree"
    );
}
