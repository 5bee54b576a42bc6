//! The few keys of `[package]` that Cargo does not report and packing depends on.

use super::Root;
use super::inherit::is_inherited;
use toml_edit::{Document, Item, TableLike};

/// The name in `[package]`; nothing for a virtual manifest and for what is not TOML.
#[must_use]
pub fn package_name(text: &str) -> Option<String> {
    let document = Document::parse(text).ok()?;
    let package = package(document.as_table())?;
    Some(package.get("name")?.as_str()?.to_owned())
}

/// Whether the manifest has a `[workspace]`, so that members may inherit from it.
#[must_use]
pub fn is_workspace_root(text: &str) -> bool {
    Document::parse(text).is_ok_and(|document| document.as_table().contains_key("workspace"))
}

/// The patterns of `package.include` and `package.exclude`, filled in from the root where they
/// are inherited.
#[must_use]
pub fn include_and_exclude(text: &str, root: &Root) -> (Vec<String>, Vec<String>) {
    let Ok(document) = Document::parse(text) else {
        return (Vec::new(), Vec::new());
    };
    let list = |key: &str| {
        let own = package(document.as_table()).and_then(|package| package.get(key));
        let item = own.and_then(|item| if is_inherited(item) { root.package(key) } else { own });
        let patterns = item.and_then(Item::as_array).into_iter().flatten();
        patterns.filter_map(|pattern| Some(pattern.as_str()?.to_owned())).collect()
    };
    (list("include"), list("exclude"))
}

fn package(manifest: &dyn TableLike) -> Option<&dyn TableLike> {
    manifest.get("package").or_else(|| manifest.get("project"))?.as_table_like()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_are_the_packages_own_or_the_workspaces() {
        let root = Root::new("[workspace.package]\ninclude = ['src/**']\nexclude = ['a', 'b']");
        let of = |text: &str| include_and_exclude(text, &root);
        let owned = |list: &[&str]| list.iter().map(|&text| text.to_owned()).collect::<Vec<_>>();
        assert_eq!(of("[package]\nname = 'x'"), (vec![], vec![]));
        let inherited = "[package]\ninclude.workspace = true\nexclude = ['c']";
        assert_eq!(of(inherited), (owned(&["src/**"]), owned(&["c"])));
        assert_eq!(of("[package]\nexclude.workspace = true"), (vec![], owned(&["a", "b"])));
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
