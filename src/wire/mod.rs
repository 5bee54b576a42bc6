//! What leaves the program: versioned JSON, one object a line, and exit codes.
//!
//! Every object has `reason` and `v`. Keys are kebab-case; a field is only ever added, and what
//! reads a document skips the fields it does not know. Times come in as RFC 3339 text, for this
//! library has no calendar. Read `plan.rs` first.

mod exit;
mod line;
mod plan;
mod rollback;
mod event;
mod outcome;
mod changesets;
mod status;
mod error;
mod fix;
mod impact;
mod forecast;
mod rule;
mod verification;

pub use changesets::{ChangeDocument, ChangesetsDocument};
pub use error::{ErrorDocument, Fact, NextCommand};
pub use event::{UnderWay, event_line, waiting_line};
pub use exit::ExitCode;
pub use fix::{FixDocument, FixedEntry};
pub use forecast::plan_now_document;
pub use impact::{EditedRepository, ImpactDocument, ImpactSubject, MovingVersion};
pub use outcome::{
    Merge, Outcome, PackageEnd, PackageState, RunDocument, RunKind, end_of_packages, package_states,
};
pub use plan::{PlanDocumentError, parse_plan, plan_difference_document, plan_document};
pub use rollback::{parse_rollback, rollback_document};
pub use rule::rule_document;
pub use status::{OfflineDocument, StatusDocument, StatusPackage};
pub use verification::{
    Check, VerificationDocument, VerifiedBranch, VerifiedChecks, VerifiedPackage, VerifiedRelease,
    VerifiedTag,
};

/// The version of every document here.
pub const VERSION: u32 = 1;

#[cfg(test)]
mod tests;
