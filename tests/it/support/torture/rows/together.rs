//! Several faults in one release.

use super::super::fault::Reached::{No, Yes};
use super::super::fault::RetryAfter::{Nothing, Seconds};
use super::super::fault::{Body, Fault, Operation, on};
use super::super::row::{Expect, Row, publish};
use super::{KILL, KILL_AFTER};

pub(super) fn rows() -> Vec<Row> {
    let lib2 = on(Operation::Publish, "lib2");
    let index = on(Operation::Index, "lib2");
    let facts = on(Operation::Facts, "").times(0);
    let answer = |status, body| Fault::Answer(No, status, Nothing, body);
    vec![
        publish("C01", "stored without an answer, then the index answers 503")
            .fault(lib2, Fault::Cut(Yes))
            .after_upload(index.times(4), answer(503, Body::Empty))
            .stops()
            .puts(4),
        publish("C02", "429, and killed while it waits")
            .fault(lib2, Fault::Answer(No, 429, Seconds(60), Body::Empty))
            .fault(lib2, Fault::Afterwards(|scene| scene.signal("-KILL")))
            .expect(Expect::Killed)
            .puts(5),
        publish("C03", "not stored, and nobody tells what is recorded")
            .fault(lib2, Fault::Cut(No))
            .fault(facts, answer(404, Body::Empty))
            .stops()
            .puts(5),
        publish("C03b", "not stored, and the web API answers 500")
            .fault(lib2, Fault::Cut(No))
            .fault(facts, answer(500, Body::Html))
            .stops()
            .puts(5),
        publish("C03c", "stored, late in the index, and nobody tells what is recorded")
            .before(|world| {
                let fault = serde_json::json!({"kind": "index-lag", "ms": 3000});
                world.sandbox.fault(&serde_json::json!(
                    {"operation": "publish", "package": "lib2", "fault": fault}
                ));
            })
            .fault(lib2, Fault::Cut(Yes))
            .fault(facts, answer(404, Body::Empty))
            .stops()
            .puts(4),
        publish("C04", "a different fault at each package")
            .fault(on(Operation::Publish, "lib1"), Fault::Cut(Yes))
            .fault(lib2, answer(503, Body::Html))
            .fault(on(Operation::Publish, "lib3"), Fault::TruncateBody)
            .fault(on(Operation::Publish, "bin"), Fault::Answer(Yes, 500, Nothing, Body::Html))
            .stops()
            .puts(5),
        publish("C05", "killed, then every read of the resume fails at first")
            .fault(lib2, KILL_AFTER)
            .later(on(Operation::Index, "").times(6), answer(503, Body::Empty))
            .expect(Expect::Killed)
            .puts(4),
        publish("C06", "killed twice, and the remote gone between")
            .fault(lib2, KILL)
            .later(on(Operation::Publish, "lib3"), KILL_AFTER)
            .between(|world| {
                world.scene.hide_remote(true);
                let ran = world.run(&super::super::victim::Victim::publish());
                assert_ne!(ran.code, Some(0), "{}", ran.stderr);
                world.scene.hide_remote(false);
            })
            .expect(Expect::Killed)
            .puts(4),
        publish("C07", "killed, the journal gone, and the web API answers 500")
            .fault(lib2, KILL_AFTER)
            .later(facts, answer(500, Body::Empty))
            .between(|world| {
                let journal = world.scene.work.join(".git/orchestrate");
                std::fs::remove_dir_all(journal).expect("it is there");
            })
            .expect(Expect::Killed)
            .puts(4),
    ]
}
