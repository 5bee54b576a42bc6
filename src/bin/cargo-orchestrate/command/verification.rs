//! `status --verify`: the versions, tags and commits of the journal's releases, looked at once more.

use super::rollbacks::taken_back;
use super::session::{Session, Site};
use super::{offline, words};
use crate::cli::{Global, MessageFormat};
use crate::effects::push::{branch_holds, tags_there};
use crate::failure::Failure;
use crate::journal::Run;
use crate::ui::{self, Screen};
use cargo_orchestrate::facts::Published;
use cargo_orchestrate::model::{Oid, PackageName, RegistryName};
use cargo_orchestrate::plan::{Action, Plan, Step, Upload};
use cargo_orchestrate::run::{Ending, Fate, Probe, fate, uploads};
use cargo_orchestrate::wire::{
    ExitCode, RunKind, VerificationDocument, VerifiedBranch, VerifiedChecks, VerifiedPackage,
    VerifiedRelease, VerifiedTag,
};
use std::collections::BTreeSet;
use std::path::Path;

/// Looks and shows; `wanted` names one release, without it all are looked at.
pub(super) fn run(
    global: &Global,
    wanted: Option<&str>,
    screen: &Screen,
) -> Result<ExitCode, Failure> {
    let session = Session::open(&Site { only_looks: true, ..Site::from(global) })?;
    offline::refuse(&session, "status --verify")?;
    let runs = session.home.runs()?;
    let taken_back = taken_back(&runs)?;
    let releases: Vec<&Run> = runs.iter().filter(|run| run.kind == RunKind::Release).collect();
    if let Some(id) = wanted.filter(|id| !releases.iter().any(|run| run.id.0 == *id)) {
        let known: Vec<String> = releases.into_iter().map(|run| run.id.0.clone()).collect();
        return Err(super::rollback_words::unknown_run("release", id, &known));
    }
    let mut document = VerificationDocument::default();
    for run in releases {
        let plan = words::stored_plan(run)?;
        let is_out = uploads(&plan.steps).any(|(step, _)| run.state.step(&step.id).attempts > 0);
        let is_wanted = wanted.map_or(is_out, |id| run.id.0 == id);
        if is_wanted {
            let published = published(&session, &plan);
            document.releases.push(look(&session, run, &plan, &taken_back, &published));
        }
    }
    let lost = document.releases.last().is_some_and(|last| has(last, "lost"));
    document.next = lost.then(|| "cargo orchestrate publish".to_owned());
    match screen.format {
        MessageFormat::Json => screen.line(&document.to_json())?,
        MessageFormat::Human => {
            screen.print(&ui::verification_view(&document, screen.out, screen.columns))?;
        }
    }
    judge(&document, "cargo orchestrate status --verify")
}

/// What the registries have of the packages of a release now, in the order of their uploads.
pub(super) fn published(session: &Session, plan: &Plan) -> Vec<Published> {
    let wanted: Vec<(&RegistryName, &PackageName)> =
        uploads(&plan.steps).map(|(_, upload)| (&upload.registry, &upload.package)).collect();
    session.registries.look_all(&wanted)
}

/// What became of a release, by what the registries have now.
pub(super) fn look(
    session: &Session,
    run: &Run,
    plan: &Plan,
    taken_back: &BTreeSet<Upload>,
    published: &[Published],
) -> VerifiedRelease {
    let root = &session.checkout.repository_root;
    let commit = run.state.commit().unwrap_or(&plan.base);
    let packages = uploads(&plan.steps).zip(published);
    let packages = packages
        .map(|((step, upload), published)| package(run, step, upload, published, taken_back));
    VerifiedRelease {
        id: run.id.0.clone(),
        commit: Some(commit.clone()),
        packages: packages.collect(),
        tags: tags(root, plan, commit),
        branch: plan.steps.iter().find_map(|step| branch(root, run, &step.action, commit)),
    }
}

fn package(
    run: &Run,
    step: &Step,
    upload: &Upload,
    published: &Published,
    taken_back: &BTreeSet<Upload>,
) -> VerifiedPackage {
    let (mut found, mut text) = (None, None);
    let state = match fate(step, upload, &run.state, published) {
        Fate::Ours => "ours",
        Fate::Yanked if taken_back.contains(upload) => "taken-back",
        Fate::Yanked => "yanked",
        Fate::Lost => "lost",
        Fate::Foreign(checksum) => {
            found = Some(checksum);
            "foreign"
        }
        Fate::NotOut => "not-out",
        Fate::Unknown(why) => {
            text = Some(why);
            "unknown"
        }
    };
    VerifiedPackage {
        name: upload.package.clone(),
        version: upload.version.clone(),
        registry: upload.registry.clone(),
        state,
        sha256: run.state.packed(upload).cloned(),
        found,
        text,
        checks: None,
    }
}

/// The tags that the release was to push, as they stand on the remote.
fn tags(root: &Path, plan: &Plan, commit: &Oid) -> Vec<VerifiedTag> {
    let Some((remote, names)) = plan.steps.iter().find_map(|step| match &step.action {
        Action::PushTags { remote, tags } => Some((remote, tags)),
        _ => None,
    }) else {
        return Vec::new();
    };
    let made = plan.steps.iter().filter_map(|step| match &step.action {
        Action::Tag { tags } => Some(tags),
        _ => None,
    });
    let made: Vec<_> = made.flatten().collect();
    let there = tags_there(root, remote, names);
    let tag = |name: &String| {
        let point = made.iter().find(|tag| tag.name == *name);
        let wanted = point.and_then(|tag| tag.commit.as_ref()).unwrap_or(commit);
        let found = there.as_ref().map(|there| there.get(name).cloned());
        let (state, found) = match found {
            Err(_) => ("unknown", None),
            Ok(None) => ("missing", None),
            // Where a tag that stood before was pushed, only its place on the remote is known.
            Ok(Some(found)) if found == *wanted || point.is_none() => ("there", None),
            Ok(Some(found)) => ("elsewhere", Some(found)),
        };
        VerifiedTag { name: name.clone(), state, commit: wanted.clone(), found }
    };
    names.iter().map(tag).collect()
}

fn branch(root: &Path, run: &Run, action: &Action, commit: &Oid) -> Option<VerifiedBranch> {
    let Action::PushCommit { remote, branch } = action else { return None };
    let own = run.state.release_branch().map(|(own, _)| own);
    let waits = || {
        let holds = |own| matches!(branch_holds(root, remote, own, commit), Probe::Done(_));
        own.is_some_and(holds)
    };
    let state = match branch_holds(root, remote, branch, commit) {
        Probe::Done(_) => "contains",
        Probe::Unknown(_) => "unknown",
        _ if waits() => "to-merge",
        _ => "lacks",
    };
    Some(VerifiedBranch { name: branch.clone(), state })
}

pub(super) fn has(release: &VerifiedRelease, state: &str) -> bool {
    release.packages.iter().any(|package| package.state == state)
}

/// What the exit code says: lost and foreign versions, and what is not where it belongs, are for a
/// person to decide.
pub(super) fn judge(document: &VerificationDocument, again: &str) -> Result<ExitCode, Failure> {
    let releases = || document.releases.iter();
    let versions = |state: &str| -> Vec<String> {
        let packages = releases().flat_map(|release| &release.packages);
        let packages = packages.filter(|package| package.state == state);
        packages.map(|package| format!("{} {}", package.name, package.version)).collect()
    };
    let (lost, foreign) = (versions("lost"), versions("foreign"));
    let apart: Vec<String> = releases().flat_map(apart).collect();
    let checked = |state: &'static str| checks(document, state);
    let unknown = releases().any(|release| {
        has(release, "unknown") || release.tags.iter().any(|tag| tag.state == "unknown")
    }) || !checked("unknown").is_empty();
    let failed = checked("failed");
    let wrong = [
        ("lost", &lost),
        ("other bytes", &foreign),
        ("not as released", &apart),
        ("does not work", &failed),
    ];
    let wrong: Vec<_> = wrong.into_iter().filter(|(_, of)| !of.is_empty()).collect();
    if wrong.is_empty() {
        if !unknown {
            return Ok(ExitCode::Done);
        }
        return Err(Failure::new(ExitCode::Resumable, "not everything could be looked at")
            .next(again, "looks again"));
    }
    let text = match wrong.as_slice() {
        [("does not work", _)] => "what was released does not work",
        _ => "what was released is not what is there",
    };
    let failure = Failure::new(ExitCode::NeedsDecision, text);
    let failure =
        wrong.into_iter().fold(failure, |failure, (what, of)| failure.fact(what, of.join(", ")));
    Err(match &document.next {
        Some(next) => {
            let effect = match next.split(' ').nth(2) {
                Some("yank-rollback") => "takes it back",
                Some("plan") => "shows the release that mends it, once it is mended",
                Some("status") => "shows what is out",
                _ if lost.is_empty() => "finishes the release",
                _ => "sends the kept bytes of what is lost again",
            };
            failure.next(next, effect)
        }
        None => failure,
    })
}

/// The checks that ended so, each with its package.
pub(super) fn checks(document: &VerificationDocument, state: &str) -> Vec<String> {
    let packages = document.releases.iter().flat_map(|release| &release.packages);
    let of = |package: &VerifiedPackage| -> Vec<String> {
        let each = package.checks.iter().flat_map(VerifiedChecks::each);
        let each = each.filter(|(_, check)| check.state == state);
        each.map(|(name, _)| format!("{} {} ({name})", package.name, package.version)).collect()
    };
    packages.flat_map(of).collect()
}

/// The tags and the branch of a release that are not where they were.
fn apart(release: &VerifiedRelease) -> Vec<String> {
    let tags = release.tags.iter().filter(|tag| matches!(tag.state, "missing" | "elsewhere"));
    let tags = tags.map(|tag| format!("tag {} {}", tag.name, tag.state));
    let branch = release.branch.iter().filter(|branch| branch.state == "lacks");
    tags.chain(branch.map(|branch| format!("branch {} lacks the commit", branch.name))).collect()
}

/// Whether a run is a release that was finished.
pub(super) fn is_finished(run: &Run) -> bool {
    run.kind == RunKind::Release && run.state.ended == Some(Ending::Done)
}
