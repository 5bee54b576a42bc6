//! Whose rules hold for what is packed, and what may be packed all the same.

use super::Policy;
use crate::model::PackageName;
use globset::{GlobBuilder, GlobMatcher};

/// What breaking a rule of crates.io means.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum RegistryRules {
    /// An error for packages that go to crates.io, and a warning for others.
    #[default]
    OfRegistry,
    /// An error for all packages.
    CratesIo,
    /// A warning for all packages: crates.io has raised its limits for some.
    Warn,
}

impl RegistryRules {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::OfRegistry, Self::CratesIo, Self::Warn];

    /// As configuration writes it.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::OfRegistry => "of-registry",
            Self::CratesIo => "crates-io",
            Self::Warn => "warn",
        }
    }
}

impl Policy {
    /// Whether a file, by its path in the package, is packed on purpose.
    #[must_use]
    pub fn allows_packed(&self, package: &PackageName, path: &str) -> bool {
        let patterns = self.packed.get(package).into_iter().flatten();
        patterns.filter_map(|pattern| glob(pattern).ok()).any(|glob| glob.is_match(path))
    }
}

/// A pattern of paths in a package.
pub(super) fn glob(pattern: &str) -> Result<GlobMatcher, String> {
    let glob = GlobBuilder::new(pattern).literal_separator(true).build();
    glob.map(|glob| glob.compile_matcher()).map_err(|error| error.kind().to_string())
}
