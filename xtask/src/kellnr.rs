//! The end-to-end run against kellnr, a registry server that people run in production.

use crate::arguments::Arguments;
use crate::build::{self, cargo, free_port};
use crate::real;
use crate::support::{Endpoint, Sandbox, copy, journey, project_root};
use std::collections::HashSet;
use std::env;
use std::fs;
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
    let data = TempDir::with_prefix("kellnr-").map_err(|error| error.to_string())?;
    let server = Server::start(&kellnr, free_port()?, data)?;
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

/// A clone of a real workspace that was released to kellnr once and changed since; whoever releases
/// it again does so to a copy of that registry.
#[derive(Debug)]
pub(crate) struct Template {
    kellnr: PathBuf,
    port: u16,
    /// What the server holds; it does not run.
    data: PathBuf,
    sandbox: Sandbox,
}

impl Template {
    /// # Errors
    /// When kellnr does not start.
    ///
    /// # Panics
    /// When the workspace cannot be released.
    pub(crate) fn new(
        kellnr: &Path,
        port: u16,
        program: &Path,
        workspace: &Path,
        shared: &Path,
        more: &[String],
    ) -> Result<Self, String> {
        let data = TempDir::with_prefix_in("kellnr-", shared).map_err(|error| error.to_string())?;
        let mut server = Server::start(kellnr, port, data)?;
        let mut sandbox = Sandbox::beside(program, server.endpoint.clone());
        sandbox.share(shared);
        real::released_and_changed(&mut sandbox, workspace, more);
        server.data.disable_cleanup(true);
        let data = server.data.path().to_owned();
        Ok(Self { kellnr: kellnr.to_owned(), port, data, sandbox })
    }

    /// Starts a server with a copy of what was released.
    ///
    /// # Errors
    /// When it does not start.
    pub(crate) fn server(&self) -> Result<Server, String> {
        let data = TempDir::with_prefix("kellnr-").map_err(|error| error.to_string())?;
        copy(&self.data, data.path());
        Server::start(&self.kellnr, self.port, data)
    }

    /// What to clone.
    pub(crate) fn repository(&self) -> PathBuf {
        self.sandbox.remote()
    }
}

/// A running kellnr; it ends when this is dropped.
#[derive(Debug)]
pub(crate) struct Server {
    child: Child,
    pub(crate) endpoint: Endpoint,
    data: TempDir,
}

impl Server {
    fn start(program: &Path, port: u16, data: TempDir) -> Result<Self, String> {
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
        let mut server = Self { child, endpoint, data };
        server.wait(port)?;
        Ok(server)
    }

    /// Removes the archives that its index does not know, as its administrator would, and says which.
    ///
    /// kellnr keeps an archive before it writes down that it has it, and ends a request whose
    /// client is gone in between: from then on it refuses that version and shows it to nobody.
    pub(crate) fn without_strays(&self, sandbox: &Sandbox) -> Vec<String> {
        let mut before = Vec::new();
        loop {
            let known = sandbox.published();
            let known: HashSet<_> =
                known.iter().map(|it| format!("{}-{}.crate", it.name, it.version)).collect();
            let folder = self.data.path().join("crates");
            let files = fs::read_dir(&folder).expect("kellnr has its archives there");
            let files = files.flatten().map(|file| file.file_name().to_string_lossy().into_owned());
            let mut strays: Vec<_> = files.filter(|name| !known.contains(name)).collect();
            strays.sort();
            // What is under way is soon known; what is not any more stays as it is.
            if strays == before {
                for name in &strays {
                    fs::remove_file(folder.join(name)).expect("the sandbox can be written");
                }
                return strays;
            }
            before = strays;
            thread::sleep(Duration::from_secs(1));
        }
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
