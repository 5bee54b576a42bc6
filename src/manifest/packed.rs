//! What the `Cargo.toml` inside of a package says, as Cargo wrote it for the registry.

use crate::model::PackageMetadata;
use toml_edit::{DocumentMut, Item, TableLike};

/// The manifest of a packed package.
#[derive(Debug, Clone, Default)]
pub struct PackedManifest {
    pub name: Option<String>,
    pub version: Option<String>,
    pub metadata: PackageMetadata,
    /// Of all kinds and targets.
    pub dependencies: Vec<PackedDependency>,
}

/// A dependency as the registry will read it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PackedDependency {
    /// The name of the package, not the one it goes by.
    pub name: String,
    /// Nothing where none is written.
    pub requirement: Option<String>,
    /// The index of the registry, where it is another than the package's own.
    pub registry: Option<String>,
}

const KINDS: [&str; 3] = ["dependencies", "build-dependencies", "dev-dependencies"];

impl PackedManifest {
    /// Reads the text of a packed manifest.
    ///
    /// # Errors
    /// Why it is no TOML, one line.
    pub fn parse(text: &str) -> Result<Self, String> {
        let document: DocumentMut =
            text.parse().map_err(|error: toml_edit::TomlError| error.message().to_owned())?;
        let package = document.get("package").and_then(Item::as_table_like);
        let string = |key: &str| Some(package?.get(key)?.as_str()?.to_owned());
        let list = |key: &str| -> Vec<String> {
            let array = package.and_then(|package| package.get(key)?.as_array());
            let texts = array.into_iter().flatten().filter_map(|value| value.as_str());
            texts.map(ToOwned::to_owned).collect()
        };
        let features = document.get("features").and_then(Item::as_table_like);
        let features = features.into_iter().flat_map(TableLike::iter).map(|(name, values)| {
            (name.to_owned(), values.as_array().map_or(0, toml_edit::Array::len))
        });
        let targets = document.get("target").and_then(Item::as_table_like);
        let targets = targets.into_iter().flat_map(TableLike::iter);
        let tables = targets.filter_map(|(_, target)| target.as_table_like());
        let tables = std::iter::once(document.as_table() as &dyn TableLike).chain(tables);
        Ok(Self {
            name: string("name"),
            version: string("version"),
            metadata: PackageMetadata {
                description: string("description"),
                license: string("license"),
                license_file: string("license-file"),
                readme: string("readme"),
                homepage: string("homepage"),
                documentation: string("documentation"),
                repository: string("repository"),
                keywords: list("keywords"),
                categories: list("categories"),
                features: features.collect(),
            },
            dependencies: tables.flat_map(dependencies).collect(),
        })
    }
}

fn dependencies(table: &dyn TableLike) -> Vec<PackedDependency> {
    let kinds = KINDS.iter().filter_map(|kind| table.get(kind)?.as_table_like());
    let read = |(alias, item): (&str, &Item)| {
        let entry = item.as_table_like();
        let key = |key: &str| Some(entry?.get(key)?.as_str()?.to_owned());
        PackedDependency {
            name: key("package").unwrap_or_else(|| alias.to_owned()),
            requirement: item.as_str().map(ToOwned::to_owned).or_else(|| key("version")),
            registry: key("registry-index").or_else(|| key("registry")),
        }
    };
    kinds.flat_map(|kind| kind.iter().map(read).collect::<Vec<_>>()).collect()
}

#[test]
fn a_packed_manifest_is_read_with_all_kinds_of_dependencies() {
    let text = "[package]\nname = \"a\"\nversion = \"1.0.0\"\nkeywords = [\"x\", \"y\"]\n\
                [dependencies.b]\nversion = \"1\"\npackage = \"real\"\n\
                [dev-dependencies]\nc = \"*\"\n[features]\nf = [\"x\", \"y\"]\ng = []\n\
                [target.'cfg(unix)'.build-dependencies.d]\nversion = \"2\"\nregistry-index = \"i\"\n";
    let read = PackedManifest::parse(text).expect("a manifest");
    let dependencies: Vec<String> = read
        .dependencies
        .iter()
        .map(|it| format!("{} {:?} {:?}", it.name, it.requirement, it.registry))
        .collect();
    assert_eq!(
        dependencies,
        ["real Some(\"1\") None", "c Some(\"*\") None", "d Some(\"2\") Some(\"i\")"]
    );
    assert_eq!(read.metadata.keywords, ["x", "y"]);
    assert_eq!(read.metadata.features.values().copied().collect::<Vec<_>>(), [2, 0]);
    assert_eq!(read.name.as_deref(), Some("a"));
    assert!(PackedManifest::parse("[package").is_err());
}
