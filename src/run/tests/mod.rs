//! Runs in an in-memory world: stopped at every point, resumed, taken back, stopped again.
#![allow(unreachable_pub, clippy::struct_excessive_bools)]

mod crash;
mod faults;
mod flight;
mod forecast;
mod gates;
mod groups;
mod model;
pub(super) mod order;
pub(super) mod sim;
mod steps;
mod tree;
