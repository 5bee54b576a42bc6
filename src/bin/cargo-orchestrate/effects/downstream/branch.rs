//! Edits of a repository downstream on a branch of their own. Its checkout, its index and the branch
//! that is checked out are left alone; nothing of it is run.

use crate::effects::process::{self, LARGE, Ran};
use crate::effects::{causes, leftover};
use crate::observe::git::without_secrets;
use cargo_orchestrate::facts::RepositoryEdit;
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
    pub(crate) fn write(&self, edit: &RepositoryEdit) -> Result<Oid, String> {
        let tree = self.tree(edit)?;
        let oid = self.commit(tree, edit)?;
        self.clear(&edit.branch);
        let target = git2::Oid::from_str(&oid).map_err(|error| causes(&error))?;
        self.repository
            .reference(&full(&edit.branch), target, false, "cargo orchestrate: downstream")
            .map_err(|error| causes(&error))?;
        Ok(Oid::from_hex(oid))
    }

    /// Whether the commit is there.
    pub(crate) fn has(&self, commit: &Oid) -> bool {
        git2::Oid::from_str(commit.as_str())
            .is_ok_and(|oid| self.repository.find_commit(oid).is_ok())
    }

    /// The tree of the commit that was read, with the edits made; from an index that exists in
    /// memory only.
    fn tree(&self, edit: &RepositoryEdit) -> Result<git2::Oid, String> {
        let words = |error: git2::Error| causes(&error);
        let base = git2::Oid::from_str(edit.base.as_str()).map_err(words)?;
        let base = self.repository.find_commit(base).map_err(words)?;
        let mut index = git2::Index::new().map_err(words)?;
        index.read_tree(&base.tree().map_err(words)?).map_err(words)?;
        for file in edit.files() {
            let missing = || format!("`{file}` is not in the commit");
            let mut entry = index.get_path(Path::new(file.as_str()), 0).ok_or_else(missing)?;
            let blob = self.repository.find_blob(entry.id).map_err(words)?;
            let text = str::from_utf8(blob.content()).map_err(|_| missing())?;
            // What was read was stored so: no filter has a say.
            let text = edit.applied(file, text)?;
            entry.id = self.repository.blob(text.as_bytes()).map_err(words)?;
            index.add(&entry).map_err(words)?;
        }
        index.write_tree_to(&self.repository).map_err(words)
    }

    /// Git's own plumbing makes the commit: identity and signing are set up in many ways.
    fn commit(&self, tree: git2::Oid, edit: &RepositoryEdit) -> Result<String, String> {
        let folder = tempfile::tempdir().map_err(|error| causes(&error))?;
        let file = folder.path().join("message");
        let lines = edit.requirements.iter();
        let lines =
            lines.map(|it| format!("- {} {} -> {} in {}\n", it.package, it.from, it.to, it.file));
        let lines = lines.collect::<Vec<_>>().concat();
        let title = edit.wish.title();
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
    pub(crate) fn push(&self, branch: &str, url: Option<&str>, from: &Path) -> Result<(), String> {
        let remote = self.address(url)?;
        let mut git = self.git(from);
        let branch = full(branch);
        git.args(&["push", "--quiet", "--no-verify", "--", &remote, &format!("{branch}:{branch}")]);
        let ran = process::run_within(&git, LARGE).map_err(|error| causes(&error))?;
        if ran.success {
            return Ok(());
        }
        Err(format!("the branch could not be pushed: {}", complaint(&ran)))
    }

    fn address(&self, url: Option<&str>) -> Result<String, String> {
        match url {
            Some(url) => Ok(url.to_owned()),
            None => self.remote().ok_or_else(|| "it has no remote to push to".to_owned()),
        }
    }

    /// Takes the branch away where it stands at this commit of ours; else says why it stays.
    pub(crate) fn withdraw(&self, branch: &str, commit: &Oid) -> Result<Option<String>, String> {
        let words = |error: git2::Error| causes(&error);
        let mut found = match self.repository.find_reference(&full(branch)) {
            Ok(found) => found,
            Err(error) if error.code() == ErrorCode::NotFound => return Ok(None),
            Err(error) => return Err(words(error)),
        };
        let tip = found.peel_to_commit().map_err(words)?.id().to_string();
        if tip != commit.as_str() {
            return Ok(Some(format!("{branch} has more than our commit")));
        }
        if git2::Branch::wrap(self.repository.find_reference(&full(branch)).map_err(words)?)
            .is_head()
        {
            return Ok(Some(format!("{branch} is checked out")));
        }
        self.clear(branch);
        found.delete().map_err(words)?;
        Ok(None)
    }

    /// The same on the remote, where nobody can come between the look and that.
    pub(crate) fn withdraw_from_remote(
        &self,
        branch: &str,
        commit: &Oid,
        url: Option<&str>,
        from: &Path,
    ) -> Result<Option<String>, String> {
        let (remote, branch) = (self.address(url)?, full(branch));
        let mut look = self.git(from);
        look.args(&["ls-remote", "--quiet", "--", &remote, &branch]);
        let seen = process::run_within(&look, LARGE).map_err(|error| causes(&error))?;
        if !seen.success {
            let why = without_secrets(&seen.complaint());
            return Err(format!("its remote does not answer: {why}"));
        }
        match seen.stdout.split_whitespace().next() {
            None => return Ok(None),
            Some(tip) if tip != commit.as_str() => {
                return Ok(Some(format!("{branch} on the remote has more than our commit")));
            }
            Some(_) => {}
        }
        let mut git = self.git(from);
        let lease = format!("--force-with-lease={branch}:{commit}");
        git.args(&["push", "--quiet", "--no-verify", &lease, "--", &remote, &format!(":{branch}")]);
        let ran = process::run_within(&git, LARGE).map_err(|error| causes(&error))?;
        if ran.success {
            return Ok(None);
        }
        Err(format!("{branch} could not be taken away: {}", complaint(&ran)))
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

    /// Clears what a killed process of ours left in the way of the branch.
    fn clear(&self, branch: &str) {
        leftover::clear_reference(&self.repository, &full(branch));
        leftover::clear_reference(&self.repository, "packed-refs");
    }

    fn git(&self, folder: &Path) -> process::Command {
        let mut git = process::git(folder);
        git.arg("--git-dir").arg(self.repository.path());
        git
    }
}

/// What a push that failed has to say: why the other side refused it, where that is told.
fn complaint(push: &Ran) -> String {
    let told = push.stderr.lines().filter_map(|line| line.strip_prefix("remote:"));
    let told: Vec<&str> = told.map(str::trim).filter(|line| !line.is_empty()).take(5).collect();
    let all = [told.join("; "), push.complaint()];
    let all: Vec<&str> = all.iter().map(String::as_str).filter(|it| !it.is_empty()).collect();
    without_secrets(&all.join("; "))
}

fn full(branch: &str) -> String {
    format!("refs/heads/{branch}")
}
