//! A plan as people read it: what moves and why, in which order, what to look at, what to type.

use super::budget::budget;
use super::findings::findings;
use super::lines::Lines;
use super::style::{Paint, Tone};
use super::table::Table;
use super::text::{PROSE, count, plain, wrap};
use cargo_orchestrate::model::PackageName;
use cargo_orchestrate::plan::{Finding, Plan, Planned};
use cargo_orchestrate::policy::ReleaseType;
use cargo_orchestrate::run::Forecast;

/// The columns before what stands behind `order`.
const BLOCK: usize = 10;

/// The whole plan, for stdout: table, order and findings.
#[must_use]
pub(crate) fn plan_view(plan: &Plan, forecast: &Forecast, paint: Paint, width: usize) -> String {
    let mut out = Lines::default();
    let prose = width.min(PROSE);
    if plan.is_empty() {
        let text = match plan.unchanged.len() {
            0 => "nothing to release".to_owned(),
            _ => format!("nothing to release; {} (`plan --explain NAME` says why)", plan.stays()),
        };
        for line in wrap(&text, prose - 2) {
            out.line(format_args!("  {line}"));
        }
    } else {
        table(&mut out, plan, paint, width);
        out.gap();
        order(&mut out, plan, forecast, paint, prose);
    }
    // That there is nothing to release stands in the first line already.
    let said = |finding: &&Finding| plan.is_empty() && finding.code == "nothing-to-release";
    let findings_left: Vec<Finding> =
        plan.findings.iter().filter(|finding| !said(finding)).cloned().collect();
    if !findings_left.is_empty() {
        out.gap();
        out.lines(&findings(&findings_left, paint, prose));
    }
    out.into_string()
}

fn table(out: &mut Lines, plan: &Plan, paint: Paint, width: usize) {
    let mut table = Table::new(&["package", "now", "next", "why"]);
    let first = plan.packages.first().map(|planned| &planned.registry);
    let several = plan.packages.iter().any(|planned| Some(&planned.registry) != first);
    for planned in in_order(plan) {
        table.row([
            planned.name.to_string(),
            now(planned),
            planned.to.to_string(),
            why(planned, several),
        ]);
    }
    table.write(out, paint, width);
    let all = plan.packages.len() + plan.unchanged.len();
    let mut summary = format!("{} of {}", plan.packages.len(), count(all, "package"));
    if !plan.unchanged.is_empty() {
        summary = format!("{summary}; {} (`plan --explain NAME` says why)", plan.stays());
    }
    for line in wrap(&summary, width.min(PROSE) - 2) {
        out.line(format_args!("  {}", paint.tone(Tone::Faint, line)));
    }
}

/// The packages in publishing order, so that causes stand above what follows from them; those
/// that no wave holds come last.
fn in_order(plan: &Plan) -> Vec<&Planned> {
    let place = |name: &PackageName| plan.waves.iter().flatten().position(|other| other == name);
    let mut packages: Vec<&Planned> = plan.packages.iter().collect();
    packages.sort_by_key(|planned| place(&planned.name).unwrap_or(usize::MAX));
    packages
}

/// The version in the manifest now; nothing for a package that is released as it stands.
fn now(planned: &Planned) -> String {
    if planned.new { "-".to_owned() } else { planned.from.to_string() }
}

/// Why it moves; with several registries, also where it goes.
fn why(planned: &Planned, several: bool) -> String {
    let mut why = planned.reasons.first().map_or_else(String::new, |reason| plain(&reason.text));
    if !planned.publish {
        why.push_str(" (not published)");
    } else if several {
        why = format!("{why} (to {})", planned.registry);
    }
    why
}

fn order(out: &mut Lines, plan: &Plan, forecast: &Forecast, paint: Paint, width: usize) {
    let numbers = plan.waves.len().to_string().len();
    let mut label = "order";
    for (index, wave) in plan.waves.iter().enumerate() {
        let indent = 2 + BLOCK + numbers + 2;
        for (line, text) in names(wave, width - indent).iter().enumerate() {
            let label = paint.tone(Tone::Faint, format!("{:<BLOCK$}", std::mem::take(&mut label)));
            match line {
                0 => out.line(format_args!("  {label}{:>numbers$}  {text}", index + 1)),
                _ => out.line(format_args!("{}{text}", " ".repeat(indent))),
            }
        }
    }
    let mut row = |label: &str, text: &str| {
        let label = paint.tone(Tone::Faint, format!("{label:<BLOCK$}"));
        for (index, line) in wrap(text, width - 2 - BLOCK).iter().enumerate() {
            match index {
                0 => out.line(format_args!("  {label}{line}")),
                _ => out.line(format_args!("{}{line}", " ".repeat(2 + BLOCK))),
            }
        }
    };
    if !plan.requirements.is_empty() {
        let mut files: Vec<_> = plan.requirements.iter().map(|change| &change.file).collect();
        files.sort();
        files.dedup();
        let requirements = count(plan.requirements.len(), "requirement");
        row("rewrite", &format!("{requirements} in {}", count(files.len(), "manifest")));
    }
    if let Some(remote) = &plan.remote {
        let branch = plan.branch.as_deref().unwrap_or("HEAD");
        row("push", &format!("{} and tags to {}", plain(branch), plain(remote)));
    }
    if let Some((label, text)) = budget(forecast) {
        row(label, &text);
    }
    let gates: Vec<_> = plan.gates().collect();
    if !plan.release_type.is_regular() || !gates.is_empty() {
        row("type", release_type(plan.release_type, gates.len()));
    }
    for (index, (gate, command)) in gates.into_iter().enumerate() {
        let label = if index == 0 { "gates" } else { "" };
        row(label, &format!("{}: {}", plain(gate), plain(&command.line())));
    }
}

/// The type of a release, and how it came to be of that.
fn release_type(of: ReleaseType, gates: usize) -> &'static str {
    match of {
        ReleaseType::Regular if gates == 0 => "regular",
        ReleaseType::Regular => "regular, with gates before anything leaves",
        ReleaseType::PreRelease => "pre-release, as all its versions are",
        ReleaseType::Hotfix => "hotfix, as asked for",
    }
}

/// The names with two spaces between them, broken into lines of `width`.
fn names(wave: &[PackageName], width: usize) -> Vec<String> {
    // A name holds no space; what wraps at spaces is made wide afterwards.
    let joined = wave.iter().map(|name| format!("{name}\u{a0}")).collect::<Vec<_>>().join(" ");
    wrap(&joined, width + 1)
        .into_iter()
        .map(|line| line.replace('\u{a0}', " ").trim_end().to_owned())
        .collect()
}
