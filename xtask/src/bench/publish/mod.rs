//! Measures `publish` beside `cargo publish --workspace` and beside the tools that others use: each
//! run in a fresh world, with a registry on this machine. Read `once.rs` for what is counted,
//! `target.rs` for what is wanted.

mod once;
mod target;
mod workspace;

use super::contestant::find;
use super::report::print_targets;
use crate::arguments::Arguments;
use crate::build;
use once::{Past, Time, once};
use serde_json::{Value, json};
use std::fs;
use std::path::{Path, PathBuf};

/// How deep the graph of the packages is.
const LAYERS: usize = 8;
/// How late the registry answers, or its index shows a version, where it is told to.
const LATENCY_MS: u64 = 100;
const LAG_MS: u64 = 2_000;

/// Circumstances under which the contestants publish.
struct Heat {
    name: &'static str,
    /// What the registry is told to do.
    fault: Option<Value>,
    is_verified: bool,
    is_index_late: bool,
}

const PLAIN: &str = "not verified";
const VERIFIED: &str = "verified";
const LATENT: &str = "not verified, 100 ms latency";
const LATE: &str = "not verified, 2 s index lag";

/// Someone who publishes; the first is what the others are compared with.
struct Publisher {
    name: &'static str,
    program: PathBuf,
    words: Vec<&'static str>,
    /// Whether the packages were verified in this world before, by a release that the registry refused.
    is_second: bool,
    /// What `orchestrate.toml` says.
    configuration: &'static str,
}

const CARGO: &str = "cargo publish --workspace";
const OURS: &str = "cargo orchestrate publish";
const UNVERIFIED: &str = "cargo orchestrate publish --no-verify";
const AGAIN: &str = "cargo orchestrate publish, verified before";
const DATABASE: &str = "cargo orchestrate publish, visibility = \"database\"";
const PEER: &str = "cargo workspaces publish";

/// What somebody's runs came to.
struct Row {
    packages: usize,
    heat: &'static str,
    name: &'static str,
    runs: Vec<Time>,
}

impl Row {
    fn wall(&self) -> f64 {
        self.median(|time| Some(time.wall)).unwrap_or_default()
    }

    /// The middle of what the runs took, by this measure; nothing where none of them has it.
    fn median(&self, of: impl Fn(&Time) -> Option<f64>) -> Option<f64> {
        let mut all: Vec<f64> = self.runs.iter().filter_map(of).collect();
        all.sort_by(f64::total_cmp);
        all.get(all.len() / 2).copied()
    }

    fn published(&self) -> usize {
        self.runs.iter().map(|time| time.published).min().unwrap_or_default()
    }
}

/// Measures.
///
/// # Errors
/// When a world cannot be made, or `publish` itself does not publish everything.
pub(super) fn run(mut arguments: Arguments) -> Result<(), String> {
    let sizes: String = arguments.option("--packages")?.unwrap_or_else(|| "50".to_owned());
    let sizes = super::read_sizes(&sizes)?;
    let runs = arguments.option("--runs")?.unwrap_or(3_usize).max(1);
    let only: String = arguments.option("--only")?.unwrap_or_default();
    let peers: Option<PathBuf> = arguments.option("--peers")?;
    let json: Option<PathBuf> = arguments.option("--json")?;
    let program: Option<PathBuf> = arguments.option("--program")?;
    arguments.end()?;
    let program = program.map_or_else(build::release_program, Ok)?;
    let program = program.canonicalize().map_err(|error| error.to_string())?;
    let mut rows = Vec::new();
    for packages in sizes.into_iter().map(|packages| packages.max(LAYERS)) {
        println!("\n{packages} packages, depth {LAYERS}, medians of {runs} runs");
        let heats = heats();
        let is_name = heats.iter().any(|heat| heat.name == only);
        let is_wanted =
            |heat: &&Heat| heat.name == only || !is_name && heat.name.starts_with(&only);
        for heat in heats.iter().filter(is_wanted) {
            let publishers = publishers(heat, &program, peers.as_deref());
            let mut heated: Vec<Row> = publishers
                .iter()
                .map(|it| Row { packages, heat: heat.name, name: it.name, runs: Vec::new() })
                .collect();
            let mut past = Past::default();
            for _ in 0..runs {
                for (row, publisher) in heated.iter_mut().zip(&publishers) {
                    row.runs.push(once(heat, publisher, &program, packages, &mut past)?);
                }
            }
            print(heat.name, &heated);
            rows.append(&mut heated);
        }
    }
    let targets = target::targets(&rows);
    print_targets(&targets);
    if let Some(path) = json {
        let text = format!("{:#}\n", Value::from(rows.iter().map(as_json).collect::<Vec<_>>()));
        fs::write(&path, text)
            .map_err(|error| format!("could not write {}: {error}", path.display()))?;
    }
    Ok(())
}

/// A table of medians. Memory is that of the program alone, without its children.
fn print(heat: &str, rows: &[Row]) {
    println!("\n{heat}");
    println!(
        "  {:<51} {:>8} {:>8} {:>9} {:>9}  published",
        "command", "wall s", "ratio", "uploads s", "peak MiB"
    );
    let first = rows.first().map_or(1.0, Row::wall);
    for row in rows {
        let wall = row.wall();
        let (ratio, told) = (format!("{:.2} x", wall / first), |value: Option<f64>| {
            value.map_or_else(String::new, |value| format!("{value:.2}"))
        });
        let uploads = told(row.median(|time| time.uploads));
        let peak = told(row.median(|time| time.peak_mib));
        let published = row.published();
        println!("  {:<51} {wall:>8.2} {ratio:>8} {uploads:>9} {peak:>9}  {published}", row.name);
    }
}

fn as_json(row: &Row) -> Value {
    json!({
        "packages": row.packages, "heat": row.heat, "command": row.name,
        "wall-seconds": row.wall(), "uploads-seconds": row.median(|time| time.uploads),
        "peak-mib": row.median(|time| time.peak_mib), "published": row.published(),
    })
}

fn heats() -> [Heat; 4] {
    let always =
        |fault: Value| Some(json!({"operation": "any", "times": 1_000_000, "fault": fault}));
    let lag = json!({"kind": "index-lag", "ms": LAG_MS});
    [
        Heat { name: PLAIN, fault: None, is_verified: false, is_index_late: false },
        Heat { name: VERIFIED, fault: None, is_verified: true, is_index_late: false },
        Heat {
            name: LATENT,
            fault: always(json!({"kind": "delay", "ms": LATENCY_MS})),
            is_verified: false,
            is_index_late: false,
        },
        Heat {
            name: LATE,
            fault: Some(json!({"operation": "publish", "times": 1_000_000, "fault": lag})),
            is_verified: false,
            is_index_late: true,
        },
    ]
}

/// Who takes part: Cargo, this program, and the others that are found.
fn publishers(heat: &Heat, program: &Path, peers: Option<&Path>) -> Vec<Publisher> {
    let publisher = |name, program: PathBuf, words: &[&'static str]| {
        let mut words = words.to_vec();
        if !heat.is_verified {
            words.push("--no-verify");
        }
        Publisher { name, program, words, is_second: false, configuration: "" }
    };
    let ours = ["orchestrate", "publish", "--yes", "--message-format", "json"];
    let cargo = PathBuf::from(build::cargo().get_program());
    let mut all = vec![
        publisher(CARGO, cargo, &["publish", "--workspace"]),
        publisher(OURS, program.to_owned(), &ours),
    ];
    if heat.is_verified {
        // Beside the run that verifies nothing, in the same weather.
        let plain = [&ours[..], &["--no-verify"]].concat();
        all.push(publisher(UNVERIFIED, program.to_owned(), &plain));
        let again = publisher(AGAIN, program.to_owned(), &ours);
        all.push(Publisher { is_second: true, ..again });
    }
    if heat.is_index_late {
        let database = publisher(DATABASE, program.to_owned(), &ours);
        all.push(Publisher { configuration: "visibility = \"database\"\n", ..database });
    }
    let words = ["workspaces", "publish", "--publish-as-is", "--yes"];
    if let Some(peer) = find("cargo-workspaces", peers).filter(|_| heat.fault.is_none()) {
        all.push(publisher(PEER, peer, &words));
    }
    all
}
