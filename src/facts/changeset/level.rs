//! How far a changeset moves a package.

use crate::model::{Impact, nearest};
use serde::{Deserialize, Serialize};
use std::fmt;

/// What a change means for the users of a package, in the words of a changeset.
///
/// The words name parts of a version from 1.0.0 on. Below that they keep their meaning, not their
/// part: `major` in 0.3.1 is a breaking change and gives 0.4.0, as a breaking commit does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Level {
    /// It is told to people, and is no reason for a release.
    None,
    /// A repair.
    Patch,
    /// Something new.
    Minor,
    /// Something that worked does not any more.
    Major,
}

/// The words, the usual ones first, and what they mean.
const WORDS: [(&str, Level); 7] = [
    ("major", Level::Major),
    ("minor", Level::Minor),
    ("patch", Level::Patch),
    ("none", Level::None),
    ("breaking", Level::Major),
    ("feature", Level::Minor),
    ("fix", Level::Patch),
];

/// A word that is no level.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{word}` is no level")]
pub struct UnknownLevel {
    pub word: String,
    /// The level that was probably meant.
    pub nearest: Option<&'static str>,
}

impl Level {
    /// The levels, the weightiest first.
    pub const ALL: [Self; 4] = [Self::Major, Self::Minor, Self::Patch, Self::None];

    /// What it means for users; nothing when there is nothing to release.
    #[must_use]
    pub fn impact(self) -> Option<Impact> {
        match self {
            Self::None => None,
            Self::Patch => Some(Impact::Fix),
            Self::Minor => Some(Impact::Feature),
            Self::Major => Some(Impact::Breaking),
        }
    }
}

impl std::str::FromStr for Level {
    type Err = UnknownLevel;

    fn from_str(word: &str) -> Result<Self, UnknownLevel> {
        let known = WORDS.iter().find(|(known, _)| *known == word);
        known.map(|(_, level)| *level).ok_or_else(|| UnknownLevel {
            word: word.to_owned(),
            nearest: nearest(word, WORDS.map(|(known, _)| known)),
        })
    }
}

impl fmt::Display for Level {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::None => "none",
            Self::Patch => "patch",
            Self::Minor => "minor",
            Self::Major => "major",
        })
    }
}
