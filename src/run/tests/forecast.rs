//! How long uploads are said to take.

use super::super::*;
use super::order::uploads;
use super::sim::*;
use crate::facts::{Pace, Sent, SentEnd, SentUpload};
use crate::model::{RegistryName, Timestamp};
use crate::plan::{Budget, BudgetKind, Step};
use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

const NOW: Timestamp = Timestamp(10_000_000);

/// The limits of crates.io: 30 updates and one a minute, 5 new packages and one in ten minutes.
fn budgets() -> [Budget; 2] {
    let budget = |kind, at_once, then_every_seconds| Budget {
        registry: RegistryName::crates_io(),
        kind,
        uploads: 1,
        at_once,
        then_every_seconds,
    };
    [budget(BudgetKind::Updates, 30, 60), budget(BudgetKind::NewPackages, 5, 600)]
}

/// `40` packages that need nothing: `name1 name2 …`.
fn many(name: &str, count: usize) -> String {
    let names: Vec<String> = (1..=count).map(|number| format!("{name}{number}")).collect();
    names.join(" ") + " "
}

fn course<'a>(steps: &'a [Step], budgets: &'a [Budget]) -> Course<'a> {
    let new = steps.iter().map(|step| &step.id).filter(|id| id.0.contains("new")).cloned();
    Course { steps, budgets, new: new.collect(), databases: BTreeSet::new() }
}

fn ago(seconds: u64, new: bool, end: SentEnd) -> SentUpload {
    let at = NOW.before(Duration::from_secs(seconds));
    SentUpload { registry: RegistryName::crates_io(), new, at, end }
}

fn sent(uploads: Vec<SentUpload>, pace: Option<(u64, u64)>) -> Sent {
    let seconds = Duration::from_secs;
    let pace = pace.map(|(answer, show)| Pace { answer: seconds(answer), show: seconds(show) });
    let pace = pace.map(|pace| (RegistryName::crates_io(), pace));
    Sent { at: NOW, uploads, pace: pace.into_iter().collect() }
}

#[test]
fn what_is_left_of_a_budget_says_how_long_the_rest_waits() {
    let budgets = budgets();
    let other = |count: usize, seconds| vec![ago(seconds, false, SentEnd::Other); count];
    let refused = |until: u64| {
        vec![ago(10, false, SentEnd::Refused(Some(NOW.after(Duration::from_secs(until)))))]
    };
    // What is planned, what was sent, then: free updates and new packages, seconds of waiting.
    let table: Vec<(String, Vec<SentUpload>, [u32; 2], u64)> = vec![
        (many("a", 40), vec![], [30, 5], 600),
        (many("new", 7), vec![], [30, 5], 1200),
        (many("a", 30) + &many("new", 5), vec![], [30, 5], 0),
        (many("a", 32) + &many("new", 6), vec![], [30, 5], 600),
        // Twelve were sent two minutes and a half ago: two came back.
        (many("a", 22), other(12, 150), [20, 5], 90),
        (many("a", 20), other(12, 150), [20, 5], 0),
        (many("a", 30), other(30, 30 * 60), [30, 5], 0),
        // Budgets of their own.
        (many("new", 5), other(30, 1), [0, 5], 0),
        (many("a", 3), vec![ago(1, true, SentEnd::Other)], [30, 4], 0),
        // The registry itself said when it takes the next, and that it had none left.
        (many("a", 1), refused(20), [0, 5], 20),
        (many("a", 3), refused(20), [0, 5], 140),
        // It did not know who that was.
        (many("a", 30), vec![ago(1, false, SentEnd::Unauthorized)], [30, 5], 0),
        // A clock that was put back.
        (many("a", 30), vec![ago(0, false, SentEnd::Other); 1], [29, 5], 60),
    ];
    for (graph, uploads_before, free, waits) in table {
        let steps = uploads(&graph);
        let sent = sent(uploads_before, None);
        let forecast = course(&steps, &budgets).forecast(&RunState::default(), &sent);
        let left: Vec<u32> = forecast.budgets.iter().map(|budget| budget.free).collect();
        assert_eq!((left, forecast.waits.as_secs()), (free.to_vec(), waits), "{graph}");
        assert_eq!(forecast.uploads, None, "nothing was measured");
    }
}

#[test]
fn how_quick_a_registry_was_says_how_long_each_level_takes() {
    let none = [];
    let database = [RegistryName::crates_io()].into();
    let table: [(&str, &BTreeSet<RegistryName>, u64); 5] = [
        ("a", &BTreeSet::new(), 3),
        ("a b:a c:b d", &BTreeSet::new(), 9),
        // Eight at once: the ninth and tenth begin with the answers.
        ("a b c d e f g h i j", &BTreeSet::new(), 4),
        // A database that is enough lets others go with the answer.
        ("a b:a c:b d", &database, 5),
        ("", &database, 0),
    ];
    for (graph, databases, seconds) in table {
        let steps = uploads(graph);
        let course = Course { databases: databases.clone(), ..course(&steps, &none) };
        let forecast = course.forecast(&RunState::default(), &sent(vec![], Some((1, 2))));
        assert_eq!(forecast.uploads, Some(Duration::from_secs(seconds)), "{graph}");
        assert_eq!(forecast.waits, Duration::ZERO);
    }
}

#[test]
fn what_is_done_or_under_way_is_not_waited_for_again() {
    let steps = uploads("a b:a c:b");
    let at = |seconds| NOW.before(Duration::from_secs(seconds));
    let started = |name: &str, seconds| Event::Started {
        step: id(&format!("upload:{name}")),
        attempt: 1,
        at: at(seconds),
    };
    let done = |name: &str| {
        let receipt = Receipt::Visible { checksum: ours(&upload(name)) };
        Event::Done { step: id(&format!("upload:{name}")), receipt, at: at(2) }
    };
    let accepted = |name: &str| Event::Accepted { step: id(&format!("upload:{name}")), at: at(1) };
    let table: [(&[Event], u64); 5] = [
        (&[], 9),
        (&[started("a", 0)], 9),
        (&[started("a", 2), accepted("a")], 7),
        // Later than usual: it may be there at any time.
        (&[started("a", 60), accepted("a")], 6),
        (&[started("a", 9), accepted("a"), done("a")], 6),
    ];
    for (events, seconds) in table {
        let sent = sent(vec![], Some((1, 2)));
        let forecast = course(&steps, &[]).forecast(&RunState::fold(events), &sent);
        assert_eq!(forecast.uploads, Some(Duration::from_secs(seconds)), "{events:?}");
    }
}

#[test]
fn a_journal_tells_what_was_sent_and_how_quick_the_registry_was() {
    let steps = uploads("a newb c d e");
    let at = |seconds: u64| Timestamp(seconds * 1000);
    let step = |name: &str| id(&format!("upload:{name}"));
    let started =
        |name: &str, seconds| Event::Started { step: step(name), attempt: 1, at: at(seconds) };
    let not_done = |name: &str, kind, seconds, retry_at| Event::NotDone {
        step: step(name),
        trouble: Trouble { retry_at, ..Trouble::new(kind, "no") },
        at: at(seconds),
    };
    let receipt = || Receipt::Visible { checksum: ours(&upload("a")) };
    let events = [
        started("a", 1),
        started("newb", 1),
        not_done("newb", TroubleKind::Throttled, 2, Some(at(60))),
        Event::Accepted { step: step("a"), at: at(3) },
        // The registry's database had it, too.
        Event::Accepted { step: step("a"), at: at(5) },
        started("c", 4),
        not_done("c", TroubleKind::Unauthorized, 5, None),
        Event::Done { step: step("a"), receipt: receipt(), at: at(8) },
        started("d", 9),
        Event::InDoubt { step: step("d"), why: "reset".into(), at: at(10) },
        Event::Done { step: step("d"), receipt: receipt(), at: at(30) },
        started("newb", 60),
    ];
    let sent = sent_of(&steps, &events);
    let pace = Pace { answer: Duration::from_secs(2), show: Duration::from_secs(5) };
    let told: Vec<_> = sent.iter().map(|it| (it.at, it.new, it.end)).collect();
    assert_eq!(
        told,
        [
            (at(1), false, SentEnd::Shown(pace)),
            (at(1), true, SentEnd::Refused(Some(at(60)))),
            (at(4), false, SentEnd::Unauthorized),
            (at(9), false, SentEnd::Other),
            (at(60), true, SentEnd::Other),
        ]
    );
    let paces: BTreeMap<_, _> = [(RegistryName::crates_io(), pace)].into();
    assert_eq!(Sent::of(at(70), sent).pace, paces);
}

fn sent_of(steps: &[Step], events: &[Event]) -> Vec<SentUpload> {
    super::super::sent(steps, &course(steps, &[]).new, events)
}

#[test]
fn a_registry_whose_limits_nobody_knows_is_waited_for_as_long_as_it_said() {
    let steps = uploads(&many("a", 2));
    let refused = |seconds: u64| {
        vec![ago(10, false, SentEnd::Refused(Some(NOW.after(Duration::from_secs(seconds)))))]
    };
    for (sent_before, expected) in [(vec![], 0), (refused(900), 900), (refused(0), 0)] {
        let sent = sent(sent_before, Some((1, 1)));
        let forecast = course(&steps, &[]).forecast(&RunState::default(), &sent);
        assert_eq!(forecast.waits, Duration::from_secs(expected));
        assert!(forecast.uploads.is_some_and(|all| all >= forecast.waits));
    }
}
