//! What a manifest says about the workspace around it.

use super::packing::list;
use std::collections::BTreeSet;
use toml_edit::{Document, Item, TableLike};

/// The part of a manifest that says which packages are built together, and from where.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Layout {
    /// Whether it has a `[workspace]`.
    pub is_root: bool,
    /// `workspace.members`: paths and patterns from its folder.
    pub members: Vec<String>,
    /// `workspace.exclude`: paths from its folder.
    pub exclude: Vec<String>,
    /// `package.workspace`: the folder of the root, where the manifest says.
    pub parent: Option<String>,
    /// The packages that a `[patch]` takes from elsewhere.
    pub patched: BTreeSet<String>,
}

impl Layout {
    /// Reads a manifest. One that is not TOML says nothing.
    #[must_use]
    pub fn of(text: &str) -> Self {
        let Ok(document) = Document::parse(text) else { return Self::default() };
        let manifest: &dyn TableLike = document.as_table();
        let workspace = manifest.get("workspace").and_then(Item::as_table_like);
        let of = |key: &str| workspace.and_then(|it| it.get(key)).map(list).unwrap_or_default();
        let package = manifest.get("package").and_then(Item::as_table_like);
        let parent = package.and_then(|package| package.get("workspace"));
        Self {
            is_root: workspace.is_some(),
            members: of("members"),
            exclude: of("exclude"),
            parent: parent.and_then(Item::as_str).map(str::to_owned),
            patched: patched(manifest),
        }
    }
}

/// The names in all tables of `[patch]`; under another name stands `package`.
fn patched(manifest: &dyn TableLike) -> BTreeSet<String> {
    let sources = manifest.get("patch").and_then(Item::as_table_like);
    let sources = sources.into_iter().flat_map(|it| it.iter());
    let entries = sources.filter_map(|(_, table)| table.as_table_like());
    let name = |(alias, entry): (&str, &Item)| {
        let package = entry.as_table_like().and_then(|entry| entry.get("package"));
        package.and_then(Item::as_str).unwrap_or(alias).to_owned()
    };
    entries.flat_map(|table| table.iter().map(name).collect::<Vec<_>>()).collect()
}

#[test]
fn a_manifest_says_who_is_built_with_it() {
    let text = "[workspace]\nmembers = ['a', 'crates/*']\nexclude = ['crates/x']\n\
                [patch.crates-io]\nlib1 = { path = 'l' }\nother = { git = 'g', package = 'lib2' }";
    let layout = Layout::of(text);
    assert!(layout.is_root);
    assert_eq!(
        (&layout.members[..], &layout.exclude[..]),
        (&["a".to_owned(), "crates/*".to_owned()][..], &["crates/x".to_owned()][..])
    );
    assert_eq!(layout.patched.into_iter().collect::<Vec<_>>(), ["lib1", "lib2"]);
    assert_eq!(Layout::of("[package]\nworkspace = '..'").parent.as_deref(), Some(".."));
    assert_eq!(Layout::of("[package"), Layout::default());
}
