//! A rollback written down: on stdout, or in files.

use super::rollback_words::view;
use super::written::by_name;
use super::yank_rollback::show;
use crate::cli::{MessageFormat, PlanFormat, YankRollback};
use crate::failure::Failure;
use crate::ui::{self, Paint, Screen};
use cargo_orchestrate::export::rollback_markdown;
use cargo_orchestrate::rollback::Rollback;
use cargo_orchestrate::wire::{ExitCode, rollback_document};

/// How wide a table in a file is.
const WIDTH: usize = 100;

/// Refuses what asks for two things on stdout, before anything is looked at.
///
/// # Errors
/// Exit code 2.
pub(super) fn agreed(options: &YankRollback, screen: &Screen) -> Result<(), Failure> {
    let asked = options.format.filter(|_| options.output.is_empty());
    match (asked, screen.format) {
        (Some(PlanFormat::Table | PlanFormat::Markdown), MessageFormat::Json) => {
            let text =
                "`--message-format json` prints JSON alone, and `--format` asks for something else";
            Err(Failure::new(ExitCode::Usage, text)
                .next("--message-format json -o FILE.md", "keeps the page in a file"))
        }
        _ => Ok(()),
    }
}

/// Shows a rollback as it is asked for, and keeps it in the files that are named.
pub(super) fn tell(
    rollback: &Rollback,
    options: &YankRollback,
    screen: &Screen,
) -> Result<(), Failure> {
    for path in &options.output {
        let format = options.format.unwrap_or_else(|| by_name(path));
        std::fs::write(path, text(format, rollback)).map_err(|error| {
            let text = format!("could not write the rollback to `{}`", path.display());
            Failure::new(ExitCode::OutputNotWritten, text).because(error)
        })?;
    }
    match options.format.filter(|_| options.output.is_empty()) {
        Some(PlanFormat::Json) => screen.line(&rollback_document(rollback)),
        Some(PlanFormat::Markdown) => screen.print(&text(PlanFormat::Markdown, rollback)),
        _ => show(rollback, screen),
    }
}

/// The rollback in this format, with its last end of line. What only a plan can be drawn as is JSON.
fn text(format: PlanFormat, rollback: &Rollback) -> String {
    match format {
        PlanFormat::Markdown => rollback_markdown(rollback),
        PlanFormat::Table => {
            let view = ui::rollback_view(&view(rollback), Paint::Plain, WIDTH);
            format!("{view}\n{}", ui::findings(&rollback.findings, Paint::Plain, WIDTH))
        }
        _ => format!("{}\n", rollback_document(rollback)),
    }
}
