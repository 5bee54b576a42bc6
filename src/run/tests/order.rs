//! Which uploads go together, and in which order.

use super::super::*;
use super::sim::*;
use crate::model::Timestamp;
use crate::plan::{Action, Step};
use std::time::Duration;

/// Uploads from `a`, `b:a`, `c:a+b`: what stands behind the colon must be visible before.
pub fn uploads(graph: &str) -> Vec<Step> {
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
    let new = steps.iter().map(|step| &step.id).filter(|id| id.0.contains("new")).cloned();
    let mut patience = Patience::new(Duration::from_hours(1), Duration::from_mins(15))
        .counting_apart(new.collect());
    for event in events {
        if let Event::NotDone { step: id, trouble, .. } = event {
            let step = steps.iter().find(|step| step.id == *id).expect("a step of the graph");
            patience.attempted(id);
            patience.answered(id);
            patience.refused(step, trouble.retry_at, &trouble.text);
        }
    }
    match next(&steps, &RunState::fold(events), &patience, Timestamp(1000)) {
        Next::Upload(chosen) => {
            let names = chosen.iter().map(|step| step.id.0.trim_start_matches("upload:"));
            names.collect::<Vec<_>>().join(" ")
        }
        Next::Wait { .. } => String::new(),
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
        // What was refused for too many requests is tried with one, once its time has come, and
        // whatever else the registry counts with it waits for that one.
        ("a b c d:c", &[throttled("a", 9), throttled("b", 9), throttled("c", 9)], "c"),
        ("a b c", &[throttled("a", 9), throttled("b", 9)], "a"),
        ("a b c", &[throttled("a", 9)], "a"),
        ("a b c", &[throttled("b", 2000)], ""),
        // New packages are counted apart.
        ("a b new1 new2", &[throttled("a", 2000)], "new1 new2"),
        ("a b new1 new2", &[throttled("new1", 9)], "a b new1"),
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
    let Next::Wait { under_way: 0, waits } = waiting else { panic!("{waiting:?}") };
    let [Wait { step, more: 2, until: Timestamp(1090), .. }] = waits[..] else {
        panic!("{waits:?}")
    };
    assert_eq!(step.id, id("upload:b"));
}
