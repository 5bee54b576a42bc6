//! The world as a fault sees it from inside a request: what it may change behind the program's back.

use super::super::http;
use super::super::registry::TOKEN;
use super::message::Message;
use super::proxy::held;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fs;
use std::io::{BufReader, Write as _};
use std::net::TcpStream;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, OnceLock};

/// An environment: names and values.
type Variables = Vec<(OsString, OsString)>;

/// The places of a world, and the process that is at work in it.
#[derive(Debug, Clone)]
pub struct Scene {
    /// The folder of everything.
    pub root: PathBuf,
    /// The workspace.
    pub work: PathBuf,
    /// The bare repository.
    pub remote: PathBuf,
    /// `host:port` of the registry behind the proxy.
    pub registry: String,
    /// The process under test; 0 when none is.
    pub process: Arc<AtomicU32>,
    /// The program and its environment, for rivals.
    program: Arc<OnceLock<(OsString, Variables)>>,
    rivals: Arc<Mutex<Vec<Child>>>,
}

impl Scene {
    pub fn new(root: &Path, registry: &str) -> Self {
        Self {
            root: root.to_owned(),
            work: root.join("greetings"),
            remote: root.join("remote.git"),
            registry: registry.to_owned(),
            process: Arc::default(),
            program: Arc::default(),
            rivals: Arc::default(),
        }
    }

    /// Says what rivals run: the program of this command, in its environment.
    pub fn know(&self, command: &Command) {
        let set = command.get_envs().filter_map(|(name, value)| Some((name.into(), value?.into())));
        drop(self.program.set((command.get_program().to_owned(), set.collect())));
    }

    /// Starts a release in a folder and does not wait for it.
    pub fn rival(&self, folder: &Path) {
        let (program, environment) = self.program.get().expect("the world knows its program");
        let rival = Command::new(program)
            .env_clear()
            .envs(environment.iter().map(|(name, value)| (name, value)))
            .current_dir(folder)
            .args(["orchestrate", "publish", "--yes", "--no-verify"])
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("the program can be run");
        held(&self.rivals).push(rival);
    }

    /// Waits until the rivals have ended.
    pub fn wait_for_rivals(&self) {
        for mut rival in held(&self.rivals).drain(..) {
            rival.wait().expect("our own child can be waited for");
        }
    }

    /// Yanks a version, as an owner does by hand.
    pub fn yank(&self, name: &str, version: &str) {
        let path = format!("/api/v1/crates/{name}/{version}/yank");
        let headers =
            [("authorization", TOKEN), ("user-agent", "somebody"), ("connection", "close")];
        let mut request = Message::response(0, &headers, "");
        request.first = format!("DELETE {path} HTTP/1.1");
        request.set("host", &self.registry);
        let mut stream = TcpStream::connect(&self.registry).expect("the registry listens");
        stream.write_all(&request.bytes()).expect("the registry reads");
        let response = Message::read_response(&mut BufReader::new(stream));
        assert_eq!(response.expect("the registry answers").status(), 200);
    }

    /// Git in a folder, as somebody else who works here; what it said, trimmed, and nothing where
    /// the folder is away.
    pub fn git(&self, folder: &Path, arguments: &[&str]) -> String {
        self.git_raw(folder, arguments).trim().to_owned()
    }

    /// The same, not trimmed.
    pub fn git_raw(&self, folder: &Path, arguments: &[&str]) -> String {
        if !folder.is_dir() {
            return String::new();
        }
        let output = Command::new("git")
            .env_clear()
            .env("PATH", std::env::var_os("PATH").unwrap_or_default())
            .env("HOME", self.root.join("home"))
            .env("GIT_CONFIG_NOSYSTEM", "1")
            .current_dir(folder)
            .args(arguments)
            .stdin(Stdio::null())
            .output()
            .expect("git can be run");
        String::from_utf8_lossy(&output.stdout).into_owned()
    }

    /// The refs of a repository: name and object.
    pub fn refs(&self, folder: &Path) -> BTreeMap<String, String> {
        let text = self.git(folder, &["for-each-ref", "--format=%(refname) %(objectname)"]);
        let pair = |line: &str| line.split_once(' ').map(|(a, b)| (a.to_owned(), b.to_owned()));
        text.lines().filter_map(pair).collect()
    }

    /// Sends a signal to the process under test.
    pub fn signal(&self, name: &str) {
        let process = self.process.load(Ordering::SeqCst);
        if process != 0 {
            let status = Command::new("kill").args([name, &process.to_string()]).status();
            status.expect("`kill` is installed");
        }
    }

    /// Orders the registry about; its answer.
    pub fn control(&self, method: &str, path: &str, body: Option<&Value>) -> Value {
        let body = body.map(Value::to_string);
        let answer =
            http::request(method, &self.registry, &format!("/_control/{path}"), body.as_deref());
        serde_json::from_slice(&answer.body).unwrap_or_default()
    }

    /// A stranger publishes this version, with bytes of his own.
    pub fn publish_foreign(&self, name: &str, version: &str) {
        let foreign = json!({"name": name, "version": version, "seed": "stranger"});
        self.control("POST", "publish-foreign", Some(&foreign));
    }

    /// Somebody else pushes a commit to the branch.
    pub fn push_from_elsewhere(&self) {
        let other = self.root.join("other");
        let there = other.to_string_lossy();
        if !other.is_dir() {
            self.git(&self.root, &["clone", "--quiet", &self.remote.to_string_lossy(), &there]);
        }
        self.git(&other, &["pull", "--quiet"]);
        self.git(&other, &["commit", "--quiet", "--allow-empty", "--message", "chore: mine"]);
        self.git(&other, &["push", "--quiet"]);
    }

    /// The remote runs this for every push from now on; nothing takes the hook away.
    pub fn hook(&self, name: &str, script: Option<&str>) {
        let path = self.remote.join("hooks").join(name);
        fs::create_dir_all(self.remote.join("hooks")).expect("the world can be written");
        match script {
            None => drop(fs::remove_file(path)),
            Some(script) => {
                fs::write(&path, format!("#!/bin/sh\n{script}\n"))
                    .expect("the world can be written");
                fs::set_permissions(path, fs::Permissions::from_mode(0o755))
                    .expect("our own file has permissions");
            }
        }
    }

    /// The remote is not there, or is there again.
    pub fn hide_remote(&self, hidden: bool) {
        let elsewhere = self.root.join("remote.away");
        let (from, to) =
            if hidden { (&self.remote, &elsewhere) } else { (&elsewhere, &self.remote) };
        if from.is_dir() {
            fs::rename(from, to).expect("the world can be written");
        }
    }

    /// The folders of the runs in the journal, oldest first.
    pub fn runs(&self) -> Vec<PathBuf> {
        runs_of(&self.work)
    }

    /// The text of all logs of the journal, and of a rival's on another machine.
    pub fn journal(&self) -> String {
        let read = |run: PathBuf| fs::read(run.join("wal")).unwrap_or_default();
        let runs = [&self.work, &self.root.join("rival")].map(|clone| runs_of(clone));
        let logs = runs.into_iter().flatten().map(read);
        logs.map(|log| String::from_utf8_lossy(&log).into_owned()).collect()
    }

    /// Whether the journal says of a run beside the `known` ones that it is done.
    pub fn is_over(&self, known: &[PathBuf]) -> bool {
        self.runs().iter().filter(|run| !known.contains(run)).any(|run| {
            let log = fs::read_to_string(run.join("wal")).unwrap_or_default();
            log.lines().last().is_some_and(|line| line.contains("\"event\":\"ended\""))
        })
    }

    /// Whether the journal says that this was begun.
    pub fn has_intent(&self, step: &str) -> bool {
        let wanted = format!("\"event\":\"started\",\"step\":\"{step}\"");
        self.journal().lines().any(|line| line.contains(&wanted))
    }
}

/// The folders of the runs that a clone remembers, oldest first.
fn runs_of(clone: &Path) -> Vec<PathBuf> {
    let folder = clone.join(".git/orchestrate/releases");
    let entries = fs::read_dir(folder).into_iter().flatten().filter_map(Result::ok);
    let mut runs: Vec<_> = entries.map(|entry| entry.path()).collect();
    runs.sort();
    runs
}
