//! The manifests of a plan, each read when somebody asks for it: most of a large workspace has no
//! part in a release.

use super::PlanError;
use crate::facts::Facts;
use crate::manifest::Manifest;
use crate::model::{PackageName, RelPath};
use std::cell::OnceCell;
use std::collections::{BTreeMap, BTreeSet};

/// The root manifest and every member's.
#[derive(Debug)]
pub(super) struct Manifests<'a> {
    entries: BTreeMap<&'a RelPath, Entry<'a>>,
}

#[derive(Debug)]
struct Entry<'a> {
    text: &'a str,
    /// Nothing for what is no manifest.
    read: OnceCell<Option<Manifest>>,
}

impl<'a> Manifests<'a> {
    pub(super) fn new(facts: &'a Facts) -> Self {
        let entry =
            |(path, text): (&'a RelPath, &'a String)| (path, Entry { text, read: OnceCell::new() });
        Self { entries: facts.manifests.iter().map(entry).collect() }
    }

    /// The manifest at a path; nothing when there is none, or none that can be read.
    pub(super) fn get(&self, path: &RelPath) -> Option<&Manifest> {
        let (path, entry) = self.entries.get_key_value(path)?;
        entry.read.get_or_init(|| Manifest::parse(path, entry.text).ok()).as_ref()
    }

    /// Those that may name one of `packages` with a requirement, or be one's own, in order.
    ///
    /// # Errors
    /// [`PlanError::Manifest`] for the first of them that cannot be read.
    pub(super) fn around<'s>(
        &'s self,
        facts: &Facts,
        packages: &BTreeSet<&PackageName>,
    ) -> Result<Vec<(&'s RelPath, &'s Manifest)>, PlanError> {
        let root = facts.workspace.root_manifest();
        let members = facts.workspace.packages.values().filter(|package| {
            let mut edges = package.edges.iter();
            packages.contains(&package.name) || edges.any(|edge| packages.contains(&edge.to))
        });
        let wanted: BTreeSet<&RelPath> =
            members.map(|package| &package.manifest).chain([&root]).collect();
        let mut found = Vec::new();
        for (path, entry) in self.entries.iter().filter(|(path, _)| wanted.contains(**path)) {
            match self.get(path) {
                Some(manifest) => found.push((*path, manifest)),
                None => drop(Manifest::parse(path, entry.text).map_err(PlanError::Manifest)?),
            }
        }
        Ok(found)
    }
}
