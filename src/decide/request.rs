//! What is asked for on the command line, beside what the facts say.

use crate::model::{Bump, PackageName, PreId, Version};
use std::collections::{BTreeMap, BTreeSet};

/// What is asked for on the command line.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Request {
    /// Release exactly these and what they need; everything when empty.
    pub only: Vec<PackageName>,
    /// Do not release these of their own accord.
    pub exclude: Vec<PackageName>,
    /// Versions asked for by package.
    pub bumps: BTreeMap<PackageName, RequestedBump>,
    /// The line of pre-releases that everything released goes on.
    pub pre: Option<PreId>,
    /// The lines that single packages go on, before `pre`.
    pub pre_of: BTreeMap<PackageName, PreId>,
    /// Whether every package that is on a line of pre-releases leaves it.
    pub finish: bool,
    /// The packages that leave their line.
    pub finish_of: BTreeSet<PackageName>,
    /// Whether only what was touched since its last release goes out, and what must follow.
    pub hotfix: bool,
}

/// A version asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RequestedBump {
    /// Raise this part.
    Part(Bump),
    /// Release exactly this version.
    Exactly(Version),
}
