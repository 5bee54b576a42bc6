//! Text that would move a terminal or command a CI, wherever a registry may put it.

use super::super::fault::Reached::{No, Yes};
use super::super::fault::RetryAfter::{Nothing, Seconds};
use super::super::fault::{Body, Fault, Operation, on};
use super::super::row::{Expect, Row, publish};

pub(super) fn rows() -> Vec<Row> {
    let lib2 = on(Operation::Publish, "lib2");
    let row = |id, words, reached, status, retry| {
        publish(id, words)
            .fault(lib2, Fault::Answer(reached, status, retry, Body::Hostile))
            .expect(Expect::Stops(&[100, 105]))
    };
    vec![
        row("S08a", "hostile text with 400", No, 400, Nothing),
        row("S08b", "hostile text with 200", No, 200, Nothing),
        row("S08c", "hostile text with 500", Yes, 500, Nothing),
        row("S08d", "hostile text with 429", No, 429, Seconds(1)),
        row("S08e", "hostile text with 403", No, 403, Nothing),
        publish("S09", "the remote says hostile text")
            .before(|world| {
                let script =
                    "printf '\\033]0;owned\\007\\n::error::owned\\n##[error]x\\n' >&2; exit 1";
                world.scene.hook("pre-receive", Some(script));
            })
            .expect(Expect::Refused(&[97])),
    ]
}
