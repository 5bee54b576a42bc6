//! The remote that releases go to, and what it holds.

use super::from_git;
use super::repository::Ask;
use crate::effects::child::{self, Group};
use crate::effects::{mirror, process};
use crate::observe::{Checkout, ObserveError};
use cargo_orchestrate::facts::{Branch, Remote, RemoteBranch};
use cargo_orchestrate::model::Oid;
use git2::{Direction, Repository};
use std::collections::BTreeMap;
use std::path::Path;

/// The remote of `branch`: its upstream's, else `origin`, else the only one; nothing without any.
///
/// Releases go to the branch of the same name there.
pub(super) fn remote(
    checkout: &Checkout,
    branch: Option<&Branch>,
    own: git2::Oid,
    ask: Ask,
) -> Result<Option<Remote>, ObserveError> {
    let Some(name) = name(&checkout.repository, branch)? else {
        return Ok(None);
    };
    let unasked = Remote {
        name: name.clone(),
        branch: RemoteBranch::NotAsked,
        tags: BTreeMap::new(),
        mirrors: BTreeMap::new(),
    };
    if ask == Ask::NoRemote {
        return Ok(Some(unasked));
    }
    let answer = match on_this_machine(&checkout.repository, &name) {
        Some(refs) => Ok(refs),
        None => list(checkout, &name, branch).map(|answer| References::read(&answer)),
    };
    let mut refs = match answer {
        Ok(refs) => refs,
        Err(why) => return Ok(Some(Remote { branch: RemoteBranch::Unreachable(why), ..unasked })),
    };
    let head = branch.and_then(|branch| refs.branches.remove(&branch.name));
    let contains =
        |head| Ok::<_, ObserveError>(head == own || checkout.graph_of(own)?.contains(head));
    let state = match (branch, head) {
        (None, _) => RemoteBranch::NotAsked,
        (Some(_), None) => RemoteBranch::Absent,
        (Some(_), Some(head)) if contains(head)? => RemoteBranch::At(from_git(head)),
        (Some(_), Some(head)) => RemoteBranch::Ahead(from_git(head)),
    };
    Ok(Some(Remote { name, branch: state, tags: refs.tags, mirrors: refs.mirrors }))
}

fn name(repository: &Repository, branch: Option<&Branch>) -> Result<Option<String>, ObserveError> {
    let remotes = repository.remotes().map_err(ObserveError::git("the remotes"))?;
    // A name that git would take for an option is nobody's.
    let known: Vec<String> = remotes
        .iter()
        .filter_map(|name| name.ok().flatten())
        .filter(|name| !name.is_empty() && !name.starts_with('-'))
        .map(str::to_owned)
        .collect();
    let upstream = branch.and_then(|branch| {
        let name = repository.branch_upstream_remote(&format!("refs/heads/{}", branch.name));
        Some(String::from_utf8_lossy(&name.ok()?).into_owned())
    });
    let preferred = upstream.into_iter().chain(["origin".to_owned()]);
    let found = preferred.into_iter().find(|name| known.contains(name));
    Ok(found.or_else(|| if let [only] = known.as_slice() { Some(only.clone()) } else { None }))
}

/// What a remote listed.
#[derive(Debug, Default)]
struct References {
    branches: BTreeMap<String, git2::Oid>,
    tags: BTreeMap<String, Oid>,
    mirrors: BTreeMap<String, Oid>,
}

impl References {
    fn read(listing: &str) -> Self {
        let mut found = Self::default();
        for line in listing.lines() {
            let Some((id, name)) = line.split_once('\t') else { continue };
            let Ok(id) = git2::Oid::from_str(id) else { continue };
            found.add(name, id);
        }
        found
    }

    fn add(&mut self, name: &str, id: git2::Oid) {
        if let Some(branch) = name.strip_prefix("refs/heads/") {
            self.branches.insert(branch.to_owned(), id);
        } else if let Some(tag) = name.strip_prefix("refs/tags/")
            && !tag.starts_with('-')
        {
            self.tags.insert(tag.to_owned(), from_git(id));
        } else if let Some(run) = name.strip_prefix(mirror::REFERENCES) {
            self.mirrors.insert(run.to_owned(), from_git(id));
        }
    }
}

/// What a remote holds that is a folder of this machine, which wants neither credentials nor a child
/// process; nothing for any other, and where libgit2 does not get on with it: git says why.
fn on_this_machine(repository: &Repository, name: &str) -> Option<References> {
    let mut remote = repository.find_remote(name).ok()?;
    let url = remote.url().ok()?;
    if !url.starts_with("file://") && !Path::new(url).is_absolute() {
        return None;
    }
    remote.connect(Direction::Fetch).ok()?;
    let mut found = References::default();
    for head in remote.list().ok()? {
        // What an annotated tag leads to is listed beside it.
        if !head.name().ends_with("^{}") {
            found.add(head.name(), head.oid());
        }
    }
    Some(found)
}

/// Asks the remote for its branch of our name, its tags and mirrored journals; the error says why there is no answer.
fn list(checkout: &Checkout, remote: &str, branch: Option<&Branch>) -> Result<String, String> {
    let mut command = process::git(&checkout.repository_root).build_command();
    command
        .args(["ls-remote", "--refs", "--", remote])
        .arg("refs/tags/*")
        .arg(format!("{}*", mirror::REFERENCES));
    if let Some(branch) = branch {
        command.arg(format!("refs/heads/{}", branch.name));
    }
    let output = child::output(command, Group::Ours, Some(process::SMALL))
        .map_err(|error| format!("could not start `git`: {error}"))?;
    let Some(output) = output else {
        return Err(format!("no answer within {} seconds", process::SMALL.as_secs()));
    };
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    if output.status.success() {
        Ok(text(&output.stdout))
    } else {
        Err(without_secrets(text(&output.stderr).trim()))
    }
}

/// A text without what stands before the host in an address: user, password, token.
pub(crate) fn without_secrets(text: &str) -> String {
    let mut rest = text;
    let mut clean = String::with_capacity(text.len());
    while let Some(at) = rest.find("://") {
        let (before, address) = rest.split_at(at + 3);
        clean.push_str(before);
        let end = address.find(['/', '\'', '"', ' ', '\n']).unwrap_or(address.len());
        let host = address[..end].rfind('@').map_or(0, |at| at + 1);
        rest = &address[host..];
    }
    clean.push_str(rest);
    clean
}

/// Any listing is read, and no name in it can become an option.
#[cfg(any(test, fuzzing))]
pub(crate) fn git_listing(bytes: &[u8]) {
    let found = References::read(&String::from_utf8_lossy(bytes));
    assert!(found.tags.keys().all(|tag| !tag.starts_with('-')), "{found:?}");
    let shown = without_secrets(&String::from_utf8_lossy(bytes));
    for address in shown.split("://").skip(1) {
        let host = address.split(['/', '\'', '"', ' ', '\n']).next().unwrap_or_default();
        assert!(!host.contains('@'), "{shown}");
    }
}

#[cfg(test)]
mod tests {
    use super::{References, without_secrets};

    #[test]
    fn addresses_in_complaints_lose_their_credentials() {
        let table = [
            (
                "unable to access 'https://me:tok@host/x.git/'",
                "unable to access 'https://host/x.git/'",
            ),
            ("https://host/x@y", "https://host/x@y"),
            ("ssh://git@host", "ssh://host"),
            ("no address", "no address"),
            ("a://b@c and d://e@f", "a://c and d://f"),
        ];
        for (text, expected) in table {
            assert_eq!(without_secrets(text), expected);
        }
    }

    #[test]
    fn a_listing_is_read_and_what_looks_like_an_option_is_not() {
        let id = "1111111111111111111111111111111111111111";
        let listing = format!(
            "warning: something\n{id}\trefs/heads/main\n{id}\trefs/tags/v1\n{id}\trefs/tags/-x\n\
             {id}\trefs/orchestrate/release/r1\n{id}\trefs/orchestrate/lock\n"
        );
        let found = References::read(&listing);
        assert_eq!(found.branches.keys().collect::<Vec<_>>(), ["main"]);
        assert_eq!(found.tags.keys().collect::<Vec<_>>(), ["v1"]);
        assert_eq!(found.mirrors.keys().collect::<Vec<_>>(), ["r1"]);
    }
}
