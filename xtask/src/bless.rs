//! Writes down what the program plans for every test workspace.

use crate::arguments::Arguments;
use crate::build::cargo;

/// Runs the test that enumerates the test workspaces, told to overwrite.
///
/// # Errors
/// When a workspace cannot be planned at all.
pub(crate) fn run(arguments: Arguments) -> Result<(), String> {
    arguments.end()?;
    overwrite("every_test_workspace_gives_the_expected_plan")?;
    println!("Read what `git diff test-workspaces` shows before committing it.");
    Ok(())
}

/// Runs one of the tests that compare files with what they should be, told to overwrite them.
///
/// # Errors
/// When the test fails all the same.
pub(crate) fn overwrite(test: &str) -> Result<(), String> {
    let status = cargo()
        .args(["test", "--package", "cargo-orchestrate", "--test", "it", test])
        .env("SNAPSHOTS", "overwrite")
        .status()
        .map_err(|error| format!("could not run cargo: {error}"))?;
    if status.success() { Ok(()) } else { Err("not everything was written down".to_owned()) }
}
