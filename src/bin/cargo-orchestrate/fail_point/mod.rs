//! Places where the process can be made to end or a write to fail: `cargo xtask torture --crashes`
//! tries all of them, and then resumes.
//!
//! They exist in a program that was built with the feature `fail-points`. In any other, passing one
//! is nothing, and no variable is read.

#[cfg(feature = "fail-points")]
mod armed;
#[cfg(not(feature = "fail-points"))]
mod idle;

#[cfg(feature = "fail-points")]
pub(crate) use armed::{place, unsynced, write};
#[cfg(not(feature = "fail-points"))]
pub(crate) use idle::{place, unsynced, write};
