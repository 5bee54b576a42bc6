//! Where commands are measured: a workspace, and the environment they see.

use super::synthetic::{self, Size, VERSIONS};
use crate::build;
use crate::loopback::Loopback;
use crate::support::{Environment, index};
use serde_json::json;
use std::collections::HashMap;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, SystemTime};

/// So old files have to be for what is read of them to be kept.
const YOUNG: Duration = Duration::from_secs(3);

/// A workspace to measure in, with a history and an index cache that are warm.
#[derive(Debug)]
pub(super) struct World {
    pub(super) name: String,
    pub(super) place: PathBuf,
    /// Of a synthetic workspace; a real one is used as it is set up on this machine.
    environment: Option<Environment>,
    /// The newest release in the history of HEAD.
    pub(super) last: String,
    /// What there is, as `1000 packages, 2003 commits, 3000 tags`.
    pub(super) extent: String,
    /// The number of packages of a synthetic workspace.
    pub(super) packages: Option<usize>,
}

impl World {
    /// A synthetic workspace below `folder`, released to an index on this machine.
    ///
    /// # Errors
    /// When it cannot be made.
    pub(super) fn synthetic(folder: &Path, size: Size, program: &Path) -> Result<Self, String> {
        let place = synthetic::workspace(folder, size)?;
        let index = Loopback::start()?;
        index.set(answers(&synthetic::names(size.packages)));
        let home = folder.join("home");
        let trouble = |error| format!("could not write {}: {error}", home.display());
        if home.exists() {
            fs::remove_dir_all(&home).map_err(trouble)?;
        }
        fs::create_dir_all(&home).map_err(trouble)?;
        let environment = Environment::new(&home, index.endpoint());
        let mut world = Self::at(&place, Some(environment))?;
        world.packages = Some(size.packages);
        world.warm(program)?;
        Ok(world)
    }

    /// A clone below `folder` of a real workspace, since some of what is measured writes. Packages
    /// are where its manifests say.
    ///
    /// # Errors
    /// When it cannot be cloned.
    pub(super) fn real(folder: &Path, path: &Path, program: &Path) -> Result<Self, String> {
        let path = path.canonicalize();
        let path = path.map_err(|error| format!("could not find the workspace: {error}"))?;
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let place = folder.join(name);
        if place.exists() {
            let trouble = |error| format!("could not remove {}: {error}", place.display());
            fs::remove_dir_all(&place).map_err(trouble)?;
        }
        let mut clone = Command::new("git");
        clone.args(["clone", "--quiet", "--local"]).arg(&path).arg(&place);
        said(&mut clone)?;
        let world = Self::at(&place, None)?;
        world.git(&["pack-refs", "--all"])?;
        world.git(&["config", "gc.auto", "0"])?;
        world.warm(program)?;
        Ok(world)
    }

    fn at(place: &Path, environment: Option<Environment>) -> Result<Self, String> {
        let name = place.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let empty = String::new();
        let mut world = Self {
            name,
            place: place.to_owned(),
            environment,
            last: empty.clone(),
            extent: empty,
            packages: None,
        };
        world.last = world.git(&["describe", "--tags", "--abbrev=0"])?;
        let commits = world.git(&["rev-list", "--count", "HEAD"])?;
        let tags = world.git(&["tag", "--list"])?.lines().count();
        let mut cargo = Command::new(cargo());
        world.apply(&mut cargo);
        cargo.args(["metadata", "--no-deps", "--format-version", "1"]);
        let metadata: serde_json::Value = serde_json::from_str(&said(&mut cargo)?)
            .map_err(|error| format!("could not read what Cargo says: {error}"))?;
        let packages = metadata["packages"].as_array().map_or(0, Vec::len);
        world.extent = format!("{packages} packages, {commits} commits, {tags} tags");
        Ok(world)
    }

    /// Gives a command the folder and the environment.
    pub(super) fn apply(&self, command: &mut Command) {
        if let Some(environment) = &self.environment {
            environment.apply(command);
        }
        command.current_dir(&self.place).env("CARGO", cargo());
    }

    /// Has the registry asked once, so that the answers are kept.
    fn warm(&self, program: &Path) -> Result<(), String> {
        self.settle()?;
        let mut plan = Command::new(program);
        self.apply(&mut plan);
        plan.args(["orchestrate", "plan", "--no-push"]);
        plan.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped());
        let output = plan.output().map_err(|error| format!("could not run the plan: {error}"))?;
        match output.status.code() {
            // A real workspace may have what a release of it would be refused for.
            Some(0 | 97) => Ok(()),
            _ => Err(format!("the plan failed\n{}", String::from_utf8_lossy(&output.stderr))),
        }
    }

    /// Lets the files look older than git's index, as they mostly are: git reads a file again that
    /// was written when the index was, since it may have changed since. Nor is anything kept of what
    /// rests on files that were written a moment ago.
    fn settle(&self) -> Result<(), String> {
        thread::sleep(YOUNG);
        let path = self.place.join(".git/index");
        let later = SystemTime::now() + Duration::from_secs(2);
        let index = File::options().append(true).open(&path);
        index
            .and_then(|index| index.set_modified(later))
            .map_err(|error| format!("could not touch {}: {error}", path.display()))
    }

    /// Undoes what a command did to tracked files.
    ///
    /// # Errors
    /// When git cannot.
    pub(super) fn restore(&self) -> Result<(), String> {
        self.git(&["reset", "--quiet", "--hard"]).map(drop)
    }

    fn git(&self, words: &[&str]) -> Result<String, String> {
        let mut git = Command::new("git");
        self.apply(&mut git);
        said(git.args(words))
    }
}

/// The Cargo that everything uses, not what chooses one each time.
pub(super) fn cargo() -> PathBuf {
    PathBuf::from(build::cargo().get_program())
}

fn said(command: &mut Command) -> Result<String, String> {
    let shown = format!("{command:?}");
    let output = command.output().map_err(|error| format!("could not run {shown}: {error}"))?;
    if !output.status.success() {
        return Err(format!("{shown} failed\n{}", String::from_utf8_lossy(&output.stderr)));
    }
    Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned())
}

/// An index in which all versions of these packages are published.
fn answers(names: &[String]) -> HashMap<String, String> {
    let config = json!({ "dl": "http://127.0.0.1:9/dl", "api": "http://127.0.0.1:9" });
    let mut answers = HashMap::from([("/index/config.json".to_owned(), config.to_string())]);
    for name in names {
        let lines = VERSIONS.map(|version| {
            let line = json!({
                "name": name, "vers": version, "deps": [], "features": {},
                "cksum": "0".repeat(64), "yanked": false,
            });
            format!("{line}\n")
        });
        answers.insert(format!("/index/{}", index::place(name)), lines.concat());
    }
    answers
}
