//! The end-to-end run against kellnr, a registry server that people run in production.

use crate::arguments::Arguments;
use crate::build::{self, cargo, free_port};
use crate::real;
use crate::support::{Endpoint, Sandbox, journey, project_root};
use std::env;
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::Duration;
use tempfile::TempDir;

/// The version this is tried with; later ones do not build with their lock file.
const VERSION: &str = "6.6.0";

/// What the server is told to accept as its administrator's token.
const TOKEN: &str = "abcdefghijklmnopqrstuvwxyzabcdef";

/// Installs kellnr if it is not there yet.
///
/// # Errors
/// When it does not build.
pub(crate) fn install_only(mut arguments: Arguments) -> Result<(), String> {
    let root = arguments.option("--root")?;
    arguments.end()?;
    println!("{}", installed(root)?.display());
    Ok(())
}

/// Starts kellnr and releases a test workspace to it, there and back.
///
/// # Errors
/// When kellnr does not build or start.
pub(crate) fn run(mut arguments: Arguments) -> Result<(), String> {
    let root = arguments.option("--root")?;
    let workspace: Option<PathBuf> = arguments.option("--workspace")?;
    arguments.end()?;
    let kellnr = match env::var_os("KELLNR") {
        Some(path) => PathBuf::from(path),
        None => installed(root)?,
    };
    let program = build::program()?;
    let server = Server::start(&kellnr)?;
    println!("kellnr {VERSION} serves {}", server.endpoint.index);
    let mut sandbox = Sandbox::beside(&program, server.endpoint.clone());
    if let Some(workspace) = workspace {
        real::there_and_back(&mut sandbox, &workspace);
        return Ok(());
    }
    sandbox.load("alternative-registry");
    journey::there_and_back(&sandbox, &mut |line| println!("  {line}"));
    println!("released to kellnr, taken back, and taken back again");
    Ok(())
}

/// The installed program, built when it is missing.
fn installed(root: Option<PathBuf>) -> Result<PathBuf, String> {
    let root = root.unwrap_or_else(|| project_root().join("target/tools"));
    let program = root.join("bin/kellnr");
    if program.is_file() {
        return Ok(program);
    }
    eprintln!("Building kellnr {VERSION}; this takes some minutes, once");
    let status = cargo()
        .args(["install", "kellnr", "--version", VERSION, "--locked", "--no-default-features"])
        .args(["--debug", "--root"])
        .arg(&root)
        .env("CARGO_PROFILE_DEV_DEBUG", "0")
        .env_remove("CARGO_TARGET_DIR")
        .status()
        .map_err(|error| format!("could not run cargo: {error}"))?;
    if status.success() { Ok(program) } else { Err("kellnr does not build".to_owned()) }
}

/// A running kellnr; it ends when this is dropped.
#[derive(Debug)]
struct Server {
    child: Child,
    endpoint: Endpoint,
    _data: TempDir,
}

impl Server {
    fn start(program: &Path) -> Result<Self, String> {
        let data = TempDir::with_prefix("kellnr-").map_err(|error| error.to_string())?;
        let port = free_port()?;
        let child = Command::new(program)
            .arg("start")
            .env_clear()
            .env("PATH", env::var_os("PATH").unwrap_or_default())
            .env("KELLNR_REGISTRY__DATA_DIR", data.path())
            .env("KELLNR_LOCAL__IP", "127.0.0.1")
            .env("KELLNR_LOCAL__PORT", port.to_string())
            .env("KELLNR_ORIGIN__HOSTNAME", "127.0.0.1")
            .env("KELLNR_ORIGIN__PORT", port.to_string())
            .env("KELLNR_ORIGIN__PROTOCOL", "http")
            .env("KELLNR_SETUP__ADMIN_TOKEN", TOKEN)
            .env("KELLNR_SETUP__ADMIN_PWD", "admin")
            .env("KELLNR_DOCS__ENABLED", "false")
            .env("KELLNR_PROXY__ENABLED", "false")
            .current_dir(data.path())
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .map_err(|error| format!("could not run {}: {error}", program.display()))?;
        let index = format!("sparse+http://127.0.0.1:{port}/api/v1/crates/");
        let endpoint = Endpoint { index, token: TOKEN.to_owned(), is_crates_io: false };
        let mut server = Self { child, endpoint, _data: data };
        server.wait(port)?;
        Ok(server)
    }

    /// Waits until it takes connections.
    fn wait(&mut self, port: u16) -> Result<(), String> {
        for _ in 0..300 {
            if TcpStream::connect(("127.0.0.1", port)).is_ok() {
                return Ok(());
            }
            if let Ok(Some(status)) = self.child.try_wait() {
                return Err(format!("kellnr ended with {status}"));
            }
            thread::sleep(Duration::from_millis(100));
        }
        Err("kellnr did not listen within 30 s".to_owned())
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}
