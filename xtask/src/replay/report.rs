//! What a replay found, for people and for programs.

use super::Replay;
use super::compare::{Row, Verdict};
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// A table of what differs, and the counts.
pub(crate) fn print(replay: &Replay) {
    println!("\n{} ({})", replay.commit, replay.day);
    if let Some(text) = &replay.failed {
        println!("  FAILED  {text}");
        return;
    }
    println!("  {}", counts(&[replay]));
    let differ = replay.rows.iter().filter(|row| row.verdict != Verdict::SameVersion);
    let differ: Vec<&Row> = differ.collect();
    if differ.is_empty() {
        return;
    }
    let width = differ.iter().map(|row| row.package.len()).max().unwrap_or_default();
    println!("  {:<width$}  {:<14} {:<14} {:<13}  class", "package", "ours", "theirs", "verdict");
    for row in differ {
        let (ours, theirs) = (shown(row.ours.as_ref()), shown(row.theirs.as_ref()));
        let (package, verdict) = (&row.package, row.verdict.word());
        println!("  {package:<width$}  {ours:<14} {theirs:<14} {verdict:<13}  {}", row.class);
        println!("  {:<width$}  from {}  {}", "", row.from, row.reason);
    }
}

fn shown(version: Option<&String>) -> &str {
    version.map_or("-", String::as_str)
}

/// The counts over all replays, and how often each class of difference came up.
pub(crate) fn print_totals(replays: &[Replay]) {
    let replays: Vec<&Replay> = replays.iter().collect();
    println!("\nall {} commits: {}", replays.len(), counts(&replays));
    let mut classes: BTreeMap<String, usize> = BTreeMap::new();
    for row in replays.iter().flat_map(|replay| &replay.rows) {
        if row.verdict != Verdict::SameVersion {
            let class = row.class.split(';').next().unwrap_or_default();
            *classes.entry(format!("{}: {class}", row.verdict.word())).or_default() += 1;
        }
    }
    for (class, count) in classes {
        println!("  {count:>4}  {class}");
    }
}

fn counts(replays: &[&Replay]) -> String {
    let count = |verdict| replays.iter().map(|replay| replay.count(verdict)).sum::<usize>();
    let (same, other) = (count(Verdict::SameVersion), count(Verdict::OtherVersion));
    let (ours, theirs) = (count(Verdict::OnlyOurs), count(Verdict::OnlyTheirs));
    format!(
        "ours {}, theirs {}, same version {same}, other version {other}, only ours {ours}, only theirs {theirs}",
        same + other + ours,
        same + other + theirs,
    )
}

/// Everything as JSON.
pub(crate) fn json(path: &str, replays: &[Replay]) -> Value {
    let row = |row: &Row| {
        json!({
            "package": row.package, "from": row.from, "ours": row.ours, "theirs": row.theirs,
            "verdict": row.verdict.word(), "class": row.class, "reason": row.reason,
        })
    };
    let replay = |replay: &Replay| {
        json!({
            "commit": replay.commit, "day": replay.day, "failed": replay.failed,
            "packages": replay.rows.iter().map(row).collect::<Vec<_>>(),
        })
    };
    json!({ "workspace": path, "replays": replays.iter().map(replay).collect::<Vec<_>>() })
}
