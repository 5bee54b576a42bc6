//! Reading the configuration, each value with its place.
//!
//! For the workspace, from `orchestrate.toml` or `[workspace.metadata.orchestrate]` (the file wins
//! where both have a key):
//!
//! - `tag = "{name}-v{version}"`: how releases are tagged.
//! - `propagate = "when-needed"` or `"always"`: when dependents are released.
//! - `features-move-minor = true`: below 1.0.0 a feature moves the minor number.
//! - `visibility-timeout = "15m"`: how long a published version may take to show in the index.
//!
//! For a package, from `[package.metadata.orchestrate]`:
//!
//! - `private = ["dep"]`: dependencies that never show in its public interface.
//! - `release = false`: not released with the others.

use super::place::{Place, Source};
use super::{Policy, Propagate, nearest};
use crate::model::{PackageName, RelPath};
use std::time::Duration;
use toml_edit::{Item, TableLike};

const WORKSPACE_KEYS: [&str; 4] = ["features-move-minor", "propagate", "tag", "visibility-timeout"];
const PACKAGE_KEYS: [&str; 2] = ["private", "release"];

/// Configuration that cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct PolicyError {
    pub place: Place,
    /// What is wrong, one line.
    pub message: String,
}

/// Something in the configuration that has no effect and was probably meant to have one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PolicyNote {
    pub place: Place,
    /// What is odd, one line.
    pub text: String,
    /// What was probably meant.
    pub hint: Option<String>,
}

/// Reads the configuration of a workspace.
///
/// The notes tell of keys and names that mean nothing here, in the order of the texts.
///
/// # Errors
/// [`PolicyError`] when a text is not TOML or a value is not what its key wants.
pub fn parse(
    orchestrate_toml: Option<(&RelPath, &str)>,
    root_manifest: (&RelPath, &str),
    members: &[(PackageName, &RelPath, &str)],
) -> Result<(Policy, Vec<PolicyNote>), PolicyError> {
    let mut reader = Reader { policy: Policy::default(), notes: Vec::new(), members };
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
    Ok((reader.policy, reader.notes))
}

struct Reader<'a> {
    policy: Policy,
    notes: Vec<PolicyNote>,
    members: &'a [(PackageName, &'a RelPath, &'a str)],
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
                "features-move-minor" => {
                    self.policy.features_move_minor = source.boolean(key, item)?;
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
                "private" => self.private(source, item, name)?,
                "release" if !source.boolean(key, item)? => {
                    self.policy.held.insert(name.clone());
                }
                "release" => {}
                _ => self.unknown(source, table, key, &PACKAGE_KEYS),
            }
        }
        Ok(())
    }

    fn private(
        &mut self,
        source: &Source<'_>,
        item: &Item,
        dependent: &PackageName,
    ) -> Result<(), PolicyError> {
        let wrong = || source.error(item, "`private` must be a list of package names".to_owned());
        for value in item.as_array().ok_or_else(wrong)? {
            let text = value.as_str().ok_or_else(wrong)?;
            let known = self.members.iter().find(|(member, ..)| member.as_str() == text);
            if let Some((dependency, ..)) = known {
                self.policy.private_edges.insert((dependent.clone(), dependency.clone()));
                continue;
            }
            let names = self.members.iter().map(|(member, ..)| member.as_str());
            self.notes.push(PolicyNote {
                place: source.place(value.span()),
                text: format!("no member of the workspace is called `{text}`"),
                hint: nearest(text, names).map(|name| format!("did you mean `{name}`?")),
            });
        }
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
        self.notes.push(PolicyNote {
            place: source.place(span),
            text: format!("`{key}` means nothing here"),
            hint: Some(hint),
        });
    }
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
