//! What is said above a plan: where we are and what was read.

use super::style::{Paint, Tone};
use super::text::{count, plain};
use std::fmt::Write as _;

/// What is said above a plan.
#[derive(Debug, Clone, Default)]
pub(crate) struct PlanHeader {
    /// The name of the workspace: its folder.
    pub workspace: String,
    pub packages: usize,
    pub publishable: usize,
    /// The day of the last release, as `2026-11-02`.
    pub last_release: Option<String>,
    /// The commits since then.
    pub commits: Option<usize>,
    /// Where packages go, and how it was read: `crates-io`, `index read 0.3 s ago`.
    pub registries: Vec<(String, String)>,
}

impl PlanHeader {
    /// The status lines, for stderr.
    #[must_use]
    pub(crate) fn render(&self, paint: Paint) -> String {
        let packages = count(self.packages, "package");
        let mut line = format!("{} ({packages}", plain(&self.workspace));
        if self.publishable == self.packages {
            line.push(')');
        } else {
            put(&mut line, &format!(", {} publishable)", self.publishable));
        }
        let mut out = paint.status(Tone::Verb, "Workspace", &line);
        if let Some(day) = &self.last_release {
            let since = self.commits.map(|commits| format!(", {} since", count(commits, "commit")));
            let last = format!("{day}{}", since.unwrap_or_default());
            put(&mut out, &format!("\n{}", paint.status(Tone::Verb, "Last release", &last)));
        }
        for (name, how) in &self.registries {
            let comma = if how.is_empty() { "" } else { ", " };
            let registry = format!("{}{comma}{}", plain(name), plain(how));
            put(&mut out, &format!("\n{}", paint.status(Tone::Verb, "Registry", &registry)));
        }
        out
    }
}

fn put(out: &mut String, text: &str) {
    out.write_str(text).expect("a string takes everything");
}
