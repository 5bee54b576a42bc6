//! The working tree of the in-memory world.

use crate::manifest::TextEdit;
use crate::model::{Digest, RelPath};
use crate::plan::{EditKind, FileEdit, Stand};
use std::collections::BTreeMap;

const MANIFEST: &str = "a/Cargo.toml";
const CHANGESET: &str = ".changeset/x.md";

/// Files by path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tree(BTreeMap<RelPath, String>);

impl Default for Tree {
    fn default() -> Self {
        let files = [(MANIFEST, "0.1.0"), (CHANGESET, "a: minor"), ("README", "stays")];
        Self(files.map(|(path, text)| (at(path), text.to_owned())).into())
    }
}

fn at(path: &str) -> RelPath {
    RelPath::new(path).expect("a path inside")
}

/// What a release does to the tree: a manifest changes, and a changeset goes.
pub fn edits() -> Vec<FileEdit> {
    let edit = |path: &str, from: &str, to: &str, kind| FileEdit {
        path: at(path),
        before: Digest::of(from.as_bytes()),
        after: Digest::of(to.as_bytes()),
        tracked: true,
        kind,
        edits: vec![TextEdit { start: 0, end: from.len(), from: from.into(), to: to.into() }],
    };
    vec![
        edit(CHANGESET, "a: minor", "", EditKind::Remove),
        edit(MANIFEST, "0.1.0", "0.2.0", EditKind::Change),
    ]
}

impl Tree {
    /// Writes the files one after the other; those that are written already stay.
    pub fn write(&mut self, files: &[FileEdit]) {
        for file in files {
            let old = self.0.get(&file.path).map(String::as_bytes);
            if file.stand(old) == Stand::After {
                continue;
            }
            assert_eq!(file.stand(old), Stand::Before, "`{}`", file.path);
            let old = self.0.remove(&file.path).unwrap_or_default();
            let new = file.outcome(&old).expect("the edits fit");
            self.0.extend(new.map(|new| (file.path.clone(), new)));
        }
    }

    /// Takes back those that are written.
    pub fn undo(&mut self, files: &[FileEdit]) {
        let written = |file: &&FileEdit| {
            file.stand(self.0.get(&file.path).map(String::as_bytes)) == Stand::After
        };
        let back: Vec<FileEdit> = files.iter().filter(written).map(FileEdit::reversed).collect();
        self.write(&back);
    }

    /// Where the files stand together: after only when all are.
    pub fn stand(&self, files: &[FileEdit]) -> Stand {
        let stands =
            files.iter().map(|file| file.stand(self.0.get(&file.path).map(String::as_bytes)));
        stands.fold(Stand::After, |all, one| if one == Stand::After { all } else { one })
    }
}
