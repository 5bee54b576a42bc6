//! The graph that Cargo resolved, with the features that a package gets when it is built alone.
//!
//! A build of several packages gives each dependency the features that any of them asks for; so a
//! package may compile in its workspace that nobody else can compile. What each one gets alone is
//! computed here as Cargo does it (feature resolver 2), since Cargo tells only of what it unified.
//! `read.rs` takes the graph from what `cargo metadata` says, `features.rs` follows the features.

mod features;
mod read;

pub use features::Alone;
pub use read::{Machine, NotResolved};

use crate::model::PackageName;
use std::collections::{BTreeMap, BTreeSet};

/// Packages that were resolved together.
#[derive(Debug)]
pub struct Resolved {
    packages: Vec<Node>,
    members: BTreeMap<PackageName, usize>,
}

/// A package of the graph.
#[derive(Debug)]
struct Node {
    name: String,
    features: BTreeMap<String, Vec<String>>,
    /// Whether its library is a procedural macro, and so built for the host.
    is_macro: bool,
    /// Whether anything in it is one.
    has_macro: bool,
    /// The names of what a build leaves in the target folder.
    products: BTreeSet<String>,
    needs: Vec<Need>,
}

/// A dependency, not one for tests, that Cargo resolved.
#[derive(Debug)]
struct Need {
    /// The name it has in the manifest.
    alias: String,
    on: usize,
    is_build: bool,
    is_optional: bool,
    features: Vec<String>,
    default_features: bool,
    /// The sides whose machine is one of those that it is declared for.
    sides: Vec<Side>,
}

/// Which of its two builds a package is in: programs that build, or what is built.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
enum Side {
    Host,
    Target,
}

/// One of the builds of a package.
type Place = (usize, Side);

impl Resolved {
    /// What a build of these two at once would leave under one name.
    #[must_use]
    pub fn collide(&self, one: &PackageName, other: &PackageName) -> bool {
        let products = |name| self.members.get(name).map(|at| &self.packages[*at].products);
        match (products(one), products(other)) {
            (Some(one), Some(other)) => !one.is_disjoint(other),
            _ => false,
        }
    }
}
