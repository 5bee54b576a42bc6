//! The edits of a `Cargo.lock` whose members move.

use super::read::{Locked, Reference, packages};
use super::{LockError, reorder};
use crate::manifest::edit::TextEdit;
use crate::manifest::spot::Spot;
use crate::model::{PackageName, Version};
use std::collections::{BTreeMap, HashMap};

/// The edits that give members their new versions; `moves` says from which to which, by name.
///
/// For each member that is the `version` of its own entry, and the texts in lists of dependencies
/// that name it with a version. Nothing else changes: no other package is updated, and the result
/// is what Cargo itself would write.
///
/// Cargo sorts packages by name, then version, then source. While a name is there once, a version
/// cannot change the order. Where a move changes the order, or how two packages of one name are told
/// apart, the whole of what differs is one edit.
///
/// # Errors
/// [`LockError::Stale`] when a member is not there at its old version, [`LockError::Ambiguous`]
/// when it shares its name in a form of the file that Cargo writes no more; in both cases Cargo has to write the file
/// anew. [`LockError::Unreadable`] when the text is no `Cargo.lock`.
pub fn member_edits(
    text: &str,
    moves: &BTreeMap<PackageName, (Version, Version)>,
) -> Result<Vec<TextEdit>, LockError> {
    let packages = packages(text)?;
    let mut entries: HashMap<&str, Vec<&Locked>> = HashMap::new();
    for package in &packages {
        entries.entry(&package.name).or_default().push(package);
    }
    let mut references: HashMap<&str, Vec<(&Spot, Reference<'_>)>> = HashMap::new();
    for dependency in packages.iter().flat_map(|package| &package.dependencies) {
        let reference = Reference::read(&dependency.value);
        // A source is only named for packages that have one.
        if reference.version.is_some() && reference.source.is_none() {
            references.entry(reference.name).or_default().push((dependency, reference));
        }
    }
    let mut edits = Vec::new();
    let mut crossing = None;
    for (name, (from, to)) in moves.iter().filter(|(_, (from, to))| from != to) {
        let from_text = from.to_string();
        let is_it =
            |package: &&&Locked| package.source.is_none() && package.version.value == from_text;
        let stale = || LockError::Stale { package: name.clone(), version: from.clone() };
        let namesakes = entries.get(name.as_str()).map_or(&[][..], Vec::as_slice);
        let member = namesakes.iter().find(is_it).ok_or_else(stale)?;
        if namesakes.len() > 1 && !stays_in_place(member, namesakes, to) {
            crossing = crossing.or(Some((name, to)));
        }
        edits.push(edit(&member.version, to.to_string())?);
        for (dependency, reference) in references.get(name.as_str()).into_iter().flatten() {
            if reference.version == Some(from_text.as_str()) {
                edits.push(edit(dependency, format!("{name} {to}"))?);
            }
        }
    }
    if let Some((package, version)) = crossing {
        let (package, version) = (package.clone(), version.clone());
        let ambiguous = LockError::Ambiguous { package, version };
        return reorder::edits(text, &packages, moves).ok_or(ambiguous);
    }
    edits.sort_by_key(|edit| edit.start);
    Ok(edits)
}

fn edit(spot: &Spot, to: String) -> Result<TextEdit, LockError> {
    spot.edit(to).map_err(|error| LockError::Unreadable {
        line: error.line,
        column: error.column,
        message: error.to_string(),
    })
}

/// Whether `member` at version `to` keeps its place among the packages of its name, and is told
/// apart from them as before.
fn stays_in_place(member: &Locked, namesakes: &[&Locked], to: &Version) -> bool {
    let version = |package: &Locked| Version::parse(&package.version.value).ok();
    let from = version(member);
    let others = namesakes.iter().filter(|other| other.source.is_some());
    others.clone().count() + 1 == namesakes.len()
        && others.into_iter().all(|other| {
            let other = version(other);
            // As texts, too: lists of dependencies are sorted by those.
            let place = |at: Option<&Version>| {
                let texts =
                    at.map(ToString::to_string).cmp(&other.as_ref().map(ToString::to_string));
                (at.cmp(&other.as_ref()), texts)
            };
            place(from.as_ref()) == place(Some(to))
        })
}

#[cfg(test)]
#[path = "edits_tests.rs"]
mod tests;
