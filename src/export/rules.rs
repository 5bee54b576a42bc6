//! The reference of the rules, as Markdown. All its text is this project's own.

use crate::decide::rules::{Rule, SECTIONS};
use std::fmt::Write as _;

/// The columns that a line of the page takes at most, as far as its words let it.
const WIDTH: usize = 100;

const HEAD: &str = "\
<!-- Made from the rule table in src/decide/rules/ by `cargo xtask gen`. -->

# Rules

Every reason in a plan names one of these rules: why a package is released, how far it moves, or why it
stays. `cargo orchestrate plan --explain PACKAGE` shows the reasons of a package, `--explain RULE` what
stands here about a rule.

The examples are small worlds. `b 1.0.0 -> a ^1.0.0` is a package `b` that was released as 1.0.0 and
requires `a`, `-build->` a build-dependency, `-private->` and `-public->` a dependency that is marked so.
`bin` has only binaries; `new` was never published; `inherits` has the workspace's version; `held` and
`unpublishable` are not released by policy or manifest; `tagged=`, `released=`, `published=` and
`untagged` say what tags and registry know where it is not the manifest's version, `required=` what the
published version requires. `a: fix: it` is a commit that changes what is packed of `a`, `a? test: it`
one that does not.
";

/// The page: what each rule decides, why, an example, what changes it and where it comes from.
#[must_use]
pub fn rule_page() -> String {
    let mut page = HEAD.to_owned();
    for section in SECTIONS {
        line(&mut page, &format!("\n{}:\n", section.title));
        for rule in section.rules {
            line(&mut page, &format!("- [`{id}`](#{id}): {doc}", id = rule.id, doc = rule.doc));
        }
    }
    for section in SECTIONS {
        line(&mut page, &format!("\n## {}\n", section.title));
        paragraph(&mut page, section.doc, "");
        for rule in section.rules {
            write_rule(&mut page, rule);
        }
    }
    page
}

fn write_rule(page: &mut String, rule: &Rule) {
    line(page, &format!("\n### `{}`\n", rule.id));
    paragraph(page, rule.doc, "");
    line(page, "");
    paragraph(page, &format!("**Decides:** {}", rule.decides), "");
    line(page, "");
    paragraph(page, &format!("**Why:** {}", rule.why), "");
    line(page, "\n```text");
    for (label, text) in rule.example.lines() {
        line(page, &format!("{label:<10}{text}"));
    }
    line(page, "```");
    if !rule.policy.is_empty() {
        line(page, "\n**Changed by** the configuration:\n");
        for (key, text) in rule.policy {
            paragraph(page, &format!("- `{key}`: {text}"), "  ");
        }
    }
    if let Some(source) = rule.source {
        line(page, "");
        paragraph(page, &format!("**Source:** {source}"), "");
    }
}

/// The text in lines that are not too long, the second and all after it behind `indent`.
fn paragraph(page: &mut String, text: &str, indent: &str) {
    let mut used = 0;
    for word in text.split(' ') {
        let columns = word.chars().count();
        if used > 0 && used + 1 + columns > WIDTH {
            page.push('\n');
            page.push_str(indent);
            used = indent.len();
        } else if used > 0 {
            page.push(' ');
            used += 1;
        }
        page.push_str(word);
        used += columns;
    }
    page.push('\n');
}

fn line(page: &mut String, text: &str) {
    writeln!(page, "{text}").expect("a string takes everything");
}
