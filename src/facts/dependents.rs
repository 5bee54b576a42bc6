//! Who depends on our packages, as far as a registry says.

use crate::model::{PackageName, Version, VersionReq};

/// The packages on a registry that depend on one of ours.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Dependents {
    /// How many there are.
    pub total: u64,
    /// How many of them were looked at, the most used first.
    pub looked_at: u64,
    /// What those require of it, but for their tests.
    pub required: Vec<Dependent>,
}

/// A version that requires one of our packages.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dependent {
    pub package: PackageName,
    pub version: Version,
    pub requirement: VersionReq,
}
