//! Kills a publish at random moments, resumes it, and compares what came of it with a publish
//! that nobody disturbed.

use crate::arguments::Arguments;
use crate::build;
use crate::support::snapshot::{differences, needless_uploads, snapshot};
use crate::support::{Output, Sandbox};
use std::fs::{self, File};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::thread;
use std::time::{Duration, Instant};

/// So often a killed publish is resumed at most; once must do.
const MOST_RESUMES: usize = 3;

const PUBLISH: &[&str] = &["publish", "--yes", "--message-format", "json"];

/// Kills as often as asked and prints a row for each.
///
/// # Errors
/// When one of the worlds differs from the undisturbed one.
pub(crate) fn run(mut arguments: Arguments) -> Result<(), String> {
    let times = arguments.option("--times")?.unwrap_or(30_usize);
    let seed = arguments.option("--seed")?.unwrap_or(1_u64);
    let workspace = arguments.option("--workspace")?.unwrap_or_else(|| "chain".to_owned());
    let upstream: Option<String> = arguments.option("--upstream")?;
    arguments.end()?;
    let world = |program: &Path| world(program, &workspace, upstream.as_deref());
    let program = build::program()?;

    println!("an undisturbed publish of {workspace} first");
    let sandbox = world(&program);
    let start = Instant::now();
    sandbox.run(PUBLISH).exits(0);
    let whole = start.elapsed();
    let wanted = snapshot(&sandbox);
    println!("took {:.2} s; killing {times} times within that, seed {seed}\n", whole.as_secs_f64());
    println!(
        "  kill  after     whom       was at                          resumes  the same world"
    );

    let mut random = Random(seed);
    let mut converged = 0;
    for number in 1..=times {
        let sandbox = world(&program);
        let after = whole.mul_f64(random.fraction());
        let whom = if random.next().is_multiple_of(2) { Whom::Program } else { Whom::Family };
        let at = killed(&sandbox, after, whom);
        let resumes = resume(&sandbox);
        let wrong = compare(&sandbox, &wanted, resumes);
        let verdict = if wrong.is_empty() { "yes" } else { "NO" };
        println!(
            "  {number:>4}  {:>6.3} s  {:<9}  {at:<30}  {:>7}  {verdict}",
            after.as_secs_f64(),
            whom.word(),
            resumes.map_or_else(|| "-".to_owned(), |count| count.to_string()),
        );
        for line in &wrong {
            println!("        {line}");
        }
        converged += usize::from(wrong.is_empty());
    }
    println!("\n{converged} of {times} converged");
    if converged == times { Ok(()) } else { Err("not every world is the same".to_owned()) }
}

/// A fresh world: a test workspace by name, or a clone of the repository at a path.
fn world(program: &Path, workspace: &str, upstream: Option<&str>) -> Sandbox {
    let path = PathBuf::from(workspace);
    if path.is_dir() {
        let mut sandbox = Sandbox::behind(program, upstream);
        sandbox.load_clone(&path);
        sandbox
    } else {
        Sandbox::of(program, workspace)
    }
}

/// Who is killed.
#[derive(Clone, Copy)]
enum Whom {
    /// The program alone; a Cargo that it started goes on.
    Program,
    /// The program and everything it started, as when the machine goes down.
    Family,
}

impl Whom {
    fn word(self) -> &'static str {
        match self {
            Self::Program => "program",
            Self::Family => "family",
        }
    }
}

/// Starts a publish, kills it, and says what it had told last.
fn killed(sandbox: &Sandbox, after: Duration, whom: Whom) -> String {
    let told = sandbox.root().join("told");
    let file = File::create(&told).expect("the sandbox can be written");
    let errors = File::create(sandbox.root().join("errors")).expect("the sandbox can be written");
    let mut child = sandbox
        .command(PUBLISH)
        .stdout(file)
        .stderr(errors)
        .process_group(0)
        .spawn()
        .expect("the program was run before");
    thread::sleep(after);
    match whom {
        Whom::Program => drop(child.kill()),
        Whom::Family => {
            let group = format!("-{}", child.id());
            drop(Command::new("kill").args(["-9", "--", &group]).status());
        }
    }
    drop(child.wait());
    last_told(&fs::read_to_string(told).unwrap_or_default())
}

/// The last whole JSON line in short: its reason, and step where it has one.
fn last_told(text: &str) -> String {
    let last = text.lines().rev().find_map(|line| {
        let value: serde_json::Value = serde_json::from_str(line).ok()?;
        let reason = value["reason"].as_str()?.to_owned();
        Some(match value["step"].as_str() {
            Some(step) => format!("{reason} {step}"),
            None => reason,
        })
    });
    last.unwrap_or_else(|| "-".to_owned())
}

/// Publishes until it is done; how often that took, or nothing when it never was.
fn resume(sandbox: &Sandbox) -> Option<usize> {
    (1..=MOST_RESUMES).find(|_| {
        let output: Output = sandbox.run(PUBLISH);
        if output.code != 0 {
            println!("{output}");
        }
        output.code == 0
    })
}

/// What differs from the undisturbed world, one line each.
fn compare(sandbox: &Sandbox, wanted: &str, resumes: Option<usize>) -> Vec<String> {
    if resumes.is_none() {
        return vec!["it was never done".to_owned()];
    }
    let mut lines = differences(wanted, &snapshot(sandbox));
    let needless = needless_uploads(sandbox);
    lines.extend(needless.iter().map(|upload| format!("{upload} was sent once too often")));
    lines
}

/// `SplitMix64`: the same seed, the same moments.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// At least 0, below 1.
    fn fraction(&mut self) -> f64 {
        let thousandths = u32::try_from(self.next() % 1_000_000).expect("below a million");
        f64::from(thousandths) / 1_000_000.0
    }
}
