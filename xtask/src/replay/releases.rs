//! What the maintainers released, told by the clusters of tags in the history.

use super::line::{Commit, Line, Tag, git, log};
use std::collections::BTreeSet;
use std::path::Path;

/// So many commits may lie between two tagged ones of the same release.
const MOST_BETWEEN: usize = 5;

/// So long may lie between them, in seconds.
const LONGEST_BETWEEN: i64 = 24 * 60 * 60;

/// Tags that were set together.
#[derive(Debug)]
pub(crate) struct Release {
    /// The place of its last commit on the line.
    pub(crate) end: usize,
    pub(crate) tags: Vec<Tag>,
}

/// All releases but one that the history begins with, oldest first.
pub(crate) fn all(line: &Line) -> Vec<Release> {
    let mut releases = Vec::new();
    let mut next = 1;
    while let Some(release) = from(line, next, &|_| true) {
        next = release.end + 1;
        releases.push(release);
    }
    releases
}

/// The commit before a release.
///
/// # Errors
/// When git does not find it.
pub(crate) fn before(repository: &Path, release: &Release) -> Result<Commit, String> {
    let oids: Vec<&str> = release.tags.iter().map(|tag| tag.oid.as_str()).collect();
    // Where a merge brought the whole release, its first commit lies behind the merge.
    let which = [&["--no-walk", "--date-order", "--reverse"], &oids[..]].concat();
    let tagged = log(repository, &which)?;
    let first = tagged.iter().min_by_key(|commit| commit.time).ok_or("a release without tags")?;
    commit(repository, &format!("{}^", first.oid))
}

/// A commit by name.
///
/// # Errors
/// When there is none of this name.
pub(crate) fn commit(repository: &Path, name: &str) -> Result<Commit, String> {
    let commits = log(repository, &["-1", name])?;
    commits.into_iter().next().ok_or_else(|| format!("`{name}` names no commit"))
}

/// The first release after a commit.
///
/// # Errors
/// When HEAD does not contain the commit, or no tag came after it.
pub(crate) fn after(repository: &Path, line: &Line, commit: &Commit) -> Result<Release, String> {
    let oid = &commit.oid;
    let place = line.place(oid).ok_or_else(|| format!("HEAD does not contain `{oid}`"))?;
    let later = git(repository, &["tag", "--no-merged", oid])?;
    let later: BTreeSet<&str> = later.lines().collect();
    from(line, place, &|tag| later.contains(tag.name.as_str()))
        .ok_or_else(|| format!("no release is tagged after `{oid}`"))
}

/// The next release on the line, beginning at a place.
pub(crate) fn next(line: &Line, place: usize) -> Option<Release> {
    from(line, place, &|_| true)
}

/// The release whose first tags stand at `place` or behind it: it goes on as long as tags follow
/// soon, and none of them names a package a second time.
fn from(line: &Line, place: usize, counts: &dyn Fn(&Tag) -> bool) -> Option<Release> {
    let mut release: Option<Release> = None;
    for (place, tags) in line.tags.range(place..) {
        let tags: Vec<Tag> = tags.iter().filter(|tag| counts(tag)).cloned().collect();
        if tags.is_empty() {
            continue;
        }
        let Some(known) = &mut release else {
            release = Some(Release { end: *place, tags });
            continue;
        };
        let soon = place - known.end <= MOST_BETWEEN
            && line.commits[*place].time - line.commits[known.end].time <= LONGEST_BETWEEN;
        let again = tags.iter().any(|tag| known.tags.iter().any(|it| it.package == tag.package));
        if !soon || again {
            break;
        }
        known.end = *place;
        known.tags.extend(tags);
    }
    release
}
