//! Small git repositories for the tests of this module.

use crate::observe::git::{Ask, history, repository};
use crate::observe::{Checkout, ObserveError};
use cargo_orchestrate::facts::{self, BaselineSource, Evidence, History, Published};
use cargo_orchestrate::model::{Oid, PackageName};
use cargo_orchestrate::policy::parse;
use git2::{Repository, Signature, Time};
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;
use tempfile::TempDir;

/// A workspace in a repository, in a temporary folder.
pub(crate) struct World {
    pub(crate) folder: TempDir,
    pub(crate) git: Repository,
    /// The folder of the workspace in the repository.
    pub(crate) below: &'static str,
    /// Commits so far, as the clock that dates them.
    clock: i64,
    pub(crate) published: BTreeMap<PackageName, Published>,
    /// What the published packages say about their commit.
    pub(crate) vcs_info: BTreeMap<String, Oid>,
}

impl World {
    /// A repository without commits that holds these files.
    pub(crate) fn new(files: &[(&str, &str)]) -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let mut options = git2::RepositoryInitOptions::new();
        options.initial_head("main");
        let git = Repository::init_opts(folder.path(), &options).expect("a repository");
        let (published, vcs_info) = (BTreeMap::new(), BTreeMap::new());
        let world = Self { folder, git, below: "", clock: 0, published, vcs_info };
        world.write(files);
        world
    }

    /// Members `a` (a library) and `app` (a binary on it) under a virtual root, committed and
    /// tagged as `a-v0.1.0` and `app-v1.0.0`.
    pub(crate) fn released() -> Self {
        let mut world = Self::new(&[
            ("Cargo.toml", ROOT),
            ("Cargo.lock", LOCK),
            ("README.md", "for all"),
            ("a/Cargo.toml", A),
            ("a/src/lib.rs", ""),
            ("a/tests/t.rs", ""),
            ("app/Cargo.toml", APP),
            ("app/src/main.rs", "fn main() {}"),
        ]);
        world.commit("feat: all of it");
        world.tag("a-v0.1.0");
        world.tag("app-v1.0.0");
        world
    }

    pub(crate) fn write(&self, files: &[(&str, &str)]) {
        for (path, text) in files {
            let path = self.folder.path().join(path);
            std::fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
            std::fs::write(path, text).expect("a file");
        }
    }

    /// Replaces text in a file, which must be there.
    pub(crate) fn edit(&self, path: &str, from: &str, to: &str) {
        let full = self.folder.path().join(path);
        let text = std::fs::read_to_string(&full).expect("a file");
        assert!(text.contains(from), "`{path}` holds `{from}`");
        std::fs::write(full, text.replace(from, to)).expect("a file");
    }

    /// Commits the whole tree as it is.
    pub(crate) fn commit(&mut self, message: &str) -> Oid {
        let parents: Vec<git2::Oid> =
            self.git.head().ok().and_then(|head| head.target()).into_iter().collect();
        self.commit_on(message, &parents, Some("HEAD"))
    }

    pub(crate) fn commit_on(
        &mut self,
        message: &str,
        parents: &[git2::Oid],
        reference: Option<&str>,
    ) -> Oid {
        let mut index = self.git.index().expect("an index");
        index.add_all(["*"], git2::IndexAddOption::DEFAULT, None).expect("files");
        index.update_all(["*"], None).expect("files");
        index.write().expect("an index");
        self.commit_tree(message, parents, reference)
    }

    /// Commits the index as it is.
    pub(crate) fn commit_index(&mut self, message: &str) -> Oid {
        let parents = [self.head()];
        self.commit_tree(message, &parents, Some("HEAD"))
    }

    fn commit_tree(
        &mut self,
        message: &str,
        parents: &[git2::Oid],
        reference: Option<&str>,
    ) -> Oid {
        let mut index = self.git.index().expect("an index");
        let tree = self.git.find_tree(index.write_tree().expect("a tree")).expect("a tree");
        self.clock += 1;
        let time = Time::new(1_700_000_000 + self.clock * 60, 0);
        let who = Signature::new("me", "me@example.org", &time).expect("somebody");
        let parents: Vec<git2::Commit<'_>> =
            parents.iter().map(|id| self.git.find_commit(*id).expect("a commit")).collect();
        let parents: Vec<&git2::Commit<'_>> = parents.iter().collect();
        let id = self.git.commit(reference, &who, &who, message, &tree, &parents);
        Oid::from_hex(id.expect("a commit").to_string())
    }

    pub(crate) fn head(&self) -> git2::Oid {
        self.git.head().expect("HEAD").target().expect("a commit")
    }

    pub(crate) fn tag(&self, name: &str) {
        let head = self.git.find_object(self.head(), None).expect("a commit");
        self.git.tag_lightweight(name, &head, false).expect("a tag");
    }

    pub(crate) fn checkout(&self) -> Result<Checkout, ObserveError> {
        Checkout::open(&self.folder.path().join(self.below), None)
    }

    pub(crate) fn state(&self) -> facts::Repository {
        let checkout = self.checkout().expect("a checkout");
        repository(&checkout, Ask::NoRemote).expect("a state")
    }

    pub(crate) fn history(&self) -> BTreeMap<PackageName, History> {
        let checkout = self.checkout().expect("a checkout");
        let manifests = checkout.manifests().expect("manifests");
        let workspace = checkout.workspace(&manifests).expect("a workspace");
        let state = repository(&checkout, Ask::NoRemote).expect("a state");
        let vcs_info = |name: &PackageName, version: &_| {
            self.vcs_info.get(&format!("{name} {version}")).cloned()
        };
        let root = workspace.root_manifest();
        let members = workspace.packages.values().map(|package| {
            let text = manifests[&package.manifest].as_str();
            (package.name.clone(), &package.manifest, text)
        });
        let members: Vec<_> = members.collect();
        let (policy, _) =
            parse(None, (&root, &manifests[&root]), &members, &workspace).expect("a policy");
        history(&checkout, &workspace, &state, &self.published, &policy, &vcs_info)
            .expect("a history")
    }

    /// The history, one line for each member that has something to tell.
    pub(crate) fn told(&self) -> String {
        let mut text = String::new();
        for (name, history) in self.history() {
            let Some(baseline) = &history.baseline else {
                writeln!(text, "{name}: new").expect("text");
                continue;
            };
            if history.evidence.is_empty() && history.commits.is_empty() {
                continue;
            }
            let from = match &baseline.source {
                BaselineSource::Tag(tag) => tag.as_str(),
                BaselineSource::VcsInfo => "vcs-info",
            };
            let evidence: Vec<&str> = history
                .evidence
                .iter()
                .map(|evidence| match evidence {
                    Evidence::Path(path) | Evidence::Input(path) => path.as_str(),
                    Evidence::ManifestKey(text) | Evidence::Locked(text) => text,
                })
                .collect();
            write!(text, "{name} since {from}: {}", evidence.join(", ")).expect("text");
            for commit in &history.commits {
                let by = if commit.routed_by_scope { " (by scope)" } else { "" };
                write!(text, " | {}{by}", commit.summary()).expect("text");
            }
            text.push('\n');
        }
        text
    }
}

pub(crate) const ROOT: &str = "[workspace]\nmembers = ['a', 'app']\nresolver = '3'\n\
                               [workspace.package]\nedition = '2024'\nlicense = 'MIT'\n\
                               [workspace.dependencies]\nserde = '1'\n\
                               a = { path = 'a', version = '0.1' }\n";
const LOCK: &str = "version = 4\n\n[[package]]\nname = \"a\"\nversion = \"0.1.0\"\n\
                    dependencies = [\n \"serde\",\n]\n\n[[package]]\nname = \"app\"\n\
                    version = \"1.0.0\"\ndependencies = [\n \"a\",\n]\n\n[[package]]\n\
                    name = \"serde\"\nversion = \"1.0.1\"\n\
                    source = \"registry+https://github.com/rust-lang/crates.io-index\"\n\
                    checksum = \"01\"\n";
const A: &str = "[package]\nname = 'a'\nversion = '0.1.0'\nedition.workspace = true\n\
                 exclude = ['/tests']\nreadme = '../README.md'\n[dependencies]\n\
                 serde.workspace = true\n";
const APP: &str = "[package]\nname = 'app'\nversion = '1.0.0'\nedition = '2024'\n\
                   [dependencies]\na.workspace = true\n";

/// A path with its symlinks resolved.
pub(crate) fn canonical(path: &Path) -> std::path::PathBuf {
    path.canonicalize().expect("a path that exists")
}
