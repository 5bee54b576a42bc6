//! The edits that let repositories downstream take a release up, or hold them at what was good.

use super::impact::{RepositoryImpact, UsedPackage};
use super::outlook::Outlook;
use super::uses::UseSource;
use crate::facts::{Downstream, EditWish, Facts, RepositoryEdit, RequirementEdit};
use crate::manifest::rewrite;
use crate::model::{Version, VersionReq};
use semver::BuildMetadata;
use std::collections::BTreeSet;

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
    // Several members may inherit one requirement.
    let mut requirements = BTreeSet::new();
    for it in told.uses.iter().filter(|it| it.used.source == UseSource::Registry) {
        let Some(spot) = &it.used.spot else { continue };
        let at = &it.used.at;
        let place = |why: String| format!("{}:{}: {why}", at.file, at.line);
        let Some(to) = wanted(wish, it, &spot.value, outlook, facts).map_err(place)? else {
            continue;
        };
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
    let edit = RepositoryEdit::new(wish, &told.name, &tracked.head, requirements);
    for file in edit.files() {
        edit.applied(file, tracked.files.get(file).map_or("", String::as_str))?;
    }
    Ok(Some(edit))
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
            let good = facts.last_good(package, gone, |name, it| outlook.takes(name, it));
            let good = good.ok_or_else(|| format!("no version of {package} is left to pin to"))?;
            // Build metadata plays no part in requirements.
            let good = Version { build: BuildMetadata::EMPTY, ..good.clone() };
            Ok(Some(format!("={good}")).filter(|to| to != requirement))
        }
        // That is not a matter of versions: what was written before counts.
        EditWish::Unpin => Ok(None),
    }
}

/// Whether somebody is on a line of pre-releases already.
fn is_of_line(version: Option<&Version>) -> bool {
    version.is_some_and(|version| !version.pre.is_empty())
}
