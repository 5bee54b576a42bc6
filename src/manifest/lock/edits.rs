//! The edits of a `Cargo.lock` whose members move.

use super::LockError;
use super::read::{Locked, Reference, packages};
use crate::manifest::edit::TextEdit;
use crate::manifest::spot::Spot;
use crate::model::{PackageName, Version};
use std::collections::BTreeMap;

/// The edits that give members their new versions; `moves` says from which to which, by name.
///
/// For each member that is the `version` of its own entry, and the texts in lists of dependencies
/// that name it with a version. Nothing else changes: no other package is updated, and the result
/// is what Cargo itself would write.
///
/// Cargo sorts packages by name, then version, then source. While a name is there once, a version
/// cannot change the order. Where another package has the same name, the move is made only if the
/// order and the way the two are told apart stay as they are.
///
/// # Errors
/// [`LockError::Stale`] when a member is not there at its old version, [`LockError::Ambiguous`]
/// when a package of the same name stands in the way; in both cases Cargo has to write the file
/// anew. [`LockError::Unreadable`] when the text is no `Cargo.lock`.
pub fn member_edits(
    text: &str,
    moves: &BTreeMap<PackageName, (Version, Version)>,
) -> Result<Vec<TextEdit>, LockError> {
    let packages = packages(text)?;
    let mut edits = Vec::new();
    for (name, (from, to)) in moves.iter().filter(|(_, (from, to))| from != to) {
        let from_text = from.to_string();
        let is_it = |package: &Locked| {
            package.name == name.as_str()
                && package.source.is_none()
                && package.version.value == from_text
        };
        let stale = || LockError::Stale { package: name.clone(), version: from.clone() };
        let member = packages.iter().find(|package| is_it(package)).ok_or_else(stale)?;
        let namesakes: Vec<&Locked> =
            packages.iter().filter(|other| other.name == name.as_str()).collect();
        if namesakes.len() > 1 && !stays_in_place(member, &namesakes, to) {
            return Err(LockError::Ambiguous { package: name.clone(), version: to.clone() });
        }
        edits.push(edit(&member.version, to.to_string())?);
        for dependency in packages.iter().flat_map(|package| &package.dependencies) {
            let reference = Reference::read(&dependency.value);
            // A source is only named for packages that have one.
            if reference.name == name.as_str()
                && reference.version == Some(from_text.as_str())
                && reference.source.is_none()
            {
                edits.push(edit(dependency, format!("{name} {to}"))?);
            }
        }
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
