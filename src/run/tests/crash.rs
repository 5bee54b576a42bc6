//! Stopped at every append of the journal, on either side of its becoming durable.

use super::super::*;
use super::sim::*;
use super::tree::Tree;
use crate::plan::Step;
use std::cell::RefCell;
use std::rc::Rc;

/// What must be the same however often a run was stopped.
fn remains(planet: &Planet) -> impl PartialEq + std::fmt::Debug + use<> {
    let registry: Vec<_> = planet
        .registry
        .iter()
        .map(|(upload, entry)| (upload.clone(), entry.checksum.clone(), entry.yanked))
        .collect();
    (planet.tree.clone(), planet.committed, planet.pushed, registry, planet.remote_tags.clone())
}

/// Runs to the end without a crash and says how many appends that took.
fn finish(planet: &Rc<RefCell<Planet>>, events: &Rc<RefCell<Vec<Event>>>, steps: &[Step]) -> usize {
    let (outcome, appends) = process(planet, events, steps, None);
    assert_eq!(outcome.expect("the journal works"), Outcome::Done);
    appends
}

fn released() -> Planet {
    let planet = Rc::default();
    finish(&planet, &Rc::default(), &release());
    planet.take()
}

fn check(planet: &Planet, expected: &Planet, story: &str) {
    assert_eq!(planet.broken, Vec::<String>::new(), "{story}");
    assert_eq!(remains(planet), remains(expected), "{story}");
    let mut arrivals = planet.arrivals.clone();
    arrivals.sort();
    arrivals.dedup();
    assert_eq!(arrivals.len(), planet.arrivals.len(), "{story}: something arrived twice");
}

#[test]
fn a_release_stopped_twice_at_any_two_points_ends_like_an_undisturbed_one() {
    let expected = released();
    let clean = finish(&Rc::default(), &Rc::default(), &release());
    let deaths = [Death::BeforeDurable, Death::AfterDurable];
    let mut stories = 0;
    for first in 0..clean {
        for second in 0..=clean {
            for (one, two) in deaths.iter().flat_map(|one| deaths.map(|two| (*one, two))) {
                let (planet, events) = (Rc::default(), Rc::default());
                process(&planet, &events, &release(), Some((first, one))).0.expect_err("killed");
                // The second life may be over before it reaches its end.
                let _ = process(&planet, &events, &release(), Some((second, two)));
                finish(&planet, &events, &release());
                check(&planet.borrow(), &expected, &format!("{first} {one:?}, {second} {two:?}"));
                stories += 1;
            }
        }
    }
    assert!(stories > 1500, "{stories}");
}

#[test]
fn a_rollback_stopped_anywhere_yanks_everything_once_and_dependents_first() {
    let clean = finish(&Rc::new(RefCell::new(released())), &Rc::default(), &rollback());
    for at in 0..clean {
        for death in [Death::BeforeDurable, Death::AfterDurable] {
            let planet = Rc::new(RefCell::new(released()));
            let events = Rc::default();
            process(&planet, &events, &rollback(), Some((at, death))).0.expect_err("killed");
            finish(&planet, &events, &rollback());
            let planet = planet.borrow();
            let flips: Vec<String> =
                planet.flips.iter().map(|(what, _)| what.package.to_string()).collect();
            let place = |name: &str| flips.iter().position(|flip| flip == name);
            assert_eq!(flips.len(), 4, "{at} {death:?}: {flips:?}");
            assert!(place("c") < place("b") && place("b") < place("a"), "{flips:?}");
            assert!(planet.registry.values().all(|entry| entry.yanked));
            assert_eq!(planet.tree, Tree::default(), "{at} {death:?}");
        }
    }
}

#[test]
fn a_release_stopped_anywhere_can_be_rolled_back_once_it_is_finished() {
    let clean = finish(&Rc::default(), &Rc::default(), &release());
    for at in 0..clean {
        let (planet, events) = (Rc::default(), Rc::default());
        process(&planet, &events, &release(), Some((at, Death::AfterDurable)))
            .0
            .expect_err("killed");
        finish(&planet, &events, &release());
        finish(&planet, &Rc::default(), &rollback());
        assert!(planet.borrow().registry.values().all(|entry| entry.yanked), "{at}");
        assert_eq!(planet.borrow().tree, Tree::default(), "{at}");
    }
}

#[test]
fn nothing_starts_before_its_intent_is_durable() {
    let clean = finish(&Rc::default(), &Rc::default(), &release());
    for at in 0..clean {
        let (planet, events): (Rc<RefCell<Planet>>, Rc<RefCell<Vec<Event>>>) =
            (Rc::default(), Rc::default());
        process(&planet, &events, &release(), Some((at, Death::BeforeDurable)))
            .0
            .expect_err("killed");
        let started: Vec<_> = events
            .borrow()
            .iter()
            .filter_map(|event| match event {
                Event::Started { step, .. } => Some(step.clone()),
                _ => None,
            })
            .collect();
        for step in planet.borrow().requests.keys() {
            assert!(started.contains(step), "{at}: {step} has no intent in the journal");
        }
    }
}

#[test]
fn a_process_that_dies_between_two_files_leaves_what_the_next_one_finishes() {
    let expected = released();
    let half = vec![(id("write-files"), Fault::Half)];
    let planet = Rc::new(RefCell::new(Planet { faults: half.clone(), ..Planet::default() }));
    finish(&planet, &Rc::default(), &release());
    check(&planet.borrow(), &expected, "the release");
    planet.borrow_mut().faults = half;
    finish(&planet, &Rc::default(), &rollback());
    assert_eq!(planet.borrow().tree, Tree::default());
}
