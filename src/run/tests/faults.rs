//! One fault at a time, and pairs of them, in the in-memory world.

use super::super::*;
use super::sim::*;
use super::tree::Tree;
use std::cell::RefCell;
use std::rc::Rc;

type Shared<T> = Rc<RefCell<T>>;

fn with(faults: &[(&str, Fault)]) -> (Shared<Planet>, Shared<Vec<Event>>) {
    let faults = faults.iter().map(|(step, fault)| (id(step), *fault)).collect();
    (Rc::new(RefCell::new(Planet { faults, ..Planet::default() })), Rc::default())
}

fn run(planet: &Shared<Planet>, events: &Shared<Vec<Event>>) -> Outcome {
    process(planet, events, &release(), None).0.expect("the journal works")
}

fn stops(outcome: &Outcome) -> Vec<(String, StopReason)> {
    match outcome {
        Outcome::Stopped(stops) => {
            stops.iter().map(|stop| (stop.step.0.clone(), stop.reason)).collect()
        }
        other => panic!("expected a stop, got {other:?}"),
    }
}

#[test]
fn passing_faults_of_any_two_uploads_are_survived_by_the_same_process() {
    let passing = [
        Fault::NotSent,
        Fault::LostRequest,
        Fault::LostAnswer,
        Fault::Throttled(30),
        Fault::Lag(75),
        Fault::Lag(3),
    ];
    let uploads = ["upload:a", "upload:b", "upload:c", "upload:d"];
    for (one, first) in uploads.iter().flat_map(|up| passing.map(|fault| (*up, fault))) {
        for (two, second) in uploads.iter().flat_map(|up| passing.map(|fault| (*up, fault))) {
            let (planet, events) = with(&[(one, first), (two, second)]);
            let story = format!("{first:?} at {one}, {second:?} at {two}");
            assert_eq!(run(&planet, &events), Outcome::Done, "{story}");
            let planet = planet.borrow();
            assert_eq!(planet.broken, Vec::<String>::new(), "{story}");
            assert_eq!(planet.arrivals.len(), 4, "{story}");
            assert_eq!(planet.remote_tags.len(), 4, "{story}");
        }
    }
}

#[test]
fn a_lost_answer_costs_no_second_request() {
    let (planet, events) = with(&[("upload:b", Fault::LostAnswer)]);
    assert_eq!(run(&planet, &events), Outcome::Done);
    assert_eq!(planet.borrow().requests[&id("upload:b")], 1);
}

#[test]
fn where_nothing_of_an_upload_is_there_the_reason_of_the_doubt_is_told() {
    let (planet, events) = with(&[("upload:b", Fault::LostRequest); 40]);
    let Outcome::Stopped(stops) = run(&planet, &events) else { panic!("it cannot be done") };
    assert_eq!(stops[0].reason, StopReason::Unavailable);
    assert_eq!(stops[0].text, "nothing of it is there; before that: a fault");
}

#[test]
fn an_upload_that_was_answered_but_never_stored_is_no_success_and_is_sent_again_later() {
    let (planet, events) = with(&[("upload:b", Fault::Phantom)]);
    let outcome = run(&planet, &events);
    assert_eq!(stops(&outcome), [("upload:b".into(), StopReason::NotVisible)]);
    assert!(!planet.borrow().requests.contains_key(&id("upload:c")), "its dependent waits");
    assert_eq!(run(&planet, &events), Outcome::Done);
    assert_eq!(planet.borrow().requests[&id("upload:b")], 2);
}

#[test]
fn a_wait_longer_than_allowed_ends_with_the_time_to_come_back() {
    let (planet, events) = with(&[("upload:a", Fault::Throttled(2 * 3600))]);
    let outcome = run(&planet, &events);
    assert_eq!(stops(&outcome), [("upload:a".into(), StopReason::Throttled)]);
    assert!(planet.borrow().arrivals.contains(&upload("d")), "independent packages go on");
    assert_eq!(run(&planet, &events), Outcome::Done);
    assert_eq!(planet.borrow().requests[&id("upload:a")], 2);
}

#[test]
fn a_missing_credential_pauses_and_a_later_process_goes_on() {
    let (planet, events) = with(&[("upload:b", Fault::Unauthorized)]);
    assert_eq!(stops(&run(&planet, &events)), [("upload:b".into(), StopReason::Unauthorized)]);
    assert_eq!(run(&planet, &events), Outcome::Done);
}

#[test]
fn what_fails_before_the_push_is_taken_back() {
    for step in ["pack", "push-commit", "commit"] {
        let (planet, events) = with(&[(step, Fault::Rejected)]);
        assert!(matches!(run(&planet, &events), Outcome::TakenBack(_)), "{step}");
        let planet = planet.borrow();
        assert!(planet.tree == Tree::default() && !planet.committed && !planet.pushed, "{step}");
        assert!(planet.registry.is_empty(), "{step}");
    }
}

#[test]
fn taking_back_survives_being_stopped_anywhere() {
    for at in 0..14 {
        for death in [Death::BeforeDurable, Death::AfterDurable] {
            let (planet, events) = with(&[("pack", Fault::Rejected)]);
            let (first, _) = process(&planet, &events, &release(), Some((at, death)));
            if first.is_err() {
                // Either it had begun to take back and goes on, or it tries again and succeeds.
                let outcome = run(&planet, &events);
                let planet = planet.borrow();
                match outcome {
                    Outcome::Done => assert_eq!(planet.remote_tags.len(), 4),
                    Outcome::TakenBack(_) => {
                        assert!(planet.tree == Tree::default() && !planet.committed);
                    }
                    other => panic!("{at} {death:?}: {other:?}"),
                }
            }
        }
    }
}

#[test]
fn a_strangers_version_blocks_its_dependents_and_nothing_else() {
    let (planet, events) = with(&[("upload:b", Fault::Taken)]);
    let outcome = run(&planet, &events);
    assert_eq!(stops(&outcome), [("upload:b".into(), StopReason::Foreign)]);
    let planet = planet.borrow();
    assert!(!planet.requests.contains_key(&id("upload:c")));
    assert!(planet.remote_tags.is_empty());
}

#[test]
fn a_strangers_version_found_before_the_first_upload_keeps_everything_in() {
    let (planet, events) = with(&[]);
    let entry = Entry { checksum: crate::model::Digest::of(b"x"), yanked: false, shown_at: 0 };
    planet.borrow_mut().registry.insert(upload("c"), entry);
    let outcome = run(&planet, &events);
    assert_eq!(stops(&outcome), [("upload:c".into(), StopReason::Foreign)]);
    assert!(planet.borrow().arrivals.is_empty());
}
