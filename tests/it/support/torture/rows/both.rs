//! One release to two registries: what goes wrong at one of them, and what of the other depends on it.
//!
//! lib1 and lib2 go to the first; lib3, which needs lib2, bin, which needs lib3, and lib4 to the other.

use super::super::super::registry::TWO_REGISTRIES;
use super::super::fault::Reached::{No, Yes};
use super::super::fault::{Body, Fault, Operation, RetryAfter, on};
use super::super::row::{Expect, Row, publish, rollback};
use super::super::world::Beginning;
use super::{KILL, KILL_AFTER, clone_again};
use serde_json::json;

/// By what name the other registry is called.
const OTHER: &str = "localhost";

pub(super) fn rows() -> Vec<Row> {
    let mut rows = uploads();
    rows.extend(places());
    rows
}

fn both(id: &'static str, words: &'static str) -> Row {
    publish(id, words).of(Beginning::Played(TWO_REGISTRIES))
}

fn uploads() -> Vec<Row> {
    let put = |package| on(Operation::Publish, package);
    let answer = |reached, status, retry, body| Fault::Answer(reached, status, retry, body);
    let nothing = RetryAfter::Nothing;
    vec![
        both("B01", "the first registry cuts the connection after acceptance")
            .fault(put("lib2"), Fault::Cut(Yes))
            .stops()
            .puts(5),
        both("B01b", "the other one cuts it").fault(put("lib3"), Fault::Cut(Yes)).stops().puts(5),
        both("B02", "the other one answers 503 once")
            .fault(put("lib3"), answer(No, 503, nothing, Body::Html))
            .puts(6),
        both("B03", "429 of the other one for what waits for nobody")
            .fault(put("lib4"), answer(No, 429, RetryAfter::Seconds(2), Body::Errors("slow")))
            .puts(6),
        both("B03b", "429 of the first one for long")
            .fault(
                put("lib2"),
                answer(No, 429, RetryAfter::Date { seconds: 3300, hours_off: 0 }, Body::Empty),
            )
            .and(&["--max-wait", "1s"])
            .stops()
            .says(&["retry-after"])
            .puts(6),
        both("B04", "the other one does not take the credential")
            .fault(
                on(Operation::Publish, "").at(OTHER).times(0),
                answer(No, 403, nothing, Body::Errors("authentication failed")),
            )
            .stops(),
        both("B05", "200 and nothing stored at the first one; the other one's wait for it")
            .fault(put("lib2"), answer(No, 200, nothing, Body::Empty))
            .and(&["--max-wait", "1s"])
            .stops()
            .puts(6),
        both("B06", "a stranger takes the version at the other one")
            .fault(put("lib2"), Fault::Meanwhile(|scene| scene.publish_foreign("lib3", "0.4.0")))
            .expect(Expect::Decision),
        both("B07", "the first one shows its level after 2.5 s")
            .before(|world| {
                let lag = json!({"kind": "index-lag", "ms": 2500});
                let rule = json!({"operation": "publish", "package": "lib2", "fault": lag});
                world.sandbox.fault(&rule);
            })
            .puts(5),
    ]
}

fn places() -> Vec<Row> {
    let answer = |status, body| Fault::Answer(No, status, RetryAfter::Nothing, body);
    let index = on(Operation::Index, "").at(OTHER).times(0);
    let config = on(Operation::Config, "").at(OTHER).times(0);
    let refused = Expect::Refused(&[97, 101, 102]);
    let killed = |row: Row| row.expect(Expect::Killed);
    vec![
        both("B10", "the other one's index answers 500")
            .fault(index, answer(500, Body::Empty))
            .expect(refused)
            .puts(0),
        both("B11", "the other one has no `config.json`")
            .fault(config, answer(404, Body::Empty))
            .expect(refused)
            .puts(0),
        killed(both("B12", "killed with the other one's upload in flight"))
            .fault(on(Operation::Publish, "lib3"), KILL_AFTER)
            .puts(5),
        killed(both("B12b", "killed between the registries, and the machine is lost"))
            .fault(on(Operation::Publish, "lib3"), KILL)
            .between(clone_again),
        rollback("B20", "taken back from both, one answers 500 once")
            .of(Beginning::Released(TWO_REGISTRIES))
            .fault(on(Operation::Yank, "lib3"), answer(500, Body::Html))
            .stops(),
        killed(
            rollback("B21", "killed between the registries while it is taken back")
                .of(Beginning::Released(TWO_REGISTRIES))
                .fault(on(Operation::Yank, "lib2"), KILL),
        ),
    ]
}
