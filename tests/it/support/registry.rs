//! The embedded registry as a process of its own, and its control interface.

use super::environment::Endpoint;
use super::http;
use serde_json::Value;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, ChildStdin, Command, Stdio};

/// The token the embedded registry takes.
pub(super) const TOKEN: &str = "sandbox-token";

/// How the embedded registry is started.
#[derive(Debug, Clone, Default)]
pub struct Settings {
    /// 0 takes a free one.
    pub port: u16,
    /// The index that it answers from for packages that it does not have.
    pub upstream: Option<String>,
    /// The token it takes, where that is another one than that of the sandbox.
    pub token: Option<String>,
    /// Whether it is no stand-in for crates-io, and takes what private registries take.
    pub is_private: bool,
    /// Whether it wants its token for reading, too.
    pub is_closed: bool,
    /// Whether it takes what private registries take, although it stands in for crates-io.
    pub takes_all: bool,
}

/// The workspace whose packages go to two registries, which are one under two names.
pub const TWO_REGISTRIES: &str = "two-registries";

impl Settings {
    /// What a test workspace needs.
    pub fn of(workspace: &str) -> Self {
        // crates.io takes no dependency on another registry, and has no dependents there.
        Self { takes_all: workspace == TWO_REGISTRIES, ..Self::default() }
    }
}

/// A running registry; it ends when this is dropped.
#[derive(Debug)]
pub struct Embedded {
    child: Child,
    /// The registry runs until this is closed.
    stdin: Option<ChildStdin>,
    endpoint: Endpoint,
    authority: String,
}

impl Embedded {
    /// Starts the program's own registry on the loopback interface.
    ///
    /// # Panics
    /// When it does not start, or does not say where it listens.
    pub fn start(program: &Path, settings: &Settings) -> Self {
        let Settings { port, upstream, token, is_private, is_closed, takes_all } = settings;
        let token = token.as_deref().unwrap_or(TOKEN);
        let mut child = Command::new(program)
            .args(["orchestrate", "registry", "--listen", &format!("127.0.0.1:{port}")])
            .args(["--control", "--token", token])
            .args((*is_private || *takes_all).then_some("--private"))
            .args(is_closed.then_some("--auth-required"))
            .args(upstream.iter().flat_map(|index| ["--upstream", index]))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap_or_else(|error| panic!("could not run {}: {error}", program.display()));
        let mut line = String::new();
        let mut stdout = BufReader::new(child.stdout.take().expect("stdout is piped"));
        stdout.read_line(&mut line).expect("the registry's stdout can be read");
        let said: Value = serde_json::from_str(&line)
            .unwrap_or_else(|_| panic!("the registry said `{line}` instead of where it listens"));
        let index = said["index"].as_str().expect("the registry names its index").to_owned();
        let authority = index
            .trim_start_matches("sparse+http://")
            .split('/')
            .next()
            .expect("a split has a first part")
            .to_owned();
        let stdin = child.stdin.take();
        let endpoint = Endpoint { index, token: token.to_owned(), is_crates_io: !is_private };
        Self { child, stdin, endpoint, authority }
    }

    /// Where it is, and the token it takes.
    pub fn endpoint(&self) -> &Endpoint {
        &self.endpoint
    }

    /// What it answers to a question of its web API.
    pub fn asked(&self, path: &str) -> Value {
        let answer = http::request("GET", &self.authority, path, None);
        serde_json::from_slice(&answer.body).unwrap_or_default()
    }

    /// Asks the control interface and returns its answer; null for an empty one.
    ///
    /// # Panics
    /// When the answer is not a success.
    #[track_caller]
    pub fn control(&self, method: &str, path: &str, body: Option<&Value>) -> Value {
        let body = body.map(Value::to_string);
        let path = format!("/_control/{path}");
        let answer = http::request(method, &self.authority, &path, body.as_deref());
        let text = String::from_utf8_lossy(&answer.body);
        assert!(answer.status < 300, "{method} {path} answered {}: {text}", answer.status);
        if text.is_empty() {
            return Value::Null;
        }
        serde_json::from_str(&text).unwrap_or_else(|_| panic!("{path} answered `{text}`"))
    }
}

impl Drop for Embedded {
    fn drop(&mut self) {
        drop(self.stdin.take());
        // Closing stdin ends it; killing makes sure of it.
        drop(self.child.kill());
        drop(self.child.wait());
    }
}
