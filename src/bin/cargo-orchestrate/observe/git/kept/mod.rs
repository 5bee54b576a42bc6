//! What was read of commits, kept between runs.
//!
//! Commits never change, so what was once read of one holds for ever: its parents and what its
//! message says, the paths it changed, what it changed for members that inherit. A repository of
//! many years is then read once. The file lies below git's common folder, so that all worktrees
//! share it. Keeping nothing makes the next run slower, nothing else; what goes wrong here is passed
//! over. Read `file.rs` for the form.

mod answers;
mod bytes;
mod file;

pub(super) use answers::Answer;
pub(in crate::observe) use answers::Answers;
pub(super) use bytes::{Reader, Writer};

use super::graph::Record;
use super::trees::Difference;
use crate::journal::private_folder;
use git2::Oid;
use std::cell::OnceCell;
use std::collections::{BTreeSet, HashMap};
use std::hash::{BuildHasherDefault, Hasher};
use std::path::{Path, PathBuf};

/// What is kept, and where.
#[derive(Debug, Default)]
pub(in crate::observe) struct Kept {
    /// Nothing where nothing may be kept.
    file: Option<PathBuf>,
    /// Read when the first of it is asked for, which may be never.
    held: OnceCell<Held>,
    /// Whether something came in that is not in the file.
    is_new: bool,
}

/// What the file holds.
#[derive(Debug, Default, PartialEq, Eq)]
struct Held {
    commits: HashMap<Oid, Record, ById>,
    messages: HashMap<Oid, Box<str>, ById>,
    changes: HashMap<Oid, Changes, ById>,
    /// By the commit, and the hash of the path of the root manifest.
    inherited: HashMap<(Oid, Oid), BTreeSet<String>>,
}

/// What a commit changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Changes {
    Few(Vec<Change>),
    /// More than is worth keeping.
    Many,
}

/// A [`Difference`] that owns its path; homes are the beginnings of it, by their lengths.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Change {
    path: Box<str>,
    old_home: Option<usize>,
    new_home: Option<usize>,
}

impl Change {
    pub(super) fn of(found: &Difference<'_>) -> Self {
        let length = |home: Option<&str>| home.map(str::len);
        let (old_home, new_home) = (length(found.old_home), length(found.new_home));
        Self { path: found.path.into(), old_home, new_home }
    }

    pub(super) fn difference(&self) -> Difference<'_> {
        let home = |length: Option<usize>| length.and_then(|length| self.path.get(..length));
        Difference {
            path: &self.path,
            old_home: home(self.old_home),
            new_home: home(self.new_home),
        }
    }
}

impl Kept {
    /// What is kept of the repository with this common git folder.
    pub(in crate::observe) fn open(common_dir: &Path) -> Self {
        let file = common_dir.join("orchestrate/kept/history");
        Self { file: Some(file), held: OnceCell::new(), is_new: false }
    }

    fn held(&self) -> &Held {
        self.held.get_or_init(|| self.file.as_deref().and_then(file::read).unwrap_or_default())
    }

    /// The same, for something that comes in.
    fn grow(&mut self) -> &mut Held {
        self.held();
        self.is_new = true;
        self.held.get_mut().expect("it was read just now")
    }

    /// Writes down what came in, whole or not at all. Of two processes that do so at once the later
    /// one's stays; the other's is read again some time.
    pub(super) fn save(&mut self) {
        if let Some(path) = self.file.as_ref().filter(|_| self.is_new) {
            // The folder of all that is remembered is nobody else's, whoever comes first.
            if path.ancestors().nth(2).is_some_and(|home| private_folder(home).is_err()) {
                return;
            }
            file::write(path, self.held());
            self.is_new = false;
        }
    }

    /// How many commits were read.
    pub(super) fn count(&self) -> usize {
        self.held().commits.len()
    }

    pub(super) fn commit(&self, id: Oid) -> Option<&Record> {
        self.held().commits.get(&id)
    }

    pub(super) fn keep_commit(&mut self, id: Oid, record: &Record) {
        self.grow().commits.insert(id, record.clone());
    }

    /// The message of a commit, as text.
    pub(super) fn message(&self, commit: Oid) -> Option<&str> {
        self.held().messages.get(&commit).map(AsRef::as_ref)
    }

    pub(super) fn keep_message(&mut self, commit: Oid, message: &str) {
        self.grow().messages.insert(commit, message.into());
    }

    pub(super) fn changes(&self, commit: Oid) -> Option<&Changes> {
        self.held().changes.get(&commit)
    }

    pub(super) fn keep_changes(&mut self, commit: Oid, changes: Changes) {
        self.grow().changes.insert(commit, changes);
    }

    pub(super) fn inherited(&self, at: (Oid, Oid)) -> Option<&BTreeSet<String>> {
        self.held().inherited.get(&at)
    }

    pub(super) fn keep_inherited(&mut self, at: (Oid, Oid), keys: BTreeSet<String>) {
        self.grow().inherited.insert(at, keys);
    }
}

/// Tables by object ids, which are as good as random.
pub(super) type ById = BuildHasherDefault<IdHasher>;

/// Takes the first bytes of an id for its hash.
#[derive(Debug, Default)]
pub(super) struct IdHasher(u64);

impl Hasher for IdHasher {
    fn write(&mut self, bytes: &[u8]) {
        if let Some(first) = bytes.first_chunk() {
            self.0 = u64::from_le_bytes(*first);
        }
    }

    /// The length of an id says nothing.
    fn write_usize(&mut self, _: usize) {}

    fn finish(&self) -> u64 {
        self.0
    }
}
