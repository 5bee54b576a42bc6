//! What registries refuse, found before anything is sent: decided from the manifest alone when a
//! plan is made, and once more from what was really packed.
//!
//! `metadata.rs` has what a manifest must say, `contents.rs` what a package may hold, `secret.rs`
//! what nobody means to publish, `terms.rs` what the registry was asked for. The limits are those of crates.io.

mod contents;
pub(super) mod metadata;
mod secret;
mod terms;

pub(super) use contents::outside_repository;
pub use contents::{MANIFEST_LIMIT_BYTES, UNPACKED_LIMIT_BYTES, contents};
pub use terms::{Questions, questions, terms};

use super::Finding;
use crate::model::RegistryName;
use crate::policy::{Policy, RegistryRules};

/// Something that crates.io refuses.
pub(super) struct Fault {
    pub(super) code: &'static str,
    pub(super) text: String,
    /// What to do to the manifest.
    pub(super) fix: String,
}

impl Fault {
    fn new(code: &'static str, text: impl Into<String>, fix: impl Into<String>) -> Self {
        Self { code, text: text.into(), fix: fix.into() }
    }
}

/// How bad it is to break a rule of crates.io on the way to this registry.
pub(super) fn severity(policy: &Policy, registry: &RegistryName) -> fn(&str, String) -> Finding {
    let is_severe = match policy.registry_rules {
        RegistryRules::OfRegistry => registry.is_crates_io(),
        RegistryRules::CratesIo => true,
        RegistryRules::Warn => false,
    };
    if is_severe { Finding::error } else { Finding::warning }
}
