//! What the tasks run, and where it listens.

use serde_json::Value;
use std::env;
use std::ffi::OsString;
use std::net::TcpListener;
use std::path::PathBuf;
use std::process::{Command, Stdio};

use crate::support::project_root;

/// The Cargo that runs this task.
pub(crate) fn cargo() -> Command {
    let mut command = Command::new(env::var_os("CARGO").unwrap_or_else(|| OsString::from("cargo")));
    command.current_dir(project_root());
    command
}

/// Builds `cargo-orchestrate` and returns where it is.
///
/// # Errors
/// When it does not build; the compiler has said why.
pub(crate) fn program() -> Result<PathBuf, String> {
    built(&[])
}

/// The same, made for speed.
///
/// # Errors
/// When it does not build; the compiler has said why.
pub(crate) fn release_program() -> Result<PathBuf, String> {
    built(&["--release"])
}

/// The same, with places where it can be told to end; kept apart from the others.
///
/// # Errors
/// When it does not build or cannot be kept.
pub(crate) fn failing_program() -> Result<PathBuf, String> {
    let built = built(&["--features", "fail-points"])?;
    let kept = built.with_file_name("failing");
    std::fs::create_dir_all(&kept)
        .and_then(|()| std::fs::copy(&built, kept.join("cargo-orchestrate")))
        .map_err(|error| format!("could not keep the program: {error}"))?;
    Ok(kept.join("cargo-orchestrate"))
}

fn built(more: &[&str]) -> Result<PathBuf, String> {
    let output = cargo()
        .args(["build", "--quiet", "--package", "cargo-orchestrate", "--bin", "cargo-orchestrate"])
        .args(more)
        .arg("--message-format=json-render-diagnostics")
        .stderr(Stdio::inherit())
        .output()
        .map_err(|error| format!("could not run cargo: {error}"))?;
    if !output.status.success() {
        return Err("the program does not build".to_owned());
    }
    String::from_utf8_lossy(&output.stdout)
        .lines()
        .filter_map(|line| serde_json::from_str::<Value>(line).ok())
        .filter(|message| message["target"]["name"] == "cargo-orchestrate")
        .find_map(|message| message["executable"].as_str().map(PathBuf::from))
        .ok_or_else(|| "cargo built no program".to_owned())
}

/// A port of the loopback interface that nothing listens on.
///
/// # Errors
/// When there is none.
pub(crate) fn free_port() -> Result<u16, String> {
    let listener = TcpListener::bind("127.0.0.1:0").map_err(|error| error.to_string())?;
    listener.local_addr().map(|address| address.port()).map_err(|error| error.to_string())
}
