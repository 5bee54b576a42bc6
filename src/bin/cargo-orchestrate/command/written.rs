//! A plan written down: on stdout, or in files.

use crate::cli::{MessageFormat, Plan as Options, PlanFormat};
use crate::failure::Failure;
use crate::ui::time::rfc3339;
use crate::ui::{self, Paint, Screen};
use cargo_orchestrate::export;
use cargo_orchestrate::plan::Plan;
use cargo_orchestrate::run::Forecast;
use cargo_orchestrate::wire::{ExitCode, plan_now_document};
use std::path::Path;

/// How wide a table in a file is.
const WIDTH: usize = 100;

/// What is written to stdout. What goes to files is none of its business.
///
/// # Errors
/// Exit code 2 when programs and people are both meant to read it, and for a difference in a format
/// that only a plan has.
pub(super) fn answer(options: &Options, screen: &Screen) -> Result<PlanFormat, Failure> {
    let asked = options.format.filter(|_| options.output.is_empty());
    let is_drawn = |format| !matches!(format, PlanFormat::Table | PlanFormat::Json);
    if options.diff.is_some() && asked.is_some_and(is_drawn) {
        let text = "a difference is written as `--format table` or `--format json` alone";
        return Err(Failure::new(ExitCode::Usage, text)
            .next("cargo orchestrate plan -o FILE", "writes the plan itself in any format"));
    }
    match (asked, screen.format) {
        (None | Some(PlanFormat::Json), MessageFormat::Json) => Ok(PlanFormat::Json),
        (Some(_), MessageFormat::Json) => {
            let text =
                "`--message-format json` prints JSON alone, and `--format` asks for something else";
            Err(Failure::new(ExitCode::Usage, text)
                .next("cargo orchestrate plan --message-format json -o FILE", "keeps it in a file"))
        }
        (asked, MessageFormat::Human) => Ok(asked.unwrap_or(PlanFormat::Table)),
    }
}

/// The format that the name of a file asks for.
pub(super) fn by_name(path: &Path) -> PlanFormat {
    let extension = path.extension().unwrap_or_default().to_string_lossy().to_ascii_lowercase();
    match extension.as_str() {
        "md" | "markdown" => PlanFormat::Markdown,
        "dot" | "gv" => PlanFormat::Dot,
        "mmd" | "mermaid" => PlanFormat::Mermaid,
        "svg" => PlanFormat::Svg,
        _ => PlanFormat::Json,
    }
}

/// The plan in this format, with its last end of line.
pub(super) fn text(format: PlanFormat, plan: &Plan, forecast: &Forecast) -> String {
    match format {
        PlanFormat::Table => ui::plan_view(plan, forecast, Paint::Plain, WIDTH),
        PlanFormat::Json => format!("{}\n", plan_now_document(plan, forecast, rfc3339)),
        PlanFormat::Markdown => export::markdown(plan, forecast),
        PlanFormat::Dot => export::dot(plan),
        PlanFormat::Mermaid => export::mermaid(plan),
        PlanFormat::Svg => export::svg(plan),
    }
}

/// Keeps the plan in a file.
pub(super) fn keep(
    path: &Path,
    format: PlanFormat,
    plan: &Plan,
    forecast: &Forecast,
) -> Result<(), Failure> {
    std::fs::write(path, text(format, plan, forecast)).map_err(|error| {
        let text = format!("could not write the plan to `{}`", path.display());
        Failure::new(ExitCode::OutputNotWritten, text).because(error)
    })
}
