//! Where every cell lies.

use super::columns::{Cell, Columns};
use super::xml::columns_of;
use crate::export::chart::{Chart, bump_words, move_of};

/// The height of a package's box.
pub(super) const BOX: f64 = 46.0;
/// What lies above and below a box.
const GAP: f64 = 14.0;
/// The height of a lane with what lies around it.
const LANE: f64 = 12.0;
/// The room for links between two columns.
const BETWEEN: f64 = 84.0;
/// The width of a character of the names and of what stands below them.
pub(super) const NAME_STEP: f64 = 8.0;
pub(super) const SMALL_STEP: f64 = 6.8;
/// Around the text of a box.
pub(super) const PADDING: f64 = 12.0;
/// The room above the columns, and around the picture.
const HEAD: f64 = 104.0;
pub(super) const MARGIN: f64 = 28.0;
/// How often the cells move towards their neighbours.
const SWEEPS: usize = 24;
/// Names longer than this are cut; the whole name is in the title.
const LONGEST_NAME: usize = 36;

/// The coordinates of a picture.
#[derive(Debug)]
pub(super) struct Places {
    /// The left side and width of each column.
    pub(super) columns: Vec<(f64, f64)>,
    /// The middle of each cell, from the top.
    pub(super) middle: Vec<f64>,
    pub(super) width: f64,
    /// The lower end of the lowest cell.
    pub(super) bottom: f64,
}

impl Places {
    pub(super) fn of(chart: &Chart<'_>, columns: &Columns) -> Self {
        let mut x = MARGIN;
        let mut sides = Vec::new();
        for column in &columns.order {
            let width = column
                .iter()
                .filter_map(|&cell| match columns.cells[cell] {
                    Cell::Package(package) => Some(box_width(chart, package)),
                    Cell::Lane(..) => None,
                })
                .fold(90.0, f64::max);
            sides.push((x, width));
            x += width + BETWEEN;
        }
        let middle = middles(columns);
        let bottom = columns
            .order
            .iter()
            .flatten()
            .map(|&cell| middle[cell] + height(columns.cells[cell]) / 2.0)
            .fold(HEAD, f64::max);
        Self { columns: sides, middle, width: (x - BETWEEN + MARGIN).max(720.0), bottom }
    }
}

/// A name as it is shown, cut where it is too long.
pub(super) fn shown(name: &str) -> String {
    if name.chars().count() <= LONGEST_NAME {
        return name.to_owned();
    }
    let mut cut: String = name.chars().take(LONGEST_NAME - 1).collect();
    cut.push('…');
    cut
}

fn box_width(chart: &Chart<'_>, package: usize) -> f64 {
    let planned = chart.packages[package];
    let name = columns_of(&shown(planned.name.as_str())) * NAME_STEP;
    let moved = columns_of(&move_of(planned)) * SMALL_STEP;
    let bump = columns_of(&bump_words(planned)) * SMALL_STEP;
    name.max(moved + bump + 22.0) + 2.0 * PADDING
}

fn height(cell: Cell) -> f64 {
    match cell {
        Cell::Package(_) => BOX + GAP,
        Cell::Lane(..) => LANE,
    }
}

/// The middles of all cells: each column keeps its order and no two cells overlap; within that they
/// move towards the middle of their neighbours.
#[expect(clippy::cast_precision_loss, reason = "nothing has more neighbours than a float is exact")]
fn middles(columns: &Columns) -> Vec<f64> {
    let (before, after) = columns.neighbours();
    let heights: Vec<f64> = columns.cells.iter().map(|&cell| height(cell)).collect();
    let total = |column: &Vec<usize>| column.iter().map(|&cell| heights[cell]).sum::<f64>();
    let tallest = columns.order.iter().map(total).fold(0.0, f64::max);
    let mut middle = vec![0.0; columns.cells.len()];
    for column in &columns.order {
        let mut y = (tallest - total(column)) / 2.0;
        for &cell in column {
            middle[cell] = y + heights[cell] / 2.0;
            y += heights[cell];
        }
    }
    for sweep in 0..SWEEPS {
        let mut order: Vec<usize> = (0..columns.order.len()).collect();
        if sweep % 2 == 1 {
            order.reverse();
        }
        for column in order {
            let cells = &columns.order[column];
            let wanted: Vec<(f64, f64)> = cells
                .iter()
                .map(|&cell| {
                    let of: Vec<f64> =
                        before[cell].iter().chain(&after[cell]).map(|&n| middle[n]).collect();
                    let wish = match of.len() {
                        0 => middle[cell],
                        count => of.iter().sum::<f64>() / count as f64,
                    };
                    // A lane is straight before a box is in the middle.
                    let weight =
                        if matches!(columns.cells[cell], Cell::Lane(..)) { 3.0 } else { 1.0 };
                    (wish, weight)
                })
                .collect();
            let sizes: Vec<f64> = cells.iter().map(|&cell| heights[cell]).collect();
            for (&cell, place) in cells.iter().zip(settle(&wanted, &sizes)) {
                middle[cell] = place;
            }
        }
    }
    let top = columns.order.iter().flatten().map(|&cell| middle[cell] - heights[cell] / 2.0);
    let top = top.fold(f64::INFINITY, f64::min);
    middle.iter().map(|y| y - top + HEAD).collect()
}

/// The places nearest to those wanted (each with its weight) at which cells of these sizes stand in
/// this order without overlap: isotonic regression, by pooling neighbours that get in each other's
/// way.
fn settle(wanted: &[(f64, f64)], sizes: &[f64]) -> Vec<f64> {
    let mut offsets = Vec::with_capacity(sizes.len());
    let mut offset = 0.0;
    for (index, size) in sizes.iter().enumerate() {
        offset += if index == 0 { 0.0 } else { f64::midpoint(sizes[index - 1], *size) };
        offsets.push(offset);
    }
    // Each pool: the sum of weighted wishes, the sum of weights, how many it holds.
    let mut pools: Vec<(f64, f64, usize)> = Vec::new();
    for ((wish, weight), offset) in wanted.iter().zip(&offsets) {
        pools.push(((wish - offset) * weight, *weight, 1));
        while let [.., a, b] = pools[..]
            && a.0 / a.1 > b.0 / b.1
        {
            pools.pop();
            pools.pop();
            pools.push((a.0 + b.0, a.1 + b.1, a.2 + b.2));
        }
    }
    let bases = pools.iter().flat_map(|(sum, weight, count)| vec![sum / weight; *count]);
    bases.zip(offsets).map(|(base, offset)| base + offset).collect()
}

#[cfg(test)]
mod tests {
    use super::settle;

    #[test]
    fn cells_get_as_near_to_their_wishes_as_their_neighbours_let_them() {
        assert_eq!(settle(&[(0.0, 1.0), (100.0, 1.0)], &[10.0, 10.0]), [0.0, 100.0]);
        assert_eq!(settle(&[(50.0, 1.0), (50.0, 1.0)], &[10.0, 10.0]), [45.0, 55.0]);
        assert_eq!(settle(&[(50.0, 1.0), (40.0, 1.0)], &[10.0, 30.0]), [35.0, 55.0]);
        assert_eq!(settle(&[], &[]), [0.0; 0]);
    }
}
