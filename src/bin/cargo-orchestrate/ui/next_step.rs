//! What to type after looking at a plan.

use super::style::{Paint, Tone};
use super::text::{columns, wrap};
use cargo_orchestrate::plan::Plan;

/// The columns that labels such as `Practise:` take.
const LABEL: usize = 12;

/// What the plan was made with, for the commands that go on from it; each flag behind a space.
#[derive(Debug, Clone, Default)]
pub(crate) struct MadeWith {
    /// What to release and where to.
    pub selection: String,
    /// The same without what the plan refuses, for planning again.
    pub accepted: String,
    /// Where to work.
    pub place: String,
    /// `--offline`, for the commands that take it.
    pub offline: String,
    /// The file that the plan was kept in, as a word of a command line, if `publish` can read it.
    pub kept: Option<String>,
}

/// What to type after looking at a plan. Commands are to be copied and are never broken; what they
/// do stands behind them, or below where there is no room.
#[must_use]
pub(crate) fn next_after_plan(plan: &Plan, with: &MadeWith, paint: Paint, width: usize) -> String {
    let MadeWith { selection, accepted, place, offline, kept } = with;
    let errors = plan.errors().count();
    if errors > 0 {
        let what =
            if errors == 1 { "the error".to_owned() } else { format!("the {errors} errors") };
        let command = format!("cargo orchestrate plan{accepted}{place}{offline}");
        let text = format!("fix {what} above, then ");
        let is_one = LABEL + 1 + columns(&text) + columns(&command) <= width;
        let between = if is_one { String::new() } else { format!("\n{}", " ".repeat(8)) };
        let text = if is_one { text.as_str() } else { text.trim_end() };
        return format!("  {} {text}{between}{command}", paint.tone(Tone::Strong, "Next:"));
    }
    if plan.is_empty() {
        let (command, effect) = if plan.steps.is_empty() {
            (format!("status{place}{offline}"), "is everything where it should be?")
        } else {
            (format!("publish{place}"), "makes the missing tags")
        };
        return rows(&[("Next:", command, effect)], 7, paint, width);
    }
    let publish = match kept {
        Some(file) => format!("publish --plan {file}{place}"),
        None => format!("publish{selection}{place}"),
    };
    let rehearse = format!("rehearse{selection}{place}");
    rows(
        &[
            ("Practise:", rehearse, "nothing leaves this machine"),
            ("Next:", publish, "asks first, then releases"),
        ],
        LABEL - 1,
        paint,
        width,
    )
}

/// A line for each command, the labels right-aligned in `label` columns.
fn rows(commands: &[(&str, String, &str)], label: usize, paint: Paint, width: usize) -> String {
    let commands: Vec<(&str, String, &str)> = commands
        .iter()
        .map(|(label, command, effect)| (*label, format!("cargo orchestrate {command}"), *effect))
        .collect();
    let widest = commands.iter().map(|(_, command, _)| columns(command)).max().unwrap_or_default();
    let effects = commands.iter().map(|(_, _, effect)| columns(effect)).max().unwrap_or_default();
    let is_beside = label + 1 + widest + 3 + effects <= width;
    let mut lines = Vec::new();
    for (name, command, effect) in &commands {
        let name = format!("{}{}", " ".repeat(label - name.len()), paint.tone(Tone::Strong, name));
        let shown = paint.tone(Tone::Strong, command);
        if is_beside {
            let pad = " ".repeat(widest - columns(command) + 3);
            lines.push(format!("{name} {shown}{pad}{effect}"));
        } else {
            lines.push(format!("{name} {shown}"));
            let room = width.saturating_sub(label + 3).max(1);
            let below = wrap(effect, room).into_iter();
            lines.extend(below.map(|line| format!("{}{line}", " ".repeat(label + 3))));
        }
    }
    lines.join("\n")
}
