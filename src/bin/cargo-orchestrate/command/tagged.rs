//! What was released with a tag, whoever made it.

use super::rollback_words::unknown_run;
use super::session::Session;
use crate::failure::Failure;
use crate::ui::text::plain;
use cargo_orchestrate::facts::Facts;
use cargo_orchestrate::model::{Oid, PackageName, Version, nearest};
use cargo_orchestrate::rollback::{released_with, tag_before, tagged_versions};
use cargo_orchestrate::wire::RunKind;
use std::collections::BTreeMap;

/// How many packages are named.
const MOST: usize = 5;

/// The commit of a tag, and the published versions that were released with it. By the tags at that commit,
/// or else, for a tag of the whole workspace, by what the manifests said there and at the tag before.
pub(super) fn tagged(
    session: &Session,
    facts: &Facts,
    tag: &str,
    command: &str,
) -> Result<(Oid, Vec<(PackageName, Version)>), Failure> {
    let tags = &facts.repository.tags;
    let Some(commit) = tags.get(tag).map(|tag| tag.commit.clone()) else {
        if let Some(word) = tag.split(' ').find(|word| tag.contains(' ') && !is_version(word)) {
            let text = format!("`{}` is not NAME@VERSION, as in `lib@1.2.0`", plain(word));
            return Err(Failure::refused(text));
        }
        let releases = session.past.iter().filter(|run| run.kind == RunKind::Release);
        let known: Vec<String> = releases.map(|run| run.id.0.clone()).collect();
        let near = nearest(tag, tags.keys().chain(&known).map(String::as_str));
        let failure = match near {
            Some(near) => Failure::refused(format!("there is no release or tag `{}`", plain(tag)))
                .fact("did you mean", format!("`{}`?", plain(near))),
            None => unknown_run("release or tag", tag, &known),
        };
        return Err(failure.next(format!("{command} NAME@VERSION …"), "names versions"));
    };
    let policy = &session.policy;
    let asked = tagged_versions(facts, policy, |at| *at == commit);
    if !asked.is_empty() {
        return Ok((commit, asked));
    }
    let versions = |at: &Oid| session.checkout.versions_at(at, &facts.workspace, &facts.repository);
    let at = versions(&commit)?;
    let before = tag_before(tag, facts, policy).and_then(|tag| tags.get(tag));
    let before = before.map(|tag| versions(&tag.commit)).transpose()?.unwrap_or_default();
    let asked = released_with(tag, facts, policy, &at, &before);
    if asked.is_empty() {
        return Err(unmatched(facts, tag, &commit, &at, command));
    }
    Ok((commit, asked))
}

/// Whether a word names a version of a package.
fn is_version(word: &str) -> bool {
    let parts = word.rsplit_once('@');
    parts.is_some_and(|(name, it)| PackageName::new(name).is_ok() && Version::parse(it).is_ok())
}

/// The tag is there, and nobody can tell what was released with it.
fn unmatched(
    facts: &Facts,
    tag: &str,
    commit: &Oid,
    at: &BTreeMap<PackageName, Version>,
    command: &str,
) -> Failure {
    let tag = plain(tag);
    let text = format!(
        "the tag `{tag}` exists, at {}, and stands for no published version of a member",
        commit.short(7)
    );
    let is_out = |(name, version): &(&PackageName, &Version)| {
        facts.published.get(*name).is_some_and(|it| it.version(version).is_some())
    };
    let out: Vec<String> =
        at.iter().filter(is_out).map(|(name, version)| format!("{name}@{version}")).collect();
    let there = match out.as_slice() {
        [] => "no member with a version that is published".to_owned(),
        out if out.len() <= MOST => out.join(", "),
        out => format!("{} and {} more", out[..MOST].join(", "), out.len() - MOST),
    };
    let failure = Failure::refused(text).fact("at it", there);
    match out.first() {
        Some(first) => {
            failure.next(format!("{command} {first}"), "names the version that is meant")
        }
        None => failure.next(format!("{command} NAME@VERSION …"), "names versions"),
    }
}
