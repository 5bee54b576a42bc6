//! Edits of a repository downstream on a branch of their own. Its checkout, its index and the branch
//! that is checked out are left alone; nothing of it is run.

use crate::effects::causes;
use crate::effects::process::{self, LARGE};
use crate::observe::git::without_secrets;
use cargo_orchestrate::downstream::RepositoryEdit;
use cargo_orchestrate::model::Oid;
use git2::{Commit, ErrorCode, Repository, RepositoryOpenFlags};
use std::ffi::OsStr;
use std::path::Path;

/// The trailer that makes the commit recognisable; its value is the name of the branch.
const TRAILER: &str = "Orchestrate-Downstream";

/// How many commits people may have added on top of ours.
const LOOKED_THROUGH: usize = 200;

/// How the branch stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Standing {
    Absent,
    /// It has our commit, whatever is on top.
    Ours(Oid),
    /// Somebody else's.
    Foreign(Oid),
}

/// A repository downstream that can be written to.
pub(crate) struct Writable {
    repository: Repository,
}

impl Writable {
    /// Opens the repository around a folder.
    pub(crate) fn open(folder: &Path) -> Result<Self, String> {
        let none: [&OsStr; 0] = [];
        let repository = Repository::open_ext(folder, RepositoryOpenFlags::empty(), none);
        repository.map(|repository| Self { repository }).map_err(|error| causes(&error))
    }

    /// Looks at the branch of these edits.
    pub(crate) fn standing(&self, edit: &RepositoryEdit) -> Result<Standing, String> {
        let tip = match self.repository.find_reference(&full(&edit.branch)) {
            Ok(found) => found.peel_to_commit().map_err(|error| causes(&error))?,
            Err(error) if error.code() == ErrorCode::NotFound => return Ok(Standing::Absent),
            Err(error) => return Err(causes(&error)),
        };
        let wanted = format!("{TRAILER}: {}", edit.branch);
        let has_it = |commit: &Commit<'_>| {
            commit.message().is_ok_and(|text| text.lines().any(|line| line == wanted))
        };
        let oid = Oid::from_hex(tip.id().to_string());
        let mut next = Some(tip);
        for _ in 0..LOOKED_THROUGH {
            match next {
                Some(commit) if has_it(&commit) => return Ok(Standing::Ours(oid)),
                Some(commit) => next = commit.parent(0).ok(),
                None => break,
            }
        }
        Ok(Standing::Foreign(oid))
    }

    /// Makes the branch, with one commit on top of what was read. It is there as a whole or not at
    /// all; one that came to be there meanwhile is not touched.
    pub(crate) fn write(&self, edit: &RepositoryEdit, title: &str) -> Result<Oid, String> {
        let tree = self.tree(edit).map_err(|error| causes(&error))?;
        let oid = self.commit(tree, edit, title)?;
        let target = git2::Oid::from_str(&oid).map_err(|error| causes(&error))?;
        self.repository
            .reference(&full(&edit.branch), target, false, "cargo orchestrate: downstream")
            .map_err(|error| causes(&error))?;
        Ok(Oid::from_hex(oid))
    }

    /// The tree that was read, with the edited files; from an index that exists in memory only.
    fn tree(&self, edit: &RepositoryEdit) -> Result<git2::Oid, git2::Error> {
        let base = self.repository.find_commit(git2::Oid::from_str(edit.base.as_str())?)?;
        let mut index = git2::Index::new()?;
        index.read_tree(&base.tree()?)?;
        for (path, text) in &edit.files {
            let missing = || git2::Error::from_str("the manifest is not in the commit");
            let mut entry = index.get_path(Path::new(path.as_str()), 0).ok_or_else(missing)?;
            // What was read was stored so: no filter has a say.
            entry.id = self.repository.blob(text.as_bytes())?;
            index.add(&entry)?;
        }
        index.write_tree_to(&self.repository)
    }

    /// Git's own plumbing makes the commit: identity and signing are set up in many ways.
    fn commit(
        &self,
        tree: git2::Oid,
        edit: &RepositoryEdit,
        title: &str,
    ) -> Result<String, String> {
        let folder = tempfile::tempdir().map_err(|error| causes(&error))?;
        let file = folder.path().join("message");
        let lines = edit.requirements.iter();
        let lines =
            lines.map(|it| format!("- {} {} -> {} in {}\n", it.package, it.from, it.to, it.file));
        let lines = lines.collect::<Vec<_>>().concat();
        let text = format!("{title}\n\n{lines}\n{TRAILER}: {}\n", edit.branch);
        std::fs::write(&file, text).map_err(|error| causes(&error))?;
        let mut git = self.git(folder.path());
        git.args(&["commit-tree", &tree.to_string(), "-p", edit.base.as_str()]);
        let config = self.repository.config();
        if config.and_then(|config| config.get_bool("commit.gpgsign")).unwrap_or(false) {
            git.arg("-S");
        }
        git.arg("-F").arg(&file);
        let ran = process::run(&git).map_err(|error| causes(&error))?;
        if ran.success {
            return Ok(ran.stdout.trim().to_owned());
        }
        Err(format!("git did not make the commit: {}", ran.complaint()))
    }

    /// Pushes the branch to an address, or to the remote that the repository has. Hooks are the
    /// business of whoever works there.
    pub(crate) fn push(
        &self,
        edit: &RepositoryEdit,
        url: Option<&str>,
        from: &Path,
    ) -> Result<(), String> {
        let remote = match url {
            Some(url) => url.to_owned(),
            None => self.remote().ok_or("it has no remote to push to")?,
        };
        let mut git = self.git(from);
        let branch = full(&edit.branch);
        git.args(&["push", "--quiet", "--no-verify", "--", &remote, &format!("{branch}:{branch}")]);
        let ran = process::run_within(&git, LARGE).map_err(|error| causes(&error))?;
        if ran.success {
            return Ok(());
        }
        Err(format!("the branch could not be pushed: {}", without_secrets(&ran.complaint())))
    }

    /// The remote of the branch that is checked out, else `origin`, else the only one.
    fn remote(&self) -> Option<String> {
        let remotes = self.repository.remotes().ok()?;
        let known: Vec<String> = remotes
            .iter()
            .filter_map(|name| name.ok().flatten().map(str::to_owned))
            .filter(|name| !name.is_empty() && !name.starts_with('-'))
            .collect();
        let head = self.repository.head().ok();
        let head = head.as_ref().and_then(|head| head.name().ok());
        let upstream = head.and_then(|head| self.repository.branch_upstream_remote(head).ok());
        let upstream = upstream.map(|name| String::from_utf8_lossy(&name).into_owned());
        let preferred = upstream.into_iter().chain(["origin".to_owned()]);
        let found = preferred.into_iter().find(|name| known.contains(name));
        found.or_else(|| if let [only] = known.as_slice() { Some(only.clone()) } else { None })
    }

    fn git(&self, folder: &Path) -> process::Command {
        let mut git = process::git(folder);
        git.arg("--git-dir").arg(self.repository.path());
        git
    }
}

fn full(branch: &str) -> String {
    format!("refs/heads/{branch}")
}
