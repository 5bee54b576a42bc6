//! The effects: each action of a step as a function on the real world.
//!
//! `world.rs` maps actions to them. Each file holds one effect with its look (`probe`) and, where
//! there is one, its way back (`undo`). Nothing here decides: what to do, in which order and what
//! to do after a failure is `cargo_orchestrate::run`'s.

mod checked;
pub(crate) mod child;
mod commit;
pub(crate) mod consumer;
pub(crate) mod downstream;
mod files;
mod gate;
mod glance;
mod heard;
pub(crate) mod lease;
mod leftover;
pub(crate) mod mirror;
mod pack;
mod preview;
pub(crate) mod picked;
pub(crate) mod process;
pub(crate) mod proof;
pub(crate) mod pull;
pub(crate) mod push;
pub(crate) mod repack;
mod repacked;
pub(crate) mod shadow;
mod tags;
mod unasked;
mod under_way;
mod upload;
pub(crate) mod used;
mod verify;
mod world;

pub(crate) use files::Files;
pub(crate) use world::{Flight, Live};

use cargo_orchestrate::run::{Certainty, Trouble, TroubleKind};

/// An effect's failure: whether it may have happened all the same, and why.
type Failed = (Certainty, Trouble);

/// A failure that left nothing behind.
fn nothing_happened(kind: TroubleKind, text: impl Into<String>) -> Failed {
    (Certainty::NothingHappened, Trouble::new(kind, text))
}

/// A failure of this machine that left nothing behind; the causes are told in one line.
fn local(doing: impl std::fmt::Display, error: &dyn std::error::Error) -> Failed {
    nothing_happened(TroubleKind::Local, format!("could not {doing}: {}", causes(error)))
}

/// An error and what caused it, in one line.
fn causes(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut next = error.source();
    while let Some(cause) = next {
        text.push_str(": ");
        text.push_str(&cause.to_string());
        next = cause.source();
    }
    text
}
