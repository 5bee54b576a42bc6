//! A folder that looks like the whole file system to Cargo, with other contents in some files.
//!
//! It begins at the root, so that every path keeps its meaning: `../outside` leads to what lies
//! outside, and Cargo's configuration and `rust-toolchain.toml` are found in the folders above.
//! Real are only the folders on the way to a file that differs; everything else is linked to.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fs;
use std::io;
use std::path::{Component, Path, PathBuf};

/// What a file holds in the mirror; nothing for one that is not there.
pub(in super::super) type Content = Option<String>;

/// Below a folder: what differs, by the rest of the path.
type Rest<'a> = Vec<(&'a [OsString], &'a Content)>;

/// Makes `root` a mirror in which the files of `contents`, by their absolute paths, are different.
pub(in super::super) fn mirror(
    root: &Path,
    contents: &BTreeMap<PathBuf, Content>,
) -> io::Result<()> {
    let split: Vec<(Vec<OsString>, &Content)> =
        contents.iter().map(|(path, content)| (names(path), content)).collect();
    let rest = split.iter().map(|(names, content)| (names.as_slice(), *content)).collect();
    folder(Path::new("/"), root, rest)
}

/// Where a path of the real file system is in the mirror.
pub(in super::super) fn inside(root: &Path, path: &Path) -> PathBuf {
    root.join(names(path).iter().collect::<PathBuf>())
}

fn names(path: &Path) -> Vec<OsString> {
    let normal = |part| match part {
        Component::Normal(name) => Some(name.to_owned()),
        _ => None,
    };
    path.components().filter_map(normal).collect()
}

fn folder(real: &Path, to: &Path, rest: Rest<'_>) -> io::Result<()> {
    fs::create_dir_all(to)?;
    let mut below: BTreeMap<&OsString, Rest<'_>> = BTreeMap::new();
    for (names, content) in rest {
        let Some((first, names)) = names.split_first() else { continue };
        below.entry(first).or_default().push((names, content));
    }
    match fs::read_dir(real) {
        Ok(entries) => {
            for entry in entries {
                let entry = entry?;
                if !below.contains_key(&entry.file_name()) {
                    link(&entry.path(), &to.join(entry.file_name()))?;
                }
            }
        }
        // Folders on the way down can be entered without being readable, as homes of others are.
        Err(error) if error.kind() == io::ErrorKind::PermissionDenied => {}
        Err(error) => return Err(error),
    }
    for (name, rest) in below {
        let (real, to) = (real.join(name), to.join(name));
        match rest.as_slice() {
            [([], Some(text))] => fs::write(&to, text)?,
            [([], None)] => {}
            _ => folder(&real, &to, rest)?,
        }
    }
    Ok(())
}

/// Links to what is at `real`. A relative link is made again as it is: its way may lead to
/// something that differs.
#[cfg(unix)]
fn link(real: &Path, at: &Path) -> io::Result<()> {
    let target = match fs::read_link(real) {
        Ok(target) if target.is_relative() => target,
        _ => real.to_owned(),
    };
    std::os::unix::fs::symlink(target, at)
}

#[cfg(not(unix))]
fn link(real: &Path, at: &Path) -> io::Result<()> {
    if real.is_dir() {
        std::os::windows::fs::symlink_dir(real, at)
    } else {
        std::os::windows::fs::symlink_file(real, at)
    }
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    #[test]
    fn only_what_differs_differs_and_every_way_leads_there() {
        let world = tempfile::tempdir().expect("a folder");
        let real = world.path().canonicalize().expect("a path").join("ws");
        for path in ["crates/a/src", "crates/b", "../outside"] {
            fs::create_dir_all(real.join(path)).expect("a folder");
        }
        for path in
            ["crates/a/Cargo.toml", "crates/b/Cargo.toml", "../outside/Cargo.toml", "Cargo.lock"]
        {
            fs::write(real.join(path), "old").expect("a file");
        }
        std::os::unix::fs::symlink("crates/a", real.join("linked")).expect("a link");
        let shadow = tempfile::tempdir().expect("a folder");
        let contents = BTreeMap::from([
            (real.join("crates/a/Cargo.toml"), Some("new".to_owned())),
            (real.join("Cargo.lock"), None),
        ]);
        mirror(shadow.path(), &contents).expect("a mirror");
        let there = inside(shadow.path(), &real);
        let read = |path: &str| fs::read_to_string(there.join(path)).ok();
        assert_eq!(read("crates/a/Cargo.toml").as_deref(), Some("new"));
        assert_eq!(read("linked/Cargo.toml").as_deref(), Some("new"));
        assert_eq!(read("crates/b/Cargo.toml").as_deref(), Some("old"));
        assert_eq!(read("../outside/Cargo.toml").as_deref(), Some("old"));
        assert_eq!(read("Cargo.lock"), None);
        assert!(there.join("crates/a/src").is_dir());
        // Nothing of it is the real thing.
        drop(shadow);
        assert_eq!(fs::read_to_string(real.join("crates/a/Cargo.toml")).expect("a file"), "old");
        assert!(real.join("crates/b").is_dir());
    }
}
