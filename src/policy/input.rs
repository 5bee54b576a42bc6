//! Declared inputs: files that are not packed and count as a package's content all the same.

use super::{Place, PolicyNote};
use crate::model::{PackageName, RelPath};
use globset::{GlobBuilder, GlobMatcher};

/// Files from which a package is made without packing them, as the definitions that its sources
/// are generated from.
#[derive(Debug, Clone)]
pub struct Input {
    /// As it is written, seen from the package's folder.
    pub text: String,
    pub place: Place,
    /// Everything up to the first part that is a pattern.
    base: RelPath,
    /// What lies below that; nothing when no part is a pattern.
    below: Option<GlobMatcher>,
}

impl PartialEq for Input {
    fn eq(&self, other: &Self) -> bool {
        (&self.text, &self.place, &self.base) == (&other.text, &other.place, &other.base)
    }
}

impl Eq for Input {}

/// What an entry may say.
const EXPECTED: &str =
    "expected is a path or pattern that starts at the package's folder, as `../proto/**`";

impl Input {
    /// Reads one entry of a package in `folder`.
    ///
    /// # Errors
    /// A finding, for a pattern that cannot be read and for a way out of the repository.
    pub(super) fn read(
        text: &str,
        folder: &RelPath,
        place: Place,
    ) -> Result<Self, Box<PolicyNote>> {
        let wrong = |what: String, hint: Option<String>| {
            let text = format!("`inputs`: `{text}` {what}; {EXPECTED}");
            Box::new(PolicyNote { hint, ..PolicyNote::conflict(place.clone(), text) })
        };
        if text.trim().is_empty() {
            return Err(wrong("names no file".to_owned(), None));
        }
        if let Some(rest) = text.strip_prefix('!') {
            let hint = format!("name what counts instead of leaving out `{rest}`");
            return Err(wrong("leaves something out, which no entry can".to_owned(), Some(hint)));
        }
        if text.contains('\\') {
            let hint = format!("write `{}`", text.replace('\\', "/"));
            return Err(wrong("has `\\`, and parts are separated by `/`".to_owned(), Some(hint)));
        }
        let parts: Vec<&str> = text.split('/').collect();
        let is_pattern = |part: &&str| part.contains(['*', '?', '[', '{']);
        let literal = parts.iter().position(is_pattern).unwrap_or(parts.len());
        let (up, down) = parts.split_at(literal);
        let base = folder.join(&up.join("/")).ok().filter(|_| !text.starts_with('/'));
        let base = base.ok_or_else(|| wrong("leaves the repository".to_owned(), None))?;
        if down.iter().any(|part| ["", ".", ".."].contains(part)) {
            return Err(wrong(
                "goes on with `.`, `..` or nothing after a pattern".to_owned(),
                None,
            ));
        }
        let below = (!down.is_empty()).then(|| {
            let pattern = down.join("/");
            let glob = GlobBuilder::new(&pattern).literal_separator(true).build();
            glob.map(|glob| glob.compile_matcher())
                .map_err(|error| wrong(format!("is no pattern: {}", error.kind()), None))
        });
        Ok(Self { text: text.to_owned(), base, below: below.transpose()?, place })
    }

    /// The folder that holds everything it can name, or the one file.
    #[must_use]
    pub fn base(&self) -> &RelPath {
        &self.base
    }

    /// Whether it names one path outright, and nothing by a pattern.
    #[must_use]
    pub fn is_literal(&self) -> bool {
        self.below.is_none()
    }

    /// Whether a file counts: a folder that is named counts with all that is in it, and a file or
    /// submodule in the place of a folder around what is named counts too.
    #[must_use]
    pub fn covers(&self, path: &RelPath) -> bool {
        if self.base == *path || self.base.below(path).is_some_and(|rest| !rest.is_empty()) {
            return true;
        }
        let Some(rest) = path.below(&self.base) else { return false };
        let Some(pattern) = &self.below else { return true };
        let upward = std::iter::successors(Some(rest), |path| {
            path.rsplit_once('/').map(|(folder, _)| folder)
        });
        upward.into_iter().any(|path| pattern.is_match(path))
    }

    /// What to say when it names nothing.
    #[must_use]
    pub fn idle(&self, package: &PackageName) -> PolicyNote {
        let text = format!("`inputs`: no file that git tracks is named by `{}`", self.text);
        let below = self.below.iter().map(|below| below.glob().glob());
        let base = Some(self.base.as_str()).filter(|base| !base.is_empty());
        let path: Vec<&str> = base.into_iter().chain(below).collect();
        let hint = format!(
            "correct it or take it out; from the repository's root it is `{}`",
            path.join("/")
        );
        PolicyNote::without_effect(self.place.clone(), text).about(package).hint(hint)
    }
}

#[cfg(test)]
mod tests {
    use super::{Input, Place};
    use crate::model::RelPath;

    fn read(text: &str) -> Result<Input, String> {
        let path = |text: &str| RelPath::new(text).expect("a path inside");
        let (file, excerpt) = (path("crates/a/Cargo.toml"), String::new());
        let place = Place { file, line: 1, column: 1, excerpt };
        Input::read(text, &path("crates/a"), place).map_err(|note| note.text)
    }

    #[test]
    fn paths_and_patterns_start_at_the_packages_folder() {
        let table = [
            ("schema.json", "crates/a/schema.json", "crates/schema.json schema.json"),
            ("./gen/", "crates/a/gen/x crates/a/gen/y/z", "crates/a/gent"),
            ("../../proto", "proto/a.proto proto/deep/b.proto proto", "crates/proto protobuf"),
            ("../../proto/**", "proto/a.proto proto/deep/b.proto proto", "crates/proto/x"),
            ("../../proto/*.proto", "proto/a.proto", "proto/deep/b.proto proto/a.txt"),
            ("../../proto/*", "proto/a proto/deep/b.proto", "other"),
            ("../../**/*.proto", "x.proto proto/deep/b.proto crates/a/c.proto", "proto/x.rs"),
            ("../../{proto,idl}/v[12]/*", "idl/v1/x proto/v2/y", "idl/v3/x doc/v1/x"),
            ("../b/../c/x", "crates/c/x", "crates/b/x"),
        ];
        for (text, covered, left_out) in table {
            let input = read(text).expect("an input");
            let covers = |path| input.covers(&RelPath::new(path).expect("a path inside"));
            for path in covered.split(' ') {
                assert!(covers(path), "`{text}` covers {path}");
            }
            for path in left_out.split(' ') {
                assert!(!covers(path), "`{text}` leaves {path} out");
            }
        }
    }

    #[test]
    fn a_submodule_counts_when_what_is_named_lies_in_it() {
        let input = read("../../vendor/idl/*.proto").expect("an input");
        assert!(input.covers(&RelPath::new("vendor").expect("a path inside")));
        assert!(!input.covers(&RelPath::new("crates").expect("a path inside")));
    }

    #[test]
    fn what_cannot_be_meant_is_told_with_what_is_expected() {
        let table = [
            ("../../../x", "leaves the repository"),
            ("../../../**", "leaves the repository"),
            ("/etc/passwd", "leaves the repository"),
            ("/**", "leaves the repository"),
            ("", "names no file"),
            ("!x", "leaves something out"),
            ("..\\x", "separated by `/`"),
            ("*/../../../x", "after a pattern"),
            ("**/", "after a pattern"),
            ("../[z-a]", "is no pattern"),
            ("../{a", "is no pattern"),
        ];
        for (text, expected) in table {
            let said = read(text).expect_err(text);
            assert!(said.starts_with(&format!("`inputs`: `{text}` ")), "{said}");
            assert!(said.contains(expected) && said.contains("`../proto/**`"), "{said}");
        }
    }
}
