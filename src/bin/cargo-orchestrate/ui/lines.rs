//! Text that is put together line by line.

use std::fmt::Display;

/// Lines, each without spaces at its end.
#[derive(Debug, Default)]
pub(crate) struct Lines(String);

impl Lines {
    /// Adds a line.
    pub(crate) fn line(&mut self, line: impl Display) {
        self.0.push_str(line.to_string().trim_end());
        self.0.push('\n');
    }

    /// Adds an empty line, unless there is nothing yet.
    pub(crate) fn gap(&mut self) {
        if !self.0.is_empty() {
            self.0.push('\n');
        }
    }

    /// Adds text that is lines already.
    pub(crate) fn lines(&mut self, lines: &str) {
        self.0.push_str(lines);
    }

    /// The whole text.
    pub(crate) fn into_string(self) -> String {
        self.0
    }
}
