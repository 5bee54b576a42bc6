//! What people and programs get to see: status lines, tables, questions, progress, JSON lines.
//!
//! Views are functions from values to text, so that they can be tested; only `screen.rs`,
//! `confirm.rs` and `progress.rs` write. Text that comes from a workspace, a registry or a program goes
//! through `text::plain` before it reaches a terminal. Read `screen.rs` first.

pub(crate) mod text;
pub(crate) mod style;
pub(crate) mod time;
pub(crate) mod lines;
mod table;
mod screen;
mod ask;
mod confirm;
mod findings;
mod header;
mod budget;
mod plan_view;
mod next_step;
mod difference_view;
mod explain;
mod rule_view;
mod fix_view;
mod status_view;
mod impact_view;
mod verification_view;
mod rollback_view;
mod step_words;
mod waits;
mod outlook;
mod in_flight;
mod progress;
mod stop;
#[cfg(any(test, fuzzing))]
pub(crate) mod fuzz;

pub(crate) use ask::{ask_intents, ask_text, can_ask, show_cursor};
pub(crate) use confirm::confirm;
pub(crate) use difference_view::{Detail, difference_view};
pub(crate) use explain::explain;
pub(crate) use findings::findings;
pub(crate) use fix_view::fix_view;
pub(crate) use header::PlanHeader;
pub(crate) use impact_view::{edits_view, impact_view};
pub(crate) use next_step::{MadeWith, next_after_plan};
pub(crate) use outlook::Outlook;
pub(crate) use plan_view::plan_view;
pub(crate) use progress::RunReport;
pub(crate) use rollback_view::{ProofRow, RollbackRow, RollbackView, proof_view, rollback_view};
pub(crate) use rule_view::{rule_list, rule_view};
pub(crate) use screen::Screen;
pub(crate) use status_view::status_view;
pub(crate) use step_words::rewritten;
pub(crate) use stop::{Way, stopped, unturned};
pub(crate) use style::{Paint, Tone};
pub(crate) use verification_view::verification_view;

#[cfg(test)]
mod example;
#[cfg(test)]
#[expect(clippy::needless_raw_string_hashes, reason = "snapbox writes them")]
mod tests;
#[cfg(test)]
#[expect(clippy::needless_raw_string_hashes, reason = "snapbox writes them")]
mod width_tests;
