//! The client side of registries: what they hold, and the few requests that change them.
//!
//! Reads go to the sparse index, many at once; writes go to the web API, each on a connection of
//! its own, never sent twice by the transport and never redirected. A credential is asked for just before it is used
//! and is not kept. Nothing in this module decides anything: it says what a registry answered, and
//! where it did not answer it says so instead of guessing. Read `registries.rs` first, then
//! `answer.rs` for what an answer means.

mod http;
mod config;
mod contents;
mod building;
mod trust;
mod secret;
mod which;
mod credential;
mod provider;
mod trusted;
mod registries;
mod guarded;
mod index;
mod line;
mod look;
mod cache;
mod short;
mod kept;
mod behind;
mod api;
mod dependents;
mod answer;
mod retry;
mod packed;
mod parcel;
mod released;
mod terms;
mod new_crate;
#[cfg(any(test, fuzzing))]
pub(crate) mod fuzz;

pub(crate) use answer::Recorded;
pub(crate) use config::{CRATES_IO, RegistryError};
pub(crate) use contents::{contents, read as contents_of};
pub(crate) use guarded::Archive;
pub(crate) use look::{Part, Wanted};
pub(crate) use packed::{digests, unpack};
pub(crate) use registries::{Registries, STAND_IN_TOKEN};

#[cfg(test)]
mod tests;
