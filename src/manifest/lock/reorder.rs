//! Moves that change how packages of one name are sorted or told apart.
//!
//! Cargo sorts packages by name, version and source, a path before a registry, and names a
//! dependency by its name alone while there is one package of it, else with the version, and with
//! the source as well where two have the same version (`encodable_package_id` in Cargo).

use super::read::{Locked, Reference};
use crate::manifest::edit::{TextEdit, apply};
use crate::model::{PackageName, Version};
use std::collections::BTreeMap;

type Moves = BTreeMap<PackageName, (Version, Version)>;

/// The text as Cargo would write it after the moves, as one edit; nothing for a form of the file
/// that Cargo writes no more.
pub(super) fn edits(text: &str, packages: &[Locked], moves: &Moves) -> Option<Vec<TextEdit>> {
    if text.lines().any(|line| line == "[root]" || line == "[metadata]") {
        return None;
    }
    let versions: Vec<String> = packages.iter().map(|package| version(package, moves)).collect();
    let mut edits = Vec::new();
    for (package, version) in packages.iter().zip(&versions) {
        if *version != package.version.value {
            edits.push(package.version.edit(version.clone()).ok()?);
        }
        for dependency in &package.dependencies {
            let reference = Reference::read(&dependency.value);
            if moves.keys().all(|name| name.as_str() != reference.name) {
                continue;
            }
            let now = encoded(found(packages, &reference)?, packages, &versions);
            if now != dependency.value {
                edits.push(dependency.edit(now).ok()?);
            }
        }
    }
    let after = sorted(&apply(text, &edits).ok()?);
    Some(difference(text, &after).into_iter().collect())
}

fn version(package: &Locked, moves: &Moves) -> String {
    let moved = moves.iter().find(|(name, (from, _))| {
        let is_it = package.name == name.as_str() && package.source.is_none();
        is_it && package.version.value == from.to_string()
    });
    moved.map_or_else(|| package.version.value.clone(), |(_, (_, to))| to.to_string())
}

/// The place of the package that a dependency names.
fn found(packages: &[Locked], reference: &Reference<'_>) -> Option<usize> {
    let mut fitting = (0..packages.len()).filter(|at| reference.fits(&packages[*at]));
    let first = fitting.next()?;
    let same = |at: &usize| packages[*at].source.as_deref() == reference.source;
    Some(std::iter::once(first).chain(fitting).find(same).unwrap_or(first))
}

/// How a dependency names the package at this place.
fn encoded(at: usize, packages: &[Locked], versions: &[String]) -> String {
    let name = &packages[at].name;
    let namesakes = || (0..packages.len()).filter(|other| packages[*other].name == *name);
    let same_version = namesakes().filter(|other| versions[*other] == versions[at]).count();
    match &packages[at].source {
        _ if namesakes().count() == 1 => name.clone(),
        Some(source) if same_version > 1 => format!("{name} {} ({source})", versions[at]),
        _ => format!("{name} {}", versions[at]),
    }
}

/// The text with its packages, and the dependencies of each, in Cargo's order.
fn sorted(text: &str) -> String {
    let mut parts: Vec<String> = vec![String::new()];
    for line in text.split_inclusive('\n') {
        if line.starts_with('[') {
            parts.push(String::new());
        }
        parts.last_mut().expect("there is a first part").push_str(line);
    }
    let is_package = |part: &&mut String| part.starts_with("[[package]]");
    let mut places: Vec<&mut String> = parts.iter_mut().filter(is_package).collect();
    // The empty line between two packages stays where it is: the last has none.
    let body = |part: &str| part.trim_end().to_owned();
    let mut bodies: Vec<String> = places.iter().map(|part| dependencies(&body(part))).collect();
    bodies.sort_by_cached_key(|body| key(body));
    for (place, new) in places.iter_mut().zip(bodies) {
        let old = body(place).len();
        place.replace_range(..old, &new);
    }
    parts.concat()
}

/// By what Cargo sorts packages.
fn key(package: &str) -> (String, Option<Version>, String) {
    let value = |name: &str| {
        let line = package.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(" = \""));
        line.unwrap_or_default().trim_end_matches('"').to_owned()
    };
    (value("name"), Version::parse(&value("version")).ok(), value("source"))
}

/// A package with its dependencies sorted.
fn dependencies(package: &str) -> String {
    let mut lines: Vec<&str> = package.split_inclusive('\n').collect();
    let is_entry = |line: &&str| line.starts_with(" \"");
    if let Some(first) = lines.iter().position(is_entry) {
        let count = lines[first..].iter().take_while(|line| is_entry(line)).count();
        lines[first..first + count].sort_by_key(|line| {
            let end = line.rfind('"').unwrap_or(line.len());
            Reference::read(line.get(2..end).unwrap_or_default())
        });
    }
    lines.concat()
}

/// What is not the same in two texts, as one replacement.
fn difference(before: &str, after: &str) -> Option<TextEdit> {
    let same = |(a, b): &(char, char)| a == b;
    let length = |pairs: &mut dyn Iterator<Item = (char, char)>| {
        pairs.take_while(same).map(|(c, _)| c.len_utf8()).sum::<usize>()
    };
    let start = length(&mut before.chars().zip(after.chars()));
    let (old, new) = (&before[start..], &after[start..]);
    let tail = length(&mut old.chars().rev().zip(new.chars().rev()));
    let (from, to) = (&old[..old.len() - tail], &new[..new.len() - tail]);
    let end = start + from.len();
    (from != to).then(|| TextEdit { start, end, from: from.to_owned(), to: to.to_owned() })
}
