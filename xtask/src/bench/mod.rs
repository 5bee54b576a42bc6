//! Measures `plan` beside the least that anybody does, and beside the tools that others use.
//!
//! Commands are run in turn, so that all of them share the machine's weather: ratios of one run say
//! something, times do not. Read `world.rs` for where they run, `contestant.rs` for what they are,
//! `measure.rs` for what is counted, `target.rs` for what is wanted of `plan`.

mod contestant;
mod measure;
mod publish;
mod report;
mod synthetic;
mod target;
mod world;

pub(crate) use measure::{TASK as MEASURED, tell};

use crate::arguments::Arguments;
use crate::build;
use crate::support::project_root;
use contestant::{Contestant, contestants};
use measure::{Measure, measure};
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;
use synthetic::Size;
use world::World;

/// What was measured in one world.
#[derive(Debug)]
struct Bench {
    world: World,
    rows: Vec<Row>,
}

/// The runs of one contestant.
#[derive(Debug)]
struct Row {
    name: &'static str,
    runs: Vec<Measure>,
    /// Whether it was not done within the limit, which then stands for its runs.
    is_out: bool,
}

/// Measures in the workspaces asked for.
///
/// # Errors
/// When a workspace cannot be made or planned. A target that is missed is no error: a busy machine
/// misses some.
pub(crate) fn run(mut arguments: Arguments) -> Result<(), String> {
    if arguments.flag("publish") {
        return publish::run(arguments);
    }
    let sizes: Option<String> = arguments.option("--packages")?;
    let commits = arguments.option("--commits")?.unwrap_or(2_000);
    let changed = arguments.option("--changed")?.unwrap_or(50);
    let runs = arguments.option("--runs")?.unwrap_or(5_usize).max(1);
    let limit = Duration::from_secs(arguments.option("--limit")?.unwrap_or(60));
    let peers: Option<PathBuf> = arguments.option("--peers")?;
    let json: Option<PathBuf> = arguments.option("--json")?;
    let program: Option<PathBuf> = arguments.option("--program")?;
    let mut real: Vec<PathBuf> = Vec::new();
    while let Some(path) = arguments.option("--workspace")? {
        real.push(path);
    }
    arguments.end()?;
    let sizes = match sizes {
        Some(sizes) => read_sizes(&sizes)?,
        None if real.is_empty() => vec![50, 200, 1_000, 5_000],
        None => Vec::new(),
    };
    let absolute = |path: PathBuf| {
        path.canonicalize().map_err(|error| format!("could not find {}: {error}", path.display()))
    };
    let program = absolute(program.map_or_else(build::release_program, Ok)?)?;
    let peers = peers.map(absolute).transpose()?;
    let folder = project_root().join("target/bench");
    fs::create_dir_all(&folder)
        .map_err(|error| format!("could not make {}: {error}", folder.display()))?;

    let mut benches = Vec::new();
    let mut bench = |world: World| {
        let contestants = contestants(&world, &program, peers.as_deref());
        let rows = rows(&world, &contestants, runs, limit)?;
        let bench = Bench { world, rows };
        report::print(&bench);
        benches.push(bench);
        Ok::<_, String>(())
    };
    for packages in sizes {
        let size = Size { packages, commits, changed };
        bench(World::synthetic(&folder, size, &program)?)?;
    }
    let mut left_out = Vec::new();
    for path in real {
        match World::real(&folder, &path, &program) {
            Ok(world) => bench(world)?,
            Err(why) => {
                eprintln!("\n{} is left out: {why}", shown(&path));
                left_out.push(shown(&path));
            }
        }
    }
    let targets = target::targets(&benches);
    report::print_targets(&targets);
    if let Some(path) = json {
        let text = format!("{:#}\n", report::json(&benches, &targets));
        fs::write(&path, text)
            .map_err(|error| format!("could not write {}: {error}", path.display()))?;
    }
    if left_out.is_empty() {
        return Ok(());
    }
    Err(format!("not measured, see above: {}", left_out.join(", ")))
}

fn read_sizes(text: &str) -> Result<Vec<usize>, String> {
    let read = |size: &str| match size.trim().parse() {
        Ok(size) if size > 0 => Ok(size),
        _ => Err(format!("`--packages` wants numbers, as 50,1000; `{size}` is none")),
    };
    text.split(',').map(read).collect()
}

/// Runs everything once for nothing, then in turn as often as asked.
fn rows(
    world: &World,
    contestants: &[Contestant],
    runs: usize,
    limit: Duration,
) -> Result<Vec<Row>, String> {
    let row = |contestant: &Contestant| Row { name: contestant.name, runs: vec![], is_out: false };
    let mut rows: Vec<Row> = contestants.iter().map(row).collect();
    for round in 0..=runs {
        for (row, contestant) in rows.iter_mut().zip(contestants) {
            if row.is_out {
                continue;
            }
            match once(world, contestant, limit)? {
                Some(measure) if round > 0 => row.runs.push(measure),
                Some(_) => {}
                None => {
                    let (wall, cpu) = (limit.as_secs_f64(), limit.as_secs_f64());
                    row.is_out = true;
                    row.runs = vec![Measure { wall, cpu, peak_mib: 0.0, exit: -1 }];
                }
            }
        }
    }
    Ok(rows)
}

/// One run of all commands of a contestant, counted together.
fn once(
    world: &World,
    contestant: &Contestant,
    limit: Duration,
) -> Result<Option<Measure>, String> {
    let mut sum: Option<Measure> = None;
    for command in &contestant.commands {
        let measured = measure(world, command, limit)?;
        if contestant.writes {
            world.restore()?;
        }
        let Some(one) = measured else { return Ok(None) };
        sum = Some(sum.map_or(one, |sum| sum.then(one)));
    }
    Ok(sum)
}

impl Row {
    /// The middle of what the runs took, by this measure; nothing without runs.
    fn median(&self, of: impl Fn(&Measure) -> f64) -> Option<f64> {
        let mut all: Vec<f64> = self.runs.iter().map(of).collect();
        all.sort_by(f64::total_cmp);
        let middle = all.len() / 2;
        if all.len().is_multiple_of(2) {
            Some(f64::midpoint(*all.get(middle.checked_sub(1)?)?, *all.get(middle)?))
        } else {
            all.get(middle).copied()
        }
    }
}

impl Bench {
    fn row(&self, name: &str) -> Option<&Row> {
        self.rows.iter().find(|row| row.name == name)
    }
}

/// The place of the workspace as people write it.
fn shown(path: &Path) -> String {
    path.display().to_string()
}
