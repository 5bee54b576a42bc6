//! Drafts of advisories, written beside a rollback and never over anything.

use crate::cli::YankRollback;
use crate::failure::Failure;
use crate::ui::{Screen, time};
use cargo_orchestrate::facts::Facts;
use cargo_orchestrate::rollback::{AdvisoryDraft, Rollback, advisory_drafts};
use cargo_orchestrate::wire::ExitCode;
use std::fs;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

/// The name that the database wants for what has no number yet.
const FILE: &str = "RUSTSEC-0000-0000.md";

/// The drafts that are asked for, each with its place.
#[derive(Default)]
pub(super) struct Drafts(Vec<(PathBuf, AdvisoryDraft)>);

impl Drafts {
    /// Makes them, and sees that nothing stands in their places: before anything else happens.
    pub(super) fn of(
        rollback: &Rollback,
        facts: &Facts,
        options: &YankRollback,
    ) -> Result<Self, Failure> {
        let drafts = Self::made(rollback, facts, options);
        let taken: Vec<String> =
            drafts.taken().map(|(path, _)| path.display().to_string()).collect();
        if taken.is_empty() {
            return Ok(drafts);
        }
        Err(Failure::refused(format!(
            "`{}` is there already, and is not written over",
            taken.join("`, `")
        ))
        .next("--advisory PATH", "with another folder, or without the option"))
    }

    /// Makes those of a rollback that goes on. Where something is already, it stays: the run that
    /// stopped may have drafted it.
    pub(super) fn left(
        rollback: &Rollback,
        facts: &Facts,
        options: &YankRollback,
        screen: &Screen,
    ) -> Self {
        let mut drafts = Self::made(rollback, facts, options);
        for (path, _) in drafts.taken() {
            let text = format!("{} is there already, and stays", path.display());
            screen.status("Advisory", &text);
        }
        drafts.0.retain(|(path, _)| path.symlink_metadata().is_err());
        drafts
    }

    fn made(rollback: &Rollback, facts: &Facts, options: &YankRollback) -> Self {
        let Some(folder) = &options.advisory else { return Self(Vec::new()) };
        let date = time::date(time::now());
        let reason = options.reason.as_deref().or(rollback.reason());
        let drafts = advisory_drafts(rollback, facts, reason, &date);
        let place = |draft: AdvisoryDraft| {
            let path = folder.join("crates").join(draft.package.as_str()).join(FILE);
            (path, draft)
        };
        Self(drafts.into_iter().map(place).collect())
    }

    fn taken(&self) -> impl Iterator<Item = &(PathBuf, AdvisoryDraft)> {
        self.0.iter().filter(|(path, _)| path.symlink_metadata().is_ok())
    }

    /// Writes them.
    pub(super) fn write(&self, screen: &Screen) -> Result<(), Failure> {
        for (path, draft) in &self.0 {
            write(path, &draft.text).map_err(|error| {
                let text = format!("could not write the advisory to `{}`", path.display());
                Failure::new(ExitCode::OutputNotWritten, text).because(error)
            })?;
            screen.status("Drafted", &format!("{} (fill in what is open)", path.display()));
        }
        Ok(())
    }
}

fn write(path: &Path, text: &str) -> io::Result<()> {
    fs::create_dir_all(path.parent().unwrap_or(Path::new(".")))?;
    let mut file = fs::OpenOptions::new().write(true).create_new(true).open(path)?;
    file.write_all(text.as_bytes())
}
