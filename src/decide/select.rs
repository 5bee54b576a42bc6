//! Which packages a request is about.

use super::standing::Standing;
use super::{DecideError, Request};
use crate::model::{EdgeKind, PackageName, Workspace};
use crate::policy::nearest;
use std::collections::{BTreeMap, BTreeSet};

/// The packages a request is about.
#[derive(Debug, Clone, Default)]
pub(super) struct Selection<'a> {
    /// The selected packages and what they need; nothing when everything is selected.
    only: Option<BTreeSet<&'a PackageName>>,
    /// Those that came along, and the package that needs them.
    pub(super) needed_by: BTreeMap<&'a PackageName, &'a PackageName>,
    pub(super) excluded: BTreeSet<&'a PackageName>,
}

impl<'a> Selection<'a> {
    /// The selection that `roots` stand for, with the normal and build dependencies that they were
    /// built with and that changed, or are among those that `follow` a change.
    pub(super) fn of(
        request: &'a Request,
        roots: Option<BTreeSet<&'a PackageName>>,
        standings: &BTreeMap<&'a PackageName, Standing<'a>>,
        follow: &BTreeSet<&'a PackageName>,
    ) -> Self {
        let excluded: BTreeSet<&PackageName> = request.exclude.iter().collect();
        let mut needed_by = BTreeMap::new();
        let Some(roots) = roots else {
            return Self { only: None, needed_by, excluded };
        };
        let mut only = roots.clone();
        let mut open: Vec<&PackageName> = roots.into_iter().rev().collect();
        while let Some(name) = open.pop() {
            let Some(standing) = standings.get(name) else { continue };
            let edges = standing.package.edges.iter().filter(|edge| edge.kind != EdgeKind::Dev);
            for edge in edges {
                let Some((dependency, of)) = standings.get_key_value(&edge.to) else { continue };
                let moves = of.starts() || follow.contains(dependency);
                let joins = moves && !of.held && !excluded.contains(dependency);
                if joins && only.insert(dependency) {
                    needed_by.insert(*dependency, standing.name());
                    open.push(dependency);
                }
            }
        }
        Self { only: Some(only), needed_by, excluded }
    }

    /// Whether the request names other packages, and none of them needs this one.
    pub(super) fn is_outside(&self, name: &PackageName) -> bool {
        self.only.as_ref().is_some_and(|only| !only.contains(name))
    }
}

/// Checks that every name in a request is a member's.
///
/// # Errors
/// [`DecideError::UnknownPackage`] for the first that is none.
pub(super) fn check_names(request: &Request, workspace: &Workspace) -> Result<(), DecideError> {
    let lines = request.pre_of.keys().chain(&request.finish_of);
    let named = request.only.iter().chain(&request.exclude).chain(request.bumps.keys());
    let mut names = named.chain(lines);
    match names.find(|name| !workspace.packages.contains_key(*name)) {
        None => Ok(()),
        Some(name) => {
            let members = workspace.packages.keys().map(PackageName::as_str);
            let nearest = nearest(name.as_str(), members).map(str::to_owned);
            let members = workspace.packages.keys().cloned().collect();
            Err(DecideError::UnknownPackage { name: name.clone(), nearest, members })
        }
    }
}
