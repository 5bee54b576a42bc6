//! The table of rules: every reason names one of these.
//!
//! A rule stands beside what it decides, why, an example and what changes it; `export::rule_page`
//! makes the reference of that, and `plan --explain RULE` shows one. The examples are run by a
//! test. Read `own.rs` first.

mod own;
mod ground;
mod follow;
mod together;
mod stay;
#[cfg(test)]
mod tests;

pub use follow::*;
pub use ground::*;
pub use own::*;
pub use stay::*;
pub use together::*;

/// A rule that can move a package, or keep it where it is.
///
/// Texts are whole sentences with names and what one types in backticks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rule {
    /// Stable, kebab-case; stands in plans and JSON.
    pub id: &'static str,
    /// What the rule says, one line.
    pub doc: &'static str,
    /// What it decides, and where it ends.
    pub decides: &'static str,
    /// Why it is so.
    pub why: &'static str,
    pub example: Example,
    /// The keys of the configuration that change it, each with what it does.
    pub policy: &'static [(&'static str, &'static str)],
    /// Where the rule comes from, when that is not this project.
    pub source: Option<&'static str>,
}

/// A small world in which a rule speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Example {
    /// The packages: name, version, what is special, and after each arrow what it requires.
    pub packages: &'static str,
    /// What happened since the last release, a line each: `a: fix: it` is a commit to `a`.
    pub happened: &'static str,
    /// Flags and configuration; empty for none.
    pub asked: &'static str,
    /// What is released then.
    pub result: &'static str,
}

impl Example {
    /// The example line by line, each line under a word for what it is; further lines of the same
    /// kind under an empty one.
    pub fn lines(&self) -> impl Iterator<Item = (&'static str, &'static str)> {
        let parts = [
            ("packages", self.packages, "; "),
            ("happened", self.happened, "\n"),
            ("asked", self.asked, "; "),
            ("released", self.result, "; "),
        ];
        parts.into_iter().filter(|(_, text, _)| !text.is_empty()).flat_map(
            |(label, text, between)| {
                let lines = text.split(between).enumerate();
                lines.map(move |(index, line)| (if index == 0 { label } else { "" }, line))
            },
        )
    }
}

/// Rules that answer the same question.
#[derive(Debug, Clone, Copy)]
pub struct Section {
    pub title: &'static str,
    /// What they have in common.
    pub doc: &'static str,
    pub rules: &'static [Rule],
}

/// All rules, those that move a package first.
pub const SECTIONS: &[Section] = &[
    Section {
        title: "What happened to the package itself",
        doc: "The weightiest of these decides how far a package moves. Below 1.0.0 that is read as \
              Cargo does: in 0.y.z a break moves the minor number and everything else the patch \
              number, in 0.0.z everything moves the patch number.",
        rules: own::ALL,
    },
    Section {
        title: "What the last release left",
        doc: "Manifest, tag and registry do not always agree about the last release. The registry \
              says what is published; a tag is never proof of it.",
        rules: ground::ALL,
    },
    Section {
        title: "Who has to follow",
        doc: "A released dependency makes dependents move through normal and build-dependencies, \
              optional ones, those of one platform, renamed and inherited ones alike. \
              Dev-dependencies never cause a release; their requirements are rewritten all the same.",
        rules: follow::ALL,
    },
    Section {
        title: "Who moves together, and on which line",
        doc: "Groups, followers and lines of pre-releases are computed to a common fix-point: the \
              least set of releases that leaves nobody behind.",
        rules: together::ALL,
    },
    Section {
        title: "Who stays",
        doc: "Every member that is not released has a reason, too.",
        rules: stay::ALL,
    },
];

/// All rules, in the order of [`SECTIONS`].
pub fn rules() -> impl Iterator<Item = &'static Rule> {
    SECTIONS.iter().flat_map(|section| section.rules)
}

/// The rule with this id.
#[must_use]
pub fn rule(id: &str) -> Option<&'static Rule> {
    rules().find(|rule| rule.id == id)
}

/// Declares the rules of a file, and all of them in order as `ALL`.
macro_rules! table {
    ($($name:ident { id: $id:literal, doc: $doc:literal, $($field:ident: $value:expr,)* })*) => {
        $(
            #[doc = $doc]
            pub const $name: $crate::decide::rules::Rule =
                $crate::decide::rules::Rule { id: $id, doc: $doc, $($field: $value,)* };
        )*
        pub(super) const ALL: &[$crate::decide::rules::Rule] = &[$($name),*];
    };
}
use table;
