//! A rule as a document: what `plan --explain RULE --message-format json` prints.

use super::line::line;
use crate::decide::rules::Rule;
use serde::Serialize;

#[derive(Serialize)]
struct RuleDocument {
    id: &'static str,
    text: &'static str,
    decides: &'static str,
    why: &'static str,
    example: ExampleDocument,
    /// The keys of the configuration that change it.
    policy: Vec<KeyDocument>,
    #[serde(skip_serializing_if = "Option::is_none")]
    source: Option<&'static str>,
}

#[derive(Serialize)]
struct ExampleDocument {
    packages: &'static str,
    happened: &'static str,
    asked: &'static str,
    released: &'static str,
}

#[derive(Serialize)]
struct KeyDocument {
    key: &'static str,
    text: &'static str,
}

/// The rule as one line of JSON, without the end of line.
#[must_use]
pub fn rule_document(rule: &Rule) -> String {
    let example = ExampleDocument {
        packages: rule.example.packages,
        happened: rule.example.happened,
        asked: rule.example.asked,
        released: rule.example.result,
    };
    let policy = rule.policy.iter().map(|(key, text)| KeyDocument { key, text }).collect();
    let Rule { id, doc: text, decides, why, source, .. } = *rule;
    line("rule", &RuleDocument { id, text, decides, why, example, policy, source })
}
