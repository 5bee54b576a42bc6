//! A workspace: its packages and the edges between them.

use super::{PackageName, RegistryName, RelPath, Version, VersionReq};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// A Cargo workspace inside a git repository.
#[derive(Debug, Clone, Default)]
pub struct Workspace {
    /// The folder of the workspace's root manifest, relative to the repository.
    pub root: RelPath,
    /// The members by name.
    pub packages: BTreeMap<PackageName, Package>,
}

impl Workspace {
    /// The root manifest of the workspace.
    #[must_use]
    pub fn root_manifest(&self) -> RelPath {
        self.root.join("Cargo.toml").expect("a file below a folder stays below it")
    }

    /// The members that some registry takes, by name.
    pub fn publishable(&self) -> impl Iterator<Item = &Package> {
        self.packages.values().filter(|package| package.is_publishable())
    }

    /// The members that depend on `name`, with the edges; a member with several edges comes
    /// several times.
    pub fn dependents<'a>(
        &'a self,
        name: &'a PackageName,
    ) -> impl Iterator<Item = (&'a Package, &'a Edge)> {
        self.packages
            .values()
            .flat_map(|package| package.edges.iter().map(move |edge| (package, edge)))
            .filter(move |(_, edge)| edge.to == *name)
    }
}

/// A member of the workspace.
#[derive(Debug, Clone)]
#[expect(clippy::struct_excessive_bools, reason = "each is a fact of its own, not a state")]
pub struct Package {
    pub name: PackageName,
    /// The version in its manifest, inherited or not.
    pub version: Version,
    /// Its manifest.
    pub manifest: RelPath,
    /// The folder of its manifest.
    pub dir: RelPath,
    pub publish: PublishTo,
    /// Whether it has a library or procedural macro that others can use.
    pub has_library: bool,
    /// Whether that is a procedural macro.
    pub is_macro: bool,
    /// Whether it has a binary.
    pub has_binary: bool,
    /// Whether the version is `version.workspace = true`.
    pub inherits_version: bool,
    /// Dependencies on other members, in the order of the manifest.
    pub edges: Vec<Edge>,
    /// Dependencies on packages that are no members.
    pub externals: Vec<External>,
    /// `package.include`, gitignore patterns.
    pub include: Vec<String>,
    /// `package.exclude`, gitignore patterns.
    pub exclude: Vec<String>,
    /// Files that are packed although they lie outside `dir`: `readme`, `license-file`.
    pub outside: Vec<RelPath>,
    pub metadata: PackageMetadata,
}

impl Package {
    /// Whether some registry takes this package.
    #[must_use]
    pub fn is_publishable(&self) -> bool {
        self.publish != PublishTo::Nowhere
    }

    /// The registry this package goes to when none is asked for; nothing when it is not published.
    #[must_use]
    pub fn registry(&self) -> Option<&RegistryName> {
        match &self.publish {
            PublishTo::Nowhere => None,
            PublishTo::Registries(names) => names.first(),
        }
    }
}

/// What a registry asks of a package beside its files.
#[derive(Debug, Clone, Default)]
pub struct PackageMetadata {
    pub description: Option<String>,
    pub license: Option<String>,
    pub license_file: Option<String>,
    pub readme: Option<String>,
    pub homepage: Option<String>,
    pub documentation: Option<String>,
    pub repository: Option<String>,
    pub keywords: Vec<String>,
    pub categories: Vec<String>,
    /// The features, each with the number of what it enables.
    pub features: BTreeMap<String, usize>,
}

/// Where a package may be published (`package.publish`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PublishTo {
    /// `publish = false`.
    Nowhere,
    /// The registries allowed, at least one; `crates-io` alone when the manifest says nothing.
    Registries(Vec<RegistryName>),
}

/// The table a dependency stands in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum EdgeKind {
    Normal,
    Build,
    Dev,
}

/// A dependency of one member on another.
#[derive(Debug, Clone)]
pub struct Edge {
    pub to: PackageName,
    pub kind: EdgeKind,
    /// Nothing for a dependency by path alone.
    pub requirement: Option<VersionReq>,
    pub optional: bool,
    /// The `cfg(..)` or target triple, where the dependency is for one.
    pub target: Option<String>,
    /// The name the dependent uses, when it is not the package's.
    pub rename: Option<String>,
    /// The registry that the packed manifest will name; nothing for `crates-io`.
    pub registry: Option<RegistryName>,
    /// Whether the entry is `workspace = true`.
    pub inherited: bool,
    /// Whether the entry says `public = true`: the dependency shows in the public interface.
    pub public: bool,
}

impl Edge {
    /// Whether the packed manifest keeps this dependency: Cargo drops dev-dependencies that have
    /// no version.
    #[must_use]
    pub fn is_packed(&self) -> bool {
        self.kind != EdgeKind::Dev || self.requirement.is_some()
    }
}

/// A dependency on a package that is no member.
#[derive(Debug, Clone)]
pub struct External {
    pub name: PackageName,
    pub kind: EdgeKind,
    pub requirement: VersionReq,
    /// Nothing for `crates-io`.
    pub registry: Option<RegistryName>,
    /// Whether it has a path or git source and no version.
    pub unversioned: bool,
}
