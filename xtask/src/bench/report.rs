//! What was measured, for people and for programs.

use super::contestant::FLOOR;
use super::target::{Bound, Of, Target, ratio};
use super::{Bench, Row, shown};
use serde_json::{Value, json};

/// A table of medians and how they compare with the floor.
pub(super) fn print(bench: &Bench) {
    let world = &bench.world;
    let runs = bench.rows.iter().map(|row| row.runs.len()).max().unwrap_or_default();
    println!("\n{} ({}), medians of {runs} runs", world.name, world.extent);
    println!(
        "  {:<26} {:>9} {:>9} {:>9}   {:>9} {:>9}  exit",
        "command", "wall s", "cpu s", "peak MiB", "wall", "cpu"
    );
    for row in &bench.rows {
        let Some([wall, cpu, peak]) = medians(row) else { continue };
        if row.is_out {
            println!("  {:<26} {:>9}", row.name, format!("> {wall:.0}"));
            continue;
        }
        let floor = bench.row(FLOOR);
        let times = |of: Of| {
            ratio(Some(row), floor, of).map_or_else(String::new, |ratio| format!("{ratio:.2} x"))
        };
        let (by_wall, by_cpu) = (times(|it| it.wall), times(|it| it.cpu));
        println!(
            "  {:<26} {wall:>9.3} {cpu:>9.3} {peak:>9.1}   {by_wall:>9} {by_cpu:>9}  {}",
            row.name,
            exits(row)
        );
    }
}

fn medians(row: &Row) -> Option<[f64; 3]> {
    Some([row.median(|it| it.wall)?, row.median(|it| it.cpu)?, row.median(|it| it.peak_mib)?])
}

fn exits(row: &Row) -> String {
    let mut codes: Vec<i64> = row.runs.iter().map(|run| run.exit).collect();
    codes.sort_unstable();
    codes.dedup();
    codes.iter().map(i64::to_string).collect::<Vec<_>>().join(", ")
}

/// What is wanted of `plan`, and whether it is so.
pub(super) fn print_targets(targets: &[Target]) {
    println!("\ntargets");
    for target in targets {
        let bound = match target.bound {
            Bound::AtMost(most) => format!("at most {most}"),
            Bound::AtLeast(least) => format!("at least {least}"),
        };
        let verdict = if target.is_met() { "met" } else { "MISSED" };
        println!(
            "  {:<26} {:<46} {:>8.2}  {bound:<12}  {verdict}",
            target.workspace, target.what, target.ratio
        );
    }
}

/// Everything as JSON, single runs included.
pub(super) fn json(benches: &[Bench], targets: &[Target]) -> Value {
    let row = |row: &Row| {
        let runs = row.runs.iter().map(|run| {
            json!({
                "wall-seconds": run.wall, "cpu-seconds": run.cpu, "peak-mib": run.peak_mib,
                "exit": run.exit,
            })
        });
        let median = medians(row).map(|[wall, cpu, peak]| {
            json!({ "wall-seconds": wall, "cpu-seconds": cpu, "peak-mib": peak })
        });
        json!({ "command": row.name, "over-limit": row.is_out, "median": median, "runs": runs.collect::<Vec<_>>() })
    };
    let bench = |bench: &Bench| {
        json!({
            "workspace": bench.world.name, "path": shown(&bench.world.place),
            "extent": bench.world.extent, "last": bench.world.last,
            "rows": bench.rows.iter().map(row).collect::<Vec<_>>(),
        })
    };
    let target = |target: &Target| {
        let (bound, value) = match target.bound {
            Bound::AtMost(value) => ("at-most", value),
            Bound::AtLeast(value) => ("at-least", value),
        };
        json!({
            "workspace": target.workspace, "what": target.what, bound: value,
            "ratio": target.ratio, "met": target.is_met(),
        })
    };
    json!({
        "workspaces": benches.iter().map(bench).collect::<Vec<_>>(),
        "targets": targets.iter().map(target).collect::<Vec<_>>(),
    })
}
