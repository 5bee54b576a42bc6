//! A branch of commits picked onto another one, made without a working tree.

use cargo_orchestrate::model::Oid;
use git2::{Commit, ErrorCode, Repository};
use std::collections::BTreeMap;
use std::path::Path;

/// A branch that was made.
pub(crate) struct Picked {
    /// The tag that it starts from.
    pub(crate) base: String,
}

/// Makes a branch at the last of these tags, with the commits picked on top in the order given.
/// Nothing that is checked out changes; a branch that is there already stays.
///
/// # Errors
/// Why not, in words; then nothing was changed.
pub(crate) fn branch(
    root: &Path,
    name: &str,
    tags: &BTreeMap<String, Oid>,
    picks: &[String],
) -> Result<Picked, String> {
    let said = |error: git2::Error| error.message().to_owned();
    let repository = Repository::open(root).map_err(said)?;
    let (base, mut top) = last(&repository, tags)?;
    for pick in picks {
        let found = repository.revparse_single(pick).and_then(|it| it.peel_to_commit());
        let commit = found.map_err(|error| format!("`{pick}`: {}", error.message()))?;
        top = picked(&repository, &commit, &top)
            .map_err(|why| format!("`{pick}` does not go on top of {base}: {why}"))?;
    }
    match repository.branch(name, &top, false) {
        Ok(_) => Ok(Picked { base }),
        Err(error) if error.code() == ErrorCode::Exists => {
            Err(format!("there is one already: `git branch -D {name}` removes it"))
        }
        Err(error) => Err(said(error)),
    }
}

/// The tag whose commit has all the others behind it.
fn last<'r>(
    repository: &'r Repository,
    tags: &BTreeMap<String, Oid>,
) -> Result<(String, Commit<'r>), String> {
    let mut last: Option<(String, git2::Oid)> = None;
    for (tag, commit) in tags {
        let commit = git2::Oid::from_str(&commit.to_string());
        let commit = commit.map_err(|error| error.message().to_owned())?;
        last = Some(match last {
            None => (tag.clone(), commit),
            Some((_, at)) if follows(repository, commit, at) => (tag.clone(), commit),
            Some((before, at)) if commit == at || follows(repository, at, commit) => (before, at),
            Some((before, _)) => {
                return Err(format!("`{before}` and `{tag}` are not on one line of history"));
            }
        });
    }
    let (tag, commit) = last.ok_or("no last good version has a tag")?;
    let commit = repository.find_commit(commit).map_err(|error| error.message().to_owned())?;
    Ok((tag, commit))
}

fn follows(repository: &Repository, commit: git2::Oid, other: git2::Oid) -> bool {
    repository.graph_descendant_of(commit, other).unwrap_or(false)
}

/// The commit once more, on top of another.
fn picked<'r>(
    repository: &'r Repository,
    commit: &Commit<'r>,
    top: &Commit<'r>,
) -> Result<Commit<'r>, String> {
    let said = |error: git2::Error| error.message().to_owned();
    if commit.parent_count() > 1 {
        return Err("it is a merge; name the commits that it brought".to_owned());
    }
    let mut index = repository.cherrypick_commit(commit, top, 0, None).map_err(said)?;
    if index.has_conflicts() {
        let conflicts = index.conflicts().map_err(said)?;
        let paths = conflicts.flatten().filter_map(|it| it.our.or(it.their));
        let paths: Vec<String> =
            paths.map(|it| format!("`{}`", String::from_utf8_lossy(&it.path))).collect();
        return Err(format!("it conflicts in {}", paths.join(", ")));
    }
    let tree = index.write_tree_to(repository).map_err(said)?;
    let tree = repository.find_tree(tree).map_err(said)?;
    let message = String::from_utf8_lossy(commit.message_bytes()).trim_end().to_owned();
    let message = format!("{message}\n\n(cherry picked from commit {})\n", commit.id());
    let committer = repository.signature().map_err(said)?;
    let made = repository
        .commit(None, &commit.author(), &committer, &message, &tree, &[top])
        .map_err(said)?;
    repository.find_commit(made).map_err(said)
}
