//! What comparisons found, kept between runs.
//!
//! Keeping nothing makes the next run slower, nothing else; so what goes wrong here is passed over.

use cargo_orchestrate::facts::ApiChange;
use serde::{Deserialize, Serialize};
use std::fs;
use std::path::{Path, PathBuf};

/// What a file holds.
#[derive(Debug, Serialize, Deserialize)]
struct Entry {
    /// The file's own name: one that was moved here does not count.
    key: String,
    change: ApiChange,
}

/// What was found; nothing where nothing is kept, or where it is damaged.
pub(super) fn read(shelf: Option<&Path>, key: &str) -> Option<ApiChange> {
    let text = fs::read_to_string(file(shelf?, key)).ok()?;
    let entry: Entry = serde_json::from_str(&text).ok()?;
    (entry.key == key).then_some(entry.change)
}

/// Keeps it, whole or not at all.
pub(super) fn keep(shelf: Option<&Path>, key: &str, change: &ApiChange) {
    let Some(shelf) = shelf else { return };
    let entry = Entry { key: key.to_owned(), change: change.clone() };
    let Ok(text) = serde_json::to_string(&entry) else { return };
    let _ = fs::create_dir_all(shelf);
    let Ok(new) = tempfile::NamedTempFile::new_in(shelf) else { return };
    if fs::write(new.path(), text).is_ok() {
        let _ = new.persist(file(shelf, key));
    }
}

fn file(shelf: &Path, key: &str) -> PathBuf {
    shelf.join(format!("{key}.json"))
}
