//! What the world around the workspace looks like: Cargo's view of it and git's.
//!
//! Everything here only reads, but for one question to the remote, which is asked through the
//! `git` program where it is not a folder of this machine. Read `checkout.rs` for where we are,
//! `cargo/` for what Cargo says, `git/` for what git says. What a registry says is `registry`'s
//! business.

mod cargo;
mod changesets;
mod checkout;
mod error;
mod limits;
pub(crate) mod downstream;
pub(crate) mod git;

pub(crate) use checkout::Checkout;
pub(crate) use error::ObserveError;
