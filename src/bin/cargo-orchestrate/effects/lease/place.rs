//! Where the lock stands: one ref of the remote, moved only from what was seen there.

use super::super::{causes, process};
use super::claim::Claim;
use git2::{Repository, Signature};
use std::path::PathBuf;

/// The ref that is the lock.
pub(super) const REF: &str = "refs/orchestrate/lock";

/// What git and hosts say when somebody else moved the ref meanwhile.
const RACES: &[&str] = &[
    "stale info",
    "cannot lock ref",
    "failed to update ref",
    "reference already exists",
    "File exists",
    "atomic transaction failed",
];

/// A repository and the name of one of its remotes.
#[derive(Debug)]
pub(super) struct Place {
    pub(super) root: PathBuf,
    pub(super) remote: String,
}

/// A lock that stands there.
#[derive(Debug, Clone)]
pub(super) struct Seen {
    pub(super) commit: String,
    /// None where it cannot be read.
    pub(super) claim: Option<Claim>,
}

/// The ref was not moved, as far as the answer says.
#[derive(Debug)]
pub(super) struct NotMoved {
    pub(super) text: String,
    /// Whether somebody else was faster.
    pub(super) is_race: bool,
}

impl Place {
    /// The commit that the ref is at.
    pub(super) fn commit(&self) -> Result<Option<String>, String> {
        let ran = self.git(&["ls-remote", "--quiet", "--", &self.remote, REF])?;
        if !ran.success {
            return Err(format!("could not ask {}: {}", self.remote, ran.complaint()));
        }
        let mut pairs = ran.stdout.lines().filter_map(|line| line.split_once('\t'));
        Ok(pairs.find(|(_, name)| *name == REF).map(|(commit, _)| commit.to_owned()))
    }

    /// The lock as it stands there.
    pub(super) fn look(&self) -> Result<Option<Seen>, String> {
        let Some(commit) = self.commit()? else { return Ok(None) };
        if let Some(claim) = self.read(&commit) {
            return Ok(Some(Seen { commit, claim: Some(claim) }));
        }
        // Without `FETCH_HEAD`, which is people's, and without tidying up their repository.
        let fetch = ["-c", "gc.auto=0", "-c", "maintenance.auto=false", "fetch", "--quiet"];
        let what = ["--no-tags", "--no-write-fetch-head", "--", &self.remote, REF];
        let arguments: Vec<&str> = fetch.into_iter().chain(what).collect();
        let _ = self.git(&arguments)?;
        let claim = self.read(&commit);
        Ok(Some(Seen { commit, claim }))
    }

    fn read(&self, commit: &str) -> Option<Claim> {
        let repository = Repository::open(&self.root).ok()?;
        let commit = repository.find_commit(git2::Oid::from_str(commit).ok()?).ok()?;
        Claim::parse(commit.message().ok()?)
    }

    /// A commit of nothing whose message is the claim, on top of what stands there: hosts that
    /// take no history back accept it, too.
    pub(super) fn write(&self, claim: &Claim, on: Option<&str>) -> Result<String, String> {
        let write = || -> Result<git2::Oid, git2::Error> {
            let repository = Repository::open(&self.root)?;
            let nobody = || Signature::now("cargo-orchestrate", "cargo-orchestrate@localhost");
            let who = repository.signature().or_else(|_| nobody())?;
            let tree = repository.find_tree(repository.treebuilder(None)?.write()?)?;
            let parent = on.and_then(|on| git2::Oid::from_str(on).ok());
            let parent = parent.and_then(|on| repository.find_commit(on).ok());
            let parents: Vec<_> = parent.iter().collect();
            repository.commit(None, &who, &who, &claim.text(), &tree, &parents)
        };
        write()
            .map(|oid| oid.to_string())
            .map_err(|error| format!("could not write the lock's commit: {}", causes(&error)))
    }

    /// Moves the ref from what was seen there to another commit, or away with none.
    pub(super) fn shift(&self, from: Option<&str>, to: Option<&str>) -> Result<(), NotMoved> {
        let lease = format!("--force-with-lease={REF}:{}", from.unwrap_or_default());
        let spec = format!("{}:{REF}", to.unwrap_or_default());
        // Hooks and settings for pushes are about branches.
        let push = ["push", "--porcelain", "--no-verify", "--no-follow-tags", "--no-signed"];
        let rest = ["--recurse-submodules=no", &lease, "--", &self.remote, &spec];
        let arguments: Vec<&str> = push.into_iter().chain(rest).collect();
        let ran = self.git(&arguments).map_err(|text| NotMoved { text, is_race: false })?;
        if ran.success {
            return Ok(());
        }
        let refused = ran.stdout.lines().find(|line| line.starts_with('!'));
        let text = match refused.and_then(|line| line.rsplit('\t').next()) {
            Some(words) => words.trim().to_owned(),
            None => ran.complaint(),
        };
        let is_race = RACES.iter().any(|race| text.contains(race));
        Err(NotMoved { text, is_race })
    }

    fn git(&self, arguments: &[&str]) -> Result<process::Ran, String> {
        let mut git = process::git(&self.root);
        git.args(arguments);
        process::run_within(&git, process::SMALL)
            .map_err(|error| format!("could not start git: {error}"))
    }
}
