//! The kinds of members that a plan leaves as they are, for counting and naming them.

use super::{Plan, Unchanged};
use crate::decide::rules;
use std::collections::BTreeMap;
use std::fmt;

/// Why a member stays, by its weightiest reason; in the order in which people are told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Stay {
    /// It changed, and `--package` names others.
    NotSelected,
    /// It changed, and `--exclude` keeps it out.
    Excluded,
    /// Policy keeps it out of every plan, changed or not.
    Held,
    /// No registry takes it, changed or not.
    NotPublished,
    /// Nothing of it has to be released.
    Unchanged,
}

impl fmt::Display for Stay {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NotSelected => "not selected",
            Self::Excluded => "excluded",
            Self::Held => "held by `release = false`",
            Self::NotPublished => "not published",
            Self::Unchanged => "unchanged",
        })
    }
}

impl Unchanged {
    /// The kind that its first reason makes it.
    #[must_use]
    pub fn stay(&self) -> Stay {
        match self.reasons.first().map(|reason| reason.rule.as_str()) {
            Some(rule) if rule == rules::NOT_SELECTED.id => Stay::NotSelected,
            Some(rule) if rule == rules::EXCLUDED.id => Stay::Excluded,
            Some(rule) if rule == rules::HELD.id => Stay::Held,
            Some(rule) if rule == rules::NOT_PUBLISHED.id => Stay::NotPublished,
            _ => Stay::Unchanged,
        }
    }
}

impl Plan {
    /// How many members stay for which reason, as `1 not selected, 3 unchanged`; empty when none
    /// stays.
    #[must_use]
    pub fn stays(&self) -> String {
        let mut kinds: BTreeMap<Stay, usize> = BTreeMap::new();
        for unchanged in &self.unchanged {
            *kinds.entry(unchanged.stay()).or_default() += 1;
        }
        let kinds = kinds.into_iter().map(|(kind, many)| format!("{many} {kind}"));
        kinds.collect::<Vec<_>>().join(", ")
    }
}
