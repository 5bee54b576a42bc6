//! What a release takes from the number of uploads that a registry allows one user.

use super::Planned;
use crate::model::RegistryName;
use crate::policy::{Limit, Policy};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// The uploads of one kind to one registry that limits them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Budget {
    pub registry: RegistryName,
    pub kind: BudgetKind,
    /// How many of them the plan has.
    pub uploads: u32,
    /// How many the registry takes at once when none was sent for long.
    pub at_once: u32,
    /// After how many seconds it takes one more.
    pub then_every_seconds: u64,
}

/// What registries count apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum BudgetKind {
    /// Versions of packages that the registry has.
    Updates,
    /// Packages that are new to it.
    NewPackages,
}

/// The budgets that these packages take from: by registry, updates before new packages. Registries
/// of which nobody said that they limit uploads have none.
#[must_use]
pub fn budgets(packages: &[Planned], policy: &Policy) -> Vec<Budget> {
    let sent = || packages.iter().filter(|planned| planned.publish);
    let registries: BTreeSet<&RegistryName> = sent().map(|planned| &planned.registry).collect();
    let both = |registry| {
        let kinds = [
            (BudgetKind::Updates, policy.updates(registry)),
            (BudgetKind::NewPackages, policy.new_packages(registry)),
        ];
        kinds.map(|(kind, limit)| (registry, kind, limit))
    };
    let budget = |(registry, kind, limit): (&RegistryName, BudgetKind, Option<Limit>)| {
        let Limit { at_once, then_every } = limit?;
        let is_new = kind == BudgetKind::NewPackages;
        let ours = sent().filter(|it| it.registry == *registry && it.new == is_new).count();
        let uploads = u32::try_from(ours).unwrap_or(u32::MAX);
        let registry = registry.clone();
        let then_every_seconds = then_every.as_secs();
        (uploads > 0).then_some(Budget { registry, kind, uploads, at_once, then_every_seconds })
    };
    registries.into_iter().flat_map(both).filter_map(budget).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::sample::{BREAK, CHAIN, plan};
    use crate::policy::RegistryPolicy;
    use std::time::Duration;

    fn told(budgets: &[Budget]) -> Vec<String> {
        let line = |it: &Budget| {
            let every = it.then_every_seconds;
            format!("{:?} {} of {} and one in {every} s", it.kind, it.uploads, it.at_once)
        };
        budgets.iter().map(line).collect()
    }

    #[test]
    fn new_packages_and_updates_have_budgets_of_their_own() {
        let (_, plan) = plan(CHAIN, BREAK);
        let packages = |updates: usize, new: usize| {
            let one = |new| Planned { new, ..plan.packages[0].clone() };
            let all = [false].repeat(updates).into_iter().chain([true].repeat(new));
            all.map(one).collect::<Vec<_>>()
        };
        let usual = Policy::default();
        let table = [
            ((40, 0), vec!["Updates 40 of 30 and one in 60 s"]),
            ((0, 7), vec!["NewPackages 7 of 5 and one in 600 s"]),
            (
                (1, 1),
                vec!["Updates 1 of 30 and one in 60 s", "NewPackages 1 of 5 and one in 600 s"],
            ),
            ((0, 0), vec![]),
        ];
        for ((updates, new), expected) in table {
            assert_eq!(told(&budgets(&packages(updates, new), &usual)), expected);
        }
        let limit = Limit { at_once: 50, then_every: Duration::from_secs(10) };
        let own = RegistryPolicy { updates: Some(limit), ..RegistryPolicy::default() };
        let registries = [(RegistryName::crates_io(), own)].into();
        let raised = Policy { registries, ..Policy::default() };
        assert_eq!(told(&budgets(&packages(52, 0), &raised)), ["Updates 52 of 50 and one in 10 s"]);
    }

    #[test]
    fn a_registry_of_which_nobody_said_it_limits_has_no_budget() {
        let (_, mut plan) = plan(CHAIN, BREAK);
        let registry = RegistryName::new("inner").expect("a name");
        plan.packages.iter_mut().for_each(|it| it.registry = registry.clone());
        assert_eq!(budgets(&plan.packages, &Policy::default()), []);
    }
}
