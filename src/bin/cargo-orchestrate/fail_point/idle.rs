//! The points of a program as it is released: nothing happens at any of them.
#![allow(clippy::unnecessary_wraps, reason = "as the points that may fail")]

use std::io;
use std::path::Path;

#[inline]
pub(crate) fn place(_: &str) {}

#[inline]
pub(crate) fn write(_: &str) -> io::Result<()> {
    Ok(())
}

#[inline]
pub(crate) fn unsynced(_: &str, _: &Path, _: u64) {}
