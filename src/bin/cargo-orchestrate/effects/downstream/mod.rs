//! Repositories downstream that lie elsewhere: fetched into a cache of ours.

mod fetch;

pub(crate) use fetch::{Mirrored, fetch};
