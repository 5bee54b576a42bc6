//! The edits that let repositories downstream take a release up, or hold them at what was good.

use super::impact::{RepositoryImpact, UsedPackage};
use super::outlook::Outlook;
use super::uses::UseSource;
use crate::facts::{Downstream, Facts};
use crate::manifest::{TextEdit, apply, rewrite};
use crate::model::{Digest, Oid, PackageName, RelPath, Version, VersionReq};
use semver::BuildMetadata;
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};

/// What the requirements downstream are to say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EditWish {
    /// The version that comes, else the newest that is there.
    Bump,
    /// Exactly the last good version, where one that goes could be taken.
    Pin,
}

impl EditWish {
    /// In one word, as the flag and the name of the branch have it.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Bump => "bump",
            Self::Pin => "pin",
        }
    }
}

/// The edits of one repository, all or none.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct RepositoryEdit {
    /// The name of the repository in the configuration.
    pub repository: String,
    /// The commit that the edits were made for.
    pub base: Oid,
    /// The branch for them; named by what they are, so that the same edits have the same branch.
    pub branch: String,
    /// By file and place.
    pub requirements: Vec<RequirementEdit>,
    /// The texts of the files afterwards.
    #[serde(skip)]
    pub files: BTreeMap<RelPath, String>,
}

/// A requirement that is rewritten.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct RequirementEdit {
    pub file: RelPath,
    /// From 1.
    pub line: usize,
    /// The dotted key of the entry that has the requirement.
    pub key: String,
    pub package: PackageName,
    pub from: String,
    pub to: String,
}

/// Decides the edits of each repository that needs any, in their order; or says why there are none
/// for one that does.
#[must_use]
pub fn edits(
    wish: EditWish,
    impacts: &[RepositoryImpact],
    outlook: &Outlook,
    facts: &Facts,
) -> Vec<Result<RepositoryEdit, (String, String)>> {
    let decide = |(told, found): (&RepositoryImpact, &Downstream)| {
        let one = one(wish, told, found, outlook, facts).transpose()?;
        Some(one.map_err(|why| (told.name.clone(), why)))
    };
    impacts.iter().zip(&facts.downstream).filter_map(decide).collect()
}

fn one(
    wish: EditWish,
    told: &RepositoryImpact,
    found: &Downstream,
    outlook: &Outlook,
    facts: &Facts,
) -> Result<Option<RepositoryEdit>, String> {
    let (None, Ok(tracked)) = (&told.trouble, &found.seen) else { return Ok(None) };
    let mut requirements = BTreeSet::new();
    // Several members may inherit one requirement.
    let mut by_file: BTreeMap<&RelPath, BTreeMap<usize, TextEdit>> = BTreeMap::new();
    for it in told.uses.iter().filter(|it| it.used.source == UseSource::Registry) {
        let Some(spot) = &it.used.spot else { continue };
        let at = &it.used.at;
        let place = |why: String| format!("{}:{}: {why}", at.file, at.line);
        let Some(to) = wanted(wish, it, &spot.value, outlook, facts).map_err(place)? else {
            continue;
        };
        let edit = spot.edit(to.clone()).map_err(|error| place(error.to_string()))?;
        by_file.entry(&at.file).or_default().insert(edit.start, edit);
        requirements.insert(RequirementEdit {
            file: at.file.clone(),
            line: at.line,
            key: it.used.inherits.as_ref().unwrap_or(&it.used.key).clone(),
            package: it.used.package.clone(),
            from: spot.value.clone(),
            to,
        });
    }
    if requirements.is_empty() {
        return Ok(None);
    }
    let mut files = BTreeMap::new();
    for (path, edits) in by_file {
        let text = tracked.files.get(path).map_or("", String::as_str);
        let edits: Vec<TextEdit> = edits.into_values().collect();
        let text = apply(text, &edits).map_err(|error| format!("{path}: {error}"))?;
        files.insert(path.clone(), text);
    }
    let requirements: Vec<RequirementEdit> = requirements.into_iter().collect();
    Ok(Some(RepositoryEdit {
        repository: told.name.clone(),
        base: tracked.head.clone(),
        branch: branch(wish, &requirements),
        requirements,
        files,
    }))
}

/// The requirement as it should be; nothing where it may stay.
fn wanted(
    wish: EditWish,
    it: &UsedPackage,
    requirement: &str,
    outlook: &Outlook,
    facts: &Facts,
) -> Result<Option<String>, String> {
    let Ok(parsed) = VersionReq::parse(requirement) else { return Ok(None) };
    let package = &it.used.package;
    let published = facts.published.get(package);
    match wish {
        EditWish::Bump => {
            let newest = published.and_then(|it| it.latest_live()).map(|entry| &entry.version);
            let Some(to) = outlook.coming.get(package).or(newest) else { return Ok(None) };
            let is_behind = it.satisfied_by.as_ref().is_none_or(|by| by < to);
            let is_meant = to.pre.is_empty() || is_of_line(it.satisfied_by.as_ref());
            if parsed.matches(to) || !is_behind || !is_meant {
                return Ok(None);
            }
            rewrite(requirement, to).map_err(|error| error.to_string())
        }
        EditWish::Pin => {
            let goes = outlook.going.get(package).into_iter().flatten();
            let Some(gone) = goes.filter(|version| parsed.matches(version)).max() else {
                return Ok(None);
            };
            let is_gone = |version: &Version| outlook.takes(package, version);
            let good = published.and_then(|published| published.last_good(gone, is_gone));
            let good = good.ok_or_else(|| format!("no version of {package} is left to pin to"))?;
            // Build metadata plays no part in requirements.
            let good = Version { build: BuildMetadata::EMPTY, ..good.clone() };
            Ok(Some(format!("={good}")).filter(|to| to != requirement))
        }
    }
}

/// Whether somebody is on a line of pre-releases already.
fn is_of_line(version: Option<&Version>) -> bool {
    version.is_some_and(|version| !version.pre.is_empty())
}

/// `orchestrate/bump-1f3a5c7e`.
fn branch(wish: EditWish, requirements: &[RequirementEdit]) -> String {
    let text = serde_json::to_string(requirements).expect("requirements hold nothing JSON cannot");
    format!("orchestrate/{}-{}", wish.word(), Digest::of(text.as_bytes()).short(8))
}
