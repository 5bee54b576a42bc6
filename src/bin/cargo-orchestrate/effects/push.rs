//! Pushing the run's commit and its tags, with the `git` program: people's credential helpers and
//! ssh settings work with it.

use super::{Failed, local, mirror, nothing_happened, process};
use cargo_orchestrate::model::Oid;
use cargo_orchestrate::run::{Certainty, Probe, Receipt, Trouble, TroubleKind};
use git2::Repository;
use std::collections::BTreeMap;
use std::path::Path;

/// What git says when another push got in between. It may have been ours: a push outlives its
/// parent when that is killed. A look at the remote decides.
const RACES: &[&str] = &["cannot lock ref", "atomic transaction failed"];

/// What git says when the branch there has commits that are not here.
const MOVED_ON: &[&str] = &["(fetch first)", "(non-fast-forward)"];

/// How a tag stands on the remote.
struct Standing {
    is_there: bool,
    /// That it stands at another commit than here, in words.
    other_commit: Option<String>,
}

/// A repository and one of its remotes.
pub(super) struct Remote<'a> {
    pub(super) root: &'a Path,
    pub(super) name: &'a str,
    /// What goes with the pushes for the mirror of the journal.
    pub(super) mirror: Option<String>,
    /// Hears that the remote does not take the mirror.
    pub(super) heard: &'a dyn Fn(&str),
}

impl Remote<'_> {
    /// Pushes a commit to a branch, only forward. A branch that holds it already is left as it is.
    pub(super) fn push_commit(&self, oid: &Oid, branch: &str) -> Result<(), Failed> {
        let pushed = self.push_mirrored(vec![format!("{oid}:refs/heads/{branch}")]);
        match pushed {
            Err(_) if self.probe_commit(oid, branch) == Probe::Done(Receipt::Plain) => Ok(()),
            Err((certainty, mut trouble)) => {
                if MOVED_ON.iter().any(|words| trouble.text.contains(words)) {
                    let (name, merge) = (self.name, "git pull --no-rebase");
                    trouble.text = format!(
                        "{name}/{branch} has commits that are not here: `{merge} {name} {branch}` \
                         and `git push {name} {branch}` first"
                    );
                }
                Err((certainty, trouble))
            }
            Ok(()) => Ok(()),
        }
    }

    /// Pushes tags, all or none. One that stands there at the same commit serves, whoever made it.
    pub(super) fn push_tags(&self, tags: &[String]) -> Result<(), Failed> {
        let Err(failed) = self.push_mirrored(tag_specs(tags.iter())) else { return Ok(()) };
        let Ok(mut standing) = self.standing(tags) else { return Err(failed) };
        let other = standing.values_mut().find_map(|tag| tag.other_commit.take());
        if let Some(text) = other {
            return Err(nothing_happened(TroubleKind::Moved, text));
        }
        let missing = || tags.iter().filter(|tag| !standing[*tag].is_there);
        match missing().count() {
            0 => Ok(()),
            count if count == tags.len() => Err(failed),
            _ => self.push(&tag_specs(missing())),
        }
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

    /// Whether all tags are there, at the same commits as here.
    pub(super) fn probe_tags(&self, tags: &[String]) -> Probe {
        let mut standing = match self.standing(tags) {
            Ok(standing) => standing,
            Err((_, trouble)) => return Probe::Unknown(trouble.text),
        };
        match standing.values_mut().find_map(|tag| tag.other_commit.take()) {
            Some(text) => Probe::Foreign(text),
            None if standing.values().all(|tag| tag.is_there) => Probe::Done(Receipt::Plain),
            None => Probe::NotDone,
        }
    }

    /// How each tag stands on the remote.
    fn standing(&self, tags: &[String]) -> Result<BTreeMap<String, Standing>, Failed> {
        let repository =
            Repository::open(self.root).map_err(|error| local("open the repository", &error))?;
        let full = |tag: &String| format!("refs/tags/{tag}");
        let peeled = |tag: &String| format!("refs/tags/{tag}^{{}}");
        let there =
            self.list(&tags.iter().flat_map(|tag| [full(tag), peeled(tag)]).collect::<Vec<_>>())?;
        let standing = |tag: &String| {
            let here = repository.find_reference(&full(tag)).and_then(|tag| tag.peel_to_commit());
            let here = here.ok().map(|commit| commit.id().to_string());
            let commit = there.get(&peeled(tag)).or(there.get(&full(tag)));
            let other = commit.filter(|commit| Some(commit.as_str()) != here.as_deref());
            Standing {
                // Without the tag here nothing is known of it; it is made again first.
                is_there: commit.is_some() && other.is_none(),
                other_commit: other.filter(|_| here.is_some()).map(|commit| {
                    format!(
                        "the tag `{tag}` exists on {} at {commit}, not at our commit",
                        self.name
                    )
                }),
            }
        };
        Ok(tags.iter().map(|tag| (tag.clone(), standing(tag))).collect())
    }

    /// Pushes, and the mirror of the journal in the same breath. A remote that takes all but the
    /// mirror gets all but the mirror: the release does not need it to be sound.
    fn push_mirrored(&self, mut specs: Vec<String>) -> Result<(), Failed> {
        let Some(mirror) = &self.mirror else { return self.push(&specs) };
        specs.push(mirror.clone());
        let Err(failed) = self.push(&specs) else { return Ok(()) };
        let (certainty, trouble) = &failed;
        if *certainty != Certainty::NothingHappened || trouble.kind != TroubleKind::RemoteRefused {
            return Err(failed);
        }
        specs.pop();
        self.push(&specs)?;
        if mirror.starts_with(':') {
            // The mirror of a finished release says of itself that nothing is left to do.
            return Ok(());
        }
        (self.heard)(&format!(
            "{} does not take the mirror of the journal ({}); `mirror = false` in orchestrate.toml \
             stops trying",
            self.name, trouble.text
        ));
        Ok(())
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
        let tip = git2::Oid::from_str(there.as_str());
        let repository = Repository::open(self.root);
        let is_known = repository.and_then(|here| here.find_commit(tip?).map(drop)).is_ok();
        if !is_known {
            let mut git = process::git(self.root);
            git.args(&["fetch", "--quiet", "--no-tags", "--", self.name, there.as_str()]);
            if !process::run(&git).is_ok_and(|ran| ran.success) {
                return false;
            }
        }
        mirror::holds(self.root, there, ours)
    }
}

fn tag_specs<'t>(tags: impl Iterator<Item = &'t String>) -> Vec<String> {
    tags.map(|tag| format!("refs/tags/{tag}:refs/tags/{tag}")).collect()
}
