//! The few keys of `[package]` that Cargo does not report and packing depends on.

use super::Root;
use super::inherit::is_inherited;
use crate::model::Version;
use toml_edit::{Document, Item, TableLike};

/// The name in `[package]`; nothing for a virtual manifest and for what is not TOML.
#[must_use]
pub fn package_name(text: &str) -> Option<String> {
    let document = Document::parse(text).ok()?;
    let package = package(document.as_table())?;
    Some(package.get("name")?.as_str()?.to_owned())
}

/// The version in `[package]`, filled in from the root's manifest where it is inherited; nothing
/// where there is none that could be read.
#[must_use]
pub fn package_version(text: &str, root: &Root) -> Option<Version> {
    let document = Document::parse(text).ok()?;
    let version = root.or_inherited(package(document.as_table())?, "version")?;
    Version::parse(version.as_str()?).ok()
}

/// Whether the manifest has a `[workspace]`, so that members may inherit from it.
#[must_use]
pub fn is_workspace_root(text: &str) -> bool {
    Document::parse(text).is_ok_and(|document| document.as_table().contains_key("workspace"))
}

/// What a list of patterns in `[package]` says.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) enum Patterns {
    /// There is none.
    #[default]
    Absent,
    Inherited,
    Own(Vec<String>),
}

impl Patterns {
    pub(super) fn read(manifest: &dyn TableLike, key: &str) -> Self {
        match package(manifest).and_then(|package| package.get(key)) {
            None => Self::Absent,
            Some(item) if is_inherited(item) => Self::Inherited,
            Some(item) => Self::Own(list(item)),
        }
    }

    /// The patterns, filled in from the root where they are inherited.
    pub(super) fn filled_in(&self, key: &str, root: &Root) -> Vec<String> {
        match self {
            Self::Absent => Vec::new(),
            Self::Inherited => root.package(key).map(list).unwrap_or_default(),
            Self::Own(patterns) => patterns.clone(),
        }
    }
}

pub(super) fn list(item: &Item) -> Vec<String> {
    let patterns = item.as_array().into_iter().flatten();
    patterns.filter_map(|pattern| Some(pattern.as_str()?.to_owned())).collect()
}

fn package(manifest: &dyn TableLike) -> Option<&dyn TableLike> {
    manifest.get("package").or_else(|| manifest.get("project"))?.as_table_like()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::manifest::Manifest;
    use crate::model::RelPath;

    #[test]
    fn patterns_are_the_packages_own_or_the_workspaces() {
        let root = Root::new("[workspace.package]\ninclude = ['src/**']\nexclude = ['a', 'b']");
        let of = |text: &str| {
            let manifest = Manifest::parse(&RelPath::root(), text).expect("it is TOML");
            (manifest.include(&root), manifest.exclude(&root))
        };
        let owned = |list: &[&str]| list.iter().map(|&text| text.to_owned()).collect::<Vec<_>>();
        assert_eq!(of("[package]\nname = 'x'"), (vec![], vec![]));
        let inherited = "[package]\ninclude.workspace = true\nexclude = ['c']";
        assert_eq!(of(inherited), (owned(&["src/**"]), owned(&["c"])));
        assert_eq!(of("[package]\nexclude.workspace = true"), (vec![], owned(&["a", "b"])));
    }

    #[test]
    fn a_version_is_the_packages_own_or_the_workspaces() {
        let root = Root::new("[workspace.package]\nversion = '2.1.0'");
        let of = |text: &str| package_version(text, &root).map(|version| version.to_string());
        assert_eq!(of("[package]\nversion = '1.0.0'").as_deref(), Some("1.0.0"));
        assert_eq!(of("[package]\nversion.workspace = true").as_deref(), Some("2.1.0"));
        assert_eq!(of("[package]\nname = 'x'"), None);
        assert_eq!(of("[package]\nversion = 'new'"), None);
    }

    #[test]
    fn a_name_is_read_where_there_is_one() {
        assert_eq!(package_name("[package]\nname = 'x'").as_deref(), Some("x"));
        assert_eq!(package_name("[workspace]\nmembers = []"), None);
        assert_eq!(package_name("[package"), None);
        assert!(is_workspace_root("[workspace.package]\nedition = '2024'"));
        assert!(!is_workspace_root("[package]\nname = 'x'"));
    }
}
