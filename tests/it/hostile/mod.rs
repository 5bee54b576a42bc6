//! Repositories that mean harm: in the names of their refs, their configuration, their files and
//! their words.

mod names;
mod configuration;
mod files;
mod limits;
mod words;

use crate::support::Sandbox;
use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

const PUBLISH: &[&str] = &["publish", "--yes"];

/// The files below a folder that only an attack makes.
fn made(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap().flatten() {
        let path = entry.path();
        // A tag of that name is a file below `refs`.
        let is_there = entry.file_name() == "attacked";
        if is_there {
            found.push(path);
        } else if entry.file_type().unwrap().is_dir() {
            found.extend(made(&path));
        }
    }
    found
}

#[track_caller]
fn nothing_is_attacked(sandbox: &Sandbox) {
    assert_eq!(made(sandbox.root()), Vec::<PathBuf>::new());
}

/// Commits what is in the tree and pushes it.
fn commit(sandbox: &Sandbox, message: &str) {
    sandbox.git(&["add", "--all"]);
    sandbox.git(&["commit", "--quiet", "--message", message]);
    sandbox.git(&["push", "--quiet", "origin", "HEAD"]);
}

/// A shell script that can be run.
fn script(path: &Path, text: &str) {
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, format!("#!/bin/sh\n{text}\n")).unwrap();
    fs::set_permissions(path, fs::Permissions::from_mode(0o755)).unwrap();
}
