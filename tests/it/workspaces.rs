//! Every folder of `test-workspaces/`, planned by the real binary.
//!
//! `SNAPSHOTS=overwrite` (what `cargo xtask bless` sets) writes the plans down as expected;
//! `WORKSPACES=chain,single` takes only these.

use crate::sandbox;
use crate::support::snapshot::differences;
use crate::support::{compact, project_root};
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::{env, fs, panic, thread};

#[test]
fn every_test_workspace_gives_the_expected_plan() {
    let queue = Mutex::new(workspaces());
    let failures = Mutex::new(Vec::new());
    let workers = thread::available_parallelism().map_or(2, usize::from);
    thread::scope(|scope| {
        for _ in 0..workers {
            scope.spawn(|| {
                while let Some(folder) = next(&queue) {
                    // The text of the panic is on stderr already.
                    let outcome = panic::catch_unwind(|| difference(&folder))
                        .unwrap_or_else(|_| Some("could not be planned, see above\n".to_owned()));
                    if let Some(text) = outcome {
                        let name = folder.file_name().unwrap_or_default().display();
                        failures.lock().unwrap().push(format!("{name}\n{text}"));
                    }
                }
            });
        }
    });
    let mut failures = failures.into_inner().unwrap();
    failures.sort();
    assert!(
        failures.is_empty(),
        "{} test workspaces differ; `cargo xtask bless` writes them down\n\n{}",
        failures.len(),
        failures.join("\n")
    );
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

fn next(queue: &Mutex<Vec<PathBuf>>) -> Option<PathBuf> {
    queue.lock().unwrap().pop()
}

/// The folders, last first.
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
    folders.reverse();
    folders
}

/// How the plan of a test workspace differs from the expected one; nothing when it does not, or
/// when the expectation was just written.
fn difference(folder: &Path) -> Option<String> {
    let name = folder.file_name().unwrap().to_str().unwrap();
    let sandbox = sandbox(name);
    let before = sandbox.git(&["status", "--porcelain"]);
    let output = sandbox.run(&["plan", "--message-format", "json"]);
    let is_plan = output.json().iter().any(|line| line["reason"] == "plan");
    let plan = if is_plan {
        compact(&output.object("plan"), output.code)
    } else {
        format!("no plan\nexit {}\n", output.code)
    };
    assert_eq!(sandbox.git(&["status", "--porcelain"]), before, "`plan` changed {name}");

    let expected = folder.join("expected/plan");
    if env::var_os("SNAPSHOTS").is_some_and(|value| value == "overwrite") {
        fs::create_dir_all(folder.join("expected")).unwrap();
        fs::write(expected, plan).unwrap();
        return None;
    }
    let wanted = fs::read_to_string(expected).unwrap_or_default();
    (wanted != plan)
        .then(|| format!("{}\n{}", differences(&wanted, &plan).join("\n"), output.stderr))
}
