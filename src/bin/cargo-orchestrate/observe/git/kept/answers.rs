//! Answers to whole questions, kept between runs.
//!
//! What follows from a commit, and from all else that a question names, follows from it for ever, so the
//! same plan is not worked out twice. Whoever asks names everything that the answer depends on. The
//! program itself is part of each question: no answer outlives the build that gave it.

use super::file;
use crate::journal::private_folder;
use cargo_orchestrate::model::Digest;
use std::cell::OnceCell;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::UNIX_EPOCH;

/// So many answers are kept, the latest ones.
const MOST: usize = 16;

/// Where answers are kept.
#[derive(Debug)]
pub(in crate::observe) struct Answers {
    folder: PathBuf,
    /// What tells this build of the program from others; nothing where it cannot be told.
    program: OnceCell<Option<String>>,
}

/// The place of one answer.
#[derive(Debug)]
pub(in crate::observe::git) struct Answer {
    path: PathBuf,
}

impl Answers {
    /// Those of the repository with this common git folder.
    pub(in crate::observe) fn of(common_dir: &Path) -> Self {
        let folder = common_dir.join("orchestrate/kept/answers");
        Self { folder, program: OnceCell::new() }
    }

    /// The place of the answer to a question that names all it depends on; nothing where none can be kept.
    pub(in crate::observe::git) fn to(&self, question: &str) -> Option<Answer> {
        let program = self.program.get_or_init(program).as_ref()?;
        let name = Digest::of(format!("{program}\n{question}").as_bytes());
        Some(Answer { path: self.folder.join(name.as_str()) })
    }
}

#[cfg(test)]
impl Answers {
    /// The places of all that are kept.
    pub(in crate::observe::git) fn all(&self) -> Vec<Answer> {
        let found = fs::read_dir(&self.folder).into_iter().flatten().flatten();
        found.map(|entry| Answer { path: entry.path() }).collect()
    }
}

impl Answer {
    /// The answer, when it was given before.
    pub(in crate::observe::git) fn read(&self) -> Option<Vec<u8>> {
        let mut bytes = fs::read(&self.path).ok()?;
        let length = file::body(&bytes)?.len();
        bytes.truncate(length);
        Some(bytes)
    }

    /// Keeps the answer, whole or not at all, and lets go of the oldest ones.
    pub(in crate::observe::git) fn keep(&self, answer: Vec<u8>) {
        // The folder of all that is remembered is nobody else's, whoever comes first.
        if self.path.ancestors().nth(3).is_some_and(|home| private_folder(home).is_err()) {
            return;
        }
        file::put(&self.path, &file::sealed(answer));
        let folder = self.path.parent().unwrap_or(&self.path);
        let found = fs::read_dir(folder).into_iter().flatten().flatten();
        let mut found: Vec<_> = found
            .filter_map(|entry| Some((entry.metadata().ok()?.modified().ok()?, entry.path())))
            .collect();
        found.sort();
        for (_, path) in found.iter().take(found.len().saturating_sub(MOST)) {
            let _ = fs::remove_file(path);
        }
    }
}

fn program() -> Option<String> {
    let file = fs::metadata(std::env::current_exe().ok()?).ok()?;
    let written = file.modified().ok()?.duration_since(UNIX_EPOCH).ok()?;
    Some(format!("{} {} {}", env!("CARGO_PKG_VERSION"), file.len(), written.as_nanos()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_is_found_by_its_question_and_by_no_other() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let answers = Answers::of(folder.path());
        let answer = answers.to("one").expect("a place");
        assert_eq!(answer.read(), None);
        answer.keep(b"yes".to_vec());
        assert_eq!(answers.to("one").and_then(|it| it.read()), Some(b"yes".to_vec()));
        assert_eq!(answers.to("other").and_then(|it| it.read()), None);
        let other = Answers { program: OnceCell::from(Some("other".to_owned())), ..answers };
        assert_eq!(other.to("one").and_then(|it| it.read()), None);
    }

    #[test]
    fn a_damaged_answer_is_none() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let answer = Answers::of(folder.path()).to("one").expect("a place");
        answer.keep(b"yes".to_vec());
        let whole = fs::read(&answer.path).expect("an answer");
        for at in 0..whole.len() {
            fs::write(&answer.path, &whole[..at]).expect("a file");
            assert_eq!(answer.read(), None, "cut at {at}");
            let mut flipped = whole.clone();
            flipped[at] ^= 0x10;
            fs::write(&answer.path, flipped).expect("a file");
            assert_eq!(answer.read(), None, "byte {at} flipped");
        }
    }

    #[test]
    fn the_latest_are_kept() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let answers = Answers::of(folder.path());
        for number in 0..MOST + 3 {
            answers.to(&number.to_string()).expect("a place").keep(Vec::new());
        }
        let left = fs::read_dir(folder.path().join("orchestrate/kept/answers")).expect("a folder");
        assert_eq!(left.count(), MOST);
        assert!(answers.to(&(MOST + 2).to_string()).is_some_and(|it| it.read().is_some()));
    }
}
