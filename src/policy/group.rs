//! Groups: packages whose versions hang together.

use super::place::{Place, Source};
use super::{PolicyError, PolicyNote, nearest, value};
use crate::model::PackageName;
use globset::GlobBuilder;
use std::collections::BTreeSet;
use toml_edit::{Item, TableLike, Value};

/// Packages whose versions hang together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Group {
    pub name: String,
    pub kind: GroupKind,
    /// The members that `packages` names, patterns filled in.
    pub packages: BTreeSet<PackageName>,
    /// Where its `packages` stand.
    pub place: Place,
}

/// How the versions of a group hang together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum GroupKind {
    /// When one moves all move, to one version.
    Fixed,
    /// Those that move share a version.
    Linked,
}

impl GroupKind {
    /// The word in the configuration.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Fixed => "fixed",
            Self::Linked => "linked",
        }
    }
}

/// The keys of a group.
pub(super) const KEYS: [&str; 3] = ["kind", "name", "packages"];

/// The tables behind `group`: `[[group]]`, or an array of inline tables.
pub(super) fn tables<'i>(
    source: &Source<'_>,
    item: &'i Item,
) -> Result<Vec<&'i dyn TableLike>, PolicyError> {
    let wrong = || {
        let text = "`group` must be a list of tables, each written as `[[group]]`".to_owned();
        source.error(item, text)
    };
    if let Some(tables) = item.as_array_of_tables() {
        return Ok(tables.iter().map(|table| table as &dyn TableLike).collect());
    }
    let values = item.as_array().ok_or_else(wrong)?;
    let table = |value: &'i Value| value.as_inline_table().map(|table| table as &dyn TableLike);
    values.iter().map(|value| table(value).ok_or_else(wrong)).collect()
}

/// Reads one group; `list` is what all groups stand in, for the place of what is missing.
pub(super) fn read(
    source: &Source<'_>,
    (list, table): (&Item, &dyn TableLike),
    members: &[&str],
    notes: &mut Vec<PolicyNote>,
) -> Result<Group, PolicyError> {
    let needed = |key: &str, what: &str| {
        table.get(key).ok_or_else(|| {
            // A key that means nothing was probably meant for the one that is missing.
            let unknown = || table.iter().filter(|(key, _)| !KEYS.contains(key));
            let meant = unknown().find(|(typed, _)| is_meant(typed, key));
            let place = match meant {
                Some((typed, _)) => table.get_key_value(typed).and_then(|(typed, _)| typed.span()),
                None => table.iter().find_map(|(_, item)| item.span()).or(list.span()),
            };
            let meant = meant.map(|(typed, _)| format!("; `{typed}` means nothing here"));
            PolicyError {
                place: source.place(place),
                message: format!("the group has no `{key}`{}: {what}", meant.unwrap_or_default()),
            }
        })
    };
    let name_item = needed("name", "a name of your own, for the plan to call it by")?;
    let name = source.string("name", name_item)?.to_owned();
    if name.trim().is_empty() {
        return Err(source.error(name_item, "the name of the group is empty".to_owned()));
    }
    let kind_item = needed("kind", "`fixed` or `linked`")?;
    let kind = match value::word(source, "kind", kind_item, &["fixed", "linked"])? {
        "fixed" => GroupKind::Fixed,
        _ => GroupKind::Linked,
    };
    let list = needed("packages", "a list of package names, in which `*` stands for any text")?;
    let wrong = || source.error(list, "`packages` must be a list of package names".to_owned());
    let mut packages = BTreeSet::new();
    let entries = list.as_array().ok_or_else(wrong)?;
    if entries.is_empty() {
        let text = format!("group `{name}` holds no package");
        let note = PolicyNote::without_effect(source.place(list.span()), text);
        notes.push(note.hint("name packages, as [\"lib-*\", \"app\"]"));
    }
    for value in entries {
        let text = value.as_str().ok_or_else(wrong)?;
        let found = named(text, members)
            .map_err(|message| PolicyError { place: source.place(value.span()), message })?;
        if found.is_empty() {
            notes.push(nobody(&name, text, source.place(value.span()), members));
        }
        packages.extend(found);
    }
    Ok(Group { name, kind, packages, place: source.place(list.span()) })
}

/// Whether somebody who typed the one key may have meant the other.
fn is_meant(typed: &str, key: &str) -> bool {
    nearest(typed, [key]).is_some() || (typed.len() > 2 && key.starts_with(typed))
}

/// The members that a name or a pattern stands for.
fn named(text: &str, members: &[&str]) -> Result<Vec<PackageName>, String> {
    let name = |member: &&str| PackageName::new(*member).expect("members have valid names");
    if !is_pattern(text) {
        return Ok(members.iter().filter(|member| **member == text).map(name).collect());
    }
    let glob = GlobBuilder::new(text).backslash_escape(false).build();
    let glob = glob.map_err(|error| format!("`{text}` is no pattern: {}", error.kind()))?;
    let matcher = glob.compile_matcher();
    Ok(members.iter().filter(|member| matcher.is_match(member)).map(name).collect())
}

fn is_pattern(text: &str) -> bool {
    text.contains(['*', '?', '[', '{'])
}

/// A name without its package lets a member move apart from the others, so it is refused; a
/// pattern may well be ahead of its packages.
fn nobody(group: &str, text: &str, place: Place, members: &[&str]) -> PolicyNote {
    if is_pattern(text) {
        let text = format!("group `{group}`: no member of the workspace matches `{text}`");
        return PolicyNote::without_effect(place, text);
    }
    let near = nearest(text, members.iter().copied());
    let hint = near.map_or_else(
        || "`cargo metadata --no-deps` lists the members".to_owned(),
        |near| format!("did you mean `{near}`?"),
    );
    let text = format!("group `{group}`: no member of the workspace is called `{text}`");
    PolicyNote::conflict(place, text).hint(hint)
}
