//! The program under test: what is run, and how it ended.

use super::world::World;
use serde_json::Value;
use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{Read as _, Seek as _, SeekFrom};
use std::process::{Command, Stdio};
use std::sync::atomic::Ordering;
use std::sync::mpsc::{self, RecvTimeoutError};
use std::thread;
use std::time::{Duration, Instant};

/// Nobody waits longer for one run.
const LONGEST: Duration = Duration::from_mins(3);

/// A command line, and what else its process is told.
#[derive(Debug, Clone)]
pub struct Victim {
    pub arguments: Vec<String>,
    pub environment: Vec<(String, String)>,
}

impl Victim {
    fn of(arguments: &[&str]) -> Self {
        let arguments = arguments.iter().map(|word| (*word).to_owned()).collect();
        Self { arguments, environment: Vec::new() }
    }

    /// A release. What was verified is not the matter here, and compiling takes its time.
    pub fn publish() -> Self {
        Self::of(&["publish", "--yes", "--no-verify"])
    }

    pub fn rollback() -> Self {
        Self::of(&["yank-rollback", "--yes"])
    }

    pub fn undo() -> Self {
        Self::of(&["yank-rollback", "--undo", "--yes"])
    }

    #[must_use]
    pub fn and(mut self, arguments: &[&str]) -> Self {
        self.arguments.extend(arguments.iter().map(|word| (*word).to_owned()));
        self
    }

    #[must_use]
    pub fn told(mut self, name: &str, value: impl Into<String>) -> Self {
        self.environment.push((name.to_owned(), value.into()));
        self
    }

    pub(super) fn command(&self, world: &World) -> Command {
        let words: Vec<&str> = self.arguments.iter().map(String::as_str).collect();
        let mut command = world.sandbox.command(&words);
        command.args(["--message-format", "json"]);
        for (name, value) in &self.environment {
            command.env(name, value);
        }
        command
    }

    pub(super) fn run(&self, world: &World) -> Ran {
        // Files, not pipes: nobody has to read while the program works.
        let file = || tempfile::tempfile().expect("a temporary file can be made");
        let (out, err) = (file(), file());
        let share = |file: &File| Stdio::from(file.try_clone().expect("a file can be shared"));
        let start = Instant::now();
        let mut command = self.command(world);
        let mut child = command
            .stdout(share(&out))
            .stderr(share(&err))
            .spawn()
            .expect("the program can be run");
        world.scene.process.store(child.id(), Ordering::SeqCst);
        // For hooks, which are no threads of ours.
        fs::write(world.scene.root.join("process"), child.id().to_string())
            .expect("the world can be written");
        let (done, is_done) = mpsc::channel::<()>();
        let scene = world.scene.clone();
        let watch = thread::spawn(move || {
            let is_over = is_done.recv_timeout(LONGEST) == Err(RecvTimeoutError::Timeout);
            if is_over {
                scene.signal("-KILL");
            }
            is_over
        });
        let status = child.wait().expect("our own child can be waited for");
        world.scene.process.store(0, Ordering::SeqCst);
        drop(done);
        let hung = watch.join().expect("the watch only waits");
        Ran {
            code: status.code(),
            hung,
            stdout: text(out),
            stderr: text(err),
            seconds: start.elapsed().as_secs_f64(),
        }
    }
}

fn text(mut file: File) -> String {
    let mut bytes = Vec::new();
    let read = file.seek(SeekFrom::Start(0)).and_then(|_| file.read_to_end(&mut bytes));
    read.expect("our own file can be read");
    String::from_utf8_lossy(&bytes).into_owned()
}

/// How a run ended, and what it said.
#[derive(Debug, Clone)]
pub struct Ran {
    /// Nothing when a signal ended it.
    pub code: Option<i32>,
    /// Whether it had to be killed for not ending.
    pub hung: bool,
    pub stdout: String,
    pub stderr: String,
    pub seconds: f64,
}

impl Ran {
    /// # Panics
    /// When it ended otherwise.
    pub fn expect_code(&self, code: i32) {
        assert!(self.code == Some(code), "{:?}\n{}\n{}", self.code, self.stdout, self.stderr);
    }

    /// The JSON lines that are whole.
    pub fn lines(&self) -> Vec<Value> {
        self.stdout.lines().filter_map(|line| serde_json::from_str(line).ok()).collect()
    }

    /// The document of the run: what became of each package.
    pub fn document(&self) -> Option<Value> {
        let is_document =
            |line: &Value| line["reason"] == "release" || line["reason"] == "rollback";
        self.lines().into_iter().rfind(is_document)
    }

    /// The packages of the document: name and version, with their state.
    pub fn states(&self) -> BTreeMap<(String, String), String> {
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let document = self.document().unwrap_or_default();
        let packages = document["packages"].as_array().cloned().unwrap_or_default();
        let state = |it: &Value| ((text(&it["name"]), text(&it["version"])), text(&it["state"]));
        packages.iter().map(state).collect()
    }

    /// The same without the states.
    pub fn planned(&self) -> BTreeMap<String, String> {
        self.states().into_keys().collect()
    }
}

/// Whether a text is anywhere below a folder; the files that have it.
pub fn files_with(folder: &std::path::Path, wanted: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(next) = folders.pop() {
        for entry in fs::read_dir(&next).into_iter().flatten().filter_map(Result::ok) {
            let path = entry.path();
            let is_link = entry.file_type().is_ok_and(|kind| kind.is_symlink());
            if path.is_dir() && !is_link {
                folders.push(path);
            } else if fs::read(&path).is_ok_and(|bytes| holds(&bytes, wanted.as_bytes())) {
                found.push(path.to_string_lossy().into_owned());
            }
        }
    }
    found
}

fn holds(bytes: &[u8], wanted: &[u8]) -> bool {
    bytes.windows(wanted.len()).any(|window| window == wanted)
}
