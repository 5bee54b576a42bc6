//! The entries of a repository's manifests that name a package of ours.

use super::members::{Member, Members, below};
use crate::facts::{Facts, Tracked};
use crate::manifest::lock::Lock;
use crate::manifest::{Declaration, Spot, Table};
use crate::model::{EdgeKind, PackageName, RegistryName, RelPath, Version};
use crate::plan::Location;
use serde::Serialize;
use std::collections::BTreeMap;

/// A dependency on a package of ours.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct DependencyUse {
    pub package: PackageName,
    pub kind: EdgeKind,
    /// The `cfg(..)` or target triple, where the dependency is for one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub target: Option<String>,
    /// The name that the dependent uses, when it is not the package's.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rename: Option<String>,
    /// The manifest of the member that has the entry.
    pub file: RelPath,
    /// The dotted key of the entry there.
    pub key: String,
    pub source: UseSource,
    /// The requirement as written; nothing where there is none, as for a path alone.
    pub requirement: Option<String>,
    /// Where that stands; in the root manifest for an inherited entry.
    pub at: Location,
    /// The dotted key there, where that is another entry than the member's.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub inherits: Option<String>,
    /// The versions that the lock file has of it, from registries.
    pub locked: Vec<Version>,
    /// The requirement in the text of `at.file`, for an edit.
    #[serde(skip)]
    pub spot: Option<Spot>,
}

/// Where a dependency comes from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum UseSource {
    /// The registry that we publish to.
    Registry,
    /// Another registry, so that it is another package.
    OtherRegistry,
    Path,
    Git,
    /// A `[patch]` of the workspace takes the registry's place.
    Patch,
}

/// All uses in a repository, by file, in the order of the texts.
pub(super) fn uses(members: &Members, tracked: &Tracked, facts: &Facts) -> Vec<DependencyUse> {
    let mut locks: BTreeMap<RelPath, Option<Lock>> = BTreeMap::new();
    let mut found = Vec::new();
    for (path, member) in &members.manifests {
        let root = members.manifests.get(&member.root).unwrap_or(member);
        for entry in member.manifest.declarations() {
            if entry.table == Table::Workspace {
                continue;
            }
            let Some(one) = one(path, member, root, entry, facts) else { continue };
            let lock_path = below(&member.root.parent(), "Cargo.lock");
            let lock = locks.entry(lock_path.clone()).or_insert_with(|| {
                tracked.files.get(&lock_path).and_then(|text| Lock::parse(text).ok())
            });
            let locked = lock.as_ref().map(|lock| lock.versions_of(&one.package));
            found.push(DependencyUse { locked: locked.unwrap_or_default(), ..one });
        }
    }
    found
}

fn one(
    path: &RelPath,
    member: &Member,
    root: &Member,
    entry: &Declaration,
    facts: &Facts,
) -> Option<DependencyUse> {
    // An inherited entry says little itself; what it stands for is the root's.
    let shared = entry.inherited.then(|| root.manifest.shared(&entry.alias)).flatten();
    let declared = shared.unwrap_or(entry);
    let package = facts.workspace.packages.get(&declared.package)?;
    let file = if shared.is_some() { &member.root } else { path };
    let place = declared.requirement.as_ref();
    let (line, column) =
        place.map_or((declared.line, declared.column), |spot| (spot.line, spot.column));
    let is_patched = root.layout.patched.contains(declared.package.as_str());
    Some(DependencyUse {
        package: declared.package.clone(),
        kind: match entry.table {
            Table::Build => EdgeKind::Build,
            Table::Dev => EdgeKind::Dev,
            Table::Normal | Table::Workspace => EdgeKind::Normal,
        },
        target: entry.target.clone(),
        rename: (entry.alias != declared.package.as_str()).then(|| entry.alias.clone()),
        file: path.clone(),
        key: entry.key.clone(),
        source: source(declared, package.registry(), is_patched),
        requirement: place.map(|spot| spot.value.clone()),
        at: Location { file: file.clone(), line, column },
        inherits: shared.map(|shared| shared.key.clone()),
        locked: Vec::new(),
        spot: declared.requirement.clone(),
    })
}

/// Where an entry gets its package from. What a registry is called is everybody's own business, but
/// for crates.io.
fn source(entry: &Declaration, ours: Option<&RegistryName>, is_patched: bool) -> UseSource {
    let is_crates_io = |name: Option<&RegistryName>| name.is_none_or(RegistryName::is_crates_io);
    if entry.path.is_some() {
        UseSource::Path
    } else if entry.git {
        UseSource::Git
    } else if is_patched {
        UseSource::Patch
    } else if ours.is_none() || is_crates_io(ours) != is_crates_io(entry.registry.as_ref()) {
        UseSource::OtherRegistry
    } else {
        UseSource::Registry
    }
}
