//! Ways to disturb a run.

use super::sandbox::Sandbox;
use serde_json::Value;
use std::io::{BufRead, BufReader};
use std::process::Stdio;

impl Sandbox {
    /// Runs `cargo orchestrate` and kills it, beyond any clean-up, when it prints a JSON line with
    /// this reason and step; whether it came that far.
    pub fn run_until(&self, arguments: &[&str], reason: &str, step: &str) -> bool {
        let mut command = self.command(arguments);
        let mut child = command
            .args(["--message-format", "json"])
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("the program can be run");
        let stdout = BufReader::new(child.stdout.take().expect("stdout is piped"));
        let reached = stdout.lines().map_while(Result::ok).any(|line| {
            let value: Value = serde_json::from_str(&line).unwrap_or_default();
            value["reason"] == reason && value["step"] == step
        });
        child.kill().expect("our own child can be killed");
        child.wait().expect("our own child can be waited for");
        reached
    }

    /// Tells the registry to fail; see the embedded registry's rules.
    #[track_caller]
    pub fn fault(&self, rule: &Value) {
        self.registry().control("POST", "faults", Some(rule));
    }

    /// Tells the registry to behave again.
    pub fn no_faults(&self) {
        self.registry().control("DELETE", "faults", None);
    }

    /// Tells the registry how many uploads it takes, as
    /// `{"updates": {"at-once": 2, "then-every-ms": 1000}}`.
    #[track_caller]
    pub fn limit(&self, terms: &Value) {
        self.registry().control("POST", "limits", Some(terms));
    }

    /// Makes the remote refuse every push.
    pub fn refuse_pushes(&self) {
        let hook = self.remote().join("hooks/pre-receive");
        std::fs::create_dir_all(self.remote().join("hooks")).expect("the sandbox can be written");
        std::fs::write(&hook, "#!/bin/sh\necho 'main is protected' >&2\nexit 1\n")
            .expect("the sandbox can be written");
        self.named("chmod").expect(&["+x", &hook.to_string_lossy()]);
    }
}
