//! Uploads that are under way together: one dies, or all do, or only some intents are durable.

use super::super::*;
use super::sim::*;
use crate::plan::Step;
use std::cell::RefCell;
use std::collections::BTreeSet;
use std::rc::Rc;

type Shared<T> = Rc<RefCell<T>>;

/// `a`, `d` and `e` alone, `b` on `a`, `c` on `b`, released with everything around it.
fn wide() -> Vec<Step> {
    let mut steps = release();
    let needs_all: Vec<usize> = (0..steps.len()).filter(|at| steps[*at].id == id("tag")).collect();
    let place = needs_all[0];
    steps[place].needs.push(id("upload:e"));
    let action = crate::plan::Action::Upload(upload("e"));
    steps.insert(place, Step { id: id("upload:e"), action, needs: vec![id("push-commit")] });
    steps
}

fn finish(planet: &Shared<Planet>, events: &Shared<Vec<Event>>, story: &str) {
    let (outcome, _) = process(planet, events, &wide(), None);
    assert_eq!(outcome.expect("the journal works"), Outcome::Done, "{story}");
    let planet = planet.borrow();
    assert_eq!(planet.broken, Vec::<String>::new(), "{story}");
    let unique: BTreeSet<_> = planet.arrivals.iter().collect();
    assert_eq!((unique.len(), planet.arrivals.len()), (5, 5), "{story}");
    assert_eq!(planet.remote_tags.len(), 4, "{story}");
}

fn ids(names: &[&str]) -> Vec<crate::plan::StepId> {
    names.iter().map(|name| id(&format!("upload:{name}"))).collect()
}

#[test]
fn independent_uploads_go_together_and_dependents_once_theirs_are_visible() {
    let (planet, events): (Shared<Planet>, _) = (Rc::default(), Rc::default());
    planet.borrow_mut().faults = vec![(id("upload:a"), Fault::Lag(7))];
    finish(&planet, &events, "undisturbed");
    assert_eq!(planet.borrow().together, [ids(&["a", "d", "e"]), ids(&["b"]), ids(&["c"])]);
    let events = events.borrow();
    let place = |wanted: &dyn Fn(&Event) -> bool| events.iter().position(wanted);
    let started = |name: &str| {
        let step = id(&format!("upload:{name}"));
        place(&move |event| matches!(event, Event::Started { step: it, .. } if *it == step))
    };
    let done = |name: &str| {
        let step = id(&format!("upload:{name}"));
        place(&move |event| matches!(event, Event::Done { step: it, .. } if *it == step))
    };
    assert!(done("a") < started("b") && done("b") < started("c"));
    assert!(done("d") < done("a"), "the others do not wait for the slowest");
    // The intents of all stand before the first answer.
    let first_answer = place(&|event| matches!(event, Event::Accepted { .. }));
    for name in ["a", "d", "e"] {
        assert!(started(name) < first_answer, "{name}");
    }
}

#[test]
fn a_process_that_dies_after_any_of_a_group_took_effect_is_finished_by_the_next_one() {
    for members in 0..8_u32 {
        let (planet, events): (Shared<Planet>, Shared<Vec<Event>>) = (Rc::default(), Rc::default());
        planet.borrow_mut().dies_in = Some((0, members));
        let story = format!("died with {members:03b} of the group out");
        process(&planet, &events, &wide(), None).0.expect_err("killed");
        let out = planet.borrow().arrivals.len();
        assert_eq!(out, members.count_ones() as usize, "{story}");
        let state = RunState::fold(events.borrow().iter());
        for step in ids(&["a", "d", "e"]) {
            assert_eq!(state.status(&step), &Status::Started, "{story}: {step}");
        }
        finish(&planet, &events, &story);
        // What was out is found in the index and not sent again.
        let planet = planet.borrow();
        for step in ids(&["a", "d", "e"]) {
            assert_eq!(planet.requests[&step], 1, "{story}: {step}");
        }
    }
}

#[test]
fn nothing_of_a_group_is_sent_while_one_of_its_intents_is_not_durable() {
    let (planet, events): (Shared<Planet>, Shared<Vec<Event>>) = (Rc::default(), Rc::default());
    finish(&planet, &events, "undisturbed");
    let is_first =
        |event: &Event| matches!(event, Event::Started { step, .. } if *step == id("upload:a"));
    let first = events.borrow().iter().position(is_first).expect("a was started");
    for durable in 0..3 {
        let (planet, events): (Shared<Planet>, Shared<Vec<Event>>) = (Rc::default(), Rc::default());
        let torn = Some((first + durable, Death::BeforeDurable));
        process(&planet, &events, &wide(), torn).0.expect_err("killed");
        let story = format!("torn after {durable} of three intents");
        assert_eq!(events.borrow().len(), first + durable, "{story}");
        assert!(planet.borrow().arrivals.is_empty(), "{story}");
        assert!(planet.borrow().together.is_empty(), "{story}");
        finish(&planet, &events, &story);
    }
}

#[test]
fn a_fault_of_one_leaves_its_siblings_done_and_only_its_dependents_waiting() {
    let faults = [
        (Fault::Rejected, StopReason::Rejected),
        (Fault::Unauthorized, StopReason::Unauthorized),
        (Fault::Taken, StopReason::Foreign),
        (Fault::Phantom, StopReason::NotVisible),
        (Fault::Throttled(2 * 3600), StopReason::Throttled),
    ];
    for (fault, reason) in faults {
        let (planet, events): (Shared<Planet>, Shared<Vec<Event>>) = (Rc::default(), Rc::default());
        planet.borrow_mut().faults = vec![(id("upload:a"), fault)];
        let (outcome, _) = process(&planet, &events, &wide(), None);
        let outcome = outcome.expect("the journal works");
        let Outcome::Stopped(stops) = outcome else { panic!("{fault:?}: {outcome:?}") };
        assert_eq!((&stops[0].step, stops[0].reason), (&id("upload:a"), reason), "{fault:?}");
        assert_eq!(stops.len(), 1, "{fault:?}");
        let state = RunState::fold(events.borrow().iter());
        assert!(state.is_done(&id("upload:d")) && state.is_done(&id("upload:e")), "{fault:?}");
        assert_eq!(state.status(&id("upload:b")), &Status::NotStarted, "{fault:?}");
    }
}
