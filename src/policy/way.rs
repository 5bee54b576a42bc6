//! What becomes of a workspace whose release is taken back.

use super::place::Source;
use super::{PolicyError, value};
use serde::{Deserialize, Serialize};
use toml_edit::Item;

/// What a rollback does beside its yanks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Way {
    /// The files of the workspace stay as they are.
    YankOnly,
    /// Versions and requirements go back to the last good ones, in a commit of their own.
    Revert,
    /// The same, and what could take a version that is taken back requires exactly the last good
    /// one until that is lifted.
    #[default]
    Pin,
    /// New versions are published first, as a release of their own; then what they replace is
    /// yanked.
    Hotfix,
}

impl Way {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::YankOnly, Self::Revert, Self::Pin, Self::Hotfix];

    /// As configuration and flags write it.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::YankOnly => "yank-only",
            Self::Revert => "revert",
            Self::Pin => "pin",
            Self::Hotfix => "hotfix",
        }
    }

    /// Whether the files of the workspace go back.
    #[must_use]
    pub fn reverts(self) -> bool {
        matches!(self, Self::Revert | Self::Pin)
    }
}

/// One of the ways.
pub(super) fn read(source: &Source<'_>, key: &str, item: &Item) -> Result<Way, PolicyError> {
    let word = value::word(source, key, item, &Way::ALL.map(Way::word))?;
    let way = Way::ALL.into_iter().find(|way| way.word() == word);
    Ok(way.expect("every word is that of a way"))
}
