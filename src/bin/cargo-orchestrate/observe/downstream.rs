//! Repositories downstream, read as text: their manifests and lock files at one commit.
//!
//! Nothing in them is run, and libgit2 reads them: no filter, no hook. What is too large or too
//! much for manifests is refused.

use super::git::uncommitted;
use cargo_orchestrate::facts::{PinStanding, RepositoryEdit, Tracked};
use cargo_orchestrate::model::{Oid, RelPath};
use git2::{ErrorCode, ObjectType, Repository, RepositoryOpenFlags, TreeWalkMode, TreeWalkResult};
use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::path::Path;

/// The names of the files that are read.
const NAMES: [&str; 2] = ["Cargo.toml", "Cargo.lock"];
/// More manifests than this are no workspace that somebody wrote.
const MOST_FILES: usize = 20_000;
/// No manifest is as large; nor is a lock file.
const LARGEST: usize = 8 << 20;
/// What all of them may take.
const MOST_BYTES: usize = 128 << 20;
/// The mode of the entries of links: their contents are no manifests.
const LINK: i32 = 0o120_000;

/// Reads HEAD of a repository of this machine; `folder` is its own or one inside.
///
/// # Errors
/// Why it cannot be read, as the rest of a sentence about it.
pub(crate) fn local(folder: &Path) -> Result<Tracked, String> {
    if !folder.is_dir() {
        return Err("there is no such folder".to_owned());
    }
    let none: [&OsStr; 0] = [];
    let repository = Repository::open_ext(folder, RepositoryOpenFlags::empty(), none);
    let repository = repository.map_err(|error| match error.code() {
        ErrorCode::NotFound => "it is in no git repository".to_owned(),
        ErrorCode::Owner => {
            "it belongs to another user; `git config --global --add safe.directory` \
                             trusts it"
                .to_owned()
        }
        _ => format!("it could not be opened: {}", error.message()),
    })?;
    let head = repository.head().map_err(|error| match error.code() {
        ErrorCode::UnbornBranch | ErrorCode::NotFound => "it has no commit yet".to_owned(),
        _ => format!("its HEAD could not be read: {}", error.message()),
    })?;
    let branch = head.is_branch().then(|| head.shorthand().ok()).flatten().map(str::to_owned);
    let (inside, dirty) = match repository.workdir() {
        Some(root) => {
            let dirty = uncommitted(&repository, root).map_err(|error| error.to_string())?.dirty;
            (inside(root, folder)?, dirty)
        }
        None => (RelPath::root(), Vec::new()),
    };
    let commit = head.peel_to_commit().map_err(|error| error.message().to_owned())?;
    let tracked = at(&repository, &commit, inside)?;
    Ok(Tracked { branch, dirty, ..tracked })
}

/// Reads what a reference of a bare repository stands at, in this folder of it.
///
/// # Errors
/// As for [`local`].
pub(crate) fn fetched(bare: &Path, reference: &str, folder: &RelPath) -> Result<Tracked, String> {
    let words = |error: git2::Error| error.message().to_owned();
    let repository = Repository::open_bare(bare).map_err(words)?;
    let found = repository.find_reference(reference).map_err(words)?;
    let commit = found.peel_to_commit().map_err(words)?;
    if !folder.as_str().is_empty() {
        let tree = commit.tree().map_err(words)?;
        let found = tree.get_path(Path::new(folder.as_str()));
        if !found.is_ok_and(|entry| entry.kind() == Some(ObjectType::Tree)) {
            return Err(format!("it has no folder `{folder}` at {:.7}", commit.id()));
        }
    }
    at(&repository, &commit, folder.clone())
}

/// What became of a branch of ours with pins: whether what counts has them, which is HEAD, or what the
/// reference of a copy stands at.
///
/// # Errors
/// Why it cannot be seen.
pub(crate) fn pin_standing(
    folder: &Path,
    reference: Option<&str>,
    edit: &RepositoryEdit,
    made: &Oid,
) -> Result<PinStanding, String> {
    let words = |error: git2::Error| error.message().to_owned();
    let none: [&OsStr; 0] = [];
    let repository =
        Repository::open_ext(folder, RepositoryOpenFlags::empty(), none).map_err(words)?;
    let counts = match reference {
        Some(reference) => repository.find_reference(reference),
        None => repository.head(),
    };
    let counts = counts.and_then(|found| found.peel_to_commit()).map_err(words)?;
    let tree = counts.tree().map_err(words)?;
    let mut requirements = Vec::new();
    for file in edit.files() {
        let Ok(entry) = tree.get_path(Path::new(file.as_str())) else { continue };
        let Ok(blob) = repository.find_blob(entry.id()) else { continue };
        if let Ok(text) = str::from_utf8(blob.content()) {
            requirements.extend(edit.turned(file, text));
        }
    }
    if !requirements.is_empty() {
        let base = Oid::from_hex(counts.id().to_string());
        return Ok(PinStanding::Taken { base, requirements });
    }
    let branch = repository.find_reference(&format!("refs/heads/{}", edit.branch));
    let Ok(tip) = branch.and_then(|branch| branch.peel_to_commit()) else {
        return Ok(PinStanding::Gone);
    };
    let made = git2::Oid::from_str(made.as_str()).map_err(words)?;
    let is_ours =
        tip.id() == made || repository.graph_descendant_of(tip.id(), made).is_ok_and(|it| it);
    Ok(if is_ours { PinStanding::Offered } else { PinStanding::Gone })
}

fn at(
    repository: &Repository,
    commit: &git2::Commit<'_>,
    folder: RelPath,
) -> Result<Tracked, String> {
    let words = |error: git2::Error| error.message().to_owned();
    let tree = commit.tree().map_err(words)?;
    let mut wanted = Vec::new();
    tree.walk(TreeWalkMode::PreOrder, |above, entry| {
        let is_ours = entry.name().is_ok_and(|name| NAMES.contains(&name));
        if is_ours && entry.kind() == Some(ObjectType::Blob) && entry.filemode() != LINK {
            let name = entry.name().unwrap_or_default();
            let path = RelPath::new(format!("{above}{name}")).ok();
            wanted.extend(path.map(|path| (path, entry.id())));
        }
        if wanted.len() > MOST_FILES { TreeWalkResult::Abort } else { TreeWalkResult::Ok }
    })
    .map_err(words)?;
    if wanted.len() > MOST_FILES {
        return Err(format!("it has more than {MOST_FILES} manifests"));
    }
    let mut files = BTreeMap::new();
    let mut sum = 0;
    // A root above the folder may hand down what members below it inherit.
    for (path, id) in wanted.into_iter().filter(|(path, _)| concerns(path, &folder)) {
        let blob = repository
            .find_blob(id)
            .map_err(|error| format!("`{path}` could not be read: {}", error.message()))?;
        sum += blob.size();
        if blob.size() > LARGEST || sum > MOST_BYTES {
            return Err(format!("`{path}` is too large for a manifest"));
        }
        // Cargo takes no other encoding, so that nobody can use what is not here.
        if let Ok(text) = std::str::from_utf8(blob.content()) {
            files.insert(path, text.to_owned());
        }
    }
    let head = Oid::from_hex(commit.id().to_string());
    Ok(Tracked { head, branch: None, folder, dirty: Vec::new(), files })
}

/// Whether a file lies in the folder, below it, or straight above it.
fn concerns(path: &RelPath, folder: &RelPath) -> bool {
    let home = path.parent();
    path.below(folder).is_some() || folder.below(&home).is_some()
}

/// The folder as seen from the root of its repository.
fn inside(root: &Path, folder: &Path) -> Result<RelPath, String> {
    let canonical = |path: &Path| path.canonicalize().map_err(|error| error.to_string());
    let (root, folder) = (canonical(root)?, canonical(folder)?);
    let below = folder.strip_prefix(&root).map_err(|error| error.to_string())?;
    RelPath::new(below.to_string_lossy()).map_err(|error| error.to_string())
}
