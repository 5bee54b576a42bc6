//! A throw-away world: a workspace in a git repository, a bare remote, a registry.

use super::environment::{Endpoint, Environment};
use super::history;
use super::index::{IndexEntry, index_entries};
use super::program::{Output, Program};
use super::registry::{Embedded, Settings};
use serde_json::Value;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use tempfile::TempDir;

/// The folder that holds `test-workspaces/`.
pub fn project_root() -> PathBuf {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.ancestors()
        .find(|folder| folder.join("test-workspaces").is_dir())
        .expect("the manifest lies inside the project")
        .to_owned()
}

/// A throw-away world; all of it is gone when this is dropped.
#[derive(Debug)]
pub struct Sandbox {
    // Dropped before the folder that it may still write to.
    registry: Option<Embedded>,
    endpoint: Endpoint,
    environment: Environment,
    program: PathBuf,
    work: PathBuf,
    folder: TempDir,
}

impl Sandbox {
    /// A world with an embedded registry and an empty folder for the workspace.
    pub fn empty(program: &Path) -> Self {
        Self::with(program, &Settings::default())
    }

    /// The same with a registry that is started differently.
    pub fn with(program: &Path, settings: &Settings) -> Self {
        Self::around(program, Embedded::start(program, settings))
    }

    /// A world with this registry.
    pub fn around(program: &Path, registry: Embedded) -> Self {
        let endpoint = registry.endpoint().clone();
        Self { registry: Some(registry), ..Self::beside(program, endpoint) }
    }

    /// A world whose registry somebody else runs, with an empty folder for the workspace.
    pub fn beside(program: &Path, endpoint: Endpoint) -> Self {
        let folder = TempDir::with_prefix("orchestrate-").expect("a temporary folder can be made");
        let root = folder.path().canonicalize().expect("a fresh folder has a path");
        let environment = Environment::new(&root, endpoint.clone());
        let work = root.join("greetings");
        fs::create_dir(&work).expect("a fresh folder takes a folder");
        Self { registry: None, endpoint, environment, program: program.to_owned(), work, folder }
    }

    /// A world with this test workspace, its whole history played.
    ///
    /// # Panics
    /// When the workspace does not exist or its history cannot be played.
    pub fn of(program: &Path, workspace: &str) -> Self {
        let mut sandbox = Self::with(program, &Settings::of(workspace));
        sandbox.load(workspace);
        sandbox
    }

    /// Copies a test workspace here and plays its history.
    pub fn load(&mut self, workspace: &str) {
        let source = project_root().join("test-workspaces").join(workspace);
        copy(&source.join("in"), &self.work);
        let text = fs::read_to_string(source.join("history"))
            .unwrap_or_else(|error| panic!("{}/history: {error}", source.display()));
        let history = history::parse(&text)
            .unwrap_or_else(|wrong| panic!("{}/history: {wrong}", source.display()));
        super::play::begin(self);
        super::play::play(self, &history);
        super::play::push(self);
    }

    /// Makes the repository of the files that are here, and pushes it.
    pub fn start(&self) {
        super::play::begin(self);
        super::play::push(self);
    }

    /// Another program with these arguments in the workspace, ready for more settings.
    pub fn other(&self, program: &Path, arguments: &[&str]) -> Command {
        self.named(program).command(arguments)
    }

    /// Clones a repository here, with a bare remote of its own.
    pub fn load_clone(&mut self, repository: &Path) {
        let from = repository.to_str().expect("the path of a repository is text");
        let (work, remote) = (self.work.clone(), self.remote());
        let to =
            |path: &Path| path.to_str().expect("temporary folders have plain names").to_owned();
        self.git(&["clone", "--quiet", "--bare", from, &to(&remote)]);
        self.git(&["clone", "--quiet", &to(&remote), &to(&work)]);
    }

    /// Gives the workspace's folder another name.
    pub fn rename(&mut self, name: &str) {
        let work = self.root().join(name);
        fs::rename(&self.work, &work).expect("the sandbox can be written");
        self.work = work;
    }

    /// The workspace's folder, which is the repository's.
    pub fn work(&self) -> &Path {
        &self.work
    }

    /// The folder that everything lies in.
    pub fn root(&self) -> &Path {
        self.work.parent().expect("the workspace lies in the sandbox")
    }

    /// The bare repository that `origin` names.
    pub fn remote(&self) -> PathBuf {
        self.root().join("remote.git")
    }

    /// Builds, and keeps what Cargo downloads, below this folder from now on.
    pub fn share(&mut self, folder: &Path) {
        self.environment.share(folder);
    }

    /// Lets the programs inside reach the registry here from now on, through whatever stands there.
    pub fn reach(&mut self, endpoint: Endpoint) {
        self.environment.reach(endpoint);
    }

    pub fn endpoint(&self) -> &Endpoint {
        &self.endpoint
    }

    /// The embedded registry.
    pub fn registry(&self) -> &Embedded {
        self.registry.as_ref().expect("this sandbox has a registry of its own")
    }

    /// The same, where the registry is not somebody else's.
    pub fn embedded(&self) -> Option<&Embedded> {
        self.registry.as_ref()
    }

    pub(super) fn named(&self, path: impl Into<PathBuf>) -> Program<'_> {
        Program { path: path.into(), directory: &self.work, environment: &self.environment }
    }

    /// `cargo orchestrate` with these arguments, ready for more settings.
    pub fn command(&self, arguments: &[&str]) -> Command {
        let arguments: Vec<_> =
            std::iter::once("orchestrate").chain(arguments.iter().copied()).collect();
        self.named(&self.program).command(&arguments)
    }

    /// Runs `cargo orchestrate` with these arguments.
    pub fn run(&self, arguments: &[&str]) -> Output {
        Output::of(&mut self.command(arguments))
    }

    /// Runs git in the workspace and returns what it printed, trimmed.
    #[track_caller]
    pub fn git(&self, arguments: &[&str]) -> String {
        self.named("git").expect(arguments).trim().to_owned()
    }

    /// git in the workspace, ready for more settings.
    pub fn git_command(&self, arguments: &[&str]) -> Command {
        self.named("git").command(arguments)
    }

    /// Runs git in the bare remote and returns what it printed, trimmed.
    #[track_caller]
    pub fn remote_git(&self, arguments: &[&str]) -> String {
        let (path, directory) = (PathBuf::from("git"), self.remote());
        Program { path, directory: &directory, environment: &self.environment }
            .expect(arguments)
            .trim()
            .to_owned()
    }

    /// Runs Cargo in the workspace.
    pub fn cargo(&self, arguments: &[&str]) -> Output {
        self.named("cargo").run(arguments)
    }

    /// Writes a file of the workspace, folders included.
    pub fn write(&self, path: &str, text: &str) {
        let path = self.work.join(path);
        fs::create_dir_all(path.parent().expect("a file lies in a folder"))
            .expect("the sandbox can be written");
        fs::write(path, text).expect("the sandbox can be written");
    }

    /// Reads a file of the workspace.
    #[track_caller]
    pub fn read(&self, path: &str) -> String {
        fs::read_to_string(self.work.join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
    }

    /// The members as Cargo describes them.
    pub fn members(&self) -> Vec<Value> {
        let text = self.named("cargo").expect(&[
            "metadata",
            "--no-deps",
            "--offline",
            "--format-version",
            "1",
        ]);
        let metadata: Value = serde_json::from_str(&text).expect("cargo metadata is JSON");
        metadata["packages"].as_array().expect("cargo metadata lists packages").clone()
    }

    /// What the registry's index holds of the members.
    pub fn published(&self) -> Vec<IndexEntry> {
        let names: Vec<_> = self
            .members()
            .iter()
            .map(|member| member["name"].as_str().expect("a package has a name").to_owned())
            .collect();
        index_entries(&self.endpoint, &names)
    }

    /// The same in lines, as `lib1 0.2.0 (yanked)`.
    pub fn published_lines(&self) -> Vec<String> {
        self.published().iter().map(IndexEntry::line).collect()
    }

    /// The tags on the remote, sorted.
    pub fn remote_tags(&self) -> Vec<String> {
        self.remote_git(&["tag", "--list"]).lines().map(str::to_owned).collect()
    }

    /// Keeps the folder after the end, for a look at what went wrong.
    pub fn keep(&mut self) -> &Path {
        self.folder.disable_cleanup(true);
        self.folder.path()
    }
}

/// Copies a folder's contents.
pub fn copy(from: &Path, to: &Path) {
    let entries = fs::read_dir(from).unwrap_or_else(|error| panic!("{}: {error}", from.display()));
    for entry in entries {
        let entry = entry.expect("a folder that is read lists its entries");
        let target = to.join(entry.file_name());
        if entry.path().is_dir() {
            fs::create_dir_all(&target).expect("the sandbox can be written");
            copy(&entry.path(), &target);
        } else {
            fs::copy(entry.path(), target).expect("the sandbox can be written");
        }
    }
}
