//! A remote that moves, refuses, hangs up or is gone.

use super::super::fault::{Fault, Operation, on};
use super::super::row::{Expect, Row, publish};

pub(super) fn rows() -> Vec<Row> {
    let at = |id, words, package, act| {
        publish(id, words).fault(on(Operation::Publish, package), Fault::Meanwhile(act)).puts(4)
    };
    vec![
        at("X01", "the remote moves ahead during the uploads", "lib2", |scene| {
            scene.push_from_elsewhere();
        })
        .expect(Expect::Stops(&[100]))
        .own_tree(),
        at("X02", "the remote is gone during the uploads", "lib3", |scene| scene.hide_remote(true))
            .between(|world| world.scene.hide_remote(false))
            .and(&["--max-wait", "2s"])
            .stops(),
        at("X02b", "the remote is gone, and still gone when resumed", "lib3", |scene| {
            scene.hide_remote(true);
        })
        .between(|world| {
            let ran =
                world.run(&super::super::victim::Victim::publish().and(&["--max-wait", "2s"]));
            assert_eq!(ran.code, Some(100), "{}", ran.stderr);
            world.scene.hide_remote(false);
        })
        .and(&["--max-wait", "2s"])
        .stops(),
        at("X03", "the remote refuses the tags", "lib3", |scene| {
            scene.hook("update", Some("case $1 in refs/tags/*) exit 1;; esac"));
        })
        .between(|world| world.scene.hook("update", None))
        .stops(),
        at("X03b", "the remote takes two of four tags", "lib3", |scene| {
            scene.hook("update", Some("case $1 in refs/tags/lib[23]*) exit 1;; esac"));
        })
        .between(|world| world.scene.hook("update", None))
        .stops(),
        at("X09", "the push of the tags arrives, its answer does not", "lib3", |scene| {
            scene.hook("post-receive", Some("rm -f hooks/post-receive; kill -9 $PPID"));
        })
        .stops(),
        publish("X09b", "the push of the commit arrives, its answer does not")
            .before(|world| {
                let script = "while read old new ref; do\n  case $ref in refs/heads/*) \
                              rm -f hooks/post-receive; kill -9 $PPID;; esac\ndone";
                world.scene.hook("post-receive", Some(script));
            })
            .expect(Expect::Stops(&[97, 100]))
            .puts(4),
        publish("X09c", "the push of the commit is cut before it arrives")
            .before(|world| {
                let script = "case $1 in refs/heads/*) rm -f hooks/update; kill -9 $PPID;; esac";
                world.scene.hook("update", Some(script));
            })
            .expect(Expect::Stops(&[97, 100]))
            .puts(4),
        at("X11", "somebody deletes the lock", "lib2", |scene| {
            scene.git(&scene.remote, &["update-ref", "-d", "refs/orchestrate/lock"]);
        })
        .stops(),
        at("X12", "somebody deletes the mirror", "lib2", |scene| {
            for name in scene.refs(&scene.remote).into_keys() {
                if name.starts_with("refs/orchestrate/release/") {
                    scene.git(&scene.remote, &["update-ref", "-d", &name]);
                }
            }
        })
        .stops(),
        at("X13", "the remote has no room any more", "lib3", |scene| {
            scene.hook("pre-receive", Some("echo 'no space left on device' >&2; exit 1"));
        })
        .between(|world| world.scene.hook("pre-receive", None))
        .stops(),
        at("X14", "a tag of the release is made here by somebody", "lib2", |scene| {
            scene.git(&scene.work, &["tag", "lib3-v0.4.0"]);
        })
        .stops(),
        at("X15", "the index of git is locked", "lib3", |scene| {
            std::fs::write(scene.work.join(".git/index.lock"), "").expect("it can be written");
        })
        .between(|world| drop(std::fs::remove_file(world.scene.work.join(".git/index.lock"))))
        .stops(),
    ]
}
