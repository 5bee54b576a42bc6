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
    let label = lines.iter().map(|(label, _)| measure_text_width(label)).max().unwrap_or_default();
    let rule = lines.iter().map(|(_, reason)| reason.rule.len() + 2).max().unwrap_or_default();
    let indent = 2 + label + 2;
    let room = width.saturating_sub(indent + 2 + rule).max(24);
    let widest = lines
        .iter()
        .flat_map(|(_, reason)| wrap(&plain(&reason.text), room))
        .map(|line| measure_text_width(&line))
        .max()
        .unwrap_or_default();
    let mut out = Lines::default();
    out.line(paint.tone(Tone::Strong, head));
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
    Some(out.into_string())
}

/// The package's own reasons, labelled `because`, then those of the packages behind them, nearest
/// first, labelled with their names; each package once.
fn chain<'a>(plan: &'a Plan, name: &PackageName) -> Vec<(String, &'a Reason)> {
    let mut lines = Vec::new();
    let mut seen = BTreeSet::from([name.clone()]);
    let mut queue = VecDeque::from([name.clone()]);
    while let Some(next) = queue.pop_front() {
        for reason in reasons(plan, &next) {
            let label = if next == *name { "because".to_owned() } else { next.to_string() };
            lines.push((label, reason));
            for behind in &reason.because {
                if seen.insert(behind.clone()) {
                    queue.push_back(behind.clone());
                }
            }
        }
    }
    lines
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
