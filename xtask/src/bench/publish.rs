//! Measures `publish` beside `cargo publish --workspace` and beside the tools that others use: each
//! run in a fresh world, with a registry on this machine.

use super::contestant::find;
use crate::arguments::Arguments;
use crate::build;
use crate::support::Sandbox;
use serde_json::{Value, json};
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

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

/// Measures.
///
/// # Errors
/// When a world cannot be made, or `publish` itself does not publish everything.
pub(super) fn run(mut arguments: Arguments) -> Result<(), String> {
    let packages = arguments.option("--packages")?.unwrap_or(50_usize).max(LAYERS);
    let runs = arguments.option("--runs")?.unwrap_or(3_usize).max(1);
    let peers: Option<PathBuf> = arguments.option("--peers")?;
    let json: Option<PathBuf> = arguments.option("--json")?;
    let program: Option<PathBuf> = arguments.option("--program")?;
    arguments.end()?;
    let program = program.map_or_else(build::release_program, Ok)?;
    let program = program.canonicalize().map_err(|error| error.to_string())?;
    let mut all = Vec::new();
    println!("{packages} packages, depth {LAYERS}, medians of {runs} runs");
    for heat in heats() {
        let publishers = publishers(&heat, &program, peers.as_deref());
        let mut times: Vec<Vec<Time>> = publishers.iter().map(|_| Vec::new()).collect();
        for _ in 0..runs {
            for (times, publisher) in times.iter_mut().zip(&publishers) {
                times.push(once(&heat, publisher, &program, packages)?);
            }
        }
        println!("\n{}", heat.name);
        println!("  {:<44} {:>8} {:>9}  published", "command", "wall s", "ratio");
        let first = median(&times[0]);
        for (times, publisher) in times.iter().zip(&publishers) {
            let wall = median(times);
            let least = times.iter().map(|time| time.published).min().unwrap_or_default();
            println!("  {:<44} {wall:>8.2} {:>7.2} x  {least}", publisher.name, wall / first);
            all.push(json!({
                "heat": heat.name, "command": publisher.name, "wall-seconds": wall,
                "ratio": wall / first, "published": least,
            }));
        }
    }
    if let Some(path) = json {
        let text = format!("{:#}\n", Value::from(all));
        fs::write(&path, text)
            .map_err(|error| format!("could not write {}: {error}", path.display()))?;
    }
    Ok(())
}

fn heats() -> [Heat; 4] {
    let always =
        |fault: Value| Some(json!({"operation": "any", "times": 1_000_000, "fault": fault}));
    let lag = json!({"kind": "index-lag", "ms": LAG_MS});
    [
        Heat { name: "not verified", fault: None, is_verified: false, is_index_late: false },
        Heat { name: "verified", fault: None, is_verified: true, is_index_late: false },
        Heat {
            name: "not verified, 100 ms latency",
            fault: always(json!({"kind": "delay", "ms": LATENCY_MS})),
            is_verified: false,
            is_index_late: false,
        },
        Heat {
            name: "not verified, 2 s index lag",
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
    let ours = ["orchestrate", "publish", "--yes"];
    let cargo = PathBuf::from(build::cargo().get_program());
    let mut all = vec![
        publisher("cargo publish --workspace", cargo, &["publish", "--workspace"]),
        publisher("cargo orchestrate publish", program.to_owned(), &ours),
    ];
    if heat.is_verified {
        let again = "cargo orchestrate publish, verified before";
        let again = publisher(again, program.to_owned(), &ours);
        all.push(Publisher { is_second: true, ..again });
    }
    if heat.is_index_late {
        let database = "cargo orchestrate publish, visibility = \"database\"";
        let database = publisher(database, program.to_owned(), &ours);
        all.push(Publisher { configuration: "visibility = \"database\"\n", ..database });
    }
    let words = ["workspaces", "publish", "--publish-as-is", "--yes"];
    if let Some(peer) = find("cargo-workspaces", peers).filter(|_| heat.fault.is_none()) {
        all.push(publisher("cargo workspaces publish", peer, &words));
    }
    all
}

/// What came of one run.
struct Time {
    wall: Duration,
    published: usize,
}

fn median(times: &[Time]) -> f64 {
    let mut all: Vec<f64> = times.iter().map(|time| time.wall.as_secs_f64()).collect();
    all.sort_by(f64::total_cmp);
    all[all.len() / 2]
}

/// One publish in a fresh world.
fn once(heat: &Heat, who: &Publisher, program: &Path, packages: usize) -> Result<Time, String> {
    let sandbox = Sandbox::empty(program);
    write(&sandbox, packages);
    if !who.configuration.is_empty() {
        sandbox.write("orchestrate.toml", who.configuration);
    }
    sandbox.start();
    if who.is_second {
        // Verified, then refused by the registry and taken back.
        let busy = json!({"kind": "status", "code": 503});
        sandbox.fault(&json!({"operation": "publish", "times": 1_000_000, "fault": busy}));
        sandbox.run(&["publish", "--yes", "--no-push", "--max-wait", "0"]).exits(97);
        sandbox.no_faults();
    }
    if let Some(fault) = &heat.fault {
        sandbox.fault(fault);
    }
    let mut command: Command = sandbox.other(&who.program, &who.words);
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    let start = Instant::now();
    let status =
        command.status().map_err(|error| format!("could not run {}: {error}", who.name))?;
    let wall = start.elapsed();
    sandbox.no_faults();
    let published = sandbox.published().len();
    if who.program == program && !(status.success() && published == packages) {
        return Err(format!("`{}` published {published} of {packages}, {status}", who.name));
    }
    Ok(Time { wall, published })
}

/// Writes a layered workspace that was never released.
fn write(sandbox: &Sandbox, packages: usize) {
    let layer = |package: usize| package * LAYERS / packages;
    let first = |layer: usize| (layer * packages).div_ceil(LAYERS);
    let mut root = String::from("[workspace]\nresolver = \"3\"\nmembers = [\"p*\"]\n");
    root.push_str("\n[workspace.dependencies]\n");
    for package in 0..packages {
        let name = format!("p{package:03}");
        let _ = writeln!(root, "{name} = {{ path = \"{name}\", version = \"0.1.0\" }}");
        let mut manifest = format!(
            "[package]\nname = \"{name}\"\nversion = \"0.1.0\"\nedition = \"2024\"\n\
             description = \"A package\"\nlicense = \"MIT\"\n\n[dependencies]\n"
        );
        if layer(package) > 0 {
            let (from, to) = (first(layer(package) - 1), first(layer(package)));
            // Up to three of the layer below, so that each layer has to wait for it.
            let width = to - from;
            let mut below: Vec<usize> =
                (0..3).map(|step| from + (package + step) % width).collect();
            below.sort_unstable();
            below.dedup();
            for package in below {
                let _ = writeln!(manifest, "p{package:03}.workspace = true");
            }
        }
        sandbox.write(&format!("{name}/Cargo.toml"), &manifest);
        let text = format!("pub fn number() -> usize {{\n    {package}\n}}\n");
        sandbox.write(&format!("{name}/src/lib.rs"), &text);
    }
    sandbox.write("Cargo.toml", &root);
    sandbox.write(".gitignore", "/target\n");
}
