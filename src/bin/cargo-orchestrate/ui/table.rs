//! Columns that line up.

use super::lines::Lines;
use super::style::{Paint, Tone};
use super::text;
use console::measure_text_width;

/// The columns between two columns.
const GAP: usize = 3;

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
    /// be.
    fn lines(&self, indent: usize, width: usize) -> Vec<String> {
        let all = || std::iter::once(&self.header).chain(&self.rows);
        let widths: Vec<usize> = (0..self.header.len())
            .map(|column| {
                all().map(|row| measure_text_width(&row[column])).max().unwrap_or_default()
            })
            .collect();
        let last = widths.len() - 1;
        let used: usize = indent + widths[..last].iter().map(|width| width + GAP).sum::<usize>();
        // Narrower than this nothing can be read; then rather a long line.
        let room = width.saturating_sub(used).max(24);
        let write = |row: &Vec<String>| {
            let mut line = " ".repeat(indent);
            for (column, cell) in row[..last].iter().enumerate() {
                line.push_str(cell);
                line.push_str(&" ".repeat(widths[column] - measure_text_width(cell) + GAP));
            }
            let pieces = if self.is_wrapped {
                text::wrap(&row[last], room)
            } else {
                vec![text::cut_before_remark(&row[last], room)]
            };
            let mut lines = Vec::with_capacity(pieces.len());
            for piece in pieces {
                line.push_str(&piece);
                lines.push(line.trim_end().to_owned());
                line = " ".repeat(used);
            }
            lines
        };
        all().flat_map(write).collect()
    }
}
