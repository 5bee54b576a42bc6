//! The plan as a picture that needs no other program: waves from left to right, one box a package.
//!
//! Read `columns.rs` for who stands beside and above whom, `places.rs` for the coordinates,
//! `draw.rs` for the picture.

mod columns;
mod places;
mod draw;
mod xml;

use super::chart::Chart;
use crate::plan::Plan;
use columns::Columns;
use places::Places;

/// The plan as one SVG document without scripts, fonts or anything else from elsewhere, legible on
/// light and dark.
#[must_use]
pub fn svg(plan: &Plan) -> String {
    let chart = Chart::of(plan);
    let columns = Columns::of(&chart);
    let places = Places::of(&chart, &columns);
    draw::draw(plan, &chart, &columns, &places)
}
