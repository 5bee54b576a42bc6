//! What the end-to-end tests and `cargo xtask` share: a throw-away world with a workspace, its git
//! history, a bare remote and a registry, and the program run inside it.
//!
//! Nothing here reaches the user's own Cargo home, git configuration or credentials. Read
//! `sandbox.rs` first; `history.rs` has the notation that test workspaces are written in.
//! `cargo xtask` includes this folder by path, so it may only name the standard library,
//! `serde_json` and `tempfile`.

#![allow(unreachable_pub, reason = "included in two programs, each its own root")]
#![allow(dead_code, unused_imports, reason = "each of the two uses its part")]

mod compact;
mod disturb;
pub mod downstream;
pub mod duel;
mod environment;
mod history;
pub mod http;
pub mod index;
pub mod journey;
pub mod parallel;
mod play;
mod program;
mod registry;
mod sandbox;
pub mod torture;
pub mod snapshot;

pub use compact::compact;
pub use environment::{Endpoint, Environment};
pub use program::Output;
pub use registry::{Embedded, Settings};
pub use sandbox::{Sandbox, copy, project_root};
