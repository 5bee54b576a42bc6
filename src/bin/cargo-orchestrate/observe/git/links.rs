//! Symbolic links that lead out of the repository.

use super::index_file::tracked;
use crate::observe::{Checkout, ObserveError};
use cargo_orchestrate::model::RelPath;
use git2::{Oid, Repository};
use std::collections::BTreeMap;
use std::path::{Component, Path};

/// The mode git gives a symlink.
const SYMLINK: u32 = 0o120_000;

/// The symlinks in the git index: their paths, and the objects that say where they lead.
pub(super) fn symlinks(git: &Repository) -> Result<Vec<(Vec<u8>, Oid)>, git2::Error> {
    tracked(git, |_, mode| mode == SYMLINK)
}

/// The tracked links that lead out of the repository, or to what git keeps there, with what they lead
/// to. Cargo follows links and packs what is there.
pub(super) fn links_out(checkout: &Checkout) -> Result<BTreeMap<RelPath, String>, ObserveError> {
    let root = &checkout.repository_root;
    let links = symlinks(&checkout.repository).map_err(ObserveError::git("the git index"))?;
    let links = links.into_iter();
    let links = links.filter_map(|(path, _)| RelPath::new(String::from_utf8_lossy(&path)).ok());
    Ok(links.filter_map(|link| Some((link.clone(), target(root, &link)?))).collect())
}

/// What a link leads to, where that is nobody's to pack.
fn target(root: &Path, link: &RelPath) -> Option<String> {
    let path = root.join(link.as_str());
    if let Ok(real) = path.canonicalize() {
        return is_out(root, &real).then(|| real.display().to_string());
    }
    // What is not there now may be when it is packed.
    let text = path.read_link().ok()?.display().to_string();
    link.parent().join(&text).is_err().then_some(text)
}

/// Whether a path, its links resolved, is no part of what the repository in `root` tracks.
pub(crate) fn is_out(root: &Path, real: &Path) -> bool {
    let below = real.strip_prefix(root);
    let is_gits = |part: Component<'_>| part.as_os_str() == ".git";
    below.map_or(true, |below| below.components().any(is_gits))
}
