//! What a workspace's root manifest hands down to its members.

use super::canonical;
use std::collections::BTreeMap;
use toml_edit::{Document, Item, Table, TableLike};

/// A root manifest, read once for all its members.
#[derive(Debug, Clone)]
pub struct Root {
    table: Table,
}

impl Root {
    /// Reads a root manifest. One that is not TOML hands down nothing.
    #[must_use]
    pub fn new(text: &str) -> Self {
        let table = Document::parse(text).map_or_else(|_| Table::new(), Document::into_table);
        Self { table }
    }

    fn workspace(&self, key: &str) -> Option<&Item> {
        self.table.get("workspace")?.as_table_like()?.get(key)
    }

    /// The value that `[workspace.package]` has for a key.
    pub(super) fn package(&self, key: &str) -> Option<&Item> {
        self.workspace("package")?.as_table_like()?.get(key)
    }

    /// The entry that `[workspace.dependencies]` has for an alias.
    pub(super) fn dependency(&self, alias: &str) -> Option<&Item> {
        self.workspace("dependencies")?.as_table_like()?.get(alias)
    }

    /// `[workspace.lints]`.
    pub(super) fn lints(&self) -> Option<&Item> {
        self.workspace("lints")
    }

    /// The dependency resolver that the whole workspace is built with.
    pub(super) fn resolver(&self) -> String {
        let package = self.table.get("package").and_then(Item::as_table_like);
        let stated = self.workspace("resolver").or_else(|| package?.get("resolver"));
        if let Some(stated) = stated.and_then(Item::as_str) {
            return stated.to_owned();
        }
        let edition = package.and_then(|package| self.or_inherited(package, "edition"));
        implied_resolver(edition.and_then(Item::as_str)).to_owned()
    }

    /// The value a `[package]` table has for a key, filled in from the root where it is inherited.
    pub(super) fn or_inherited<'a>(
        &'a self,
        package: &'a dyn TableLike,
        key: &str,
    ) -> Option<&'a Item> {
        let item = package.get(key)?;
        if is_inherited(item) { self.package(key) } else { Some(item) }
    }
}

/// Whether an item is `{ workspace = true }`.
pub(super) fn is_inherited(item: &Item) -> bool {
    let workspace = item.as_table_like().and_then(|table| table.get("workspace"));
    workspace.and_then(Item::as_bool).unwrap_or(false)
}

/// The resolver that a package has when it names none.
pub(super) fn implied_resolver(edition: Option<&str>) -> &'static str {
    match edition {
        None | Some("2015" | "2018") => "1",
        Some("2021") => "2",
        Some(_) => "3",
    }
}

/// What a dependency entry says about the packed package: field to canonical text. Nothing for one
/// that is not packed: a dev-dependency without a version.
///
/// Where a dependency lies in the checkout (`path`, `git` and their fields) is not packed; Cargo
/// drops it.
pub(super) fn packed_dependency(
    alias: &str,
    entry: &Item,
    root: &Root,
    is_dev: bool,
) -> Option<BTreeMap<String, String>> {
    let mut fields = BTreeMap::new();
    let mut features: Vec<&str> = Vec::new();
    let mut default_features = None;
    if is_inherited(entry) {
        match root.dependency(alias) {
            Some(shared) => {
                default_features = add(shared, &mut fields, &mut features);
            }
            None => {
                fields.insert("workspace".to_owned(), "true".to_owned());
            }
        }
        let own = add(entry, &mut fields, &mut features);
        // A member can switch default features on, but off only where the root says nothing else.
        if default_features == Some(false) && own == Some(true) {
            default_features = own;
        }
    } else {
        default_features = add(entry, &mut fields, &mut features);
    }
    if !features.is_empty() {
        fields.insert("features".to_owned(), canonical::set(features.into_iter()));
    }
    if default_features == Some(false) {
        fields.insert("default-features".to_owned(), "false".to_owned());
    }
    if fields.get("package") == Some(&canonical::string(alias)) {
        fields.remove("package");
    }
    (!is_dev || fields.contains_key("version")).then_some(fields)
}

/// Adds the fields of one entry; returns what it says about default features.
fn add<'a>(
    entry: &'a Item,
    fields: &mut BTreeMap<String, String>,
    features: &mut Vec<&'a str>,
) -> Option<bool> {
    let Some(table) = entry.as_table_like() else {
        fields.insert("version".to_owned(), canonical::item(entry));
        return None;
    };
    let mut default_features = None;
    for (name, item) in table.iter() {
        match name {
            "path" | "base" | "git" | "branch" | "tag" | "rev" => {}
            "workspace" if item.as_bool() == Some(true) => {}
            "optional" | "public" if item.as_bool() == Some(false) => {}
            "default-features" | "default_features" => default_features = item.as_bool(),
            "features" => {
                features.extend(item.as_array().into_iter().flatten().filter_map(|v| v.as_str()));
            }
            _ => {
                fields.insert(name.to_owned(), canonical::item(item));
            }
        }
    }
    default_features
}
