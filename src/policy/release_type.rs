//! Types of releases: what each has to pass, and how it is taken back.

use super::place::{Place, Source};
use super::{Gate, Policy, PolicyError, Way, nearest, way};
use serde::{Deserialize, Serialize};
use std::fmt;
use toml_edit::{Item, TableLike};

/// The keys of the table of one type.
pub(super) const KEYS: [&str; 2] = ["gates", "rollback"];

/// What kind of a release it is. A plan says which, and nobody chooses it with a word of its own.
#[derive(
    Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(rename_all = "kebab-case")]
pub enum ReleaseType {
    /// Neither of the others.
    #[default]
    Regular,
    /// Every version of it is a pre-release.
    PreRelease,
    /// It was asked for with `--hotfix`.
    Hotfix,
}

/// What the configuration says of one type.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TypePolicy {
    /// The names of its gates, in their order.
    pub gates: Vec<String>,
    /// How such a release is taken back where nobody says otherwise.
    pub rollback: Option<Way>,
}

impl ReleaseType {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Regular, Self::PreRelease, Self::Hotfix];

    /// As configuration and plans write it.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Regular => "regular",
            Self::PreRelease => "pre-release",
            Self::Hotfix => "hotfix",
        }
    }

    /// Whether it is the one that needs no word.
    #[must_use]
    pub fn is_regular(&self) -> bool {
        *self == Self::Regular
    }
}

impl fmt::Display for ReleaseType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.word())
    }
}

impl Policy {
    /// The gates that a release of this type has to pass, in their order.
    pub fn gates_of(&self, of: ReleaseType) -> impl Iterator<Item = &Gate> {
        let names = self.types.get(&of).map_or(&[][..], |policy| &policy.gates);
        names.iter().filter_map(|name| self.gates.get(name))
    }

    /// How a release of this type is taken back where nobody says otherwise, and the key that says
    /// so.
    #[must_use]
    pub fn way_of(&self, of: ReleaseType) -> (Way, String) {
        match self.types.get(&of).and_then(|policy| policy.rollback) {
            Some(way) => (way, format!("type.{of}.rollback")),
            None => (self.rollback, "rollback".to_owned()),
        }
    }
}

/// The tables behind `type`, each written as `[type.NAME]`.
pub(super) fn tables<'i>(
    source: &Source<'_>,
    item: &'i Item,
) -> Result<Vec<(ReleaseType, &'i dyn TableLike)>, PolicyError> {
    let wanted = "`type` must be a table for each type of releases, as `[type.hotfix]`";
    let mut tables = Vec::new();
    for (name, own, table) in source.named_tables(item, wanted)? {
        let known = ReleaseType::ALL.map(ReleaseType::word);
        let of = ReleaseType::ALL.into_iter().find(|of| of.word() == name).ok_or_else(|| {
            let near = nearest(name, known).map(|near| format!("; did you mean `{near}`?"));
            let known = "the types of releases are `regular`, `pre-release` and `hotfix`";
            let text = format!("`type.{name}`: {known}{}", near.unwrap_or_default());
            let span = table.iter().find_map(|(_, item)| item.span()).or(own.span());
            PolicyError { place: source.place(span), message: text }
        })?;
        tables.push((of, table));
    }
    Ok(tables)
}

/// Reads the table of one type, and where it names each of its gates.
pub(super) fn read(
    source: &Source<'_>,
    table: &dyn TableLike,
) -> Result<(TypePolicy, Vec<Place>), PolicyError> {
    let (mut policy, mut places) = (TypePolicy::default(), Vec::new());
    if let Some(item) = table.get("rollback") {
        policy.rollback = Some(way::read(source, "rollback", item)?);
    }
    if let Some(item) = table.get("gates") {
        let wrong = || source.error(item, "`gates` must be a list of names of gates".to_owned());
        for value in item.as_array().ok_or_else(wrong)? {
            let name = value.as_str().ok_or_else(wrong)?.to_owned();
            if policy.gates.contains(&name) {
                let message = format!("`gates`: `{name}` stands there twice");
                return Err(PolicyError { place: source.place(value.span()), message });
            }
            policy.gates.push(name);
            places.push(source.place(value.span()));
        }
    }
    Ok((policy, places))
}
