//! Which versions are yanked, in which order, to what, and what stands in the way.

use super::released::{AT, World, check, residue, sealed, steps};
use crate::decide::notation::name;
use crate::facts::Published;
use crate::model::{Digest, RegistryName, Version};
use crate::plan::sample::{BREAK, CHAIN};
use crate::plan::{Action, Plan, StepId, Upload};
use crate::policy::{Limit, Policy, RegistryPolicy};
use crate::rollback::{Released, Way, Wish, compute, versions};
use crate::run::{Ending, Event, Trouble, TroubleKind};
use std::time::Duration;

fn upload(plan: &Plan, package: &str) -> (StepId, Upload) {
    let found = plan.steps.iter().find_map(|step| match &step.action {
        Action::Upload(upload) if upload.package == name(package) => {
            Some((step.id.clone(), upload.clone()))
        }
        _ => None,
    });
    found.expect("an upload of the release")
}

#[test]
fn dependents_go_before_what_they_depend_on() {
    let world = World::released(CHAIN, BREAK);
    check(&world, "bin 1.3.1 -> 1.3.0\nlib2 0.3.0 -> 0.2.0\nlib1 0.2.0 -> 0.1.0");
    assert_eq!(
        steps(&world.rollback()),
        [
            "yank:bin@1.3.1 <-",
            "yank:lib2@0.3.0 <- yank:bin@1.3.1",
            "yank:lib1@0.2.0 <- yank:lib2@0.3.0",
            "write-files <- yank:bin@1.3.1 yank:lib2@0.3.0 yank:lib1@0.2.0",
            "commit <- write-files",
            "push-commit <- commit",
            "prove-resolution <- yank:bin@1.3.1 yank:lib2@0.3.0 yank:lib1@0.2.0 write-files \
             commit push-commit",
        ]
    );
}

#[test]
fn of_a_release_that_stopped_only_what_is_out_is_yanked() {
    let world = World::stopped_before("upload:lib2", CHAIN, BREAK);
    check(&world, "lib1 0.2.0 -> 0.1.0");
    let rollback = world.rollback();
    assert_eq!(residue(&rollback), ["1 numbers", "lock files", "commit bbbbbbbbbb"]);
    let world = World::stopped_before("upload:", CHAIN, BREAK);
    check(&world, "");
    let rollback = world.rollback();
    assert_eq!(
        steps(&rollback),
        ["write-files <-", "commit <- write-files", "push-commit <- commit"]
    );
}

#[test]
fn what_stays_for_ever_is_named() {
    let world = World::released(CHAIN, BREAK);
    assert_eq!(
        residue(&world.rollback()),
        ["3 numbers", "lock files", "commit bbbbbbbbbb", "tags bin-v1.3.1 lib1-v0.2.0 lib2-v0.3.0",]
    );
}

#[test]
fn an_upload_that_nobody_knows_of_is_found_out_about_first() {
    for doubt in ["started", "accepted", "in doubt"] {
        let mut world = World::stopped_before("upload:lib2", CHAIN, BREAK);
        let (step, _) = upload(&world.plan, "lib2");
        world.events.push(match doubt {
            "started" => Event::Started { step, attempt: 1, at: AT },
            "accepted" => Event::Accepted { step, at: AT },
            _ => Event::InDoubt { step, why: "the connection broke".to_owned(), at: AT },
        });
        check(&world, "lib1 0.2.0 -> 0.1.0\nerror in-doubt lib2");
    }
}

#[test]
fn an_upload_in_doubt_that_the_index_shows_is_out() {
    let mut world = World::stopped_before("upload:lib2", CHAIN, BREAK);
    let (step, upload) = upload(&world.plan, "lib2");
    world.events.push(Event::Started { step, attempt: 1, at: AT });
    world.publish(&upload, &sealed(&upload));
    check(&world, "lib2 0.3.0 -> 0.2.0\nlib1 0.2.0 -> 0.1.0");
}

#[test]
fn an_upload_that_was_refused_is_nothing_to_take_back() {
    let mut world = World::stopped_before("upload:lib2", CHAIN, BREAK);
    let (step, _) = upload(&world.plan, "lib2");
    let trouble = Trouble::new(TroubleKind::Rejected, "no");
    world.events.push(Event::Rejected { step, trouble, at: AT });
    check(&world, "lib1 0.2.0 -> 0.1.0");
}

#[test]
fn bytes_that_are_not_the_releases_are_left_alone() {
    let mut world = World::stopped_before("upload:lib2", CHAIN, BREAK);
    let (step, upload) = upload(&world.plan, "lib2");
    world.events.push(Event::Foreign { step, text: "other bytes".to_owned(), at: AT });
    world.publish(&upload, &Digest::of(b"somebody else's"));
    // It requires what is yanked, so it must be decided about first.
    check(&world, "lib1 0.2.0 -> 0.1.0\nerror would-break lib1\nwarning foreign lib2");
}

#[test]
fn a_version_that_vanished_is_told_and_not_yanked() {
    let mut world = World::released(CHAIN, BREAK);
    let lib4 = world.facts.published[&name("lib4")].clone();
    world.facts.published.insert(name("bin"), lib4);
    check(&world, "lib2 0.3.0 -> 0.2.0\nlib1 0.2.0 -> 0.1.0\nwarning lost bin");
}

#[test]
fn a_silent_registry_is_no_reason_to_believe_that_nothing_is_out() {
    let mut world = World::released(CHAIN, BREAK);
    world.facts.published.insert(name("bin"), Published::Unknown("no answer".to_owned()));
    check(&world, "lib2 0.3.0 -> 0.2.0\nlib1 0.2.0 -> 0.1.0\nerror registry-unreachable bin");
}

#[test]
fn the_last_good_version_is_the_highest_live_one_outside_of_the_release() {
    let packages = "a 1.4.0 published=0.9.0,1.3.0,1.4.0 yanked=1.3.9";
    check(&World::released(packages, "a: fix: it"), "a 1.4.1 -> 1.4.0");
    let mut world = World::released("a 1.0.0", "a: fix: it");
    world.change("a", |entry| entry.yanked = entry.version.to_string() == "1.0.0");
    check(&world, "a 1.0.1 -> nothing\nerror last-version a");
    check(
        &World::released("a 0.1.0 new", "a: feat: first"),
        "a 0.1.0 -> nothing\nerror last-version a",
    );
}

#[test]
fn a_release_on_a_maintenance_branch_goes_back_on_its_own_line() {
    check(&World::released("a 1.0.0 published=1.0.0,2.0.0", "a: fix: it"), "a 1.0.1 -> 1.0.0");
    let mut world = World::released("a 1.0.0 published=1.0.0,2.0.0", "a: fix: it");
    world.change("a", |entry| entry.yanked = entry.version.to_string() == "1.0.0");
    check(&world, "a 1.0.1 -> 2.0.0");
}

#[test]
fn what_is_yanked_already_is_said_to_be() {
    let mut world = World::released("a 1.0.0", "a: fix: it");
    world.change("a", |entry| entry.yanked = entry.version.to_string() == "1.0.1");
    check(&world, "a 1.0.1 -> 1.0.0 (yanked already)");
}

#[test]
fn a_live_version_that_only_the_release_satisfies_would_break() {
    let packages = "a 1.0.0; b 2.0.0 required=a:";
    let table = [
        ("=1.0.1", "a 1.0.1 -> 1.0.0\nerror would-break a"),
        (">1.0.0", "a 1.0.1 -> 1.0.0\nerror would-break a"),
        ("^1.0.0", "a 1.0.1 -> 1.0.0"),
        ("^2", "a 1.0.1 -> 1.0.0"),
    ];
    for (requirement, expected) in table {
        check(&World::released(&format!("{packages}{requirement}"), "a: fix: it"), expected);
    }
}

#[test]
fn a_release_that_was_taken_back_before_anything_went_out_is_refused() {
    let mut world = World::stopped_before("upload:", CHAIN, BREAK);
    world.events.push(Event::Ended { how: Ending::TakenBack, at: AT });
    check(&world, "error nothing-released");
}

#[test]
fn a_missing_credential_is_found_before_the_first_yank() {
    let mut world = World::released("a 1.0.0", "a: fix: it");
    world.facts.registries.values_mut().for_each(|registry| registry.has_credential = false);
    check(&world, "a 1.0.1 -> 1.0.0\nerror no-credential");
}

#[test]
fn the_same_facts_give_the_same_rollback() {
    let world = World::released(CHAIN, BREAK);
    let (one, two) = (world.rollback(), world.rollback());
    assert_eq!(one, two);
    let mut other = World::released(CHAIN, BREAK);
    other.change("bin", |entry| entry.yanked = true);
    assert_ne!(one.id, other.rollback().id);
}

#[test]
fn yanks_take_from_a_budget_of_their_own_and_wait_for_more() {
    let limit = Limit { at_once: 2, then_every: Duration::from_mins(1) };
    let own = RegistryPolicy { yanks: Some(limit), ..RegistryPolicy::default() };
    let registries = [(RegistryName::crates_io(), own)].into();
    let policy = Policy { registries, ..Policy::default() };
    let mut world = World::released(CHAIN, BREAK);
    let budget = |world: &World| {
        let state = world.state();
        let release = Released { id: "r1", plan: &world.plan, state: &state };
        let rollback = compute(&release, &world.facts, &policy, &Wish::default());
        rollback.budget.iter().map(|it| (it.yanks, it.waits_seconds)).collect::<Vec<_>>()
    };
    assert_eq!(budget(&world), [(3, 60)]);
    // What is yanked already takes nothing.
    world.change("bin", |entry| entry.yanked = true);
    assert_eq!(budget(&world), [(2, 0)]);
}

#[test]
fn a_version_that_does_not_resolve_without_the_release_is_no_good() {
    let mut world =
        World::released("a 1.0.0; b 1.0.0 published=0.9.0,1.0.0 -> a 1", "a: feat!: it");
    let upload = Upload {
        package: name("b"),
        version: Version::new(1, 0, 1),
        registry: RegistryName::crates_io(),
    };
    world.publish(&upload, &sealed(&upload));
    let last_good = |world: &World| {
        let asked = [(name("b"), Version::new(1, 0, 1))];
        let wish = Wish { way: Way::YankOnly, ..Wish::default() };
        let rollback = versions(&asked, &world.facts, &Policy::default(), &wish);
        rollback.items[0].last_good.clone().map(|it| it.to_string())
    };
    assert_eq!(last_good(&world).as_deref(), Some("1.0.0"));
    world.change("b", |entry| {
        if entry.version == Version::new(1, 0, 0) {
            let requirement = "=7.0.0".parse().expect("a requirement");
            entry.dependencies = [(name("a"), requirement)].into_iter().collect();
        }
    });
    assert_eq!(last_good(&world).as_deref(), Some("0.9.0"));
}
