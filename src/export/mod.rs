//! A plan as a file for others: a page of Markdown, and pictures as dot, Mermaid and SVG; a rollback
//! as such a page; and the page about the rules that plans name.
//!
//! Each format is a function from the plan to text; the same plan gives the same bytes. Names,
//! messages and whatever else comes from a workspace or a registry is escaped for the format it goes
//! into, so that it can neither break it nor act. What programs read is not here but in
//! `crate::wire`. Read `chart.rs` for what the pictures have in common.

mod chart;
mod dot;
mod markdown;
mod mermaid;
mod rules;
mod svg;
#[cfg(test)]
#[expect(clippy::needless_raw_string_hashes, reason = "snapbox writes them")]
mod tests;
#[cfg(test)]
#[expect(clippy::needless_raw_string_hashes, reason = "snapbox writes them")]
mod changeset_tests;
#[cfg(test)]
#[expect(clippy::needless_raw_string_hashes, reason = "snapbox writes them")]
mod rollback_tests;

pub use dot::dot;
pub use markdown::{markdown, rollback_markdown};
pub use mermaid::mermaid;
pub use rules::rule_page;
pub use svg::svg;
