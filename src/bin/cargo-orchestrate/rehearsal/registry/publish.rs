//! Taking an upload in.

use super::answer::{Answer, Asked, Refusal};
use super::fault::Fault;
use super::line::IndexLine;
use super::server::Server;
use super::shelf::{HeldRelease, Lag, Shelf};
use super::upload::{Metadata, Upload};
use super::{Rules, check, tarball};
use cargo_orchestrate::model::Digest;
use semver::Version;
use serde_json::json;
use std::sync::Arc;
use std::time::Duration;

/// The login that owns what is uploaded here.
const OWNER: &str = "rehearsal";

/// Checks an upload in the order in which crates.io does, and stores it.
pub(super) fn publish(
    server: &Server,
    asked: &Asked,
    upload: &Upload,
    faults: &[Fault],
) -> Result<Answer, Refusal> {
    let Upload { metadata, crate_file } = upload;
    let rules = server.options.rules;
    let version = check::identity(metadata)?;
    let taken = upstream_versions(server, &metadata.name)?;
    let is_new = taken.is_empty()
        && server.shelf().package(&metadata.name).is_none_or(|held| held.versions.is_empty());
    server.authorize_upload(asked, &metadata.name, is_new)?;
    server.limits().count(is_new)?;
    tarball::check(crate_file, &metadata.name, &metadata.vers)?;
    check::metadata(metadata, rules)?;
    let own_urls = server.own_urls();
    let mut unknown = Vec::new();
    for dep in &metadata.deps {
        match dep.registry.as_ref().filter(|url| !own_urls.contains(url)) {
            Some(_) if rules == Rules::Private => {}
            Some(_) => return Err(cross_registry(&dep.name)),
            // A package may require itself, as crates.io makes it known first.
            None if dep.name == metadata.name => {}
            None if comes_from_upstream(server, &dep.name)? => {}
            None => unknown.push(dep.name.as_str()),
        }
    }
    let mut shelf = server.shelf();
    is_free(&shelf, metadata, &version, &taken)?;
    for name in unknown {
        if shelf.package(name).is_none_or(|held| held.versions.is_empty()) {
            return Err(Refusal::bad(format!("no known crate named `{name}`")));
        }
    }
    if !faults.contains(&Fault::Forget {}) {
        let mut bytes = crate_file.clone();
        if faults.contains(&Fault::Corrupt {}) {
            // What follows the end of a gzip stream changes its checksum and nothing else.
            bytes.push(0);
        }
        store(&mut shelf, &own_urls, metadata, version, bytes, lag(faults));
    }
    Ok(Answer::json(&json!({
        "warnings": { "invalid_categories": [], "invalid_badges": [], "other": [] },
    })))
}

/// Puts a version on the shelf without any check; the metadata must have a valid version.
pub(super) fn store(
    shelf: &mut Shelf,
    own_urls: &[String],
    metadata: &Metadata,
    version: Version,
    crate_file: Vec<u8>,
    lag: Lag,
) {
    let checksum = Digest::of(&crate_file);
    let line = IndexLine::new(metadata, checksum.as_str(), own_urls);
    let held = shelf.change(&metadata.name);
    if held.owners.is_empty() {
        held.owners.push(OWNER.into());
    }
    held.versions.push(HeldRelease {
        version,
        line,
        crate_file: Arc::new(crate_file),
        yanked: false,
        yank_message: None,
        lag,
        yank_lag: Lag::default(),
    });
}

fn lag(faults: &[Fault]) -> Lag {
    let lag = faults.iter().find_map(|fault| match fault {
        Fault::IndexLag { ms, reads } => Some(Lag::new(Duration::from_millis(*ms), *reads)),
        _ => None,
    });
    lag.unwrap_or_default()
}

fn cross_registry(name: &str) -> Refusal {
    Refusal::bad(format!(
        "Dependency `{name}` is hosted on another registry. Cross-registry dependencies are not \
         permitted on crates.io."
    ))
}

/// Upstream knows the package, and nothing of it is held here.
fn comes_from_upstream(server: &Server, name: &str) -> Result<bool, Refusal> {
    let held = server.shelf().package(name).is_some_and(|held| !held.versions.is_empty());
    match &server.upstream {
        Some(upstream) if !held => Ok(upstream.entry(name)?.is_some()),
        _ => Ok(false),
    }
}

fn upstream_versions(server: &Server, name: &str) -> Result<Vec<Version>, Refusal> {
    let Some(upstream) = &server.upstream else { return Ok(Vec::new()) };
    let lines = upstream.lines(name)?;
    Ok(lines.iter().filter_map(|line| Version::parse(&line.vers).ok()).collect())
}

/// Names differ in more than `-`, `_` and case; versions in more than `+build`.
fn is_free(
    shelf: &Shelf,
    metadata: &Metadata,
    version: &Version,
    taken: &[Version],
) -> Result<(), Refusal> {
    if let Some(twin) = shelf.twin(&metadata.name) {
        return Err(Refusal::bad(format!("crate was previously named `{twin}`")));
    }
    let same = |other: &Version| other.cmp_precedence(version).is_eq();
    let held = shelf.package(&metadata.name);
    let held = held.into_iter().flat_map(|held| &held.versions);
    if held.map(|release| &release.version).chain(taken).any(same) {
        return Err(Refusal::bad(format!("crate version `{}` is already uploaded", metadata.vers)));
    }
    Ok(())
}
