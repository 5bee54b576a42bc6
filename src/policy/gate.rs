//! Gates: what must succeed, by the project's own wish, before a release goes out.

use super::PolicyError;
use super::place::{NamedTable, Place, Source};
use super::value;
use serde::{Deserialize, Serialize};
use std::time::Duration;
use toml_edit::Item;

/// The keys of the table of one gate.
pub(super) const KEYS: [&str; 2] = ["command", "timeout"];

/// How long a gate may take where nobody says.
const TIMEOUT: Duration = Duration::from_hours(1);

/// A command that must succeed before anything of a release is pushed or uploaded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Gate {
    /// The name in `[gate.NAME]`.
    pub name: String,
    pub command: GateCommand,
    pub timeout: Duration,
    /// Where its table begins.
    pub place: Place,
}

/// A program and its arguments; no shell reads them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct GateCommand(pub Vec<String>);

impl GateCommand {
    /// The program.
    #[must_use]
    pub fn program(&self) -> &str {
        self.0.first().map_or("", String::as_str)
    }

    /// As somebody would type it: what a shell would take apart is quoted.
    #[must_use]
    pub fn line(&self) -> String {
        let plain = |c: char| c.is_ascii_alphanumeric() || "-_./=:,+@%".contains(c);
        let word = |word: &String| {
            if !word.is_empty() && word.chars().all(plain) {
                word.clone()
            } else {
                format!("'{}'", word.replace('\'', r"'\''"))
            }
        };
        self.0.iter().map(word).collect::<Vec<_>>().join(" ")
    }
}

/// The tables behind `gate`, each written as `[gate.NAME]`.
pub(super) fn tables<'i>(
    source: &Source<'_>,
    item: &'i Item,
) -> Result<Vec<NamedTable<'i>>, PolicyError> {
    source
        .named_tables(item, "`gate` must be a table for each gate, as `[gate.test]` with `command`")
}

/// Reads the table of one gate.
pub(super) fn read(
    source: &Source<'_>,
    (name, item, table): NamedTable<'_>,
) -> Result<Gate, PolicyError> {
    let place = source.place(table.iter().find_map(|(_, item)| item.span()).or(item.span()));
    let wrong = |message: String| PolicyError { place: place.clone(), message };
    let plain = |c: char| c.is_alphanumeric() || "-_.".contains(c);
    if name.is_empty() || !name.chars().all(plain) {
        return Err(wrong(format!("`{name}` is no name of a gate, as `[gate.test]`")));
    }
    let command = table.get("command").ok_or_else(|| {
        wrong(format!("`gate.{name}` has no `command`, as `command = [\"cargo\", \"test\"]`"))
    })?;
    let timeout = table.get("timeout").map(|item| value::length(source, "timeout", item));
    let timeout = timeout.transpose()?.unwrap_or(TIMEOUT);
    if timeout.is_zero() {
        return Err(wrong(format!("`gate.{name}`: nothing is done within `timeout = \"0s\"`")));
    }
    Ok(Gate { name: name.to_owned(), command: argv(source, command)?, timeout, place })
}

/// The program and its arguments, each a string of its own.
fn argv(source: &Source<'_>, item: &Item) -> Result<GateCommand, PolicyError> {
    let wrong = |why: &str| {
        let example = "`command` must be a list, as [\"cargo\", \"test\"]";
        source.error(item, format!("{example}{why}"))
    };
    if item.is_str() {
        return Err(wrong(": no shell takes a line apart"));
    }
    let words = item.as_array().ok_or_else(|| wrong(""))?.iter();
    let words = words.map(|word| word.as_str().map(str::to_owned).ok_or_else(|| wrong("")));
    let words: Vec<String> = words.collect::<Result<_, _>>()?;
    if words.first().is_none_or(|program| program.trim().is_empty()) {
        return Err(wrong(": the first of it is the program"));
    }
    if words.iter().any(|word| word.contains('\0')) {
        return Err(wrong(": no argument can hold a null character"));
    }
    Ok(GateCommand(words))
}
