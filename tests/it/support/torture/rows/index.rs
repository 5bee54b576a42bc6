//! An index that is late, absent, stale, or wrong.

use super::super::fault::Reached::No;
use super::super::fault::RetryAfter::Nothing;
use super::super::fault::{Body, Fault, On, Operation, on};
use super::super::row::{Expect, Row, publish};
use super::super::world::World;
use serde_json::json;

/// Reads of a package's index, from the one after its upload on: the plan, the packing and the look
/// before the first upload come earlier, so the count begins with the upload.
const LIB2: On = on(Operation::Index, "lib2");

fn lag(world: &World, package: &str, fault: &serde_json::Value) {
    world.sandbox.fault(&json!({"operation": "publish", "package": package, "fault": fault}));
}

pub(super) fn rows() -> Vec<Row> {
    let mut rows = late();
    rows.extend(wrong());
    rows.extend(early());
    rows
}

fn late() -> Vec<Row> {
    vec![
        publish("I01", "the first level shows after 2.5 s")
            .before(|world| lag(world, "lib1", &json!({"kind": "index-lag", "ms": 2500})))
            .puts(4),
        publish("I02", "every level shows after ten reads")
            .before(|world| {
                for package in ["lib1", "lib2", "lib3", "bin"] {
                    lag(world, package, &json!({"kind": "index-lag", "reads": 10}));
                }
            })
            .puts(4),
        publish("I02b", "it shows later than anybody waits")
            .before(|world| lag(world, "lib2", &json!({"kind": "index-lag", "reads": 15})))
            .and(&["--max-wait", "1s"])
            .stops()
            .puts(4),
    ]
}

/// Once the upload was accepted the index answers so three times.
fn wrong() -> Vec<Row> {
    let after = |id, words, fault: Fault| publish(id, words).after_upload(LIB2.times(3), fault);
    let answer = |status, body| Fault::Answer(No, status, Nothing, body);
    let slow = |row: Row| row.told("CARGO_HTTP_TIMEOUT", "1");
    vec![
        after("I03", "503", answer(503, Body::Html)),
        slow(after("I03b", "no answer", Fault::Silence(No))),
        after("I03c", "the connection ends", Fault::Cut(No)),
        after("I03d", "429", answer(429, Body::Empty)),
        after("I03e", "401", answer(401, Body::Empty)),
        after("I03f", "403", answer(403, Body::Html)),
        after("I03g", "404", answer(404, Body::Empty)),
        after("I03h", "451", answer(451, Body::Empty)),
        after("I04", "an older copy", Fault::Stale),
        after("I05", "another ETag each time", Fault::EtagFlip),
        after("I06", "304, whatever is asked", Fault::Unchanged),
        after("I07", "half of the file", Fault::TruncateBody),
        after("I07b", "half a head", Fault::TruncateHead),
        after("I08", "lines that are not JSON", answer(200, Body::BrokenJson)),
        after("I08b", "HTML with 200", answer(200, Body::Html)),
        after("I08c", "nothing with 200", answer(200, Body::Empty)),
        after("I08d", "no HTTP", Fault::Garbage),
        after("I09", "lines of another package", Fault::Replace("\"lib2\"", "\"lib9\"")),
        after("I10", "70 MiB", Fault::Huge(70)),
        after("I11", "byte by byte", Fault::Slow(super::ms(1))),
        after("I12", "closed behind each answer", Fault::CloseBehind),
        after("I13", "a redirect into nowhere", Fault::Redirect(302)),
        after("I14", "another checksum", Fault::Replace("\"cksum\":\"", "\"cksum\":\"0000"))
            .expect(Expect::Stops(&[100, 105])),
    ]
}

/// While it is planned.
fn early() -> Vec<Row> {
    let answer = |status, body| Fault::Answer(No, status, Nothing, body);
    let config = on(Operation::Config, "").times(0);
    let all = on(Operation::Index, "").times(0);
    let refused = Expect::Refused(&[96, 97, 101, 102]);
    let early = |id, words, on, fault| publish(id, words).fault(on, fault).expect(refused).puts(0);
    vec![
        early("I20", "no `config.json`", config, answer(404, Body::Empty)),
        early("I20b", "`config.json` is HTML", config, answer(200, Body::Html)),
        early("I20c", "`config.json` is `null`", config, answer(200, Body::Raw("null"))),
        early("I21", "the index answers 500", all, answer(500, Body::Empty)),
        early("I21b", "the index answers HTML", all, answer(200, Body::Html)),
        early(
            "I21c",
            "the index answers for others",
            all,
            Fault::Replace("\"name\":\"", "\"name\":\"x"),
        ),
    ]
}
