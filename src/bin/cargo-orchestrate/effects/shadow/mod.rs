//! A shadow of the workspace in which edits are tried before the real files are touched.
//!
//! `mirror.rs` lays the shadow, `trial.rs` asks Cargo what it thinks of it. Nothing here writes
//! outside of the shadow.

mod mirror;
mod trial;

pub(super) use mirror::{inside, mirror};
pub(crate) use trial::{Kept, Refusal, Trial};
