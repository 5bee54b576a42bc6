//! Reading the configuration, each value with its place.
//!
//! For the workspace, from `orchestrate.toml` or `[workspace.metadata.orchestrate]` (the file wins
//! where both have a key):
//!
//! - `tag = "{name}-v{version}"`: how releases are tagged.
//! - `propagate = "when-needed"` or `"always"`: when dependents are released.
//! - `features-move-minor = true`: below 1.0.0 a feature moves the minor number.
//! - `api-check = "off"`, `"report"` or `"raise"`: what a check of the public interfaces is for.
//! - `changesets = "PATH"`: the folder of changesets, seen from the root manifest.
//! - `require-changeset = true`: a package that changes must be named by a changeset.
//! - `registry-rules = "of-registry"`, `"crates-io"` or `"warn"`: what breaking a rule of crates.io
//!   means.
//! - `rollback = "pin"`, `"revert"`, `"yank-only"` or `"hotfix"`: how a release is taken back.
//! - `trusted-publishing = "auto"`, `"always"` or `"never"`: when uploads to crates.io use it.
//! - `visibility-timeout = "15m"`: how long a published version may take to show in the index.
//! - `visibility = "index"` or `"database"`: when packages that need a version go out.
//! - `mirror = true`: the journal of a release is kept on the remote, too, until it is finished.
//! - `lock-lease = "2m"`: how long the lock on the remote holds without a sign of life, 10 s at least.
//! - `pre = "rc"`: everything that is released goes on this line of pre-releases.
//! - `[[group]]`, with `name`, `kind = "fixed"` or `"linked"`, and `packages = ["lib-*", "app"]`:
//!   packages whose versions hang together. `fixed`: when one moves all move, to one version;
//!   `linked`: those that move share a version.
//! - `[downstream.NAME]`, with `path` or `git`, `branch` and `folder`: a repository that uses the packages.
//! - `[gate.NAME]`, with `command` and `timeout`: what must succeed before a release goes out.
//! - `[type.NAME]`, with `gates` and `rollback`: what holds for releases of one type.
//! - `[registry.NAME]`, with `visibility`, `new-packages` and `updates`: what holds for one registry.
//!
//! For a package, from `[package.metadata.orchestrate]`:
//!
//! - `private = ["dep"]`: dependencies that never show in its public interface.
//! - `public = ["dep"]`: dependencies that surely do, as `public = true` in their entry says.
//! - `pre = "rc"`: this package goes on this line of pre-releases.
//! - `inputs = ["../proto/**"]`: files that count as its content without being packed.
//! - `allow-packed = ["tests/key.pem"]`: files that look like secrets and are meant to be published.
//! - `release = false`: not released with the others.
//! - `api-check = false`: its public interface is not checked.

use super::conflict::{self, Mark};
use super::meant::meant;
use super::place::{Place, Source};
use super::{
    ApiMode, Input, Policy, PolicyNote, Propagate, RegistryRules, TrustedPublishing, nearest,
    registry, value, way,
};
use crate::model::{PackageName, PublishTo, RegistryName, RelPath, Workspace};
use std::collections::BTreeSet;
use std::time::Duration;
use toml_edit::{Item, TableLike};

/// The keys of the workspace's table.
pub(crate) const WORKSPACE_KEYS: [&str; 19] = [
    "api-check",
    "changesets",
    "downstream",
    "features-move-minor",
    "gate",
    "group",
    "lock-lease",
    "mirror",
    "pre",
    "propagate",
    "registry",
    "registry-rules",
    "require-changeset",
    "rollback",
    "tag",
    "trusted-publishing",
    "type",
    "visibility",
    "visibility-timeout",
];
/// A lock is renewed three times within its lease, each time with a push.
const SHORTEST_LEASE: Duration = Duration::from_secs(10);
/// The name of our table in `metadata`.
pub(super) const TABLE: &str = "orchestrate";
/// The keys of a package's table.
pub(crate) const PACKAGE_KEYS: [&str; 7] =
    ["allow-packed", "api-check", "inputs", "pre", "private", "public", "release"];

/// Configuration that cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct PolicyError {
    pub place: Place,
    /// What is wrong, one line.
    pub message: String,
}

/// Reads the configuration of a workspace.
///
/// The notes tell of keys and names that mean nothing here, in the order of the texts, and of what
/// does not go together, last.
///
/// # Errors
/// [`PolicyError`] when a text is not TOML or a value is not what its key wants.
pub fn parse(
    orchestrate_toml: Option<(&RelPath, &str)>,
    root_manifest: (&RelPath, &str),
    members: &[(PackageName, &RelPath, &str)],
    workspace: &Workspace,
) -> Result<(Policy, Vec<PolicyNote>), PolicyError> {
    let names = members.iter().map(|(name, ..)| name.as_str()).collect();
    let (policy, folder) = (Policy::default(), root_manifest.0.parent());
    let mut reader = Reader {
        policy,
        notes: Vec::new(),
        marks: (Vec::new(), Vec::new()),
        gates: Vec::new(),
        tag: None,
        folder,
        names,
        goes_to: goes_to(workspace),
    };
    let root = Source::parse(root_manifest.0, root_manifest.1)?;
    reader.misnamed(&root, &["workspace", "metadata"])?;
    if let Some(table) = root.table(&["workspace", "metadata", TABLE])? {
        reader.workspace(&root, table)?;
    }
    if let Some((path, text)) = orchestrate_toml {
        let file = Source::parse(path, text)?;
        reader.twice(&root, &file)?;
        reader.workspace(&file, file.whole())?;
    }
    for (name, path, text) in members {
        // Most members have no configuration, and reading TOML costs more than a look.
        if may_configure(text) {
            let manifest = Source::parse(path, text)?;
            reader.misnamed(&manifest, &["package", "metadata"])?;
            if let Some(table) = manifest.table(&["package", "metadata", TABLE])? {
                reader.package(&manifest, table, name)?;
            }
        }
    }
    reader.named_gates()?;
    let (private, public) = &reader.marks;
    let conflicts = conflict::conflicts(&reader.policy, workspace, private, public);
    reader.notes.extend(conflicts);
    let shared =
        reader.tag.and_then(|place| conflict::shared_tag(place, &reader.policy, workspace));
    reader.notes.extend(shared);
    Ok((reader.policy, reader.notes))
}

/// The registries that members go to, and crates-io.
fn goes_to(workspace: &Workspace) -> BTreeSet<RegistryName> {
    let named = workspace.packages.values().filter_map(|package| match &package.publish {
        PublishTo::Registries(names) => Some(names),
        PublishTo::Nowhere => None,
    });
    named.flatten().cloned().chain([RegistryName::crates_io()]).collect()
}

/// Whether a manifest has a table of ours, or one whose name somebody may have meant for it.
fn may_configure(text: &str) -> bool {
    let header = "[package.metadata.";
    let tables = text.match_indices(header).map(|(at, _)| &text[at + header.len()..]);
    text.contains(TABLE)
        || tables.into_iter().any(|rest| {
            let name = rest.split([']', '.', '\n']).next().unwrap_or_default();
            nearest(name.trim(), [TABLE]).is_some()
        })
}

pub(super) struct Reader<'a> {
    pub(super) policy: Policy,
    pub(super) notes: Vec<PolicyNote>,
    /// Where dependencies are called private, and where public.
    marks: (Vec<Mark>, Vec<Mark>),
    /// The gates that types of releases name, and where.
    pub(super) gates: Vec<(Place, String)>,
    /// Where the template of tags stands.
    tag: Option<Place>,
    /// The folder of the root manifest.
    folder: RelPath,
    /// The names of the members.
    pub(super) names: Vec<&'a str>,
    /// The registries that members go to, and crates-io.
    pub(super) goes_to: BTreeSet<RegistryName>,
}

impl Reader<'_> {
    fn workspace(&mut self, source: &Source<'_>, table: &dyn TableLike) -> Result<(), PolicyError> {
        for (key, item) in table.iter() {
            match key {
                "tag" => {
                    self.policy.tag_template = Some(value::template(source, key, item)?);
                    self.tag = Some(source.place(item.span()));
                }
                "propagate" => {
                    let words = ["when-needed", "always"];
                    self.policy.propagate = match value::word(source, key, item, &words)? {
                        "always" => Propagate::Always,
                        _ => Propagate::WhenNeeded,
                    }
                }
                "pre" => self.policy.pre = Some(value::pre_id(source, key, item)?),
                "group" => self.groups(source, item)?,
                "api-check" => {
                    let word = value::word(source, key, item, &ApiMode::ALL.map(ApiMode::word))?;
                    let mode = ApiMode::ALL.into_iter().find(|mode| mode.word() == word);
                    self.policy.api_check = mode.expect("every word is that of a mode");
                }
                "features-move-minor" => {
                    self.policy.features_move_minor = source.boolean(key, item)?;
                }
                "changesets" => {
                    let folder = value::folder(source, key, item, &self.folder)?;
                    self.policy.changesets = Some(folder);
                }
                "require-changeset" => {
                    self.policy.require_changeset = source.boolean(key, item)?;
                }
                "registry-rules" => {
                    let words = RegistryRules::ALL.map(RegistryRules::word);
                    let word = value::word(source, key, item, &words)?;
                    let rules = RegistryRules::ALL.into_iter().find(|rules| rules.word() == word);
                    self.policy.registry_rules = rules.expect("every word is that of a choice");
                }
                "trusted-publishing" => {
                    let words = TrustedPublishing::ALL.map(TrustedPublishing::word);
                    let word = value::word(source, key, item, &words)?;
                    let choice = TrustedPublishing::ALL.into_iter().find(|it| it.word() == word);
                    self.policy.trusted_publishing =
                        choice.expect("every word is that of a choice");
                }
                "rollback" => self.policy.rollback = way::read(source, key, item)?,
                "gate" => self.gates(source, item)?,
                "type" => self.types(source, item)?,
                "registry" => self.registries(source, item)?,
                "downstream" => self.downstream(source, item)?,
                "visibility" => self.policy.visibility = registry::visibility(source, key, item)?,
                "mirror" => self.policy.mirror = source.boolean(key, item)?,
                "visibility-timeout" => {
                    self.policy.visibility_timeout = value::length(source, key, item)?;
                }
                "lock-lease" => {
                    self.policy.lock_lease = value::length(source, key, item)?;
                    if self.policy.lock_lease < SHORTEST_LEASE {
                        let text = format!("`{key}`: less than 10 s is no time for a push");
                        return Err(source.error(item, text));
                    }
                }
                _ => self.unknown(source, table, key, &WORKSPACE_KEYS),
            }
        }
        Ok(())
    }

    fn package(
        &mut self,
        source: &Source<'_>,
        table: &dyn TableLike,
        name: &PackageName,
    ) -> Result<(), PolicyError> {
        for (key, item) in table.iter() {
            match key {
                "private" => {
                    let marks = self.dependencies(source, key, item, name)?;
                    self.policy.private_edges.extend(edges(&marks));
                    self.marks.0.extend(marks);
                }
                "public" => {
                    let marks = self.dependencies(source, key, item, name)?;
                    self.policy.public_edges.extend(edges(&marks));
                    self.marks.1.extend(marks);
                }
                "pre" => {
                    self.policy.pre_of.insert(name.clone(), value::pre_id(source, key, item)?);
                }
                "allow-packed" => {
                    let patterns = value::patterns(source, key, item)?;
                    self.policy.packed.insert(name.clone(), patterns);
                }
                "inputs" => self.inputs(source, key, item, name)?,
                "release" if !source.boolean(key, item)? => {
                    self.policy.held.insert(name.clone());
                }
                "api-check" if !source.boolean(key, item)? => {
                    self.policy.unchecked.insert(name.clone());
                }
                "release" | "api-check" => {}
                _ => self.unknown(source, table, key, &PACKAGE_KEYS),
            }
        }
        Ok(())
    }

    /// Keys that the root manifest and the file both have: only one of them can be meant.
    fn twice(&mut self, root: &Source<'_>, file: &Source<'_>) -> Result<(), PolicyError> {
        let Some(table) = root.table(&["workspace", "metadata", TABLE])? else { return Ok(()) };
        let known = table.iter().map(|(key, _)| key).filter(|key| WORKSPACE_KEYS.contains(key));
        for key in known {
            if let Some((own, _)) = file.whole().get_key_value(key) {
                let text = format!("`{key}` stands in `[workspace.metadata.{TABLE}]` too");
                let note = PolicyNote::conflict(file.place(own.span()), text);
                self.notes.push(note.hint("keep one of the two"));
            }
        }
        Ok(())
    }

    /// The members that a list of dependencies names.
    fn dependencies(
        &mut self,
        source: &Source<'_>,
        key: &str,
        item: &Item,
        dependent: &PackageName,
    ) -> Result<Vec<Mark>, PolicyError> {
        let wrong = || source.error(item, format!("`{key}` must be a list of package names"));
        let mut marks = Vec::new();
        for value in item.as_array().ok_or_else(wrong)? {
            let text = value.as_str().ok_or_else(wrong)?;
            let place = source.place(value.span());
            if let Some(dependency) = self.names.iter().find(|name| **name == text) {
                let dependency = PackageName::new(*dependency).expect("members have valid names");
                marks.push(Mark { dependent: dependent.clone(), dependency, place });
                continue;
            }
            let near = nearest(text, self.names.iter().copied());
            let text = format!("no member of the workspace is called `{text}`");
            let note = PolicyNote::without_effect(place, text);
            self.notes.push(match near {
                Some(near) => note.hint(format!("did you mean `{near}`?")),
                None => note,
            });
        }
        Ok(marks)
    }

    /// What a package is made from beside what it packs.
    fn inputs(
        &mut self,
        source: &Source<'_>,
        key: &str,
        item: &Item,
        name: &PackageName,
    ) -> Result<(), PolicyError> {
        let wrong =
            || source.error(item, format!("`{key}` must be a list of paths, as [\"../proto/**\"]"));
        let mut inputs = Vec::new();
        for value in item.as_array().ok_or_else(wrong)? {
            let text = value.as_str().ok_or_else(wrong)?;
            match Input::read(text, &source.folder(), source.place(value.span())) {
                Ok(input) => inputs.push(input),
                Err(note) => self.notes.push(note.about(name)),
            }
        }
        self.policy.inputs.insert(name.clone(), inputs);
        Ok(())
    }

    /// Tells of tables of other names that were probably meant for us; they have no effect.
    fn misnamed(&mut self, source: &Source<'_>, path: &[&str]) -> Result<(), PolicyError> {
        let Some(metadata) = source.table(path)? else { return Ok(()) };
        for (key, _) in metadata.iter().filter(|(key, _)| *key != TABLE) {
            if nearest(key, [TABLE]).is_some() {
                let span = metadata.get_key_value(key).and_then(|(key, _)| key.span());
                let text = format!("`{key}` means nothing to cargo orchestrate");
                let note = PolicyNote::without_effect(source.place(span), text);
                self.notes.push(note.hint(format!("did you mean `{TABLE}`?")));
            }
        }
        Ok(())
    }

    pub(super) fn unknown(
        &mut self,
        source: &Source<'_>,
        table: &dyn TableLike,
        key: &str,
        known: &[&'static str],
    ) {
        let hint = meant(key, known);
        let span = table.get_key_value(key).and_then(|(key, _)| key.span());
        let text = format!("`{key}` means nothing here");
        self.notes.push(PolicyNote::without_effect(source.place(span), text).hint(hint));
    }
}

fn edges(marks: &[Mark]) -> impl Iterator<Item = (PackageName, PackageName)> {
    marks.iter().map(|mark| (mark.dependent.clone(), mark.dependency.clone()))
}
