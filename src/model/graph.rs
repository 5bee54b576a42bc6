//! The order in which packages can be published, on top of `petgraph`.

use super::{EdgeKind, PackageName, Workspace};
use petgraph::algo::tarjan_scc;
use petgraph::prelude::DiGraphMap;
use std::collections::{BTreeMap, BTreeSet, HashMap};

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
    let inside = Inside::of(workspace, set);
    let Loops { hard, dev } = inside.loops();
    let mut loop_of = vec![None; inside.names.len()];
    for (number, members) in dev.iter().enumerate() {
        for member in members {
            loop_of[*member] = Some(number);
        }
    }
    let together = |a: usize, b: usize| loop_of[a].is_some() && loop_of[a] == loop_of[b];
    let mut needs: Vec<Vec<usize>> = vec![Vec::new(); inside.names.len()];
    for link in &inside.links {
        if link.is_hard || (link.from != link.to && !together(link.from, link.to)) {
            needs[link.from].push(link.to);
        }
    }
    Order {
        waves: inside.named(waves(&needs)),
        cycles: inside.named(hard),
        dev_cycles: inside.named(dev),
    }
}

/// The groups of publishable members that need each other through versioned dev-dependencies, each
/// sorted by name.
#[must_use]
pub fn dev_cycles(workspace: &Workspace) -> Vec<Vec<PackageName>> {
    let all = workspace.publishable().map(|package| package.name.clone()).collect();
    let inside = Inside::of(workspace, &all);
    inside.named(inside.loops().dev)
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

/// Some packages and the edges that run among them, by their places in the order of names.
struct Inside<'a> {
    names: Vec<&'a PackageName>,
    links: Vec<Link>,
}

/// An edge that is packed.
struct Link {
    from: usize,
    to: usize,
    /// Whether it is no dev-dependency.
    is_hard: bool,
}

/// Packages that need each other; each group and the groups among themselves in order.
struct Loops {
    /// By normal and build dependencies.
    hard: Vec<Vec<usize>>,
    /// Only because of dev-dependencies.
    dev: Vec<Vec<usize>>,
}

impl<'a> Inside<'a> {
    fn of(workspace: &Workspace, set: &'a BTreeSet<PackageName>) -> Self {
        let names: Vec<&PackageName> = set.iter().collect();
        let places: HashMap<&PackageName, usize> =
            names.iter().enumerate().map(|(place, name)| (*name, place)).collect();
        let mut links = Vec::new();
        for (from, name) in names.iter().enumerate() {
            let edges = workspace.packages.get(*name).into_iter().flat_map(|it| &it.edges);
            links.extend(edges.filter(|edge| edge.is_packed()).filter_map(|edge| {
                let to = *places.get(&edge.to)?;
                Some(Link { from, to, is_hard: edge.kind != EdgeKind::Dev })
            }));
        }
        Self { names, links }
    }

    fn loops(&self) -> Loops {
        let all = self.cycles(|_| true);
        if all.is_empty() {
            return Loops { hard: Vec::new(), dev: Vec::new() };
        }
        let hard = self.cycles(|link| link.is_hard);
        let in_hard: BTreeSet<usize> = hard.iter().flatten().copied().collect();
        let is_soft = |members: &Vec<usize>| !members.iter().any(|it| in_hard.contains(it));
        Loops { dev: all.into_iter().filter(is_soft).collect(), hard }
    }

    fn cycles(&self, counts: impl Fn(&Link) -> bool) -> Vec<Vec<usize>> {
        let mut graph: DiGraphMap<usize, ()> = DiGraphMap::new();
        let mut loops: BTreeSet<usize> = BTreeSet::new();
        for link in self.links.iter().filter(|link| counts(link)) {
            graph.add_edge(link.from, link.to, ());
            // A dev-dependency on itself is how some packages test their own features.
            if link.from == link.to && link.is_hard {
                loops.insert(link.from);
            }
        }
        let mut found: Vec<Vec<usize>> = tarjan_scc(&graph)
            .into_iter()
            .filter(|component| component.len() > 1 || loops.contains(&component[0]))
            .collect();
        for members in &mut found {
            members.sort_unstable();
        }
        found.sort();
        found
    }

    fn named(&self, groups: Vec<Vec<usize>>) -> Vec<Vec<PackageName>> {
        let name = |place: usize| self.names[place].clone();
        groups.into_iter().map(|group| group.into_iter().map(name).collect()).collect()
    }
}

fn waves(needs: &[Vec<usize>]) -> Vec<Vec<usize>> {
    let mut open: Vec<usize> = needs.iter().map(Vec::len).collect();
    let mut dependents: Vec<Vec<usize>> = vec![Vec::new(); needs.len()];
    for (place, of) in needs.iter().enumerate() {
        for need in of {
            dependents[*need].push(place);
        }
    }
    let mut waves: Vec<Vec<usize>> = Vec::new();
    let mut ready: Vec<usize> = (0..needs.len()).filter(|place| open[*place] == 0).collect();
    while !ready.is_empty() {
        let mut next = Vec::new();
        for place in &ready {
            for dependent in &dependents[*place] {
                open[*dependent] -= 1;
                if open[*dependent] == 0 {
                    next.push(*dependent);
                }
            }
        }
        waves.push(std::mem::replace(&mut ready, next));
    }
    // How many packages the longest chain of dependents above each package has.
    let mut chain = vec![0_usize; needs.len()];
    for place in waves.iter().rev().flatten() {
        for need in &needs[*place] {
            chain[*need] = chain[*need].max(chain[*place] + 1);
        }
    }
    for wave in &mut waves {
        wave.sort_by_key(|place| (std::cmp::Reverse(chain[*place]), *place));
    }
    waves
}
