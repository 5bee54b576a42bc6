//! One run of a command: how long, how much work, how much memory.
//!
//! The kernel counts what a process's children used, and their peak of memory begins with that of
//! whoever started them. So each command is run by a fresh, small process of this program, which has
//! no other child and tells what the kernel counted.

use super::world::World;
use nix::sys::resource::{UsageWho, getrusage};
use nix::sys::time::TimeVal;
use serde_json::{Value, json};
use std::env;
use std::ffi::OsString;
use std::os::unix::process::CommandExt;
use std::process::{Command, ExitCode, Stdio};
use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant};

/// The task that runs one command and tells what it took.
pub(crate) const TASK: &str = "measured";

/// What a run took. Processor time and memory are those of the command and of all its children.
#[derive(Debug, Clone, Copy)]
pub(super) struct Measure {
    pub(super) wall: f64,
    /// User and system time.
    pub(super) cpu: f64,
    /// Of the largest process.
    pub(super) peak_mib: f64,
    /// -1 when a signal ended it.
    pub(super) exit: i64,
}

impl Measure {
    /// This run and another one after it.
    pub(super) fn then(self, next: Self) -> Self {
        Self {
            wall: self.wall + next.wall,
            cpu: self.cpu + next.cpu,
            peak_mib: self.peak_mib.max(next.peak_mib),
            exit: if self.exit == 0 { next.exit } else { self.exit },
        }
    }
}

/// Runs what stands behind the task's name and prints what it took.
pub(crate) fn tell(words: &[String]) -> ExitCode {
    let Some((program, words)) = words.split_first() else { return ExitCode::FAILURE };
    let start = Instant::now();
    let status = Command::new(program)
        .args(words)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status();
    let wall = start.elapsed().as_secs_f64();
    let (Ok(status), Ok(usage)) = (status, getrusage(UsageWho::RUSAGE_CHILDREN)) else {
        return ExitCode::FAILURE;
    };
    let told = json!({
        "wall": wall,
        "cpu": seconds(usage.user_time()) + seconds(usage.system_time()),
        "peak-kib": usage.max_rss(),
        "exit": status.code().unwrap_or(-1),
    });
    println!("{told}");
    ExitCode::SUCCESS
}

fn seconds(time: TimeVal) -> f64 {
    let micros = time.tv_sec() * 1_000_000 + time.tv_usec();
    Duration::from_micros(u64::try_from(micros).unwrap_or_default()).as_secs_f64()
}

/// Runs a command in a world and waits at most `limit` for it; nothing when that was too short.
///
/// # Errors
/// When it cannot be run.
pub(super) fn measure(
    world: &World,
    command: &[OsString],
    limit: Duration,
) -> Result<Option<Measure>, String> {
    let shown = command.first().map(|program| program.to_string_lossy()).unwrap_or_default();
    let itself = env::current_exe().map_err(|error| error.to_string())?;
    let mut runner = Command::new(itself);
    world.apply(&mut runner);
    runner.arg(TASK).args(command);
    let child = runner
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .process_group(0)
        .spawn()
        .map_err(|error| format!("could not run {shown}: {error}"))?;
    let group = format!("-{}", child.id());
    let (teller, told) = mpsc::channel();
    thread::spawn(move || drop(teller.send(child.wait_with_output())));
    let Ok(output) = told.recv_timeout(limit) else {
        // The whole family, since a child of it would go on and disturb the others.
        drop(Command::new("kill").args(["-9", "--", &group]).status());
        drop(told.recv());
        return Ok(None);
    };
    let output = output.map_err(|error| format!("could not wait for {shown}: {error}"))?;
    let told: Value = serde_json::from_slice(&output.stdout)
        .map_err(|_| format!("could not run {shown}: it did not start"))?;
    let number = |key: &str| told[key].as_f64().unwrap_or_default();
    Ok(Some(Measure {
        wall: number("wall"),
        cpu: number("cpu"),
        peak_mib: number("peak-kib") / 1024.0,
        exit: told["exit"].as_i64().unwrap_or(-1),
    }))
}
