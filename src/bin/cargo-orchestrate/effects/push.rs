//! Pushing the run's commit and its tags, with the `git` program: people's credential helpers and
//! ssh settings work with it.

use super::{Failed, local, mirror, nothing_happened, process};
use cargo_orchestrate::model::Oid;
use cargo_orchestrate::run::{Certainty, Probe, Receipt, Trouble, TroubleKind};
use git2::{Direction, Repository};
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
    /// The branch for the release's commit where the planned one does not take it.
    pub(super) own_branch: Option<String>,
    /// What goes with the pushes for the mirror of the journal.
    pub(super) mirror: Option<String>,
    /// Hears that the remote does not take the mirror.
    pub(super) heard: &'a dyn Fn(&str),
}

impl Remote<'_> {
    /// Pushes a commit to a branch, only forward. A branch that holds it already is left as it is;
    /// one that takes no pushes, as a protected one, gets a branch of the release beside it.
    pub(super) fn push_commit(&self, oid: &Oid, branch: &str) -> Result<Receipt, Failed> {
        let pushed = self.push_mirrored(vec![format!("{oid}:refs/heads/{branch}")]);
        let Err(failed) = pushed else { return Ok(Receipt::Plain) };
        if let Probe::Done(receipt) = self.probe_commit(oid, branch) {
            return Ok(receipt);
        }
        let (certainty, mut trouble) = failed;
        if MOVED_ON.iter().any(|words| trouble.text.contains(words)) {
            let (name, merge) = (self.name, "git pull --no-rebase");
            trouble.text = format!(
                "{name}/{branch} has commits that are not here: `{merge} {name} {branch}` and \
                 `git push {name} {branch}` first"
            );
            return Err((certainty, trouble));
        }
        let is_refused =
            certainty == Certainty::NothingHappened && trouble.kind == TroubleKind::RemoteRefused;
        let Some(own) = self.own_branch.as_ref().filter(|_| is_refused) else {
            return Err((certainty, trouble));
        };
        match self.push_mirrored(vec![format!("{oid}:refs/heads/{own}")]) {
            Ok(said) => {
                let name = self.name;
                (self.heard)(&format!(
                    "{} (the commit is on {name}/{own} instead, to be merged into {branch})",
                    trouble.text
                ));
                Ok(Receipt::Pushed { branch: own.clone(), merge_at: address(&said) })
            }
            // What was refused first is what there is to mend.
            Err((Certainty::NothingHappened, _)) => Err((certainty, trouble)),
            Err(failed) => Err(failed),
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
            _ => self.push(&tag_specs(missing())).map(drop),
        }
    }

    /// Whether the branch there, or the release's own, holds the commit.
    pub(super) fn probe_commit(&self, oid: &Oid, branch: &str) -> Probe {
        let full = |branch: &str| format!("refs/heads/{branch}");
        let names: Vec<String> =
            std::iter::once(branch).chain(self.own_branch.as_deref()).map(full).collect();
        let there = match self.list(&names) {
            Ok(refs) => refs,
            Err((_, trouble)) => return Probe::Unknown(trouble.text),
        };
        match (there.get(&full(branch)), &self.own_branch) {
            (Some(there), _) if there == oid || self.contains(there, oid) => {
                // What is not known here of the branch changes nothing there.
                let _ = self.note(branch, there);
                Probe::Done(Receipt::Plain)
            }
            (_, Some(own)) if there.get(&full(own)) == Some(oid) => {
                Probe::Done(Receipt::Pushed { branch: own.clone(), merge_at: None })
            }
            _ => Probe::NotDone,
        }
    }

    /// Notes where a branch of the remote is, as git does after a push or a fetch: a push outlives
    /// the parent that it would have told. What is noted already only goes forward.
    fn note(&self, branch: &str, there: &Oid) -> Result<(), git2::Error> {
        let repository = Repository::open(self.root)?;
        let remote = repository.find_remote(self.name)?;
        let branch = format!("refs/heads/{branch}");
        let mut specs = remote
            .refspecs()
            .filter(|spec| spec.direction() == Direction::Fetch && spec.src_matches(&branch));
        let Some(spec) = specs.next() else { return Ok(()) };
        let noted = spec.transform(&branch)?;
        let noted = noted.as_str()?;
        let (before, there) =
            (repository.refname_to_id(noted)?, git2::Oid::from_str(there.as_str())?);
        if repository.graph_descendant_of(there, before)? {
            repository.reference_matching(noted, there, true, before, "found on the remote")?;
        }
        Ok(())
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
        let there = self
            .list(&tags.iter().flat_map(|tag| [tag_name(tag), peeled(tag)]).collect::<Vec<_>>())?;
        let standing = |tag: &String| {
            let here =
                repository.find_reference(&tag_name(tag)).and_then(|tag| tag.peel_to_commit());
            let here = here.ok().map(|commit| commit.id().to_string());
            let commit = there.get(&peeled(tag)).or(there.get(&tag_name(tag)));
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
    fn push_mirrored(&self, mut specs: Vec<String>) -> Result<String, Failed> {
        let Some(mirror) = &self.mirror else { return self.push(&specs) };
        specs.push(mirror.clone());
        let failed = match self.push(&specs) {
            Ok(said) => return Ok(said),
            Err(failed) => failed,
        };
        let (certainty, trouble) = &failed;
        if *certainty != Certainty::NothingHappened || trouble.kind != TroubleKind::RemoteRefused {
            return Err(failed);
        }
        specs.pop();
        let said = self.push(&specs)?;
        if mirror.starts_with(':') {
            // The mirror of a finished release says of itself that nothing is left to do.
            return Ok(said);
        }
        (self.heard)(&format!(
            "{} does not take the mirror of the journal ({}); `mirror = false` in orchestrate.toml \
             stops trying",
            self.name, trouble.text
        ));
        Ok(said)
    }

    /// Pushes; what the other side said.
    fn push(&self, specs: &[String]) -> Result<String, Failed> {
        let mut git = process::git(self.root);
        git.args(&["push", "--porcelain", "--atomic", "--", self.name]).args(specs);
        let ran = process::run_within(&git, process::LARGE)
            .map_err(|error| local("start git", &error))?;
        if ran.success {
            return Ok(ran.stderr);
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
        let ran = process::run_within(&git, process::SMALL)
            .map_err(|error| local("start git", &error))?;
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
            if !process::run_within(&git, process::LARGE).is_ok_and(|ran| ran.success) {
                return false;
            }
        }
        mirror::holds(self.root, there, ours)
    }
}

/// The commits that tags stand at on a remote; those that are not there are left out.
pub(crate) fn tags_there(
    root: &Path,
    remote: &str,
    tags: &[String],
) -> Result<BTreeMap<String, Oid>, String> {
    let remote = Remote { root, name: remote, own_branch: None, mirror: None, heard: &|_| {} };
    let names = tags.iter().flat_map(|tag| [tag_name(tag), peeled(tag)]).collect::<Vec<_>>();
    let mut there = remote.list(&names).map_err(|(_, trouble)| trouble.text)?;
    let commit = |tag: &String| {
        let commit = there.remove(&peeled(tag)).or_else(|| there.remove(&tag_name(tag)))?;
        Some((tag.clone(), commit))
    };
    Ok(tags.iter().filter_map(commit).collect())
}

/// Whether a branch of a remote holds a commit.
pub(crate) fn branch_holds(root: &Path, remote: &str, branch: &str, commit: &Oid) -> Probe {
    Remote { root, name: remote, own_branch: None, mirror: None, heard: &|_| {} }
        .probe_commit(commit, branch)
}

/// The first address that a host names, where a merge request can be opened.
fn address(said: &str) -> Option<String> {
    let lines = said.lines().filter_map(|line| line.strip_prefix("remote:"));
    let mut words = lines.flat_map(str::split_whitespace);
    words.find(|word| word.starts_with("https://")).map(str::to_owned)
}

fn tag_name(tag: &str) -> String {
    format!("refs/tags/{tag}")
}

/// What a remote calls the commit of an annotated tag.
fn peeled(tag: &str) -> String {
    format!("refs/tags/{tag}^{{}}")
}

fn tag_specs<'t>(tags: impl Iterator<Item = &'t String>) -> Vec<String> {
    tags.map(|tag| format!("refs/tags/{tag}:refs/tags/{tag}")).collect()
}

#[cfg(test)]
mod tests {
    use super::address;

    #[test]
    fn where_a_merge_request_can_be_opened_is_what_the_host_says() {
        let said = "remote: \nremote: Create a pull request for 'x' on the host by visiting:\n\
                    remote:      https://host.invalid/o/r/pull/new/x\nremote: \nTo https://host.invalid/o/r\n";
        assert_eq!(address(said).as_deref(), Some("https://host.invalid/o/r/pull/new/x"));
        assert_eq!(address("To https://host.invalid/o/r\n"), None);
    }
}
