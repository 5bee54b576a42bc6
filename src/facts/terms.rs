//! What the web API of a registry says of itself, asked right before a release.

use crate::model::PackageName;
use std::collections::{BTreeMap, BTreeSet};

/// What a registry said of itself; what it did not say is not here.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Terms {
    /// Whether it takes no changes for now.
    pub is_read_only: bool,
    /// The categories it knows, where it was asked for them.
    pub categories: Option<BTreeSet<String>>,
    /// For packages that are new to it: the package that it takes for the same name.
    pub alike: BTreeMap<PackageName, String>,
}
