//! Where else a fix is needed.

use crate::model::Oid;
use serde::{Deserialize, Serialize};

/// A branch that is later than the line of a hotfix and lacks commits of it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct StillNeeded {
    /// As git writes it: `main`, or `origin/main` where no branch here goes by that name.
    pub branch: String,
    /// The commits that it lacks, the first one first.
    pub commits: Vec<Oid>,
    /// What to type with that branch checked out.
    pub command: String,
}
