//! The shell of `cargo orchestrate`: observes the world, asks the core, acts and shows.
// The shell is where the outside is touched; the library is held to `clippy.toml` instead.
#![allow(clippy::disallowed_methods, clippy::disallowed_types, clippy::disallowed_macros)]

mod cli;
mod command;
mod observe;
mod registry;
mod effects;
mod rehearsal;
mod journal;
mod ui;
mod failure;

fn main() {}
