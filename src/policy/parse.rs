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
//! - `visibility-timeout = "15m"`: how long a published version may take to show in the index.
//! - `pre = "rc"`: everything that is released goes on this line of pre-releases.
//! - `[[group]]`, with `name`, `kind = "fixed"` or `"linked"`, and `packages = ["lib-*", "app"]`:
//!   packages whose versions hang together. `fixed`: when one moves all move, to one version;
//!   `linked`: those that move share a version.
//!
//! For a package, from `[package.metadata.orchestrate]`:
//!
//! - `private = ["dep"]`: dependencies that never show in its public interface.
//! - `public = ["dep"]`: dependencies that surely do, as `public = true` in their entry says.
//! - `pre = "rc"`: this package goes on this line of pre-releases.
//! - `inputs = ["../proto/**"]`: files that count as its content without being packed.
//! - `release = false`: not released with the others.
//! - `api-check = false`: its public interface is not checked.

use super::conflict::{self, Mark};
use super::place::{Place, Source};
use super::{ApiMode, Input, Policy, PolicyNote, Propagate, group, nearest};
use crate::model::{PackageName, PreId, RelPath, Workspace};
use std::time::Duration;
use toml_edit::{Item, TableLike};

/// The keys of the workspace's table.
pub(crate) const WORKSPACE_KEYS: [&str; 9] = [
    "api-check",
    "changesets",
    "features-move-minor",
    "group",
    "pre",
    "propagate",
    "require-changeset",
    "tag",
    "visibility-timeout",
];
/// The keys of a package's table.
pub(crate) const PACKAGE_KEYS: [&str; 6] =
    ["api-check", "inputs", "pre", "private", "public", "release"];

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
    let mut reader = Reader { policy, notes: Vec::new(), private: Vec::new(), folder, names };
    // The manifest first, so that the file wins.
    let root = Source::parse(root_manifest.0, root_manifest.1)?;
    if let Some(table) = root.table(&["workspace", "metadata", "orchestrate"])? {
        reader.workspace(&root, table)?;
    }
    if let Some((path, text)) = orchestrate_toml {
        let file = Source::parse(path, text)?;
        reader.workspace(&file, file.whole())?;
    }
    for (name, path, text) in members {
        // Most members have no configuration, and reading TOML costs more than a look.
        if text.contains("orchestrate") {
            let manifest = Source::parse(path, text)?;
            if let Some(table) = manifest.table(&["package", "metadata", "orchestrate"])? {
                reader.package(&manifest, table, name)?;
            }
        }
    }
    let conflicts = conflict::conflicts(&reader.policy, workspace, &reader.private);
    reader.notes.extend(conflicts);
    Ok((reader.policy, reader.notes))
}

struct Reader<'a> {
    policy: Policy,
    notes: Vec<PolicyNote>,
    /// Where dependencies are called private.
    private: Vec<Mark>,
    /// The folder of the root manifest.
    folder: RelPath,
    /// The names of the members.
    names: Vec<&'a str>,
}

impl Reader<'_> {
    fn workspace(&mut self, source: &Source<'_>, table: &dyn TableLike) -> Result<(), PolicyError> {
        for (key, item) in table.iter() {
            match key {
                "tag" => self.policy.tag_template = Some(template(source, key, item)?),
                "propagate" => {
                    self.policy.propagate = match source.string(key, item)? {
                        "when-needed" => Propagate::WhenNeeded,
                        "always" => Propagate::Always,
                        other => {
                            let text = format!("`{other}` is neither `when-needed` nor `always`");
                            return Err(source.error(item, text));
                        }
                    }
                }
                "pre" => self.policy.pre = Some(pre_id(source, key, item)?),
                "group" => self.groups(source, item)?,
                "api-check" => {
                    let text = source.string(key, item)?;
                    let mode = ApiMode::ALL.into_iter().find(|mode| mode.word() == text);
                    self.policy.api_check = mode.ok_or_else(|| {
                        let near = nearest(text, ApiMode::ALL.map(ApiMode::word));
                        let near = near
                            .map(|near| format!("; did you mean `{near}`?"))
                            .unwrap_or_default();
                        let wrong =
                            format!("`{text}` is none of `off`, `report` and `raise`{near}");
                        source.error(item, wrong)
                    })?;
                }
                "features-move-minor" => {
                    self.policy.features_move_minor = source.boolean(key, item)?;
                }
                "changesets" => {
                    let text = source.string(key, item)?;
                    let folder = self.folder.join(text).map_err(|outside| outside.to_string());
                    let folder = folder.and_then(|folder| match folder.as_str() {
                        path if path.is_empty() || folder == self.folder => {
                            Err("changesets need a folder of their own".to_owned())
                        }
                        _ => Ok(folder),
                    });
                    self.policy.changesets =
                        Some(folder.map_err(|message| source.error(item, message))?);
                }
                "require-changeset" => {
                    self.policy.require_changeset = source.boolean(key, item)?;
                }
                "visibility-timeout" => {
                    let text = source.string(key, item)?;
                    self.policy.visibility_timeout = duration(text).ok_or_else(|| {
                        source.error(item, format!("`{text}` is no duration, as `90s` or `15m`"))
                    })?;
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
                    self.private.extend(marks);
                }
                "public" => {
                    let marks = self.dependencies(source, key, item, name)?;
                    self.policy.public_edges.extend(edges(&marks));
                }
                "pre" => {
                    self.policy.pre_of.insert(name.clone(), pre_id(source, key, item)?);
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

    /// The groups; those of the file take the place of those of the manifest.
    fn groups(&mut self, source: &Source<'_>, item: &Item) -> Result<(), PolicyError> {
        self.policy.groups.clear();
        for table in group::tables(source, item)? {
            for (key, _) in table.iter().filter(|(key, _)| !group::KEYS.contains(key)) {
                self.unknown(source, table, key, &group::KEYS);
            }
            let read = group::read(source, (item, table), &self.names, &mut self.notes)?;
            self.policy.groups.push(read);
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

    fn unknown(
        &mut self,
        source: &Source<'_>,
        table: &dyn TableLike,
        key: &str,
        known: &[&'static str],
    ) {
        let hint = match nearest(key, known.iter().copied()) {
            Some(near) => format!("did you mean `{near}`?"),
            None => format!("the keys here are {}", known.join(", ")),
        };
        let span = table.get_key_value(key).and_then(|(key, _)| key.span());
        let text = format!("`{key}` means nothing here");
        self.notes.push(PolicyNote::without_effect(source.place(span), text).hint(hint));
    }
}

fn edges(marks: &[Mark]) -> impl Iterator<Item = (PackageName, PackageName)> {
    marks.iter().map(|mark| (mark.dependent.clone(), mark.dependency.clone()))
}

fn pre_id(source: &Source<'_>, key: &str, item: &Item) -> Result<PreId, PolicyError> {
    let text = source.string(key, item)?;
    PreId::new(text).map_err(|error| source.error(item, error.to_string()))
}

/// A template that git can make tags of.
fn template(source: &Source<'_>, key: &str, item: &Item) -> Result<String, PolicyError> {
    let text = source.string(key, item)?;
    let filled = text.replace("{name}", "a").replacen("{version}", "1", 1);
    let odd = |c: char| c.is_whitespace() || c.is_control() || "{}~^:?*[\\".contains(c);
    let message = if !text.contains("{version}") {
        "the template of a tag needs `{version}`".to_owned()
    } else if filled.contains(odd)
        || filled.contains("..")
        || filled.contains("@{")
        || filled.contains("//")
        || filled.starts_with(['-', '/', '.'])
        || filled.ends_with(['/', '.'])
    {
        format!("`{text}` makes no tag that git takes; `{{name}}` and `{{version}}` are filled in")
    } else {
        return Ok(text.to_owned());
    };
    Err(source.error(item, message))
}

/// A number with its unit: `90s`, `15m`, `1h`.
fn duration(text: &str) -> Option<Duration> {
    let number = text.trim_end_matches(|c: char| c.is_ascii_alphabetic());
    let count: u64 = number.trim_end().parse().ok()?;
    let seconds = match &text[number.len()..] {
        "s" => 1,
        "m" => 60,
        "h" => 3600,
        _ => return None,
    };
    count.checked_mul(seconds).map(Duration::from_secs)
}
