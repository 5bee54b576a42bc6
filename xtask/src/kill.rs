//! Kills a publish or a rollback at random moments, resumes it, and compares what came of it with
//! one that nobody disturbed.

use crate::arguments::Arguments;
use crate::build::{self, free_port};
use crate::random::Random;
use crate::support::snapshot::{differences, needless_uploads, snapshot};
use crate::support::{Output, Sandbox, Settings};
use std::io::{BufRead, BufReader};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::mpsc;
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
    let calm = worlds.undisturbed();
    println!(
        "took {:.2} s and told {} lines; killing {times} times within that, seed {seed}\n",
        calm.took.as_secs_f64(),
        calm.lines
    );
    println!(
        "  kill  when               whom       was at                      resumes  the same world"
    );
    let mut random = Random(seed);
    let mut converged = 0;
    for number in 1..=times {
        let sandbox = worlds.fresh();
        let moment = moment(&mut random, &calm);
        let whom = if random.next().is_multiple_of(2) { Whom::Program } else { Whom::Family };
        let at = worlds.killed(&sandbox, moment, whom);
        let resumes = worlds.resume(&sandbox);
        let wrong = compare(&sandbox, &calm.left, resumes);
        let verdict = if wrong.is_empty() { "yes" } else { "NO" };
        println!(
            "  {number:>4}  {:<17}  {:<9}  {at:<26}  {:>7}  {verdict}",
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
        let words = |command: &str| {
            [command, "--yes", "--message-format", "json"].map(str::to_owned).to_vec()
        };
        let mut publish = words("publish");
        publish.extend(arguments.rest());
        let (before, victim) = if arguments.flag("--rollback") {
            (Some(publish), words("yank-rollback"))
        } else {
            (None, publish)
        };
        let program = arguments.option("--program")?.map_or_else(build::program, Ok)?;
        let workspace = arguments.option("--workspace")?.unwrap_or_else(|| "chain".to_owned());
        let upstream = arguments.option("--upstream")?;
        // Always the same one: to Cargo a package from another port is another package.
        let settings = Settings { port: free_port()?, upstream, ..Settings::default() };
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

    /// A run that nobody kills.
    fn undisturbed(&self) -> Calm {
        if self.is_clone() && self.before.is_none() {
            // Builds what all of them share.
            output(&self.victim, &self.fresh()).exits(0);
        }
        let sandbox = self.fresh();
        let start = Instant::now();
        let lines = output(&self.victim, &sandbox).exits(0).stdout.lines().count();
        Calm { took: start.elapsed(), lines, left: snapshot(&sandbox) }
    }

    /// Starts the victim, kills it, and says what it had told last.
    fn killed(&self, sandbox: &Sandbox, moment: Moment, whom: Whom) -> String {
        let mut child = command(&self.victim, sandbox)
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .process_group(0)
            .spawn()
            .expect("the program was run before");
        let stdout = BufReader::new(child.stdout.take().expect("stdout is piped"));
        let (teller, lines) = mpsc::channel();
        // Reads all the time, so that the program never waits for us.
        thread::spawn(move || {
            let lines = stdout.lines().map_while(Result::ok);
            lines.for_each(|line| drop(teller.send(line)));
        });
        let mut told = Vec::new();
        match moment {
            Moment::After(time) => thread::sleep(time),
            Moment::Line(count, then) => {
                told.extend(lines.iter().take(count));
                thread::sleep(then);
            }
        }
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

/// What an undisturbed run did.
struct Calm {
    took: Duration,
    /// The JSON lines that it told.
    lines: usize,
    /// The world it left.
    left: String,
}

/// When to kill.
#[derive(Clone, Copy)]
enum Moment {
    /// So long after the start. Most of that time goes into packing.
    After(Duration),
    /// So long after this many lines were told: every step has the same chance.
    Line(usize, Duration),
}

impl Moment {
    fn words(self) -> String {
        match self {
            Self::After(time) => format!("{:.3} s", time.as_secs_f64()),
            Self::Line(count, then) => format!("line {count} + {:.1} ms", then.as_secs_f64() * 1e3),
        }
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

/// Every second one by the clock, the others by what was told.
fn moment(random: &mut Random, calm: &Calm) -> Moment {
    if random.next().is_multiple_of(2) {
        return Moment::After(calm.took.mul_f64(random.fraction()));
    }
    let count = random.below(calm.lines);
    Moment::Line(count, Duration::from_millis(20).mul_f64(random.fraction()))
}
