//! The last release of the workspace as a whole.

use super::graph::Graph;
use super::kept::{Answer, Reader, Writer};
use super::to_git;
use crate::observe::{Checkout, ObserveError};
use cargo_orchestrate::facts::{History, Repository};
use cargo_orchestrate::model::{Oid, PackageName, Timestamp};
use std::collections::{BTreeMap, BTreeSet};

/// When a workspace was last released, and what came after.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct LastRelease {
    /// The time of the commit that was released.
    pub(crate) at: Timestamp,
    /// The commits of HEAD since then, merges left out.
    pub(crate) commits: usize,
}

/// The newest of the members' last releases in the history of HEAD; nothing without any.
///
/// # Errors
/// [`ObserveError::Git`] for a history that cannot be read.
pub(crate) fn last_release(
    checkout: &Checkout,
    repository: &Repository,
    histories: &BTreeMap<PackageName, History>,
) -> Result<Option<LastRelease>, ObserveError> {
    let Some(head) = to_git(&repository.head) else { return Ok(None) };
    let baselines = histories.values().filter_map(|history| history.baseline.as_ref());
    let baselines: BTreeSet<&Oid> = baselines.map(|baseline| &baseline.oid).collect();
    let answer = checkout.answer_to(&format!("last release of {head}: {baselines:?}"));
    if let Some(known) = answer.as_ref().and_then(Answer::read).and_then(|bytes| read(&bytes)) {
        return Ok(known.into_iter().next());
    }
    let last = found(&*checkout.graph_of(head)?, &baselines);
    if let Some(answer) = answer {
        answer.keep(bytes(last));
    }
    Ok(last)
}

fn found(graph: &Graph, baselines: &BTreeSet<&Oid>) -> Option<LastRelease> {
    let behind_head = baselines
        .iter()
        .filter_map(|baseline| graph.find(to_git(baseline)?))
        .filter(|node| graph.is_behind_head(*node));
    let newest = behind_head.max_by_key(|node| (graph.nodes[*node].time, *node))?;
    let marks = graph.contained_in(&[newest], graph.newest_first());
    let since = (0..graph.nodes.len()).filter(|node| graph.is_behind_head(*node)).filter(|node| {
        let is_plain = graph.nodes[*node].parents.len() < 2 && graph.nodes[*node].is_present();
        is_plain && !marks.has(*node, 0)
    });
    let seconds = u64::try_from(graph.nodes[newest].time).unwrap_or_default();
    Some(LastRelease { at: Timestamp(seconds * 1000), commits: since.count() })
}

fn bytes(last: Option<LastRelease>) -> Vec<u8> {
    let mut out = Writer::default();
    out.count(last.iter().len());
    if let Some(LastRelease { at, commits }) = last {
        out.number(i64::try_from(at.0).unwrap_or(i64::MAX));
        out.count(commits);
    }
    out.0
}

/// None or one.
fn read(bytes: &[u8]) -> Option<Vec<LastRelease>> {
    Reader(bytes).many(|input| {
        let at = Timestamp(u64::try_from(input.number()?).ok()?);
        Some(LastRelease { at, commits: input.count()? })
    })
}

#[cfg(test)]
mod tests {
    use super::super::testing::World;
    use super::*;

    fn last(world: &World) -> Option<LastRelease> {
        let checkout = world.checkout().expect("a checkout");
        last_release(&checkout, &world.state(), &world.history()).expect("a history")
    }

    #[test]
    fn the_newest_of_all_releases_counts() {
        let mut world = World::released();
        let first = last(&world).expect("a release");
        assert_eq!(first.commits, 0);
        world.write(&[("a/src/lib.rs", "1")]);
        world.commit("fix: one");
        world.write(&[("a/src/lib.rs", "2")]);
        world.commit("fix: two");
        assert_eq!(last(&world), Some(LastRelease { commits: 2, ..first }));
        world.edit("a/Cargo.toml", "0.1.0", "0.1.1");
        world.commit("chore: release");
        world.tag("a-v0.1.1");
        let second = last(&world).expect("a release");
        assert_eq!((second.commits, second.at > first.at), (0, true));
    }

    #[test]
    fn without_a_release_there_is_no_last_one() {
        let mut world = World::new(&[
            ("Cargo.toml", "[package]\nname = 'a'\nversion = '0.1.0'\n"),
            ("src/lib.rs", ""),
        ]);
        world.commit("feat: all of it");
        assert_eq!(last(&world), None);
    }
}
