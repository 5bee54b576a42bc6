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
pub(super) struct Drafts(Vec<(PathBuf, AdvisoryDraft)>);

impl Drafts {
    /// Makes them, and sees that nothing stands in their places: before anything else happens.
    pub(super) fn of(
        rollback: &Rollback,
        facts: &Facts,
        options: &YankRollback,
    ) -> Result<Self, Failure> {
        let Some(folder) = &options.advisory else { return Ok(Self(Vec::new())) };
        let date = time::date(time::now());
        let drafts = advisory_drafts(rollback, facts, options.reason.as_deref(), &date);
        let place = |draft: AdvisoryDraft| {
            let path = folder.join("crates").join(draft.package.as_str()).join(FILE);
            (path, draft)
        };
        let drafts: Vec<_> = drafts.into_iter().map(place).collect();
        let taken =
            drafts.iter().map(|(path, _)| path).filter(|path| path.symlink_metadata().is_ok());
        let taken: Vec<String> = taken.map(|path| path.display().to_string()).collect();
        if taken.is_empty() {
            return Ok(Self(drafts));
        }
        Err(Failure::refused(format!(
            "`{}` is there already, and is not written over",
            taken.join("`, `")
        ))
        .next("--advisory PATH", "with another folder, or without the option"))
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
