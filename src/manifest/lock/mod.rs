//! `Cargo.lock` as text: the entries of members that move, and what a package depends on in it.
//!
//! Cargo keeps its packages sorted by name, version and source, and names a dependency by no more
//! than it takes to tell it apart. Read `read.rs` for the form of the file, and `reorder.rs` for
//! moves that need another order or other names.

mod agree;
mod copies;
mod edits;
mod plain;
mod reach;
mod read;
mod reorder;
mod unsealed;

pub use copies::without_copies;
pub use edits::member_edits;
pub use reach::{Lock, reach};
pub use unsealed::unsealed;

use crate::model::{PackageName, Version};

/// Why a `Cargo.lock` does not serve.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum LockError {
    /// The text is not TOML, or a package in it lacks its name or version.
    #[error("`Cargo.lock` cannot be read, line {line}, column {column}: {message}")]
    Unreadable { line: usize, column: usize, message: String },
    /// The package is not in it at that version: it is older than the manifests.
    #[error("`Cargo.lock` has no `{package}` {version} of the workspace")]
    Stale { package: PackageName, version: Version },
    /// Another package has the same name, and the move would change how the two are sorted or
    /// told apart.
    #[error(
        "`Cargo.lock` holds several packages named `{package}`, which {version} would reorder or \
         rename"
    )]
    Ambiguous { package: PackageName, version: Version },
    /// The package to start from is not in it.
    #[error("`Cargo.lock` has no package `{0}` of the workspace")]
    Absent(PackageName),
}

impl LockError {
    /// Whether Cargo sets it right when it writes the file anew (`cargo update --workspace
    /// --offline`).
    #[must_use]
    pub fn is_for_cargo(&self) -> bool {
        matches!(self, Self::Stale { .. } | Self::Ambiguous { .. })
    }
}
