//! Why one package moves, or does not: its reasons, and the reasons behind them.

use super::lines::Lines;
use super::style::{Paint, Tone};
use super::text::{plain, wrap};
use cargo_orchestrate::decide::Reason;
use cargo_orchestrate::model::PackageName;
use cargo_orchestrate::plan::Plan;
use console::measure_text_width;
use std::collections::{BTreeSet, VecDeque};

/// The chain of reasons of a package, in the plan or not; nothing when the workspace has no such
/// package.
#[must_use]
pub(crate) fn explain(
    plan: &Plan,
    name: &PackageName,
    paint: Paint,
    width: usize,
) -> Option<String> {
    let head = match (plan.package(name), unchanged(plan, name)) {
        (Some(planned), _) if planned.from == planned.to && planned.new => {
            format!("{name} {} (first release)", planned.to)
        }
        (Some(planned), _) if planned.from == planned.to => {
            format!("{name} {} (released as it stands)", planned.to)
        }
        (Some(planned), _) => {
            format!("{name} {} -> {} ({})", planned.from, planned.to, planned.bump)
        }
        (None, Some(version)) => format!("{name} {version} stays"),
        (None, None) => return None,
    };
    let lines = chain(plan, name);
    let mut out = Lines::default();
    for line in wrap(&head, width) {
        out.line(paint.tone(Tone::Strong, line));
    }
    let label = lines.iter().map(|(label, _)| measure_text_width(label)).max().unwrap_or_default();
    let rule = lines.iter().map(|(_, reason)| reason.rule.len() + 2).max().unwrap_or_default();
    if 2 + label + 2 + LEAST + 2 + rule <= width {
        columns(&mut out, &lines, label, rule, paint, width);
    } else {
        narrow(&mut out, &lines, paint, width);
    }
    let more = "`plan --explain RULE` says what a rule in brackets decides";
    for line in wrap(more, width - 2) {
        out.line(paint.tone(Tone::Faint, format_args!("  {line}")));
    }
    Some(out.into_string())
}

/// Texts between labels and rules that are narrower than this cannot be read.
const LEAST: usize = 34;
/// The widest label that stands beside its text where there is no room for three columns.
const LABEL: usize = 12;

/// Labels, texts and rules in three columns.
fn columns(
    out: &mut Lines,
    lines: &[(String, Reason)],
    label: usize,
    rule: usize,
    paint: Paint,
    width: usize,
) {
    let room = width.saturating_sub(2 + label + 2 + 2 + rule);
    let widest = lines
        .iter()
        .flat_map(|(_, reason)| wrap(&plain(&reason.text), room))
        .map(|line| measure_text_width(&line))
        .max()
        .unwrap_or_default();
    for (label_text, reason) in lines {
        let text = wrap(&plain(&reason.text), room);
        for (index, line) in text.iter().enumerate() {
            let label_text = if index == 0 { label_text.as_str() } else { "" };
            let left =
                format!("  {}  {line}", paint.tone(Tone::Note, format!("{label_text:<label$}")));
            let pad = widest.saturating_sub(measure_text_width(line)) + 2;
            if index == 0 {
                let rule = paint.tone(Tone::Faint, format!("[{}]", plain(&reason.rule)));
                out.line(format_args!("{left}{}{rule}", " ".repeat(pad)));
            } else {
                out.line(format_args!("{left}"));
            }
        }
    }
}

/// Each rule behind its text, long labels on lines of their own.
fn narrow(out: &mut Lines, lines: &[(String, Reason)], paint: Paint, width: usize) {
    let widths = lines.iter().map(|(label, _)| measure_text_width(label));
    let label = widths.filter(|of| *of <= LABEL).max().unwrap_or_default();
    let room = width.saturating_sub(2 + label + 2).max(1);
    for (label_text, reason) in lines {
        let rule = format!("[{}]", plain(&reason.rule));
        let text = wrap(&format!("{} {rule}", plain(&reason.text)), room);
        let mut label_text = label_text.as_str();
        if measure_text_width(label_text) > label {
            out.line(format_args!("  {}", paint.tone(Tone::Note, label_text)));
            label_text = "";
        }
        for line in text {
            let left = paint.tone(Tone::Note, format!("{label_text:<label$}"));
            match line.strip_suffix(&rule) {
                Some(text) => {
                    let rule = paint.tone(Tone::Faint, &rule);
                    out.line(format_args!("  {left}  {text}{rule}"));
                }
                None => out.line(format_args!("  {left}  {line}")),
            }
            label_text = "";
        }
    }
}

/// How many reasons of one kind are shown.
const OF_A_KIND: usize = 3;

/// The package's own reasons, labelled `because`, then the weightiest of each package behind them,
/// nearest first, labelled with its name; each package once. Many reasons of one kind are told by
/// the first of them and their number.
fn chain(plan: &Plan, name: &PackageName) -> Vec<(String, Reason)> {
    let mut lines: Vec<(String, Reason)> =
        few_of_a_kind(reasons(plan, name)).map(|reason| ("because".to_owned(), reason)).collect();
    let mut seen = BTreeSet::from([name.clone()]);
    let mut queue: VecDeque<PackageName> =
        lines.iter().flat_map(|(_, reason)| reason.because.clone()).collect();
    while let Some(next) = queue.pop_front() {
        if seen.insert(next.clone())
            && let Some(reason) = reasons(plan, &next).first()
        {
            queue.extend(reason.because.iter().cloned());
            lines.push((next.to_string(), reason.clone()));
        }
    }
    lines
}

/// The reasons, the same text once, and of each rule no more than can be read.
fn few_of_a_kind(reasons: &[Reason]) -> impl Iterator<Item = Reason> {
    let mut kept: Vec<(Reason, usize)> = Vec::new();
    for reason in reasons {
        let same = |(other, _): &&mut (Reason, usize)| other.rule == reason.rule;
        if kept.iter().any(|(other, _)| (&other.rule, &other.text) == (&reason.rule, &reason.text))
        {
            continue;
        }
        if kept.iter().filter(|(other, _)| other.rule == reason.rule).count() < OF_A_KIND {
            kept.push((reason.clone(), 0));
        } else if let Some((_, more)) = kept.iter_mut().rev().find(same) {
            *more += 1;
        }
    }
    kept.into_iter().map(|(mut reason, more)| {
        if more > 0 {
            reason.text = format!("{} (and {more} more like it)", reason.text);
        }
        reason
    })
}

fn reasons<'a>(plan: &'a Plan, name: &PackageName) -> &'a [Reason] {
    let unchanged = || plan.unchanged.iter().find(|unchanged| unchanged.name == *name);
    plan.package(name)
        .map(|planned| planned.reasons.as_slice())
        .or_else(|| unchanged().map(|unchanged| unchanged.reasons.as_slice()))
        .unwrap_or_default()
}

fn unchanged(plan: &Plan, name: &PackageName) -> Option<String> {
    let found = plan.unchanged.iter().find(|unchanged| unchanged.name == *name);
    found.map(|unchanged| unchanged.version.to_string())
}
