//! Throw-away checkouts of a repository.

use serde_json::Value;
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use tempfile::TempDir;
use toml_edit::DocumentMut;

/// A clone that shares the objects of the repository it comes from, and goes away with this.
pub(crate) struct Clone {
    /// Holds everything; never read, but it must live as long as the paths.
    folder: TempDir,
    /// Where the workspace lies in the repository.
    below: PathBuf,
    commit: String,
}

/// One commit of it, as files.
pub(crate) struct Checkout {
    pub(crate) workspace: PathBuf,
    /// Where each package's manifest is.
    pub(crate) manifests: BTreeMap<String, PathBuf>,
}

impl Clone {
    /// A clone of the repository around `path`, with `revision` checked out.
    pub(crate) fn at(path: &Path, revision: &str) -> Result<Self, String> {
        let prefix = read(git(path).args(["rev-parse", "--show-prefix"]))?;
        let top = read(git(path).args(["rev-parse", "--show-toplevel"]))?;
        let wanted = format!("{revision}^{{commit}}");
        let commit = read(git(path).args(["rev-parse", "--verify", &wanted]))?;
        let folder = TempDir::new().map_err(|error| error.to_string())?;
        let here = folder.path().join("head");
        let clone = ["clone", "--quiet", "--shared", "--no-checkout"];
        read(git(path).args(clone).arg(top).arg(&here))?;
        read(git(&here).args(["update-ref", "--no-deref", "HEAD", &commit]))?;
        check_out(&here, &commit)?;
        Ok(Self { folder, below: PathBuf::from(prefix), commit })
    }

    /// The commit that is planned.
    pub(crate) fn commit(&self) -> &str {
        &self.commit
    }

    fn here(&self) -> PathBuf {
        self.folder.path().join("head")
    }

    /// Where packages can be packed into.
    pub(crate) fn target(&self, name: &str) -> PathBuf {
        self.folder.path().join("target").join(name)
    }

    /// What is planned.
    pub(crate) fn head(&self) -> Result<Checkout, String> {
        Checkout::of(&self.here(), &self.below)
    }

    /// The commit behind a tag or any other revision.
    pub(crate) fn commit_of(&self, revision: &str) -> Result<String, String> {
        // A tag may have the name of a branch, so it is asked for as what it is first.
        let tag = format!("refs/tags/{revision}^{{commit}}");
        let here = self.here();
        read(git(&here).args(["rev-parse", "--verify", "--quiet", &tag])).or_else(|_| {
            read(git(&here).args(["rev-parse", "--verify", &format!("{revision}^{{commit}}")]))
        })
    }

    /// An earlier commit, in a worktree of its own.
    pub(crate) fn earlier(&self, commit: &str) -> Result<Checkout, String> {
        let folder = self.folder.path().join(commit);
        if !folder.exists() {
            let add = ["worktree", "add", "--quiet", "--detach", "--no-checkout"];
            read(git(&self.here()).args(add).arg(&folder).arg(commit))?;
            check_out(&folder, commit)?;
        }
        let below = if folder.join(&self.below).join("Cargo.toml").is_file() {
            self.below.clone()
        } else {
            PathBuf::new()
        };
        Checkout::of(&folder, &below)
    }

    /// The plan's last line of JSON, made by `program`.
    pub(crate) fn plan(&self, program: &Path, offline: bool) -> Result<Value, String> {
        let mut command = Command::new(program);
        command.current_dir(self.here().join(&self.below));
        command.args(["plan", "--no-push", "--message-format", "json"]);
        if offline {
            command.arg("--offline");
        }
        let output = run(&mut command)?;
        let text = String::from_utf8_lossy(&output.stdout);
        let documents = || text.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok());
        let last = |reason: &str| documents().rev().find(|document| document["reason"] == reason);
        last("plan").ok_or_else(|| {
            let why = last("error").and_then(|error| Some(error["text"].as_str()?.to_owned()));
            let why = why.unwrap_or_else(|| String::from_utf8_lossy(&output.stderr).into_owned());
            format!("`plan` gave no plan: {why}")
        })
    }
}

impl Checkout {
    fn of(repository: &Path, below: &Path) -> Result<Self, String> {
        let workspace = repository.join(below);
        let listed = read(git(repository).args(["ls-files", "Cargo.toml", "**/Cargo.toml"]))?;
        let mut manifests: BTreeMap<String, PathBuf> = BTreeMap::new();
        let mut paths: Vec<PathBuf> = listed.lines().map(|line| repository.join(line)).collect();
        // Of several packages with one name the outermost counts: others are copies for tests.
        paths.sort_by_key(|path| path.components().count());
        for path in paths {
            let Some(name) = name_in(&path) else { continue };
            manifests.entry(name).or_insert(path);
        }
        Ok(Self { workspace, manifests })
    }
}

fn name_in(manifest: &Path) -> Option<String> {
    let document: DocumentMut = fs::read_to_string(manifest).ok()?.parse().ok()?;
    Some(document.get("package")?.get("name")?.as_str()?.to_owned())
}

/// Fills an empty working tree; a file whose object the repository lacks, as in a partial copy,
/// stays away on both sides.
fn check_out(folder: &Path, commit: &str) -> Result<(), String> {
    read(git(folder).args(["read-tree", commit]))?;
    run(git(folder).args(["checkout-index", "--all", "--force", "--quiet"])).map(drop)
}

fn git(folder: &Path) -> Command {
    let mut command = Command::new("git");
    command.arg("-C").arg(folder).args(["-c", "core.autocrlf=false"]);
    command
}

fn read(command: &mut Command) -> Result<String, String> {
    let output = run(command)?;
    if !output.status.success() {
        let said = String::from_utf8_lossy(&output.stderr);
        return Err(format!("{command:?} failed\n{}", said.trim_end()));
    }
    Ok(String::from_utf8_lossy(&output.stdout).trim_end().to_owned())
}

fn run(command: &mut Command) -> Result<Output, String> {
    command.output().map_err(|error| format!("could not run {command:?}: {error}"))
}
