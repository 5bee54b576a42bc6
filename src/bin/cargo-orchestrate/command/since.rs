//! What was released after a revision, whoever made it.

use super::session::Session;
use super::yank_rollback::COMMAND;
use crate::failure::Failure;
use crate::journal::Run;
use crate::observe::ObserveError;
use crate::observe::git::Later;
use crate::ui::text::plain;
use cargo_orchestrate::facts::Facts;
use cargo_orchestrate::model::{Oid, PackageName, Version, nearest};
use cargo_orchestrate::plan::Finding;
use cargo_orchestrate::rollback::{After, ReleasedSince, released_since};
use cargo_orchestrate::wire::RunKind;

/// How many packages are named whose versions nobody can tell of.
const MOST: usize = 5;

/// The commits after a revision, or after the commit of a release.
pub(super) fn later_than<'a>(
    session: &'a Session,
    runs: &[Run],
    revision: &str,
) -> Result<Later<'a>, Failure> {
    let releases = || runs.iter().filter(|run| run.kind == RunKind::Release);
    let commit = releases().find(|run| run.id.0 == revision).and_then(|run| run.state.commit());
    let commit = commit.map(Oid::to_string);
    let later = session.checkout.later_than(commit.as_deref().unwrap_or(revision));
    later.map_err(|error| match error {
        ObserveError::NoRevision { .. } => {
            let mut names = session.checkout.reference_names();
            names.extend(releases().map(|run| run.id.0.clone()));
            let text = format!("there is no revision or release `{}`", plain(revision));
            let failure = Failure::set_up(text).now("nothing was changed");
            let near = nearest(revision, names.iter().map(String::as_str));
            let failure = match near {
                Some(near) => failure.fact("did you mean", format!("`{}`?", plain(near))),
                None => failure,
            };
            failure.next("git fetch --tags", "brings what the remote has")
        }
        error => error.into(),
    })
}

/// What was released in them.
pub(super) fn since(
    session: &Session,
    facts: &Facts,
    later: &Later<'_>,
    revision: &str,
) -> Result<ReleasedSince, Failure> {
    let checkout = &session.checkout;
    let then = checkout.versions_at(&later.than(), &facts.workspace, &facts.repository)?;
    let came = checkout.versions_in(later, &facts.workspace)?;
    let packed_from = |name: &PackageName, version: &Version| -> Option<Oid> {
        let registry = facts.workspace.packages.get(name)?.registry()?;
        let entry = facts.published.get(name)?.version(version)?;
        session.registries.released_commit(registry, name, entry)
    };
    let place = |commit: &Oid| later.place(commit);
    let after = After { then: &then, came: &came, place: &place, packed_from: &packed_from };
    let since = released_since(facts, &session.policy, &after);
    if !since.versions.is_empty() {
        return Ok(since);
    }
    let text = format!("nothing was released after `{}`", plain(revision));
    let failure = Failure::refused(text);
    let unplaced = unplaced(&since).into_iter();
    let failure = unplaced.fold(failure, |failure, finding| failure.fact("besides", finding.text));
    Err(failure
        .next("cargo orchestrate status", "shows what is out")
        .next(format!("{COMMAND} NAME@VERSION …"), "takes versions back"))
}

/// What was released from commits that are not here, and stays.
pub(super) fn unplaced(since: &ReleasedSince) -> Option<Finding> {
    let of = |(name, versions): (&PackageName, &Vec<Version>)| {
        let versions: Vec<String> = versions.iter().map(ToString::to_string).collect();
        format!("{name} {}", versions.join(", "))
    };
    let packages: Vec<String> = since.unplaced.iter().map(of).collect();
    let told = match packages.as_slice() {
        [] => return None,
        few if few.len() <= MOST => few.join("; "),
        many => format!("{} and those of {} more", many[..MOST].join("; "), many.len() - MOST),
    };
    let text = format!("came from commits that are not here, and are left as they are: {told}");
    let hint = "git fetch --tags    brings the commits, if the remote has them";
    Some(Finding::warning("unplaced", text).hint(hint))
}
