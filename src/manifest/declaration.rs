//! The dependency entries of a manifest.

use super::canonical::dotted;
use super::spot::{Spot, named};
use super::syntax::{Fault, Text};
use crate::model::{PackageName, RegistryName};
use toml_edit::{Item, TableLike};

/// The table that a dependency entry stands in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Table {
    /// `[dependencies]`.
    Normal,
    /// `[build-dependencies]`.
    Build,
    /// `[dev-dependencies]`.
    Dev,
    /// `[workspace.dependencies]`.
    Workspace,
}

/// One entry of a dependency table.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "each is a fact of its own, not a state")]
pub struct Declaration {
    /// The key of the entry, as TOML would write it: `target.'cfg(unix)'.dependencies.lib1`.
    pub key: String,
    pub table: Table,
    /// The `cfg(..)` or target triple, where the table is for one.
    pub target: Option<String>,
    /// The name the entry gives the dependency.
    pub alias: String,
    /// The package it stands for: `package` where that is given, else the alias. For an inherited
    /// entry the alias too; the root's declarations say which package that is.
    pub package: PackageName,
    /// The requirement; nothing for an inherited entry and for a path or git source alone.
    pub requirement: Option<Spot>,
    /// Whether the entry is `workspace = true`.
    pub inherited: bool,
    /// The path as written.
    pub path: Option<String>,
    /// Whether the entry names a git repository.
    pub git: bool,
    /// The registry by name; nothing for the default one and for one given by its index.
    pub registry: Option<RegistryName>,
    pub optional: bool,
    /// Whether the entry says `public = true`.
    pub public: bool,
    /// The place of the alias, both from 1.
    pub line: usize,
    pub column: usize,
}

/// The dependency tables that a package may have: their kind, and the names they go by, the
/// current one first. Cargo ignores the old name where the current one is there too.
pub(super) const TABLES: [(Table, &[&str]); 3] = [
    (Table::Normal, &["dependencies"]),
    (Table::Build, &["build-dependencies", "build_dependencies"]),
    (Table::Dev, &["dev-dependencies", "dev_dependencies"]),
];

/// The item under the first of `names` that is there, with that name.
pub(super) fn first<'a, 'n>(
    table: &'a dyn TableLike,
    names: &[&'n str],
) -> Option<(&'n str, &'a Item)> {
    names.iter().find_map(|name| Some((*name, table.get(name)?)))
}

/// The table behind an item; `what` names the key for the case that it is something else.
pub(super) fn table_of<'a>(item: &'a Item, what: &str) -> Result<&'a dyn TableLike, Fault> {
    item.as_table_like().ok_or_else(|| {
        let at = item.span().unwrap_or_default().start;
        Fault::new(at, format!("`{what}` must be a table, not {}", named(item)))
    })
}

/// All entries of the document, in the order of the text.
pub(super) fn declarations(
    root: &dyn TableLike,
    text: &Text<'_>,
) -> Result<Vec<Declaration>, Fault> {
    let mut found = Vec::new();
    package_tables(root, &[], None, text, &mut found)?;
    if let Some(targets) = root.get("target") {
        for (target, tables) in table_of(targets, "target")?.iter() {
            let tables = table_of(tables, &dotted(&["target", target]))?;
            package_tables(tables, &["target", target], Some(target), text, &mut found)?;
        }
    }
    if let Some(workspace) = root.get("workspace") {
        let workspace = table_of(workspace, "workspace")?;
        if let Some(entries) = workspace.get("dependencies") {
            let place = Place { path: &["workspace", "dependencies"], target: None };
            collect(entries, Table::Workspace, &place, text, &mut found)?;
        }
    }
    found.sort_by_key(|declaration| (declaration.line, declaration.column));
    Ok(found)
}

/// Where a dependency table stands.
struct Place<'a> {
    path: &'a [&'a str],
    target: Option<&'a str>,
}

fn package_tables(
    tables: &dyn TableLike,
    path: &[&str],
    target: Option<&str>,
    text: &Text<'_>,
    found: &mut Vec<Declaration>,
) -> Result<(), Fault> {
    for (table, names) in TABLES {
        if let Some((name, entries)) = first(tables, names) {
            let path = [path, &[name]].concat();
            collect(entries, table, &Place { path: &path, target }, text, found)?;
        }
    }
    Ok(())
}

fn collect(
    entries: &Item,
    table: Table,
    place: &Place<'_>,
    text: &Text<'_>,
    found: &mut Vec<Declaration>,
) -> Result<(), Fault> {
    let entries = table_of(entries, &dotted(place.path))?;
    for (alias, item) in entries.iter() {
        let at = entries.key(alias).and_then(toml_edit::Key::span).unwrap_or_default().start;
        found.push(declaration(alias, item, at, table, place, text)?);
    }
    Ok(())
}

fn declaration(
    alias: &str,
    item: &Item,
    at: usize,
    table: Table,
    place: &Place<'_>,
    text: &Text<'_>,
) -> Result<Declaration, Fault> {
    let path = [place.path, &[alias]].concat();
    let key = dotted(&path);
    let below = |name: &str| format!("{key}.{name}");
    let (line, column) = text.position(at);
    let mut declared = Declaration {
        table,
        target: place.target.map(str::to_owned),
        alias: alias.to_owned(),
        package: package_name(alias, at)?,
        requirement: None,
        inherited: false,
        path: None,
        git: false,
        registry: None,
        optional: false,
        public: false,
        line,
        column,
        key: key.clone(),
    };
    if item.is_str() {
        declared.requirement = Some(Spot::of(item, text, &key)?);
        return Ok(declared);
    }
    let fields = item.as_table_like().ok_or_else(|| {
        let at = item.span().map_or(at, |span| span.start);
        Fault::new(at, format!("`{key}` must be a requirement or a table, not {}", named(item)))
    })?;
    let string = |name: &str| -> Result<Option<Spot>, Fault> {
        fields.get(name).map(|item| Spot::of(item, text, &below(name))).transpose()
    };
    declared.inherited = flag(fields, "workspace", &key)?;
    declared.optional = flag(fields, "optional", &key)?;
    declared.public = flag(fields, "public", &key)?;
    declared.requirement = string("version")?;
    declared.path = string("path")?.map(|spot| spot.value);
    declared.git = string("git")?.is_some();
    if let Some(package) = string("package")? {
        declared.package = package_name(&package.value, package.start)?;
    }
    if let Some(registry) = string("registry")? {
        let name = RegistryName::new(registry.value);
        declared.registry =
            Some(name.map_err(|error| Fault::new(registry.start, error.to_string()))?);
    }
    Ok(declared)
}

fn package_name(name: &str, at: usize) -> Result<PackageName, Fault> {
    PackageName::new(name).map_err(|error| Fault::new(at, error.to_string()))
}

/// The boolean under `name`, false when there is none.
pub(super) fn flag(fields: &dyn TableLike, name: &str, key: &str) -> Result<bool, Fault> {
    let Some(item) = fields.get(name) else {
        return Ok(false);
    };
    item.as_bool().ok_or_else(|| {
        let at = item.span().unwrap_or_default().start;
        Fault::new(at, format!("`{key}.{name}` must be true or false, not {}", named(item)))
    })
}
