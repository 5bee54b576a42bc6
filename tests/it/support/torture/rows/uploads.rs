//! What can happen to one upload; on the second of four packages unless said otherwise.

use super::super::fault::Reached::{No, Yes};
use super::super::fault::RetryAfter::Nothing;
use super::super::fault::{Body, Fault, On, Operation, on};
use super::super::row::{Expect, Row, publish};
use super::{KILL_AFTER, Scene, World, replace};
use serde_json::json;

/// The upload that is spoiled.
const LIB2: On = on(Operation::Publish, "lib2");

pub(super) fn rows() -> Vec<Row> {
    let mut rows = unknown();
    rows.extend(refused());
    rows.extend(registry());
    rows.extend(resumed());
    rows
}

/// Answers that say nothing of whether it was stored.
fn unknown() -> Vec<Row> {
    let answer = |reached, status, body| Fault::Answer(reached, status, Nothing, body);
    let stops = |id, words, fault, puts| publish(id, words).fault(LIB2, fault).stops().puts(puts);
    vec![
        stops("U01", "the connection ends after acceptance", Fault::Cut(Yes), 4),
        stops("U02", "silence after acceptance", Fault::Silence(Yes), 4)
            .told("CARGO_HTTP_TIMEOUT", "1"),
        stops("U02b", "silence, nothing stored", Fault::Silence(No), 5)
            .told("CARGO_HTTP_TIMEOUT", "1"),
        stops("U03", "500 after acceptance", answer(Yes, 500, Body::Empty), 4),
        stops("U03b", "502 with HTML after acceptance", answer(Yes, 502, Body::Html), 4),
        stops("U03c", "408 after acceptance", answer(Yes, 408, Body::Empty), 4),
        stops("U04", "2xx with half its body, after acceptance", Fault::TruncateBody, 4),
        stops("U04b", "half a head, after acceptance", Fault::TruncateHead, 4),
        stops("U04c", "a success that is not JSON", answer(Yes, 200, Body::BrokenJson), 4),
        stops("U04d", "HTML with 200, after acceptance", answer(Yes, 200, Body::Html), 4),
        stops("U04e", "an empty 204, after acceptance", answer(Yes, 204, Body::Empty), 4),
        stops("U05", "something that is not HTTP, nothing stored", Fault::Garbage, 5),
        stops("U06", "the connection ends, nothing stored", Fault::Cut(No), 5),
        stops("U06b", "reset in the middle of the body", Fault::CutMidBody, 5),
        stops("U07", "503 once, nothing stored", answer(No, 503, Body::Empty), 5)
            .expect(Expect::Done),
        stops("U07b", "500 with HTML, nothing stored", answer(No, 500, Body::Html), 5)
            .expect(Expect::Done),
        stops("U07c", "599, nothing stored", answer(No, 599, Body::Empty), 5),
        stops("U08", "a body of 3 MiB after acceptance", Fault::Huge(3), 4),
        stops("U08b", "a body without end after acceptance", Fault::Endless, 4),
        stops("U08c", "the answer byte by byte", Fault::Slow(super::ms(5)), 4).expect(Expect::Done),
        stops("U09", "200, empty, nothing stored; last package", answer(No, 200, Body::Empty), 5)
            .and(&["--max-wait", "1s"])
            .on(on(Operation::Publish, "bin")),
        stops("U10", "200, empty, nothing stored; middle package", answer(No, 200, Body::Empty), 5)
            .and(&["--max-wait", "1s"]),
        stops("U12", "every upload ends without an answer, stored", Fault::Cut(Yes), 4).on(on(
            Operation::Publish,
            "",
        )
        .times(0)),
        stops("U12b", "every second upload is cut in its body", Fault::CutMidBody, 5).on(on(
            Operation::Publish,
            "",
        )
        .nth(2)),
        stops("U12c", "503 twice in a row", answer(No, 503, Body::Empty), 6).on(LIB2.times(2)),
    ]
}

/// Answers that say no.
fn refused() -> Vec<Row> {
    let answer = |status, body| Fault::Answer(No, status, Nothing, body);
    let stops = |id, words, fault| {
        publish(id, words).fault(LIB2.times(0), fault).expect(Expect::Stops(&[100, 105])).puts(5)
    };
    vec![
        stops("U11", "200 with an `errors` body", answer(200, Body::Errors("no such category"))),
        stops("U11b", "400", answer(400, Body::Errors("invalid upload request"))),
        stops("U11c", "413 without a body", answer(413, Body::Empty)),
        stops("U11d", "404 with HTML", answer(404, Body::Html)),
        stops("U11e", "418 that nobody expects", answer(418, Body::Raw("teapot"))),
        stops("S06", "307 to another server", Fault::Redirect(307)),
        stops("S06b", "302 to another server", Fault::Redirect(302)),
        stops("S06c", "308 to another server", Fault::Redirect(308)),
    ]
}

/// A registry that itself does wrong.
fn registry() -> Vec<Row> {
    fn told(world: &World, package: &str, fault: &serde_json::Value) {
        let rule = json!({"operation": "publish", "package": package, "fault": fault});
        world.sandbox.fault(&rule);
    }
    vec![
        publish("U01r", "a true reset after acceptance")
            .before(|world| told(world, "lib2", &json!({"kind": "reset", "when": "after"})))
            .stops(),
        publish("U06r", "a true reset before acceptance")
            .before(|world| told(world, "lib2", &json!({"kind": "reset"})))
            .stops()
            .puts(5)
            .registry_lies(),
        publish("U14", "accepted, and never there")
            .before(|world| told(world, "lib2", &json!({"kind": "forget"})))
            .and(&["--max-wait", "1s"])
            .stops()
            .puts(5)
            .registry_lies(),
        publish("U15", "stored with other bytes than were sent")
            .before(|world| told(world, "lib2", &json!({"kind": "corrupt"})))
            .expect(Expect::Decision),
        publish("U16", "a stranger takes a later version meanwhile")
            .fault(LIB2, Fault::Meanwhile(|scene| scene.publish_foreign("lib3", "0.4.0")))
            .expect(Expect::Decision),
        publish("U16b", "a stranger takes the version while it is sent")
            .fault(LIB2, Fault::Meanwhile(|scene| scene.publish_foreign("lib2", "0.3.0")))
            .expect(Expect::Decision),
    ]
}

/// What happens between a stop and the resume.
fn resumed() -> Vec<Row> {
    let stopped =
        |id, words| publish(id, words).fault(LIB2, KILL_AFTER).expect(Expect::Killed).puts(4);
    vec![
        stopped("U13", "sources changed before the resume")
            .between(|world| {
                world.sandbox.write("lib3/notes.txt", "mine\n");
            })
            .own_tree(),
        stopped("U13b", "a commit on top before the resume")
            .between(|world| {
                replace(world, "lib3/src/lib.rs", "pub", "/* mine */ pub");
                super::commit(world, "fix(lib3): later");
            })
            .own_tree(),
        stopped("U13c", "the kept bytes are gone").between(|world| {
            for run in world.scene.runs() {
                drop(std::fs::remove_dir_all(run.join("artifacts")));
            }
        }),
        stopped("U13d", "the kept bytes are cut").between(|world| {
            for run in world.scene.runs() {
                for name in ["lib3-0.4.0.crate", "bin-1.3.1.crate"] {
                    std::fs::write(run.join("artifacts").join(name), "").expect("it is there");
                }
            }
        }),
        stopped("U13e", "another branch is checked out")
            .between(|world| {
                let Scene { work, .. } = &world.scene;
                world.scene.git(work, &["switch", "--quiet", "--create", "feature", "HEAD~1"]);
            })
            .own_tree(),
    ]
}
