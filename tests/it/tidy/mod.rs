//! Rules of the project that no compiler checks.
//!
//! Each rule is a function from a file's path and text to its offences, with a test that shows
//! that it can fail, and one test that holds it against every Rust file of the project.

mod direction;
mod homes;
mod source;

use crate::support::project_root;
use source::code_of;
use std::fs;
use std::path::Path;

/// No file is longer than this.
const MOST_LINES: usize = 400;

/// A rule: the offences of one file, each one line.
type Rule = fn(path: &str, text: &str) -> Vec<String>;

/// Holds a rule against every Rust file of the project.
#[track_caller]
fn check(rule: Rule) {
    let root = project_root();
    let mut files = Vec::new();
    for folder in ["src", "tests", "xtask", "test-workspaces"] {
        rust_files(&root, &root.join(folder), &mut files);
    }
    assert!(files.len() > 20, "the files were not found");
    let offences: Vec<_> = files.iter().flat_map(|(path, text)| rule(path, text)).collect();
    assert!(offences.is_empty(), "\n{}\n", offences.join("\n"));
}

/// All Rust files below a folder: path relative to the project, with `/`, and text.
pub(crate) fn rust_files(root: &Path, folder: &Path, files: &mut Vec<(String, String)>) {
    let mut entries: Vec<_> = fs::read_dir(folder)
        .unwrap_or_else(|error| panic!("{}: {error}", folder.display()))
        .map(|entry| entry.unwrap().path())
        .collect();
    entries.sort();
    for path in entries {
        if path.is_dir() && path.file_name().is_some_and(|name| name != "target") {
            rust_files(root, &path, files);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            let name = path.strip_prefix(root).unwrap().to_str().unwrap().replace('\\', "/");
            files.push((name, fs::read_to_string(&path).unwrap()));
        }
    }
}

/// Every line of code with its number from 1: comments and the contents of strings are blanked.
fn code_lines(text: &str) -> Vec<(usize, String)> {
    code_of(text).lines().enumerate().map(|(index, line)| (index + 1, line.to_owned())).collect()
}

fn too_long(path: &str, text: &str) -> Vec<String> {
    let lines = text.lines().count();
    if lines <= MOST_LINES {
        return Vec::new();
    }
    vec![format!("{path}: {lines} lines, more than {MOST_LINES}: look for the second idea in it")]
}

/// The plan is what happens without happening; no flag of that kind travels through the code.
fn pretends(path: &str, text: &str) -> Vec<String> {
    let word = concat!("dry", "_run");
    let lines = text.lines().enumerate().filter(|(_, line)| line.contains(word));
    lines.map(|(index, _)| format!("{path}:{}: `{word}`", index + 1)).collect()
}

#[test]
fn library_modules_use_only_what_stands_left_of_them() {
    check(direction::wrong_way);
}

#[test]
fn packages_are_named_only_in_their_homes() {
    check(homes::away_from_home);
}

#[test]
fn no_file_is_too_long() {
    check(too_long);
}

#[test]
fn nothing_pretends() {
    check(pretends);
}

#[test]
fn a_file_that_is_too_long_is_an_offence() {
    assert_eq!(too_long("src/a.rs", &"\n".repeat(400)), Vec::<String>::new());
    assert_eq!(
        too_long("src/a.rs", &"\n".repeat(401)),
        ["src/a.rs: 401 lines, more than 400: look for the second idea in it"]
    );
}

#[test]
fn a_flag_to_pretend_is_an_offence() {
    let text = format!("fn publish(\n    {}: bool,\n) {{}}\n", concat!("dry", "_run"));
    assert_eq!(pretends("src/a.rs", &text).len(), 1);
}
