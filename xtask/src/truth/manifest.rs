//! What differs between two packed manifests, versions and what follows them put aside.

use std::collections::{BTreeMap, BTreeSet};
use toml_edit::{DocumentMut, Item, TableLike, Value};

const TABLES: [&str; 3] = ["dependencies", "dev-dependencies", "build-dependencies"];

/// The keys that differ, with both values.
pub(crate) fn differences(
    old: &str,
    new: &str,
    members: &BTreeSet<String>,
) -> Result<Vec<String>, String> {
    let (old, new) = (read(old, members)?, read(new, members)?);
    let keys: BTreeSet<&String> = old.keys().chain(new.keys()).collect();
    let mut found = Vec::new();
    for key in keys {
        let (before, after) = (old.get(key), new.get(key));
        let is_following = key.starts_with("member requirement ")
            && before.zip(after).is_some_and(|(before, after)| follows(before, after));
        if before != after && !is_following {
            let shown = |value: Option<&String>| value.map_or("nothing", String::as_str).to_owned();
            found.push(format!("Cargo.toml: {key}: {} -> {}", shown(before), shown(after)));
        }
    }
    Ok(found)
}

/// The packages that the normal and build dependencies of a packed manifest name.
pub(crate) fn normal_and_build(text: &str) -> Result<BTreeSet<String>, String> {
    let manifest: DocumentMut = text.parse().map_err(|error| format!("{error}"))?;
    let mut names = BTreeSet::new();
    let mut add = |tables: &dyn TableLike| {
        for name in ["dependencies", "build-dependencies"] {
            let entries = tables.get(name).and_then(Item::as_table_like);
            for (alias, entry) in entries.into_iter().flat_map(TableLike::iter) {
                names.insert(package_of(alias, entry).to_owned());
            }
        }
    };
    add(manifest.as_table());
    let targets = manifest.get("target").and_then(Item::as_table_like);
    targets
        .into_iter()
        .flat_map(TableLike::iter)
        .filter_map(|(_, target)| target.as_table_like())
        .for_each(add);
    Ok(names)
}

/// Whether a packed manifest has a program.
pub(crate) fn has_binary(text: &str) -> bool {
    text.parse::<DocumentMut>().is_ok_and(|manifest| manifest.contains_key("bin"))
}

fn package_of<'a>(alias: &'a str, entry: &'a Item) -> &'a str {
    let renamed = entry.as_table_like().and_then(|table| table.get("package"));
    renamed.and_then(Item::as_str).unwrap_or(alias)
}

type Keys = BTreeMap<String, String>;

fn read(text: &str, members: &BTreeSet<String>) -> Result<Keys, String> {
    let manifest: DocumentMut = text.parse().map_err(|error| format!("{error}"))?;
    let mut keys = Keys::new();
    for (key, item) in manifest.iter() {
        match key {
            "package" => {
                for (key, item) in item.as_table_like().into_iter().flat_map(TableLike::iter) {
                    if key != "version" {
                        flatten(&format!("package.{key}"), item, &mut keys);
                    }
                }
            }
            "target" => {
                for (target, tables) in item.as_table_like().into_iter().flat_map(TableLike::iter) {
                    for (name, item) in tables.as_table_like().into_iter().flat_map(TableLike::iter)
                    {
                        dependencies(
                            &format!("target.{target}.{name}"),
                            name,
                            item,
                            members,
                            &mut keys,
                        );
                    }
                }
            }
            key if TABLES.contains(&key) => dependencies(key, key, item, members, &mut keys),
            _ => flatten(key, item, &mut keys),
        }
    }
    // The program's own configuration says nothing about the package.
    keys.retain(|key, _| !key.starts_with("package.metadata.orchestrate"));
    Ok(keys)
}

fn dependencies(path: &str, table: &str, item: &Item, members: &BTreeSet<String>, keys: &mut Keys) {
    for (alias, entry) in item.as_table_like().into_iter().flat_map(TableLike::iter) {
        let key = format!("{path}.{alias}");
        if !members.contains(package_of(alias, entry)) {
            flatten(&key, entry, keys);
        } else if table == "dev-dependencies" {
            // What tests need of another member never causes a release.
        } else if let Some(text) = entry.as_str() {
            keys.insert(format!("member requirement {key}"), text.to_owned());
        } else {
            keys.insert(key.clone(), "{}".to_owned());
            for (field, item) in entry.as_table_like().into_iter().flat_map(TableLike::iter) {
                match (field, item.as_str()) {
                    ("version", Some(text)) => {
                        keys.insert(format!("member requirement {key}"), text.to_owned());
                    }
                    _ => flatten(&format!("{key}.{field}"), item, keys),
                }
            }
        }
    }
}

fn flatten(path: &str, item: &Item, keys: &mut Keys) {
    if let Some(table) = item.as_table_like() {
        for (key, item) in table.iter() {
            flatten(&format!("{path}.{key}"), item, keys);
        }
        return;
    }
    // In what order features are listed says nothing.
    let is_set = path.starts_with("features.") || path.ends_with(".features");
    if let (true, Some(list)) = (is_set, item.as_array()) {
        let members: BTreeSet<&str> = list.iter().filter_map(Value::as_str).collect();
        keys.insert(path.to_owned(), format!("{members:?}"));
        return;
    }
    if let Some(tables) = item.as_array_of_tables() {
        for (index, table) in tables.iter().enumerate() {
            let name = table.get("name").and_then(Item::as_str);
            let name = name.map_or_else(|| index.to_string(), str::to_owned);
            for (key, item) in table {
                flatten(&format!("{path}.{name}.{key}"), item, keys);
            }
        }
        return;
    }
    let text = item.to_string();
    keys.insert(path.to_owned(), text.split_whitespace().collect::<Vec<_>>().join(" "));
}

/// Whether a requirement on another member only went up with its version: the same operators with
/// higher numbers.
fn follows(before: &str, after: &str) -> bool {
    let (old, new) = (comparators(before), comparators(after));
    let same_form = old.len() == new.len()
        && old.iter().zip(&new).all(|((before, _), (after, _))| before == after);
    let numbers =
        |all: &[(String, Vec<u64>)]| all.iter().map(|(_, it)| it.clone()).collect::<Vec<_>>();
    same_form && numbers(&new) > numbers(&old)
}

fn comparators(requirement: &str) -> Vec<(String, Vec<u64>)> {
    let split = |text: &str| {
        let text = text.trim();
        let at = text.find(|c: char| c.is_ascii_digit()).unwrap_or(text.len());
        let (operator, version) = text.split_at(at);
        let operator = if operator.trim().is_empty() { "^" } else { operator.trim() };
        let mut numbers: Vec<u64> =
            version.split(['.', '-', '+']).map(|part| part.parse().unwrap_or(0)).collect();
        numbers.resize(8, 0);
        (operator.to_owned(), numbers)
    };
    requirement.split(',').map(split).collect()
}
