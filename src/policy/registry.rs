//! What is known of single registries: when a version counts as there, and how many they take.

use super::place::Source;
use super::{Policy, PolicyError, value};
use crate::model::RegistryName;
use std::time::Duration;
use toml_edit::{Item, TableLike};

/// The keys of the table of one registry.
pub(super) const KEYS: [&str; 4] = ["new-packages", "updates", "visibility", "yanks"];

/// When packages that need a version go out.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Visibility {
    /// When the index shows it with our checksum.
    #[default]
    Index,
    /// When the registry's web API answers for it from its database, with our checksum; the index
    /// is waited for once, at the end.
    Database,
}

impl Visibility {
    /// Both of them.
    pub const ALL: [Self; 2] = [Self::Index, Self::Database];

    /// As configuration writes it.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Index => "index",
            Self::Database => "database",
        }
    }
}

/// How many uploads of one kind a registry takes from one user.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limit {
    /// So many at once when none was sent for long.
    pub at_once: u32,
    /// One more each time this has passed.
    pub then_every: Duration,
}

/// What the configuration says of one registry.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RegistryPolicy {
    /// When a version of it counts as there, where that differs from the others.
    pub visibility: Option<Visibility>,
    /// How many new packages it takes.
    pub new_packages: Option<Limit>,
    /// How many versions of packages it takes that it has.
    pub updates: Option<Limit>,
    /// How many yanks and unyanks it takes.
    pub yanks: Option<Limit>,
}

/// What crates.io takes of one user: new packages, versions of those that exist, and yanks together
/// with unyanks (`src/rate_limiter.rs` of rust-lang/crates.io).
const CRATES_IO: (Limit, Limit, Limit) = (
    Limit { at_once: 5, then_every: Duration::from_mins(10) },
    Limit { at_once: 30, then_every: Duration::from_mins(1) },
    Limit { at_once: 100, then_every: Duration::from_mins(1) },
);

impl Policy {
    /// When packages that need a version on this registry go out.
    #[must_use]
    pub fn visibility(&self, registry: &RegistryName) -> Visibility {
        let own = self.registries.get(registry).and_then(|policy| policy.visibility);
        own.unwrap_or(self.visibility)
    }

    /// How many new packages a registry takes; nothing where nobody said.
    #[must_use]
    pub fn new_packages(&self, registry: &RegistryName) -> Option<Limit> {
        let own = self.registries.get(registry).and_then(|policy| policy.new_packages);
        own.or_else(|| registry.is_crates_io().then_some(CRATES_IO.0))
    }

    /// How many versions of packages that it has a registry takes; nothing where nobody said.
    #[must_use]
    pub fn updates(&self, registry: &RegistryName) -> Option<Limit> {
        let own = self.registries.get(registry).and_then(|policy| policy.updates);
        own.or_else(|| registry.is_crates_io().then_some(CRATES_IO.1))
    }

    /// How many yanks and unyanks a registry takes; nothing where nobody said.
    #[must_use]
    pub fn yanks(&self, registry: &RegistryName) -> Option<Limit> {
        let own = self.registries.get(registry).and_then(|policy| policy.yanks);
        own.or_else(|| registry.is_crates_io().then_some(CRATES_IO.2))
    }
}

/// A word for when a version counts as there.
pub(super) fn visibility(
    source: &Source<'_>,
    key: &str,
    item: &Item,
) -> Result<Visibility, PolicyError> {
    let word = value::word(source, key, item, &Visibility::ALL.map(Visibility::word))?;
    let visibility = Visibility::ALL.into_iter().find(|visibility| visibility.word() == word);
    Ok(visibility.expect("every word is that of a choice"))
}

/// The tables behind `registry`, each written as `[registry.NAME]`, with the items that they are.
pub(super) fn tables<'i>(
    source: &Source<'_>,
    item: &'i Item,
) -> Result<Vec<(RegistryName, &'i Item, &'i dyn TableLike)>, PolicyError> {
    let wanted = "`registry` must be a table for each registry, as `[registry.NAME]`";
    let mut tables = Vec::new();
    for (name, own, table) in source.named_tables(item, wanted)? {
        let name = RegistryName::new(name)
            .map_err(|_| source.error(own, format!("`{name}` is no name of a registry")))?;
        tables.push((name, own, table));
    }
    Ok(tables)
}

/// Reads the table of one registry.
pub(super) fn read(
    source: &Source<'_>,
    table: &dyn TableLike,
) -> Result<RegistryPolicy, PolicyError> {
    let mut policy = RegistryPolicy::default();
    for (key, item) in table.iter() {
        match key {
            "visibility" => policy.visibility = Some(visibility(source, key, item)?),
            "new-packages" => policy.new_packages = Some(limit(source, key, item)?),
            "updates" => policy.updates = Some(limit(source, key, item)?),
            "yanks" => policy.yanks = Some(limit(source, key, item)?),
            _ => {}
        }
    }
    Ok(policy)
}

/// `{ at-once = 5, then-every = "10m" }`.
fn limit(source: &Source<'_>, key: &str, item: &Item) -> Result<Limit, PolicyError> {
    let wrong = || {
        source.error(item, format!("`{key}` must be as {{ at-once = 5, then-every = \"10m\" }}"))
    };
    let table = item.as_table_like().filter(|table| table.len() == 2).ok_or_else(wrong)?;
    let count = table.get("at-once").ok_or_else(wrong)?;
    let at_once = count.as_integer().and_then(|count| u32::try_from(count).ok());
    let at_once = at_once.filter(|count| *count > 0).ok_or_else(|| {
        source.error(count, "`at-once` must be a number of packages, 1 at least".to_owned())
    })?;
    let every = table.get("then-every").ok_or_else(wrong)?;
    Ok(Limit { at_once, then_every: value::length(source, "then-every", every)? })
}
