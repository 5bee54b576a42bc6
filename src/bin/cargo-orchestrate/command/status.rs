//! `status`: the ledgers side by side.

use super::session::{Elsewhere, Session, Site};
use crate::cli::{Global, MessageFormat};
use crate::failure::Failure;
use crate::observe::git::Ask;
use crate::ui::{self, Screen};
use cargo_orchestrate::facts::{Facts, Published, detect_tags};
use cargo_orchestrate::model::{Package, Version};
use cargo_orchestrate::plan::{Action, Plan, StepId};
use cargo_orchestrate::run::{RunState, Status};
use cargo_orchestrate::wire::{ExitCode, OfflineDocument, RunKind, StatusDocument, StatusPackage};

/// Looks and shows.
pub(super) fn run(global: &Global, screen: &Screen) -> Result<ExitCode, Failure> {
    let session = Session::open(&Site { only_looks: true, ..Site::from(global) })?;
    let unfinished = session.home.runs()?.into_iter().rfind(|run| run.state.ended.is_none());
    let release = match &unfinished {
        Some(run) if run.kind == RunKind::Release => {
            Some((super::words::stored_plan(run)?, run.state.clone()))
        }
        _ => None,
    };
    let facts = session.facts(Ask::NoRemote, &Elsewhere::default(), None)?;
    let names = facts.repository.tags.keys().map(String::as_str);
    let patterns = detect_tags(&facts.workspace, names, session.policy.tag_template.as_deref());
    let row = |package: &Package| {
        let reachable = |tag: &str| facts.repository.tags.get(tag).is_some_and(|t| t.reachable);
        let tag = patterns.releases(&package.name).iter().find(|release| reachable(&release.tag));
        let tag = tag.map(|release| release.version.clone());
        let under_way = release.as_ref().and_then(|(plan, state)| under_way(plan, state, package));
        let missing = patterns.next_tag(&package.name, &package.version);
        let mend_tag = || tag_command(&session, &facts, package, &missing);
        ledger(package, tag, &facts, under_way, &mend_tag)
    };
    let document = StatusDocument {
        packages: facts.workspace.packages.values().map(row).collect(),
        unfinished: unfinished.map(|run| run.id.0),
        offline: facts
            .offline
            .as_ref()
            .map(|offline| OfflineDocument { oldest: offline.oldest.map(ui::time::rfc3339) }),
    };
    if let Some(offline) = &facts.offline {
        let age = super::offline::age(offline, ui::time::now());
        screen.status("Registry", &age);
    }
    match screen.format {
        MessageFormat::Json => screen.line(&document.to_json())?,
        MessageFormat::Human => {
            screen.print(&ui::status_view(&document, screen.out, screen.columns))?;
        }
    }
    Ok(ExitCode::Done)
}

/// Where a package stands in the release that is not finished, in words.
fn under_way(plan: &Plan, state: &RunState, package: &Package) -> Option<String> {
    let planned = plan.package(&package.name)?;
    let of = |action: &Action| matches!(action, Action::Upload(upload) if upload.package == package.name);
    let step = plan.steps.iter().find(|step| of(&step.action))?;
    let words = match state.status(&step.id) {
        Status::Done(_) if state.is_done(&StepId("push-tags".into())) => return None,
        Status::Done(_) => "published, not tagged yet",
        Status::Started | Status::Accepted | Status::InDoubt(_) => "in doubt",
        Status::Foreign(_) => "taken by other bytes",
        Status::Rejected(_) => "refused by the registry",
        Status::NotStarted | Status::NotDone(_) | Status::Undone => "not published yet",
    };
    Some(format!("{} {words}", planned.to))
}

fn ledger(
    package: &Package,
    tag: Option<Version>,
    facts: &Facts,
    under_way: Option<String>,
    mend_tag: &dyn Fn() -> String,
) -> StatusPackage {
    let published = facts.published.get(&package.name);
    let latest = published.and_then(Published::latest_live).map(|entry| entry.version.clone());
    let mut yanked: Vec<Version> = published
        .map_or(&[][..], Published::versions)
        .iter()
        .filter(|entry| entry.yanked)
        .map(|entry| entry.version.clone())
        .filter(|version| {
            latest.as_ref().is_none_or(|latest| version > latest) || *version == package.version
        })
        .collect();
    yanked.sort();
    let (state, repair) = match under_way {
        Some(words) => (words, Some("cargo orchestrate publish".to_owned())),
        None => judge(package, tag.as_ref(), published, &yanked, mend_tag),
    };
    StatusPackage {
        name: package.name.clone(),
        manifest: package.version.clone(),
        tag,
        registry: package.registry().map(ToString::to_string),
        latest,
        yanked,
        state,
        repair,
    }
}

/// What the ledgers say together, and the command that repairs what does not fit.
fn judge(
    package: &Package,
    tag: Option<&Version>,
    published: Option<&Published>,
    yanked: &[Version],
    mend_tag: &dyn Fn() -> String,
) -> (String, Option<String>) {
    let plain = |text: &str| (text.to_owned(), None);
    let mend = |text: &str, repair: String| (text.to_owned(), Some(repair));
    if !package.is_publishable() {
        return plain("not published");
    }
    let published = match published {
        Some(Published::Unknown(why)) => return (format!("registry silent: {why}"), None),
        Some(published) if !published.versions().is_empty() => published,
        _ if tag == Some(&package.version) => {
            return mend("tagged, never published", "cargo orchestrate publish".into());
        }
        _ => return mend("never published", "cargo orchestrate publish".into()),
    };
    let version = &package.version;
    let latest = published.latest_live().map(|entry| &entry.version);
    if yanked.contains(version) {
        let good =
            latest.map_or_else(|| "none is left".to_owned(), |good| format!("last good is {good}"));
        return (format!("yanked, {good}"), None);
    }
    match (published.version(version), tag) {
        (Some(_), Some(tag)) if tag == version => plain("released"),
        (Some(_), tag) if tag.is_none_or(|tag| tag < version) => mend("tag missing", mend_tag()),
        (Some(_), _) if !yanked.is_empty() => plain("released, a later version is yanked"),
        (Some(_), _) => plain("released, the tag is ahead"),
        (None, Some(tag)) if tag == version => {
            mend("tagged, never published", "cargo orchestrate publish".into())
        }
        (None, _) if latest.is_some_and(|latest| latest > version) => {
            mend("behind the registry", "cargo orchestrate plan".into())
        }
        (None, _) => mend("not published yet", "cargo orchestrate publish".into()),
    }
}

/// The command that makes a missing tag, at the commit that the published package names.
fn tag_command(session: &Session, facts: &Facts, package: &Package, tag: &str) -> String {
    let commit = package.registry().and_then(|registry| {
        let entry = facts.published.get(&package.name)?.version(&package.version)?;
        session.registries.released_commit(registry, &package.name, entry)
    });
    let at = commit.map_or_else(|| "COMMIT".to_owned(), |oid| oid.short(10).to_owned());
    let push = facts
        .repository
        .remote
        .as_ref()
        .map_or_else(String::new, |remote| format!(" && git push {} {tag}", remote.name));
    format!("git tag -a -m {tag} {tag} {at}{push}")
}
