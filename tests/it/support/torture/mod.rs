//! Faults, and what must be true all the same: the real program in a world of its own, a proxy
//! that spoils what passes between it and its registry, and one checker.
//!
//! A [`Row`] is a fault and an expectation; [`run`] tries it: the first run under the fault, then
//! the same command again, at most twice. `fault.rs` has the faults as values, `proxy.rs` and
//! `spoil.rs` carry them out, `check.rs` holds the properties, `rows/` is the table.

mod message;
mod fault;
mod scene;
mod exchange;
mod spoil;
mod proxy;
mod victim;
mod world;
mod row;
mod check;
mod trial;
mod crash;
mod schedule;
mod rows;

pub use crash::{Crash, all_ways, crashes, main_ways};
pub use row::Row;
pub use rows::rows;
pub use schedule::random;
pub use trial::{Verdict, run};
pub use world::{Beginning, Template};
