//! Whose registry answers can matter to a request.

use super::Request;
use crate::model::{EdgeKind, Package, PackageName, Workspace};
use crate::policy::Policy;
use std::collections::BTreeSet;

/// The members of which the registry has to say what it holds, for this request.
///
/// Those that may be released of their own accord, what those need, who needs any of these, and
/// whoever moves with one of them; each as far as it goes. Nobody else can move, be needed by what
/// moves, or be named for having to follow, so [`super::decide`] looks at no other answer.
#[must_use]
pub fn concerned(
    workspace: &Workspace,
    policy: &Policy,
    request: &Request,
) -> BTreeSet<PackageName> {
    let starts = |package: &&Package| {
        let name = &package.name;
        match request.only.as_slice() {
            [] => !policy.held.contains(name) && !request.exclude.contains(name),
            only => only.contains(name),
        }
    };
    let mut reach = Reach { workspace, policy, found: BTreeSet::new() };
    let mut start: Vec<&Package> = workspace.publishable().filter(starts).collect();
    while !start.is_empty() {
        reach.needs(start);
        reach.dependents();
        start = reach.companions();
    }
    let publishable = |name: &&PackageName| workspace.packages[*name].is_publishable();
    reach.found.into_iter().filter(publishable).cloned().collect()
}

/// The members reached so far.
struct Reach<'a> {
    workspace: &'a Workspace,
    policy: &'a Policy,
    found: BTreeSet<&'a PackageName>,
}

impl<'a> Reach<'a> {
    /// Adds these and everything that they need, for whatever purpose.
    fn needs(&mut self, mut open: Vec<&'a Package>) {
        while let Some(package) = open.pop() {
            if self.found.insert(&package.name) {
                let to =
                    package.edges.iter().filter_map(|edge| self.workspace.packages.get(&edge.to));
                open.extend(to);
            }
        }
    }

    /// Adds everybody who may have to follow one of those that are there.
    fn dependents(&mut self) {
        loop {
            let follows = |package: &&Package| {
                let mut edges = package.edges.iter().filter(|edge| edge.kind != EdgeKind::Dev);
                !self.found.contains(&package.name) && edges.any(|e| self.found.contains(&e.to))
            };
            let next: Vec<&Package> = self.workspace.packages.values().filter(follows).collect();
            if next.is_empty() {
                return;
            }
            self.found.extend(next.into_iter().map(|package| &package.name));
        }
    }

    /// Those that move with one that is there, and are not there yet.
    fn companions(&self) -> Vec<&'a Package> {
        let inheriting = self.workspace.packages.values().filter(|it| it.inherits_version);
        let by_nature: BTreeSet<&PackageName> = inheriting.map(|package| &package.name).collect();
        let by_policy = self.policy.groups.iter().map(|group| group.packages.iter().collect());
        let tied = by_policy.chain([by_nature]);
        let reached = tied.filter(|names: &BTreeSet<_>| !names.is_disjoint(&self.found));
        let missing: BTreeSet<&PackageName> =
            reached.flatten().filter(|name| !self.found.contains(*name)).collect();
        missing.into_iter().filter_map(|name| self.workspace.packages.get(name)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::super::decided::decide_knowing;
    use super::super::notation::{request, world};
    use super::super::oracle::worlds;
    use super::super::{Note, decide};
    use super::*;
    use proptest::prelude::*;

    #[track_caller]
    fn check(packages: &str, asked: &str, expected: &str) {
        let (facts, mut policy) = world(packages, "");
        let request = request(asked, &mut policy);
        let found = concerned(&facts.workspace, &policy, &request);
        let found: Vec<&str> = found.iter().map(PackageName::as_str).collect();
        assert_eq!(found.join(" "), expected, "{packages} {asked}");
    }

    #[test]
    fn without_a_selection_everybody_matters_who_can_move_or_is_needed() {
        let all = "a 1.0.0; b 1.0.0 held -> a ^1; c 1.0.0 held; d 1.0.0 unpublishable -> a ^1";
        check(all, "", "a b");
        check("a 1.0.0 -> b ^1; b 1.0.0 held -> c ^1; c 1.0.0 held", "", "a b c");
        check("a 1.0.0; b 1.0.0", "-x b", "a");
    }

    #[test]
    fn a_selection_concerns_what_it_needs_and_who_needs_that() {
        let chain = "a 1.0.0; b 1.0.0 -> a ^1; c 1.0.0 -> b ^1; x 1.0.0; y 1.0.0 -> x ^1";
        check(chain, "-p b", "a b c");
        check(chain, "-p x", "x y");
        check("a 1.0.0 -dev-> t ^1; t 1.0.0; u 1.0.0 -dev-> a ^1", "-p a", "a t");
        check("a 1.0.0 inherits; b 1.0.0 inherits -> c ^1; c 1.0.0; d 1.0.0", "-p a", "a b c");
    }

    /// The package that a note is about.
    fn about(note: &Note) -> &PackageName {
        match note {
            Note::RaisedTooLittle { package, .. }
            | Note::AskedTooLittle { package, .. }
            | Note::Downgrade { package, .. }
            | Note::TaggedNeverPublished { package, .. }
            | Note::VersionExists { package, .. }
            | Note::WouldFollow { package, .. }
            | Note::BumpIgnored { package, .. }
            | Note::BeyondLine { package, .. }
            | Note::SelectionIgnored { package, .. }
            | Note::ExclusionOverruled { package }
            | Note::NothingToFinish { package }
            | Note::LineGoesDown { package, .. }
            | Note::ChangesetMissing { package }
            | Note::ChangesetIdle { package, .. }
            | Note::LineIgnored { package }
            | Note::FinishedOnPreRelease { package, .. }
            | Note::RegistryUnreachable { package, .. }
            | Note::TagMissing { package, .. }
            | Note::LevelGuessed { package } => package,
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn knowing_everything_changes_no_decision(
            (packages, happened, options) in worlds(),
            chosen in 0..9_usize,
            kept_out in 0..9_usize,
        ) {
            let (facts, mut policy) = world(&packages, &happened);
            let mut request = request(&options, &mut policy);
            let names: Vec<&PackageName> = facts.workspace.packages.keys().collect();
            match chosen {
                0 => request.exclude.push(names[kept_out % names.len()].clone()),
                _ => request.only.push(names[chosen % names.len()].clone()),
            }
            let mut found = decide(&facts, &policy, &request).expect("a decision");
            let all = facts.published.keys().cloned().collect();
            let mut whole = decide_knowing(&facts, &policy, &request, all);
            let concerned = found.concerned.clone();
            for decided in [&mut found, &mut whole] {
                decided.notes.retain(|note| concerned.contains(about(note)));
            }
            prop_assert_eq!(&found.decisions, &whole.decisions);
            prop_assert_eq!(&found.notes, &whole.notes);
            prop_assert_eq!(&found.shared, &whole.shared);
        }
    }
}
