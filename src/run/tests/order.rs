//! Which uploads go together, and in which order.

use super::super::*;
use super::sim::*;
use crate::model::Timestamp;
use crate::plan::{Action, Step};
use std::time::Duration;

/// Uploads from `a`, `b:a`, `c:a+b`: what stands behind the colon must be visible before.
fn uploads(graph: &str) -> Vec<Step> {
    let step = |text: &str| {
        let (name, needs) = text.split_once(':').unwrap_or((text, ""));
        let needs = needs.split('+').filter(|need| !need.is_empty());
        let needs = needs.map(|need| id(&format!("upload:{need}"))).collect();
        let action = Action::Upload(upload(name));
        Step { id: id(&format!("upload:{name}")), action, needs }
    };
    graph.split_whitespace().map(step).collect()
}

fn done(name: &str) -> Event {
    let receipt = Receipt::Visible { checksum: ours(&upload(name)) };
    Event::Done { step: id(&format!("upload:{name}")), receipt, at: Timestamp(0) }
}

fn throttled(name: &str, until: u64) -> Event {
    let trouble = Trouble {
        retry_at: Some(Timestamp(until)),
        ..Trouble::new(TroubleKind::Throttled, "too many")
    };
    Event::NotDone { step: id(&format!("upload:{name}")), trouble, at: Timestamp(0) }
}

/// What goes together next, names only.
fn chosen(graph: &str, events: &[Event]) -> String {
    let steps = uploads(graph);
    let mut patience = Patience::new(Duration::from_hours(1), Duration::from_mins(15));
    for event in events {
        if let Event::NotDone { step, .. } = event {
            patience.attempted(step);
        }
    }
    match next(&steps, &RunState::fold(events), &patience, Timestamp(1000)) {
        Next::Upload(chosen) => {
            let names = chosen.iter().map(|step| step.id.0.trim_start_matches("upload:"));
            names.collect::<Vec<_>>().join(" ")
        }
        other => panic!("no upload next: {other:?}"),
    }
}

#[test]
fn those_that_most_others_wait_for_go_first_and_the_rest_as_in_the_plan() {
    let table: &[(&str, &[Event], &str)] = &[
        ("a b c", &[], "a b c"),
        // One waits for `b`, nobody for the others.
        ("a b c d:b", &[], "b a c"),
        // Two wait for `c`, one of them not directly.
        ("a b c d:b e:c f:e", &[], "c b a"),
        // One that waits twice counts once: a chain and a fork of the same length are even.
        ("a b c:a d:a+c e:b f:e", &[], "a b"),
        ("a b c:a d:a+c e:b f:e", &[done("a")], "b c"),
        ("a b:a c:b", &[done("a"), done("b")], "c"),
        // Eight at most.
        ("a b c d e f g h i j:i", &[], "i a b c d e f g"),
        // What was refused for too many requests is tried with one, once its time has come.
        ("a b c d:c", &[throttled("a", 9), throttled("b", 9), throttled("c", 9)], "c"),
        ("a b c", &[throttled("a", 9), throttled("b", 9)], "a c"),
        ("a b c", &[throttled("a", 2000), throttled("b", 9)], "b c"),
    ];
    for (graph, events, expected) in table {
        assert_eq!(chosen(graph, events), *expected, "{graph}, after {events:?}");
    }
}

#[test]
fn all_looks_that_are_due_are_one() {
    let steps = uploads("a b c d:a");
    let accepted = ["a", "b", "c"]
        .map(|name| Event::Accepted { step: id(&format!("upload:{name}")), at: Timestamp(0) });
    let mut patience = Patience::new(Duration::from_hours(1), Duration::from_mins(15));
    patience.looked(&id("upload:b"), Timestamp(990));
    let state = RunState::fold(&accepted);
    let ids = |now: u64| match next(&steps, &state, &patience, Timestamp(now)) {
        Next::Probe(due) => due.iter().map(|step| step.id.0.clone()).collect::<Vec<_>>(),
        other => panic!("no look next: {other:?}"),
    };
    assert_eq!(ids(1000), ["upload:a", "upload:c"]);
    assert_eq!(ids(1090), ["upload:a", "upload:b", "upload:c"]);
    patience.looked(&id("upload:a"), Timestamp(1000));
    patience.looked(&id("upload:c"), Timestamp(1000));
    let waiting = next(&steps, &state, &patience, Timestamp(1001));
    assert!(
        matches!(waiting, Next::WaitUntil { step, more: 2, until, .. }
        if step.id == id("upload:b") && until == Timestamp(1090)),
        "{waiting:?}"
    );
}
