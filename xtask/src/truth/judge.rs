//! The plan beside the packages.

use super::checkout::{Checkout, Clone};
use super::pack::{Packed, pack};
use super::{compare, lock, manifest};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;

/// The rules that say a package itself changed, whoever follows it.
const OF_CHANGE: [&str; 3] =
    ["packed-files-changed", "manifest-changed", "locked-dependency-changed"];

/// The rule of a package whose last version has neither a tag nor a commit that is known here.
const WITHOUT_TAG: &str = "published-without-tag";

/// What is said about one package from both sides.
pub(crate) struct Row {
    pub(crate) name: String,
    /// The tag or commit of its last release.
    pub(crate) baseline: String,
    pub(crate) ours: bool,
    pub(crate) truth: bool,
    pub(crate) verdict: Verdict,
    /// The plan's reasons.
    pub(crate) evidence: Vec<String>,
    /// What differs between the packages.
    pub(crate) differences: Vec<String>,
    /// What kept the comparison from being made, or made it partial.
    pub(crate) notes: Vec<String>,
}

/// Whether both sides agree.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Verdict {
    Changed,
    Unchanged,
    FalsePositive,
    FalseNegative,
    /// Stock Cargo packs it on one side at most.
    Unknown,
    /// There is nothing to compare with: its last version is in the registry, and the repository
    /// does not know of which commit it was made.
    PublishedWithoutTag,
}

impl Verdict {
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Changed => "changed",
            Self::Unchanged => "unchanged",
            Self::FalsePositive => "FALSE POSITIVE",
            Self::FalseNegative => "FALSE NEGATIVE",
            Self::Unknown => "not compared",
            Self::PublishedWithoutTag => WITHOUT_TAG,
        }
    }

    pub(crate) fn is_wrong(self) -> bool {
        matches!(self, Self::FalsePositive | Self::FalseNegative)
    }

    /// Whether the packages were compared.
    pub(crate) fn is_compared(self) -> bool {
        !matches!(self, Self::Unknown | Self::PublishedWithoutTag)
    }

    fn of(ours: bool, truth: bool) -> Self {
        match (ours, truth) {
            (true, true) => Self::Changed,
            (false, false) => Self::Unchanged,
            (true, false) => Self::FalsePositive,
            (false, true) => Self::FalseNegative,
        }
    }
}

/// What the plan says about a package.
struct Told {
    baseline: String,
    commit: String,
    evidence: Vec<String>,
    /// Why there is nothing to compare with.
    without_tag: Option<String>,
}

/// One row for each publishable package with a last release.
pub(crate) fn rows(
    clone: &Clone,
    plan: &Value,
    only: Option<&BTreeSet<String>>,
) -> Result<Vec<Row>, String> {
    let members: BTreeSet<String> = entries(plan).filter_map(name).collect();
    let mut told = BTreeMap::new();
    for entry in entries(plan) {
        let Some(name) = name(entry).filter(|name| only.is_none_or(|only| only.contains(name)))
        else {
            continue;
        };
        if let Some(said) = said(clone, entry)? {
            told.insert(name, said);
        }
    }
    let (aside, told): (BTreeMap<_, _>, BTreeMap<_, _>) =
        told.into_iter().partition(|(_, said): &(_, Told)| said.without_tag.is_some());
    let head = clone.head()?;
    // All members, since a program may be built from any of them.
    let now = pack(&head, &members, &clone.target("head"))?;
    let mut by_commit: BTreeMap<&str, Vec<(&String, &Told)>> = BTreeMap::new();
    for (name, said) in &told {
        by_commit.entry(&said.commit).or_default().push((name, said));
    }
    let mut rows: Vec<Row> = aside.iter().map(|(name, said)| aside_row(name, said)).collect();
    for (commit, released) in by_commit {
        let checkout = clone.earlier(commit)?;
        let with_program = released.iter().any(|(name, _)| {
            now.files
                .get(*name)
                .and_then(|files| compare::text(files).ok())
                .is_some_and(|text| manifest::has_binary(&text))
        });
        let wanted: BTreeSet<String> = if with_program {
            members.iter().filter(|name| checkout.manifests.contains_key(*name)).cloned().collect()
        } else {
            released.iter().map(|(name, _)| (*name).clone()).collect()
        };
        let then = pack(&checkout, &wanted, &clone.target(commit))?;
        for (name, said) in released {
            rows.push(row(name, said, (&then, &checkout), (&now, &head), &members)?);
        }
    }
    rows.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(rows)
}

fn entries(plan: &Value) -> impl Iterator<Item = &Value> {
    ["packages", "unchanged"].into_iter().flat_map(|key| plan[key].as_array().into_iter().flatten())
}

fn name(entry: &Value) -> Option<String> {
    entry["name"].as_str().map(str::to_owned)
}

/// Nothing for a package that is not compared: it has no last release, or is not to be released.
fn said(clone: &Clone, entry: &Value) -> Result<Option<Told>, String> {
    let reasons = || entry["reasons"].as_array().into_iter().flatten();
    let is_kept_out =
        reasons().any(|reason| reason["rule"] == "not-published" || reason["rule"] == "held");
    let Some(baseline) = entry["baseline"].as_str().filter(|_| !is_kept_out) else {
        return Ok(None);
    };
    let of_change = reasons().filter(|reason| OF_CHANGE.iter().any(|rule| reason["rule"] == *rule));
    let evidence =
        of_change.map(|reason| reason["text"].as_str().unwrap_or_default().to_owned()).collect();
    let text = |reason: &Value| reason["text"].as_str().unwrap_or_default().to_owned();
    let without_tag = reasons().find(|reason| reason["rule"] == WITHOUT_TAG).map(text);
    let commit = clone.commit_of(baseline)?;
    Ok(Some(Told { baseline: baseline.to_owned(), commit, evidence, without_tag }))
}

/// A package that is not compared, with the plan's reason for that.
fn aside_row(name: &str, told: &Told) -> Row {
    Row {
        name: name.to_owned(),
        baseline: told.baseline.clone(),
        ours: !told.evidence.is_empty(),
        truth: false,
        verdict: Verdict::PublishedWithoutTag,
        evidence: told.evidence.clone(),
        differences: Vec::new(),
        notes: told.without_tag.iter().cloned().collect(),
    }
}

fn row(
    name: &str,
    told: &Told,
    then: (&Packed, &Checkout),
    now: (&Packed, &Checkout),
    members: &BTreeSet<String>,
) -> Result<Row, String> {
    let ours = !told.evidence.is_empty();
    let mut row = Row {
        name: name.to_owned(),
        baseline: told.baseline.clone(),
        ours,
        truth: false,
        verdict: Verdict::Unknown,
        evidence: told.evidence.clone(),
        differences: Vec::new(),
        notes: Vec::new(),
    };
    let (Some(old), Some(new)) = (then.0.files.get(name), now.0.files.get(name)) else {
        for (side, packed) in [("as released", then.0), ("as it is", now.0)] {
            if let Some(said) = packed.refused.get(name) {
                let said = said.lines().next().unwrap_or_default();
                row.notes.push(format!("Cargo does not pack it {side}: {said}"));
            }
        }
        return Ok(row);
    };
    row.differences = compare::differences(old, new, members)?;
    if manifest::has_binary(&compare::text(new)?) {
        let (old_lock, new_lock) = (lock_file(then.1), lock_file(now.1));
        row.differences.extend(lock::differences(
            name,
            (old_lock.as_deref(), &direct(then.0)?),
            (new_lock.as_deref(), &direct(now.0)?),
        ));
    }
    row.truth = !row.differences.is_empty();
    row.verdict = Verdict::of(ours, row.truth);
    Ok(row)
}

fn lock_file(checkout: &Checkout) -> Option<String> {
    fs::read_to_string(checkout.workspace.join("Cargo.lock")).ok()
}

fn direct(packed: &Packed) -> Result<BTreeMap<String, BTreeSet<String>>, String> {
    let named = packed.files.iter().map(|(name, files)| {
        Ok((name.clone(), manifest::normal_and_build(&compare::text(files)?)?))
    });
    named.collect()
}
