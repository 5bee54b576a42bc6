//! The packages of a `Cargo.lock`, with their places.

use super::{LockError, plain};
use crate::manifest::spot::Spot;
use crate::manifest::syntax::{Fault, Text};
use std::collections::BTreeMap;
use toml_edit::{Document, Item, Table};

/// A `[[package]]`.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Locked {
    pub(super) name: String,
    pub(super) version: Spot,
    /// Where it comes from; nothing for members and other path dependencies.
    pub(super) source: Option<String>,
    pub(super) checksum: Option<String>,
    pub(super) dependencies: Vec<Spot>,
}

/// A text in a list of dependencies: `name`, `name version` or `name version (source)`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Reference<'a> {
    pub(super) name: &'a str,
    pub(super) version: Option<&'a str>,
    pub(super) source: Option<&'a str>,
}

impl<'a> Reference<'a> {
    pub(super) fn read(text: &'a str) -> Self {
        let mut parts = text.splitn(3, ' ');
        let name = parts.next().unwrap_or_default();
        let version = parts.next();
        let source = parts.next().map(|source| {
            source.strip_prefix('(').and_then(|rest| rest.strip_suffix(')')).unwrap_or(source)
        });
        Self { name, version, source }
    }

    /// Whether the text may stand for this package.
    pub(super) fn fits(&self, package: &Locked) -> bool {
        self.name == package.name
            && self.version.is_none_or(|version| version == package.version.value)
            && self.source.is_none_or(|source| Some(source) == package.source.as_deref())
    }
}

/// All packages, in the order of the text.
pub(super) fn packages(text: &str) -> Result<Vec<Locked>, LockError> {
    plain::packages(text).map_or_else(|| of_toml(text), Ok)
}

/// The same of a text in any form that is TOML.
pub(super) fn of_toml(text: &str) -> Result<Vec<Locked>, LockError> {
    let text = Text::new(text);
    read(&text).map_err(|fault| {
        let (line, column) = text.position(fault.at);
        LockError::Unreadable { line, column, message: fault.message }
    })
}

fn read(text: &Text<'_>) -> Result<Vec<Locked>, Fault> {
    let document = Document::parse(text.text).map_err(|error| Fault::toml(&error))?;
    let mut packages = Vec::new();
    // Before 2017 the root package had a table of its own.
    if let Some(root) = document.get("root").and_then(Item::as_table) {
        packages.push(package(root, text)?);
    }
    let tables = document.get("package").and_then(Item::as_array_of_tables);
    for table in tables.into_iter().flatten() {
        packages.push(package(table, text)?);
    }
    // The first form of the file has the checksums in a table at its end.
    let checksums: BTreeMap<&str, &str> = document
        .get("metadata")
        .and_then(Item::as_table_like)
        .into_iter()
        .flat_map(|table| table.iter())
        .filter_map(|(key, item)| Some((key.strip_prefix("checksum ")?, item.as_str()?)))
        .collect();
    for package in packages.iter_mut().filter(|package| package.checksum.is_none()) {
        if let Some(source) = &package.source {
            let key = format!("{} {} ({source})", package.name, package.version.value);
            package.checksum = checksums.get(key.as_str()).map(|sum| (*sum).to_owned());
        }
    }
    Ok(packages)
}

fn package(table: &Table, text: &Text<'_>) -> Result<Locked, Fault> {
    let at = table.span().unwrap_or_default().start;
    let string = |name: &str| {
        table.get(name).map(|item| Spot::of(item, text, &format!("package.{name}"))).transpose()
    };
    let required = |name: &str| {
        string(name)?.ok_or_else(|| Fault::new(at, format!("a package without a {name}")))
    };
    let mut dependencies = Vec::new();
    if let Some(list) = table.get("dependencies").and_then(Item::as_array) {
        for value in list {
            let item = Item::Value(value.clone());
            dependencies.push(Spot::of(&item, text, "package.dependencies")?);
        }
    }
    Ok(Locked {
        name: required("name")?.value,
        version: required("version")?,
        source: string("source")?.map(|spot| spot.value),
        checksum: string("checksum")?.map(|spot| spot.value),
        dependencies,
    })
}
