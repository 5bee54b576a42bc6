//! Why a package moves, or does not.

use super::rules::Rule;
use crate::model::PackageName;
use serde::{Deserialize, Serialize};

/// One reason a rule gave.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Reason {
    /// The id of the rule, as `requirement-out-of-range`.
    pub rule: String,
    /// One line for people; text from commits is not yet neutralised for a terminal.
    pub text: String,
    /// The packages whose own reasons come before this one, nearest first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub because: Vec<PackageName>,
}

impl Reason {
    /// A reason of its own, with no other package behind it.
    #[must_use]
    pub fn new(rule: Rule, text: impl Into<String>) -> Self {
        Self { rule: rule.id.to_owned(), text: text.into(), because: Vec::new() }
    }

    /// The same reason, with these packages behind it.
    #[must_use]
    pub fn because(mut self, packages: Vec<PackageName>) -> Self {
        self.because = packages;
        self
    }
}
