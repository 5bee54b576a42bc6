//! Carrying out a plan, or a rollback, so that it can be stopped anywhere and still converges.
//!
//! The journal is a list of [`Event`]s. [`RunState`] is its fold, `next` says what
//! to do now, and `drive` is the one loop with effects: it writes an event before
//! and after each of them. What the world is, is behind the three traits of `world.rs`. Read
//! `event.rs` first.

mod doing;
mod drive;
mod event;
mod fate;
mod forecast;
mod gates;
mod next;
mod options;
mod lag;
mod order;
mod patience;
mod sent;
mod state;
mod throttle;
#[cfg(test)]
mod tests;
mod world;

pub use doing::{Doing, doing};
pub use drive::{Outcome, drive};
pub use event::{Artifact, Ending, Event, Receipt, Trouble, TroubleKind, Unresolved};
pub use fate::{Fate, fate, uploads};
pub use forecast::{BudgetForecast, Course, Forecast, new_packages};
pub use next::{Next, Stop, StopReason, Wait, next};
pub use patience::Patience;
pub use sent::sent;
pub use state::{RunState, Status, StepState};
pub use world::{
    Answer, Attempt, Certainty, Log, LogError, Performed, Probe, Progress, Report, World,
};
