//! A token that is known, in every place where credentials come from: it is in nothing that was
//! written, by us or by those we started, whoever says it back to us and however it ends.

use crate::sandbox;
use crate::support::{Output, Sandbox};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use serde_json::{Value, json};
use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::Command;

/// What a job on GitHub shows to get an ID token.
const GITHUB_BEARER: &str = "github-request-token";

/// Where the credential comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Source {
    Environment,
    File,
    Provider,
    TokenFromStdout,
    Job,
}

/// The chain in a world where everybody who gets to see a credential says it: its remote, its
/// registry, and, by what they write down, all programs that are started and a build script.
struct World {
    sandbox: Sandbox,
    source: Source,
    /// The files that hold the credential, or the means to get it, on purpose.
    given: Vec<PathBuf>,
    output: String,
}

impl World {
    fn new(source: Source) -> Self {
        let sandbox = sandbox("chain");
        let seen = sandbox.root().join("seen");
        let dump = format!("env >> '{0}'; echo \"$0 $*\" >> '{0}'", seen.display());
        for program in ["git", "cargo", "rustc", "editor"] {
            let real = real(program).map_or_else(String::new, |it| format!("exec {it} \"$@\""));
            script(&sandbox.root().join("programs").join(program), &format!("{dump}\n{real}"));
        }
        sandbox.write(
            "lib1/build.rs",
            "fn main() {\n    use std::io::Write;\n    let path = option_env!(\"SEEN\").unwrap();\n    \
             let mut file = std::fs::OpenOptions::new().append(true).open(path).unwrap();\n    \
             writeln!(file, \"build script\").unwrap();\n    \
             for (name, value) in std::env::vars_os() {\n        \
             writeln!(file, \"{name:?}={value:?}\").unwrap();\n    }\n}\n",
        );
        // To know for which machines this is, somebody asks the compiler.
        let flags = "[target.'cfg(unix)']\nrustflags = [\"--cfg\", \"canary\"]\n";
        sandbox.write(".cargo/config.toml", flags);
        sandbox.git(&["add", "lib1/build.rs", ".cargo"]);
        sandbox.git(&["commit", "--quiet", "--message", "build(lib1): look around"]);
        sandbox.git(&["push", "--quiet", "origin", "main"]);
        let mut world = Self { sandbox, source, given: Vec::new(), output: String::new() };
        world.plant();
        world
    }

    fn token(&self) -> &str {
        &self.sandbox.endpoint().token
    }

    fn plant(&mut self) {
        let (root, token) = (self.sandbox.root().to_owned(), self.token().to_owned());
        match self.source {
            Source::File => {
                let file = root.join("cargo-home/credentials.toml");
                fs::write(&file, format!("[registry]\ntoken = \"{token}\"\n")).unwrap();
                self.given.push(file);
            }
            Source::Provider => {
                let answer = format!(
                    "echo '{{\"v\":[1]}}'; read -r line; echo '{{\"Ok\":{{\"kind\":\"get\",\"token\":\
                     \"{token}\",\"cache\":\"never\",\"operation_independent\":true}}}}'"
                );
                script(&root.join("vault"), &answer);
                self.given.push(root.join("vault"));
            }
            Source::TokenFromStdout => {
                script(&root.join("vault"), &format!("echo '{token}'"));
                self.given.push(root.join("vault"));
            }
            Source::Environment | Source::Job => {}
        }
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let root = self.sandbox.root();
        let mut command = self.sandbox.command(arguments);
        let path = std::env::var("PATH").unwrap();
        command.env("PATH", format!("{}:{path}", root.join("programs").display()));
        command.env("SEEN", root.join("seen")).env_remove("CARGO");
        if self.source != Source::Environment {
            command.env_remove("CARGO_REGISTRY_TOKEN").env_remove("CARGO_REGISTRIES_LOCAL_TOKEN");
        }
        let provider = "CARGO_REGISTRY_CREDENTIAL_PROVIDER";
        match self.source {
            Source::Provider => {
                command.env(provider, root.join("vault"));
            }
            Source::TokenFromStdout => {
                let vault = root.join("vault").display().to_string();
                command.env(provider, format!("cargo:token-from-stdout {vault}"));
            }
            Source::Job => {
                let index = &self.sandbox.endpoint().index;
                let authority = index.trim_start_matches("sparse+http://");
                let authority = authority.split('/').next().unwrap();
                let url = format!("http://{authority}/_control/github/id-token?x=1");
                command.env("ACTIONS_ID_TOKEN_REQUEST_URL", url);
                command.env("ACTIONS_ID_TOKEN_REQUEST_TOKEN", GITHUB_BEARER);
            }
            Source::Environment | Source::File => {}
        }
        command
    }

    #[track_caller]
    fn run(&mut self, arguments: &[&str], code: i32) {
        let output = Output::of(&mut self.command(arguments)).exits(code);
        self.output += &output.to_string();
    }

    /// The registry refuses `package` with the credential in its words, in several forms.
    fn registry_echoes(&self, operation: &str, package: &str, code: u16) {
        let token = match self.source {
            Source::Job => GITHUB_BEARER,
            _ => self.token(),
        };
        let long = format!("user:{token}");
        let echo = [
            token.to_owned(),
            STANDARD_NO_PAD.encode(token),
            STANDARD_NO_PAD.encode(&long),
            token.replace('-', "%2D"),
        ];
        let body = json!({ "errors": [{ "detail": format!("no: {}", echo.join(" or ")) }] });
        // A token that was made for the job is made once more when it is not taken.
        let times = if self.source == Source::Job && code == 403 { 2 } else { 1 };
        let fault = json!({"kind": "status", "code": code, "body": body.to_string()});
        self.sandbox.fault(
            &json!({"operation": operation, "package": package, "times": times, "fault": fault}),
        );
    }

    /// Everything that must be nowhere.
    fn secrets(&self) -> Vec<String> {
        let mut secrets = vec![self.token().to_owned()];
        if self.source == Source::Job {
            let told = self.sandbox.registry().control("GET", "trusted", None);
            let tokens = told["tokens"].as_array().unwrap().iter().map(|it| &it["secret"]);
            let identities = told["identities"].as_array().unwrap().iter();
            let made = tokens.chain(identities).filter_map(Value::as_str);
            secrets.extend(made.map(str::to_owned));
            secrets.push(GITHUB_BEARER.to_owned());
            assert!(secrets.len() > 3, "a token was made: {told}");
        }
        let encoded = secrets.iter().flat_map(|secret| {
            (0..3_usize).map(move |before| {
                let whole = STANDARD_NO_PAD.encode([&b"???"[..before], secret.as_bytes()].concat());
                let end = (before + secret.len()) * 8 / 6;
                whole[(before * 8).div_ceil(6)..end].to_owned()
            })
        });
        let encoded: Vec<String> = encoded.collect();
        secrets.extend(encoded);
        secrets
    }

    /// Looks through everything that was written so far.
    #[track_caller]
    fn is_clean(&self) {
        let secrets = self.secrets();
        let check = |what: &str, text: &str| {
            for secret in &secrets {
                let Some(at) = text.find(secret.as_str()) else { continue };
                let before = text[..at].char_indices().rev().nth(200).map_or(0, |(at, _)| at);
                let after = text[at..].char_indices().nth(3600).map_or(text.len(), |it| at + it.0);
                panic!("{:?}: {what} holds `{secret}`: …{}…", self.source, &text[before..after]);
            }
        };
        check("the output", &self.output);
        for repository in [self.sandbox.remote(), self.sandbox.work().join(".git")] {
            let mut git = Command::new("git");
            git.arg("--git-dir").arg(&repository);
            git.args(["cat-file", "--batch-all-objects", "--batch", "--unordered"]);
            let objects = git.output().unwrap().stdout;
            assert!(!objects.is_empty());
            check(&repository.display().to_string(), &String::from_utf8_lossy(&objects));
        }
        let mut folders = vec![self.sandbox.root().to_owned()];
        while let Some(folder) = folders.pop() {
            for entry in fs::read_dir(folder).unwrap().flatten() {
                let path = entry.path();
                if path.is_symlink() || self.given.contains(&path) {
                    continue;
                }
                if path.is_dir() {
                    folders.push(path);
                } else if let Ok(bytes) = fs::read(&path) {
                    check(&path.display().to_string(), &String::from_utf8_lossy(&bytes));
                }
            }
        }
    }
}

fn script(path: &Path, text: &str) {
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, format!("#!/bin/sh\n{text}\n")).unwrap();
    fs::set_permissions(path, fs::Permissions::from_mode(0o755)).unwrap();
}

fn real(program: &str) -> Option<String> {
    let path = std::env::var_os("PATH").unwrap();
    let mut found = std::env::split_paths(&path).map(|folder| folder.join(program));
    found.find(|path| path.is_file()).map(|path| path.display().to_string())
}

fn follows_a_token(source: Source) {
    let mut world = World::new(source);
    world.run(&["plan", "--verbose", "-o", "../plan.json"], 0);
    world.registry_echoes("publish", "lib2", 403);
    world.registry_echoes("publish", "lib3", 429);
    world.run(&["publish", "--yes", "--verbose", "--max-wait", "0"], 100);
    world.is_clean();
    let json = &["publish", "--yes", "--message-format", "json", "--max-wait", "0"];
    world.run(json, 100);
    world.is_clean();
    world.sandbox.no_faults();
    world.run(json, 0);
    world.run(&["status"], 0);
    world.is_clean();
    if source != Source::Job {
        world.registry_echoes("yank", "lib3", 403);
        world.run(&["yank-rollback", "--yes"], 100);
        world.run(&["yank-rollback", "--yes"], 0);
        world.is_clean();
    }
    let seen = fs::read_to_string(world.sandbox.root().join("seen")).unwrap();
    for program in ["/git ", "/cargo ", "/rustc ", "build script"] {
        assert!(seen.contains(program), "{program} was never run");
    }
    assert!(world.output.contains("[redacted]"), "{}", world.output);
}

#[test]
fn a_token_of_the_environment_is_nowhere() {
    follows_a_token(Source::Environment);
}

#[test]
fn a_token_of_the_credentials_file_is_nowhere() {
    follows_a_token(Source::File);
}

#[test]
fn a_token_of_a_provider_is_nowhere() {
    follows_a_token(Source::Provider);
}

#[test]
fn a_token_that_a_program_prints_is_nowhere() {
    follows_a_token(Source::TokenFromStdout);
}

#[test]
fn a_token_that_was_made_for_the_job_is_nowhere() {
    follows_a_token(Source::Job);
}

#[test]
fn a_token_that_git_says_is_not_said_again() {
    let mut world = World::new(Source::Environment);
    let (token, remote) = (world.token().to_owned(), world.sandbox.remote());
    let hook = remote.join("hooks/update");
    script(&hook, &format!("echo 'your token is {token}, {token}' >&2; exit 1"));
    world.given.push(hook);
    world.run(&["publish", "--yes"], 97);
    world.run(&["publish", "--yes", "--message-format", "json"], 97);
    assert!(world.output.contains("[redacted]"), "{}", world.output);
    world.is_clean();
    // Somebody wrote it into a commit: there it stays, and nowhere else does it go.
    let message = format!("feat(lib4): token {token}");
    world.sandbox.git(&["commit", "--quiet", "--allow-empty", "--message", &message]);
    world.output.clear();
    world.run(&["plan", "--explain", "lib4", "--bump", "lib4=minor"], 0);
    let plan = &["plan", "--message-format", "json", "--bump", "lib4=minor"];
    world.run(plan, 0);
    assert!(!world.output.contains(&token), "{}", world.output);
}
