//! Where we are: the workspace as Cargo sees it and the git repository around it.

use super::git::{self, Answers, Graph, Kept, Uncommitted};
use super::limits::{self, LONGEST_LOCK, LONGEST_TEXT};
use super::{ObserveError, cargo};
use crate::journal::private_folder;
use cargo_metadata::Metadata;
use cargo_orchestrate::facts::{Lockfile, Tag, metadata};
use cargo_orchestrate::model::{RelPath, Workspace};
use cargo_orchestrate::plan::Location;
use git2::{ErrorCode, Oid, Repository};
use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::thread;

/// A workspace in a git repository, opened.
///
/// All paths are absolute and have their symlinks resolved.
pub(crate) struct Checkout {
    /// The folder of the working tree; the paths in the facts are relative to it.
    pub(crate) repository_root: PathBuf,
    /// The folder of the workspace's root manifest.
    pub(crate) workspace_root: PathBuf,
    /// The git folder that all worktrees share.
    pub(crate) common_dir: PathBuf,
    /// What `cargo metadata --no-deps` said.
    pub(crate) metadata: Metadata,
    pub(super) repository: Repository,
    /// The history of HEAD as of the last look at it.
    pub(super) graph: RefCell<Option<Rc<Graph>>>,
    /// What earlier runs answered.
    pub(super) answers: Answers,
    /// What earlier runs read of commits.
    pub(super) kept: RefCell<Kept>,
    /// What was not committed when the workspace was opened, until somebody asks.
    pub(super) uncommitted: Cell<Option<Uncommitted>>,
    /// The tags at that time, seen from the commit that was HEAD.
    pub(super) tags: Cell<Option<(Oid, BTreeMap<String, Tag>)>>,
}

impl Checkout {
    /// Opens the workspace of `manifest_path`, or the one that `directory` is in, and the
    /// repository around it. A relative `manifest_path` starts at `directory`.
    ///
    /// Runs one child process: `cargo metadata --no-deps`, which neither resolves dependencies
    /// nor runs programs that the workspace names.
    ///
    /// # Errors
    /// [`ObserveError`]; nothing was changed.
    pub(crate) fn open(
        directory: &Path,
        manifest_path: Option<&Path>,
    ) -> Result<Self, ObserveError> {
        Self::open_for(Purpose::Change, directory, manifest_path)
    }

    /// The same for a command that changes nothing: git is read while Cargo runs, what is not committed
    /// and the tags as they are then stand for the first look at the repository, and what Cargo said
    /// before is good enough where nothing changed that it read.
    ///
    /// # Errors
    /// [`ObserveError`].
    pub(crate) fn open_to_look(
        directory: &Path,
        manifest_path: Option<&Path>,
    ) -> Result<Self, ObserveError> {
        Self::open_for(Purpose::Look, directory, manifest_path)
    }

    fn open_for(
        purpose: Purpose,
        directory: &Path,
        manifest_path: Option<&Path>,
    ) -> Result<Self, ObserveError> {
        let manifest = manifest(directory, manifest_path)?;
        limits::check(&manifest, LONGEST_TEXT)?;
        let directory = canonical(directory)?;
        let found = Ahead::around(manifest.parent().unwrap_or(&directory));
        let kept = found.as_ref().filter(|_| purpose == Purpose::Look);
        let home = kept.map(|found| found.common_dir.join("orchestrate"));
        // The folder of all that is remembered is nobody else's, whoever comes first.
        let home = home.filter(|home| private_folder(home).is_ok());
        let kept = home.map(|home| home.join("kept/cargo"));
        let (metadata, ahead) = thread::scope(|scope| {
            let asked = scope.spawn(|| cargo::ask(&directory, &manifest, kept.as_deref()));
            let ahead = found.map(|found| found.read(purpose));
            let answer = asked.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic));
            (answer, ahead)
        });
        let metadata = metadata?;
        let workspace_root = metadata.workspace_root.clone().into_std_path_buf();
        // The workspace's root may lie in another repository than the manifest.
        let ahead = ahead.filter(|ahead| ahead.is_around(&workspace_root));
        let ahead = match ahead {
            Some(ahead) => ahead,
            None => Ahead::of(discover(&workspace_root)?)?,
        };
        let workdir = ahead.repository.workdir().ok_or_else(|| bare(&ahead.repository))?;
        Ok(Self {
            repository_root: canonical(workdir)?,
            common_dir: ahead.common_dir,
            workspace_root,
            metadata,
            graph: ahead.graph,
            answers: ahead.answers,
            kept: ahead.kept,
            uncommitted: Cell::new(ahead.uncommitted),
            tags: Cell::new(ahead.tags),
            repository: ahead.repository,
        })
    }

    /// The members and the edges between them; `manifests` are those of [`Checkout::manifests`].
    ///
    /// # Errors
    /// [`ObserveError::Facts`] for a manifest or member that cannot be used.
    pub(crate) fn workspace(
        &self,
        manifests: &BTreeMap<RelPath, String>,
    ) -> Result<Workspace, ObserveError> {
        Ok(metadata::workspace(&self.metadata, &self.repository_root, manifests)?)
    }

    /// The texts of the root manifest and of every member's, as they stand in the working tree.
    ///
    /// # Errors
    /// [`ObserveError::Read`], and [`ObserveError::Facts`] for a member outside of the repository.
    pub(crate) fn manifests(&self) -> Result<BTreeMap<RelPath, String>, ObserveError> {
        let paths = metadata::manifest_paths(&self.metadata, &self.repository_root)?;
        paths.into_iter().map(|path| Ok((path.clone(), self.read(&path, LONGEST_TEXT)?))).collect()
    }

    /// The workspace's `Cargo.lock`; nothing when there is none.
    ///
    /// # Errors
    /// [`ObserveError::Read`], and [`ObserveError::Git`] when the index cannot be read.
    pub(crate) fn lockfile(&self) -> Result<Option<Lockfile>, ObserveError> {
        let Some(path) = self.in_workspace("Cargo.lock")? else {
            return Ok(None);
        };
        let found = git::tracked(&self.repository, |it, _| it == path.as_str().as_bytes());
        let tracked = !found.map_err(ObserveError::git("the git index"))?.is_empty();
        Ok(Some(Lockfile { text: self.read(&path, LONGEST_LOCK)?, path, tracked }))
    }

    /// `orchestrate.toml` beside the root manifest, with its path; nothing when there is none.
    ///
    /// # Errors
    /// [`ObserveError::Read`].
    pub(crate) fn orchestrate_toml(&self) -> Result<Option<(RelPath, String)>, ObserveError> {
        let path = self.beside_root("orchestrate.toml")?;
        // Whatever has this name is meant for us: what cannot be read is no missing file.
        if self.absolute(&path).symlink_metadata().is_err() {
            return Ok(None);
        }
        let text = self.read(&path, LONGEST_TEXT)?;
        Ok(Some((path, text)))
    }

    /// The path of a file in the workspace's folder; nothing when it does not exist.
    fn in_workspace(&self, name: &str) -> Result<Option<RelPath>, ObserveError> {
        let path = self.beside_root(name)?;
        Ok(self.absolute(&path).is_file().then_some(path))
    }

    fn beside_root(&self, name: &str) -> Result<RelPath, ObserveError> {
        let root = metadata::root_manifest_path(&self.metadata, &self.repository_root)?;
        Ok(root.parent().join(name).expect("a file below a folder stays below it"))
    }

    fn absolute(&self, path: &RelPath) -> PathBuf {
        self.repository_root.join(path.as_str())
    }

    fn read(&self, path: &RelPath, longest: u64) -> Result<String, ObserveError> {
        let bytes = limits::read(&self.absolute(path), longest)?;
        String::from_utf8(bytes).map_err(|error| {
            let text =
                String::from_utf8_lossy(&error.as_bytes()[..error.utf8_error().valid_up_to()]);
            let line = text.split('\n').next_back().unwrap_or_default();
            let (column, number) = (line.chars().count() + 1, text.matches('\n').count() + 1);
            ObserveError::NotUtf8 { at: Location { file: path.clone(), line: number, column } }
        })
    }
}

/// What a workspace is opened for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Purpose {
    Look,
    Change,
}

/// What is read of git before Cargo has answered. What goes wrong here is met again later.
struct Ahead {
    repository: Repository,
    /// The git folder that all worktrees share.
    common_dir: PathBuf,
    answers: Answers,
    kept: RefCell<Kept>,
    graph: RefCell<Option<Rc<Graph>>>,
    uncommitted: Option<Uncommitted>,
    tags: Option<(Oid, BTreeMap<String, Tag>)>,
}

impl Ahead {
    fn around(folder: &Path) -> Option<Self> {
        Self::of(discover(folder).ok()?).ok()
    }

    fn of(repository: Repository) -> Result<Self, ObserveError> {
        let common_dir = canonical(repository.commondir())?;
        let answers = Answers::of(&common_dir);
        let kept = RefCell::new(Kept::open(&common_dir));
        let graph = RefCell::new(None);
        Ok(Self { repository, common_dir, answers, kept, graph, uncommitted: None, tags: None })
    }

    /// Reads what does not depend on Cargo's answer.
    fn read(mut self, purpose: Purpose) -> Self {
        if purpose == Purpose::Look {
            let root = self.repository.workdir().and_then(|root| canonical(root).ok());
            self.uncommitted = root.and_then(|root| git::uncommitted(&self.repository, &root).ok());
            let head = self.repository.head().ok().and_then(|head| head.target());
            self.tags = head.and_then(|head| Some((head, self.tags(head).ok()?)));
        }
        self
    }

    fn tags(&self, head: Oid) -> Result<BTreeMap<String, Tag>, ObserveError> {
        git::tags(&self.repository, &self.answers, head, &|| {
            let kept = &mut self.kept.borrow_mut();
            let graph = Rc::new(Graph::load(&self.repository, kept, head)?);
            *self.graph.borrow_mut() = Some(Rc::clone(&graph));
            Ok(graph)
        })
    }

    /// Whether it is the repository around a folder.
    fn is_around(&self, folder: &Path) -> bool {
        let nowhere: [&Path; 0] = [];
        let found = Repository::discover_path(folder, nowhere);
        found.is_ok_and(|found| found == self.repository.path())
    }
}

/// The manifest to start from, with its symlinks resolved.
fn manifest(directory: &Path, manifest_path: Option<&Path>) -> Result<PathBuf, ObserveError> {
    let found = if let Some(path) = manifest_path {
        let path = directory.join(path);
        let path = if path.is_dir() { path.join("Cargo.toml") } else { path };
        if !path.is_file() {
            return Err(ObserveError::NoManifest(path));
        }
        path
    } else {
        let start = canonical(directory)?;
        let mut folders = start.ancestors().map(|folder| folder.join("Cargo.toml"));
        let found = folders.find(|path| path.is_file());
        found.ok_or(ObserveError::NoWorkspace(start))?
    };
    // Only the folder: Cargo wants the file to be named `Cargo.toml`, wherever it links to.
    let folder = found.parent().unwrap_or(directory);
    Ok(canonical(folder)?.join("Cargo.toml"))
}

fn discover(workspace_root: &Path) -> Result<Repository, ObserveError> {
    // git itself hashes no object that it reads, for each has a checksum of zlib's besides; a third
    // of all time would go into that. What is wanted again is kept here, in a form of ours.
    git2::opts::strict_hash_verification(false);
    git2::opts::enable_caching(false);
    look_through_small_windows();
    Repository::discover(workspace_root).map_err(|error| match error.code() {
        ErrorCode::NotFound => ObserveError::NoRepository(workspace_root.to_owned()),
        ErrorCode::Owner => ObserveError::NotOwned(workspace_root.to_owned()),
        _ => ObserveError::git("the git repository")(error),
    })
}

/// Maps packs in small pieces and few at a time: whole packs of a large repository would count as our
/// memory.
#[allow(unsafe_code)]
fn look_through_small_windows() {
    // Without these libgit2 has its own sizes, so a failure changes nothing.
    // SAFETY: both set a number that libgit2 reads when it maps the next piece of a pack, and no
    // other thread of ours uses libgit2.
    unsafe {
        let _ = git2::opts::set_mwindow_size(1 << 20);
        let _ = git2::opts::set_mwindow_mapped_limit(16 << 20);
    }
}

fn bare(repository: &Repository) -> ObserveError {
    ObserveError::Bare(repository.path().to_owned())
}

fn canonical(path: &Path) -> Result<PathBuf, ObserveError> {
    let read = |source| ObserveError::Read { path: path.to_owned(), source };
    path.canonicalize().map_err(read)
}
