//! Every row of the table of faults, with the real program: what survived, what was broken.

use crate::arguments::Arguments;
use crate::build;
use crate::random::Random;
use crate::support::torture::{self, Crash, Row, Verdict, crashes, rows, run};
use std::panic::{self, AssertUnwindSafe};
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::mpsc;
use std::thread;
use std::time::Instant;

/// Rows at the same time, unless told otherwise: most of them wait for most of theirs.
const JOBS: usize = 4;

/// Tries the rows and prints one line for each.
///
/// # Errors
/// When a row did not survive, or a property was broken.
pub(crate) fn run_all(mut arguments: Arguments) -> Result<(), String> {
    let jobs = arguments.option("--jobs")?.unwrap_or(JOBS).max(1);
    let wanted: Option<String> = arguments.option("--rows")?;
    let tell = arguments.flag("--verbose");
    let crashing = arguments.flag("--crashes");
    let ways =
        if arguments.flag("--all-ways") { torture::all_ways as Ways } else { torture::main_ways };
    let twice = arguments.option("--twice")?.unwrap_or(0_usize);
    let at_random: Option<usize> = arguments.option("--random")?;
    let seed = arguments.option("--seed")?.unwrap_or(1_u64);
    let build = if crashing { build::failing_program } else { build::program };
    let program = arguments.option("--program")?.map_or_else(build, |path: PathBuf| Ok(path))?;
    let program = program.canonicalize().map_err(|_| format!("no {}", program.display()))?;
    arguments.end()?;
    let mut table = match at_random {
        _ if crashing => matrix(&program, ways, twice, seed),
        Some(count) => schedules(count, seed),
        None => rows(),
    };
    if let Some(wanted) = &wanted {
        let wanted: Vec<&str> = wanted.split(',').collect();
        table.retain(|row| wanted.iter().any(|id| fits(row.id, id)));
        if table.is_empty() {
            return Err(format!("no row is called `{}`", wanted.join(",")));
        }
    }
    let start = Instant::now();
    println!("  row         survived  violations  exit codes      puts      s  fault");
    let verdicts = try_all(&program, &table, jobs, &|verdict| print(verdict, tell));
    let count = |of: &dyn Fn(&Verdict) -> usize| verdicts.iter().map(of).sum::<usize>();
    let survived = count(&|verdict| usize::from(verdict.survived()));
    let violations = count(&|verdict| verdict.violations.len());
    println!("\n{:.0} s, {} lies", start.elapsed().as_secs_f64(), count(&Verdict::lies));
    println!("torture: rows {}, survived {survived}, violations {violations}", verdicts.len());
    if survived == table.len() && violations == 0 {
        Ok(())
    } else {
        Err("not every row survived without a violation".to_owned())
    }
}

/// The ways in which a point of a kind fails.
type Ways = fn(&str) -> &'static [&'static str];

/// Every point of a release, its rollback and that one's undo, and so many crashes of resumes.
fn matrix(program: &Path, ways: Ways, twice: usize, seed: u64) -> Vec<Row> {
    let commands = [Crash::Publish, Crash::Rollback, Crash::Undo];
    let mut table: Vec<Row> =
        commands.into_iter().flat_map(|crash| crashes(program, "chain", crash, ways)).collect();
    let mut random = Random(seed);
    let kills: Vec<Row> = table.iter().filter(|row| row.id.ends_with("-kill")).cloned().collect();
    for _ in 0..twice {
        let row = kills[random.below(kills.len())].clone();
        let action = ["kill", "term", "power-half"][random.below(3)];
        table.push(row.and_again(1 + random.below(kills.len()), action));
    }
    table
}

/// So many rows of random faults; each has a seed of its own, so that one can be tried alone.
fn schedules(count: usize, seed: u64) -> Vec<Row> {
    (0..count)
        .map(|number| {
            let mut random = Random(seed ^ (number as u64) << 32);
            torture::random(number, &mut |end| random.below(end))
        })
        .collect()
}

/// Whether a row is meant: by its name, or by how it begins where `*` stands behind that.
fn fits(id: &str, wanted: &str) -> bool {
    wanted.strip_suffix('*').map_or(id == wanted, |begin| id.starts_with(begin))
}

/// Tries so many at a time; tells each as it is done.
fn try_all(program: &Path, table: &[Row], jobs: usize, tell: &dyn Fn(&Verdict)) -> Vec<Verdict> {
    let queue = Mutex::new(table.iter());
    let (done, verdicts) = mpsc::channel();
    thread::scope(|scope| {
        for _ in 0..jobs {
            let (queue, done) = (&queue, done.clone());
            scope.spawn(move || {
                loop {
                    let next = queue.lock().expect("nothing panics while it holds the lock").next();
                    let Some(row) = next else { return };
                    drop(done.send(tried(program, row)));
                }
            });
        }
        drop(done);
        let mut all = Vec::new();
        for verdict in verdicts {
            tell(&verdict);
            all.push(verdict);
        }
        all
    })
}

/// The verdict; a row whose own machinery fails did not survive.
fn tried(program: &Path, row: &Row) -> Verdict {
    panic::catch_unwind(AssertUnwindSafe(|| run(program, row))).unwrap_or_else(|panic| Verdict {
        id: row.id,
        words: row.words,
        missed: Some("the row itself failed".to_owned()),
        violations: Vec::new(),
        codes: Vec::new(),
        puts: 0,
        seconds: 0.0,
        story: panic.downcast_ref::<String>().cloned().unwrap_or_default(),
    })
}

fn print(verdict: &Verdict, tell: bool) {
    let Verdict { id, words, missed, violations, codes, puts, seconds, story } = verdict;
    let code = |code: &Option<i32>| code.map_or_else(|| "kill".to_owned(), |it| it.to_string());
    let codes: Vec<String> = codes.iter().map(code).collect();
    let survived = if missed.is_none() { "yes" } else { "NO" };
    println!(
        "  {id:<11} {survived:<8}  {:>10}  {:<14}  {puts:>4}  {seconds:>5.1}  {words}",
        violations.len(),
        codes.join(" "),
    );
    for line in missed.iter().chain(violations) {
        println!("              {line}");
    }
    if tell || missed.is_some() || !violations.is_empty() {
        story.lines().for_each(|line| println!("      | {line}"));
    }
}
