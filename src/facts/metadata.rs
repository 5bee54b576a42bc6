//! From what `cargo metadata` says to the workspace's graph.
//!
//! `cargo metadata` gives the members, their targets and their dependencies with everything
//! inherited filled in. What it leaves out (whether a dependency has a version at all, whether it
//! is inherited, `include` and `exclude`) is read from the manifests' texts.

use crate::manifest::{self, Declaration, Manifest, SyntaxError, Table};
use crate::model::{
    Edge, EdgeKind, External, InvalidName, Package, PackageMetadata, PackageName, PublishTo,
    RegistryName, RelPath, VersionReq, Workspace,
};
use cargo_metadata::camino::Utf8Path;
use cargo_metadata::{Dependency, DependencyKind, Metadata, PackageId, TargetKind};
use std::collections::{BTreeMap, HashMap, HashSet};
use std::path::Path;

/// Why Cargo's answer does not make a workspace that can be released.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FactsError {
    /// A package or registry has a name that no registry takes.
    #[error(transparent)]
    Name(#[from] InvalidName),
    /// A manifest is not TOML or has a shape that Cargo refuses.
    #[error(transparent)]
    Syntax(#[from] SyntaxError),
    /// A member, or a file that is packed with it, is not in the repository.
    #[error("{what} `{path}` is outside of the repository")]
    Outside {
        /// What lies there, as `the member` or ``the readme of `lib1` ``.
        what: String,
        path: String,
    },
    /// The text of a manifest was not handed in.
    #[error("the manifest `{0}` was not read")]
    NotRead(RelPath),
}

/// The workspace that `metadata` describes; `repository` is the folder that paths are relative to.
///
/// `manifests` holds the texts of the root manifest and of every member's. The paths in
/// `metadata` must be spelled like `repository`: both with symlinks resolved.
///
/// # Errors
/// [`FactsError`], see there.
pub fn workspace(
    metadata: &Metadata,
    repository: &Path,
    manifests: &BTreeMap<RelPath, String>,
) -> Result<Workspace, FactsError> {
    let root = relative(repository, metadata.workspace_root.as_std_path(), "the workspace")?;
    let mut workspace = Workspace { root, packages: BTreeMap::new() };
    let root_path = workspace.root_manifest();
    let root_text = text(manifests, &root_path)?;
    let root = Root {
        declarations: Manifest::parse(&root_path, root_text)?,
        path: root_path.clone(),
        inherited: manifest::Root::new(root_text),
    };
    let folders: HashMap<&str, Option<&Utf8Path>> =
        members(metadata).map(|it| (it.name.as_str(), it.manifest_path.parent())).collect();
    for member in members(metadata) {
        let path = manifest_path(member, repository)?;
        let own = Manifest::parse(&path, text(manifests, &path)?)?;
        let read = Read { member, path, own, text: manifests, root: &root, folders: &folders };
        let package = read.package()?;
        workspace.packages.insert(package.name.clone(), package);
    }
    Ok(workspace)
}

/// The manifests that [`workspace`] wants the texts of: the root's first, then every member's.
///
/// # Errors
/// [`FactsError::Outside`] for a member outside of the repository.
pub fn manifest_paths(metadata: &Metadata, repository: &Path) -> Result<Vec<RelPath>, FactsError> {
    let mut paths = vec![root_manifest_path(metadata, repository)?];
    let mut known: HashSet<RelPath> = paths.iter().cloned().collect();
    for member in members(metadata) {
        let path = manifest_path(member, repository)?;
        if known.insert(path.clone()) {
            paths.push(path);
        }
    }
    Ok(paths)
}

/// The root manifest of the workspace.
///
/// # Errors
/// [`FactsError::Outside`] when it is not in the repository.
pub fn root_manifest_path(metadata: &Metadata, repository: &Path) -> Result<RelPath, FactsError> {
    let root = metadata.workspace_root.join("Cargo.toml");
    relative(repository, root.as_std_path(), "the workspace")
}

/// The members in the order of Cargo's answer.
fn members(metadata: &Metadata) -> impl Iterator<Item = &cargo_metadata::Package> {
    let members: HashSet<&PackageId> = metadata.workspace_members.iter().collect();
    metadata.packages.iter().filter(move |package| members.contains(&package.id))
}

fn manifest_path(
    member: &cargo_metadata::Package,
    repository: &Path,
) -> Result<RelPath, FactsError> {
    relative(repository, member.manifest_path.as_std_path(), "the member")
}

fn relative(repository: &Path, path: &Path, what: &str) -> Result<RelPath, FactsError> {
    let outside =
        || FactsError::Outside { what: what.to_owned(), path: path.display().to_string() };
    let below = path.strip_prefix(repository).map_err(|_| outside())?;
    RelPath::new(below.to_str().ok_or_else(outside)?).map_err(|_| outside())
}

fn text<'a>(
    manifests: &'a BTreeMap<RelPath, String>,
    path: &RelPath,
) -> Result<&'a str, FactsError> {
    manifests.get(path).map(String::as_str).ok_or_else(|| FactsError::NotRead(path.clone()))
}

/// The root manifest in the two forms that members are read against.
struct Root {
    path: RelPath,
    declarations: Manifest,
    inherited: manifest::Root,
}

/// A member while it is being read.
struct Read<'a> {
    member: &'a cargo_metadata::Package,
    path: RelPath,
    own: Manifest,
    text: &'a BTreeMap<RelPath, String>,
    root: &'a Root,
    /// The folder of each member, by name.
    folders: &'a HashMap<&'a str, Option<&'a Utf8Path>>,
}

impl Read<'_> {
    fn package(&self) -> Result<Package, FactsError> {
        let member = self.member;
        let name = PackageName::new(member.name.as_str())?;
        let dir = self.path.parent();
        let kinds = || member.targets.iter().flat_map(|target| &target.kind);
        let (include, exclude) =
            (self.own.include(&self.root.inherited), self.own.exclude(&self.root.inherited));
        let mut edges = Vec::new();
        let mut externals = Vec::new();
        for dependency in &member.dependencies {
            let declared = self.declared(dependency);
            self.check_path(dependency, &declared)?;
            if dependency.path.is_some() && self.folders.contains_key(dependency.name.as_str()) {
                edges.push(edge(dependency, &declared)?);
            } else {
                externals.push(external(dependency, &declared)?);
            }
        }
        Ok(Package {
            version: member.version.clone(),
            manifest: self.path.clone(),
            publish: publish_to(member.publish.as_deref())?,
            has_library: kinds().any(is_usable),
            is_macro: kinds().any(|kind| *kind == TargetKind::ProcMacro),
            has_binary: kinds().any(|kind| *kind == TargetKind::Bin),
            inherits_version: self.own.inherits_version(),
            edges,
            externals,
            include,
            exclude,
            outside: self.outside(&name, &dir)?,
            metadata: package_metadata(member),
            name,
            dir,
        })
    }

    /// That the path of a dependency does not lead to a member of another name, which
    /// `cargo metadata --no-deps` takes and nothing else.
    fn check_path(
        &self,
        dependency: &Dependency,
        declared: &Declared<'_>,
    ) -> Result<(), FactsError> {
        let Some(path) = dependency.path.as_deref() else { return Ok(()) };
        let name = dependency.name.as_str();
        if self.folders.get(name).is_some_and(|folder| *folder == Some(path)) {
            return Ok(());
        }
        let mut others = self.folders.iter().filter(|(_, folder)| **folder == Some(path));
        let Some((there, _)) = others.next() else { return Ok(()) };
        let message = format!(
            "the path of the dependency `{name}` leads to `{there}`; write `{there}`, or `package \
             = \"{there}\"` beside `path`"
        );
        let file = if declared.inherited { &self.root.path } else { &self.path };
        let (line, column) = declared.entry.map_or((1, 1), |entry| (entry.line, entry.column));
        let excerpt = text(self.text, file)?.lines().nth(line - 1).unwrap_or_default().to_owned();
        Err(SyntaxError { file: file.clone(), line, column, message, excerpt }.into())
    }

    /// The entry that a dependency was read from.
    fn declared(&self, dependency: &Dependency) -> Declared<'_> {
        let alias = dependency.rename.as_deref().unwrap_or(&dependency.name);
        let target = dependency.target.as_ref().map(ToString::to_string);
        let own = self.own.declarations().iter().find(|entry| {
            entry.table == table(dependency.kind)
                && entry.alias == alias
                && same_target(entry.target.as_deref(), target.as_deref())
        });
        let inherited = own.is_some_and(|entry| entry.inherited);
        let mut shared = self.root.declarations.declarations().iter();
        let entry = if inherited {
            shared.find(|entry| entry.table == Table::Workspace && entry.alias == alias)
        } else {
            own
        };
        Declared { public: own.is_some_and(|entry| entry.public), entry, inherited }
    }

    /// The readme and the licence file where they lie outside of the package's folder.
    fn outside(&self, name: &PackageName, dir: &RelPath) -> Result<Vec<RelPath>, FactsError> {
        let files = [
            ("the readme", self.member.readme.as_ref()),
            ("the licence file", self.member.license_file.as_ref()),
        ];
        let mut outside = Vec::new();
        for (what, file) in files {
            let Some(file) = file else { continue };
            let path = dir.join(file.as_str()).map_err(|_| FactsError::Outside {
                what: format!("{what} of `{name}`"),
                path: file.to_string(),
            })?;
            if path.below(dir).is_none() {
                outside.push(path);
            }
        }
        Ok(outside)
    }
}

/// The manifest entry behind a dependency.
struct Declared<'a> {
    /// Whether the member's own entry says that it is public.
    public: bool,
    /// The entry that has the version: the root's for an inherited one.
    entry: Option<&'a Declaration>,
    inherited: bool,
}

impl Declared<'_> {
    /// The requirement as Cargo resolved it; nothing when none was written.
    fn requirement(&self, dependency: &Dependency) -> Option<VersionReq> {
        let is_written = match self.entry {
            Some(entry) => entry.requirement.is_some(),
            None => dependency.req != VersionReq::STAR,
        };
        is_written.then(|| dependency.req.clone())
    }

    fn registry(&self, dependency: &Dependency) -> Result<Option<RegistryName>, InvalidName> {
        if let Some(registry) = self.entry.and_then(|entry| entry.registry.as_ref()) {
            return Ok((!registry.is_crates_io()).then(|| registry.clone()));
        }
        // Without a name in the manifest only the address of the index is known.
        match dependency.registry.as_deref() {
            Some(name) if !name.contains(':') => RegistryName::new(name).map(Some),
            _ => Ok(None),
        }
    }
}

fn edge(dependency: &Dependency, declared: &Declared<'_>) -> Result<Edge, FactsError> {
    Ok(Edge {
        to: PackageName::new(dependency.name.as_str())?,
        kind: edge_kind(dependency.kind),
        requirement: declared.requirement(dependency),
        optional: dependency.optional,
        target: dependency.target.as_ref().map(ToString::to_string),
        rename: dependency.rename.clone(),
        registry: declared.registry(dependency)?,
        inherited: declared.inherited,
        public: declared.public,
    })
}

fn external(dependency: &Dependency, declared: &Declared<'_>) -> Result<External, FactsError> {
    let has_git = dependency.source.as_ref().is_some_and(|source| source.repr.starts_with("git+"));
    let is_elsewhere = dependency.path.is_some() || has_git;
    Ok(External {
        name: PackageName::new(dependency.name.as_str())?,
        kind: edge_kind(dependency.kind),
        requirement: dependency.req.clone(),
        registry: declared.registry(dependency)?,
        unversioned: is_elsewhere && declared.requirement(dependency).is_none(),
    })
}

fn edge_kind(kind: DependencyKind) -> EdgeKind {
    match kind {
        DependencyKind::Development => EdgeKind::Dev,
        DependencyKind::Build => EdgeKind::Build,
        _ => EdgeKind::Normal,
    }
}

fn table(kind: DependencyKind) -> Table {
    match kind {
        DependencyKind::Development => Table::Dev,
        DependencyKind::Build => Table::Build,
        _ => Table::Normal,
    }
}

/// Cargo writes `cfg(..)` in its own spacing.
fn same_target(written: Option<&str>, reported: Option<&str>) -> bool {
    let dense = |text: &str| text.split_whitespace().collect::<String>();
    written == reported || written.map(dense) == reported.map(dense)
}

/// Whether other packages can use a target of this kind as a library.
fn is_usable(kind: &TargetKind) -> bool {
    use TargetKind::{DyLib, Lib, ProcMacro, RLib};
    matches!(kind, Lib | RLib | DyLib | ProcMacro)
}

fn publish_to(publish: Option<&[String]>) -> Result<PublishTo, InvalidName> {
    match publish {
        None => Ok(PublishTo::Registries(vec![RegistryName::crates_io()])),
        Some([]) => Ok(PublishTo::Nowhere),
        Some(names) => {
            let names: Result<_, _> = names.iter().map(RegistryName::new).collect();
            Ok(PublishTo::Registries(names?))
        }
    }
}

fn package_metadata(member: &cargo_metadata::Package) -> PackageMetadata {
    PackageMetadata {
        description: member.description.clone(),
        license: member.license.clone(),
        license_file: member.license_file.as_ref().map(ToString::to_string),
        readme: member.readme.as_ref().map(ToString::to_string),
        homepage: member.homepage.clone(),
        documentation: member.documentation.clone(),
        repository: member.repository.clone(),
        keywords: member.keywords.clone(),
        categories: member.categories.clone(),
        features: features(member),
    }
}

/// The features that a packed manifest lists: Cargo adds one for each optional dependency that no
/// feature names, and does not write it down.
fn features(member: &cargo_metadata::Package) -> BTreeMap<String, usize> {
    let is_added = |name: &str, values: &[String]| matches!(values, [only] if only.strip_prefix("dep:") == Some(name));
    let written = member.features.iter().filter(|(name, values)| !is_added(name, values));
    written.map(|(name, values)| (name.clone(), values.len())).collect()
}

#[cfg(test)]
#[path = "metadata_tests.rs"]
mod tests;
