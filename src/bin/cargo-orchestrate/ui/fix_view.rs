//! Edits of manifests as people read them: the place, the lines as they were and as they are.

use super::lines::Lines;
use super::style::{Paint, Tone};
use super::text::{count, plain};
use cargo_orchestrate::wire::FixedEntry;
use std::collections::BTreeSet;

/// What was edited, for stdout; `place` is the flags that lead to the workspace, each behind a space.
#[must_use]
pub(crate) fn fix_view(fixed: &[FixedEntry], place: &str, paint: Paint) -> String {
    let mut out = Lines::default();
    for FixedEntry { file, line, before, after, .. } in fixed {
        let arrow = paint.tone(Tone::Note, "-->");
        out.line(format_args!("  {arrow} {}:{line}", plain(file.as_str())));
        out.line(format_args!("      - {}", plain(before)));
        if !after.is_empty() {
            out.line(format_args!("      + {}", plain(after)));
        }
    }
    out.gap();
    let files: BTreeSet<_> = fixed.iter().map(|entry| &entry.file).collect();
    out.line(format_args!(
        "  {} without a version now, in {}; nothing is committed",
        count(fixed.len(), "dev-dependency"),
        count(files.len(), "manifest")
    ));
    let next = paint.tone(Tone::Strong, "Next:");
    out.line(format_args!("  {next} git diff, git commit, then cargo orchestrate plan{place}"));
    out.into_string()
}
