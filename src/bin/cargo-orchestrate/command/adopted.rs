//! What a plan takes for a part of its release although it was published by others: packed again from
//! its commit and compared, before anything is done.

use super::session::Session;
use crate::effects::repack::{Repack, RepackError};
use crate::failure::Failure;
use crate::registry::digests;
use crate::ui::{Screen, text};
use cargo_orchestrate::model::{Digest, Oid};
use cargo_orchestrate::plan::{Adopted, Plan, Upload};
use cargo_orchestrate::wire::ExitCode;
use std::collections::BTreeMap;

/// The most files that are named where packages differ.
const NAMED: usize = 5;

/// A package that is out with other contents than its commit has.
struct Foreign<'p> {
    adopted: &'p Adopted,
    commit: &'p Oid,
    here: Digest,
    /// What differs, or why nobody can tell.
    differs: String,
}

/// Compares what the plan adopts with what its commits pack; anything else is refused.
pub(super) fn compare(session: &Session, plan: &Plan, screen: &Screen) -> Result<(), Failure> {
    let mut by_commit: BTreeMap<&Oid, Vec<&Adopted>> = BTreeMap::new();
    for adopted in &plan.adopts {
        by_commit.entry(adopted.commit.as_ref().unwrap_or(&plan.base)).or_default().push(adopted);
    }
    let mut foreign = Vec::new();
    for (commit, adopted) in by_commit {
        let what = text::count(adopted.len(), "published package");
        screen.status("Comparing", &format!("{what} with what {} packs", commit.short(10)));
        foreign.extend(compare_at(session, commit, &adopted, screen)?);
    }
    if foreign.is_empty() { Ok(()) } else { Err(refused(&foreign)) }
}

fn compare_at<'p>(
    session: &Session,
    commit: &'p Oid,
    adopted: &[&'p Adopted],
    screen: &Screen,
) -> Result<Vec<Foreign<'p>>, Failure> {
    let scratch = session.home.scratch()?;
    let heard = |line: &str| screen.detail("", line.trim_end());
    let repack = session.repack(commit, scratch.path(), scratch.path(), &heard);
    let uploads: Vec<Upload> = adopted.iter().map(|adopted| upload(adopted)).collect();
    let packed = repack.packed(&uploads).map_err(|error| not_packed(commit, error))?;
    let mut foreign = Vec::new();
    for (adopted, upload) in adopted.iter().zip(&uploads) {
        let here = packed.iter().find(|artifact| artifact.upload == *upload);
        let here = here.map(|artifact| artifact.sha256.clone()).unwrap_or_default();
        if here == adopted.sha256 {
            continue;
        }
        let differs = match differing(session, adopted, &repack, upload) {
            Ok(files) if is_ours(adopted, &files, &repack) => {
                if !files.is_empty() {
                    let text = format!(
                        "{upload} is out with another Cargo.lock (sha256 {}): {} has none",
                        adopted.sha256.short(12),
                        commit.short(10),
                    );
                    screen.status("Note", &text);
                }
                continue;
            }
            Ok(files) if files.is_empty() => "nothing but the commit that it names".to_owned(),
            Ok(files) => listed(&files),
            Err(why) => why,
        };
        foreign.push(Foreign { adopted, commit, here, differs });
    }
    Ok(foreign)
}

fn upload(adopted: &Adopted) -> Upload {
    Upload {
        package: adopted.name.clone(),
        version: adopted.version.clone(),
        registry: adopted.registry.clone(),
    }
}

/// Whether packages that differ in these files hold the same all the same: what differs is the commit
/// they name, which for these nobody knows, or a lock file that was never committed.
fn is_ours(adopted: &Adopted, files: &[String], repack: &Repack<'_>) -> bool {
    match files {
        [] => adopted.commit.is_none(),
        [one] => one == "Cargo.lock" && !repack.has_lockfile(),
        _ => false,
    }
}

/// The files in which what is published differs from what was packed here, or why it cannot be
/// told.
fn differing(
    session: &Session,
    adopted: &Adopted,
    repack: &Repack<'_>,
    upload: &Upload,
) -> Result<Vec<String>, String> {
    let Adopted { registry, name, version, sha256, .. } = adopted;
    let there = session.registries.released(registry, name, version, sha256)?;
    let here = repack.bytes(upload).map_err(|error| error.to_string())?;
    let read = |bytes: &[u8]| digests(bytes).map_err(|error| error.to_string());
    let (there, here) = (read(&there)?, read(&here)?);
    let paths = there.keys().chain(here.keys()).filter(|path| there.get(*path) != here.get(*path));
    let mut paths: Vec<String> = paths.cloned().collect();
    paths.sort();
    paths.dedup();
    Ok(paths)
}

fn listed(files: &[String]) -> String {
    let (named, more) = files.split_at(files.len().min(NAMED));
    let more = if more.is_empty() { String::new() } else { format!(" and {} more", more.len()) };
    format!("{}{more}", named.join(", "))
}

fn not_packed(commit: &Oid, error: RepackError) -> Failure {
    let RepackError::Failed(why) = error else { unreachable!("nothing is sealed here") };
    let mut lines = why.lines();
    let first = lines.next().unwrap_or_default();
    let text = format!("could not compare what is published with {}: {first}", commit.short(10));
    let failure = Failure::refused(text);
    lines.filter(|line| !line.trim().is_empty()).fold(failure, Failure::now)
}

fn refused(foreign: &[Foreign<'_>]) -> Failure {
    let named = |it: &Foreign<'_>| format!("{} {}", it.adopted.name, it.adopted.version);
    let names: Vec<String> = foreign.iter().map(named).collect();
    let text = format!("other bytes are published than ours: {}", names.join(", "));
    let mut failure = Failure::new(ExitCode::NeedsDecision, text).now("nothing was changed");
    for it in foreign {
        let (registry, short) = (&it.adopted.registry, it.commit.short(10));
        failure = failure
            .fact(it.adopted.name.as_str(), format!("on {registry} sha256 {}", it.adopted.sha256))
            .fact("", format!("from {short} sha256 {}", it.here))
            .fact("", format!("differs in: {}", it.differs));
    }
    let bumps: Vec<String> =
        foreign.iter().map(|it| format!(" --bump {}=patch", it.adopted.name)).collect();
    failure.next(
        format!("cargo orchestrate publish{}", bumps.concat()),
        "leaves what is there to whom it belongs, and releases what is here at the next number",
    )
}
