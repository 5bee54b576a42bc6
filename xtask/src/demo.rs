//! A release and its rollback, shown as a maintainer would see them.

use crate::arguments::Arguments;
use crate::build;
use crate::support::Sandbox;
use serde_json::json;

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
    step(sandbox, &["plan"], 0)?;
    println!("\n# the registry will say of lib3 that there are too many new versions");
    let body = json!({"errors": [{"detail": "too many new versions in a short time"}]}).to_string();
    let fault = json!({"kind": "status", "code": 429, "body": body, "retry-after-seconds": 1});
    sandbox.fault(&json!({"operation": "publish", "package": "lib3", "fault": fault}));
    step(sandbox, &["publish", "--yes", "--max-wait", "0"], 100)?;
    registry(sandbox);
    println!("\n# the same command continues the same release");
    step(sandbox, &["publish", "--yes"], 0)?;
    step(sandbox, &["status"], 0)?;
    step(sandbox, &["yank-rollback", "--yes"], 0)?;
    registry(sandbox);
    say(sandbox, "the branch now", &["log", "--oneline", "-4"]);
    println!("\n# it was not that bad after all");
    step(sandbox, &["yank-rollback", "--undo", "--yes"], 0)?;
    registry(sandbox);
    Ok(())
}

/// Runs one command with its output shown as it comes.
fn step(sandbox: &Sandbox, arguments: &[&str], code: i32) -> Result<(), String> {
    let line = format!("cargo orchestrate {}", arguments.join(" "));
    println!("\n$ {line}");
    let status = sandbox
        .command(arguments)
        .env_remove("CARGO_TERM_COLOR")
        .status()
        .map_err(|error| format!("could not run {line}: {error}"))?;
    if status.code() == Some(code) {
        Ok(())
    } else {
        Err(format!("`{line}` ended with {status} instead of {code}"))
    }
}

fn say(sandbox: &Sandbox, what: &str, git: &[&str]) {
    println!("\n# {what}\n$ git {}\n{}", git.join(" "), sandbox.git(git));
}

fn registry(sandbox: &Sandbox) {
    println!("\n# the registry now holds\n{}", sandbox.published_lines().join("\n"));
}
