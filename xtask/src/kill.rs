//! Kills a publish or a rollback at random moments, resumes it, and compares what came of it with
//! one that nobody disturbed.
//!
//! Every other moment is some time after the start, the ones between some time after a line that
//! was told: packing takes most of the time, and most can go wrong afterwards.

use crate::arguments::Arguments;
use crate::build::{self, free_port};
use crate::support::snapshot::{differences, needless_uploads, snapshot};
use crate::support::{Output, Sandbox, Settings};
use std::io::{BufRead, BufReader};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};
use tempfile::TempDir;

/// So often a killed publish is resumed at most; once must do.
const MOST_RESUMES: usize = 3;

/// Kills as often as asked and prints a row for each.
///
/// # Errors
/// When one of the worlds differs from the undisturbed one.
pub(crate) fn run(mut arguments: Arguments) -> Result<(), String> {
    let times = arguments.option("--times")?.unwrap_or(30_usize);
    let seed = arguments.option("--seed")?.unwrap_or(1_u64);
    let worlds = Worlds::new(&mut arguments)?;
    arguments.end()?;

    println!("an undisturbed {} of {} first", worlds.victim[0], worlds.workspace);
    let (whole, lines, wanted) = worlds.undisturbed();
    println!(
        "took {:.2} s and told {lines} lines; killing {times} times within that, seed {seed}\n",
        whole.as_secs_f64()
    );
    println!(
        "  kill  after              whom     was at                              resumes  the same world"
    );
    let mut random = Random(seed);
    let mut converged = 0;
    for number in 1..=times {
        let sandbox = worlds.fresh();
        let moment = random.moment(number, whole, lines);
        let whom = if random.next().is_multiple_of(2) { Whom::Program } else { Whom::Family };
        let at = worlds.killed(&sandbox, &moment, whom);
        let resumes = worlds.resume(&sandbox);
        let wrong = compare(&sandbox, &calm.left, resumes);
        let verdict = if wrong.is_empty() { "yes" } else { "NO" };
        println!(
            "  {number:>4}  {:<17}  {:<7}  {at:<34}  {:>7}  {verdict}",
            moment.words(),
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

/// Where the worlds come from, one like the other.
struct Worlds {
    program: PathBuf,
    /// A test workspace by name, or the path of a repository.
    workspace: String,
    settings: Settings,
    /// What is run first, undisturbed: nothing, or the publish that is to be taken back.
    before: Option<Vec<String>>,
    /// What is run and killed.
    victim: Vec<String>,
    /// Other people's packages are fetched and built once, here.
    shared: TempDir,
}

impl Worlds {
    fn new(arguments: &mut Arguments) -> Result<Self, String> {
        let words =
            |command: &str| [command, "--yes", "--message-format", "json"].map(str::to_owned);
        let mut publish = words("publish").to_vec();
        publish.extend(arguments.rest());
        let (before, victim) = if arguments.flag("--rollback") {
            (Some(publish), words("yank-rollback").to_vec())
        } else {
            (None, publish)
        };
        let program = arguments.option("--program")?.map_or_else(build::program, Ok)?;
        let workspace = arguments.option("--workspace")?.unwrap_or_else(|| "chain".to_owned());
        let upstream = arguments.option("--upstream")?;
        // Always the same one: to Cargo a package from another port is another package.
        let settings = Settings { port: free_port()?, upstream };
        let shared = TempDir::with_prefix("kill-").map_err(|error| error.to_string())?;
        Ok(Self { program, workspace, settings, before, victim, shared })
    }

    fn fresh(&self) -> Sandbox {
        let mut sandbox = Sandbox::with(&self.program, &self.settings);
        if self.is_clone() {
            sandbox.share(self.shared.path());
            sandbox.load_clone(Path::new(&self.workspace));
        } else {
            sandbox.load(&self.workspace);
        }
        if let Some(before) = &self.before {
            output(before, &sandbox).exits(0);
        }
        sandbox
    }

    fn is_clone(&self) -> bool {
        Path::new(&self.workspace).is_dir()
    }

    /// How long it takes, how many lines it tells, and what it leaves behind.
    fn undisturbed(&self) -> (Duration, usize, String) {
        if self.is_clone() && self.before.is_none() {
            // Builds what all of them share.
            output(&self.victim, &self.fresh()).exits(0);
        }
        let sandbox = self.fresh();
        let start = Instant::now();
        let told = output(&self.victim, &sandbox).exits(0);
        (start.elapsed(), told.stdout.lines().count(), snapshot(&sandbox))
    }

    /// Starts the victim, kills it, and says what it had told last.
    fn killed(&self, sandbox: &Sandbox, moment: &Moment, whom: Whom) -> String {
        let told = sandbox.root().join("told");
        let file = File::create(&told).expect("the sandbox can be written");
        let mut child = command(&self.victim, sandbox)
            .stdout(file)
            .stderr(Stdio::null())
            .process_group(0)
            .spawn()
            .expect("the program was run before");
        moment.wait(&told, &mut child);
        match whom {
            Whom::Program => drop(child.kill()),
            Whom::Family => {
                let group = format!("-{}", child.id());
                drop(Command::new("kill").args(["-9", "--", &group]).status());
            }
        }
        drop(child.wait());
        told.extend(lines);
        last_told(&told)
    }

    /// Runs the victim until it is done; how often that took, or nothing when it never was.
    fn resume(&self, sandbox: &Sandbox) -> Option<usize> {
        (1..=MOST_RESUMES).find(|_| {
            let output = output(&self.victim, sandbox);
            if output.code != 0 {
                println!("{output}");
            }
            output.code == 0
        })
    }
}

fn command(words: &[String], sandbox: &Sandbox) -> Command {
    let words: Vec<_> = words.iter().map(String::as_str).collect();
    sandbox.command(&words)
}

fn output(words: &[String], sandbox: &Sandbox) -> Output {
    Output::of(&mut command(words, sandbox))
}

/// When to kill: some time after the start, or after a line was told.
struct Moment {
    line: Option<usize>,
    after: Duration,
}

impl Moment {
    fn words(&self) -> String {
        let after = format!("{:.3} s", self.after.as_secs_f64());
        match self.line {
            Some(line) => format!("line {line} + {after}"),
            None => after,
        }
    }

    /// Waits for it, at most until the victim has ended.
    fn wait(&self, told: &Path, child: &mut Child) {
        if let Some(line) = self.line {
            let lines = || fs::read_to_string(told).unwrap_or_default().lines().count();
            while lines() < line && matches!(child.try_wait(), Ok(None)) {
                thread::sleep(Duration::from_millis(1));
            }
        }
        thread::sleep(self.after);
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

/// The last whole JSON line in short: its reason, and step where it has one.
fn last_told(lines: &[String]) -> String {
    let last = lines.iter().rev().find_map(|line| {
        let value: serde_json::Value = serde_json::from_str(line).ok()?;
        let reason = value["reason"].as_str()?.to_owned();
        Some(match value["step"].as_str() {
            Some(step) => format!("{reason} {step}"),
            None => reason,
        })
    });
    last.unwrap_or_else(|| "-".to_owned())
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

    /// One among all moments of a run that takes so long and tells so many lines.
    fn moment(&mut self, number: usize, whole: Duration, lines: usize) -> Moment {
        if number.is_multiple_of(2) {
            return Moment { line: None, after: whole.mul_f64(self.fraction()) };
        }
        let line = usize::try_from(self.next() % lines.max(1) as u64).expect("below a usize");
        Moment { line: Some(line + 1), after: Duration::from_millis(20).mul_f64(self.fraction()) }
    }

    /// At least 0, below 1.
    fn fraction(&mut self) -> f64 {
        let thousandths = u32::try_from(self.next() % 1_000_000).expect("below a million");
        f64::from(thousandths) / 1_000_000.0
    }
}
