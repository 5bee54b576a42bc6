//! What programs are built from, by the workspace's `Cargo.lock`.

use std::collections::{BTreeMap, BTreeSet};
use toml_edit::{DocumentMut, Item};

/// What differs for the program of a package. `direct` says for each member what its normal and
/// build dependencies name. Nothing when a side has no lock file, or one without the package.
pub(crate) fn differences(
    name: &str,
    old: (Option<&str>, &BTreeMap<String, BTreeSet<String>>),
    new: (Option<&str>, &BTreeMap<String, BTreeSet<String>>),
) -> Vec<String> {
    let reached = |(text, direct): (Option<&str>, _)| reach(text?, name, direct);
    let (Some(old), Some(new)) = (reached(old), reached(new)) else {
        return Vec::new();
    };
    let gone = old.difference(&new).map(|entry| format!("Cargo.lock: no longer {entry}"));
    let come = new.difference(&old).map(|entry| format!("Cargo.lock: now {entry}"));
    gone.chain(come).collect()
}

struct Entry {
    name: String,
    version: String,
    source: Option<String>,
    checksum: String,
    dependencies: Vec<String>,
}

fn reach(
    text: &str,
    root: &str,
    direct: &BTreeMap<String, BTreeSet<String>>,
) -> Option<BTreeSet<String>> {
    let document: DocumentMut = text.parse().ok()?;
    let entries: Vec<Entry> =
        document.get("package")?.as_array_of_tables()?.iter().map(entry).collect();
    let mut ahead: Vec<usize> = (0..entries.len())
        .filter(|at| entries[*at].name == root && entries[*at].source.is_none())
        .collect();
    if ahead.is_empty() {
        return None;
    }
    let mut seen: BTreeSet<usize> = ahead.iter().copied().collect();
    while let Some(at) = ahead.pop() {
        let from = &entries[at];
        for words in &from.dependencies {
            let mut words = words.split(' ');
            let (name, version) = (words.next().unwrap_or_default(), words.next());
            let source = words.next().map(|source| source.trim_matches(['(', ')']));
            let counts = direct.get(&from.name).filter(|_| from.source.is_none());
            if counts.is_some_and(|names| !names.contains(name)) {
                continue;
            }
            for (index, entry) in entries.iter().enumerate() {
                let fits = entry.name == name
                    && version.is_none_or(|version| entry.version == version)
                    && source.is_none_or(|source| entry.source.as_deref() == Some(source));
                if fits && seen.insert(index) {
                    ahead.push(index);
                }
            }
        }
    }
    let foreign = seen.into_iter().map(|at| &entries[at]).filter(|entry| entry.source.is_some());
    Some(foreign.map(|it| format!("{} {} {}", it.name, it.version, it.checksum)).collect())
}

fn entry(table: &toml_edit::Table) -> Entry {
    let text = |key: &str| table.get(key).and_then(Item::as_str).map(str::to_owned);
    let listed = table.get("dependencies").and_then(Item::as_array).into_iter().flatten();
    Entry {
        name: text("name").unwrap_or_default(),
        version: text("version").unwrap_or_default(),
        checksum: text("checksum").or_else(|| text("source")).unwrap_or_default(),
        source: text("source"),
        dependencies: listed.filter_map(|it| it.as_str().map(str::to_owned)).collect(),
    }
}
