//! Repositories downstream that lie elsewhere: fetched into a cache of ours; and the branches that are made in them.

mod branch;
mod fetch;
mod reached;

pub(crate) use branch::{Standing, Writable};
pub(crate) use fetch::{Mirrored, fetch, fetch_branch};
pub(crate) use reached::Reached;
