//! Pins in repositories downstream, and the end of them.

use super::reach::repository;
use super::released::{World, findings};
use crate::decide::notation::name;
use crate::facts::{
    EditWish, PinStanding, PinnedDownstream, RepositoryEdit, RequirementEdit, Tracked,
};
use crate::model::{Oid, RelPath};
use crate::plan::sample::{BREAK, CHAIN, path, plan};
use crate::plan::{Action, Step};
use crate::policy::{DownstreamRepository, DownstreamSource, Place, Policy};
use crate::rollback::{
    DownstreamWish, Released, Rollback, Way, Wish, compute, undo, unpin, versions,
};
use crate::run::RunState;

/// A release that three repositories use: `near` by path, `far` by address, `dirty` has changes.
fn world() -> (World, Policy) {
    let mut world = World::released(CHAIN, BREAK);
    world.facts.downstream = vec![
        repository("near", "lib1 = '>=0.1'\nlib2 = '>=0.2'"),
        repository("far", "lib1 = '0.2'"),
        repository("dirty", "lib1 = '>=0.1'"),
        repository("old", "lib1 = '0.1'"),
    ];
    let dirty = world.facts.downstream[2].seen.as_mut().expect("it was read");
    *dirty = Tracked { dirty: vec![path("src/main.rs")], ..dirty.clone() };
    let named = |name: &str, source: DownstreamSource| DownstreamRepository {
        name: name.to_owned(),
        source,
        place: Place { file: path("orchestrate.toml"), line: 1, column: 1, excerpt: String::new() },
    };
    let git = DownstreamSource::Git {
        url: "https://example.org/far".to_owned(),
        branch: None,
        folder: RelPath::root(),
    };
    let mut policy = Policy::default();
    policy.downstream.push(named("far", git));
    policy.downstream.extend(
        ["near", "dirty", "old"]
            .map(|name| named(name, DownstreamSource::Path(format!("../{name}")))),
    );
    (world, policy)
}

fn taken_back(world: &World, policy: &Policy, way: Way, downstream: DownstreamWish) -> Rollback {
    let state = world.state();
    let release = Released { id: "r1", plan: &world.plan, state: &state };
    compute(&release, &world.facts, policy, &Wish { way, downstream, ..Wish::default() })
}

/// The steps downstream, as `pin:near near: lib1 >=0.1 -> =0.1.0 (pushed)`.
fn beyond(steps: &[Step]) -> Vec<String> {
    let told = steps.iter().filter_map(|step| {
        let (what, push) = match &step.action {
            Action::EditDownstream { edit, push } => {
                let one = |it: &RequirementEdit| format!("{} {} -> {}", it.package, it.from, it.to);
                let all = edit.requirements.iter().map(one).collect::<Vec<_>>().join("; ");
                (format!("{}: {all}", edit.wish.word()), push)
            }
            Action::WithdrawDownstream { branch, .. } => {
                (format!("withdraw {branch}"), push_of(step))
            }
            _ => return None,
        };
        let pushed = if *push { " (pushed)" } else { "" };
        let needs: Vec<&str> = step.needs.iter().map(|need| need.0.as_str()).collect();
        Some(format!("{} {what}{pushed} <- {}", step.id, needs.join(" ")))
    });
    told.collect()
}

fn push_of(step: &Step) -> &bool {
    match &step.action {
        Action::WithdrawDownstream { push, .. } => push,
        _ => &false,
    }
}

#[test]
fn whoever_could_take_what_goes_is_pinned_once_the_yanks_are_done() {
    use DownstreamWish::{AsNamed, Leave, Pushed, Unpushed};
    let (world, policy) = world();
    let yanks = "yank:bin@1.3.1 yank:lib2@0.3.0 yank:lib1@0.2.0";
    let near = "pin:near pin: lib1 >=0.1 -> =0.1.0; lib2 >=0.2 -> =0.2.0";
    let far = "pin:far pin: lib1 0.2 -> =0.1.0";
    let table: [(Way, DownstreamWish, Vec<String>, usize); 7] = [
        (
            Way::Pin,
            AsNamed,
            vec![format!("{near} <- {yanks}"), format!("{far} (pushed) <- {yanks}")],
            1,
        ),
        (
            Way::Pin,
            Pushed,
            vec![format!("{near} (pushed) <- {yanks}"), format!("{far} (pushed) <- {yanks}")],
            1,
        ),
        // The branch of one that is elsewhere is of no use to anybody here.
        (Way::Pin, Unpushed, vec![format!("{near} <- {yanks}")], 2),
        (Way::Pin, Leave, vec![], 0),
        (Way::Revert, AsNamed, vec![], 0),
        (Way::YankOnly, AsNamed, vec![], 0),
        (Way::Hotfix, AsNamed, vec![], 0),
    ];
    for (way, wish, expected, not_pinned) in table {
        let rollback = taken_back(&world, &policy, way, wish);
        assert_eq!(beyond(&rollback.steps), expected, "{way:?} {wish:?}");
        let warned = findings(&rollback);
        let warned = warned.iter().filter(|it| **it == "warning downstream-not-pinned");
        assert_eq!(warned.count(), not_pinned, "{way:?} {wish:?}");
        assert_eq!(rollback.errors().count(), 0, "{way:?} {wish:?}");
    }
}

#[test]
fn versions_of_whoever_published_them_are_kept_out_downstream_too() {
    let (world, policy) = world();
    let asked = [(name("lib1"), "0.2.0".parse().expect("a version"))];
    let wish = Wish { way: Way::Pin, ..Wish::default() };
    let rollback = versions(&asked, &world.facts, &policy, &wish);
    let told = beyond(&rollback.steps);
    assert_eq!(told[0], "pin:near pin: lib1 >=0.1 -> =0.1.0 <- yank:lib1@0.2.0");
}

/// Pins that stand so, of a rollback `b1`.
fn pinned(repository: &str, is_pushed: bool, standing: PinStanding) -> PinnedDownstream {
    let base = Oid::from_hex("aa".repeat(20));
    let edit = RepositoryEdit::new(EditWish::Pin, repository, &base, [pin()].into());
    let commit = Oid::from_hex("cc".repeat(20));
    PinnedDownstream { rollback: "b1".to_owned(), edit, commit, is_pushed, standing }
}

fn pin() -> RequirementEdit {
    RequirementEdit {
        file: path("Cargo.toml"),
        line: 4,
        key: "dependencies.lib1".to_owned(),
        package: name("lib1"),
        from: ">=0.1".to_owned(),
        to: "=0.1.0".to_owned(),
    }
}

#[test]
fn pins_are_lifted_where_they_were_taken_up_and_withdrawn_where_not() {
    let taken = || PinStanding::Taken {
        base: Oid::from_hex("bb".repeat(20)),
        requirements: vec![RequirementEdit { from: "=0.1.0".into(), to: ">=0.1".into(), ..pin() }],
    };
    let branch = pinned("near", false, PinStanding::Offered).edit.branch;
    let lift = format!("lift:near:{branch}");
    let unpinned = "unpin: lib1 =0.1.0 -> >=0.1";
    let as_named = DownstreamWish::AsNamed;
    let table = [
        (false, taken(), as_named, format!("{lift} {unpinned} <- "), ""),
        (true, taken(), as_named, format!("{lift} {unpinned} (pushed) <- "), ""),
        (false, PinStanding::Offered, as_named, format!("{lift} withdraw {branch} <- "), ""),
        (
            true,
            PinStanding::Offered,
            as_named,
            format!("{lift} withdraw {branch} (pushed) <- "),
            "",
        ),
        (false, PinStanding::Gone, as_named, String::new(), "note nothing-pinned"),
        (false, taken(), DownstreamWish::Leave, String::new(), "note nothing-pinned"),
        (
            true,
            PinStanding::Offered,
            DownstreamWish::Unpushed,
            String::new(),
            "warning downstream-stays-pinned",
        ),
        (
            false,
            PinStanding::Unknown("it is gone".into()),
            as_named,
            String::new(),
            "warning downstream-stays-pinned",
        ),
    ];
    for (is_pushed, standing, wish, expected, remark) in table {
        let (mut facts, _) = plan(CHAIN, BREAK);
        facts.pinned_downstream = vec![pinned("near", is_pushed, standing.clone())];
        let lifted = unpin(Some("b1"), &facts, None, wish);
        assert_eq!(beyond(&lifted.steps).join("\n"), expected, "{standing:?}");
        assert_eq!(findings(&lifted).join("\n"), remark, "{standing:?}");
        let another = unpin(Some("b2"), &facts, None, wish);
        assert!(another.steps.is_empty());
    }
}

#[test]
fn to_undo_a_rollback_lifts_its_pins_downstream_and_no_others() {
    let (world, policy) = world();
    let rollback = taken_back(&world, &policy, Way::Pin, DownstreamWish::AsNamed);
    let mut facts = world.facts;
    let other =
        PinnedDownstream { rollback: "b2".to_owned(), ..pinned("far", true, PinStanding::Offered) };
    facts.pinned_downstream = vec![pinned("near", false, PinStanding::Offered), other];
    let wish = DownstreamWish::AsNamed;
    let back = undo("b1", &rollback, &RunState::default(), &facts, &policy, wish);
    let told = beyond(&back.steps);
    assert_eq!(told.len(), 1, "{told:?}");
    assert!(told[0].starts_with("lift:near:orchestrate/pin-"), "{told:?}");
}
