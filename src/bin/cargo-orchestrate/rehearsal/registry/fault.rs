//! Rules by which the registry delays, fails or lies.

use serde::{Deserialize, Serialize};
use std::time::Duration;

/// What a request is about, for fault rules and the log.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Operation {
    /// An upload.
    Publish,
    /// Yank, also by `PATCH`.
    Yank,
    /// Unyank.
    Unyank,
    /// A read of the index.
    Index,
    /// A download.
    Download,
    /// Anything about owners.
    Owners,
    /// A read of package, version or site facts.
    Facts,
    /// An exchange for a token of trusted publishing, or the end of one.
    Token,
    /// In a rule: every one of these.
    Any,
}

/// When a fault strikes.
///
/// As JSON: `{"operation":"publish","package":"lib2","nth":2,"times":1,"fault":{"kind":"reset"}}`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(crate) struct Rule {
    /// The operation that it waits for.
    pub(crate) operation: Operation,
    /// The package that it waits for; none is every package.
    #[serde(default)]
    pub(crate) package: Option<String>,
    /// The first matching request that it strikes, counted from 1.
    #[serde(default = "one")]
    pub(crate) nth: u32,
    /// How many requests in a row it strikes; 0 is all that follow.
    #[serde(default = "one")]
    pub(crate) times: u32,
    /// What it does.
    pub(crate) fault: Fault,
}

fn one() -> u32 {
    1
}

/// Whether a fault strikes before or after the request had its effect.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Ambush {
    /// Nothing was stored.
    #[default]
    Before,
    /// It was stored; only the answer is lost.
    After,
}

/// What goes wrong.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case", rename_all_fields = "kebab-case")]
pub(crate) enum Fault {
    /// Another answer than the true one.
    Status {
        /// Its status.
        code: u16,
        /// Its body; none is an `errors` body with the code in it.
        #[serde(default)]
        body: Option<String>,
        /// Adds a `Retry-After` with the HTTP date this far ahead.
        #[serde(default)]
        retry_after_seconds: Option<u64>,
        /// Before or after storing.
        #[serde(default)]
        when: Ambush,
    },
    /// The connection is reset without an answer.
    Reset {
        /// Before or after storing.
        #[serde(default)]
        when: Ambush,
    },
    /// The answer ends early; the request had its effect.
    Truncate {
        /// How much of the body is sent; none is half.
        #[serde(default)]
        keep_bytes: Option<usize>,
    },
    /// 200 with nothing in it, and nothing done.
    EmptyOk {},
    /// The answer takes its time.
    Delay {
        /// How long.
        ms: u64,
        /// Before or after storing.
        #[serde(default)]
        when: Ambush,
    },
    /// On publish: the index does not show the version yet.
    IndexLag {
        /// Not before so long.
        #[serde(default)]
        ms: u64,
        /// Not in that many reads of the package's index.
        #[serde(default)]
        reads: u32,
    },
    /// On yank and unyank: the index does not show the change yet.
    YankLag {
        /// Not before so long.
        #[serde(default)]
        ms: u64,
        /// Not in that many reads of the package's index.
        #[serde(default)]
        reads: u32,
    },
    /// On index: the state before the last change of the package.
    StaleIndex {},
    /// On publish: accepted, answered well, and not there.
    Forget {},
    /// On publish: accepted, answered well, and stored with other bytes than were sent.
    Corrupt {},
}

/// The rules in force, with what they counted.
#[derive(Debug, Default)]
pub(super) struct Faults {
    rules: Vec<(Rule, u32)>,
}

impl Faults {
    /// Adds a rule; it counts from now on.
    pub(super) fn add(&mut self, rule: Rule) {
        self.rules.push((rule, 0));
    }

    /// Removes all rules.
    pub(super) fn clear(&mut self) {
        self.rules.clear();
    }

    /// Counts a request and gives the faults that strike it, in the order of the rules.
    pub(super) fn strike(&mut self, operation: Operation, package: Option<&str>) -> Vec<Fault> {
        let same = |wanted: &str| package.is_some_and(|name| name.eq_ignore_ascii_case(wanted));
        let mut struck = Vec::new();
        for (rule, seen) in &mut self.rules {
            let fits = rule.operation == Operation::Any || rule.operation == operation;
            if !fits || rule.package.as_deref().is_some_and(|wanted| !same(wanted)) {
                continue;
            }
            *seen += 1;
            let last = rule.nth.saturating_add(rule.times).saturating_sub(1);
            if *seen >= rule.nth && (rule.times == 0 || *seen <= last) {
                struck.push(rule.fault.clone());
            }
        }
        struck
    }
}

impl Fault {
    /// The name of its kind, for the log.
    pub(super) fn kind(&self) -> &'static str {
        match self {
            Self::Status { when: Ambush::Before, .. } => "status-before",
            Self::Status { .. } => "status-after",
            Self::Reset { when: Ambush::Before } => "reset-before",
            Self::Reset { .. } => "reset-after",
            Self::Truncate { .. } => "truncate",
            Self::EmptyOk {} => "empty-ok",
            Self::Delay { .. } => "delay",
            Self::IndexLag { .. } => "index-lag",
            Self::YankLag { .. } => "yank-lag",
            Self::StaleIndex {} => "stale-index",
            Self::Forget {} => "forget",
            Self::Corrupt {} => "corrupt",
        }
    }

    /// How long the answer is held back at this point.
    pub(super) fn delay(&self, now: Ambush) -> Duration {
        match self {
            Self::Delay { ms, when } if *when == now => Duration::from_millis(*ms),
            _ => Duration::ZERO,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Which of the requests, counted from 1, are struck.
    fn strikes(rule: &str, requests: &[(Operation, &str)]) -> Vec<usize> {
        let mut faults = Faults::default();
        faults.add(serde_json::from_str(rule).expect("a rule"));
        let mut struck = Vec::new();
        for (at, (operation, package)) in requests.iter().enumerate() {
            if !faults.strike(*operation, Some(package)).is_empty() {
                struck.push(at + 1);
            }
        }
        struck
    }

    #[test]
    fn a_rule_strikes_the_nth_match_and_as_often_as_it_says() {
        use Operation::{Index, Publish, Yank};
        let requests = [
            (Publish, "a"),
            (Publish, "b"),
            (Index, "b"),
            (Publish, "b"),
            (Yank, "b"),
            (Publish, "b"),
        ];
        let table: [(&str, &[usize]); 6] = [
            (r#"{"operation":"publish","fault":{"kind":"reset"}}"#, &[1]),
            (r#"{"operation":"publish","package":"b","fault":{"kind":"reset"}}"#, &[2]),
            (r#"{"operation":"publish","package":"b","nth":2,"fault":{"kind":"empty-ok"}}"#, &[4]),
            (r#"{"operation":"publish","nth":2,"times":2,"fault":{"kind":"empty-ok"}}"#, &[2, 4]),
            (r#"{"operation":"publish","nth":3,"times":0,"fault":{"kind":"forget"}}"#, &[4, 6]),
            (
                r#"{"operation":"any","package":"B","times":9,"fault":{"kind":"delay","ms":1}}"#,
                &[2, 3, 4, 5, 6],
            ),
        ];
        for (rule, expected) in table {
            assert_eq!(strikes(rule, &requests), expected, "{rule}");
        }
    }
}
