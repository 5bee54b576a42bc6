//! Taking back, and taking that back.

use super::super::fault::Reached::{No, Yes};
use super::super::fault::{Body, Fault, On, Operation, RetryAfter, on};
use super::super::row::{Expect, Row, rollback};
use super::super::victim::Victim;
use super::super::world::Beginning;
use super::{KILL, KILL_AFTER};

pub(super) fn rows() -> Vec<Row> {
    let mut rows = back("lib2", Operation::Yank, rollback);
    rows.extend(back("lib2", Operation::Unyank, |id, words| Row {
        beginning: Beginning::TakenBack("chain"),
        victim: Victim::undo(),
        ..rollback(undo_id(id), words)
    }));
    rows.push(
        rollback("R12", "the remote is gone at the revert")
            .fault(on(Operation::Yank, "lib1"), Fault::Meanwhile(|scene| scene.hide_remote(true)))
            .between(|world| world.scene.hide_remote(false))
            .and(&["--max-wait", "2s"])
            .stops(),
    );
    rows.push(
        rollback("R13", "the remote refuses the revert")
            .before(|world| world.scene.hook("pre-receive", Some("exit 1")))
            .between(|world| world.scene.hook("pre-receive", None))
            .expect(Expect::Stops(&[97, 100])),
    );
    rows
}

/// The same faults on the way back and on the way forth.
fn back(
    package: &'static str,
    what: Operation,
    row: fn(&'static str, &'static str) -> Row,
) -> Vec<Row> {
    let it: On = on(what, package);
    let answer = |reached, status, body| Fault::Answer(reached, status, RetryAfter::Nothing, body);
    let limit = Fault::Answer(No, 429, RetryAfter::Seconds(2), Body::Errors("slow down"));
    let stops = |id, words, fault| row(id, words).fault(it, fault).stops();
    let killed = |id, words, on, fault| row(id, words).fault(on, fault).expect(Expect::Killed);
    vec![
        row("R01", "undisturbed"),
        stops("R02", "the connection ends, done", Fault::Cut(Yes)),
        stops("R02b", "the connection ends, not done", Fault::Cut(No)),
        stops("R03", "500, done", answer(Yes, 500, Body::Html)),
        stops("R03b", "503, not done", answer(No, 503, Body::Empty)),
        stops("R03c", "200, empty, not done", answer(No, 200, Body::Empty)),
        stops("R03d", "200 with `errors`", answer(No, 200, Body::Errors("no")))
            .expect(Expect::Stops(&[100, 105])),
        row("R04", "429, back in 2 s").fault(it, limit),
        killed("R05a", "kill -9 at the first", on(what, "bin"), KILL),
        killed("R05b", "kill -9 at the third", it, KILL),
        killed("R05c", "kill -9 once the third is done", it, KILL_AFTER),
        killed("R05d", "kill -9 at the last", on(what, "lib1"), KILL_AFTER),
        stops(
            "R08",
            "403",
            answer(No, 403, Body::Errors("this token does not have the required permissions")),
        ),
        stops("R09", "silence, done", Fault::Silence(Yes)).told("CARGO_HTTP_TIMEOUT", "1"),
    ]
}

/// The row's name for the way forth.
fn undo_id(id: &str) -> &'static str {
    Box::leak(format!("{id}-undo").into_boxed_str())
}
