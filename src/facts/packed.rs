//! Which files of a package's folder Cargo packs.
//!
//! The rules are Cargo's (`src/cargo/ops/cargo_package` and `sources/path.rs`): `include` and
//! `exclude` are gitignore patterns, `include` wins, and the manifest, the readme and the licence
//! file go along whatever the patterns say.

use crate::model::Package;
use ignore::gitignore::{Gitignore, GitignoreBuilder};

/// The rules of one package for its own folder.
#[derive(Debug, Clone)]
pub struct Packed {
    patterns: Gitignore,
    /// Whether `patterns` name what is packed instead of what is not.
    is_include: bool,
    /// Files that are packed in any case.
    always: Vec<String>,
}

impl Packed {
    /// The rules of `package`.
    ///
    /// # Errors
    /// [`PatternError`] names an `include` or `exclude` pattern that cannot be read.
    pub fn of(package: &Package) -> Result<Self, PatternError> {
        let is_include = !package.include.is_empty();
        let lines = if is_include { &package.include } else { &package.exclude };
        let key = if is_include { "include" } else { "exclude" };
        let wrong =
            |pattern: &str, source| PatternError { pattern: pattern.to_owned(), key, source };
        let mut builder = GitignoreBuilder::new("");
        for line in lines {
            builder.add_line(None, line).map_err(|source| wrong(line, source))?;
        }
        let patterns = builder.build().map_err(|source| wrong("", source))?;
        let metadata = &package.metadata;
        let always = [metadata.readme.as_ref(), metadata.license_file.as_ref()]
            .into_iter()
            .flatten()
            .map(|path| path.trim_start_matches("./").to_owned())
            .collect();
        Ok(Self { patterns, is_include, always })
    }

    /// Whether the file at `path`, relative to the package's folder, is packed.
    ///
    /// The lock file is not: what of it matters is compared by what a binary reaches. Whether a
    /// folder is a package of its own is not asked here.
    #[must_use]
    pub fn contains(&self, path: &str) -> bool {
        if path == "Cargo.toml" || self.always.iter().any(|always| always == path) {
            return true;
        }
        if path.is_empty() || path == "Cargo.lock" || path.starts_with("target/") {
            return false;
        }
        let matched = self.patterns.matched_path_or_any_parents(path, false).is_ignore();
        matched == self.is_include
    }
}

/// An `include` or `exclude` pattern that cannot be read.
#[derive(Debug, Clone, thiserror::Error)]
#[error("`package.{key}`: `{pattern}` is no pattern, as `src/**` or `/tests`")]
pub struct PatternError {
    /// The pattern as written.
    pub pattern: String,
    /// The key it stands under.
    pub key: &'static str,
    #[source]
    source: ignore::Error,
}

#[cfg(test)]
mod tests {
    use super::Packed;
    use crate::facts::testing::package;

    fn check(include: &[&str], exclude: &[&str], packed: &[&str], left_out: &[&str]) {
        let mut package = package("lib1 0.1.0");
        package.include = include.iter().map(|text| (*text).to_owned()).collect();
        package.exclude = exclude.iter().map(|text| (*text).to_owned()).collect();
        package.metadata.readme = Some("README.md".into());
        let rules = Packed::of(&package).expect("patterns that can be read");
        for path in packed {
            assert!(rules.contains(path), "`{path}` is packed");
        }
        for path in left_out {
            assert!(!rules.contains(path), "`{path}` is left out");
        }
    }

    #[test]
    fn everything_is_packed_but_the_lock_file_and_what_was_built() {
        check(&[], &[], &["src/lib.rs", ".hidden", "Cargo.toml"], &["Cargo.lock", "target/x"]);
    }

    #[test]
    fn exclude_takes_away_by_gitignore_rules() {
        check(
            &[],
            &["/tests", "*.snap", "!keep.snap"],
            &["src/lib.rs", "src/tests/a.rs", "keep.snap"],
            &["tests/a.rs", "tests/deep/b.rs", "src/x.snap"],
        );
    }

    #[test]
    fn include_names_what_is_packed_and_exclude_counts_no_more() {
        check(
            &["src/**/*.rs", "/build.rs"],
            &["src/lib.rs"],
            &["src/lib.rs", "build.rs", "Cargo.toml", "README.md"],
            &["tests/a.rs", "src/data.bin", "LICENSE"],
        );
    }

    #[test]
    fn a_pattern_that_cannot_be_read_is_named() {
        let mut package = package("lib1 0.1.0");
        package.exclude = vec!["[z-a]".into()];
        let error = Packed::of(&package).expect_err("no pattern");
        assert_eq!((error.pattern.as_str(), error.key), ("[z-a]", "exclude"));
    }
}
