//! One publish in a fresh world, and what it took.

use super::workspace::write;
use super::{Heat, Publisher};
use crate::build;
use crate::support::Sandbox;
use crate::support::index::index_entries;
use serde_json::{Value, json};
use std::io::{BufRead as _, BufReader, Read};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

/// How often the memory of a process is looked at.
const LOOK: Duration = Duration::from_millis(20);

/// What came of one run.
pub(super) struct Time {
    pub(super) wall: f64,
    /// From the first upload to the last that is in the index, where the program tells.
    pub(super) uploads: Option<f64>,
    /// The most memory that the program itself had, its children aside; where the system tells.
    pub(super) peak_mib: Option<f64>,
    pub(super) published: usize,
}

/// Worlds that are done with, and go with this. Not one by one: a file system may be slow to make
/// files while many were removed a moment ago.
#[derive(Default)]
pub(super) struct Past(Vec<PathBuf>);

impl Drop for Past {
    fn drop(&mut self) {
        for folder in &self.0 {
            // What is left is a temporary folder.
            let _ = std::fs::remove_dir_all(folder);
        }
    }
}

/// One publish in a fresh world.
///
/// # Errors
/// When the world cannot be made, or `program` does not publish everything.
pub(super) fn once(
    heat: &Heat,
    who: &Publisher,
    program: &Path,
    packages: usize,
    past: &mut Past,
) -> Result<Time, String> {
    let mut sandbox = Sandbox::empty(program);
    past.0.push(sandbox.keep().to_owned());
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
    // As Cargo tells its subcommands.
    command.env("CARGO", build::cargo().get_program());
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null());
    let start = Instant::now();
    let mut child =
        command.spawn().map_err(|error| format!("could not run {}: {error}", who.name))?;
    let output = child.stdout.take().expect("stdout is piped");
    let (uploads, peak_mib) = watched(child.id(), output);
    let status =
        child.wait().map_err(|error| format!("could not wait for {}: {error}", who.name))?;
    let wall = start.elapsed().as_secs_f64();
    sandbox.no_faults();
    let published = published(&sandbox, packages);
    if who.program == program && !(status.success() && published == packages) {
        return Err(format!("`{}` published {published} of {packages}, {status}", who.name));
    }
    Ok(Time { wall, uploads, peak_mib, published })
}

/// How long the uploads took and how much memory a process had, told when its output ends.
fn watched(process: u32, output: impl Read) -> (Option<f64>, Option<f64>) {
    let is_over = AtomicBool::new(false);
    thread::scope(|scope| {
        let memory = scope.spawn(|| {
            let mut peak = None;
            while !is_over.load(Ordering::Relaxed) {
                peak = peak_mib(process).or(peak);
                thread::sleep(LOOK);
            }
            peak
        });
        let (mut first, mut last) = (None, None);
        for line in BufReader::new(output).lines().map_while(Result::ok) {
            let told: Value = serde_json::from_str(&line).unwrap_or_default();
            match (told["action"].as_str(), told["reason"].as_str()) {
                (Some("upload"), Some("started")) => drop(first.get_or_insert_with(Instant::now)),
                (Some("upload"), Some("done")) => last = Some(Instant::now()),
                _ => {}
            }
        }
        is_over.store(true, Ordering::Relaxed);
        let uploads = first.zip(last).map(|(from, to)| to.duration_since(from).as_secs_f64());
        (uploads, memory.join().unwrap_or_default())
    })
}

/// The most memory that a process had so far.
fn peak_mib(process: u32) -> Option<f64> {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    let kib: f64 = line.trim().trim_end_matches(" kB").parse().ok()?;
    Some(kib / 1024.0)
}

/// How many packages the index shows.
fn published(sandbox: &Sandbox, packages: usize) -> usize {
    let names: Vec<String> = (0..packages).map(|package| format!("p{package:03}")).collect();
    index_entries(sandbox.endpoint(), &names).len()
}
