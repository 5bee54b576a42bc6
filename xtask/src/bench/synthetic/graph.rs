//! Who depends on whom: layers, each package on at least one of the layer below.

use crate::random::Random;
use std::collections::BTreeMap;

/// How deep the graph is.
const LAYERS: usize = 12;
/// About so many dependencies a package has.
const DEPENDENCIES: usize = 5;

/// How a package depends on another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Normal,
    Optional,
    Target,
    Dev,
}

/// The edges of each package, by the number of the package they lead to.
#[derive(Debug)]
pub(super) struct Graph {
    pub(super) edges: Vec<BTreeMap<usize, Kind>>,
}

impl Graph {
    pub(super) fn new(packages: usize) -> Self {
        let mut random = Random(1);
        let layers = LAYERS.min(packages);
        let layer = |package: usize| package * layers / packages;
        let first = |layer: usize| (layer * packages).div_ceil(layers);
        let edges = (0..packages).map(|package| {
            let mut edges = BTreeMap::new();
            let layer = layer(package);
            if layer == 0 {
                return edges;
            }
            let below = first(layer - 1)..first(layer);
            edges.insert(below.start + random.below(below.len()), Kind::Normal);
            let wanted = (DEPENDENCIES - 2 + random.below(5)).min(below.end);
            while edges.len() < wanted {
                let to = random.below(below.end);
                let kind = match random.below(100) {
                    _ if to >= below.start => Kind::Normal,
                    0..10 => Kind::Optional,
                    10..15 => Kind::Target,
                    15..20 => Kind::Dev,
                    _ => Kind::Normal,
                };
                edges.entry(to).or_insert(kind);
            }
            edges
        });
        Self { edges: edges.collect() }
    }
}
