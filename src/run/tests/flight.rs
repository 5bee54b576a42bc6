//! Nothing that is under way holds up what does not need it.

use super::super::*;
use super::sim::*;
use std::cell::RefCell;
use std::collections::BTreeSet;
use std::rc::Rc;

type Shared<T> = Rc<RefCell<T>>;

fn world(planet: Planet) -> (Shared<Planet>, Shared<Vec<Event>>) {
    (Rc::new(RefCell::new(planet)), Rc::default())
}

fn run(planet: &Shared<Planet>, events: &Shared<Vec<Event>>) -> Outcome {
    process(planet, events, &release(), None).0.expect("the journal works")
}

/// When something was written about an upload, in seconds; `wanted` says what.
fn second(events: &[Event], name: &str, wanted: fn(&Event) -> bool) -> u64 {
    let step = id(&format!("upload:{name}"));
    let event = events.iter().find(|event| event.step() == Some(&step) && wanted(event));
    match event {
        Some(Event::Started { at, .. } | Event::Done { at, .. }) => at.0 / 1000,
        other => panic!("{name}: {other:?}"),
    }
}

fn started(event: &Event) -> bool {
    matches!(event, Event::Started { .. })
}

fn done(event: &Event) -> bool {
    matches!(event, Event::Done { .. })
}

#[test]
fn a_slow_answer_holds_up_only_what_needs_it() {
    let slow = [(id("upload:d"), 60)].into();
    let (planet, events) = world(Planet { slow, ..Planet::default() });
    assert_eq!(run(&planet, &events), Outcome::Done);
    let events = events.borrow();
    assert_eq!(second(&events, "c", done), 0, "a chain that does not need it is through");
    assert_eq!(second(&events, "d", done), 60);
    assert_eq!(planet.borrow().broken, Vec::<String>::new());
}

#[test]
fn a_late_index_holds_up_only_what_needs_it() {
    let faults = vec![(id("upload:d"), Fault::Lag(60)), (id("upload:a"), Fault::Lag(7))];
    let (planet, events) = world(Planet { faults, ..Planet::default() });
    assert_eq!(run(&planet, &events), Outcome::Done);
    let events = events.borrow();
    assert_eq!(second(&events, "b", started), 7);
    assert!(second(&events, "c", done) < second(&events, "d", done));
}

#[test]
fn too_many_new_packages_hold_up_no_update() {
    let faults = vec![(id("upload:d"), Fault::Throttled(600))];
    let new = BTreeSet::from([id("upload:d")]);
    let (planet, events) = world(Planet { faults, new, ..Planet::default() });
    assert_eq!(run(&planet, &events), Outcome::Done);
    let events = events.borrow();
    assert_eq!(second(&events, "c", done), 0, "updates have a budget of their own");
    assert_eq!(second(&events, "d", done), 600);
    assert_eq!(planet.borrow().requests[&id("upload:d")], 2, "one refusal, then a wait");
}

#[test]
fn too_many_updates_hold_up_all_others_of_their_kind() {
    let faults = vec![(id("upload:d"), Fault::Throttled(600))];
    let slow = [(id("upload:a"), 5)].into();
    let (planet, events) = world(Planet { faults, slow, ..Planet::default() });
    assert_eq!(run(&planet, &events), Outcome::Done);
    let events = events.borrow();
    assert_eq!(second(&events, "a", done), 5, "it was under way");
    assert_eq!(second(&events, "b", started), 600, "it would only be refused, too");
    let requests: u32 = planet.borrow().requests.values().sum();
    assert_eq!(requests, u32::try_from(release().len()).expect("few") + 1, "one was refused");
}

#[test]
fn with_a_database_that_is_enough_only_the_end_waits_for_the_index() {
    let lag = |name: &str| (id(&format!("upload:{name}")), Fault::Lag(20));
    let faults = ["a", "b", "c", "d"].map(lag).to_vec();
    for (database_is_enough, third, end) in [(true, 0, 20), (false, 40, 60)] {
        let faults = faults.clone();
        let planet = Planet { faults, has_database: true, database_is_enough, ..Planet::default() };
        let (planet, events) = world(planet);
        assert_eq!(run(&planet, &events), Outcome::Done);
        let (planet, events) = (planet.borrow(), events.borrow());
        // A look comes at most a tenth of the lag after it.
        let late = |second: u64, exact: u64| second >= exact && second <= exact + exact / 10;
        assert!(late(second(&events, "c", started), third), "{database_is_enough}");
        assert!(late(second(&events, "c", done), end), "done is seen in the index");
        assert_eq!(planet.broken, Vec::<String>::new());
        assert_eq!(planet.remote_tags.len(), 4);
    }
}

#[test]
fn a_database_that_is_enough_survives_being_stopped_anywhere() {
    let lag = |name: &str| (id(&format!("upload:{name}")), Fault::Lag(20));
    let planet = || Planet {
        faults: vec![lag("a"), lag("b"), (id("upload:c"), Fault::LostAnswer), lag("d")],
        slow: [(id("upload:d"), 30)].into(),
        has_database: true,
        database_is_enough: true,
        ..Planet::default()
    };
    let (_, clean) = process(&world(planet()).0, &Rc::default(), &release(), None);
    assert!(clean > 20, "{clean}");
    for at in 0..clean {
        for death in [Death::BeforeDurable, Death::AfterDurable] {
            let (planet, events) = world(planet());
            process(&planet, &events, &release(), Some((at, death))).0.expect_err("killed");
            assert_eq!(run(&planet, &events), Outcome::Done, "{at} {death:?}");
            let planet = planet.borrow();
            assert_eq!(planet.broken, Vec::<String>::new(), "{at} {death:?}");
            let unique: BTreeSet<_> = planet.arrivals.iter().collect();
            assert_eq!((unique.len(), planet.arrivals.len()), (4, 4), "{at} {death:?}");
        }
    }
}

#[test]
fn what_the_registry_took_is_not_sent_again_while_its_database_knows_it() {
    let faults = vec![(id("upload:a"), Fault::Lag(75))];
    let (planet, events) = world(Planet { faults, has_database: true, ..Planet::default() });
    let accepted = events.borrow().len() + 15;
    // The first process dies after the registry took it; the next finds the index far behind.
    let _ = process(&planet, &events, &release(), Some((accepted, Death::AfterDurable)));
    assert_eq!(run(&planet, &events), Outcome::Done);
    assert_eq!(planet.borrow().requests[&id("upload:a")], 1);
}

#[test]
fn an_upload_that_the_database_never_got_is_sent_again_soon() {
    let faults = vec![(id("upload:a"), Fault::Phantom)];
    let (planet, events) = world(Planet { faults, has_database: true, ..Planet::default() });
    assert_eq!(run(&planet, &events), Outcome::Done);
    let events = events.borrow();
    // Not at once: a copy of the database may be behind.
    assert_eq!(second(&events, "a", done), 2);
    assert_eq!(planet.borrow().requests[&id("upload:a")], 2);
}

#[test]
fn a_request_to_stop_waits_a_little_for_what_is_under_way() {
    for (seconds, is_known) in [(5, true), (60, false)] {
        let slow = [(id("upload:d"), seconds)].into();
        let (planet, events) = world(Planet { slow, stopped_at: Some(1000), ..Planet::default() });
        assert_eq!(run(&planet, &events), Outcome::Interrupted);
        let state = RunState::fold(events.borrow().iter());
        let expected = if is_known { Status::Accepted } else { Status::Started };
        assert_eq!(state.status(&id("upload:d")), &expected, "after {seconds} s");
        planet.borrow_mut().stopped_at = None;
        assert_eq!(run(&planet, &events), Outcome::Done);
        assert_eq!(planet.borrow().requests[&id("upload:d")], 1, "after {seconds} s");
    }
}
