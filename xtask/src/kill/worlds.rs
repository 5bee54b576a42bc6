//! The worlds in which something is killed, one like the other.

use super::moment::{Moment, Whom};
use crate::arguments::Arguments;
use crate::build::{self, free_port};
use crate::kellnr::{Server, Template};
use crate::support::snapshot::snapshot;
use crate::support::{Output, Sandbox, Settings, downstream};
use std::fs;
use std::io::{BufRead, BufReader};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant};
use tempfile::TempDir;

/// So often a killed publish is resumed at most; once must do.
const MOST_RESUMES: usize = 3;

/// Where the worlds come from, one like the other.
pub(super) struct Worlds {
    program: PathBuf,
    /// A test workspace by name, or the path of a repository.
    workspace: String,
    settings: Settings,
    /// What is run first, undisturbed: nothing, or the publish that is to be taken back.
    before: Option<Vec<String>>,
    /// What is run and killed.
    victim: Vec<String>,
    /// Other people's packages are fetched and built once, here.
    shared: TempDir,
    /// The worlds with kellnr begin as copies of this one.
    template: Option<Template>,
    forgotten: Forgotten,
}

/// What is taken away before the victim is resumed.
#[derive(Clone, Copy, PartialEq)]
enum Forgotten {
    Nothing,
    Journal,
    /// The journal, and its mirror on the remote.
    Everything,
}

/// One of them.
pub(super) struct World {
    pub(super) sandbox: Sandbox,
    /// The registry, where it is not the embedded one.
    server: Option<Server>,
}

impl World {
    /// Puts in order what registry and remote themselves left half done when they or their client
    /// were killed, and says what that was.
    pub(super) fn mend(&self, whom: Whom) -> Vec<String> {
        let strays = self.server.as_ref().map(|server| server.without_strays(&self.sandbox));
        let strays = strays.unwrap_or_default().into_iter();
        let strays =
            strays.map(|name| format!("the registry had kept, and shown to nobody: {name}"));
        let mut mended: Vec<String> = strays.collect();
        // What takes a push on a remote of this machine is of the family, and its locks outlive it.
        if whom == Whom::Family {
            unlock(&self.sandbox.remote(), &mut mended);
            let site = self.sandbox.root().join("site");
            if site.is_dir() {
                unlock(&site, &mut mended);
            }
        }
        mended
    }
}

/// Removes the locks in a git folder in which no process works.
fn unlock(folder: &Path, mended: &mut Vec<String>) {
    for entry in fs::read_dir(folder).expect("the remote can be read").flatten() {
        let path = entry.path();
        if path.is_dir() {
            unlock(&path, mended);
        } else if path.extension().is_some_and(|end| end == "lock") {
            fs::remove_file(&path).expect("the sandbox can be written");
            mended.push(format!("the remote's git had left a lock: {}", path.display()));
        }
    }
}

impl Worlds {
    pub(super) fn new(arguments: &mut Arguments) -> Result<Self, String> {
        let words = |command: &str| {
            [command, "--yes", "--message-format", "json"].map(str::to_owned).to_vec()
        };
        let mut publish = words("publish");
        let more = arguments.rest();
        publish.extend(more.iter().cloned());
        let (before, victim) = if arguments.flag("--rollback") {
            (Some(publish), words("yank-rollback"))
        } else {
            (None, publish)
        };
        let forgotten =
            match (arguments.flag("--forget-mirror"), arguments.flag("--forget-journal")) {
                (true, _) => Forgotten::Everything,
                (false, true) => Forgotten::Journal,
                (false, false) => Forgotten::Nothing,
            };
        let kellnr: Option<PathBuf> = arguments.option("--kellnr")?;
        let program = arguments.option("--program")?.map_or_else(build::program, Ok)?;
        let workspace = arguments.option("--workspace")?.unwrap_or_else(|| "chain".to_owned());
        let upstream = arguments.option("--upstream")?;
        // Always the same one: to Cargo a package from another port is another package.
        let settings = Settings { port: free_port()?, upstream, ..Settings::default() };
        let shared = TempDir::with_prefix("kill-").map_err(|error| error.to_string())?;
        let template = kellnr.map(|kellnr| {
            let workspace = Path::new(&workspace);
            Template::new(&kellnr, settings.port, &program, workspace, shared.path(), &more)
        });
        let template = template.transpose()?;
        Ok(Self { program, workspace, settings, before, victim, shared, template, forgotten })
    }

    pub(super) fn victim(&self) -> &str {
        &self.victim[0]
    }

    pub(super) fn workspace(&self) -> &str {
        &self.workspace
    }

    pub(super) fn fresh(&self) -> Result<World, String> {
        let world = match &self.template {
            Some(template) => {
                let server = template.server()?;
                let mut sandbox = Sandbox::beside(&self.program, server.endpoint.clone());
                sandbox.share(self.shared.path());
                sandbox.load_clone(&template.repository());
                World { sandbox, server: Some(server) }
            }
            None => World { sandbox: self.embedded(), server: None },
        };
        if let Some(before) = &self.before {
            output(before, &world.sandbox).exits(0);
        }
        Ok(world)
    }

    fn embedded(&self) -> Sandbox {
        let mut sandbox = Sandbox::with(&self.program, &self.settings);
        if self.is_clone() {
            sandbox.share(self.shared.path());
            sandbox.load_clone(Path::new(&self.workspace));
        } else {
            sandbox.load(&self.workspace);
            if self.before.is_some() && self.workspace == "chain" {
                downstream::of_chain(&sandbox);
            }
        }
        sandbox
    }

    fn is_clone(&self) -> bool {
        Path::new(&self.workspace).is_dir()
    }

    /// A run that nobody kills.
    pub(super) fn undisturbed(&self) -> Result<Calm, String> {
        if self.is_clone() && self.before.is_none() {
            // Builds what all of them share.
            output(&self.victim, &self.fresh()?.sandbox).exits(0);
        }
        let World { sandbox, server: _server } = self.fresh()?;
        let start = Instant::now();
        let lines = output(&self.victim, &sandbox).exits(0).stdout.lines().count();
        Ok(Calm { took: start.elapsed(), lines, left: snapshot(&sandbox) })
    }

    /// Takes away what is to be forgotten, and says what of the run there was.
    pub(super) fn forget(&self, world: &World) -> String {
        let sandbox = &world.sandbox;
        let journal = sandbox.work().join(sandbox.git(&["rev-parse", "--git-common-dir"]));
        let journal = journal.join("orchestrate");
        let mirrors = ["for-each-ref", "--format=%(refname)", "refs/orchestrate/release"];
        let mirrors = sandbox.remote_git(&mirrors);
        let mut there = Vec::new();
        let releases = fs::read_dir(journal.join("releases")).into_iter().flatten();
        if releases.flatten().any(|run| run.path().is_dir()) {
            there.push("journal");
        }
        if !mirrors.is_empty() {
            there.push("mirror");
        }
        if self.forgotten != Forgotten::Nothing && journal.is_dir() {
            fs::remove_dir_all(&journal).expect("the sandbox can be written");
        }
        if self.forgotten == Forgotten::Everything {
            for mirror in mirrors.lines() {
                sandbox.remote_git(&["update-ref", "-d", mirror]);
            }
        }
        if there.is_empty() { "nothing".to_owned() } else { there.join(", ") }
    }

    /// Starts the victim, kills it, and says what it had told last.
    pub(super) fn killed(&self, world: &World, moment: Moment, whom: Whom) -> String {
        let mut child = command(&self.victim, &world.sandbox)
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .process_group(0)
            .spawn()
            .expect("the program was run before");
        let stdout = BufReader::new(child.stdout.take().expect("stdout is piped"));
        let (teller, lines) = mpsc::channel();
        // Reads all the time, so that the program never waits for us.
        thread::spawn(move || {
            let lines = stdout.lines().map_while(Result::ok);
            lines.for_each(|line| drop(teller.send(line)));
        });
        let mut told = Vec::new();
        match moment {
            Moment::After(time) => thread::sleep(time),
            Moment::Line(count, then) => {
                told.extend(lines.iter().take(count));
                thread::sleep(then);
            }
        }
        match whom {
            Whom::Program => drop(child.kill()),
            Whom::Family => {
                let group = format!("-{}", child.id());
                drop(Command::new("kill").args(["-9", "--", &group]).status());
            }
        }
        drop(child.wait());
        told.extend(lines);
        last_told(&told)
    }

    /// Runs the victim until it is done; how often that took, or nothing when it never was.
    pub(super) fn resume(&self, world: &World) -> Option<usize> {
        (1..=MOST_RESUMES).find(|_| {
            let output = output(&self.victim, &world.sandbox);
            let is_edited = output.stdout.contains("\"dirty-tree\"");
            if self.forgotten != Forgotten::Nothing && output.code == 97 && is_edited {
                // Without its journal nobody knows whose edits these are; this is what the hint says.
                world.sandbox.git(&["stash", "--quiet", "--include-untracked"]);
            } else if output.code != 0 {
                println!("{output}");
            }
            output.code == 0
        })
    }
}

fn command(words: &[String], sandbox: &Sandbox) -> Command {
    let words: Vec<_> = words.iter().map(String::as_str).collect();
    sandbox.command(&words)
}

fn output(words: &[String], sandbox: &Sandbox) -> Output {
    Output::of(&mut command(words, sandbox))
}

/// What an undisturbed run did.
pub(super) struct Calm {
    pub(super) took: Duration,
    /// The JSON lines that it told.
    pub(super) lines: usize,
    /// The world it left.
    pub(super) left: String,
}

/// The last whole JSON line in short: its reason, and step where it has one.
fn last_told(lines: &[String]) -> String {
    let last = lines.iter().rev().find_map(|line| {
        let value: serde_json::Value = serde_json::from_str(line).ok()?;
        let reason = value["reason"].as_str()?.to_owned();
        Some(match value["step"].as_str() {
            Some(step) => format!("{reason} {step}"),
            None => reason,
        })
    });
    last.unwrap_or_else(|| "-".to_owned())
}
