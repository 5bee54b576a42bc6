use super::*;
use crate::journal::Home;
use cargo_orchestrate::model::{Digest, PlanId, Timestamp};
use cargo_orchestrate::plan::{Step, StepId, Verification};
use cargo_orchestrate::policy::ReleaseType;
use cargo_orchestrate::run::{Artifact, Event, Log as _, Receipt};
use cargo_orchestrate::wire::{RunKind, plan_document};
use std::collections::BTreeMap;

fn remote() -> Remote {
    let (name, branch) = ("origin".to_owned(), RemoteBranch::NotAsked);
    Remote { name, branch, tags: BTreeMap::new(), mirrors: BTreeMap::new() }
}

/// A mirror of a release of one package that was packed and pushed, made with a real journal.
fn mirror_of() -> (RunId, mirror::Mirrored) {
    let upload = Upload {
        package: PackageName::new("lib1").expect("a name"),
        version: "1.0.0".parse().expect("a version"),
        registry: RegistryName::crates_io(),
    };
    let step = |id: &str, action| Step { id: StepId(id.to_owned()), action, needs: Vec::new() };
    let steps = vec![
        step(
            "pack",
            Action::Pack { packages: vec![upload.clone()], verification: Verification::Build },
        ),
        step("upload", Action::Upload(upload.clone())),
    ];
    let mut plan = Plan {
        budget: Vec::new(),
        id: PlanId::from(Digest::of(b"")),
        base: Oid::from_hex("aaaa"),
        branch: None,
        remote: Some("origin".to_owned()),
        release_type: ReleaseType::Regular,
        still_needed: Vec::new(),
        hotfix_of: None,
        packages: Vec::new(),
        unchanged: Vec::new(),
        waves: Vec::new(),
        edges: Vec::new(),
        requirements: Vec::new(),
        changesets: Vec::new(),
        adopts: Vec::new(),
        guards: Vec::new(),
        findings: Vec::new(),
        steps,
    };
    plan.id = identify(&plan);
    let folder = tempfile::tempdir().expect("a folder");
    let home = Home::of(folder.path());
    let document = plan_document(&plan);
    let run = home.begin(RunKind::Release, &plan.id, &document, Timestamp(1));
    let mut run = run.expect("a run begins");
    let artifact = Artifact { upload, sha256: Digest::of(b"bytes"), size_bytes: 5 };
    let receipt = Receipt::Packed { artifacts: vec![artifact], without_lockfile: None };
    let done = Event::Done { step: StepId("pack".into()), receipt, at: Timestamp(2) };
    run.open_log().expect("opens").append(&done).expect("appends");
    let log = std::fs::read(run.folder.join("wal")).expect("readable");
    (run.id, mirror::Mirrored { plan: document, log, commit: plan.base })
}

#[test]
fn a_mirror_becomes_the_run_it_was_made_of() {
    let (id, mirrored) = mirror_of();
    let plan = checked(&id, &mirrored, &remote()).expect("it is sound");
    let folder = tempfile::tempdir().expect("a folder");
    let home = Home::of(folder.path());
    assert!(!home.knows(&id));
    let run = home.restore(&id, &mirrored.plan, &mirrored.log).expect("it is written");
    assert!(home.knows(&id) && run.id == id && run.document == mirrored.plan);
    let upload = uploads(&plan).next().expect("an upload");
    assert_eq!(run.state.packed(upload), Some(&Digest::of(b"bytes")));
}

#[test]
fn a_mirror_that_is_damaged_or_of_something_else_is_not_used() {
    type Damage = fn(&mut RunId, &mut mirror::Mirrored, &mut Remote);
    let table: &[(Damage, &str)] = &[
        (|_, it, _| it.plan = it.plan.replace("1.0.0", "1.0.1"), "its plan is not the one"),
        (|_, it, _| it.plan.truncate(20), "not JSON"),
        (|id, _, _| id.0 = "19700101T000000Z-00000000".into(), "its plan is not the one"),
        (|_, it, _| it.log[30] ^= 1, "line 1 of the journal `wal` is damaged"),
        (|_, it, _| it.log.truncate(it.log.len() - 1), "line 2 of the journal `wal` is damaged"),
        (|_, it, _| it.log.clear(), "not of a release that was pushed"),
        (|_, it, _| it.commit = Oid::from_hex("bbbb"), "does not stand on the commit"),
        // A name that is a path is no name of a package, and so the plan is none.
        (|_, it, _| it.plan = it.plan.replace("lib1", "../lib1"), "the plan is damaged at"),
        (|_, _, remote| remote.name = "other".into(), "a remote that is not called other"),
    ];
    for (damage, expected) in table {
        let (mut id, mut mirrored) = mirror_of();
        let mut remote = remote();
        damage(&mut id, &mut mirrored, &mut remote);
        let why = checked(&id, &mirrored, &remote).expect_err(expected);
        assert!(why.contains(expected), "{why}, not {expected}");
    }
}
