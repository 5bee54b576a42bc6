//! Tags as their references have them, before anything is asked of the objects.
//!
//! A repository of many years has thousands, nearly all in one file, which is read here in a tenth of the
//! time that libgit2 takes to make references of them. Where a name or a file is unusual, libgit2 reads.

use git2::{Oid, Repository};
use std::collections::BTreeMap;
use std::fs;
use std::io::ErrorKind;
use std::path::Path;

/// A tag, by its reference alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Mark {
    pub(super) oid: Oid,
    /// Where an annotated tag leads, as packed references say, so that it need not be read.
    pub(super) leads_to: Option<Oid>,
}

/// All tags that refer to an object, by name. A name that begins with `-` or is no UTF-8 cannot be a
/// release's and is left out.
pub(super) fn marks(repository: &Repository) -> Result<BTreeMap<String, Mark>, git2::Error> {
    let mut marks = match in_files(repository.commondir()) {
        Some(marks) => marks,
        None => by_libgit2(repository)?,
    };
    marks.retain(|name, _| !name.starts_with('-'));
    Ok(marks)
}

const TAGS: &str = "refs/tags/";

fn by_libgit2(repository: &Repository) -> Result<BTreeMap<String, Mark>, git2::Error> {
    let mut marks = BTreeMap::new();
    for reference in repository.references_glob("refs/tags/*")? {
        let reference = reference?;
        let name = reference.name().ok().and_then(|name| name.strip_prefix(TAGS));
        if let Some((name, oid)) = name.zip(reference.target()) {
            marks.insert(name.to_owned(), Mark { oid, leads_to: reference.target_peel() });
        }
    }
    Ok(marks)
}

/// Nothing where a name or a file is unusual.
fn in_files(common_dir: &Path) -> Option<BTreeMap<String, Mark>> {
    let mut marks = match fs::read_to_string(common_dir.join("packed-refs")) {
        Ok(text) => packed(&text)?,
        Err(error) if error.kind() == ErrorKind::NotFound => BTreeMap::new(),
        Err(_) => return None,
    };
    let folder = common_dir.join(TAGS);
    if folder.exists() {
        loose(&folder, "", &mut marks)?;
    }
    Some(marks)
}

/// The tags among packed references: `<id> refs/tags/<name>`, below an annotated one `^<id>`.
fn packed(text: &str) -> Option<BTreeMap<String, Mark>> {
    let mut marks: Vec<(String, Mark)> = Vec::new();
    let mut is_tag = false;
    for line in text.lines().filter(|line| !line.starts_with('#')) {
        if let Some(id) = line.strip_prefix('^') {
            if let Some((_, mark)) = marks.last_mut().filter(|_| is_tag) {
                mark.leads_to = Some(oid(id)?);
            }
            continue;
        }
        let (id, name) = line.split_once(' ')?;
        let name = name.strip_prefix(TAGS);
        is_tag = name.is_some();
        if let Some(name) = name {
            let name = Some(name).filter(|name| is_usual(name))?;
            marks.push((name.to_owned(), Mark { oid: oid(id)?, leads_to: None }));
        }
    }
    Some(marks.into_iter().collect())
}

/// Adds the tags that have files of their own, which come before packed ones.
fn loose(folder: &Path, above: &str, marks: &mut BTreeMap<String, Mark>) -> Option<()> {
    for entry in fs::read_dir(folder).ok()? {
        let entry = entry.ok()?;
        let name = format!("{above}{}", entry.file_name().to_str()?);
        if !is_usual(&name) {
            return None;
        }
        if entry.file_type().ok()?.is_dir() {
            loose(&entry.path(), &format!("{name}/"), marks)?;
        } else {
            let text = fs::read_to_string(entry.path()).ok()?;
            marks.insert(name, Mark { oid: oid(text.strip_suffix('\n')?)?, leads_to: None });
        }
    }
    Some(())
}

/// Whether a name has nothing that git and libgit2 have rules for.
fn is_usual(name: &str) -> bool {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.+/".contains(&byte);
    name.bytes().all(is_plain)
        && !name.contains("..")
        && name.split('/').all(|part| {
            let is_hidden = part.is_empty() || part.starts_with('.');
            !is_hidden && !part.ends_with('.') && !part.contains(".lock")
        })
}

fn oid(hex: &str) -> Option<Oid> {
    if hex.len() == 40 { Oid::from_str(hex).ok() } else { None }
}

#[cfg(test)]
mod tests {
    use super::super::testing::World;
    use super::*;
    use std::process::Command;

    fn git(world: &World, words: &[&str]) {
        let mut git = Command::new("git");
        git.current_dir(world.folder.path()).args(["-c", "user.name=me", "-c", "user.email=m@x"]);
        assert!(git.args(words).status().expect("git").success(), "{words:?}");
    }

    fn both(world: &World) -> (Option<Vec<String>>, Vec<String>) {
        let shown = |marks: BTreeMap<String, Mark>| {
            let marks = marks.into_iter();
            marks.map(|(name, mark)| format!("{name} {mark:?}")).collect::<Vec<_>>()
        };
        // What was packed meanwhile is seen by whoever opens the repository anew.
        let opened = Repository::open(world.folder.path()).expect("a repository");
        (in_files(opened.commondir()).map(shown), shown(by_libgit2(&opened).expect("tags")))
    }

    #[test]
    fn files_say_what_libgit2_says() {
        let mut world = World::released();
        let check = |world: &World, count: usize| {
            let (files, libgit2) = both(world);
            assert_eq!(files.as_ref(), Some(&libgit2));
            assert_eq!(libgit2.len(), count);
        };
        check(&world, 2);
        git(&world, &["tag", "-a", "-m", "annotated", "group/a-1.0.0+b"]);
        check(&world, 3);
        git(&world, &["pack-refs", "--all"]);
        check(&world, 3);
        world.write(&[("x", "")]);
        world.commit("feat: more");
        git(&world, &["tag", "-f", "a-v0.1.0"]);
        git(&world, &["tag", "-f", "group/a-1.0.0+b"]);
        git(&world, &["tag", "new"]);
        check(&world, 4);
        git(&world, &["tag", "-d", "app-v1.0.0"]);
        check(&world, 3);
    }

    #[test]
    fn what_is_unusual_is_left_to_libgit2() {
        let world = World::released();
        git(&world, &["pack-refs", "--all"]);
        let tags = world.folder.path().join(".git/refs/tags");
        fs::create_dir_all(&tags).expect("a folder");
        for (name, text) in [("a.lock", ""), ("half", "12"), ("link", "ref: refs/heads/main\n")] {
            fs::write(tags.join(name), text).expect("a file");
            assert_eq!(in_files(world.git.commondir()), None, "{name}");
            fs::remove_file(tags.join(name)).expect("a file");
        }
        git(&world, &["tag", "ümlaut"]);
        assert_eq!(in_files(world.git.commondir()), None);
        let marks = marks(&world.git).expect("tags");
        assert_eq!(marks.keys().collect::<Vec<_>>(), ["a-v0.1.0", "app-v1.0.0", "ümlaut"]);
    }
}
