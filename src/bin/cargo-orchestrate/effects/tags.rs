//! Annotated tags at the run's commit.

use super::commit::TRAILER;
use super::{Failed, leftover, local, nothing_happened, process};
use crate::fail_point;
use cargo_orchestrate::model::Oid;
use cargo_orchestrate::plan::TagPoint;
use cargo_orchestrate::run::{Probe, Receipt, Trouble, TroubleKind};
use git2::{Repository, Signature};
use std::path::Path;

/// A repository and whose tags are made.
pub(super) struct Tags<'a> {
    pub(super) root: &'a Path,
    pub(super) plan: &'a str,
    /// The commit to tag where a tag names none.
    pub(super) commit: &'a Oid,
}

/// What a tag's name stands for now.
enum Standing {
    Absent,
    Ours,
    Other(String),
}

impl Tags<'_> {
    /// Creates the tags that are not there yet.
    pub(super) fn create(&self, tags: &[TagPoint]) -> Result<(), Failed> {
        let git = |error: git2::Error| local("create the tag", &error);
        let repository = Repository::open(self.root).map_err(git)?;
        let sign = repository.config().and_then(|config| config.get_bool("tag.gpgsign"));
        let mut tagger = None;
        for tag in tags {
            match self.standing(&repository, tag).map_err(git)? {
                Standing::Ours => continue,
                Standing::Other(text) => return Err(nothing_happened(TroubleKind::Moved, text)),
                Standing::Absent => {}
            }
            leftover::clear_reference(&repository, &format!("refs/tags/{}", tag.name));
            let message = format!("{}\n\n{TRAILER}: {}\n", tag.message.trim_end(), self.plan);
            if sign == Ok(true) {
                self.sign(tag, &message)?;
                continue;
            }
            let object = git2::Oid::from_str(self.at(tag).as_str())
                .and_then(|oid| repository.find_object(oid, None))
                .map_err(git)?;
            let who = match &tagger {
                Some(who) => who,
                None => tagger.insert(self.tagger()?),
            };
            repository.tag(&tag.name, &object, who, &message, false).map_err(git)?;
            fail_point::place("a tag, made");
        }
        Ok(())
    }

    /// Whether tags could be made: found out before anything is published, for afterwards a
    /// missing name or key would stop the release half-way.
    pub(super) fn try_out(&self) -> Result<(), Failed> {
        let who = self.tagger()?;
        let git = |error: git2::Error| local("look at the tags to come", &error);
        let repository = Repository::open(self.root).map_err(git)?;
        let sign = repository.config().and_then(|config| config.get_bool("tag.gpgsign"));
        if sign != Ok(true) {
            return Ok(());
        }
        let tree = repository.head().and_then(|head| head.peel_to_tree()).map_err(git)?;
        let mut git = process::git(self.root);
        let message = format!("a trial of the key of {}", who.name().unwrap_or("nobody"));
        // An object that nothing refers to; git clears it away some day.
        git.args(&["commit-tree", "-S", "-m", &message, &tree.id().to_string()]);
        let ran = process::run(&git).map_err(|error| local("start git", &error))?;
        if ran.success {
            return Ok(());
        }
        let text = format!("git could not sign the tags to come: {}", ran.complaint());
        Err(nothing_happened(TroubleKind::Local, text))
    }

    /// Who makes the tags, as git itself finds out: from its configuration or the environment.
    fn tagger(&self) -> Result<Signature<'static>, Failed> {
        let mut git = process::git(self.root);
        git.args(&["var", "GIT_COMMITTER_IDENT"]);
        let ran = process::run(&git).map_err(|error| local("start git", &error))?;
        let who = ran.stdout.trim().rsplit_once('>').and_then(|(who, _)| who.split_once('<'));
        let Some((name, email)) = who.filter(|_| ran.success) else {
            let text = format!("git does not know who makes the tags: {}", ran.complaint());
            return Err(nothing_happened(TroubleKind::Local, text));
        };
        Signature::now(name.trim(), email).map_err(|error| local("make the tags", &error))
    }

    /// Whether all tags are there and ours.
    pub(super) fn probe(&self, tags: &[TagPoint]) -> Probe {
        let Ok(repository) = Repository::open(self.root) else {
            return Probe::Unknown("could not open the repository".into());
        };
        for tag in tags {
            match self.standing(&repository, tag) {
                Ok(Standing::Ours) => {}
                Ok(Standing::Absent) => return Probe::NotDone,
                Ok(Standing::Other(text)) => return Probe::Foreign(text),
                Err(error) => return Probe::Unknown(error.message().to_owned()),
            }
        }
        Probe::Done(Receipt::Plain)
    }

    /// Deletes the tags that are ours; they were never pushed.
    pub(super) fn undo(&self, tags: &[TagPoint]) -> Result<(), Trouble> {
        let trouble = |error: git2::Error| {
            Trouble::new(TroubleKind::Local, format!("could not delete the tag: {error}"))
        };
        let repository = Repository::open(self.root).map_err(trouble)?;
        for tag in tags {
            if matches!(self.standing(&repository, tag).map_err(trouble)?, Standing::Ours) {
                leftover::clear_reference(&repository, &format!("refs/tags/{}", tag.name));
                repository.tag_delete(&tag.name).map_err(trouble)?;
            }
        }
        Ok(())
    }

    fn at<'t>(&'t self, tag: &'t TagPoint) -> &'t Oid {
        tag.commit.as_ref().unwrap_or(self.commit)
    }

    /// A tag at the right commit serves, whoever made it: it says what we would say.
    fn standing(&self, repository: &Repository, tag: &TagPoint) -> Result<Standing, git2::Error> {
        let reference = match repository.find_reference(&format!("refs/tags/{}", tag.name)) {
            Ok(reference) => reference,
            Err(error) if error.code() == git2::ErrorCode::NotFound => return Ok(Standing::Absent),
            Err(error) => return Err(error),
        };
        let commit = reference.peel_to_commit()?.id().to_string();
        if commit == self.at(tag).as_str() {
            return Ok(Standing::Ours);
        }
        Ok(Standing::Other(format!("the tag `{}` exists at {commit}", tag.name)))
    }

    fn sign(&self, tag: &TagPoint, message: &str) -> Result<(), Failed> {
        let mut git = process::git(self.root);
        git.args(&["tag", "--sign", "-m", message, "--", &tag.name, self.at(tag).as_str()]);
        let ran = process::run(&git).map_err(|error| local("start git", &error))?;
        if ran.success {
            return Ok(());
        }
        let text = format!("git did not sign the tag `{}`: {}", tag.name, ran.complaint());
        Err(nothing_happened(TroubleKind::Local, text))
    }
}
