//! Pushing the run's commit and its tags, with the `git` program: people's credential helpers and
//! ssh settings work with it.

use super::{Failed, local, nothing_happened, process};
use cargo_orchestrate::model::Oid;
use cargo_orchestrate::run::{Certainty, Probe, Receipt, Trouble, TroubleKind};
use git2::Repository;
use std::collections::BTreeMap;
use std::path::Path;

/// What git says when another push got in between. It may have been ours: a push outlives its
/// parent when that is killed. A look at the remote decides.
const RACES: &[&str] = &["cannot lock ref", "atomic transaction failed"];

/// A repository and one of its remotes.
pub(super) struct Remote<'a> {
    pub(super) root: &'a Path,
    pub(super) name: &'a str,
}

impl Remote<'_> {
    /// Pushes a commit to a branch, only forward.
    pub(super) fn push_commit(&self, oid: &Oid, branch: &str) -> Result<(), Failed> {
        self.push(&[format!("{oid}:refs/heads/{branch}")])
    }

    /// Pushes tags, all or none.
    pub(super) fn push_tags(&self, tags: &[String]) -> Result<(), Failed> {
        let specs: Vec<String> =
            tags.iter().map(|tag| format!("refs/tags/{tag}:refs/tags/{tag}")).collect();
        self.push(&specs)
    }

    /// Whether the branch there holds the commit.
    pub(super) fn probe_commit(&self, oid: &Oid, branch: &str) -> Probe {
        let name = format!("refs/heads/{branch}");
        let there = match self.list(std::slice::from_ref(&name)) {
            Ok(mut refs) => refs.remove(&name),
            Err((_, trouble)) => return Probe::Unknown(trouble.text),
        };
        match there {
            Some(there) if there == *oid || self.contains(&there, oid) => {
                Probe::Done(Receipt::Plain)
            }
            _ => Probe::NotDone,
        }
    }

    /// Whether all tags are there, the same objects as here.
    pub(super) fn probe_tags(&self, tags: &[String]) -> Probe {
        let names: Vec<String> = tags.iter().map(|tag| format!("refs/tags/{tag}")).collect();
        let there = match self.list(&names) {
            Ok(refs) => refs,
            Err((_, trouble)) => return Probe::Unknown(trouble.text),
        };
        let Ok(repository) = Repository::open(self.root) else {
            return Probe::Unknown("could not open the repository".into());
        };
        for name in &names {
            let here = repository.refname_to_id(name).map(|oid| oid.to_string()).ok();
            match there.get(name) {
                None => return Probe::NotDone,
                Some(oid) if Some(oid.as_str()) == here.as_deref() => {}
                Some(oid) => {
                    return Probe::Foreign(format!("`{name}` on {} is at {oid}", self.name));
                }
            }
        }
        Probe::Done(Receipt::Plain)
    }

    fn push(&self, specs: &[String]) -> Result<(), Failed> {
        let mut git = process::git(self.root);
        git.args(&["push", "--porcelain", "--atomic", "--", self.name]).args(specs);
        let ran = process::run(&git).map_err(|error| local("start git", &error))?;
        if ran.success {
            return Ok(());
        }
        let refused: Vec<&str> =
            ran.stdout.lines().filter(|line| line.starts_with('!')).map(str::trim).collect();
        if refused.is_empty() {
            let text = format!("git push did not finish: {}", ran.complaint());
            return Err((Certainty::Unknown, Trouble::new(TroubleKind::Unavailable, text)));
        }
        let words: Vec<&str> = refused.iter().filter_map(|line| line.rsplit('\t').next()).collect();
        // What the other side said itself, such as which rule of a protected branch was broken.
        let said = ran.stderr.lines().filter_map(|line| line.strip_prefix("remote:"));
        let words = words.into_iter().chain(said.map(str::trim).filter(|line| !line.is_empty()));
        let words: Vec<&str> = words.collect();
        let text = format!("{} refused the push: {}", self.name, words.join("; "));
        if RACES.iter().any(|race| text.contains(race)) {
            return Err((Certainty::Unknown, Trouble::new(TroubleKind::Unavailable, text)));
        }
        Err(nothing_happened(TroubleKind::RemoteRefused, text))
    }

    fn list(&self, names: &[String]) -> Result<BTreeMap<String, Oid>, Failed> {
        let mut git = process::git(self.root);
        git.args(&["ls-remote", "--quiet", "--", self.name]).args(names);
        let ran = process::run(&git).map_err(|error| local("start git", &error))?;
        if !ran.success {
            let text = format!("could not ask {}: {}", self.name, ran.complaint());
            return Err(nothing_happened(TroubleKind::Unavailable, text));
        }
        let pairs = ran.stdout.lines().filter_map(|line| line.split_once('\t'));
        Ok(pairs.map(|(oid, name)| (name.to_owned(), Oid::from_hex(oid))).collect())
    }

    /// Whether `there` is our commit with more on top; it is fetched when it is not known here.
    fn contains(&self, there: &Oid, ours: &Oid) -> bool {
        let Ok(repository) = Repository::open(self.root) else { return false };
        let (Ok(tip), Ok(oid)) =
            (git2::Oid::from_str(there.as_str()), git2::Oid::from_str(ours.as_str()))
        else {
            return false;
        };
        if repository.find_commit(tip).is_err() {
            let mut git = process::git(self.root);
            git.args(&["fetch", "--quiet", "--no-tags", "--", self.name, there.as_str()]);
            if !process::run(&git).is_ok_and(|ran| ran.success) {
                return false;
            }
        }
        repository.graph_descendant_of(tip, oid).unwrap_or(false)
    }
}
