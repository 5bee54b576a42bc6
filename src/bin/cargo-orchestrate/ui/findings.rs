//! Findings in the shape of rustc and Cargo.

use super::lines::Lines;
use super::style::{Paint, Tone};
use super::text::{plain, wrap};
use cargo_orchestrate::model::PackageName;
use cargo_orchestrate::plan::{Finding, Severity};

/// The findings, each with its place and fix, an empty line between two; empty when there are
/// none.
#[must_use]
pub(crate) fn findings(findings: &[Finding], paint: Paint, width: usize) -> String {
    let each: Vec<String> = findings.iter().map(|finding| one(finding, paint, width)).collect();
    each.join("\n")
}

/// Whether a text says this name, as such or in a tag, and not only another one with it inside.
fn names(text: &str, name: &str) -> bool {
    let is_of_name = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
    text.match_indices(name).any(|(at, _)| {
        let (before, after) = (&text[..at], &text[at + name.len()..]);
        !before.ends_with(is_of_name) && (!after.starts_with(is_of_name) || after.starts_with("-v"))
    })
}

fn one(finding: &Finding, paint: Paint, width: usize) -> String {
    let (tone, word) = match finding.severity {
        Severity::Error => (Tone::Error, "error"),
        Severity::Warning => (Tone::Warning, "warning"),
        Severity::Note => (Tone::Note, "note"),
    };
    let head = format!("{word}[{}]", plain(&finding.code));
    let mut out = Lines::default();
    // Everything after the first line stands under its text.
    let name = finding.package.as_ref().map(PackageName::as_str);
    let text = match name.filter(|name| !names(&finding.text, name)) {
        Some(name) => format!("{head}: {name}: {}", plain(&finding.text)),
        None => format!("{head}: {}", plain(&finding.text)),
    };
    for (index, line) in wrap(&text, width - 2).iter().enumerate() {
        match (index, line.strip_prefix(&head)) {
            (0, Some(rest)) => out.line(format_args!("{}{rest}", paint.tone(tone, &head))),
            _ => out.line(format_args!("  {line}")),
        }
    }
    if let Some(at) = &finding.at {
        let arrow = paint.tone(Tone::Note, "-->");
        out.line(format_args!("  {arrow} {}:{}:{}", plain(at.file.as_str()), at.line, at.column));
    }
    if let Some(hint) = &finding.hint {
        let label = paint.tone(Tone::Note, "fix:");
        for (index, line) in wrap(&plain(hint), width - 7).iter().enumerate() {
            match index {
                0 => out.line(format_args!("  {label} {line}")),
                _ => out.line(format_args!("       {line}")),
            }
        }
    }
    out.into_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_finding_names_its_package_once() {
        let table = [
            ("serde is yanked", "warning[odd]: serde is yanked"),
            ("`serde`: it is yanked", "warning[odd]: `serde`: it is yanked"),
            ("the tag `serde-v1.0.0` is there", "warning[odd]: the tag `serde-v1.0.0` is there"),
            ("serde_core is yanked", "warning[odd]: serde: serde_core is yanked"),
            ("it is yanked", "warning[odd]: serde: it is yanked"),
        ];
        for (text, expected) in table {
            let package = PackageName::new("serde").expect("a name");
            let finding = Finding::warning("odd", text).about(&package);
            assert_eq!(one(&finding, Paint::Plain, 100).trim_end(), expected);
        }
    }
}
