//! Versions and how far they move.

pub use semver::{Version, VersionReq};

use serde::{Deserialize, Serialize};
use std::fmt;

/// What a change means for the users of a package.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Impact {
    /// A repair or anything else that nobody has to react to.
    Fix,
    /// Something new; everything that worked goes on working.
    Feature,
    /// Something that worked does not any more.
    Breaking,
}

impl Impact {
    /// The part of `version` that moves for this impact.
    ///
    /// Below 1.0.0 Cargo reads versions one place to the left (Cargo Book, chapter
    /// on compatibility): in 0.y.z a breaking change moves the minor and a feature the patch number;
    /// in 0.0.z everything moves the patch number.
    #[must_use]
    pub fn bump_for(self, version: &Version) -> Bump {
        match (self, version.major, version.minor) {
            (Self::Breaking, 0, 0) => Bump::Patch,
            (Self::Breaking, 0, _) | (Self::Feature, 1.., _) => Bump::Minor,
            (Self::Breaking, ..) => Bump::Major,
            (Self::Feature | Self::Fix, ..) => Bump::Patch,
        }
    }
}

/// Which part of a version moves.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Bump {
    /// The version stays: a package that was never published is released as it is.
    None,
    /// Only the pre-release part.
    Pre,
    /// The third number.
    Patch,
    /// The second number.
    Minor,
    /// The first number.
    Major,
}

impl Bump {
    /// `version` with this part raised and everything to its right reset; build metadata is
    /// dropped. A pre-release is finished first where its base already holds the raise, as
    /// `1.1.0-rc.1` raised by a patch is `1.1.0`.
    #[must_use]
    pub fn apply(self, version: &Version) -> Version {
        let Version { major, minor, patch, .. } = *version;
        let pre = !version.pre.is_empty();
        match self {
            Self::None | Self::Pre => version.clone(),
            Self::Patch if pre => Version::new(major, minor, patch),
            Self::Patch => Version::new(major, minor, patch + 1),
            Self::Minor if pre && patch == 0 => Version::new(major, minor, 0),
            Self::Minor => Version::new(major, minor + 1, 0),
            Self::Major if pre && patch == 0 && minor == 0 => Version::new(major, 0, 0),
            Self::Major => Version::new(major + 1, 0, 0),
        }
    }
}

impl fmt::Display for Bump {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::None => "none",
            Self::Pre => "pre",
            Self::Patch => "patch",
            Self::Minor => "minor",
            Self::Major => "major",
        })
    }
}

/// The leftmost part in which two versions differ.
#[must_use]
pub fn bump_between(from: &Version, to: &Version) -> Bump {
    if from.major != to.major {
        Bump::Major
    } else if from.minor != to.minor {
        Bump::Minor
    } else if from.patch != to.patch {
        Bump::Patch
    } else if from.pre != to.pre {
        Bump::Pre
    } else {
        Bump::None
    }
}

/// Whether `to` is not compatible with `from` by Cargo's rules: a default requirement on `from`
/// does not match it.
#[must_use]
pub fn breaks(from: &Version, to: &Version) -> bool {
    let caret = semver::Comparator {
        op: semver::Op::Caret,
        major: from.major,
        minor: Some(from.minor),
        patch: Some(from.patch),
        pre: from.pre.clone(),
    };
    // A pre-release is outside every requirement that names none of its own base; what counts is
    // whether its base would be inside.
    let base =
        if to.pre.is_empty() { to.clone() } else { Version::new(to.major, to.minor, to.patch) };
    !caret.matches(&base) && !caret.matches(to)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn impacts_move_versions_as_cargo_reads_them() {
        let table = [
            ("1.2.3", Impact::Fix, "1.2.4"),
            ("1.2.3", Impact::Feature, "1.3.0"),
            ("1.2.3", Impact::Breaking, "2.0.0"),
            ("0.2.3", Impact::Fix, "0.2.4"),
            ("0.2.3", Impact::Feature, "0.2.4"),
            ("0.2.3", Impact::Breaking, "0.3.0"),
            ("0.0.3", Impact::Breaking, "0.0.4"),
            ("1.1.0-rc.1", Impact::Feature, "1.1.0"),
        ];
        for (from, impact, to) in table {
            let version = Version::parse(from).expect("a version");
            let moved = impact.bump_for(&version).apply(&version);
            assert_eq!(moved.to_string(), to, "{from} with {impact:?}");
        }
    }

    #[test]
    fn breaking_is_what_a_default_requirement_excludes() {
        let table = [
            ("1.2.3", "1.9.0", false),
            ("1.2.3", "2.0.0", true),
            ("0.2.3", "0.3.0", true),
            ("0.0.3", "0.0.4", true),
            ("1.0.0", "1.1.0-rc.1", false),
            ("1.0.0", "2.0.0-rc.1", true),
        ];
        for (from, to, expected) in table {
            let parse = |text| Version::parse(text).expect("a version");
            assert_eq!(breaks(&parse(from), &parse(to)), expected, "{from} to {to}");
        }
    }
}
