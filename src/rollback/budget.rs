//! What a rollback takes from the number of yanks that a registry allows one user.

use super::Item;
use crate::model::RegistryName;
use crate::policy::Policy;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// The yanks, or unyanks, on one registry that limits them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct YankBudget {
    pub registry: RegistryName,
    /// How many of them the rollback has.
    pub yanks: u32,
    /// How many the registry takes at once when none was sent for long.
    pub at_once: u32,
    /// After how many seconds it takes one more.
    pub then_every_seconds: u64,
    /// How many seconds it makes the rollback wait at least.
    pub waits_seconds: u64,
}

/// The budgets that these versions take from, by registry; `is_left` says of a version whether it
/// is still to be changed. Registries of which nobody said that they limit yanks have none.
pub(super) fn budgets(
    items: &[Item],
    policy: &Policy,
    is_left: impl Fn(&Item) -> bool,
) -> Vec<YankBudget> {
    let mut yanks: BTreeMap<&RegistryName, u32> = BTreeMap::new();
    for item in items.iter().filter(|item| is_left(item)) {
        *yanks.entry(&item.upload.registry).or_default() += 1;
    }
    let budget = |(registry, yanks): (&RegistryName, u32)| {
        let limit = policy.yanks(registry)?;
        let then_every_seconds = limit.then_every.as_secs();
        Some(YankBudget {
            registry: registry.clone(),
            yanks,
            at_once: limit.at_once,
            then_every_seconds,
            waits_seconds: u64::from(yanks.saturating_sub(limit.at_once)) * then_every_seconds,
        })
    };
    yanks.into_iter().filter_map(budget).collect()
}
