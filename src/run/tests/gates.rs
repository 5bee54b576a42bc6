//! Gates: all are tried before anything leaves, none twice, and none after it left.

use super::super::*;
use super::sim::{Death, Fault, Planet, id, process, release};
use crate::plan::{Action, Step};
use crate::policy::GateCommand;
use std::cell::RefCell;
use std::rc::Rc;

/// The release with two gates between packing and the push.
fn gated() -> Vec<Step> {
    let mut steps = release();
    let at = steps.iter().position(|step| step.id == id("pack")).expect("it packs") + 1;
    for name in ["test", "fmt"] {
        let action = Action::Gate {
            gate: name.to_owned(),
            command: GateCommand(vec![name.to_owned()]),
            timeout_seconds: 60,
        };
        let gate = Step { id: id(&format!("gate:{name}")), action, needs: vec![id("pack")] };
        steps.insert(at, gate.clone());
        let push = steps.iter_mut().find(|step| step.id == id("push-commit"));
        push.expect("it pushes").needs.push(gate.id);
    }
    steps
}

fn world(faults: &[(&str, Fault)]) -> (Rc<RefCell<Planet>>, Rc<RefCell<Vec<Event>>>) {
    let faults = faults.iter().map(|(step, fault)| (id(step), *fault)).collect();
    let planet = Planet { faults, ..Planet::default() };
    (Rc::new(RefCell::new(planet)), Rc::new(RefCell::new(Vec::new())))
}

#[test]
fn gates_are_passed_before_anything_leaves() {
    let (planet, events) = world(&[]);
    let outcome = process(&planet, &events, &gated(), None).0.expect("a journal");
    assert_eq!(outcome, Outcome::Done);
    let planet = planet.borrow();
    assert_eq!(
        (planet.passed.as_slice(), planet.broken.len()),
        (&["fmt".into(), "test".into()][..], 0)
    );
}

#[test]
fn all_gates_are_tried_and_their_failures_told_together() {
    for faults in [
        &[("gate:fmt", Fault::Rejected), ("gate:test", Fault::Rejected)][..],
        &[("gate:test", Fault::Rejected)],
        &[("gate:fmt", Fault::Rejected)],
    ] {
        let (planet, events) = world(faults);
        let outcome = process(&planet, &events, &gated(), None).0.expect("a journal");
        let Outcome::TakenBack(trouble) = outcome else { panic!("{outcome:?}") };
        assert_eq!(trouble.kind, TroubleKind::Gate);
        let expected = match faults {
            [_] => "a fault",
            _ => "2 gates failed: fmt, test\na fault\na fault",
        };
        assert_eq!(trouble.text, expected);
        let planet = planet.borrow();
        let tried: Vec<u32> =
            ["gate:fmt", "gate:test"].iter().map(|gate| planet.requests[&id(gate)]).collect();
        assert_eq!(tried, [1, 1]);
        let left = (planet.committed, planet.packed, planet.pushed, planet.registry.len());
        assert_eq!(left, (false, false, false, 0), "all is as it was");
    }
}

#[test]
fn a_gate_that_was_passed_is_not_run_again() {
    let undisturbed = {
        let (planet, events) = world(&[]);
        process(&planet, &events, &gated(), None).1
    };
    for at in 0..undisturbed {
        for death in [Death::BeforeDurable, Death::AfterDurable] {
            let (planet, events) = world(&[]);
            process(&planet, &events, &gated(), Some((at, death))).0.expect_err("it dies");
            let state = RunState::fold(events.borrow().iter());
            let passed: Vec<String> = ["fmt", "test"]
                .into_iter()
                .filter(|name| state.is_done(&id(&format!("gate:{name}"))))
                .map(str::to_owned)
                .collect();
            planet.borrow_mut().passed.clear();
            let outcome = process(&planet, &events, &gated(), None).0.expect("a journal");
            assert_eq!(outcome, Outcome::Done, "dead at {at}");
            let planet = planet.borrow();
            assert!(planet.broken.is_empty(), "{:?}", planet.broken);
            let twice: Vec<_> = passed.iter().filter(|name| planet.passed.contains(name)).collect();
            assert!(twice.is_empty(), "dead at {at}: {twice:?} again");
            assert_eq!(passed.len() + planet.passed.len(), 2);
        }
    }
}

#[test]
fn a_gate_that_failed_in_a_process_that_died_is_tried_again() {
    let (planet, events) = world(&[("gate:fmt", Fault::Rejected)]);
    let steps = gated();
    let count = process(&planet, &events, &steps, None).1;
    let mut seen = 0;
    for at in 0..count {
        let (planet, events) = world(&[("gate:fmt", Fault::Rejected)]);
        let _ = process(&planet, &events, &steps, Some((at, Death::AfterDurable)));
        let state = RunState::fold(events.borrow().iter());
        let has_failed = matches!(state.status(&id("gate:fmt")), Status::NotDone(_));
        if has_failed && state.unwinding.is_none() {
            let outcome = process(&planet, &events, &steps, None).0.expect("a journal");
            assert_eq!(outcome, Outcome::Done, "the second try passes");
            seen += 1;
        }
    }
    assert!(seen > 0, "no process died right after the gate had failed");
}
