//! Answers that no registry gives, and registries that change while they are used.

use super::super::fault::Reached::No;
use super::super::fault::RetryAfter::{Nothing, Seconds};
use super::super::fault::{Body, Fault, On, Operation, on};
use super::super::row::{Expect, Row, publish};
use super::{KILL, KILL_AFTER};

const PUT: On = on(Operation::Publish, "lib2");
const INDEX: On = on(Operation::Index, "lib2");

pub(super) fn rows() -> Vec<Row> {
    let mut rows = messages();
    rows.extend(words());
    rows.extend(changes());
    rows
}

/// Messages that are wrong as messages, behind an upload and in front of the index.
fn messages() -> Vec<Row> {
    let put = |id, words, fault| publish(id, words).fault(PUT, fault).stops().puts(4);
    let index = |id, words, fault| publish(id, words).after_upload(INDEX.times(3), fault);
    vec![
        put("N01", "a body that calls itself gzip", Fault::FalseGzip),
        put("N01b", "a body that unpacks to 80 MiB", Fault::GzipBomb(80)),
        put("N02", "a head without end", Fault::EndlessHead),
        put("N03", "100 Continue and nothing else", Fault::OnlyContinue),
        put("N04", "a length below zero", Fault::Length("-1")),
        put("N04b", "a length that is never reached", Fault::Length("99999")),
        put("N04c", "a length of nothing", Fault::Length("0")),
        put("N04d", "a length that is no number", Fault::Length("many")),
        put("N05", "two answers to one request", Fault::Twice).expect(Expect::Done),
        put("N06", "closed behind the answer", Fault::CloseBehind).expect(Expect::Done),
        index("N11", "the index calls itself gzip", Fault::FalseGzip),
        index("N11b", "the index unpacks to 80 MiB", Fault::GzipBomb(80)),
        index("N12", "a head without end at the index", Fault::EndlessHead),
        index("N13", "100 Continue at the index", Fault::OnlyContinue),
        index("N14", "a length below zero at the index", Fault::Length("-1")),
        index("N14b", "the index ends before its length", Fault::Length("99999")),
        index("N14c", "the index has a length of nothing", Fault::Length("0")),
        index("N15", "two answers at the index", Fault::Twice),
    ]
}

/// Answers in form, with words that mislead.
fn words() -> Vec<Row> {
    let answer = |status, body| Fault::Answer(No, status, Nothing, body);
    let says =
        |id, words, status, text| publish(id, words).fault(PUT, answer(status, Body::Errors(text)));
    vec![
        says(
            "N20",
            "already uploaded, and it is not",
            400,
            "crate version `0.3.0` is already uploaded",
        )
        .and(&["--max-wait", "1s"])
        .stops()
        .puts(5),
        says("N20b", "409, and nothing is there", 409, "conflict")
            .and(&["--max-wait", "1s"])
            .expect(Expect::Stops(&[100, 105]))
            .puts(5),
        says(
            "N21",
            "the limit under 403",
            403,
            "You have published too many crates; please try again after soon",
        )
        .and(&["--max-wait", "1s"])
        .stops()
        .puts(5),
        says("N22", "read-only under 503", 503, "the registry is in read-only mode").puts(5),
        says(
            "N23",
            "an owner is missing in the middle",
            403,
            "this crate exists but you don't seem to be an owner",
        )
        .stops()
        .puts(5),
        publish("N24", "429 without a body, back in 0 s")
            .fault(PUT, Fault::Answer(No, 429, Seconds(0), Body::Empty))
            .puts(5),
        publish("N25", "304 for an upload")
            .fault(PUT, answer(304, Body::Empty))
            .expect(Expect::Stops(&[100, 105])),
        publish("N26", "429 of the index, for a year, while it is planned")
            .fault(
                on(Operation::Index, "").times(0),
                Fault::Answer(No, 429, Seconds(31_536_000), Body::Empty),
            )
            .expect(Expect::Refused(&[97, 101, 102]))
            .puts(0),
    ]
}

/// What is not any more what it was.
fn changes() -> Vec<Row> {
    let answer = |status, body| Fault::Answer(No, status, Nothing, body);
    let later = |id, words, on, fault| {
        let row = publish(id, words).fault(PUT, KILL_AFTER).later(on, fault);
        row.and(&["--max-wait", "1s"]).expect(Expect::Killed).puts(4)
    };
    let config = on(Operation::Config, "").times(0);
    let all = on(Operation::Index, "").times(0);
    vec![
        publish("N30", "an older copy of the index once it was confirmed")
            .after_upload(INDEX.nth(2).times(0), Fault::Stale)
            .puts(4),
        later("N31", "no `config.json` when it is resumed", config, answer(404, Body::Empty)),
        later("N31b", "`config.json` is HTML when it is resumed", config, answer(200, Body::Html)),
        later(
            "N32",
            "an API without TLS when it is resumed",
            config,
            Fault::Replace("\"api\":\"http://127.0.0.1", "\"api\":\"http://192.0.2.1"),
        ),
        later("N33", "the index is 401 when it is resumed", all, answer(401, Body::Empty)),
        later("N34", "an older index when it is resumed", all, Fault::Stale),
        publish("N35", "somebody yanks it as soon as it is there")
            .fault(PUT, Fault::Afterwards(|scene| scene.yank("lib2", "0.3.0")))
            .expect(Expect::Somehow)
            .own_end(),
        publish("N36", "killed, and a stranger takes a version before it is resumed")
            .fault(PUT, KILL)
            .between(|world| world.scene.publish_foreign("lib3", "0.4.0"))
            .expect(Expect::Killed)
            .own_end(),
    ]
}
