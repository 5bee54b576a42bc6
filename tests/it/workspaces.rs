//! Every folder of `test-workspaces/`, planned by the real binary.
//!
//! `SNAPSHOTS=overwrite` (what `cargo xtask bless` sets) writes the plans down as expected;
//! `WORKSPACES=chain,single` takes only these.

use crate::sandbox;
use crate::support::snapshot::differences;
use crate::support::{compact, parallel, project_root};
use std::path::{Path, PathBuf};
use std::{env, fs};

#[test]
fn every_test_workspace_gives_the_expected_plan() {
    let name = |folder: &PathBuf| folder.file_name().unwrap().to_string_lossy().into_owned();
    parallel::each(&workspaces(), name, |folder| compare(folder));
}

#[test]
fn every_test_workspace_says_in_three_lines_what_it_shows() {
    for folder in workspaces() {
        let readme = folder.join("README.md");
        let text = fs::read_to_string(&readme).unwrap_or_default();
        let lines = text.lines().filter(|line| !line.trim().is_empty()).count();
        assert!(lines == 3, "{} has {lines} lines", readme.display());
    }
}

/// The folders, in order.
fn workspaces() -> Vec<PathBuf> {
    let only = env::var("WORKSPACES").unwrap_or_default();
    let only: Vec<_> = only.split(',').filter(|name| !name.is_empty()).collect();
    let wanted = |path: &PathBuf| {
        only.is_empty() || only.iter().any(|name| path.file_name().is_some_and(|own| own == *name))
    };
    let mut folders: Vec<_> = fs::read_dir(project_root().join("test-workspaces"))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.is_dir())
        .filter(wanted)
        .collect();
    folders.sort();
    folders
}

/// Plans one and compares the plan with the expected one, or writes it down.
fn compare(folder: &Path) {
    let name = folder.file_name().unwrap().to_str().unwrap();
    let sandbox = sandbox(name);
    let before = sandbox.git(&["status", "--porcelain"]);
    let output = sandbox.run(&["plan", "--message-format", "json"]);
    let is_plan = output.json().iter().any(|line| line["reason"] == "plan");
    assert!(is_plan, "no plan\n{output}");
    let plan = compact(&output.object("plan"), output.code);
    assert_eq!(sandbox.git(&["status", "--porcelain"]), before, "`plan` changed something");

    let expected = folder.join("expected/plan");
    if env::var_os("SNAPSHOTS").is_some_and(|value| value == "overwrite") {
        fs::create_dir_all(folder.join("expected")).unwrap();
        fs::write(expected, plan).unwrap();
        return;
    }
    let wanted = fs::read_to_string(expected).unwrap_or_default();
    assert!(
        wanted == plan,
        "{}\n{}`cargo xtask bless` writes it down",
        differences(&wanted, &plan).join("\n"),
        output.stderr
    );
}
