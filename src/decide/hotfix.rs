//! A hotfix: what was touched since the last release of its line, and what must follow; nothing else.

use super::Note;
use super::solve::Solution;
use super::standing::{Ground, Standing};
use crate::model::{EdgeKind, PackageName};
use crate::policy::{Policy, Propagate};
use std::collections::{BTreeMap, BTreeSet};

/// The policy as far as it holds for a hotfix: nobody follows who need not, and no line of
/// pre-releases begins.
pub(super) fn policy(policy: &Policy) -> Policy {
    Policy {
        propagate: Propagate::WhenNeeded,
        pre: None,
        pre_of: BTreeMap::new(),
        ..policy.clone()
    }
}

/// The packages that are released of their own accord: those that were touched or asked for, and
/// what these need and no registry has.
pub(super) fn touched<'a>(
    standings: &BTreeMap<&'a PackageName, Standing<'a>>,
) -> BTreeSet<&'a PackageName> {
    let touched = standings.values().filter(|standing| is_touched(standing));
    let mut found: BTreeSet<&PackageName> = touched.map(Standing::name).collect();
    let mut open: Vec<&PackageName> = found.iter().copied().collect();
    while let Some(name) = open.pop() {
        let edges = standings[name].package.edges.iter();
        for edge in edges.filter(|edge| edge.kind != EdgeKind::Dev) {
            let Some((needed, standing)) = standings.get_key_value(&edge.to) else { continue };
            let is_missing = matches!(standing.ground, Ground::New | Ground::Tagged { .. });
            if is_missing && found.insert(needed) {
                open.push(needed);
            }
        }
    }
    found
}

fn is_touched(standing: &Standing<'_>) -> bool {
    match standing.ground {
        Ground::New => standing.is_asked(),
        Ground::Released(_) | Ground::Tagged { .. } | Ground::Untagged(_) => {
            standing.change.is_some() || standing.is_raised() || standing.is_asked()
        }
    }
}

/// The versions that lie beyond what a line of releases may get, and that nobody asked for.
pub(super) fn beyond(
    standings: &BTreeMap<&PackageName, Standing<'_>>,
    solution: &Solution<'_>,
) -> Vec<Note> {
    let beyond = solution.targets.iter().filter_map(|(name, target)| {
        let (standing, to) = (&standings[name], &target.to);
        let last = standing.last()?;
        let is_on_line = (last.major, last.minor) == (to.major, to.minor);
        let package = (*name).clone();
        (!is_on_line && standing.asked.is_none()).then(|| Note::BeyondLine {
            package,
            last: last.clone(),
            to: to.clone(),
        })
    });
    beyond.collect()
}
