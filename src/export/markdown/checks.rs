//! What was checked, and what will be.

use super::escape::{code, prose};
use super::{Page, count};
use crate::plan::{Finding, Guard, Plan, Severity};

pub(super) fn write(page: &mut Page, plan: &Plan) {
    page.heading("Checks");
    findings(page, &plan.findings);
    if !plan.packages.is_empty() {
        page.gap();
        page.line("`publish` checks before anything leaves:");
        page.gap();
        for check in checks(plan) {
            page.line(format_args!("- {check}"));
        }
    }
}

pub(super) fn findings(page: &mut Page, findings: &[Finding]) {
    if findings.is_empty() {
        page.line("No findings.");
    }
    for (severity, word) in
        [(Severity::Error, "error"), (Severity::Warning, "warning"), (Severity::Note, "note")]
    {
        for finding in findings.iter().filter(|finding| finding.severity == severity) {
            page.line(format_args!("- **{word}** {}", one(finding)));
        }
    }
}

fn one(finding: &Finding) -> String {
    let mut text = format!("{}: {}", code(&finding.code), prose(&finding.text));
    if let Some(at) = &finding.at {
        text = format!("{text} ({})", code(&format!("{}:{}:{}", at.file, at.line, at.column)));
    }
    if let Some(hint) = &finding.hint {
        text = format!("{text}<br>Fix: {}", prose(hint));
    }
    text
}

fn checks(plan: &Plan) -> Vec<String> {
    let files = plan.guards.iter().filter(|guard| matches!(guard, Guard::File { .. })).count();
    let versions =
        plan.guards.iter().filter(|guard| matches!(guard, Guard::Highest { .. })).count();
    let mut checks = vec![format!("{} is still checked out", code(plan.base.short(12)))];
    if files > 0 {
        let have = if files == 1 { "has" } else { "have" };
        checks.push(format!("{} to be written {have} the contents seen now", count(files, "file")));
    }
    if versions > 0 {
        let package = count(versions, "package");
        checks.push(format!("the registry holds no newer version of the {package}"));
    }
    let packages = count(plan.packages.len(), "package");
    checks.push(format!(
        "{packages} packed and built from what was packed, all before the first upload"
    ));
    for (gate, command) in plan.gates() {
        checks.push(format!("gate {} passes: {}", code(gate), code(&command.line())));
    }
    if let Some(remote) = &plan.remote {
        checks.push(format!("{} takes the release commit", code(remote)));
    }
    checks.push(
        "each upload: its dependencies are in the index; afterwards the index shows it with the \
         checksum of the bytes that were packed"
            .to_owned(),
    );
    checks
}
