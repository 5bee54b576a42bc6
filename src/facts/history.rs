//! What happened to a package since its last release.

use crate::model::{Oid, RelPath, Version};
use std::collections::BTreeSet;

/// What happened to one package since its last release.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct History {
    /// The last release; nothing for a package that has none.
    pub baseline: Option<Baseline>,
    /// What differs from the baseline in what would be packed, sorted; empty when nothing does or
    /// when there is no baseline.
    pub evidence: Vec<Evidence>,
    /// The commits since the baseline that belong to this package, newest first, merges left out.
    pub commits: Vec<Commit>,
    /// Whether a shallow clone left out commits that the baseline does not contain, so that some of
    /// `commits` may be missing.
    pub is_cut_off: bool,
    /// The commits that members were released from, as far as somebody may have left a release
    /// unfinished there, at which its manifest said the version already that it says now.
    pub stands_at: BTreeSet<Oid>,
    /// Those of them before which it said so as well, at their first parents: the commit did not
    /// bring the version.
    pub stood_before: BTreeSet<Oid>,
}

/// The last release of a package.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Baseline {
    pub version: Version,
    /// The commit that was released.
    pub oid: Oid,
    pub source: BaselineSource,
    /// Whether the commit is one that a release of this program made.
    pub is_own: bool,
}

/// How the baseline was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum BaselineSource {
    /// The tag of this name.
    Tag(String),
    /// `.cargo_vcs_info.json` in the published package.
    VcsInfo,
}

/// One thing that would make the packed package differ from the released one.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Evidence {
    /// A file that is packed.
    Path(RelPath),
    /// A file that the package declares as an input and that is not packed.
    Input(RelPath),
    /// A key of the manifest with everything inherited filled in, dotted: `dependencies.lib1.version`.
    ManifestKey(String),
    /// A package in `Cargo.lock` that a binary's dependencies reach, with its version.
    Locked(String),
}

/// A commit, as far as releases care.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Commit {
    pub oid: Oid,
    /// The whole message, as git has it.
    pub message: String,
    /// Whether its conventional scope names this package, so that the paths did not decide.
    pub routed_by_scope: bool,
}

impl Commit {
    /// The first line of the message.
    #[must_use]
    pub fn summary(&self) -> &str {
        self.message.lines().next().unwrap_or_default().trim()
    }
}
