//! Drafts of advisories in the form that `RustSec`'s database takes: Markdown behind a block of TOML.
//!
//! Only people know what is wrong and how bad it is; which versions it concerns is what a rollback
//! knows better than they do under pressure.

use super::{Direction, Item, Rollback};
use crate::facts::{Facts, Published};
use crate::model::{PackageName, Version};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

/// The draft of an advisory about one package.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AdvisoryDraft {
    pub package: PackageName,
    /// The whole file.
    pub text: String,
}

/// A draft for each package of which versions are taken back, sorted by name; none for an undo.
///
/// `date` is the day of the advisory, as `2026-11-26`. The first line of `reason` is the title, the
/// rest of it the description.
#[must_use]
pub fn advisory_drafts(
    rollback: &Rollback,
    facts: &Facts,
    reason: Option<&str>,
    date: &str,
) -> Vec<AdvisoryDraft> {
    if rollback.direction != Direction::Rollback {
        return Vec::new();
    }
    let mut items: BTreeMap<&PackageName, Vec<&Item>> = BTreeMap::new();
    for item in &rollback.items {
        items.entry(&item.upload.package).or_default().push(item);
    }
    let draft = |(package, items): (&PackageName, Vec<&Item>)| {
        let published = facts.published.get(package);
        let ranges = Ranges::of(&items, published);
        let text = write(package, &items, &ranges, reason, date);
        AdvisoryDraft { package: package.clone(), text }
    };
    items.into_iter().map(draft).collect()
}

/// The versions that an advisory does not concern.
#[derive(Debug, Default, PartialEq, Eq)]
struct Ranges {
    patched: Vec<String>,
    unaffected: Vec<String>,
}

impl Ranges {
    /// What is taken back is affected, and what was never published between two such versions;
    /// what is published above is taken for mended, and all that is below for sound.
    fn of(items: &[&Item], published: Option<&Published>) -> Self {
        let affected: BTreeSet<&Version> = items.iter().map(|item| &item.upload.version).collect();
        let versions = published.into_iter().flat_map(Published::versions);
        let known: BTreeSet<&Version> =
            versions.map(|entry| &entry.version).chain(affected.iter().copied()).collect();
        let mut ranges = Self::default();
        // Where what is sound begins, until the next version that is affected ends it.
        let mut sound: Option<&Version> = None;
        let mut seen = false;
        for version in known {
            if affected.contains(version) {
                match (seen, sound.take()) {
                    (false, Some(_)) => ranges.unaffected.push(format!("< {version}")),
                    (true, Some(from)) => ranges.patched.push(format!(">= {from}, < {version}")),
                    (_, None) => {}
                }
                seen = true;
            } else {
                sound = sound.or(Some(version));
            }
        }
        ranges.patched.extend(sound.filter(|_| seen).map(|from| format!(">= {from}")));
        ranges
    }
}

fn write(
    package: &PackageName,
    items: &[&Item],
    ranges: &Ranges,
    reason: Option<&str>,
    date: &str,
) -> String {
    let mut versions: Vec<&Version> = items.iter().map(|item| &item.upload.version).collect();
    versions.sort();
    let versions: Vec<String> = versions.into_iter().map(ToString::to_string).collect();
    let versions = versions.join(", ");
    let mut text = String::new();
    let mut line = |line: &str| writeln!(text, "{line}").expect("a string takes everything");
    line("```toml");
    line(
        "# A draft of `cargo orchestrate yank-rollback`: nobody has looked at it yet. Fill in what is left",
    );
    line("# open and take the comments out before it is proposed to the database.");
    line("[advisory]");
    line("id = \"RUSTSEC-0000-0000\"");
    line(&format!("package = \"{package}\""));
    line(&format!("date = \"{date}\""));
    line("# Open: what kind of flaw it is, of code-execution, crypto-failure, denial-of-service,");
    line(
        "# file-disclosure, format-injection, memory-corruption, memory-exposure, privilege-escalation;",
    );
    line("# or, where it is none, informational = \"unsound\" or \"notice\".");
    line("categories = []");
    line("keywords = []");
    line("# Open: url, aliases, cvss.");
    line("");
    line("[versions]");
    line(&format!(
        "# Taken back: {versions}. What is published above counts as mended; see to it that it is."
    ));
    line(&format!("patched = {}", list(&ranges.patched)));
    line(&format!("unaffected = {}", list(&ranges.unaffected)));
    line("```");
    line("");
    let (title, rest) = reason.map_or(("", ""), |it| it.split_once('\n').unwrap_or((it, "")));
    let title = title.trim();
    if title.is_empty() {
        line(&format!("# Open: what is wrong with `{package}`"));
    } else {
        line(&format!("# {}", title.trim_start_matches(['#', ' '])));
    }
    line("");
    match rest.trim() {
        "" => {
            line(
                "Open: where the flaw is, what can come of it and under which conditions, and how it is mended.",
            );
        }
        rest => line(rest),
    }
    line("");
    line(&whom(package, items, ranges, &versions));
    text
}

/// Who is concerned, and what they can do.
fn whom(package: &PackageName, items: &[&Item], ranges: &Ranges, versions: &str) -> String {
    let registry = &items[0].upload.registry;
    let good: BTreeSet<&Version> =
        items.iter().filter_map(|item| item.last_good.as_ref()).collect();
    let taken = format!("`{package}` {versions} was taken back from {registry} with a yank");
    let locked = "lock files that name it go on using it";
    match (ranges.patched.last().filter(|range| !range.contains(',')), good.last()) {
        (Some(range), _) => format!("{taken}; {locked} until `cargo update`. Use {range}."),
        (None, Some(good)) => {
            format!("{taken}; {locked} until `cargo update`, which goes back to {good}.")
        }
        (None, None) => format!("{taken}; {locked}. No other version is left."),
    }
}

/// Ranges as TOML; versions and comparisons need no escapes.
fn list(ranges: &[String]) -> String {
    let ranges: Vec<String> = ranges.iter().map(|range| format!("\"{range}\"")).collect();
    format!("[{}]", ranges.join(", "))
}
