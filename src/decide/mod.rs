//! From facts to decisions: what changed, how far each version moves, who has to follow.
//!
//! Read `rules.rs` for the table of rules, `standing.rs` for what a package's own facts ask for,
//! `solve.rs` for who follows whom, and `decided.rs` for how it is put together.

pub mod rules;
mod reason;
mod note;
mod commit;
mod change;
mod prerelease;
mod standing;
mod lag;
mod concern;
mod select;
mod solve;
mod reasons;
mod decided;
#[cfg(test)]
pub(crate) mod notation;
#[cfg(test)]
mod tests;
#[cfg(test)]
mod follow_tests;
#[cfg(test)]
pub(crate) mod oracle;

pub use concern::concerned;
pub use decided::{DecideError, Decided, decide};
pub use note::Note;
pub use reason::Reason;

use crate::model::{Bump, PackageName, Version};
use std::collections::BTreeMap;

/// What is asked for on the command line, beside what the facts say.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Request {
    /// Release exactly these and what they need; everything when empty.
    pub only: Vec<PackageName>,
    /// Do not release these of their own accord.
    pub exclude: Vec<PackageName>,
    /// Versions asked for by package.
    pub bumps: BTreeMap<PackageName, RequestedBump>,
}

/// A version asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RequestedBump {
    /// Raise this part.
    Part(Bump),
    /// Release exactly this version.
    Exactly(Version),
}

/// The version one package gets, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decision {
    pub package: PackageName,
    /// The version in the manifest now.
    pub from: Version,
    /// The version to release; equal to `from` for a package released at its manifest's version.
    pub to: Version,
    /// How far `to` is from the last release.
    pub bump: Bump,
    /// Whether the package was never published.
    pub new: bool,
    /// At least one, the weightiest first.
    pub reasons: Vec<Reason>,
}
