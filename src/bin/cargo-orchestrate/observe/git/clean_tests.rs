use super::super::testing::World;
use super::*;
use std::fs;
use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::path::Path;
use std::process::Command;
use std::time::{Duration, SystemTime};

fn git(folder: &Path, words: &[&str]) {
    let mut git = Command::new("git");
    git.current_dir(folder).args(["-c", "user.name=me", "-c", "user.email=me@example.org"]);
    git.args(["-c", "protocol.file.allow=always", "-c", "core.autocrlf=false"]).args(words);
    let done = git.output().expect("git");
    assert!(done.status.success(), "{words:?}: {}", String::from_utf8_lossy(&done.stderr));
}

/// Lets the index look younger than all files, as it mostly is.
fn settle(folder: &Path) {
    let index = fs::File::options().append(true).open(folder.join(".git/index")).expect("an index");
    index.set_modified(SystemTime::now() + Duration::from_secs(2)).expect("a time");
}

/// A repository with what there may be in one, committed by the `git` program.
fn world() -> World {
    let mut world = World::new(&[("lib/Cargo.toml", "one")]);
    world.write(&[(".gitignore", "/target\n*.log\n"), ("lib/src/a.rs", "a"), ("lib-b/x", "b")]);
    let folder = world.folder.path().to_owned();
    symlink("lib/src/a.rs", folder.join("link")).expect("a symlink");
    fs::set_permissions(folder.join("lib-b/x"), fs::Permissions::from_mode(0o755)).expect("a mode");
    world.commit("feat: all of it");
    git(&folder, &["submodule", "--quiet", "add", "./.git", "module"]);
    git(&folder, &["add", "-A"]);
    git(&folder, &["commit", "-qm", "feat: a module"]);
    world.write(&[("target/debug/x", "built"), ("lib/run.log", "ran"), ("module/more", "theirs")]);
    settle(&folder);
    world
}

/// Something that happens to a repository.
type Disturbance = Box<dyn FnOnce(&Path)>;

fn is_clean_after(disturb: impl FnOnce(&Path)) -> bool {
    let world = world();
    disturb(world.folder.path());
    is_clean(&Repository::open(world.folder.path()).expect("a repository"))
}

#[test]
fn a_tree_with_nothing_but_ignored_files_beside_is_clean() {
    assert!(is_clean_after(|_| ()));
    assert!(is_clean_after(|folder| git(folder, &["checkout", "--quiet", "--detach"])));
    assert!(is_clean_after(|folder| {
        git(folder, &["read-tree", "HEAD"]);
        git(folder, &["update-index", "--refresh"]);
        settle(folder);
    }));
}

#[test]
fn whatever_may_be_a_change_leaves_it_in_doubt() {
    let write = |path: &'static str, text: &'static str| {
        move |folder: &Path| fs::write(folder.join(path), text).expect("a file")
    };
    let remove = |path: &'static str| {
        move |folder: &Path| fs::remove_file(folder.join(path)).expect("a file")
    };
    let disturbances: Vec<(&str, Disturbance)> = vec![
        ("longer", Box::new(write("lib/src/a.rs", "aa"))),
        ("of the same length", Box::new(write("lib/src/a.rs", "b"))),
        ("untracked", Box::new(write("lib/src/b.rs", ""))),
        ("untracked beside a folder", Box::new(write("lib.rs", ""))),
        (
            "in a new folder",
            Box::new(|folder: &Path| {
                fs::create_dir_all(folder.join("new/folder")).expect("a folder");
            }),
        ),
        ("not ignored any more", Box::new(write(".gitignore", "*.log"))),
        ("removed", Box::new(remove("lib/src/a.rs"))),
        (
            "a whole folder removed",
            Box::new(|folder: &Path| {
                fs::remove_dir_all(folder.join("lib")).expect("a folder");
            }),
        ),
        (
            "removed and there again",
            Box::new(|folder: &Path| {
                fs::remove_file(folder.join("lib/src/a.rs")).expect("a file");
                fs::write(folder.join("lib/src/a.rs"), "a").expect("a file");
            }),
        ),
        (
            "not executable any more",
            Box::new(|folder: &Path| {
                let mode = fs::Permissions::from_mode(0o644);
                fs::set_permissions(folder.join("lib-b/x"), mode).expect("a mode");
            }),
        ),
        (
            "a symlink for a file",
            Box::new(|folder: &Path| {
                fs::remove_file(folder.join("lib/src/a.rs")).expect("a file");
                symlink("../Cargo.toml", folder.join("lib/src/a.rs")).expect("a symlink");
            }),
        ),
        (
            "another symlink",
            Box::new(|folder: &Path| {
                fs::remove_file(folder.join("link")).expect("a symlink");
                symlink("lib/Cargo.toml", folder.join("link")).expect("a symlink");
            }),
        ),
        (
            "a symlink for a folder",
            Box::new(|folder: &Path| {
                fs::rename(folder.join("lib"), folder.join("target/lib")).expect("a folder");
                symlink("target/lib", folder.join("lib")).expect("a symlink");
            }),
        ),
        (
            "a file for a submodule",
            Box::new(|folder: &Path| {
                fs::remove_dir_all(folder.join("module")).expect("a folder");
                fs::write(folder.join("module"), "").expect("a file");
            }),
        ),
        (
            "staged",
            Box::new(|folder: &Path| {
                fs::write(folder.join("lib/src/b.rs"), "").expect("a file");
                git(folder, &["add", "-A"]);
                settle(folder);
            }),
        ),
        (
            "another commit",
            Box::new(|folder: &Path| {
                git(folder, &["reset", "--quiet", "--soft", "HEAD~"]);
            }),
        ),
        (
            "skipped",
            Box::new(|folder: &Path| {
                git(folder, &["update-index", "--skip-worktree", "lib/src/a.rs"]);
                settle(folder);
            }),
        ),
        (
            "taken for unchanged",
            Box::new(|folder: &Path| {
                git(folder, &["update-index", "--assume-unchanged", "lib/src/a.rs"]);
                settle(folder);
            }),
        ),
        (
            "of another form",
            Box::new(|folder: &Path| {
                git(folder, &["update-index", "--index-version", "4"]);
                settle(folder);
            }),
        ),
        (
            "in two files",
            Box::new(|folder: &Path| {
                git(folder, &["update-index", "--split-index"]);
                settle(folder);
            }),
        ),
        (
            "as young as the files",
            Box::new(|folder: &Path| {
                let written = fs::metadata(folder.join("lib/src/a.rs")).expect("a file").modified();
                let index = fs::File::options().append(true).open(folder.join(".git/index"));
                index.expect("an index").set_modified(written.expect("a time")).expect("a time");
            }),
        ),
        (
            "without an index",
            Box::new(|folder: &Path| {
                fs::remove_file(folder.join(".git/index")).expect("an index");
            }),
        ),
        (
            "with half an index",
            Box::new(|folder: &Path| {
                let bytes = fs::read(folder.join(".git/index")).expect("an index");
                fs::write(folder.join(".git/index"), &bytes[..bytes.len() / 2]).expect("an index");
                settle(folder);
            }),
        ),
    ];
    for (what, disturb) in disturbances {
        assert!(!is_clean_after(disturb), "{what}");
    }
}

#[test]
fn the_index_is_read_as_libgit2_reads_it() {
    let world = world();
    let bytes = fs::read(world.folder.path().join(".git/index")).expect("an index");
    let read = IndexFile::read(&bytes).expect("an index");
    let git = Repository::open(world.folder.path()).expect("a repository");
    let head = git.head().and_then(|head| head.peel_to_tree()).expect("a tree");
    assert_eq!(read.tree, Some(head.id()));
    let index = git.index().expect("an index");
    assert_eq!(read.entries.len(), index.len());
    for (read, expected) in read.entries.iter().zip(index.iter()) {
        assert_eq!((read.path, read.mode), (&expected.path[..], expected.mode));
        assert_eq!(read.id, expected.id);
        let stat = (read.stat.size, read.stat.inode, read.stat.user, read.stat.group);
        assert_eq!(stat, (expected.file_size, expected.ino, expected.uid, expected.gid));
        let (modified, changed) = (expected.mtime, expected.ctime);
        assert_eq!(i64::from(read.stat.modified.0), i64::from(modified.seconds()));
        assert_eq!(read.stat.modified.1, modified.nanoseconds());
        assert_eq!(i64::from(read.stat.changed.0), i64::from(changed.seconds()));
        assert_eq!(read.stat.changed.1, changed.nanoseconds());
    }
    for at in 0..bytes.len() {
        // Whatever is cut off: an answer or none, and never the end of the program.
        let _ = IndexFile::read(&bytes[..at]);
    }
}
