//! Writes down what the program plans for every test workspace.

use crate::arguments::Arguments;
use crate::build::cargo;

/// Runs the test that enumerates the test workspaces, told to overwrite.
///
/// # Errors
/// When a workspace cannot be planned at all.
pub(crate) fn run(arguments: Arguments) -> Result<(), String> {
    arguments.end()?;
    let status = cargo()
        .args(["test", "--package", "cargo-orchestrate", "--test", "it"])
        .arg("every_test_workspace_gives_the_expected_plan")
        .env("SNAPSHOTS", "overwrite")
        .status()
        .map_err(|error| format!("could not run cargo: {error}"))?;
    if !status.success() {
        return Err("not everything was written down".to_owned());
    }
    println!("Read what `git diff test-workspaces` shows before committing it.");
    Ok(())
}
