//! What a rule says, and the list of all.

use super::lines::Lines;
use super::style::{Paint, Tone};
use super::text::wrap;
use cargo_orchestrate::decide::rules::{Rule, SECTIONS};

/// The columns of the labels with the space around them.
const LABEL: usize = 14;
/// The columns of the words inside an example.
const KIND: usize = 10;

/// A rule with all that the reference says about it.
#[must_use]
pub(crate) fn rule_view(rule: &Rule, paint: Paint, width: usize) -> String {
    let mut out = Lines::default();
    out.line(paint.tone(Tone::Strong, rule.id));
    for line in wrap(rule.doc, width - 2) {
        out.line(format_args!("  {line}"));
    }
    out.gap();
    labelled(&mut out, paint, width, ("decides", rule.decides));
    labelled(&mut out, paint, width, ("why", rule.why));
    let mut label = "example";
    for (kind, text) in rule.example.lines() {
        let mut kind = kind;
        for line in wrap(text, width - LABEL - KIND) {
            let left = paint.tone(Tone::Note, format!("  {label:<12}"));
            out.line(format_args!("{left}{kind:<KIND$}{line}"));
            (label, kind) = ("", "");
        }
    }
    for (index, (key, text)) in rule.policy.iter().enumerate() {
        let label = if index == 0 { "changed by" } else { "" };
        labelled(&mut out, paint, width, (label, &format!("`{key}`: {text}")));
    }
    if let Some(source) = rule.source {
        labelled(&mut out, paint, width, ("source", source));
    }
    out.into_string()
}

/// All rules with what they say in one line.
#[must_use]
pub(crate) fn rule_list(paint: Paint, width: usize) -> String {
    let ids = SECTIONS.iter().flat_map(|section| section.rules).map(|rule| rule.id.len());
    let column = ids.max().unwrap_or_default() + 2;
    let mut out = Lines::default();
    for section in SECTIONS {
        out.gap();
        out.line(paint.tone(Tone::Strong, section.title));
        for rule in section.rules {
            for (index, line) in wrap(rule.doc, width - 2 - column).iter().enumerate() {
                let id = if index == 0 { rule.id } else { "" };
                let id = paint.tone(Tone::Note, format!("{id:<column$}"));
                out.line(format_args!("  {id}{line}"));
            }
        }
    }
    out.into_string()
}

fn labelled(out: &mut Lines, paint: Paint, width: usize, (label, text): (&str, &str)) {
    for (index, line) in wrap(text, width - LABEL).iter().enumerate() {
        let label = if index == 0 { label } else { "" };
        let left = paint.tone(Tone::Note, format!("  {label:<12}"));
        out.line(format_args!("{left}{line}"));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use cargo_orchestrate::decide::rules::rules;

    #[test]
    fn every_rule_fits_a_terminal_of_any_width() {
        for width in 60..=120 {
            let views = rules().map(|rule| rule_view(rule, Paint::Plain, width));
            for text in views.chain([rule_list(Paint::Plain, width)]) {
                let widest = text.lines().map(|line| line.chars().count()).max();
                assert!(widest <= Some(width), "{width}\n{text}");
            }
        }
    }
}
