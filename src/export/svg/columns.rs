//! Who stands in which column, and in which order from top to bottom.
//!
//! The layered drawing of Sugiyama, Tagawa and Toda (1981): a link over several columns becomes a lane
//! through those between, so that every stretch runs between neighbours; then each column is put in
//! the order of the middle of its neighbours, back and forth, and the order with the fewest
//! crossings is kept. Links of one weight from the same package share a lane.

use crate::export::chart::{Chart, Weight};
use std::collections::BTreeMap;

/// A wave with more packages than this takes several columns.
const MOST_ROWS: usize = 26;
/// How often the columns are put in order back and forth.
const SWEEPS: usize = 12;

/// The columns of a picture.
#[derive(Debug)]
pub(super) struct Columns {
    /// What stands in each, as indices of `cells`, from top to bottom.
    pub(super) order: Vec<Vec<usize>>,
    pub(super) cells: Vec<Cell>,
    /// The column of each cell.
    pub(super) column_of: Vec<usize>,
    /// The stretches between neighbouring columns.
    pub(super) stretches: Vec<Stretch>,
    /// The first and last column of each wave.
    pub(super) waves: Vec<(usize, usize)>,
    /// The links that do not lead to the right, between packages without an order: from, to, weight.
    pub(super) loops: Vec<Stretch>,
}

/// What takes room in a column.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Cell {
    /// The box of a package.
    Package(usize),
    /// A lane for the links of this package, through a column between.
    Lane(usize, Weight),
}

/// A piece of a link, from the right side of one cell to the left side of one in the next column.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Stretch {
    pub(super) from: usize,
    pub(super) to: usize,
    pub(super) weight: Weight,
}

impl Columns {
    pub(super) fn of(chart: &Chart<'_>) -> Self {
        let mut this = Self {
            order: Vec::new(),
            // The first cells are the packages, under the same index.
            cells: (0..chart.packages.len()).map(Cell::Package).collect(),
            column_of: Vec::new(),
            stretches: Vec::new(),
            waves: Vec::new(),
            loops: Vec::new(),
        };
        this.fill(chart);
        this.route(chart);
        this.untangle();
        this
    }

    fn fill(&mut self, chart: &Chart<'_>) {
        let mut leaves = vec![false; chart.packages.len()];
        for link in &chart.links {
            leaves[link.from] = true;
        }
        for wave in &chart.waves {
            let first = self.order.len();
            let mut packages = wave.packages.clone();
            let count = packages.len().div_ceil(MOST_ROWS).max(1);
            if count > 1 {
                // What others need stands near them.
                packages.sort_by_key(|&package| leaves[package]);
            }
            let rows = packages.len().div_ceil(count).max(1);
            self.order.extend(packages.chunks(rows).map(<[usize]>::to_vec));
            self.waves.push((first, self.order.len() - 1));
        }
    }

    fn route(&mut self, chart: &Chart<'_>) {
        self.column_of = vec![0; chart.packages.len()];
        for (place, column) in self.order.iter().enumerate() {
            for &cell in column {
                self.column_of[cell] = place;
            }
        }
        let mut lanes: BTreeMap<(usize, Weight, usize), usize> = BTreeMap::new();
        for link in &chart.links {
            let (start, end) = (self.column_of[link.from], self.column_of[link.to]);
            if start >= end {
                self.loops.push(Stretch { from: link.from, to: link.to, weight: link.weight });
                continue;
            }
            let mut at = link.from;
            for column in start + 1..end {
                let lane = *lanes.entry((link.from, link.weight, column)).or_insert_with(|| {
                    self.cells.push(Cell::Lane(link.from, link.weight));
                    self.order[column].push(self.cells.len() - 1);
                    self.column_of.push(column);
                    self.cells.len() - 1
                });
                self.stretches.push(Stretch { from: at, to: lane, weight: link.weight });
                at = lane;
            }
            self.stretches.push(Stretch { from: at, to: link.to, weight: link.weight });
        }
        self.stretches.sort();
        self.stretches.dedup();
    }

    /// Puts the columns in an order with few crossings.
    fn untangle(&mut self) {
        let (before, after) = self.neighbours();
        let mut best = (self.crossings(&after), self.order.clone());
        for sweep in 0..SWEEPS {
            let count = self.order.len();
            if sweep % 2 == 0 {
                for column in 1..count {
                    self.sort_by_middle(column, column - 1, &before);
                }
            } else {
                for column in (0..count.saturating_sub(1)).rev() {
                    self.sort_by_middle(column, column + 1, &after);
                }
            }
            let crossings = self.crossings(&after);
            if crossings < best.0 {
                best = (crossings, self.order.clone());
            }
        }
        self.order = best.1;
    }

    /// The cells at the other ends of each cell's stretches: to the left and to the right.
    pub(super) fn neighbours(&self) -> (Vec<Vec<usize>>, Vec<Vec<usize>>) {
        let mut before = vec![Vec::new(); self.cells.len()];
        let mut after = vec![Vec::new(); self.cells.len()];
        for stretch in &self.stretches {
            before[stretch.to].push(stretch.from);
            after[stretch.from].push(stretch.to);
        }
        (before, after)
    }

    #[expect(clippy::cast_precision_loss, reason = "no column is longer than a float is exact")]
    fn sort_by_middle(&mut self, column: usize, other: usize, neighbours: &[Vec<usize>]) {
        let mut row = vec![0_usize; self.cells.len()];
        for (place, &cell) in self.order[other].iter().enumerate() {
            row[cell] = place;
        }
        let scale = self.order[other].len() as f64 / self.order[column].len().max(1) as f64;
        let middle = |place: usize, cell: usize| {
            let of = &neighbours[cell];
            if of.is_empty() {
                // What has no neighbour there keeps its height.
                return place as f64 * scale;
            }
            of.iter().map(|&other| row[other] as f64).sum::<f64>() / of.len() as f64
        };
        let cells = self.order[column].iter().enumerate();
        let mut weighed: Vec<(f64, usize)> =
            cells.map(|(place, &cell)| (middle(place, cell), cell)).collect();
        weighed.sort_by(|a, b| a.0.total_cmp(&b.0));
        self.order[column] = weighed.into_iter().map(|(_, cell)| cell).collect();
    }

    /// How many pairs of stretches cross.
    fn crossings(&self, after: &[Vec<usize>]) -> usize {
        let mut row = vec![0_usize; self.cells.len()];
        for column in &self.order {
            for (place, &cell) in column.iter().enumerate() {
                row[cell] = place;
            }
        }
        let mut crossings = 0;
        for column in &self.order {
            let mut ends: Vec<usize> = Vec::new();
            for &cell in column {
                let mut of: Vec<usize> = after[cell].iter().map(|&to| row[to]).collect();
                of.sort_unstable();
                crossings += of
                    .iter()
                    .map(|end| ends.len() - ends.partition_point(|other| other <= end))
                    .sum::<usize>();
                ends.extend(of);
                ends.sort_unstable();
            }
        }
        crossings
    }
}
