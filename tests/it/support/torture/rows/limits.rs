//! Limits, and credentials that do not do.

use super::super::fault::Reached::No;
use super::super::fault::{Body, Fault, On, Operation, RetryAfter, on};
use super::super::row::{Row, publish};

const LIB2: On = on(Operation::Publish, "lib2");

pub(super) fn rows() -> Vec<Row> {
    let throttled = |retry, body| Fault::Answer(No, 429, retry, body);
    let denied =
        |status, words| Fault::Answer(No, status, RetryAfter::Nothing, Body::Errors(words));
    let date = |hours_off| RetryAfter::Date { seconds: 2, hours_off };
    let long = RetryAfter::Date { seconds: 55 * 60, hours_off: 0 };
    let limited = |id, words, retry| {
        publish(id, words).fault(LIB2, throttled(retry, Body::Errors("slow down"))).puts(5)
    };
    let short = |row: Row| row.and(&["--max-wait", "1s"]).stops();
    let unauthorized = |id, words, fault| {
        publish(id, words).fault(on(Operation::Publish, "lib3").times(0), fault).stops().puts(5)
    };
    vec![
        limited("L01", "429, back in 2 s", RetryAfter::Seconds(2)),
        limited("L01b", "429 with a date", date(0)),
        limited("L01c", "429 with a date by a clock 5 h ahead", date(5)),
        limited("L01d", "429 with a date by a clock 5 h behind", date(-5)),
        limited(
            "L01e",
            "429 with a date in the past",
            RetryAfter::Raw("Sun, 06 Nov 1994 08:49:37 GMT"),
        ),
        short(limited("L02", "429 for 55 min", long)).says(&["retry-after"]),
        short(limited("L02b", "429 that names no time", RetryAfter::Nothing)),
        short(limited("L02c", "429 with a time that is none", RetryAfter::Raw("soon"))),
        short(limited(
            "L02d",
            "429 until the year 9999",
            RetryAfter::Raw("Fri, 31 Dec 9999 23:59:59 GMT"),
        )),
        short(limited(
            "L02e",
            "429 for more seconds than there are",
            RetryAfter::Raw("99999999999999999999"),
        )),
        publish("L03", "429 thrice, each back in 1 s")
            .fault(LIB2.times(3), throttled(RetryAfter::Seconds(1), Body::Html))
            .puts(7),
        publish("L04", "503, back in 2 s")
            .fault(LIB2, Fault::Answer(No, 503, RetryAfter::Seconds(2), Body::Empty))
            .puts(5),
        publish("L05", "429 for every package, back in 1 s")
            .fault(on(Operation::Publish, "lib1"), throttled(RetryAfter::Seconds(1), Body::Empty))
            .fault(LIB2, throttled(RetryAfter::Seconds(1), Body::Empty))
            .fault(on(Operation::Publish, "lib3"), throttled(RetryAfter::Seconds(1), Body::Empty))
            .fault(on(Operation::Publish, "bin"), throttled(RetryAfter::Seconds(1), Body::Empty))
            .puts(8),
        unauthorized(
            "A01",
            "the token is revoked after two packages",
            denied(403, "authentication failed"),
        ),
        unauthorized("A01b", "401 after two packages", denied(401, "invalid token")),
        unauthorized(
            "A02",
            "403 with HTML",
            Fault::Answer(No, 403, RetryAfter::Nothing, Body::Html),
        ),
        unauthorized(
            "A03",
            "not an owner",
            denied(403, "this crate exists but you don't seem to be an owner"),
        ),
        unauthorized(
            "A04",
            "the e-mail is not verified",
            denied(400, "A verified email address is required to publish crates to crates.io"),
        )
        .expect(super::super::row::Expect::Stops(&[100, 105])),
    ]
}
