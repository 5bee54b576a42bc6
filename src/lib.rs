//! The pure core of `cargo orchestrate`: facts in, decisions and plans out.
//!
//! Nothing here reads a file, asks the clock or the environment, or prints. The modules stand in
//! the order of the data flow; each may use itself and those above it.

pub mod model;
pub mod manifest;
pub mod facts;
pub mod policy;
pub mod decide;
pub mod plan;
pub mod downstream;
pub mod run;
pub mod rollback;
pub mod export;
pub mod wire;
