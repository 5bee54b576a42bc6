//! Tasks of the project that are more than one command: `cargo xtask` lists them.
// Tasks touch the outside as the shell does.
#![allow(clippy::disallowed_methods, clippy::disallowed_types, clippy::disallowed_macros)]

mod arguments;
mod bench;
mod bless;
mod build;
mod demo;
mod duel;
mod generate;
mod kellnr;
mod kill;
mod loopback;
mod random;
mod real;
mod replay;
mod torture;
mod truth;
#[path = "../../tests/it/support/mod.rs"]
mod support;

use arguments::Arguments;
use std::env;
use std::process::ExitCode;

const HELP: &str = "\
Usage: cargo xtask TASK

Tasks:
  demo             Build the program and show a whole release and its rollback
    --keep           Leave the sandbox for a look around
  bless            Write down the plans of all test workspaces as expected
  gen              Write the reference of the rules, docs/rules.md, from their table
  kill             Kill a publish at random moments, resume it, compare the worlds
    --times N        How often (30)
    --workspace W    A test workspace, or the path of a clone (chain)
    --kellnr PATH    Release the clone to this kellnr: once undisturbed, then changed and killed
    --forget-journal Remove the journal before each resume
    --forget-mirror  Remove the journal and its mirror on the remote
    --upstream INDEX Where a clone's other dependencies come from
    --seed N         Where the random numbers begin (1)
    --program PATH   A program that is built already
    --rollback       Kill the rollback of a publish instead of the publish
    -- ARGUMENTS     More for `publish`, as `-p NAME`
  duel             Let two jobs release the same commit at once, in two clones of one remote
    --rounds N       How often (20)
    --workspace W    A test workspace (chain)
    --program PATH   A program that is built already
  torture          Try every row of the table of faults; rows, survived, violations
    --rows A,B       Only these; `U*` is all that begin so
    --jobs N         So many at a time (4)
    --crashes        Instead: end the process, or fail a write, at every point that a release, its
                     rollback and that one's undo pass, then resume
    --all-ways       Also SIGTERM, EIO, and logs cut at other places
    --twice N        With N of them crashing again while they resume (0)
    --random N       Instead: N releases with several random faults each
    --seed N         Where the random numbers for these two begin (1)
    --verbose        Tell what was run and seen, of the rows that survived, too
    --program PATH   A program that is built already
  truth PATH       Pack every package of a real workspace as released and as it is, and
                   compare what differs with what `plan` says changed
    --packages A,B   Only these
    --at REVISION    At this commit instead of HEAD; repeatable
    --offline        Let the plan read the registry's index from the cache alone
    --json FILE      Write the comparison down as well
    --program PATH   A program that is built already
  bench            Measure `plan` beside `cargo metadata` and `git diff`, and beside other tools
    --packages A,B   Synthetic workspaces with so many packages (50,200,1000,5000)
    --commits N      Their commits (2000)
    --changed N      Their packages that changed since the last release (50)
    --workspace PATH A clone of this one instead; repeatable
    --runs N         How often (5)
    --limit SECONDS  How long one run may take (60)
    --peers DIR      Where cargo-release, cargo-workspaces, cargo-smart-release and release-plz
                     are, when not on the path
    --json FILE      Write everything down, too
    --program PATH   A program that is built already
  bench publish    Measure `publish` beside `cargo publish --workspace` and other tools, on a
                   registry of this machine: verified or not, with latency, with a late index
    --packages LIST  Packages of the workspaces (50), as 50,500
    --only NAME      The circumstances of this name, as `verified`, or whose names begin like it
    --runs, --peers, --json, --program   As above; 3 runs
  kellnr           Release and take back on kellnr, a registry server people run
    --workspace PATH A clone of this repository instead of a test workspace
  replay PATH      Plan at past commits of a repository, compare with what was released next
    --at COMMIT      Such a commit; repeatable
    --last N         Else those before the newest N releases (3)
    --least N        Leave out releases with fewer tags (1)
    --json FILE      Write everything down, too
    --program PATH   A program that is built already
    --upstream INDEX Where its packages are (crates-io)
  install-kellnr   Build kellnr without starting it
    --root DIR       Where to keep it (target/tools)

kellnr is taken from $KELLNR when that names the program, else built when it is not there yet.
";

fn main() -> ExitCode {
    // The tasks share the tests' building blocks, which panic; people need only the message.
    std::panic::set_hook(Box::new(|panic| {
        let text = panic.payload_as_str().unwrap_or("a task failed");
        eprintln!("error: {text}");
    }));
    let words: Vec<String> = env::args().skip(1).collect();
    if let Some((bench::MEASURED, command)) = words.split_first().map(|(it, of)| (it.as_str(), of))
    {
        return bench::tell(command);
    }
    let mut arguments = Arguments::new(words.into_iter());
    let done = match arguments.task().as_deref() {
        Some("demo") => demo::run(arguments),
        Some("bench") => bench::run(arguments),
        Some("bless") => bless::run(arguments),
        Some("gen") => generate::run(arguments),
        Some("kill") => kill::run(arguments),
        Some("duel") => duel::run(arguments),
        Some("torture") => torture::run_all(arguments),
        Some("kellnr") => kellnr::run(arguments),
        Some("replay") => replay::run(arguments),
        Some("truth") => truth::run(arguments),
        Some("install-kellnr") => kellnr::install_only(arguments),
        None | Some("help" | "--help" | "-h") => {
            print!("{HELP}");
            Ok(())
        }
        Some(other) => Err(format!("no task `{other}`; `cargo xtask` lists them")),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(text) => {
            eprintln!("error: {text}");
            ExitCode::FAILURE
        }
    }
}
