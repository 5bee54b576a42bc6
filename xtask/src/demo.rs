//! A release and its rollback, shown as a maintainer would see them.

use crate::arguments::Arguments;
use crate::build;
use crate::support::Sandbox;

/// Plays the test workspace `chain` and releases it, visibly.
///
/// # Errors
/// When a command ends otherwise than it should.
pub(crate) fn run(mut arguments: Arguments) -> Result<(), String> {
    let keep = arguments.flag("--keep");
    arguments.end()?;
    eprintln!("Building the program, then a workspace with history, remote and registry");
    let program = build::program()?;
    let mut sandbox = Sandbox::of(&program, "chain");
    let outcome = tour(&sandbox);
    if keep {
        println!("\nThe workspace stays in {}", sandbox.keep().join("greetings").display());
    }
    outcome
}

fn tour(sandbox: &Sandbox) -> Result<(), String> {
    say(sandbox, "the last commits", &["log", "--oneline", "-2"]);
    step(sandbox, &["plan"])?;
    step(sandbox, &["publish", "--yes"])?;
    registry(sandbox);
    step(sandbox, &["status"])?;
    step(sandbox, &["yank-rollback", "--yes"])?;
    registry(sandbox);
    say(sandbox, "the branch now", &["log", "--oneline", "-4"]);
    step(sandbox, &["yank-rollback", "--undo", "--yes"])?;
    registry(sandbox);
    Ok(())
}

/// Runs one command with its output shown as it comes.
fn step(sandbox: &Sandbox, arguments: &[&str]) -> Result<(), String> {
    let line = format!("cargo orchestrate {}", arguments.join(" "));
    println!("\n$ {line}");
    let status = sandbox
        .command(arguments)
        .env_remove("CARGO_TERM_COLOR")
        .status()
        .map_err(|error| format!("could not run {line}: {error}"))?;
    if status.success() { Ok(()) } else { Err(format!("`{line}` ended with {status}")) }
}

fn say(sandbox: &Sandbox, what: &str, git: &[&str]) {
    println!("\n# {what}\n$ git {}\n{}", git.join(" "), sandbox.git(git));
}

fn registry(sandbox: &Sandbox) {
    println!("\n# the registry now\n{}", sandbox.published_lines().join("\n"));
}
