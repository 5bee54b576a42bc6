//! The metadata that travels with an upload, as Cargo would send it.
//!
//! Cargo builds it from the manifest in the working tree; here it is read back from the packed,
//! normalised manifest, so that it belongs to the bytes that are uploaded.

use super::packed::{PackedError, file, text};
use cargo_orchestrate::model::VersionReq;
use crates_io::{NewCrate, NewCrateDependency};
use std::collections::BTreeMap;
use std::io::{Read, Seek};
use toml_edit::{DocumentMut, Item, TableLike};

/// The address by which Cargo names crates.io to others, whatever index it reads.
pub(super) const CRATES_IO_GIT: &str = "https://github.com/rust-lang/crates.io-index";

/// Where an upload goes. A dependency from the same place is sent without a registry.
#[derive(Debug, Clone)]
pub(super) struct Destination {
    /// Whether it is crates.io, or stands in for it.
    pub(super) is_crates_io: bool,
    /// The index, as packed manifests may name it.
    pub(super) indexes: Vec<String>,
}

/// The metadata of a packed package.
pub(super) fn new_crate(
    mut packed: impl Read + Seek,
    to: &Destination,
) -> Result<NewCrate, PackedError> {
    let manifest = text(&mut packed, "Cargo.toml")?;
    let mut metadata = from_manifest(&manifest, to)?;
    if let Some(path) = &metadata.readme_file {
        packed.rewind().map_err(PackedError::Archive)?;
        let bytes = file(packed, path.trim_start_matches("./"))?
            .ok_or_else(|| PackedError::Missing(path.clone()))?;
        let readme = String::from_utf8(bytes).map_err(|_| PackedError::Text(path.clone()))?;
        metadata.readme = Some(readme);
    }
    Ok(metadata)
}

fn from_manifest(text: &str, to: &Destination) -> Result<NewCrate, PackedError> {
    let manifest: DocumentMut = text.parse().map_err(PackedError::Manifest)?;
    let missing = |key: &str| PackedError::Key(key.to_owned());
    let package = table(manifest.as_item(), "package").ok_or_else(|| missing("package"))?;
    let field = |key: &str| string(package.get(key));
    Ok(NewCrate {
        name: field("name").ok_or_else(|| missing("package.name"))?,
        vers: field("version").ok_or_else(|| missing("package.version"))?,
        deps: dependencies(manifest.as_item(), to)?,
        features: features(manifest.as_item()),
        authors: strings(package.get("authors")),
        description: field("description"),
        documentation: field("documentation"),
        homepage: field("homepage"),
        readme: None,
        // `readme = false` is no string either.
        readme_file: field("readme"),
        keywords: strings(package.get("keywords")),
        categories: strings(package.get("categories")),
        license: field("license"),
        license_file: field("license-file"),
        repository: field("repository"),
        badges: badges(manifest.as_item()),
        links: field("links"),
        rust_version: field("rust-version"),
    })
}

/// The tables of dependencies with the kind they make.
const KINDS: [(&str, &str); 3] =
    [("dependencies", "normal"), ("dev-dependencies", "dev"), ("build-dependencies", "build")];

/// All dependencies: those for every target first, then target by target.
fn dependencies(manifest: &Item, to: &Destination) -> Result<Vec<NewCrateDependency>, PackedError> {
    let mut all = Vec::new();
    let mut collect = |from: &Item, target: Option<&str>| {
        for (key, kind) in KINDS {
            for (alias, item) in table(from, key).into_iter().flat_map(TableLike::iter) {
                all.push(dependency(alias, item, kind, target, to)?);
            }
        }
        Ok(())
    };
    collect(manifest, None)?;
    for (target, tables) in table(manifest, "target").into_iter().flat_map(TableLike::iter) {
        collect(tables, Some(target))?;
    }
    Ok(all)
}

fn dependency(
    alias: &str,
    item: &Item,
    kind: &str,
    target: Option<&str>,
    to: &Destination,
) -> Result<NewCrateDependency, PackedError> {
    let unusable = || PackedError::Key(format!("dependencies.{alias}"));
    let get = |key: &str| item.as_table_like().and_then(|table| table.get(key));
    let flag = |key: &str| get(key).and_then(Item::as_bool);
    let requirement = item.as_str().or_else(|| get("version")?.as_str()).unwrap_or("*");
    let requirement = VersionReq::parse(requirement).map_err(|_| unusable())?;
    let package = string(get("package"));
    let artifact = get("artifact").map(|artifact| match artifact.as_str() {
        Some(kind) => vec![kind.to_owned()],
        None => strings(Some(artifact)),
    });
    Ok(NewCrateDependency {
        optional: flag("optional").unwrap_or(false),
        default_features: flag("default-features")
            .or_else(|| flag("default_features"))
            .unwrap_or(true),
        name: package.clone().unwrap_or_else(|| alias.to_owned()),
        features: strings(get("features")),
        version_req: requirement.to_string(),
        target: target.map(platform),
        kind: kind.to_owned(),
        registry: registry(string(get("registry-index")), to),
        // Present whenever `package` is, even if both names are the same.
        explicit_name_in_toml: package.map(|_| alias.to_owned()),
        bindep_target: artifact.as_ref().and_then(|_| string(get("target"))),
        lib: artifact.is_some() && flag("lib").unwrap_or(false),
        artifact,
    })
}

/// What the web API is told about where a dependency comes from: in a manifest no registry means
/// crates.io, in the API it means the registry the upload goes to.
fn registry(index: Option<String>, to: &Destination) -> Option<String> {
    match index {
        None if to.is_crates_io => None,
        None => Some(CRATES_IO_GIT.into()),
        Some(index) if to.indexes.contains(&index) => None,
        Some(index) => Some(index),
    }
}

/// A platform as Cargo writes it, whose spelling may differ from the manifest's.
fn platform(target: &str) -> String {
    target
        .parse::<cargo_platform::Platform>()
        .map_or_else(|_| target.to_owned(), |platform| platform.to_string())
}

fn features(manifest: &Item) -> BTreeMap<String, Vec<String>> {
    table(manifest, "features")
        .into_iter()
        .flat_map(TableLike::iter)
        .map(|(name, values)| (name.to_owned(), strings(Some(values))))
        .collect()
}

fn badges(manifest: &Item) -> BTreeMap<String, BTreeMap<String, String>> {
    let attributes = |badge: &Item| -> BTreeMap<String, String> {
        let table = badge.as_table_like().into_iter();
        table
            .flat_map(TableLike::iter)
            .filter_map(|(key, value)| Some((key.to_owned(), value.as_str()?.to_owned())))
            .collect()
    };
    table(manifest, "badges")
        .into_iter()
        .flat_map(TableLike::iter)
        .map(|(name, badge)| (name.to_owned(), attributes(badge)))
        .collect()
}

fn table<'a>(item: &'a Item, key: &str) -> Option<&'a dyn TableLike> {
    item.get(key)?.as_table_like()
}

fn string(item: Option<&Item>) -> Option<String> {
    item?.as_str().map(str::to_owned)
}

fn strings(item: Option<&Item>) -> Vec<String> {
    let array = item.and_then(Item::as_array).into_iter();
    array.flatten().filter_map(|value| value.as_str().map(str::to_owned)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const MANIFEST: &str = r#"
        [package]
        edition = "2024"
        name = "lib2"
        version = "0.2.0"
        authors = ["A <a@example.com>"]
        description = "Two"
        readme = false
        keywords = ["k"]
        license = "MIT"
        rust-version = "1.85"
        links = "two"
        [badges.maintenance]
        status = "experimental"
        [features]
        default = ["std"]
        std = []
        [dependencies.lib1]
        version = "0.1"
        features = ["b", "a"]
        default-features = false
        optional = true
        [dependencies.alias]
        version = ">=1.0, <3"
        package = "real"
        registry-index = "sparse+https://other.example/index/"
        [dev-dependencies]
        plain = "=2.0.0"
        [target.'cfg(any(unix,windows))'.build-dependencies.cc]
        version = "*"
        registry-index = "sparse+http://127.0.0.1:8000/"
    "#;

    fn shown(to: &Destination) -> Vec<String> {
        let metadata = from_manifest(MANIFEST, to).expect("a manifest");
        let json = serde_json::to_value(&metadata).expect("JSON");
        json["deps"].as_array().expect("a list").iter().map(ToString::to_string).collect()
    }

    #[test]
    fn dependencies_are_sent_as_cargo_sends_them() {
        let crates_io = Destination { is_crates_io: true, indexes: Vec::new() };
        assert_eq!(
            shown(&crates_io),
            [
                r#"{"default_features":false,"features":["b","a"],"kind":"normal","name":"lib1","optional":true,"target":null,"version_req":"^0.1"}"#,
                r#"{"default_features":true,"explicit_name_in_toml":"alias","features":[],"kind":"normal","name":"real","optional":false,"registry":"sparse+https://other.example/index/","target":null,"version_req":">=1.0, <3"}"#,
                r#"{"default_features":true,"features":[],"kind":"dev","name":"plain","optional":false,"target":null,"version_req":"=2.0.0"}"#,
                r#"{"default_features":true,"features":[],"kind":"build","name":"cc","optional":false,"registry":"sparse+http://127.0.0.1:8000/","target":"cfg(any(unix, windows))","version_req":"*"}"#,
            ]
        );
    }

    #[test]
    fn no_registry_means_the_destination_in_the_api_and_crates_io_in_a_manifest() {
        let indexes = vec!["sparse+http://127.0.0.1:8000/".to_owned()];
        let local = Destination { is_crates_io: false, indexes };
        let metadata = from_manifest(MANIFEST, &local).expect("a manifest");
        let registries: Vec<Option<&str>> =
            metadata.deps.iter().map(|dependency| dependency.registry.as_deref()).collect();
        let other = Some("sparse+https://other.example/index/");
        assert_eq!(registries, [Some(CRATES_IO_GIT), other, Some(CRATES_IO_GIT), None]);
    }

    #[test]
    fn the_package_table_is_sent_as_it_stands() {
        let to = Destination { is_crates_io: true, indexes: Vec::new() };
        let metadata = from_manifest(MANIFEST, &to).expect("a manifest");
        let mut json = serde_json::to_value(&metadata).expect("JSON");
        json["deps"].take();
        let expected = concat!(
            r#"{"authors":["A <a@example.com>"],"badges":{"maintenance":{"status":"experimental"}},"#,
            r#""categories":[],"deps":null,"description":"Two","documentation":null,"#,
            r#""features":{"default":["std"],"std":[]},"homepage":null,"keywords":["k"],"#,
            r#""license":"MIT","license_file":null,"links":"two","name":"lib2","readme":null,"#,
            r#""readme_file":null,"repository":null,"rust_version":"1.85","vers":"0.2.0"}"#
        );
        assert_eq!(json.to_string(), expected);
    }
}
