//! Rollbacks of small releases; `decide/notation.rs` says how to read the worlds.

mod advisory;
mod beyond;
mod edits;
mod ground;
mod pins;
mod reach;
mod released;
mod undo;
mod yanks;
mod versions;
