//! Files and folders that are not what they should be, and others at work in the same place.

use super::super::fault::{Fault, Operation, on};
use super::super::row::{Expect, Row, publish};
use super::super::victim::Victim;
use super::super::world::World;
use super::KILL_AFTER;
use std::fs;
use std::path::PathBuf;

pub(super) fn rows() -> Vec<Row> {
    let mut rows = damaged();
    rows.extend(moved());
    rows.extend(others());
    rows
}

/// The first log of the journal.
fn log(world: &World) -> PathBuf {
    world.scene.runs().pop().expect("a run was begun").join("wal")
}

/// Killed with the second upload stored, and then the journal is not what it was.
fn damaged() -> Vec<Row> {
    let killed = |id, words| {
        let row = publish(id, words).fault(on(Operation::Publish, "lib2"), KILL_AFTER);
        row.expect(Expect::Halts)
    };
    let mends = |row: Row| row.expect(Expect::Killed).puts(4);
    vec![
        killed("J01", "a byte in the middle of the log is another").between(|world| {
            let mut bytes = fs::read(log(world)).expect("it is there");
            bytes[40] ^= 1;
            fs::write(log(world), bytes).expect("the world can be written");
        }),
        killed("J02", "a line in the middle of the log is gone").between(|world| {
            let text = fs::read_to_string(log(world)).expect("it is there");
            let kept: Vec<&str> =
                text.lines().enumerate().filter(|(at, _)| *at != 3).map(|(_, line)| line).collect();
            fs::write(log(world), format!("{}\n", kept.join("\n")))
                .expect("the world can be written");
        }),
        killed("J03", "the plan of the run is another").between(|world| {
            let path = log(world).with_file_name("plan.json");
            let text = fs::read_to_string(&path).expect("it is there");
            fs::write(path, text.replace("0.4.0", "0.4.1")).expect("the world can be written");
        }),
        killed("J04", "the plan of the run is cut").between(|world| {
            let path = log(world).with_file_name("plan.json");
            let bytes = fs::read(&path).expect("it is there");
            fs::write(path, &bytes[..bytes.len() / 2]).expect("the world can be written");
        }),
        mends(killed("J05", "the log is empty")).between(|world| {
            fs::write(log(world), "").expect("the world can be written");
        }),
        mends(killed("J06", "the file of the lock is rubbish")).between(|world| {
            fs::write(log(world).with_file_name("lease"), "\0\n\n")
                .expect("the world can be written");
        }),
        mends(killed("J07", "a folder of a run that was never finished making")).between(|world| {
            let releases = log(world).with_file_name("").join("../.20200101T000000Z-00000000");
            fs::create_dir_all(releases.join("artifacts")).expect("the world can be written");
        }),
        publish("J08", "the folder of the journal is a file")
            .before(|world| {
                fs::write(world.scene.work.join(".git/orchestrate"), "")
                    .expect("it can be written");
            })
            .expect(Expect::Refused(&[96, 97])),
        publish("J09", "the target folder cannot be made")
            .told("CARGO_TARGET_DIR", "/dev/null/target")
            .expect(Expect::Refused(&[96, 97, 101])),
    ]
}

/// Killed with the second upload stored, and then the repository is moved.
fn moved() -> Vec<Row> {
    let killed = |id, words, act| {
        let row = publish(id, words).fault(on(Operation::Publish, "lib2"), KILL_AFTER);
        row.between(act).expect(Expect::Killed).puts(4)
    };
    vec![
        killed("G01", "the branch is put back behind the release", |world| {
            git(world, &["reset", "--quiet", "--hard", "HEAD~1"]);
        })
        .own_tree(),
        killed("G02", "the release commit is amended", |world| {
            git(world, &["commit", "--quiet", "--amend", "--message", "release: mine"]);
        })
        .own_tree(),
        killed("G03", "HEAD is detached at the release", |world| {
            git(world, &["checkout", "--quiet", "--detach"]);
        })
        .own_tree(),
        killed("G04", "everything is packed and collected", |world| {
            git(world, &["gc", "--quiet", "--prune=now"]);
            world.scene.git(&world.scene.remote, &["gc", "--quiet", "--prune=now"]);
        }),
        killed("G06", "objects of the release are empty, as after a power cut", |world| {
            let scene = &world.scene;
            let new = ["rev-list", "--objects", "HEAD", "^HEAD~1"];
            for line in scene.git(&scene.work, &new).lines() {
                let (folder, name) = line.split(' ').next().unwrap_or_default().split_at(2);
                let path = scene.work.join(".git/objects").join(folder).join(name);
                drop(fs::remove_file(&path));
                fs::write(path, "").expect("the world can be written");
            }
            let ran = world.run(&Victim::publish());
            assert!(ran.code.is_some_and(|code| code >= 96), "{:?} {}", ran.code, ran.stdout);
            super::clone_again(world);
        }),
        killed("G05", "the release is merged with what others pushed", |world| {
            world.scene.push_from_elsewhere();
            git(world, &["pull", "--quiet", "--no-rebase", "--no-edit"]);
        })
        .own_tree(),
    ]
}

/// Others who do something meanwhile.
fn others() -> Vec<Row> {
    let lib2 = on(Operation::Publish, "lib2");
    vec![
        publish("X05", "a second process in the same checkout, at the same time")
            .fault(on(Operation::Index, "lib1"), Fault::Meanwhile(|scene| scene.rival(&scene.work)))
            .expect(Expect::Stops(&[97]))
            .puts(4),
        publish("X06", "another machine begins at the same time")
            .fault(
                on(Operation::Index, "lib1"),
                Fault::Meanwhile(|scene| {
                    let other = scene.root.join("rival");
                    let (from, to) = (scene.remote.to_string_lossy(), other.to_string_lossy());
                    scene.git(&scene.root, &["clone", "--quiet", &from, &to]);
                    scene.rival(&other);
                }),
            )
            // The one that was refused takes over what the other one pushed, as people do.
            .between(|world| git(world, &["pull", "--quiet", "--ff-only", "--tags"]))
            .expect(Expect::Stops(&[97, 98, 100]))
            .own_tree()
            .puts(4),
        publish("X06b", "another machine comes in the middle of the uploads")
            .fault(
                lib2,
                Fault::Meanwhile(|scene| {
                    let other = scene.root.join("rival");
                    let (from, to) = (scene.remote.to_string_lossy(), other.to_string_lossy());
                    scene.git(&scene.root, &["clone", "--quiet", &from, &to]);
                    scene.rival(&other);
                }),
            )
            .puts(4),
        publish("X16", "killed while the push of the commit goes on by itself")
            .before(|world| {
                let script = "while read old new ref; do\n  case $ref in refs/heads/*)\n    rm -f \
                              hooks/pre-receive; kill -9 $(cat ../process); sleep 0.5;; esac\ndone";
                world.scene.hook("pre-receive", Some(script));
            })
            .expect(Expect::Killed)
            .puts(4),
        publish("X17", "killed while the push of the tags goes on by itself")
            .fault(
                lib2,
                Fault::Meanwhile(|scene| {
                    let script = "rm -f hooks/pre-receive; kill -9 $(cat ../process); sleep 0.5";
                    scene.hook("pre-receive", Some(script));
                }),
            )
            .expect(Expect::Killed)
            .puts(4),
        publish("X18", "somebody yanks what is just out")
            .fault(
                on(Operation::Publish, "lib3"),
                Fault::Meanwhile(|scene| scene.yank("lib2", "0.3.0")),
            )
            .expect(Expect::Somehow)
            .own_end(),
    ]
}

fn git(world: &World, arguments: &[&str]) {
    world.scene.git(&world.scene.work, arguments);
}
