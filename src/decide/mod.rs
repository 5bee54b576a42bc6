//! From facts to decisions: what changed, how far each version moves, who has to follow.
//!
//! Read `rules/mod.rs` for the table of rules, `standing.rs` for what a package's own facts ask for,
//! `numbers.rs` and `group.rs` for the versions that follow, `solve.rs` for who follows whom, and
//! `decided.rs` for how it is put together.

pub mod rules;
mod reason;
mod note;
mod commit;
mod breaking;
mod change;
mod api;
mod request;
mod line;
mod standing;
mod numbers;
mod group;
mod lag;
mod concern;
mod select;
mod solve;
mod chain;
mod reasons;
mod ignored;
mod half_out;
mod hotfix;
mod decided;
#[cfg(test)]
pub(crate) mod notation;
#[cfg(test)]
mod tests;
#[cfg(test)]
mod follow_tests;
#[cfg(test)]
mod group_tests;
#[cfg(test)]
mod changeset_tests;
#[cfg(test)]
mod line_tests;
#[cfg(test)]
pub(crate) mod oracle;
#[cfg(test)]
mod half_out_tests;
#[cfg(test)]
mod hotfix_tests;
#[cfg(test)]
mod tied_oracle;

pub use api::words as api_words;
pub use breaking::{BreakingChange, breaking_changes};
pub use change::without_changeset;
pub use concern::concerned;
pub use decided::{DecideError, Decided, decide};
pub use half_out::HalfOut;
pub(crate) use half_out::{There, doubtful, there};
pub use note::{Idle, Note};
pub use reason::Reason;
pub use request::{Request, RequestedBump};

use crate::model::{Bump, PackageName, Version};

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
