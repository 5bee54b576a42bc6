//! The way back from a rollback.

use super::released::{AT, World, files, findings, lines, steps, texts, write};
use crate::decide::notation::name;
use crate::facts::{Facts, Published};
use crate::model::Oid;
use crate::plan::sample::{BREAK, CHAIN, path};
use crate::plan::{Action, Yank};
use crate::policy::Policy;
use crate::rollback::{DownstreamWish, Rollback, undo};
use crate::run::{Event, Receipt, RunState};

/// A release taken back as far as the first step whose name begins so.
struct TakenBack {
    facts: Facts,
    rollback: Rollback,
    state: RunState,
    released: std::collections::BTreeMap<crate::model::RelPath, String>,
}

fn taken_back(before: &str) -> TakenBack {
    let mut world = World::released(CHAIN, BREAK);
    let (rollback, released) = (world.rollback(), texts(&world.facts));
    let mut events = Vec::new();
    for step in rollback.steps.iter().take_while(|step| !step.id.0.starts_with(before)) {
        let mut receipt = Receipt::Plain;
        match &step.action {
            Action::Yank(Yank { upload, .. }) => {
                world.change(upload.package.as_str(), |entry| {
                    entry.yanked |= entry.version == upload.version;
                });
            }
            Action::WriteFiles { files } => write(&mut world.facts, files),
            Action::Commit { .. } => receipt = Receipt::Commit { oid: Oid::from_hex("cccccccccc") },
            _ => {}
        }
        events.push(Event::Done { step: step.id.clone(), receipt, at: AT });
    }
    TakenBack { facts: world.facts, rollback, state: RunState::fold(&events), released }
}

impl TakenBack {
    fn undo(&self) -> Rollback {
        let wish = DownstreamWish::default();
        undo("b1", &self.rollback, &self.state, &self.facts, &Policy::default(), wish)
    }
}

#[test]
fn dependencies_come_back_before_their_dependents() {
    let back = taken_back("nothing").undo();
    assert_eq!(
        steps(&back),
        [
            "unyank:lib1@0.2.0 <-",
            "unyank:lib2@0.3.0 <- unyank:lib1@0.2.0",
            "unyank:bin@1.3.1 <- unyank:lib2@0.3.0",
            "write-files <- unyank:lib1@0.2.0 unyank:lib2@0.3.0 unyank:bin@1.3.1",
            "commit <- write-files",
            "push-commit <- commit",
            "prove-resolution <- unyank:lib1@0.2.0 unyank:lib2@0.3.0 unyank:bin@1.3.1 write-files \
             commit push-commit",
        ]
    );
    assert!(back.findings.is_empty(), "{:?}", back.findings);
}

#[test]
fn the_files_are_as_the_release_left_them() {
    let taken = taken_back("nothing");
    let mut facts = taken.facts.clone();
    write(&mut facts, &files(&taken.undo()));
    assert_eq!(texts(&facts), taken.released);
}

#[test]
fn of_a_rollback_that_stopped_only_what_it_did_is_undone() {
    let back = taken_back("yank:lib1").undo();
    assert_eq!(
        steps(&back),
        [
            "unyank:lib2@0.3.0 <-",
            "unyank:bin@1.3.1 <- unyank:lib2@0.3.0",
            "prove-resolution <- unyank:lib2@0.3.0 unyank:bin@1.3.1",
        ]
    );
}

#[test]
fn what_is_live_again_is_left_alone() {
    let mut taken = taken_back("nothing");
    for package in ["lib1", "lib2"] {
        let published = taken.facts.published.get_mut(&name(package)).expect("published");
        let Published::Known(versions) = published else { panic!("a registry that answers") };
        for entry in versions {
            entry.yanked = false;
        }
    }
    assert_eq!(steps(&taken.undo())[0], "unyank:bin@1.3.1 <-");
}

#[test]
fn undone_once_there_is_nothing_left_to_undo() {
    let mut taken = taken_back("nothing");
    let back = taken.undo();
    write(&mut taken.facts, &files(&back));
    for published in taken.facts.published.values_mut() {
        let Published::Known(versions) = published else { panic!("a registry that answers") };
        for entry in versions {
            entry.yanked = false;
        }
    }
    let again = taken.undo();
    assert!(again.steps.is_empty());
    assert_eq!(findings(&again), ["note nothing-to-undo"]);
}

#[test]
fn a_file_that_was_changed_since_is_left_to_a_person() {
    let mut taken = taken_back("nothing");
    taken.facts.manifests.get_mut(&path("lib1/Cargo.toml")).expect("a manifest").push('\n');
    assert_eq!(findings(&taken.undo()), ["error file-changed"]);
}

#[test]
fn a_silent_registry_is_an_error() {
    let mut taken = taken_back("nothing");
    taken.facts.published.insert(name("lib1"), Published::Unknown("no answer".to_owned()));
    let back = taken.undo();
    assert!(lines(&back).contains("error registry-unreachable lib1"), "{}", lines(&back));
}

#[test]
fn the_remote_and_the_tree_are_looked_at_like_for_a_rollback() {
    let mut taken = taken_back("nothing");
    taken.facts.repository.dirty = vec![path("x")];
    taken.facts.repository.branch = Some(crate::facts::Branch { name: "feature".to_owned() });
    assert_eq!(findings(&taken.undo()), ["error dirty-tree", "error other-branch"]);
}

#[test]
fn what_nobody_knows_to_be_yanked_is_given_back_too_and_what_others_yanked_is_named() {
    let mut it = taken_back("yank:lib2");
    let at = AT;
    let started =
        |step: &str| Event::Started { step: crate::plan::StepId(step.to_owned()), attempt: 1, at };
    it.state.apply(&started("yank:lib2@0.3.0"));
    it.rollback.items[0].is_yanked = true;
    let back = it.undo();
    assert_eq!(steps(&back)[0], "unyank:lib2@0.3.0 <-");
    assert_eq!(steps(&back)[1], "unyank:bin@1.3.1 <- unyank:lib2@0.3.0");
    assert!(back.findings[0].text.ends_with("given back too: bin 1.3.1"), "{:?}", back.findings);
}
