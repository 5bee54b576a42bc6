//! What the manifest of a packed package would say, for comparing two states of it.

use super::canonical::{self, dotted};
use super::declaration::{TABLES, Table, first};
use super::inherit::{Root, implied_resolver, is_inherited, packed_dependency};
use crate::model::Digest;
use std::collections::{BTreeMap, BTreeSet};
use toml_edit::{Document, Item, TableLike};

/// A member's manifest as it would be packed: dotted key to the value's canonical text.
///
/// Everything inherited from the root manifest is filled in. Comments, whitespace, the order of
/// keys and the order of features play no part. Left out is what is not packed or says nothing
/// about the package: `package.version`, `[workspace]`, `[patch]`, `[replace]`, dev-dependencies
/// without a version, the path or git source of a dependency, `[profile]` except in the root, and
/// `package.metadata.orchestrate`. A dependency has a key for each of its fields, the requirement
/// under `dependencies.NAME.version`.
///
/// A manifest that is not TOML has one key, `unreadable`, so that it differs from every other one.
#[must_use]
pub fn effective(member: &str, root: &str, member_is_root: bool) -> BTreeMap<String, String> {
    effective_in(member, &Root::new(root), member_is_root)
}

/// As [`effective`], with a root manifest that was read before.
#[must_use]
pub fn effective_in(member: &str, root: &Root, member_is_root: bool) -> BTreeMap<String, String> {
    let Ok(document) = Document::parse(member) else {
        let digest = Digest::of(member.as_bytes()).to_string();
        return BTreeMap::from([("unreadable".to_owned(), digest)]);
    };
    let mut packed = Packed { root, member_is_root, keys: BTreeMap::new() };
    packed.manifest(document.as_table());
    packed.keys
}

/// The keys that one of two manifests lacks or has with another value, sorted.
#[must_use]
pub fn difference(old: &BTreeMap<String, String>, new: &BTreeMap<String, String>) -> Vec<String> {
    let keys: BTreeSet<&String> = old.keys().chain(new.keys()).collect();
    keys.into_iter().filter(|key| old.get(*key) != new.get(*key)).cloned().collect()
}

/// The keys of a packed manifest, while they are collected.
struct Packed<'a> {
    root: &'a Root,
    member_is_root: bool,
    keys: BTreeMap<String, String>,
}

impl Packed<'_> {
    fn manifest(&mut self, manifest: &dyn TableLike) {
        for (key, item) in manifest.iter() {
            match key {
                "package" | "project" => self.package(item),
                "lints" if is_inherited(item) => {
                    if let Some(lints) = self.root.lints() {
                        self.flatten(&["lints"], lints);
                    }
                }
                "features" => self.features(item),
                "target" => self.targets(item),
                "profile" if !self.member_is_root => {}
                "workspace" | "patch" | "replace" => {}
                key if TABLES.iter().any(|(_, names)| names.contains(&key)) => {}
                key => self.flatten(&[key], item),
            }
        }
        self.dependency_tables(&[], manifest);
    }

    fn package(&mut self, item: &Item) {
        let Some(package) = item.as_table_like() else {
            return;
        };
        for (key, item) in package.iter() {
            match key {
                "version" | "workspace" | "resolver" => {}
                "readme" | "license-file" => self.packed_file(key, item),
                "metadata" => self.metadata(item),
                _ => match self.root.or_inherited(package, key) {
                    Some(item) => self.flatten(&["package", key], item),
                    None => self.flatten(&["package", key], item),
                },
            }
        }
        // Cargo writes the workspace's resolver down where the package alone would have another.
        let stated = package.get("resolver").and_then(Item::as_str);
        let edition = self.root.or_inherited(package, "edition").and_then(Item::as_str);
        let resolver = self.root.resolver();
        if resolver != stated.unwrap_or_else(|| implied_resolver(edition)) || stated.is_some() {
            self.keys.insert("package.resolver".to_owned(), canonical::string(&resolver));
        }
    }

    /// A file that the manifest names. One outside of the package's folder is packed into its top.
    fn packed_file(&mut self, key: &str, item: &Item) {
        let inherited = is_inherited(item);
        let item = if inherited { self.root.package(key).unwrap_or(item) } else { item };
        let text = match (item.as_str(), item.as_bool()) {
            (Some(path), _) => {
                let unified = path.replace('\\', "/");
                let is_outside = unified.starts_with("..") || (inherited && !self.member_is_root);
                let name = unified.rsplit('/').next().unwrap_or_default();
                let path = if is_outside { name } else { unified.trim_start_matches("./") };
                canonical::string(path)
            }
            (None, Some(true)) => canonical::string("README.md"),
            _ => canonical::item(item),
        };
        self.keys.insert(format!("package.{key}"), text);
    }

    fn metadata(&mut self, item: &Item) {
        let Some(metadata) = item.as_table_like() else {
            return self.flatten(&["package", "metadata"], item);
        };
        for (tool, item) in metadata.iter().filter(|(tool, _)| *tool != "orchestrate") {
            self.flatten(&["package", "metadata", tool], item);
        }
    }

    fn features(&mut self, item: &Item) {
        for (feature, enables) in item.as_table_like().into_iter().flat_map(|table| table.iter()) {
            let enables = enables.as_array().into_iter().flatten();
            let text = canonical::set(enables.filter_map(|value| value.as_str()));
            self.keys.insert(dotted(&["features", feature]), text);
        }
    }

    fn targets(&mut self, item: &Item) {
        for (target, tables) in item.as_table_like().into_iter().flat_map(|table| table.iter()) {
            if let Some(tables) = tables.as_table_like() {
                self.dependency_tables(&["target", target], tables);
            }
        }
    }

    fn dependency_tables(&mut self, path: &[&str], tables: &dyn TableLike) {
        for (table, names) in TABLES {
            let entries = first(tables, names).and_then(|(_, item)| item.as_table_like());
            for (alias, entry) in entries.into_iter().flat_map(|entries| entries.iter()) {
                let is_dev = table == Table::Dev;
                let Some(fields) = packed_dependency(alias, entry, self.root, is_dev) else {
                    continue;
                };
                let path = [path, &[names[0], alias]].concat();
                if fields.is_empty() {
                    self.keys.insert(dotted(&path), "{}".to_owned());
                }
                for (field, text) in fields {
                    let key = dotted(&[&path[..], &[field.as_str()]].concat());
                    self.keys.insert(key, text);
                }
            }
        }
    }

    /// Adds an item key by key; tables that hold nothing say nothing.
    fn flatten(&mut self, path: &[&str], item: &Item) {
        if let Some(table) = item.as_table_like() {
            for (key, item) in table.iter() {
                self.flatten(&[path, &[key]].concat(), item);
            }
        } else {
            self.keys.insert(dotted(path), canonical::item(item));
        }
    }
}

#[cfg(test)]
#[path = "effective_tests.rs"]
mod tests;
