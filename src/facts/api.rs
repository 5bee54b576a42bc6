//! What a check of the packages' public interfaces said.
//!
//! The check is `cargo-semver-checks`, which prints for people only: what it printed is read here,
//! and whatever does not look like an answer is none.

use super::{Baseline, Published};
use crate::model::{Digest, Impact, Oid, PackageName, Version};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// What was found out about public interfaces.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Api {
    /// Why nothing can be checked at all.
    pub unusable: Option<Unusable>,
    /// What came of it, for each package that was to be checked.
    pub packages: BTreeMap<PackageName, ApiCheck>,
}

/// Why the tool that checks interfaces is of no use.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Unusable {
    /// It is not installed.
    Missing,
    /// It does not start; the text says why.
    Broken(String),
}

/// What came of checking one package.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ApiCheck {
    /// It was compared.
    Compared(ApiChange),
    /// Its library is a procedural macro: nothing compares what that accepts and makes.
    Macro,
    /// It could not be compared; the text says why.
    Failed(String),
}

/// How a public interface differs from the one that was released.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct ApiChange {
    /// The version it was compared with.
    pub since: Version,
    /// The least impact that the difference has on users; nothing when there is none to speak of.
    pub needs: Option<Impact>,
    /// What was found, in the tool's order.
    pub evidence: Vec<ApiEvidence>,
}

/// One thing that is different.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct ApiEvidence {
    /// The tool's name for this kind of difference, as `function_missing`.
    pub lint: String,
    /// What it is about, with file and line where the tool says them; may be empty.
    pub item: String,
}

/// The release that an interface is compared with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ApiBaseline {
    pub version: Version,
    /// The SHA-256 of the package that the registry has.
    pub checksum: Option<Digest>,
    /// The commit it was released from, where that is known.
    pub commit: Option<Oid>,
}

impl ApiBaseline {
    /// The last stable release that is not yanked: what comes before it is nobody's any more, and
    /// pre-releases of one line may differ from each other as they like. The last pre-release where
    /// there is nothing stable, and nothing for a package without a release.
    #[must_use]
    pub fn of(published: &Published, last: Option<&Baseline>, manifest: &Version) -> Option<Self> {
        let limit = last.map_or(manifest, |last| &last.version);
        let live = published.versions().iter().filter(|it| !it.yanked && it.version <= *limit);
        let entry = live.max_by_key(|entry| (entry.version.pre.is_empty(), &entry.version));
        let version = match (published, entry, last) {
            (_, Some(entry), _) => entry.version.clone(),
            (Published::Unknown(_), None, Some(last)) => last.version.clone(),
            _ => return None,
        };
        let commit = last.filter(|last| last.version == version).map(|last| last.oid.clone());
        Some(Self { version, checksum: entry.map(|entry| entry.checksum.clone()), commit })
    }
}

impl ApiChange {
    /// Reads what the tool printed when it was told that this is a patch, so that it looks at
    /// everything. Paths that begin with one of `folders` are shown without it.
    ///
    /// # Errors
    /// The tool's own words when it gave no verdict.
    pub fn read(since: &Version, said: &Said<'_>, folders: &[&str]) -> Result<Self, String> {
        let summary = said.stderr.lines().rev().find_map(|line| {
            let (_, rest) = line.trim().split_once("semver requires new ")?;
            rest.split(' ').next()
        });
        let needs = match (summary, said.success) {
            (Some("major"), false) => Some(Impact::Breaking),
            (Some("minor"), false) => Some(Impact::Feature),
            (None, true) if said.stderr.contains("no semver update required") => None,
            _ => return Err(complaint(said)),
        };
        let evidence = if needs.is_some() { evidence(said.stdout, folders) } else { Vec::new() };
        Ok(Self { since: since.clone(), needs, evidence })
    }
}

/// What a program printed, and whether it ended well.
#[derive(Debug, Clone, Copy)]
pub struct Said<'a> {
    pub success: bool,
    pub stdout: &'a str,
    pub stderr: &'a str,
}

/// The failures in the tool's report: a heading names the lint, and below `Failed in:` each item
/// has a line that is indented by two.
fn evidence(stdout: &str, folders: &[&str]) -> Vec<ApiEvidence> {
    let mut found: Vec<ApiEvidence> = Vec::new();
    let mut lint: Option<&str> = None;
    let mut in_items = false;
    for line in stdout.lines() {
        if let Some(heading) = line.strip_prefix("--- ") {
            lint = heading.strip_prefix("failure ").and_then(|it| it.split(':').next());
            in_items = false;
        } else if line.trim_end() == "Failed in:" {
            in_items = true;
        } else if let (true, Some(lint), Some(item)) = (in_items, lint, line.strip_prefix("  "))
            && !item.starts_with(char::is_whitespace)
        {
            let item = folders.iter().fold(item.trim_end().to_owned(), |item, folder| {
                item.replace(&format!("{}/", folder.trim_end_matches('/')), "")
            });
            found.push(ApiEvidence { lint: lint.to_owned(), item });
        }
    }
    found
}

/// Why a tool gave no verdict, in one line: what it calls errors, or else its last words.
fn complaint(said: &Said<'_>) -> String {
    let lines = || said.stderr.lines().map(str::trim).filter(|line| !line.is_empty());
    let mut errors: Vec<&str> = lines().filter(|line| line.starts_with("error")).collect();
    errors.dedup();
    errors.truncate(3);
    if errors.is_empty() {
        errors.extend(lines().next_back());
    }
    if errors.is_empty() { "it said nothing".to_owned() } else { errors.join("; ") }
}

#[cfg(test)]
#[path = "api_tests.rs"]
mod tests;
