//! The repositories downstream: those that use the packages of this workspace.

use super::place::{NamedTable, Place, Source};
use super::{PolicyError, nearest};
use crate::model::RelPath;
use toml_edit::Item;

/// The keys of the table of one repository.
pub(super) const KEYS: [&str; 4] = ["branch", "folder", "git", "path"];

/// A repository that uses packages of this workspace.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DownstreamRepository {
    /// The name in `[downstream.NAME]`.
    pub name: String,
    pub source: DownstreamSource,
    /// Where its table begins.
    pub place: Place,
}

/// Where a repository downstream is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DownstreamSource {
    /// A folder of this machine, seen from the root manifest: a repository or a folder inside one.
    Path(String),
    /// An address that `git` fetches from, the branch, which is the remote's default without one, and the
    /// folder in it that counts, which is its root without one.
    Git { url: String, branch: Option<String>, folder: RelPath },
}

impl DownstreamSource {
    /// The path or the address, as it is written.
    #[must_use]
    pub fn text(&self) -> &str {
        match self {
            Self::Path(path) => path,
            Self::Git { url, .. } => url,
        }
    }
}

/// The tables behind `downstream`, each written as `[downstream.NAME]`.
pub(super) fn tables<'i>(
    source: &Source<'_>,
    item: &'i Item,
) -> Result<Vec<NamedTable<'i>>, PolicyError> {
    source.named_tables(
        item,
        "`downstream` must be a table for each repository, as `[downstream.NAME]` with \
                    `path` or `git`",
    )
}

/// Reads the table of one repository.
pub(super) fn read(
    source: &Source<'_>,
    (name, item, table): NamedTable<'_>,
) -> Result<DownstreamRepository, PolicyError> {
    let place = source.place(table.iter().find_map(|(_, item)| item.span()).or(item.span()));
    let wrong = |text: String| Err(PolicyError { place: place.clone(), message: text });
    if name.trim().is_empty() {
        return wrong("a repository downstream needs a name, as `[downstream.app]`".to_owned());
    }
    let named = match (table.get("path"), table.get("git")) {
        (Some(path), None) => DownstreamSource::Path(local(source, path)?),
        (None, Some(url)) => DownstreamSource::Git {
            url: address(source, url)?,
            branch: table.get("branch").map(|branch| self::branch(source, branch)).transpose()?,
            folder: match table.get("folder") {
                Some(folder) => self::folder(source, folder)?,
                None => RelPath::root(),
            },
        },
        (Some(_), Some(url)) => {
            let text = format!("`downstream.{name}` has both `path` and `git`; keep one of them");
            return Err(source.error(url, text));
        }
        (None, None) => {
            let mut keys = table.iter().map(|(key, _)| key).filter(|key| !KEYS.contains(key));
            let meant = keys.find(|key| nearest(key, ["path", "git"]).is_some());
            let meant = meant.map(|key| format!("; `{key}` means nothing here"));
            return wrong(format!(
                "`downstream.{name}` has neither `path` nor `git`{}",
                meant.unwrap_or_default()
            ));
        }
    };
    if let (DownstreamSource::Path(_), Some(branch)) = (&named, table.get("branch")) {
        let text = "`branch` goes with `git`; of a `path` what is checked out counts";
        return Err(source.error(branch, text.to_owned()));
    }
    if let (DownstreamSource::Path(_), Some(folder)) = (&named, table.get("folder")) {
        let text = "`folder` goes with `git`; a `path` names the folder itself";
        return Err(source.error(folder, text.to_owned()));
    }
    Ok(DownstreamRepository { name: name.to_owned(), source: named, place })
}

fn local(source: &Source<'_>, item: &Item) -> Result<String, PolicyError> {
    let text = source.string("path", item)?;
    if text.trim().is_empty() || text.contains('\0') {
        return Err(source.error(item, "`path` must be a folder, as `../app`".to_owned()));
    }
    if text.contains("://") {
        let text = format!("`path`: `{text}` is an address; write it as `git = \"…\"`");
        return Err(source.error(item, text));
    }
    Ok(text.to_owned())
}

/// A folder of a repository, from its root.
fn folder(source: &Source<'_>, item: &Item) -> Result<RelPath, PolicyError> {
    let text = source.string("folder", item)?;
    let folder = RelPath::new(text).ok().filter(|folder| !folder.as_str().is_empty());
    folder.ok_or_else(|| {
        let text = format!("`folder`: `{text}` is no folder in a repository, as `crates/app`");
        source.error(item, text)
    })
}

/// An address without a credential: it would stand in a file that is committed, and among the
/// arguments of `git`.
fn address(source: &Source<'_>, item: &Item) -> Result<String, PolicyError> {
    let text = source.string("git", item)?;
    let wrong = |what: &str| Err(source.error(item, format!("`git`: {what}")));
    if text.trim().is_empty() || text.starts_with('-') || text.contains(char::is_control) {
        return wrong("expected is an address, as `https://example.org/team/app`");
    }
    if text.contains("::") {
        return wrong("addresses that name a program of their own are not followed");
    }
    let authority = text.split_once("://").map(|(scheme, rest)| {
        let host = rest.split('/').next().unwrap_or_default();
        (scheme.to_ascii_lowercase(), host.rsplit_once('@').map(|(user, _)| user))
    });
    match authority {
        Some((_, Some(user))) if user.contains(':') => {
            wrong("the address holds a password; leave it out, git's credential helper has it")
        }
        Some((scheme, Some(_))) if scheme.starts_with("http") => wrong(
            "the address holds a user or a token; leave it out, git's credential helper has it",
        ),
        _ => Ok(text.to_owned()),
    }
}

fn branch(source: &Source<'_>, item: &Item) -> Result<String, PolicyError> {
    let text = source.string("branch", item)?;
    let odd = |c: char| c.is_whitespace() || c.is_control() || "~^:?*[\\".contains(c);
    if text.is_empty()
        || text.contains(odd)
        || text.starts_with(['-', '/', '.'])
        || text.ends_with(['/', '.'])
        || ["..", "@{", "//"].iter().any(|bad| text.contains(bad))
    {
        return Err(source.error(item, format!("`branch`: `{text}` is no branch that git takes")));
    }
    Ok(text.to_owned())
}
