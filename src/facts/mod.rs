//! Everything known before anything is decided, as one value.
//!
//! The shell observes (Cargo, git, the registry) and hands its observations in; the functions here
//! give them shape. Nothing in this module asks the world anything. Read `metadata.rs` for what
//! Cargo says, `history.rs` for what git says, `published.rs` for what the registry says.

pub mod metadata;
mod history;
mod offline;
mod dependencies;
mod published;
mod repository;
mod resolved;
mod sent;
mod tags;
mod terms;
mod baseline;
mod packed;
mod pin;
mod repository_edit;
mod contents;
mod downstream;
mod dependents;
mod attribution;
mod branch;
mod inherited;
mod api;
pub mod changeset;
#[cfg(test)]
pub(crate) mod testing;

pub use api::{Api, ApiBaseline, ApiChange, ApiCheck, ApiEvidence, Said, Unusable};
pub use attribution::{Scopes, is_own_commit, scope};
pub use baseline::{is_stray, tagged_candidates, untagged_release};
pub use branch::OtherBranch;
pub use changeset::{Changeset, Changesets};
pub use contents::{Contents, Entry, EntryKind, pem_labels};
pub use dependencies::Dependencies;
pub use dependents::{Dependent, Dependents};
pub use downstream::{Downstream, Tracked};
pub use history::{Baseline, BaselineSource, Commit, Evidence, History};
pub use inherited::{HandedDown, inherited_aliases, member_requirement, shared_key};
pub use offline::{Offline, OfflineCause};
pub use packed::{Packed, PatternError};
pub use pin::{Pin, PinStanding, Pinned, PinnedDownstream};
pub use published::{Published, PublishedVersion};
pub use repository::{Branch, Remote, RemoteBranch, Repository, Tag};
pub use repository_edit::{EditWish, RepositoryEdit, RequirementEdit};
pub use resolved::{Alone, Machine, NotResolved, Resolved};
pub use sent::{Pace, Sent, SentEnd, SentUpload, paces};
pub use tags::{
    TagPatterns, TaggedRelease, detect as detect_tags, tag_name, version_in, workspace_tag,
};
pub use terms::Terms;

use crate::model::{Digest, PackageName, RegistryName, RelPath, Workspace};
use std::collections::BTreeMap;

/// Everything known when a plan is made.
#[derive(Debug, Clone, Default)]
pub struct Facts {
    pub workspace: Workspace,
    pub repository: Repository,
    /// What happened to each member since its last release; one entry per member.
    pub history: BTreeMap<PackageName, History>,
    /// What the registries hold; one entry per member that they were asked about.
    pub published: BTreeMap<PackageName, Published>,
    /// The texts of the root manifest and of every member's.
    pub manifests: BTreeMap<RelPath, String>,
    /// `Cargo.lock` of the workspace, when there is one.
    pub lockfile: Option<Lockfile>,
    /// That nobody was asked for `published`; nothing when everybody was.
    pub offline: Option<Offline>,
    /// The changes that people wrote down and that wait to be released.
    pub changesets: Changesets,
    /// The registries that Cargo's configuration defines, and `crates-io`.
    pub registries: BTreeMap<RegistryName, Registry>,
    /// What a check of the public interfaces said; nothing when none was asked for.
    pub api: Option<Api>,
    /// What rollbacks pinned, whether it stands still or not.
    pub pins: Vec<Pinned>,
    /// What rollbacks pinned in repositories downstream, and nobody lifted since.
    pub pinned_downstream: Vec<PinnedDownstream>,
    /// The other branches, when a hotfix is asked for.
    pub branches: Vec<OtherBranch>,
    /// What was read in the repositories downstream, in the order of the configuration.
    pub downstream: Vec<Downstream>,
    /// Which packages depend on each, where its registry was asked and said.
    pub dependents: BTreeMap<PackageName, Dependents>,
    /// What `cargo --version` said, when it was asked.
    pub toolchain: Option<String>,
}

/// `Cargo.lock` as it stands in the working tree.
#[derive(Debug, Clone)]
pub struct Lockfile {
    pub path: RelPath,
    pub text: String,
    /// Whether git tracks it.
    pub tracked: bool,
}

/// A registry as Cargo's configuration has it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Registry {
    /// The index, as Cargo writes it (`sparse+https://…/`).
    pub index: String,
    /// Whether a credential was found for it as Cargo finds one; the credential itself never enters the facts.
    pub has_credential: bool,
    /// Why the credential that is configured cannot be had, where that is known without asking.
    pub credential_trouble: Option<String>,
    /// Whether nothing but the workspace's own configuration defines it.
    pub in_workspace: bool,
    /// Whether uploads to it use trusted publishing.
    pub trusted_publishing: bool,
    /// Why it could not be reached, when it was asked and did not answer.
    pub unreachable: Option<String>,
}

impl Facts {
    /// The text of a file as it was read: of a manifest, of `Cargo.lock` or of a changeset.
    #[must_use]
    pub fn text(&self, path: &RelPath) -> Option<&str> {
        let lockfile = self.lockfile.as_ref().filter(|lockfile| lockfile.path == *path);
        let text = lockfile.map(|lockfile| &lockfile.text).or_else(|| self.manifests.get(path));
        let changeset = || self.changesets.get(path).map(|changeset| &changeset.source);
        text.or_else(changeset).map(String::as_str)
    }

    /// Whether something stands at a path where changesets lie, sound or not.
    #[must_use]
    pub fn is_taken(&self, path: &RelPath) -> bool {
        self.changesets.files.contains(path) || self.text(path).is_some()
    }

    /// The digest of that text.
    #[must_use]
    pub fn digest(&self, path: &RelPath) -> Option<Digest> {
        self.text(path).map(|text| Digest::of(text.as_bytes()))
    }

    /// Whether git tracks a file whose text is known; manifests are taken to be tracked.
    #[must_use]
    pub fn is_tracked(&self, path: &RelPath) -> bool {
        let lockfile = self.lockfile.as_ref().filter(|lockfile| lockfile.path == *path);
        let changeset = self.changesets.get(path);
        lockfile.is_none_or(|lockfile| lockfile.tracked)
            && changeset.is_none_or(|changeset| changeset.tracked)
    }
}
