//! What the project wants, after defaults: how tags are named, how far changes propagate, how long
//! to wait.
//!
//! Zero configuration must do the right thing for a plain workspace, so every field has a default
//! here and nothing else in the program has one. Read `parse.rs` for the keys.

mod place;
mod note;
mod group;
mod input;
mod value;
mod conflict;
mod downstream;
mod gate;
mod meant;
mod registry;
mod release_type;
mod rules;
mod trusted_publishing;
mod way;
mod tables;
mod parse;
#[cfg(test)]
mod tests;
#[cfg(test)]
mod group_tests;
#[cfg(test)]
mod downstream_tests;
#[cfg(test)]
mod gate_tests;

pub use crate::model::nearest;
pub use downstream::{DownstreamRepository, DownstreamSource};
pub use gate::{Gate, GateCommand};
pub use group::{Group, GroupKind};
pub use input::Input;
pub use note::{NoteWeight, PolicyNote};
#[cfg(test)]
pub(crate) use parse::{PACKAGE_KEYS, WORKSPACE_KEYS};
pub use parse::{PolicyError, parse};
pub use place::Place;
pub use registry::{Limit, RegistryPolicy, Visibility};
pub use release_type::{ReleaseType, TypePolicy};
pub use rules::RegistryRules;
pub use trusted_publishing::TrustedPublishing;
pub use way::Way;

use crate::facts::changeset::DEFAULT_FOLDER;
use crate::model::{PackageName, PreId, RegistryName, RelPath, Workspace};
use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

/// Configuration after defaults and validation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Policy {
    /// When a dependent is released because its dependency is.
    pub propagate: Propagate,
    /// The tag of a release, with `{name}` and `{version}`; detected from the tags that exist
    /// when nothing is configured.
    pub tag_template: Option<String>,
    /// Whether a feature below 1.0.0 moves the minor number instead of the patch number.
    pub features_move_minor: bool,
    /// Edges whose dependency never shows in the dependent's public interface: dependent,
    /// dependency.
    pub private_edges: BTreeSet<(PackageName, PackageName)>,
    /// Edges whose dependency surely shows in the dependent's public interface, beside those whose
    /// entry in the manifest says `public = true`.
    pub public_edges: BTreeSet<(PackageName, PackageName)>,
    /// Packages whose versions hang together, in the order they are written.
    pub groups: Vec<Group>,
    /// The line of pre-releases that everything released goes on.
    pub pre: Option<PreId>,
    /// The lines of single packages, before `pre`.
    pub pre_of: BTreeMap<PackageName, PreId>,
    /// Members that are not released with the others although a registry takes them.
    pub held: BTreeSet<PackageName>,
    /// What a check of the public interfaces is for.
    pub api_check: ApiMode,
    /// Members whose public interface is not checked.
    pub unchecked: BTreeSet<PackageName>,
    /// What members are made from without packing it.
    pub inputs: BTreeMap<PackageName, Vec<Input>>,
    /// The folder of changesets, where it is another than `.changeset` beside the root manifest.
    pub changesets: Option<RelPath>,
    /// Whether a package that changes must be named by a changeset.
    pub require_changeset: bool,
    /// What breaking a rule of crates.io means.
    pub registry_rules: RegistryRules,
    /// When uploads to crates.io use trusted publishing.
    pub trusted_publishing: TrustedPublishing,
    /// How a release is taken back where nobody says otherwise.
    pub rollback: Way,
    /// What is said of single types of releases.
    pub types: BTreeMap<ReleaseType, TypePolicy>,
    /// The gates by their names.
    pub gates: BTreeMap<String, Gate>,
    /// Files that are packed although they look like secrets or lie outside of the repository:
    /// patterns from the package's folder.
    pub packed: BTreeMap<PackageName, Vec<String>>,
    /// When packages that need a version go out, where nothing else is said of its registry.
    pub visibility: Visibility,
    /// What is said of single registries.
    pub registries: BTreeMap<RegistryName, RegistryPolicy>,
    /// The repositories that use packages of this workspace, in the order they are written.
    pub downstream: Vec<DownstreamRepository>,
    /// How long a published version may take to show in the index.
    pub visibility_timeout: Duration,
    /// Whether the journal of a release that pushes is kept on the remote until it is finished.
    pub mirror: bool,
    /// How long the lock on the remote holds without a sign of life of its holder.
    pub lock_lease: Duration,
}

/// When a dependent is released because its dependency is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Propagate {
    /// Only when its requirement no longer matches.
    WhenNeeded,
    /// Whenever the dependency is released.
    Always,
}

/// What a check of the public interfaces, by `cargo-semver-checks`, is for.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum ApiMode {
    /// Nothing: it does not run.
    #[default]
    Off,
    /// A version that promises less change than there is becomes an error.
    Report,
    /// Such a version is raised.
    Raise,
}

impl ApiMode {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Off, Self::Report, Self::Raise];

    /// As configuration and command line write it.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Off => "off",
            Self::Report => "report",
            Self::Raise => "raise",
        }
    }
}

impl Default for Policy {
    fn default() -> Self {
        Self {
            propagate: Propagate::WhenNeeded,
            tag_template: None,
            features_move_minor: false,
            private_edges: BTreeSet::new(),
            public_edges: BTreeSet::new(),
            groups: Vec::new(),
            pre: None,
            pre_of: BTreeMap::new(),
            held: BTreeSet::new(),
            api_check: ApiMode::Off,
            unchecked: BTreeSet::new(),
            inputs: BTreeMap::new(),
            changesets: None,
            require_changeset: false,
            registry_rules: RegistryRules::OfRegistry,
            trusted_publishing: TrustedPublishing::Auto,
            rollback: Way::default(),
            types: BTreeMap::new(),
            gates: BTreeMap::new(),
            packed: BTreeMap::new(),
            visibility: Visibility::Index,
            registries: BTreeMap::new(),
            downstream: Vec::new(),
            visibility_timeout: Duration::from_mins(15),
            mirror: true,
            lock_lease: Duration::from_mins(2),
        }
    }
}

impl Policy {
    /// The folder of changesets, relative to the repository.
    #[must_use]
    pub fn changeset_folder(&self, workspace: &Workspace) -> RelPath {
        let default = || workspace.root.join(DEFAULT_FOLDER);
        self.changesets.clone().unwrap_or_else(|| default().expect("a folder below another"))
    }
}
