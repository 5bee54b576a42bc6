//! Plans at past commits of a public workspace and compares with what its maintainers released next.
//!
//! The registry is made to look as it did then: the real index, cut to what had been published when
//! the commit was made. Read `releases.rs` for what the maintainers did, `past.rs` for the world of
//! a past commit, `compare.rs` for the verdicts.

mod compare;
mod index_then;
mod line;
mod past;
mod releases;
mod report;

use crate::arguments::Arguments;
use crate::build;
use compare::{Row, Verdict};
use index_then::IndexThen;
use line::{Commit, Line};
use past::Past;
use releases::Release;
use std::fs;
use std::path::{Path, PathBuf};

/// A past commit, what would have been released there, and what was.
#[derive(Debug)]
pub(crate) struct Replay {
    /// The commit, abbreviated.
    commit: String,
    /// Its day, as `2026-03-13`.
    day: String,
    rows: Vec<Row>,
    /// Why there is nothing to compare, if so.
    failed: Option<String>,
}

/// Replays the commits asked for, or those before the newest releases.
///
/// # Errors
/// When the repository has no such commit, or no release to compare with.
pub(crate) fn run(mut arguments: Arguments) -> Result<(), String> {
    let mut at: Vec<String> = Vec::new();
    while let Some(commit) = arguments.option("--at")? {
        at.push(commit);
    }
    let last = arguments.option("--last")?.unwrap_or(3_usize);
    let least = arguments.option("--least")?.unwrap_or(1_usize);
    let json: Option<PathBuf> = arguments.option("--json")?;
    let program: Option<PathBuf> = arguments.option("--program")?;
    let upstream: Option<String> = arguments.option("--upstream")?;
    let path = arguments.task().ok_or("`replay` wants the path of a repository")?;
    arguments.end()?;

    let repository = Path::new(&path)
        .canonicalize()
        .map_err(|error| format!("could not find `{path}`: {error}"))?;
    let program = program.map_or_else(build::program, Ok)?;
    let line = Line::of(&repository)?;
    let index = IndexThen::start(&program, upstream.as_deref().unwrap_or("crates-io"))?;
    let chosen = chosen(&repository, &line, &at, last, least)?;
    let mut replays = Vec::new();
    for (commit, release) in &chosen {
        let past =
            Past { program: &program, repository: &repository, line: &line, commit, release };
        let replay = past.replay(&index);
        report::print(&replay);
        replays.push(replay);
    }
    report::print_totals(&replays);
    if let Some(json) = json {
        fs::write(&json, format!("{}\n", report::json(&path, &replays)))
            .map_err(|error| format!("could not write `{}`: {error}", json.display()))?;
    }
    Ok(())
}

/// The commits to plan at, each with the release to compare with; oldest first unless asked for.
fn chosen(
    repository: &Path,
    line: &Line,
    at: &[String],
    last: usize,
    least: usize,
) -> Result<Vec<(Commit, Release)>, String> {
    if at.is_empty() {
        let mut all = releases::all(line);
        all.retain(|release| release.tags.len() >= least);
        let from = all.len().saturating_sub(last);
        let chosen = all.split_off(from);
        if chosen.is_empty() {
            return Err("no such release is tagged".to_owned());
        }
        let with_commit = |release| Ok((releases::before(repository, &release)?, release));
        return chosen.into_iter().map(with_commit).collect();
    }
    let with_release = |name: &String| {
        let commit = releases::commit(repository, name)?;
        let release = releases::after(repository, line, &commit)?;
        Ok((commit, release))
    };
    at.iter().map(with_release).collect()
}

impl Replay {
    fn count(&self, verdict: Verdict) -> usize {
        self.rows.iter().filter(|row| row.verdict == verdict).count()
    }
}
