//! The command line of a task.

use std::str::FromStr;

/// The words that no task has taken yet.
#[derive(Debug)]
pub(crate) struct Arguments {
    words: Vec<String>,
}

impl Arguments {
    pub(crate) fn new(words: impl Iterator<Item = String>) -> Self {
        Self { words: words.collect() }
    }

    /// Takes the first word.
    pub(crate) fn task(&mut self) -> Option<String> {
        (!self.words.is_empty()).then(|| self.words.remove(0))
    }

    /// Takes a flag; whether it was there.
    pub(crate) fn flag(&mut self, name: &str) -> bool {
        let place = self.words.iter().position(|word| word == name);
        place.map(|index| self.words.remove(index)).is_some()
    }

    /// Takes an option with its value.
    ///
    /// # Errors
    /// When the value is missing or cannot be read.
    pub(crate) fn option<T: FromStr>(&mut self, name: &str) -> Result<Option<T>, String> {
        let Some(index) = self.words.iter().position(|word| word == name) else { return Ok(None) };
        self.words.remove(index);
        if index >= self.words.len() {
            return Err(format!("`{name}` wants a value"));
        }
        let value = self.words.remove(index);
        value.parse().map(Some).map_err(|_| format!("`{name}` cannot be `{value}`"))
    }

    /// Takes what stands behind `--`.
    pub(crate) fn rest(&mut self) -> Vec<String> {
        let place = self.words.iter().position(|word| word == "--");
        let mut rest = place.map(|index| self.words.split_off(index)).unwrap_or_default();
        if !rest.is_empty() {
            rest.remove(0);
        }
        rest
    }

    /// Checks that nothing is left.
    ///
    /// # Errors
    /// Names the first word that is.
    pub(crate) fn end(self) -> Result<(), String> {
        self.words.first().map_or(Ok(()), |word| Err(format!("`{word}` is not understood")))
    }
}
