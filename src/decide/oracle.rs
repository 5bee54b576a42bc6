//! Random workspaces, and what must hold for every decision, computed another way than the code.

use super::notation::{name, request, world};
use super::{Decided, decide};
use crate::model::{EdgeKind, Package, PackageName, Version};
use crate::policy::{Policy, Propagate};
use proptest::prelude::*;
use std::collections::{BTreeMap, BTreeSet};

const VERSIONS: [&str; 6] = ["0.0.3", "0.1.0", "0.4.2", "1.0.0", "1.2.3", "4.0.0"];
const MESSAGES: [&str; 4] = ["", "fix: it", "feat: it", "feat!: it"];

/// The notation of a workspace and of what happened in it, and options.
pub(crate) fn worlds() -> impl Strategy<Value = (String, String, String)> {
    let package =
        (0..VERSIONS.len(), 0..12_usize, prop::collection::vec((0..8_usize, 0..30_usize), 0..4));
    let packages = prop::collection::vec((package, 0..9_usize), 1..9);
    (packages, any::<bool>(), any::<bool>()).prop_map(|(packages, always, minor)| {
        let mut texts = Vec::new();
        let mut happened = Vec::new();
        for (index, ((version, flags, edges), message)) in packages.iter().enumerate() {
            let mut text = format!("p{index} {}", VERSIONS[*version]);
            text.push_str(match flags {
                0 => " unpublishable",
                1 => " new",
                2 | 3 => " bin",
                _ => "",
            });
            for (to, form) in edges.iter().filter(|(to, _)| *to < index) {
                text.push_str(&edge(*to, VERSIONS[packages[*to].0.0], *form));
            }
            texts.push(text);
            if let Some(message) = MESSAGES.get(*message).filter(|message| !message.is_empty()) {
                happened.push(format!("p{index}: {message}"));
            }
        }
        let always = if always { "always" } else { "" };
        let minor = if minor { "minor" } else { "" };
        (texts.join("; "), happened.join("\n"), format!("{always} {minor}"))
    })
}

fn edge(to: usize, version: &str, form: usize) -> String {
    let arrow = ["->", "->", "->", "-build->", "-dev->", "-private->"][form % 6];
    let numbers: Vec<&str> = version.split('.').collect();
    let requirement = match form / 6 {
        0 => version.to_owned(),
        1 => format!("={version}"),
        2 => format!("~{version}"),
        3 => format!(">={version}"),
        _ => format!("{}.{}", numbers[0], numbers[1]),
    };
    format!(" {arrow} p{to} {requirement}")
}

/// The place of the leftmost number that is not zero, which is the one Cargo looks at.
pub(super) fn leading(version: &Version) -> usize {
    [version.major, version.minor].iter().position(|number| *number > 0).unwrap_or(2)
}

pub(super) fn is_break(from: &Version, to: &Version) -> bool {
    let numbers = |version: &Version| [version.major, version.minor, version.patch];
    let upto = leading(from);
    numbers(from)[..=upto] != numbers(to)[..=upto]
}

pub(super) struct Outcome<'a> {
    packages: &'a BTreeMap<PackageName, Package>,
    policy: &'a Policy,
    pub(super) released: BTreeMap<&'a PackageName, (&'a Version, &'a Version, bool)>,
}

impl<'a> Outcome<'a> {
    pub(super) fn of(
        packages: &'a BTreeMap<PackageName, Package>,
        policy: &'a Policy,
        decided: &'a Decided,
    ) -> Self {
        let decisions = decided.decisions.iter();
        let released = decisions.map(|d| (&d.package, (&d.from, &d.to, d.new))).collect();
        Self { packages, policy, released }
    }

    fn breaks(&self, name: &PackageName) -> bool {
        self.released.get(name).is_some_and(|(from, to, new)| !new && is_break(from, to))
    }

    /// Whether some released dependency forces `package` to follow.
    pub(super) fn is_forced(&self, package: &Package) -> bool {
        package.edges.iter().any(|edge| {
            let Some((_, to, _)) = self.released.get(&edge.to) else { return false };
            let always = self.policy.propagate == Propagate::Always;
            let matches = edge.requirement.as_ref().is_none_or(|req| req.matches(to));
            edge.kind != EdgeKind::Dev && (always || !matches)
        })
    }

    pub(super) fn is_exposed(&self, package: &Package) -> bool {
        package.has_library
            && package.edges.iter().any(|edge| {
                let key = (package.name.clone(), edge.to.clone());
                edge.kind == EdgeKind::Normal
                    && self.breaks(&edge.to)
                    && !self.policy.private_edges.contains(&key)
            })
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn everybody_who_must_follow_follows_and_nobody_else((packages, happened, options) in worlds()) {
        let (facts, mut policy) = world(&packages, &happened);
        let request = request(&options, &mut policy);
        let decided = decide(&facts, &policy, &request).expect("no name is unknown");
        let outcome = Outcome::of(&facts.workspace.packages, &policy, &decided);
        let said = |index: &str| {
            let line = happened.lines().find(|line| line.starts_with(index));
            line.map(|line| line.split_once(": ").expect("a message").1)
        };
        prop_assert_eq!(decided.decisions.len() + decided.unchanged.len(), outcome.packages.len());
        prop_assert!(decided.unchanged.iter().all(|(_, reasons)| !reasons.is_empty()));
        for package in outcome.packages.values() {
            let own = said(&format!("{}:", package.name));
            let new = packages.contains(&format!("{} {} new", package.name, package.version));
            let cause = new || own.is_some() || outcome.is_forced(package);
            let Some((from, to, _)) = outcome.released.get(&package.name) else {
                prop_assert!(!cause || !package.is_publishable(), "{} stays", package.name);
                continue;
            };
            prop_assert!(package.is_publishable() && cause, "{} moves", package.name);
            if new {
                prop_assert_eq!(from, to);
                continue;
            }
            prop_assert!(to > from);
            let breaking = own == Some("feat!: it") || outcome.is_exposed(package);
            let feature = own == Some("feat: it");
            if breaking {
                prop_assert!(is_break(from, to), "{} {from} {to}", package.name);
            } else if leading(from) < 2 {
                let raised = policy.features_move_minor && feature && from.major == 0;
                prop_assert_eq!(is_break(from, to), raised, "{} {} {}", &package.name, from, to);
                prop_assert!(from.major == 0 || (to.minor > from.minor) == feature);
            }
        }
    }

    #[test]
    fn every_reason_leads_back_to_a_package_with_reasons_of_its_own((packages, happened, options) in worlds()) {
        let (facts, mut policy) = world(&packages, &happened);
        let request = request(&options, &mut policy);
        let decided = decide(&facts, &policy, &request).expect("no name is unknown");
        for decision in &decided.decisions {
            prop_assert!(!decision.reasons.is_empty());
            for last in decision.reasons.iter().filter_map(|reason| reason.because.last()) {
                let root = decided.decisions.iter().find(|d| d.package == *last).expect("it moves");
                prop_assert!(root.reasons[0].because.is_empty(), "{last}");
            }
        }
        prop_assert_eq!(&decided, &decide(&facts, &policy, &request).expect("as before"));
    }

    #[test]
    fn a_selected_package_and_what_it_needs_go_out_as_they_would_with_everything(
        (packages, happened, options) in worlds(),
        chosen in 0..9_usize,
    ) {
        let (facts, mut policy) = world(&packages, &happened);
        let everything = request(&options, &mut policy);
        let all = decide(&facts, &policy, &everything).expect("known names");
        let mut one = everything;
        let chosen = name(&format!("p{}", chosen % facts.workspace.packages.len()));
        one.only.push(chosen.clone());
        let decided = decide(&facts, &policy, &one).expect("known names");
        let version = |of: &Decided, name: &PackageName| {
            of.decisions.iter().find(|d| d.package == *name).map(|d| d.to.clone())
        };
        prop_assert_eq!(version(&decided, &chosen), version(&all, &chosen));
        let needs = needs(&facts.workspace.packages, &chosen);
        for decision in &decided.decisions {
            prop_assert!(needs.contains(&decision.package), "{}", &decision.package);
            prop_assert_eq!(Some(decision.to.clone()), version(&all, &decision.package));
        }
    }
}

/// The package, and all that it needs to be built.
pub(super) fn needs(
    packages: &BTreeMap<PackageName, Package>,
    of: &PackageName,
) -> BTreeSet<PackageName> {
    let edges = packages[of].edges.iter().filter(|edge| edge.kind != EdgeKind::Dev);
    edges.flat_map(|edge| needs(packages, &edge.to)).chain([of.clone()]).collect()
}
