//! Columns that line up.

use super::lines::Lines;
use super::style::{Paint, Tone};
use super::text;
use console::measure_text_width;

/// The columns between two columns.
const GAP: usize = 3;
/// Narrower than this the last column cannot be read, cut or broken.
const LEAST: usize = 24;
const LEAST_WRAPPED: usize = 16;
/// How far the last column is indented where it stands below the others.
const BELOW: usize = 4;

/// Rows of cells under a header; the last column takes what is left of the width.
#[derive(Debug, Default)]
pub(super) struct Table {
    header: Vec<String>,
    rows: Vec<Vec<String>>,
    /// Whether the last column goes on on further lines instead of being cut.
    is_wrapped: bool,
}

impl Table {
    pub(super) fn new<const N: usize>(header: &[&str; N]) -> Self {
        Self { header: header.iter().map(|&cell| cell.to_owned()).collect(), ..Self::default() }
    }

    /// The same table, whose last column breaks where it does not fit; else it is cut there.
    pub(super) fn wrapped(self) -> Self {
        Self { is_wrapped: true, ..self }
    }

    /// Adds a row; it has as many cells as the header.
    pub(super) fn row<const N: usize>(&mut self, cells: [String; N]) {
        debug_assert_eq!(N, self.header.len(), "a row is as wide as the header");
        self.rows.push(cells.into());
    }

    /// Writes the lines, the header faintly.
    pub(super) fn write(&self, out: &mut Lines, paint: Paint, width: usize) {
        for (index, line) in self.lines(2, width).into_iter().enumerate() {
            match index {
                0 => out.line(paint.tone(Tone::Faint, line)),
                _ => out.line(line),
            }
        }
    }

    /// The lines, header first, each at most `width` columns and without spaces at the end. All
    /// but the last column are as wide as their widest cell; the last is cut or broken where it must
    /// be. Where that leaves it no room, long names of the first column get lines of their own, and
    /// at last the last column does.
    fn lines(&self, indent: usize, width: usize) -> Vec<String> {
        let all = || std::iter::once(&self.header).chain(&self.rows);
        let mut widths: Vec<usize> = (0..self.header.len())
            .map(|column| {
                all().map(|row| measure_text_width(&row[column])).max().unwrap_or_default()
            })
            .collect();
        let last = widths.len() - 1;
        let least = widths[last].min(if self.is_wrapped { LEAST_WRAPPED } else { LEAST });
        let between: usize = widths[1..last].iter().map(|width| width + GAP).sum();
        let around = indent + GAP + between;
        // The widest of the names that leave this much room; the heading is always shown.
        let names: Vec<usize> = all().map(|row| measure_text_width(&row[0])).collect();
        let leaving = |room: usize| {
            let fitting = names.iter().filter(|name| around + **name + room <= width);
            fitting.max().copied().unwrap_or_default().max(names[0])
        };
        widths[0] = leaving(least);
        let is_below = around + widths[0] + least > width;
        if is_below {
            // Nothing stands behind the last but one.
            widths[0] = leaving(0);
        }
        let used = around + widths[0];
        let start = if is_below { indent + BELOW } else { used };
        let room = width.saturating_sub(start).max(1);
        let write = |row: &Vec<String>| {
            let mut lines = Vec::new();
            let mut line = " ".repeat(indent);
            for (column, cell) in row[..last].iter().enumerate() {
                line.push_str(cell);
                if measure_text_width(cell) > widths[column] {
                    lines.push(std::mem::replace(
                        &mut line,
                        " ".repeat(indent + widths[column] + GAP),
                    ));
                } else {
                    line.push_str(&" ".repeat(widths[column] - measure_text_width(cell) + GAP));
                }
            }
            if is_below {
                lines.push(std::mem::replace(&mut line, " ".repeat(start)));
            }
            let pieces = if self.is_wrapped {
                text::wrap(&row[last], room)
            } else {
                vec![text::cut_before_remark(&row[last], room)]
            };
            for piece in pieces {
                line.push_str(&piece);
                lines.push(std::mem::replace(&mut line, " ".repeat(start)));
            }
            lines.retain(|line| !line.trim().is_empty());
            lines.iter().map(|line| line.trim_end().to_owned()).collect::<Vec<_>>()
        };
        all().flat_map(write).collect()
    }
}
