//! Who uses our packages outside of this workspace, and what a release or a rollback means for them.
//!
//! The shell hands in the manifests and lock files of each repository as text
//! (`facts::Downstream`); nothing of it is trusted or run. Read `members.rs` for which manifests of a
//! repository count, `uses.rs` for the entries in them that name a package of ours, and `impact.rs`
//! for what becomes of each; `edits.rs` for what would be written there.

mod edits;
mod impact;
mod members;
mod outlook;
#[cfg(test)]
mod tests;
mod uses;

pub use edits::edits;
pub use impact::{RepositoryImpact, UseState, UsedPackage, findings, impact};
pub use outlook::Outlook;
pub use uses::{DependencyUse, UseSource};
