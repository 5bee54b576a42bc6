//! An answer that is kept, below git's common folder.
//!
//! Keeping nothing costs Cargo's time, nothing else, so what goes wrong here is passed over.

use super::ground::Ground;
use crate::effects::process::is_credential;
use cargo_metadata::{Metadata, MetadataCommand};
use cargo_orchestrate::model::Digest;
use std::fmt::Write as _;
use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

/// Raised when the file gets another form, and when an answer rests on more than was written.
const FORM: &str = "cargo 1";
/// As many answers are kept: of worktrees, and of what people start it with.
const MOST_ANSWERS: usize = 16;
/// The variables that Cargo's answer may depend on begin like this.
const VARIABLES: [&str; 4] = ["CARGO", "RUSTUP", "HOME", "USERPROFILE"];

/// The place of the answer to one question, and the question.
#[derive(Debug)]
pub(super) struct Kept<'a> {
    file: PathBuf,
    cargo: PathBuf,
    directory: &'a Path,
    manifest: &'a Path,
}

impl<'a> Kept<'a> {
    /// Of what is kept in `folder`, the answer that Cargo gives for `manifest` when it is started in
    /// `directory`. Nothing where it is not known which Cargo that is: what is called `cargo` may
    /// choose one each time.
    pub(super) fn of(folder: &Path, directory: &'a Path, manifest: &'a Path) -> Option<Self> {
        let cargo = PathBuf::from(std::env::var_os("CARGO")?);
        if !(cargo.is_absolute() && directory.is_absolute()) {
            return None;
        }
        let mut question = format!("{FORM}\n{}\n{}\n", directory.display(), manifest.display());
        let mut variables: Vec<_> = std::env::vars_os().collect();
        variables.sort();
        for (name, value) in variables {
            let name = name.to_str().unwrap_or_default();
            if VARIABLES.iter().any(|start| name.starts_with(start)) && !is_credential(name) {
                let _ = writeln!(question, "{name}={}", value.display());
            }
        }
        let file = folder.join(Digest::of(question.as_bytes()).short(32));
        Some(Self { file, cargo, directory, manifest })
    }

    /// The answer, where it still is one.
    pub(super) fn read(&self) -> Option<Metadata> {
        let text = fs::read_to_string(&self.file).ok()?;
        let (checksum, body) = text.strip_prefix(FORM)?.trim_start().split_once('\n')?;
        if checksum.parse() != Ok(crc32c::crc32c(body.as_bytes())) {
            return None;
        }
        let (ground, answer) = body.split_once("\n\n")?;
        Ground::read(ground)?.holds().then(|| MetadataCommand::parse(answer).ok())?
    }

    /// Keeps the answer that Cargo gave when it was asked at `began`, if it can be seen whether it
    /// still is one.
    pub(super) fn write(&self, answer: &str, metadata: &Metadata, began: SystemTime) {
        let Self { file, cargo, directory, manifest } = self;
        let ground = Ground::of(metadata, cargo, directory, manifest, began);
        let Some(ground) = ground.and_then(|ground| ground.write()) else { return };
        let body = format!("{ground}\n{answer}\n");
        let text = format!("{FORM} {}\n{body}", crc32c::crc32c(body.as_bytes()));
        let Some(folder) = file.parent() else { return };
        let _ = fs::create_dir_all(folder);
        make_room(folder);
        let Ok(mut new) = tempfile::NamedTempFile::new_in(folder) else { return };
        if new.write_all(text.as_bytes()).is_ok() {
            let _ = new.persist(file);
        }
    }
}

/// Removes the oldest answers.
fn make_room(folder: &Path) {
    let files = fs::read_dir(folder).into_iter().flatten().flatten();
    let age = |entry: &fs::DirEntry| entry.metadata().and_then(|it| it.modified()).ok();
    let mut files: Vec<_> = files.map(|entry| (age(&entry), entry.path())).collect();
    files.sort();
    let over = files.len().saturating_sub(MOST_ANSWERS - 1);
    for (_, path) in &files[..over] {
        let _ = fs::remove_file(path);
    }
}
