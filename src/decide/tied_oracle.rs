//! Random workspaces with groups and lines of pre-releases, and what must hold of their versions,
//! computed another way than the code.

use super::notation::{name, request, world};
use super::oracle::{Outcome, is_break, leading, needs, worlds};
use super::{Decided, decide};
use crate::facts::Facts;
use crate::model::{PackageName, Version};
use crate::policy::Policy;
use proptest::prelude::*;
use std::collections::{BTreeMap, BTreeSet};

/// A world in which everything was released, and the members of its only group.
fn tied() -> impl Strategy<Value = (String, String, String, BTreeSet<usize>)> {
    (worlds(), prop::collection::btree_set(0..8_usize, 2..5)).prop_map(
        |((packages, happened, options), members)| {
            let count = packages.split(';').count();
            let members = members.into_iter().filter(|member| *member < count).collect();
            (packages.replace(" new", ""), happened, options, members)
        },
    )
}

fn named(kind: &str, members: &BTreeSet<usize>) -> String {
    let names: Vec<String> = members.iter().map(|member| format!("p{member}")).collect();
    if names.is_empty() { String::new() } else { format!("{kind}:g={}", names.join(",")) }
}

fn made(packages: &str, happened: &str, options: &str) -> (Facts, Policy, Decided) {
    let (facts, mut policy) = world(packages, happened);
    let request = request(options, &mut policy);
    let decided = decide(&facts, &policy, &request).expect("no name is unknown");
    (facts, policy, decided)
}

/// What happened to a package by itself.
fn own<'a>(happened: &'a str, package: &PackageName) -> Option<&'a str> {
    happened.lines().find_map(|line| line.strip_prefix(&format!("{package}: ")))
}

fn versions(decided: &Decided) -> BTreeMap<&PackageName, &Version> {
    decided.decisions.iter().map(|decision| (&decision.package, &decision.to)).collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_group_shares_the_version_that_its_weightiest_change_needs(
        (packages, happened, options, members) in tied(),
        is_fixed in any::<bool>(),
    ) {
        let tie = named(if is_fixed { "fixed" } else { "linked" }, &members);
        let (facts, policy, decided) = made(&packages, &happened, &format!("{options} {tie}"));
        let all = &facts.workspace.packages;
        let outcome = Outcome::of(all, &policy, &decided);
        let group: Vec<_> = members
            .iter()
            .map(|member| &all[&name(&format!("p{member}"))])
            .filter(|package| package.is_publishable())
            .collect();
        let moved: Vec<_> =
            group.iter().filter(|of| outcome.released.contains_key(&of.name)).collect();
        let is_cause = |package: &&crate::model::Package| {
            package.is_publishable()
                && (own(&happened, &package.name).is_some() || outcome.is_forced(package))
        };
        for package in all.values() {
            let in_group = group.iter().any(|of| of.name == package.name);
            let is_taken = is_fixed && in_group && group.iter().any(is_cause);
            let moves = outcome.released.contains_key(&package.name);
            // Who is where its group goes already stays.
            let is_there = || moved.iter().any(|of| *outcome.released[&of.name].1 == package.version);
            let expected = is_cause(&package) || (is_taken && !is_there());
            prop_assert_eq!(moves, expected, "{}", &package.name);
        }
        let Some(first) = moved.first() else { return Ok(()) };
        let to = outcome.released[&first.name].1;
        prop_assert!(moved.iter().all(|of| outcome.released[&of.name].1 == to));
        let last = group.iter().map(|of| &of.version).max().expect("one moved");
        prop_assert!(to > last);
        let says = |text: &str| moved.iter().any(|of| own(&happened, &of.name) == Some(text));
        let breaks = says("feat!: it") || moved.iter().any(|of| outcome.is_exposed(of));
        if breaks {
            prop_assert!(is_break(last, to), "{last} {to}");
        } else if leading(last) < 2 {
            let minor = policy.features_move_minor && says("feat: it") && last.major == 0;
            prop_assert_eq!(is_break(last, to), minor, "{} {}", last, to);
            prop_assert!(last.major == 0 || (to.minor > last.minor) == says("feat: it"));
        }
    }

    #[test]
    fn a_selection_brings_a_fixed_group_to_where_it_would_go_with_everything(
        (packages, happened, options, members) in tied(),
        chosen in 0..8_usize,
    ) {
        let options = format!("{options} {}", named("fixed", &members));
        let (facts, policy, all) = made(&packages, &happened, &options);
        let outcome = Outcome::of(&facts.workspace.packages, &policy, &all);
        // A new number alone is nothing that anybody was built with.
        let is_needed = |name: &PackageName| {
            let package = &facts.workspace.packages[name];
            own(&happened, name).is_some() || outcome.is_forced(package)
        };
        if members.is_empty() || !outcome.released.keys().all(|name| is_needed(name)) {
            return Ok(());
        }
        let chosen = name(&format!("p{}", chosen % facts.workspace.packages.len()));
        let (_, _, decided) = made(&packages, &happened, &format!("{options} -p {chosen}"));
        let (all, one) = (versions(&all), versions(&decided));
        prop_assert_eq!(one.get(&chosen), all.get(&chosen));
        for (package, to) in one {
            prop_assert_eq!(Some(&to), all.get(package), "{}", package);
        }
    }

    #[test]
    fn every_reason_leads_back_to_a_package_that_moves_by_itself(
        (packages, happened, options, members) in tied(),
        is_fixed in any::<bool>(),
        on_line in any::<bool>(),
        chosen in 0..16_usize,
    ) {
        let tie = named(if is_fixed { "fixed" } else { "linked" }, &members);
        let line = if on_line { "pre:rc" } else { "" };
        let only = if chosen < packages.split(';').count() { format!("-p p{chosen}") } else { String::new() };
        let (facts, _, decided) =
            made(&packages, &happened, &format!("{options} {tie} {line} {only}"));
        // Where members of a group need each other, one may move the other in a circle.
        let all = &facts.workspace.packages;
        let group: BTreeSet<PackageName> =
            members.iter().map(|member| name(&format!("p{member}"))).collect();
        if group.iter().any(|of| needs(all, of).iter().any(|it| it != of && group.contains(it))) {
            return Ok(());
        }
        for decision in &decided.decisions {
            prop_assert!(!decision.reasons.is_empty(), "{}", &decision.package);
            for reason in &decision.reasons {
                for name in &reason.because {
                    prop_assert!(decided.decisions.iter().any(|d| d.package == *name), "{}", name);
                }
                let Some(root) = reason.because.last() else { continue };
                // Those of a group that move the others stand side by side, not in a chain.
                if reason.rule.ends_with("-group") && reason.because.len() > 1 {
                    continue;
                }
                let is_own = own(&happened, root).is_some();
                let is_needed = reason.rule == "needed-by-selected";
                prop_assert!(is_own || is_needed, "{} {} {}", &decision.package, &reason.rule, root);
            }
        }
    }

    #[test]
    fn a_line_changes_no_number_by_itself_and_only_brings_who_must_name_a_pre_release(
        (packages, happened, options, members) in tied(),
        is_fixed in any::<bool>(),
    ) {
        let tie = named(if is_fixed { "fixed" } else { "linked" }, &members);
        let options = format!("{options} {tie}");
        let (_, _, plain) = made(&packages, &happened, &options);
        let (facts, policy, lined) = made(&packages, &happened, &format!("{options} pre:rc"));
        let (plain, on_line) = (versions(&plain), versions(&lined));
        for (package, to) in &on_line {
            prop_assert_eq!(to.pre.as_str(), "rc.1", "{}", package);
            let base = Version::new(to.major, to.minor, to.patch);
            if let Some(release) = plain.get(package) {
                // Whoever comes along may need more of its group than the others did.
                let alone = plain.len() == on_line.len();
                prop_assert!(base == **release || !alone && base > **release, "{} {}", package, to);
            }
        }
        prop_assert!(plain.keys().all(|package| on_line.contains_key(package)));
        let outcome = Outcome::of(&facts.workspace.packages, &policy, &lined);
        let in_group = |name: &PackageName| {
            is_fixed && members.iter().any(|member| name.as_str() == format!("p{member}"))
        };
        for package in on_line.keys().filter(|package| !plain.contains_key(**package)) {
            let forced = outcome.is_forced(&facts.workspace.packages[*package]);
            prop_assert!(forced || in_group(package), "{package}");
        }
    }

    #[test]
    fn finishing_gives_every_package_on_a_line_its_release_and_nobody_else_anything(
        (packages, happened, options, _) in tied(),
    ) {
        let (_, _, lined) = made(&packages, &happened, &format!("{options} pre:rc"));
        let line = versions(&lined);
        // The world after that release: no change is left, and requirements name what is there.
        let after: Vec<String> = packages
            .split(';')
            .map(|package| {
                let mut words = package.split_whitespace();
                let (own, version) = (words.next().expect("a name"), words.next().expect("one"));
                let flags: Vec<&str> =
                    words.take_while(|word| !word.ends_with('>')).collect();
                match line.get(&name(own)) {
                    Some(to) => format!("{own} {to} published={version},{to} {}", flags.join(" ")),
                    None => format!("{own} {version} {}", flags.join(" ")),
                }
            })
            .collect();
        let (_, _, finished) = made(&after.join("; "), "", "finish");
        let releases: BTreeMap<&PackageName, Version> = line
            .iter()
            .map(|(name, to)| (*name, Version::new(to.major, to.minor, to.patch)))
            .collect();
        let finished: BTreeMap<&PackageName, Version> =
            versions(&finished).into_iter().map(|(name, to)| (name, to.clone())).collect();
        prop_assert_eq!(finished, releases);
    }

    #[test]
    fn a_line_goes_on_from_its_last_stable_release(
        (packages, happened, options, _) in tied(),
        later in prop::collection::vec(0..6_usize, 8),
    ) {
        let (_, _, lined) = made(&packages, &happened, &format!("{options} pre:rc"));
        let line = versions(&lined);
        let after: Vec<String> = packages.split(';').map(|text| on_line(text, &line)).collect();
        let again: Vec<String> = later
            .iter()
            .enumerate()
            .filter(|(index, _)| *index < after.len())
            .filter_map(|(index, which)| {
                let said = ["fix: it", "feat: it", "feat!: it"].get(*which)?;
                Some(format!("p{index}: {said}"))
            })
            .collect();
        let again = again.join("\n");
        let (facts, policy, decided) = made(&after.join("; "), &again, &options);
        let outcome = Outcome::of(&facts.workspace.packages, &policy, &decided);
        for package in facts.workspace.packages.values().filter(|of| of.is_publishable()) {
            let said = own(&again, &package.name);
            let moves = outcome.released.contains_key(&package.name);
            prop_assert_eq!(moves, said.is_some() || outcome.is_forced(package), "{}", &package.name);
            let (Some(last), true) = (line.get(&package.name), moves) else { continue };
            let to = outcome.released[&package.name].1;
            let first = &facts.published[&package.name].versions()[0].version;
            let base = |version: &Version| Version::new(version.major, version.minor, version.patch);
            let (old, new) = (base(last), base(to));
            let number = if old == new { "rc.2" } else { "rc.1" };
            prop_assert_eq!(to.pre.as_str(), number, "{} {} {}", &package.name, last, to);
            let breaks = said == Some("feat!: it") || outcome.is_exposed(package);
            let minor = said == Some("feat: it") && leading(first) < 2
                && (first.major > 0 || policy.features_move_minor);
            // The base is raised when, and only when, the line does not hold that much yet.
            let is_short = |version: &Version| {
                let minors = (version.major, version.minor) == (first.major, first.minor);
                (breaks && !is_break(first, version)) || (minor && minors)
            };
            prop_assert_eq!(old != new, is_short(&old), "{} {} {}", &package.name, last, to);
            prop_assert!(!is_short(&new), "{} {} {}", &package.name, last, to);
        }
    }
}

/// A package of the notation after its release on the line: what it requires names what is there.
fn on_line(text: &str, line: &BTreeMap<&PackageName, &Version>) -> String {
    let mut words: Vec<String> = text.split_whitespace().map(str::to_owned).collect();
    let arrows: Vec<usize> =
        (0..words.len()).filter(|index| words[*index].ends_with('>')).collect();
    for at in arrows {
        if let Some(to) = line.get(&name(&words[at + 1])) {
            let operator: String =
                words[at + 2].chars().take_while(|c| !c.is_ascii_digit()).collect();
            words[at + 2] = format!("{operator}{to}");
        }
    }
    if let Some(to) = line.get(&name(&words[0])) {
        words[1] = format!("{to} published={},{to}", words[1]);
    }
    words.join(" ")
}
