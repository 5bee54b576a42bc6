//! What becomes of one file: new contents, gone, or there for the first time.

use super::Guard;
use crate::facts::Facts;
use crate::manifest::{EditMismatch, TextEdit, apply, reverse};
use crate::model::{Digest, RelPath};
use serde::{Deserialize, Serialize};

/// What becomes of one file, as edits of its text; a file that is not there has an empty one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct FileEdit {
    pub path: RelPath,
    /// Of the text now.
    pub before: Digest,
    /// Of the text with the edits applied.
    pub after: Digest,
    /// Whether git tracks the file, so that it belongs in the commit.
    pub tracked: bool,
    #[serde(default, skip_serializing_if = "EditKind::is_change")]
    pub kind: EditKind,
    /// In the order of the file; applied together by `manifest::apply`.
    pub edits: Vec<TextEdit>,
}

/// Whether the file is there before and after.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum EditKind {
    /// It is, both times.
    #[default]
    Change,
    /// It is gone afterwards.
    Remove,
    /// It is not there before.
    Create,
}

/// Where a file stands with respect to an edit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stand {
    /// As the edit expects it.
    Before,
    /// As the edit leaves it.
    After,
    /// Somebody else changed it.
    Elsewhere,
}

impl EditKind {
    #[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands in a reference")]
    fn is_change(&self) -> bool {
        *self == Self::Change
    }
}

impl FileEdit {
    /// These edits of a file whose text is among the facts; nothing when it is not.
    ///
    /// # Panics
    /// When the edits were not made from that text.
    #[must_use]
    pub fn of(facts: &Facts, path: RelPath, mut edits: Vec<TextEdit>) -> Option<Self> {
        edits.sort_by_key(|edit| edit.start);
        let text = facts.text(&path)?;
        let after = apply(text, &edits).expect("edits made from a text fit it");
        Some(Self {
            before: Digest::of(text.as_bytes()),
            after: Digest::of(after.as_bytes()),
            tracked: facts.is_tracked(&path),
            kind: EditKind::Change,
            path,
            edits,
        })
    }

    /// The removal of a file whose text is among the facts; nothing when it is not.
    #[must_use]
    pub fn removal(facts: &Facts, path: RelPath) -> Option<Self> {
        let text = facts.text(&path)?.to_owned();
        let edit = TextEdit { start: 0, end: text.len(), from: text, to: String::new() };
        Some(Self { kind: EditKind::Remove, ..Self::of(facts, path, vec![edit])? })
    }

    /// The way back.
    #[must_use]
    pub fn reversed(&self) -> Self {
        Self {
            path: self.path.clone(),
            before: self.after.clone(),
            after: self.before.clone(),
            tracked: self.tracked,
            kind: match self.kind {
                EditKind::Change => EditKind::Change,
                EditKind::Remove => EditKind::Create,
                EditKind::Create => EditKind::Remove,
            },
            edits: reverse(&self.edits),
        }
    }

    /// Whether the file is gone afterwards.
    #[must_use]
    pub fn removes(&self) -> bool {
        self.kind == EditKind::Remove
    }

    /// Where the file stands that holds these bytes, or is not there.
    #[must_use]
    pub fn stand(&self, contents: Option<&[u8]>) -> Stand {
        let digest = contents.map(Digest::of);
        let digest = digest.as_ref();
        let before = (self.kind != EditKind::Create).then_some(&self.before);
        let after = (self.kind != EditKind::Remove).then_some(&self.after);
        match digest {
            _ if digest == after => Stand::After,
            _ if digest == before => Stand::Before,
            _ => Stand::Elsewhere,
        }
    }

    /// Where the file stands among the facts.
    #[must_use]
    pub fn stand_in(&self, facts: &Facts) -> Stand {
        match facts.text(&self.path) {
            None if facts.is_taken(&self.path) => Stand::Elsewhere,
            text => self.stand(text.map(str::as_bytes)),
        }
    }

    /// What the file holds afterwards; nothing when it is gone. `text` is what it holds now.
    ///
    /// # Errors
    /// [`EditMismatch`] when it is not the text the edits were made from.
    pub fn outcome(&self, text: &str) -> Result<Option<String>, EditMismatch> {
        let after = apply(text, &self.edits)?;
        Ok((!self.removes()).then_some(after))
    }

    /// What must be true of the file before.
    #[must_use]
    pub fn guard(&self) -> Guard {
        let path = self.path.clone();
        match self.kind {
            EditKind::Create => Guard::Absent { path },
            EditKind::Change | EditKind::Remove => {
                Guard::File { path, digest: self.before.clone() }
            }
        }
    }
}
