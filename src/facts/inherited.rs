//! Which keys of a packed manifest come from where.

use crate::manifest::{self, Manifest, Table};
use crate::model::{Package, PackageName, RelPath};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

/// The keys of `[package]` that a member can inherit (Cargo Book, chapter on workspaces).
const INHERITABLE: [&str; 16] = [
    "authors",
    "categories",
    "description",
    "documentation",
    "edition",
    "exclude",
    "homepage",
    "include",
    "keywords",
    "license",
    "license-file",
    "publish",
    "readme",
    "repository",
    "rust-version",
    "version",
];

/// What a root manifest hands down to its members, for comparing it with that of another time.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct HandedDown {
    /// What the manifest of a member that inherits all of it would say.
    keys: BTreeMap<String, String>,
    /// The dependencies that a member can inherit.
    aliases: BTreeSet<String>,
}

impl HandedDown {
    /// Reads a root manifest.
    #[must_use]
    pub fn of(root: &str) -> Self {
        let manifest = Manifest::parse(&RelPath::root(), root);
        let declared = manifest.iter().flat_map(Manifest::declarations);
        let shared = declared.filter(|entry| entry.table == Table::Workspace);
        let aliases: BTreeSet<String> = shared.map(|entry| entry.alias.clone()).collect();
        let member = member_that_inherits(aliases.iter());
        Self { keys: manifest::effective(&member, root, false), aliases }
    }

    /// What members would see of the change from this one to another: keys as [`shared_key`] gives
    /// them.
    #[must_use]
    pub fn difference(&self, other: &Self) -> BTreeSet<String> {
        let keys = manifest::difference(&self.keys, &other.keys);
        let mut found: BTreeSet<String> =
            keys.iter().map(|key| shared_key(key).to_owned()).collect();
        let lost = self.aliases.symmetric_difference(&other.aliases);
        if lost.clone().next().is_some() {
            // With one of the two roots these are inherited from nowhere.
            let nowhere = manifest::effective(&member_that_inherits(lost), "", false);
            let lost = nowhere.keys().filter(|key| shared_key(key) != *key);
            found.extend(lost.map(|key| shared_key(key).to_owned()));
        }
        found
    }
}

/// A key of a packed manifest without the table that the member chose:
/// `target.'cfg(unix)'.build-dependencies.lib1.version` is `lib1.version`.
#[must_use]
pub fn shared_key(key: &str) -> &str {
    let is_dependency = |table: &str| key.starts_with(table);
    let tables = ["dependencies.", "dev-dependencies.", "build-dependencies.", "target."];
    if !tables.into_iter().any(is_dependency) {
        return key;
    }
    key.rfind("dependencies.").map_or(key, |at| &key[at + "dependencies.".len()..])
}

/// The dependency on another member whose requirement `key` of a packed manifest is, if it is one.
#[must_use]
pub fn member_requirement<'a>(package: &'a Package, key: &str) -> Option<&'a PackageName> {
    let alias = Some(shared_key(key)).filter(|shared| *shared != key)?.strip_suffix(".version")?;
    let edge = package.edges.iter().find(|edge| {
        let name = edge.rename.as_deref().unwrap_or(edge.to.as_str());
        name == alias
    })?;
    Some(&edge.to)
}

/// The aliases of the dependencies that a manifest inherits.
#[must_use]
pub fn inherited_aliases(path: &RelPath, text: &str) -> BTreeSet<String> {
    let manifest = Manifest::parse(path, text);
    let declared = manifest.iter().flat_map(Manifest::declarations);
    declared.filter(|entry| entry.inherited).map(|entry| entry.alias.clone()).collect()
}

/// A manifest that takes over everything that it can, with these dependencies.
fn member_that_inherits<'a>(aliases: impl Iterator<Item = &'a String>) -> String {
    let mut text = "[package]\nname = \"all\"\n".to_owned();
    for key in INHERITABLE {
        writeln!(text, "{key}.workspace = true").expect("writing to a string cannot fail");
    }
    text.push_str("[lints]\nworkspace = true\n[dependencies]\n");
    for alias in aliases {
        writeln!(text, "{alias:?}.workspace = true").expect("writing to a string cannot fail");
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::testing::package;
    use crate::model::{Edge, EdgeKind};

    const BEFORE: &str = "[workspace.package]\nedition = '2021'\n[workspace.dependencies]\n\
                          serde = '1.0'\nlib1 = { path = 'lib1', version = '0.1.0' }\n\
                          [workspace.lints.rust]\nunsafe_code = 'warn'\n";

    #[test]
    fn a_root_manifest_hands_down_exactly_what_changed() {
        let table = [
            ("'2021'", "'2024'", "package.edition"),
            ("'1.0'", "'1.1'", "serde.version"),
            ("'0.1.0'", "'0.2.0'", "lib1.version"),
            ("'warn'", "'deny'", "lints.rust.unsafe_code"),
            ("[workspace.package]", "# comment\n[workspace.package]", ""),
            ("serde = '1.0'\n", "", "serde.version serde.workspace"),
        ];
        for (from, to, expected) in table {
            let after = BEFORE.replace(from, to);
            let (before, after) = (HandedDown::of(BEFORE), HandedDown::of(&after));
            let keys: Vec<String> = before.difference(&after).into_iter().collect();
            let keys: Vec<&str> =
                keys.iter().map(String::as_str).filter(|key| *key != "package.resolver").collect();
            let expected: Vec<&str> = expected.split_whitespace().collect();
            assert_eq!(keys, expected, "{from} to {to}");
        }
    }

    #[test]
    fn keys_lose_the_table_they_stand_in() {
        let table = [
            ("dependencies.lib1.version", "lib1.version"),
            ("target.'cfg(unix)'.build-dependencies.lib1.version", "lib1.version"),
            ("package.edition", "package.edition"),
            ("features.dependencies", "features.dependencies"),
        ];
        for (key, expected) in table {
            assert_eq!(shared_key(key), expected);
        }
    }

    #[test]
    fn requirements_on_members_are_told_from_other_keys() {
        let mut app = package("app 1.0.0");
        app.edges = vec![Edge {
            to: PackageName::new("lib1").expect("a name"),
            kind: EdgeKind::Normal,
            requirement: None,
            optional: false,
            target: None,
            rename: Some("first".into()),
            registry: None,
            inherited: false,
            public: false,
        }];
        let table = [
            ("dependencies.first.version", true),
            ("dev-dependencies.first.version", true),
            ("dependencies.lib1.version", false),
            ("dependencies.first.features", false),
            ("first.version", false),
        ];
        for (key, expected) in table {
            assert_eq!(member_requirement(&app, key).is_some(), expected, "{key}");
        }
    }
}
