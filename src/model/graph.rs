//! The order in which packages can be published, on top of `petgraph`.

use super::{Edge, EdgeKind, PackageName, Workspace};
use petgraph::algo::tarjan_scc;
use petgraph::prelude::DiGraphMap;
use std::collections::{BTreeMap, BTreeSet};

/// The packages of a release in publishing order, and what stood in its way.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Order {
    /// Each wave needs only packages of earlier waves; within a wave the package comes first that
    /// begins the longest chain of dependents, then by name.
    pub waves: Vec<Vec<PackageName>>,
    /// Loops of normal and build dependencies, each sorted by name. Their members are in no wave,
    /// nor is anything that needs them.
    pub cycles: Vec<Vec<PackageName>>,
    /// Loops that exist only because of dev-dependencies with a version, each sorted by name. The
    /// dev edges in them do not order anything.
    pub dev_cycles: Vec<Vec<PackageName>>,
}

/// Orders `set` by the edges of the workspace that run inside it.
///
/// Normal and build dependencies order, optional ones included, and so do dev-dependencies with a
/// version that are not part of a loop (Cargo asks the registry for them when it packs).
#[must_use]
pub fn order(workspace: &Workspace, set: &BTreeSet<PackageName>) -> Order {
    let edges: Vec<(&PackageName, &Edge)> = set
        .iter()
        .filter_map(|name| workspace.packages.get(name))
        .flat_map(|package| package.edges.iter().map(move |edge| (&package.name, edge)))
        .filter(|(_, edge)| edge.is_packed() && set.contains(&edge.to))
        .collect();
    let hard = |edge: &Edge| edge.kind != EdgeKind::Dev;
    let cycles = cycles(set, edges.iter().filter(|(_, edge)| hard(edge)));
    let in_hard_cycle: BTreeSet<&PackageName> = cycles.iter().flatten().collect();
    let dev_cycles: Vec<Vec<PackageName>> = self::cycles(set, edges.iter())
        .into_iter()
        .filter(|cycle| !cycle.iter().any(|name| in_hard_cycle.contains(name)))
        .collect();
    let together = |a: &PackageName, b: &PackageName| {
        dev_cycles.iter().any(|cycle| cycle.contains(a) && cycle.contains(b))
    };
    let mut needs: BTreeMap<&PackageName, BTreeSet<&PackageName>> =
        set.iter().map(|name| (name, BTreeSet::new())).collect();
    for (from, edge) in &edges {
        let orders = hard(edge) || (*from != &edge.to && !together(from, &edge.to));
        if orders && let Some(of) = needs.get_mut(from) {
            of.insert(&edge.to);
        }
    }
    Order { waves: waves(&needs), cycles, dev_cycles }
}

/// The groups of publishable members that need each other through versioned dev-dependencies, each
/// sorted by name.
#[must_use]
pub fn dev_cycles(workspace: &Workspace) -> Vec<Vec<PackageName>> {
    let all = workspace.publishable().map(|package| package.name.clone());
    order(workspace, &all.collect()).dev_cycles
}

/// For every package of `set` the packages of `set` that must be published before it, by the
/// edges [`order`] uses.
#[must_use]
pub fn needs(
    workspace: &Workspace,
    set: &BTreeSet<PackageName>,
    order: &Order,
) -> BTreeMap<PackageName, BTreeSet<PackageName>> {
    let wave_of: BTreeMap<&PackageName, usize> = order
        .waves
        .iter()
        .enumerate()
        .flat_map(|(index, wave)| wave.iter().map(move |name| (name, index)))
        .collect();
    set.iter()
        .filter_map(|name| workspace.packages.get(name))
        .map(|package| {
            let before = package
                .edges
                .iter()
                .filter(|edge| edge.is_packed() && set.contains(&edge.to))
                .filter(|edge| wave_of.get(&edge.to) < wave_of.get(&package.name))
                .map(|edge| edge.to.clone())
                .collect();
            (package.name.clone(), before)
        })
        .collect()
}

fn cycles<'a>(
    set: &'a BTreeSet<PackageName>,
    edges: impl Iterator<Item = &'a (&'a PackageName, &'a Edge)>,
) -> Vec<Vec<PackageName>> {
    let mut graph: DiGraphMap<&PackageName, ()> = DiGraphMap::new();
    for name in set {
        graph.add_node(name);
    }
    let mut loops: BTreeSet<&PackageName> = BTreeSet::new();
    for (from, edge) in edges {
        graph.add_edge(from, &edge.to, ());
        // A dev-dependency on itself is how some packages test their own features.
        if *from == &edge.to && edge.kind != EdgeKind::Dev {
            loops.insert(from);
        }
    }
    let mut found: Vec<Vec<PackageName>> = tarjan_scc(&graph)
        .into_iter()
        .filter(|component| component.len() > 1 || loops.contains(component[0]))
        .map(|component| {
            let mut names: Vec<PackageName> = component.into_iter().cloned().collect();
            names.sort();
            names
        })
        .collect();
    found.sort();
    found
}

fn waves(needs: &BTreeMap<&PackageName, BTreeSet<&PackageName>>) -> Vec<Vec<PackageName>> {
    let mut waves: Vec<Vec<&PackageName>> = Vec::new();
    let mut placed: BTreeSet<&PackageName> = BTreeSet::new();
    loop {
        let ready: Vec<&PackageName> = needs
            .iter()
            .filter(|(name, of)| !placed.contains(*name) && of.iter().all(|n| placed.contains(n)))
            .map(|(name, _)| *name)
            .collect();
        if ready.is_empty() {
            break;
        }
        placed.extend(&ready);
        waves.push(ready);
    }
    // How many packages the longest chain of dependents above each package has.
    let mut chain: BTreeMap<&PackageName, usize> = BTreeMap::new();
    for wave in waves.iter().rev() {
        for name in wave {
            let own = chain.get(name).copied().unwrap_or(0);
            for need in &needs[name] {
                let above = chain.entry(need).or_default();
                *above = (*above).max(own + 1);
            }
        }
    }
    let rank = |name: &&PackageName| {
        (std::cmp::Reverse(chain.get(name).copied().unwrap_or(0)), (*name).clone())
    };
    waves
        .into_iter()
        .map(|mut wave| {
            wave.sort_by_key(rank);
            wave.into_iter().cloned().collect()
        })
        .collect()
}
