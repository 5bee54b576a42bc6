//! Taking the version from a dependency entry, so that Cargo leaves it out of the package.
//!
//! A dev-dependency by path alone is not packed, and nobody has to publish it first. One that is
//! inherited has the version of `[workspace.dependencies]`; it gets an entry of its own, with all
//! that it inherited but the version.

use super::canonical;
use super::declaration::{Declaration, TABLES, Table, first};
use super::edit::{TextEdit, apply};
use super::inherit::{Root, is_inherited, packed_dependency};
use super::parse::Manifest;
use crate::model::RelPath;
use std::collections::BTreeMap;
use std::ops::Range;
use toml_edit::{Document, Item, TableLike, Value};

/// An entry whose version cannot be taken by an edit of ours.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{key}` {why}")]
pub struct KeepsVersion {
    /// The key of the entry.
    pub key: String,
    pub why: &'static str,
}

/// The edits of `text` after which the entry has a path and no version.
///
/// `path` leads to the dependency, seen from the manifest; an entry that has its own keeps it. All
/// other bytes stay, and the entry means the same otherwise.
///
/// # Errors
/// [`KeepsVersion`] when the entry is written in a way that is left to people.
pub fn without_version(
    text: &str,
    declaration: &Declaration,
    root: &Root,
    path: &str,
) -> Result<Vec<TextEdit>, KeepsVersion> {
    let keeps = |why| KeepsVersion { key: declaration.key.clone(), why };
    let document = Document::parse(text).map_err(|_| keeps("stands in a text that is not TOML"))?;
    let item = entry(document.as_table(), declaration).ok_or(keeps("is not there"))?;
    let entry = Entry::of(text, item).ok_or(keeps("is written in a form that is not edited"))?;
    let edits = if is_inherited(item) {
        let shared = root.dependency(&declaration.alias).and_then(Item::as_table_like);
        let shared = shared.ok_or(keeps("inherits from an entry without a path"))?;
        if shared.iter().any(|(name, _)| !HANDED_DOWN.contains(&name)) {
            return Err(keeps("inherits keys that are not known here"));
        }
        entry.detached(shared, path)
    } else {
        entry.removal("version").map(|edit| vec![edit])
    };
    let edits = edits.ok_or(keeps("is written in a form that is not edited"))?;
    let fits = is_all_that_changes(text, &edits, declaration, item, root);
    fits.then_some(edits).ok_or(keeps("would not mean the same without its version"))
}

/// What an entry of `[workspace.dependencies]` may say that an entry of one's own can say too.
const HANDED_DOWN: [&str; 9] = [
    "version",
    "path",
    "package",
    "features",
    "default-features",
    "default_features",
    "registry",
    "registry-index",
    "public",
];

fn entry<'a>(root: &'a dyn TableLike, declaration: &Declaration) -> Option<&'a Item> {
    let tables = match &declaration.target {
        Some(target) => root.get("target")?.as_table_like()?.get(target)?.as_table_like()?,
        None => root,
    };
    let names = TABLES.iter().find(|(table, _)| *table == declaration.table)?.1;
    first(tables, names)?.1.as_table_like()?.get(&declaration.alias)
}

/// How the fields of an entry are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Form {
    /// `b = { version = "1", path = "../b" }`.
    Braces,
    /// Below `[dev-dependencies.b]`, each on a line.
    Lines,
    /// `b.version = "1"`, each on a line.
    Dotted,
}

/// An entry in its text.
struct Entry<'a> {
    text: &'a str,
    fields: &'a dyn TableLike,
    form: Form,
}

impl<'a> Entry<'a> {
    fn of(text: &'a str, item: &'a Item) -> Option<Self> {
        let form = match item {
            // Dots inside of braces.
            Item::Value(Value::InlineTable(table)) if table.is_dotted() => return None,
            Item::Value(Value::InlineTable(_)) => Form::Braces,
            Item::Table(table) if table.is_dotted() => Form::Dotted,
            Item::Table(_) => Form::Lines,
            _ => return None,
        };
        Some(Self { text, fields: item.as_table_like()?, form })
    }

    /// From the first byte of a field's key to the last of its value.
    fn span(&self, name: &str) -> Option<Range<usize>> {
        let start = self.fields.key(name)?.span()?.start;
        Some(start..self.fields.get(name)?.span()?.end)
    }

    fn replacement(&self, range: Range<usize>, to: impl Into<String>) -> TextEdit {
        let from = self.text[range.clone()].to_owned();
        TextEdit { start: range.start, end: range.end, from, to: to.into() }
    }

    /// The edit that removes a field with what belongs to it: its comma or its line.
    fn removal(&self, name: &str) -> Option<TextEdit> {
        let span = self.span(name)?;
        if self.form != Form::Braces {
            let (start, end) = self.line(&span)?;
            return Some(self.replacement(start..end, ""));
        }
        let mut spans: Vec<Range<usize>> =
            self.fields.iter().map(|(name, _)| self.span(name)).collect::<Option<_>>()?;
        spans.sort_by_key(|span| span.start);
        let at = spans.iter().position(|other| *other == span)?;
        match (spans.get(at + 1), at.checked_sub(1)) {
            (Some(next), _) => Some(self.replacement(span.start..next.start, "")),
            (None, Some(before)) => Some(self.replacement(spans[before].end..span.end, "")),
            // An entry with a version alone has no path to fall back on.
            (None, None) => None,
        }
    }

    /// The whole line of a field, its end included; nothing when something else stands there.
    fn line(&self, span: &Range<usize>) -> Option<(usize, usize)> {
        let start = self.text[..span.start].rfind('\n').map_or(0, |newline| newline + 1);
        let rest = &self.text[span.end..];
        let (line, end) = match rest.find('\n') {
            Some(newline) => (&rest[..newline], span.end + newline + 1),
            None => (rest, self.text.len()),
        };
        let line = line.trim();
        (line.is_empty() || line.starts_with('#')).then_some((start, end))
    }

    /// The edits that give an inherited entry what it inherits, but for the version.
    fn detached(&self, shared: &dyn TableLike, path: &str) -> Option<Vec<TextEdit>> {
        let mut fields = vec![format!("path = {}", quoted(path))];
        if let Some(package) = shared.get("package").and_then(Item::as_str) {
            fields.push(format!("package = {}", quoted(package)));
        }
        let mut edits = Vec::new();
        let defaults = |table: &dyn TableLike| {
            ["default-features", "default_features"]
                .into_iter()
                .find_map(|name| Some((name, table.get(name)?.as_bool()?)))
        };
        let handed_down = defaults(shared).is_none_or(|(_, on)| on);
        match defaults(self.fields) {
            None if !handed_down => fields.push("default-features = false".to_owned()),
            // Cargo does not hear a member that switches off what the root leaves on.
            Some((name, false)) if handed_down => {
                let span = self.fields.get(name)?.span()?;
                edits.push(self.replacement(span, "true"));
            }
            _ => {}
        }
        let own = self.fields.get("features").map(|item| (item, names(item)));
        let mut more = shared.get("features").map_or_else(Vec::new, names);
        more.retain(|name| own.as_ref().is_none_or(|(_, own)| !own.contains(name)));
        let more: Vec<String> = more.into_iter().map(quoted).collect();
        match own {
            _ if more.is_empty() => {}
            None => fields.push(format!("features = [{}]", more.join(", "))),
            Some((item, own)) => {
                let first = item.as_array().and_then(|array| array.get(0)?.span());
                let at = first.map_or(item.span()?.start + 1, |first| first.start);
                let comma = if own.is_empty() { "" } else { ", " };
                edits.push(self.replacement(at..at, more.join(", ") + comma));
            }
        }
        edits.push(self.in_place_of_workspace(&fields)?);
        edits.sort_by_key(|edit| edit.start);
        Some(edits)
    }

    /// The edit that writes these fields where `workspace = true` stands.
    fn in_place_of_workspace(&self, fields: &[String]) -> Option<TextEdit> {
        let span = self.span("workspace")?;
        if self.form == Form::Braces {
            return Some(self.replacement(span, fields.join(", ")));
        }
        let (start, end) = self.line(&span)?;
        let before = &self.text[start..span.start];
        if self.form == Form::Dotted && self.fields.len() == 1 {
            let name = before.trim_end().strip_suffix('.')?.trim_end();
            let entry = format!(" = {{ {} }}", fields.join(", "));
            return Some(self.replacement(start + name.len()..span.end, entry));
        }
        let newline = if self.text[start..end].ends_with("\r\n") { "\r\n" } else { "\n" };
        let separator = format!("{newline}{before}");
        Some(self.replacement(span, fields.join(&separator)))
    }
}

fn names(item: &Item) -> Vec<&str> {
    item.as_array().into_iter().flatten().filter_map(Value::as_str).collect()
}

fn quoted(text: &str) -> String {
    Value::from(text).to_string()
}

/// Whether the edits take the version from this entry, and change nothing else that Cargo reads.
fn is_all_that_changes(
    text: &str,
    edits: &[TextEdit],
    declaration: &Declaration,
    item: &Item,
    root: &Root,
) -> bool {
    let Ok(edited) = apply(text, edits) else { return false };
    let (Ok(before), Ok(after)) =
        (Manifest::parse(&RelPath::default(), text), Manifest::parse(&RelPath::default(), &edited))
    else {
        return false;
    };
    let document = Document::parse(edited.as_str());
    let Some(now) = document.as_ref().ok().and_then(|it| entry(it.as_table(), declaration)) else {
        return false;
    };
    let others = |manifest: &Manifest| {
        let mut others: Vec<String> = manifest
            .declarations()
            .iter()
            .filter(|other| other.key != declaration.key)
            .map(|other| {
                let requirement = other.requirement.as_ref().map(|spot| &spot.value);
                format!("{} {requirement:?} {:?} {}", other.key, other.path, other.inherited)
            })
            .collect();
        others.sort();
        others
    };
    let declared = after.declarations().iter().find(|other| other.key == declaration.key);
    let has_path_alone = declared.is_some_and(|now| {
        now.table == Table::Dev && now.requirement.is_none() && !now.inherited && now.path.is_some()
    });
    let meaning = |item| {
        let fields = packed_dependency(&declaration.alias, item, root, false);
        without_registry(fields.unwrap_or_default())
    };
    has_path_alone && others(&before) == others(&after) && meaning(item) == meaning(now)
}

/// What is left of an entry that no registry is asked for.
fn without_registry(mut fields: BTreeMap<String, String>) -> BTreeMap<String, String> {
    for name in ["version", "registry", "registry-index"] {
        fields.remove(name);
    }
    if fields.get("features") == Some(&canonical::set(std::iter::empty())) {
        fields.remove("features");
    }
    fields
}

#[cfg(test)]
#[path = "unversioned_tests.rs"]
mod tests;
