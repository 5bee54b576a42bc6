//! `rehearse`: the whole release, its rollback and the undo of that, away from everything real.

use super::offline;
use super::plan;
use super::publish::publish;
use super::session::{Session, Site};
use super::yank_rollback::take_back;
use crate::cli::{
    Consent, Global, MessageFormat, Publish, Push, Rehearse, RollbackTarget, Selection,
    YankRollback,
};
use crate::effects::process::{self, Cargo};
use crate::failure::Failure;
use crate::registry::STAND_IN_TOKEN;
use crate::rehearsal::consumer::{self, ConsumerError, Used};
use crate::rehearsal::stage::{Piece, Stage};
use crate::ui::text::count;
use crate::ui::{self, Screen};
use cargo_orchestrate::facts::Facts;
use cargo_orchestrate::model::{RegistryName, Version};
use cargo_orchestrate::plan::{Plan, Upload};
use cargo_orchestrate::policy::Way;
use cargo_orchestrate::wire::ExitCode;
use std::collections::BTreeMap;
use std::path::Path;
use std::time::{Duration, Instant};

/// Nothing on the loopback interface takes longer.
const MAX_WAIT: Duration = Duration::from_mins(1);

/// Rehearses.
pub(super) fn run(
    global: &Global,
    options: &Rehearse,
    screen: &Screen,
) -> Result<ExitCode, Failure> {
    let began = Instant::now();
    let session = Session::open(&Site::from(global))?;
    offline::refuse(&session, "rehearse")?;
    let selection = Selection { push: Push::Nothing, ..options.selection.clone() };
    let (facts, plan) = plan::make(&session, &selection, screen)?;
    if plan.is_empty() {
        screen.status("Finished", "there is nothing to release, so nothing to rehearse");
        return Ok(ExitCode::Done);
    }
    let mut stage = set(&session, &facts, &plan)?;
    screen.status(
        "Rehearsing",
        &format!("in {}; nothing leaves this machine", stage.root().display()),
    );
    if !facts.repository.dirty.is_empty() {
        screen.status("Note", "what is not committed is not rehearsed");
    }
    let result = play(&session, &facts, &plan, &stage, options, screen);
    if options.keep {
        screen.status("Kept", &stage.keep().display().to_string());
    }
    result?;
    let took = ui::time::length(began.elapsed());
    screen.status(
        "Finished",
        &format!("the rehearsal in {took}; the real thing would go the same way"),
    );
    if screen.format == MessageFormat::Json {
        screen.line(r#"{"reason":"rehearsal","v":1,"outcome":"done"}"#)?;
    } else {
        let flags = format!("{}{}", options.selection.flags(), global.place());
        screen.status("Next:", &format!("cargo orchestrate publish{flags}"));
    }
    Ok(ExitCode::Done)
}

fn set(session: &Session, facts: &Facts, plan: &Plan) -> Result<Stage, Failure> {
    let registries: BTreeMap<RegistryName, String> = plan
        .packages
        .iter()
        .filter_map(|package| {
            let registry = facts.registries.get(&package.registry)?;
            Some((package.registry.clone(), registry.index.clone()))
        })
        .collect();
    let cargo_home = process::cargo_home();
    let piece = Piece {
        repository: &session.checkout.repository_root,
        head: &facts.repository.head,
        branch: facts.repository.branch.as_ref().map(|branch| branch.name.as_str()),
        registries: &registries,
        cargo_home: &cargo_home,
        token: STAND_IN_TOKEN,
    };
    Stage::set(&piece).map_err(|error| {
        Failure::set_up("could not set the stage for the rehearsal").because(error)
    })
}

/// The acts: release, use, take back, use what is left, give back.
fn play(
    session: &Session,
    facts: &Facts,
    plan: &Plan,
    stage: &Stage,
    options: &Rehearse,
    screen: &Screen,
) -> Result<(), Failure> {
    let inside = session
        .checkout
        .workspace_root
        .strip_prefix(&session.checkout.repository_root)
        .unwrap_or(std::path::Path::new(""));
    let directory = stage.clone_root().join(inside);
    let site = Site {
        only_looks: false,
        directory,
        manifest_path: None,
        offline: false,
        stand_ins: stage.stand_ins(),
        environment: stage.environment.clone(),
        target: Some(stage.root().join("target")),
    };
    let cargo = Cargo { environment: &stage.environment };
    let target = stage.root().join("target");

    act(screen, "Act 1", "the release");
    publish(&site, &publishing(options), screen)?;

    act(screen, "Act 2", "a project that depends on what was released");
    let used = used(facts, plan);
    consumer::build(&stage.root().join("consumer"), &target, &used, cargo)
        .map_err(|error| failed("a project that depends on the release does not build", error))?;
    screen.status("Built", &format!("a consumer of {}", count(used.len(), "package")));

    act(screen, "Act 3", "taking the release back");
    let way = way(session, plan, screen);
    take_back(&site, &taking_back(RollbackTarget::Release(None), Some(way)), screen)?;

    act(screen, "Act 4", "what a new project gets now");
    let good = last_good(facts, &used);
    let fresh = used.iter().filter(|used| used.has_library).count() - good.len();
    gets(&stage.root().join("afterwards"), good, cargo, screen)?;
    if fresh > 0 {
        screen.status("Resolved", &format!("{} had no version before", count(fresh, "package")));
    }

    act(screen, "Act 5", "giving it back");
    take_back(&site, &taking_back(RollbackTarget::Undo(None), None), screen)?;
    Ok(())
}

/// Looks whether a new project gets these versions.
fn gets(
    folder: &Path,
    good: Vec<(Upload, Version)>,
    cargo: Cargo<'_>,
    screen: &Screen,
) -> Result<(), Failure> {
    let (wanted, versions): (Vec<Upload>, Vec<Version>) = good.into_iter().unzip();
    let found = consumer::resolve(folder, &wanted, cargo)
        .map_err(|error| failed("nothing resolves after the rollback", error))?;
    for ((upload, selected), good) in found.iter().zip(&versions) {
        let selected = selected.as_ref();
        if selected != Some(good) {
            let got = selected.map_or_else(|| "nothing".to_owned(), ToString::to_string);
            let text = format!("a new project gets {got} of {}, not {good}", upload.package);
            return Err(Failure::new(ExitCode::Residue, text));
        }
        screen.status("Resolved", &format!("{} {good}", upload.package));
    }
    Ok(())
}

/// How it is taken back: as the policy says, but for a hotfix, whose fix is still to be written.
fn way(session: &Session, plan: &Plan, screen: &Screen) -> Way {
    let (way, key) = session.policy.way_of(plan.release_type);
    if way != Way::Hotfix {
        return way;
    }
    let way = Way::default();
    screen.status(
        "Note",
        &format!("`{key} = \"hotfix\"` needs a fix; without one it is `{}`", way.word()),
    );
    way
}

fn act(screen: &Screen, number: &str, what: &str) {
    screen.say("");
    screen.status(number, what);
}

fn publishing(options: &Rehearse) -> Publish {
    Publish {
        selection: Selection { push: Push::ToRemote, ..options.selection.clone() },
        plan: None,
        consent: Consent::Given,
        max_wait: MAX_WAIT,
        wait_lock: Duration::ZERO,
        abandon: false,
    }
}

fn taking_back(target: RollbackTarget, way: Option<Way>) -> YankRollback {
    YankRollback {
        target,
        way,
        allow_last: true,
        reason: None,
        advisory: None,
        picks: Vec::new(),
        consent: Consent::Given,
        format: None,
        output: Vec::new(),
        plan_only: false,
        downstream: cargo_orchestrate::rollback::DownstreamWish::Leave,
        push: Push::ToRemote,
        max_wait: MAX_WAIT,
        wait_lock: Duration::ZERO,
    }
}

fn used(facts: &Facts, plan: &Plan) -> Vec<Used> {
    let used = plan.packages.iter().map(|planned| Used {
        upload: Upload {
            package: planned.name.clone(),
            version: planned.to.clone(),
            registry: planned.registry.clone(),
        },
        has_library: facts
            .workspace
            .packages
            .get(&planned.name)
            .is_some_and(|package| package.has_library),
    });
    used.collect()
}

/// The libraries that have a live version without this release, with the one a new project gets;
/// those with nothing but pre-releases are left out.
fn last_good(facts: &Facts, used: &[Used]) -> Vec<(Upload, Version)> {
    let of = |used: &Used| {
        let published = facts.published.get(&used.upload.package)?;
        // A requirement that names no pre-release matches none.
        let versions = published
            .versions()
            .iter()
            .filter(|entry| !entry.yanked && entry.version.pre.is_empty() && used.has_library);
        let good = versions.map(|entry| entry.version.clone()).max();
        good.map(|version| (used.upload.clone(), version))
    };
    used.iter().filter_map(of).collect()
}

fn failed(text: &str, error: ConsumerError) -> Failure {
    match error {
        ConsumerError::Cargo(said) => said
            .lines()
            .take(30)
            .fold(Failure::new(ExitCode::Unverified, text), super::super::failure::Failure::now),
        ConsumerError::SetUp(error) => Failure::set_up(text).because(error),
    }
}
