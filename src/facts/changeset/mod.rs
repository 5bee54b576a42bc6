//! Changesets: files in which people write down what a change means for the users of packages,
//! while they still know.
//!
//! One Markdown file for each change, in a folder of the repository:
//!
//! ```text
//! ---
//! "store": minor
//! "cli": patch
//! ---
//!
//! Cursors can be streamed.
//! ```
//!
//! Other tools keep them in the same form, so a folder of theirs is read as it stands. Read
//! `read.rs` for the grammar and `compose.rs` for how one is written.

mod level;
mod read;
mod compose;
mod headline;
mod said;
#[cfg(test)]
mod tests;

pub use compose::{compose, file_name};
pub use headline::headline;
pub use level::{Level, UnknownLevel};
pub use read::{Mistake, MistakeKind};
pub use said::without_marks;

use crate::model::{PackageName, RelPath, Workspace};
use std::collections::BTreeSet;
use std::ops::Range;

/// Where changesets lie when nothing is configured, below the root of the workspace.
pub const DEFAULT_FOLDER: &str = ".changeset";

/// The folder of changesets, as it stands in the working tree.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Changesets {
    pub folder: RelPath,
    /// Those without a mistake, sorted by file.
    pub pending: Vec<Changeset>,
    /// What is wrong with the others, sorted by file and place.
    pub mistakes: Vec<Mistake>,
    /// The files that were looked at, sound or not.
    pub files: BTreeSet<RelPath>,
}

/// A change that waits to be released.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Changeset {
    pub file: RelPath,
    /// The whole file.
    pub source: String,
    /// Whether git tracks the file.
    pub tracked: bool,
    /// In the order of the file, each package once; there may be none.
    pub intents: Vec<Intent>,
    /// What it says to people, without the spaces around it; lines end with `\n`.
    pub text: String,
}

/// What a changeset says about one package.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Intent {
    pub package: PackageName,
    pub level: Level,
    /// Its line in `source`, the end of the line included, as bytes.
    pub line: Range<usize>,
    /// Where the name stands: line and column from 1, the column in characters.
    pub at: (usize, usize),
}

/// A file of the folder as it was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    pub file: RelPath,
    /// Whether git tracks it.
    pub tracked: bool,
    pub contents: Contents,
}

/// What is in a file, or why nobody looked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Contents {
    Bytes(Vec<u8>),
    /// The text says why it was not read.
    Unread(String),
}

impl Changesets {
    /// Reads what was found in the folder.
    #[must_use]
    pub fn read(folder: RelPath, mut found: Vec<Found>, workspace: &Workspace) -> Self {
        found.sort_by(|a, b| a.file.cmp(&b.file));
        let mut all = Self { folder, ..Self::default() };
        for file in found {
            all.files.insert(file.file.clone());
            match read::read(file, workspace) {
                Ok(changeset) => all.pending.push(changeset),
                Err(mistakes) => all.mistakes.extend(mistakes),
            }
        }
        all
    }

    /// What is said about one package, by file.
    pub fn about<'a>(
        &'a self,
        package: &'a PackageName,
    ) -> impl Iterator<Item = (&'a Changeset, Level)> {
        self.pending.iter().filter_map(|changeset| Some((changeset, changeset.level(package)?)))
    }

    /// The changeset of this file.
    #[must_use]
    pub fn get(&self, file: &RelPath) -> Option<&Changeset> {
        self.pending.iter().find(|changeset| changeset.file == *file)
    }
}

impl Changeset {
    /// What it says about a package; nothing when it does not name it.
    #[must_use]
    pub fn level(&self, package: &PackageName) -> Option<Level> {
        let mut intents = self.intents.iter();
        intents.find(|intent| intent.package == *package).map(|intent| intent.level)
    }

    /// The sentence that the text begins with, on one line and without marks of Markdown; empty when
    /// there is no text.
    #[must_use]
    pub fn summary(&self) -> String {
        without_marks(&headline(&self.text).0)
    }
}

/// Whether a file of the folder is a changeset by its name. `README.md`, hidden files and what is
/// no Markdown, as `config.json`, are other people's business.
#[must_use]
pub fn is_changeset(file_name: &str) -> bool {
    let lower = file_name.to_ascii_lowercase();
    let is_markdown = lower.rsplit_once('.').is_some_and(|(_, extension)| extension == "md");
    is_markdown && lower != "readme.md" && !lower.starts_with('.')
}
