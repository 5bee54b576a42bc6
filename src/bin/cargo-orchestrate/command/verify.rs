//! `verify`: whether a release can be used by those it was made for.

use super::rollbacks::taken_back;
use super::session::{Elsewhere, Session, Site};
use super::tagged::tagged;
use super::usable::{Trials, Tried};
use super::verification::{self, is_finished, judge, look};
use super::{offline, words};
use crate::cli::{Global, MessageFormat, RollbackTarget, Verify};
use crate::failure::Failure;
use crate::interrupt;
use crate::observe::git::Ask;
use crate::ui::text::count;
use crate::ui::{self, Screen, time};
use cargo_orchestrate::facts::Published;
use cargo_orchestrate::model::{Oid, PackageName, Version};
use cargo_orchestrate::plan::Upload;
use cargo_orchestrate::wire::{
    ExitCode, RunKind, VerificationDocument, VerifiedPackage, VerifiedRelease,
};
use std::time::Instant;

const COMMAND: &str = "cargo orchestrate verify";

/// Looks, tries and shows.
pub(super) fn run(global: &Global, options: &Verify, screen: &Screen) -> Result<ExitCode, Failure> {
    let session = Session::open(&Site { only_looks: true, ..Site::from(global) })?;
    offline::refuse(&session, "verify")?;
    let began = Instant::now();
    let (mut release, published) = match &options.of {
        RollbackTarget::Release(id) => named(&session, id.as_deref())?,
        RollbackTarget::Versions(asked) => {
            let names = asked.iter().map(|(name, version)| format!("{name}@{version}"));
            versions(&session, names.collect::<Vec<_>>().join(" "), None, asked)?
        }
        _ => unreachable!("the command line names releases, tags and versions"),
    };
    let trials = Trials::open(&session, screen)?;
    let yanked = yanked(&release, &published);
    let total = release.packages.len();
    for (index, (package, published)) in release.packages.iter_mut().zip(&published).enumerate() {
        let (name, version) = (&package.name, &package.version);
        screen.status("Verifying", &format!("{name} {version} ({} of {total})", index + 1));
        let entry = published.version(version).map(|entry| &entry.checksum);
        let tried = Tried { package, checksum: entry, yanked: &yanked };
        package.checks = Some(trials.of(&tried));
        if interrupt::is_asked() {
            return Err(Failure::new(
                ExitCode::Interrupted,
                "stopped while the release was verified",
            )
            .next(COMMAND, "verifies it again"));
        }
    }
    let took = time::length(began.elapsed());
    screen.status("Verified", &format!("{} in {took}", count(total, "version")));
    let mut document = VerificationDocument { releases: vec![release], next: None };
    document.next = next(&document, &options.of);
    match screen.format {
        MessageFormat::Json => screen.line(&document.to_json())?,
        MessageFormat::Human => {
            screen.print(&ui::verification_view(&document, screen.out, screen.columns))?;
        }
    }
    judge(&document, COMMAND)
}

/// The release of this run, or what was tagged so; without a name the last one that was finished.
fn named(
    session: &Session,
    id: Option<&str>,
) -> Result<(VerifiedRelease, Vec<Published>), Failure> {
    let runs = &session.past;
    let releases = || runs.iter().filter(|run| run.kind == RunKind::Release);
    let run = match id {
        Some(id) => releases().find(|run| run.id.0 == id),
        None => releases().rfind(|run| is_finished(run)),
    };
    if let Some(run) = run {
        let plan = words::stored_plan(run)?;
        let published = verification::published(session, &plan);
        return Ok((look(session, run, &plan, &taken_back(runs)?, &published), published));
    }
    let Some(tag) = id else {
        return Err(Failure::refused("the journal here has no release that was finished")
            .next(format!("{COMMAND} TAG"), "verifies what is tagged so")
            .next(format!("{COMMAND} NAME@VERSION …"), "verifies versions"));
    };
    let facts = session.facts(Ask::NoRemote, &Elsewhere::default(), None)?;
    let (commit, asked) = tagged(session, &facts, tag, COMMAND)?;
    versions(session, tag.to_owned(), Some(commit), &asked)
}

/// Versions of members as the registries have them; no journal says whose they are.
fn versions(
    session: &Session,
    id: String,
    commit: Option<Oid>,
    asked: &[(PackageName, Version)],
) -> Result<(VerifiedRelease, Vec<Published>), Failure> {
    let members = &session.workspace.packages;
    let mut uploads = Vec::new();
    for (name, version) in asked {
        let Some(package) = members.get(name) else {
            let names = members.keys().map(PackageName::as_str);
            return Err(Failure::unknown_package(name.as_str(), names));
        };
        let Some(registry) = package.registry() else {
            let text = format!("{name} is not published: its manifest says `publish = false`");
            return Err(Failure::refused(text));
        };
        let (package, registry) = (name.clone(), registry.clone());
        uploads.push(Upload { package, registry, version: version.clone() });
    }
    let wanted: Vec<_> = uploads.iter().map(|it| (&it.registry, &it.package)).collect();
    let published = session.registries.look_all(&wanted);
    let taken_back = taken_back(&session.past)?;
    let packages = uploads.iter().zip(&published).map(|(upload, published)| {
        let entry = published.version(&upload.version);
        let (state, text) = match (published, entry) {
            (Published::Unknown(why), _) => ("unknown", Some(why.clone())),
            (_, None) => ("not-out", None),
            (_, Some(entry)) if !entry.yanked => ("there", None),
            (_, Some(_)) if taken_back.contains(upload) => ("taken-back", None),
            (_, Some(_)) => ("yanked", None),
        };
        VerifiedPackage {
            name: upload.package.clone(),
            version: entry.map_or_else(|| upload.version.clone(), |entry| entry.version.clone()),
            registry: upload.registry.clone(),
            state,
            sha256: entry.map(|entry| entry.checksum.clone()),
            found: None,
            text,
            checks: None,
        }
    });
    let packages = packages.collect();
    let release = VerifiedRelease { id, commit, packages, tags: Vec::new(), branch: None };
    Ok((release, published))
}

/// The yanked versions of the packages: nothing may select them.
fn yanked(release: &VerifiedRelease, published: &[Published]) -> Vec<Upload> {
    let of = |(package, published): (&VerifiedPackage, &Published)| -> Vec<Upload> {
        let yanked = published.versions().iter().filter(|entry| entry.yanked);
        let upload = |version: &Version| Upload {
            package: package.name.clone(),
            version: version.clone(),
            registry: package.registry.clone(),
        };
        yanked.map(|entry| upload(&entry.version)).collect()
    };
    release.packages.iter().zip(published).flat_map(of).collect()
}

/// What to type about what is wrong: what is lost is sent again, and what nobody can use is taken
/// back. What docs.rs does not understand waits for the next release.
fn next(document: &VerificationDocument, of: &RollbackTarget) -> Option<String> {
    let release = &document.releases[0];
    let has = |state| verification::has(release, state);
    let is_ours = matches!(of, RollbackTarget::Release(_));
    if has("lost") || (is_ours && has("not-out")) {
        return Some("cargo orchestrate publish".to_owned());
    }
    if has("not-out") {
        return Some("cargo orchestrate status".to_owned());
    }
    let failed = verification::checks(document, "failed");
    if failed.is_empty() {
        return None;
    }
    if failed.iter().all(|check| check.ends_with("(docs)")) {
        return Some("cargo orchestrate plan".to_owned());
    }
    Some(format!("cargo orchestrate yank-rollback {}", release.id))
}
