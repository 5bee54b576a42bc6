//! Paths inside the repository.

use serde::{Deserialize, Serialize};
use std::fmt;

/// A path relative to the repository's root: `/` between the parts, never absolute, no `.` or `..`
/// part; empty for the root itself.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct RelPath(String);

/// A text that leaves the repository or is absolute.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not a path inside the repository")]
pub struct OutsideRepository(pub String);

impl RelPath {
    /// Checks a path and folds `.` and `..` parts; backslashes count as separators.
    ///
    /// # Errors
    /// `OutsideRepository` when the path is absolute or leaves the root.
    pub fn new(text: impl AsRef<str>) -> Result<Self, OutsideRepository> {
        let text = text.as_ref();
        let outside = || OutsideRepository(text.to_owned());
        let unified = text.replace('\\', "/");
        if unified.starts_with('/') || unified.contains('\0') || unified.get(1..2) == Some(":") {
            return Err(outside());
        }
        let mut parts: Vec<&str> = Vec::new();
        for part in unified.split('/') {
            match part {
                "" | "." => {}
                ".." => {
                    parts.pop().ok_or_else(outside)?;
                }
                part => parts.push(part),
            }
        }
        Ok(Self(parts.join("/")))
    }

    /// The root of the repository.
    #[must_use]
    pub fn root() -> Self {
        Self(String::new())
    }

    /// The text, `/`-separated; empty for the root.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// This path with `rest` below it; `rest` may contain `..`.
    ///
    /// # Errors
    /// `OutsideRepository` when the result leaves the root.
    pub fn join(&self, rest: &str) -> Result<Self, OutsideRepository> {
        if rest.starts_with('/') {
            return Err(OutsideRepository(rest.to_owned()));
        }
        Self::new(format!("{}/{rest}", if self.0.is_empty() { "." } else { &self.0 }))
    }

    /// The folder that holds this path; the root for a path of one part.
    #[must_use]
    pub fn parent(&self) -> Self {
        Self(self.0.rsplit_once('/').map_or(String::new(), |(parent, _)| parent.to_owned()))
    }

    /// The part of this path below `folder`, or nothing when it is not below it.
    #[must_use]
    pub fn below<'a>(&'a self, folder: &RelPath) -> Option<&'a str> {
        if folder.0.is_empty() {
            return Some(&self.0);
        }
        self.0.strip_prefix(&folder.0)?.strip_prefix('/')
    }

    /// The way here from `folder`, as a manifest there writes it: `../b`; `.` for itself.
    #[must_use]
    pub fn seen_from(&self, folder: &RelPath) -> String {
        let parts = |path: &'_ str| path.split('/').filter(|part| !part.is_empty()).count();
        let (mut mine, mut theirs) = (self.0.split('/'), folder.0.split('/'));
        let mut shared = 0;
        while let (Some(a), Some(b)) = (mine.next(), theirs.next()) {
            if a != b || a.is_empty() {
                break;
            }
            shared += 1;
        }
        let up = std::iter::repeat_n("..", parts(&folder.0) - shared);
        let down = self.0.split('/').filter(|part| !part.is_empty()).skip(shared);
        let way: Vec<&str> = up.chain(down).collect();
        if way.is_empty() { ".".to_owned() } else { way.join("/") }
    }
}

impl fmt::Display for RelPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(if self.0.is_empty() { "." } else { &self.0 })
    }
}

impl TryFrom<String> for RelPath {
    type Error = OutsideRepository;
    fn try_from(text: String) -> Result<Self, OutsideRepository> {
        Self::new(text)
    }
}

impl From<RelPath> for String {
    fn from(path: RelPath) -> String {
        path.0
    }
}

#[cfg(test)]
mod tests {
    use super::RelPath;

    #[test]
    fn a_path_that_leaves_the_repository_is_refused() {
        for outside in ["/etc/passwd", "..", "a/../../b", "C:\\x"] {
            assert!(RelPath::new(outside).is_err(), "{outside}");
        }
    }

    #[test]
    fn a_way_leads_up_to_what_is_shared_and_down_from_there() {
        let table = [
            ("b", "a", "../b"),
            ("crates/b", "crates/a", "../b"),
            ("crates/b", "", "crates/b"),
            ("", "crates/a", "../.."),
            ("a", "a", "."),
            ("ab/c", "a/d/e", "../../../ab/c"),
            ("a/b/c", "a", "b/c"),
        ];
        for (to, from, way) in table {
            let path = |text| RelPath::new(text).expect("inside");
            assert_eq!(path(to).seen_from(&path(from)), way, "{to} from {from}");
            assert_eq!(path(from).join(way), Ok(path(to)));
        }
    }

    #[test]
    fn dots_are_folded_and_prefixes_are_whole_parts() {
        let path = RelPath::new("crates/./core/../store/src").expect("inside");
        assert_eq!(path.as_str(), "crates/store/src");
        let folder = RelPath::new("crates/store").expect("inside");
        assert_eq!(path.below(&folder), Some("src"));
        assert_eq!(RelPath::new("crates/store2").expect("inside").below(&folder), None);
    }
}
