//! What a published version requires.

use crate::model::{PackageName, VersionReq};
use std::fmt;
use std::ops::Range;
use std::sync::Arc;

/// The normal and build dependencies of a published version: package and requirement.
///
/// A package of many years has thousands, of which hardly any are asked for; so they stay a part of
/// the text they were read from until somebody does.
#[derive(Clone)]
pub struct Dependencies {
    text: Arc<str>,
    part: Range<usize>,
}

/// What stands between two of them.
const BETWEEN: char = '\t';

impl Dependencies {
    /// Those that a part of a text names as [`Self::as_str`] writes them; none when the text has no
    /// such part. What is no dependency is passed over.
    #[must_use]
    pub fn written(text: Arc<str>, part: Range<usize>) -> Self {
        if text.get(part.clone()).is_some() { Self { text, part } } else { Self::default() }
    }

    /// All of them as text, a tab between two.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text[self.part.clone()]
    }

    /// All of them.
    pub fn iter(&self) -> impl Iterator<Item = (PackageName, VersionReq)> + '_ {
        let parts = self.as_str().split(BETWEEN).filter_map(|one| one.split_once(' '));
        parts.filter_map(|(name, requirement)| {
            Some((PackageName::new(name).ok()?, VersionReq::parse(requirement).ok()?))
        })
    }

    /// What is required of one package.
    pub fn on<'a>(&'a self, package: &'a PackageName) -> impl Iterator<Item = VersionReq> + 'a {
        let parts = self.as_str().split(BETWEEN).filter_map(|one| one.split_once(' '));
        let on_it = parts.filter(|(name, _)| *name == package.as_str());
        on_it.filter_map(|(_, requirement)| VersionReq::parse(requirement).ok())
    }
}

impl Default for Dependencies {
    fn default() -> Self {
        Self { text: Arc::from(""), part: 0..0 }
    }
}

impl FromIterator<(PackageName, VersionReq)> for Dependencies {
    fn from_iter<I: IntoIterator<Item = (PackageName, VersionReq)>>(all: I) -> Self {
        let each = all.into_iter().map(|(name, requirement)| format!("{name} {requirement}"));
        let text = each.collect::<Vec<_>>().join(&BETWEEN.to_string());
        let part = 0..text.len();
        Self { text: text.into(), part }
    }
}

impl PartialEq for Dependencies {
    fn eq(&self, other: &Self) -> bool {
        self.as_str() == other.as_str()
    }
}

impl Eq for Dependencies {}

impl fmt::Debug for Dependencies {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.as_str().split(BETWEEN)).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn name(text: &str) -> PackageName {
        PackageName::new(text).expect("a name")
    }

    #[test]
    fn what_is_put_in_comes_out_again() {
        let all: Vec<(PackageName, VersionReq)> = [("a", "^1.0"), ("b", ">=1, <3"), ("a", "*")]
            .map(|(package, text)| (name(package), text.parse().expect("a requirement")))
            .into();
        let dependencies: Dependencies = all.iter().cloned().collect();
        assert_eq!(dependencies.iter().collect::<Vec<_>>(), all);
        let on_a: Vec<String> = dependencies.on(&name("a")).map(|it| it.to_string()).collect();
        assert_eq!(on_a, ["^1.0", "*"]);
        assert_eq!(Dependencies::default().iter().count(), 0);
    }

    #[test]
    fn a_part_of_a_text_is_read_as_far_as_it_can_be() {
        let text: Arc<str> = "head a ^1\tb ~2\tno requirement\tc".into();
        let dependencies = Dependencies::written(Arc::clone(&text), 5..text.len());
        let read: Vec<String> = dependencies
            .iter()
            .map(|(name, requirement)| format!("{name} {requirement}"))
            .collect();
        assert_eq!(read, ["a ^1", "b ~2"]);
        assert_eq!(Dependencies::written(text, 5..99), Dependencies::default());
    }
}
