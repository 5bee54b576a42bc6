//! What the program remembers: a folder per run with its plan, its bytes and its log.
//!
//! Lives in the repository's common git folder, so that it survives `cargo clean` and is shared by
//! worktrees. Helpful, never necessary: everything in it can be asked of the world again. Read
//! `record.rs` for the format of a line, `log.rs` for writing, `home.rs` for the folders.

mod home;
mod log;
mod private;
mod record;
#[cfg(any(test, fuzzing))]
pub(crate) mod fuzz;

pub(crate) use home::{Home, HomeError, Run, RunId, kept, write_synced};
pub(crate) use log::{events, sync_folder};
pub(crate) use private::folder as private_folder;
