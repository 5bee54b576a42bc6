//! A release that is half out: its versions stand in the manifests, and the registry has some of
//! them and not the others.
//!
//! Another tool left it so, or this one in a repository whose journal is lost. It is finished before
//! anything else: exactly what is missing goes out, at the versions that are there. The evidence is
//! a commit. Either a published package names it, and the others had their versions there already;
//! or a tag names it for a version that nobody has.

use super::standing::{Ground, Standing};
use super::{Decided, Decision, Note, Reason, Request, rules};
use crate::facts::{Baseline, BaselineSource, Facts, History, Published, PublishedVersion};
use crate::model::{EdgeKind, Oid, Package, PackageName, Version};
use std::collections::{BTreeMap, BTreeSet};

/// A release that is half out.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct HalfOut {
    /// What is published of it, and from which commit.
    pub out: BTreeMap<PackageName, Oid>,
    /// What is not, and the commit at which its version stood already.
    pub missing: BTreeMap<PackageName, Oid>,
}

/// The version in a manifest, as the registry has it.
pub(crate) struct There<'a> {
    pub(crate) package: &'a Package,
    pub(crate) entry: &'a PublishedVersion,
    /// The release, where the commit is known and had this version.
    pub(crate) from: Option<&'a Baseline>,
}

/// The member at its manifest's version, if that is published and was not taken back.
pub(crate) fn there<'a>(facts: &'a Facts, package: &'a Package) -> Option<There<'a>> {
    let entry = facts.published.get(&package.name)?.version(&package.version)?;
    let history = facts.history.get(&package.name);
    let baseline = history.and_then(|history| history.baseline.as_ref());
    let is_it = |it: &&Baseline| it.version.cmp_precedence(&package.version).is_eq();
    let from = baseline.filter(is_it).filter(|it| {
        it.source != BaselineSource::VcsInfo
            || history.is_some_and(|history| history.stands_at.contains(&it.oid))
    });
    (!entry.yanked).then_some(There { package, entry, from })
}

/// Whether nothing is asked for but a release: who names packages or versions means something else.
pub(super) fn is_plain(request: &Request) -> bool {
    *request == Request::default()
}

/// The release that is half out, if there is one.
pub(super) fn find(
    facts: &Facts,
    standings: &BTreeMap<&PackageName, Standing<'_>>,
) -> Option<HalfOut> {
    let published: Vec<There<'_>> =
        facts.workspace.publishable().filter_map(|package| there(facts, package)).collect();
    let out = published.iter().filter(|there| is_evidence(there)).filter_map(commit);
    let evidence: BTreeSet<&Oid> = out.chain(tagged_together(standings, facts)).collect();
    let is_first = |there: &There<'_>| {
        facts.published.get(&there.package.name).is_some_and(|it| it.versions().len() == 1)
    };
    // Who had its version before the commit that brought a release was passed over by that one, and
    // waits for its own time.
    let brought = published.iter().filter(|it| !is_first(it)).filter(|it| {
        let before = facts.history.get(&it.package.name).map(|history| &history.stood_before);
        commit(it).is_some_and(|oid| before.is_some_and(|before| !before.contains(oid)))
    });
    let brought: BTreeSet<&Oid> = brought.filter_map(commit).collect();
    let is_passed_over =
        |history: &History| history.stood_before.iter().any(|oid| brought.contains(oid));
    let mut missing = BTreeMap::new();
    for (name, standing) in standings.iter().filter(|(_, standing)| !standing.held) {
        let history = facts.history.get(*name)?;
        let since = missing_since(standing, history, &evidence);
        if let Some(commit) = since.filter(|_| !is_passed_over(history)) {
            missing.insert((*name).clone(), commit);
        }
    }
    // A first release that stopped has nothing but new packages; one that is new beside old ones
    // may have waited for its time for long.
    let is_all_new = published.iter().all(is_first);
    let firsts = published.iter().filter(|it| is_all_new && is_untagged(it)).filter_map(commit);
    let firsts: BTreeSet<&Oid> = firsts.collect();
    let raised: BTreeSet<Oid> = missing.values().cloned().collect();
    for (name, standing) in standings.iter().filter(|(_, standing)| !standing.held) {
        let stands_at = &facts.history.get(*name)?.stands_at;
        let among = stands_at.iter().find(|oid| firsts.contains(oid) || raised.contains(*oid));
        if let (Ground::New, Some(commit)) = (&standing.ground, among) {
            missing.insert((*name).clone(), commit.clone());
        }
    }
    // What the missing ones need goes with them.
    let mut open: Vec<PackageName> = missing.keys().cloned().collect();
    while let Some(name) = open.pop() {
        let commit = missing[&name].clone();
        let is_absent = |needed: &&PackageName| {
            standings.get(*needed).is_some_and(|it| !it.held && is_absent(it))
        };
        for needed in needs(facts, &name).filter(is_absent).cloned().collect::<Vec<_>>() {
            if !missing.contains_key(&needed) {
                missing.insert(needed.clone(), commit.clone());
                open.push(needed);
            }
        }
    }
    let commits: BTreeSet<&Oid> = missing.values().collect();
    let of_it = published.iter().filter(|it| commit(it).is_some_and(|oid| commits.contains(oid)));
    let out = of_it.filter_map(|it| Some((it.package.name.clone(), commit(it)?.clone())));
    let out: BTreeMap<PackageName, Oid> = out.collect();
    (!missing.is_empty()).then_some(HalfOut { out, missing })
}

/// The commits that are tagged for several versions which the registry does not have: a tool that
/// tags first was stopped before it published any.
fn tagged_together<'a>(
    standings: &BTreeMap<&PackageName, Standing<'_>>,
    facts: &'a Facts,
) -> impl Iterator<Item = &'a Oid> {
    let mut tagged: BTreeMap<&Oid, usize> = BTreeMap::new();
    let unpublished = standings.iter().filter(|(_, it)| matches!(it.ground, Ground::Tagged { .. }));
    for (name, _) in unpublished {
        let baseline = facts.history.get(*name).and_then(|history| history.baseline.as_ref());
        *tagged.entry(baseline.map(|it| &it.oid).expect("it is tagged")).or_default() += 1;
    }
    tagged.into_iter().filter(|(_, count)| *count > 1).map(|(oid, _)| oid)
}

/// The normal and build dependencies of a member.
fn needs<'a>(facts: &'a Facts, name: &PackageName) -> impl Iterator<Item = &'a PackageName> {
    let edges = facts.workspace.packages.get(name).into_iter().flat_map(|package| &package.edges);
    edges.filter(|edge| edge.kind != EdgeKind::Dev).map(|edge| &edge.to)
}

/// Whether the registry answers and does not have the version of the manifest.
fn is_absent(standing: &Standing<'_>) -> bool {
    matches!(standing.published, Published::Known(_))
        && standing.published.version(&standing.package.version).is_none()
}

fn commit<'a>(there: &There<'a>) -> Option<&'a Oid> {
    there.from.map(|from| &from.oid)
}

fn is_untagged(there: &There<'_>) -> bool {
    there.from.is_some_and(|from| from.source == BaselineSource::VcsInfo)
}

/// Whether others may be missing beside it. What this program tagged was whole.
fn is_evidence(there: &There<'_>) -> bool {
    is_untagged(there) || there.from.is_some_and(|from| !from.is_own)
}

/// The commit at which a version stood that the registry does not have.
fn missing_since(
    standing: &Standing<'_>,
    history: &History,
    evidence: &BTreeSet<&Oid>,
) -> Option<Oid> {
    let manifest = &standing.package.version;
    if !is_absent(standing) {
        return None;
    }
    match &standing.ground {
        // What changed since the tag would not be what the tag says.
        Ground::Tagged { version, .. } if version == manifest && standing.change.is_none() => {
            let tagged = &history.baseline.as_ref()?.oid;
            let is_so = history.stands_at.contains(tagged) && evidence.contains(tagged);
            is_so.then(|| tagged.clone())
        }
        Ground::Released(_) if standing.is_raised() => {
            history.stands_at.iter().find(|oid| evidence.contains(oid)).cloned()
        }
        _ => None,
    }
}

impl HalfOut {
    /// What is decided when nothing but this is finished; `ordinary` is what would be otherwise.
    pub(super) fn instead_of(
        self,
        ordinary: Decided,
        facts: &Facts,
        standings: &BTreeMap<&PackageName, Standing<'_>>,
    ) -> Decided {
        let decisions = self.missing.iter().map(|(name, commit)| {
            let standing = &standings[name];
            let reason = self.reason(standing, commit);
            super::decided::decision(standing, standing.package.version.clone(), vec![reason])
        });
        let decisions: Vec<Decision> = decisions.collect();
        let mut stay: BTreeMap<PackageName, Vec<Reason>> = ordinary.unchanged.into_iter().collect();
        for decision in ordinary.decisions {
            let text = "waits until the release that is half out is finished";
            stay.insert(decision.package, vec![Reason::new(rules::WAITS_FOR_HALF_OUT, text)]);
        }
        for (name, commit) in &self.out {
            let version = &facts.workspace.packages[name].version;
            let text = format!("{version} is published already, from {}", commit.short(7));
            stay.insert(name.clone(), vec![Reason::new(rules::OUT_ALREADY, text)]);
        }
        stay.retain(|name, _| !self.missing.contains_key(name));
        let is_of_facts = |note: &Note| {
            matches!(note, Note::RegistryUnreachable { .. } | Note::TagMissing { .. })
        };
        Decided {
            decisions,
            unchanged: stay.into_iter().collect(),
            notes: ordinary.notes.into_iter().filter(is_of_facts).collect(),
            shared: None,
            concerned: ordinary.concerned,
            half_out: Some(self),
        }
    }

    fn reason(&self, standing: &Standing<'_>, commit: &Oid) -> Reason {
        if let Ground::Tagged { version, tag, .. } = &standing.ground {
            let text = format!("tagged as `{tag}`, and the registry does not have {version}");
            return Reason::new(rules::TAGGED_NEVER_PUBLISHED, text);
        }
        let version = &standing.package.version;
        let beside = self.out.iter().find(|(_, from)| *from == commit).map(|(name, _)| name);
        let beside =
            beside.map_or_else(String::new, |name| format!(", which {name} went out from"));
        let text = format!("it stood at {version} in {} already{beside}", commit.short(7));
        Reason::new(rules::HALF_OUT, text)
    }
}

/// The published versions that these packages are built on and of which nobody knows the commit,
/// or that their commit did not have, although releases of them are known: somebody else may have taken the number.
pub(crate) fn doubtful<'a>(facts: &'a Facts, released: &BTreeSet<PackageName>) -> Vec<There<'a>> {
    let needed = released.iter().flat_map(|name| needs(facts, name));
    let needed: BTreeSet<&PackageName> = needed.filter(|name| !released.contains(*name)).collect();
    let members = needed.into_iter().filter_map(|name| facts.workspace.packages.get(name));
    let published = members.filter_map(|package| there(facts, package));
    let is_raised = |there: &There<'_>| {
        let history = facts.history.get(&there.package.name);
        let before = history.and_then(|history| history.baseline.as_ref()).map(|it| &it.version);
        before.is_some_and(|before: &Version| before <= &there.package.version)
    };
    published.filter(|there| there.from.is_none() && is_raised(there)).collect()
}
