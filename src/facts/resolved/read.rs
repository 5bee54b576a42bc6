//! The graph as `cargo metadata` gives it.

use super::{Need, Node, Resolved, Side};
use crate::model::{InvalidName, PackageName};
use cargo_metadata::{
    DepKindInfo, Dependency, DependencyKind, Metadata, NodeDep, Package, PackageId, TargetKind,
};
use cargo_platform::{Cfg, Platform};
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::str::FromStr as _;

/// What code is built for: its name, and what the compiler says of it.
#[derive(Debug, Clone, Default)]
pub struct Machine {
    triple: String,
    settings: Vec<Cfg>,
}

/// Why Cargo's answer does not say what each package gets.
#[derive(Debug, thiserror::Error)]
pub enum NotResolved {
    #[error("`cargo metadata` said what cannot be read")]
    Syntax(#[source] serde_json::Error),
    #[error("`cargo metadata` did not say what was resolved")]
    Missing,
    #[error(transparent)]
    Name(#[from] InvalidName),
    #[error("it is not clear which `{dependency}` `{package}` needs")]
    Unclear { package: String, dependency: String },
}

impl Machine {
    /// The machine of this name; `settings` is what `rustc --print cfg` prints for it.
    #[must_use]
    pub fn new(triple: &str, settings: &str) -> Self {
        let settings = settings.lines().filter_map(|line| Cfg::from_str(line.trim()).ok());
        Self { triple: triple.to_owned(), settings: settings.collect() }
    }

    fn is_meant(&self, platform: Option<&Platform>) -> bool {
        platform.is_none_or(|platform| platform.matches(&self.triple, &self.settings))
    }
}

impl Resolved {
    /// Reads what `cargo metadata` printed.
    ///
    /// # Errors
    /// [`NotResolved`], see there.
    pub fn read(json: &str, host: &Machine, target: &Machine) -> Result<Self, NotResolved> {
        let metadata: Metadata = serde_json::from_str(json).map_err(NotResolved::Syntax)?;
        let resolve = metadata.resolve.as_ref().ok_or(NotResolved::Missing)?;
        let packages: HashMap<&PackageId, &Package> =
            metadata.packages.iter().map(|package| (&package.id, package)).collect();
        let places: HashMap<&PackageId, usize> =
            resolve.nodes.iter().enumerate().map(|(at, node)| (&node.id, at)).collect();
        let graph = Graph { packages, places, host, target };
        let nodes = resolve.nodes.iter();
        let nodes = nodes.map(|node| graph.node(&node.id, &node.deps)).collect::<Result<_, _>>()?;
        let mut members = BTreeMap::new();
        for id in &metadata.workspace_members {
            let (Some(package), Some(at)) = (graph.packages.get(id), graph.places.get(id)) else {
                return Err(NotResolved::Missing);
            };
            members.insert(PackageName::new(package.name.as_str())?, *at);
        }
        Ok(Self { packages: nodes, members })
    }
}

/// What is looked up while the nodes are read.
struct Graph<'a> {
    packages: HashMap<&'a PackageId, &'a Package>,
    places: HashMap<&'a PackageId, usize>,
    host: &'a Machine,
    target: &'a Machine,
}

impl Graph<'_> {
    fn node(&self, id: &PackageId, on: &[NodeDep]) -> Result<Node, NotResolved> {
        let package = *self.packages.get(id).ok_or(NotResolved::Missing)?;
        let mut needs = Vec::new();
        // Each edge has to be somebody's: a dependency that was overlooked would be one whose
        // features nobody asks for.
        let mut unclaimed: BTreeSet<(usize, usize)> = BTreeSet::new();
        for (at, dependency) in on.iter().enumerate() {
            let built = dependency.dep_kinds.iter().enumerate();
            unclaimed.extend(built.filter(|(_, it)| is_built(it.kind)).map(|(kind, _)| (at, kind)));
        }
        for dependency in package.dependencies.iter().filter(|it| is_built(it.kind)) {
            let mut meant = Vec::new();
            for (at, edge) in on.iter().enumerate() {
                let found = edge.dep_kinds.iter().position(|kind| declares(dependency, kind));
                if let Some(kind) = found.filter(|_| self.fits(dependency, &edge.pkg)) {
                    unclaimed.remove(&(at, kind));
                    meant.push(&edge.pkg);
                }
            }
            match meant.as_slice() {
                // Not switched on by anybody, or for other platforms only.
                [] => {}
                [one] => needs.push(self.need(dependency, one)?),
                _ => return Err(unclear(package, &dependency.name)),
            }
        }
        if let Some((at, _)) = unclaimed.first() {
            return Err(unclear(package, &on[*at].name));
        }
        let is =
            |wanted: &TargetKind| package.targets.iter().any(|target| target.kind.contains(wanted));
        let is_macro = is(&TargetKind::ProcMacro);
        Ok(Node {
            name: package.name.to_string(),
            features: package.features.clone(),
            is_macro,
            has_macro: package
                .targets
                .iter()
                .any(|target| target.crate_types.contains(&cargo_metadata::CrateType::ProcMacro)),
            products: products(package),
            needs,
        })
    }

    fn fits(&self, dependency: &Dependency, id: &PackageId) -> bool {
        self.packages.get(id).is_some_and(|package| {
            package.name.as_str() == dependency.name && dependency.req.matches(&package.version)
        })
    }

    fn need(&self, dependency: &Dependency, on: &PackageId) -> Result<Need, NotResolved> {
        let alias = dependency.rename.clone().unwrap_or_else(|| dependency.name.clone());
        let platform = dependency.target.as_ref();
        Ok(Need {
            alias,
            on: *self.places.get(on).ok_or(NotResolved::Missing)?,
            is_build: dependency.kind == DependencyKind::Build,
            is_optional: dependency.optional,
            features: dependency.features.clone(),
            default_features: dependency.uses_default_features,
            sides: [(Side::Host, self.host), (Side::Target, self.target)]
                .into_iter()
                .filter_map(|(side, machine)| machine.is_meant(platform).then_some(side))
                .collect(),
        })
    }
}

fn is_built(kind: DependencyKind) -> bool {
    matches!(kind, DependencyKind::Normal | DependencyKind::Build)
}

/// Whether an edge of the graph may come from this declaration.
fn declares(dependency: &Dependency, edge: &DepKindInfo) -> bool {
    let platform = |platform: &Option<Platform>| platform.as_ref().map(ToString::to_string);
    edge.kind == dependency.kind && platform(&edge.target) == platform(&dependency.target)
}

fn products(package: &Package) -> BTreeSet<String> {
    let is_left = |kind: &TargetKind| {
        !matches!(
            kind,
            TargetKind::Test | TargetKind::Bench | TargetKind::Example | TargetKind::CustomBuild
        )
    };
    let built = package.targets.iter().filter(|target| target.kind.iter().any(is_left));
    built
        .map(|target| {
            let kind = if target.kind.contains(&TargetKind::Bin) { "program" } else { "library" };
            format!("{kind} {}", target.name.replace('-', "_"))
        })
        .collect()
}

fn unclear(package: &Package, dependency: &str) -> NotResolved {
    let (package, dependency) = (package.name.to_string(), dependency.to_owned());
    NotResolved::Unclear { package, dependency }
}
