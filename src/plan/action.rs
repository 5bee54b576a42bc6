//! What there is to do, and in which order.

use super::FileEdit;
use crate::facts::RepositoryEdit;
use crate::model::{Oid, PackageName, RegistryName, RelPath, Version};
use crate::policy::GateCommand;
use serde::{Deserialize, Serialize};
use std::fmt;

/// The name of a step, unique in its plan: `upload:lib1@0.2.0`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct StepId(pub String);

impl fmt::Display for StepId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

/// Something to do, and what must be done before it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Step {
    pub id: StepId,
    pub action: Action,
    /// The steps that must be done first; all of them stand before this one.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub needs: Vec<StepId>,
}

/// Something that changes the world, or proves something about it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case", rename_all_fields = "kebab-case")]
pub enum Action {
    /// Change, remove and make files, all or none.
    WriteFiles { files: Vec<FileEdit> },
    /// Commit exactly these files on top of the commit the run began with; the run's id is added
    /// as trailer.
    Commit {
        message: String,
        /// Those that are there afterwards.
        files: Vec<RelPath>,
        /// Those that are gone.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        removed: Vec<RelPath>,
    },
    /// Pack these packages with one `cargo package` call per registry and verify them; keeps the
    /// bytes and their digests.
    Pack {
        packages: Vec<Upload>,
        #[serde(default, skip_serializing_if = "Verification::is_build")]
        verification: Verification,
    },
    /// Run a command of the project in the workspace as it is released; it must succeed and change
    /// nothing that git tracks.
    Gate { gate: String, command: GateCommand, timeout_seconds: u64 },
    /// Push the run's commit to a branch of a remote, never by force.
    PushCommit { remote: String, branch: String },
    /// Send the packed bytes of one package; done when the index shows them.
    Upload(Upload),
    /// Create annotated tags at the run's commit; the run's id is in their messages.
    Tag { tags: Vec<TagPoint> },
    /// Push tags, all or none.
    PushTags { remote: String, tags: Vec<String> },
    /// Mark a published version as not to be used; done when the index shows it.
    Yank(Yank),
    /// Take a yank back; done when the index shows it.
    Unyank(Upload),
    /// Rewrite requirements in a repository downstream, in a commit on a branch of its own there.
    EditDownstream {
        edit: RepositoryEdit,
        /// Whether the branch is pushed.
        push: bool,
    },
    /// Take such a branch away again, unless somebody added to it.
    WithdrawDownstream {
        /// The name of the repository in the configuration.
        repository: String,
        branch: String,
        /// The commit that the branch was made with.
        commit: Oid,
        /// Whether it goes on the remote, too.
        push: bool,
    },
    /// Resolve every member from scratch and check that none of these versions is selected.
    ProveResolution {
        without: Vec<Upload>,
        /// The versions that must resolve again, each for whoever requires exactly it.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        with: Vec<Upload>,
    },
}

/// A version that is marked as not to be used.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Yank {
    #[serde(flatten)]
    pub upload: Upload,
    /// What the registry shows to whoever asks why, where it takes a reason.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

/// What packed packages must stand before they go out.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Verification {
    /// They build from what was packed.
    #[default]
    Build,
    /// Nothing: somebody asked for that.
    None,
}

impl Verification {
    #[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands out a reference")]
    fn is_build(&self) -> bool {
        *self == Self::Build
    }
}

/// One version of one package on one registry.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Upload {
    pub package: PackageName,
    pub version: Version,
    pub registry: RegistryName,
}

impl fmt::Display for Upload {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.package, self.version)
    }
}

impl Action {
    /// The commit of these files, as far as git tracks them.
    #[must_use]
    pub fn commit_of(files: &[FileEdit], message: String) -> Self {
        let tracked = files.iter().filter(|file| file.tracked);
        let (gone, there): (Vec<&FileEdit>, Vec<_>) = tracked.partition(|file| file.removes());
        let paths = |files: Vec<&FileEdit>| files.into_iter().map(|f| f.path.clone()).collect();
        Self::Commit { message, files: paths(there), removed: paths(gone) }
    }
}

/// A tag to create.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct TagPoint {
    pub name: String,
    /// What its message says before the run's id.
    pub message: String,
    /// The commit to tag; the run's own commit, or where there is none HEAD, when not given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub commit: Option<Oid>,
}
