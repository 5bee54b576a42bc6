//! The names of lines of pre-releases.

use semver::Prerelease;
use serde::{Deserialize, Serialize};
use std::fmt;

/// A text that cannot name a line of pre-releases.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "`{0}` names no line of pre-releases: letters, digits, `-` and `.`, with no number at the end, \
     as `rc` or `beta`"
)]
pub struct InvalidPreId(pub String);

/// What a line of pre-releases is called, without its number: `rc` for `1.1.0-rc.2`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct PreId(String);

impl PreId {
    /// Checks a text and makes it a name.
    ///
    /// # Errors
    /// [`InvalidPreId`] when `1.0.0-TEXT.1` is no version, or when the text ends with a digit: the
    /// number is counted, never given.
    pub fn new(text: impl Into<String>) -> Result<Self, InvalidPreId> {
        let text = text.into();
        let ends_well = text.ends_with(|c: char| c.is_ascii_alphabetic() || c == '-');
        let has_letter = text.contains(|c: char| c.is_ascii_alphabetic());
        if !ends_well || !has_letter || Prerelease::new(&text).is_err() {
            return Err(InvalidPreId(text));
        }
        Ok(Self(text))
    }

    /// The name as written.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for PreId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

impl TryFrom<String> for PreId {
    type Error = InvalidPreId;
    fn try_from(text: String) -> Result<Self, InvalidPreId> {
        Self::new(text)
    }
}

impl From<PreId> for String {
    fn from(id: PreId) -> String {
        id.0
    }
}

#[cfg(test)]
mod tests {
    use super::PreId;

    #[test]
    fn a_name_has_no_number_and_fits_into_a_version() {
        for text in ["rc", "beta", "alpha.next", "pre-release", "RC"] {
            assert!(PreId::new(text).is_ok(), "{text}");
        }
        for text in ["", "rc.1", "rc1", "7", "r c", "rc..x", "rc.", "ü", "rc+x", "-", ".-"] {
            assert!(PreId::new(text).is_err(), "{text}");
        }
    }
}
