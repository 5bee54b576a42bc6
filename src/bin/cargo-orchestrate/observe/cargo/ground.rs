//! What an answer of Cargo's rests on: the files and folders that it read, by how they look without
//! being read.
//!
//! A file is the same as long as its length, its times and its number in the file system are, as
//! for git's index. A folder's times change when something comes, goes or gets another name in it,
//! which is what decides about targets and about members found by a pattern. More may be in here
//! than Cargo looked at: that costs an answer now and then, never a wrong one.

use crate::effects::process::cargo_home;
use cargo_metadata::Metadata;
use cargo_orchestrate::manifest::Layout;
use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

const MANIFEST: &str = "Cargo.toml";
/// Where a package has targets that no manifest names.
const TARGETS: [&str; 5] = ["src", "src/bin", "examples", "tests", "benches"];
/// What is younger than this when Cargo is asked may change once more and look the same: some file
/// systems count time in steps of two seconds.
const YOUNG: Duration = Duration::from_secs(2);
/// More paths than that are not looked at each time.
const MOST_PATHS: usize = 200_000;

/// The paths, with how each looked; nothing for what was not there.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Ground(Vec<(PathBuf, Option<Stamp>)>);

/// How a file or a folder looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Stamp {
    length: u64,
    /// Nanoseconds since 1970, as the next.
    modified: i128,
    /// When anything about it changed last, where the system tells.
    changed: i128,
    /// Its number in the file system, where that has one.
    number: u64,
}

impl Ground {
    /// What `metadata` rests on, which `cargo` gave for `manifest` when it was started in
    /// `directory` at `began`. Nothing where it rests on more than can be seen from outside, and
    /// where something may have changed meanwhile.
    pub(super) fn of(
        metadata: &Metadata,
        cargo: &Path,
        directory: &Path,
        manifest: &Path,
        began: SystemTime,
    ) -> Option<Self> {
        let mut paths = BTreeSet::from([cargo.to_owned()]);
        configuration(directory, &mut paths)?;
        with_those_above(manifest, &mut paths);
        let root = metadata.workspace_root.join(MANIFEST);
        with_those_above(root.as_std_path(), &mut paths);
        let layout = Layout::of(&fs::read_to_string(&root).ok()?);
        for pattern in &layout.members {
            found_by(metadata.workspace_root.as_std_path(), pattern, &mut paths)?;
        }
        for package in &metadata.packages {
            with_those_above(package.manifest_path.as_std_path(), &mut paths);
            targets(package.manifest_path.parent()?.as_std_path(), &mut paths);
            let named = package.targets.iter().filter_map(|target| target.src_path.parent());
            paths.extend(named.map(|folder| folder.as_std_path().to_owned()));
            for path in package.dependencies.iter().filter_map(|it| it.path.as_ref()) {
                with_those_above(path.join(MANIFEST).as_std_path(), &mut paths);
            }
            if paths.len() > MOST_PATHS {
                return None;
            }
        }
        let before = nanoseconds(began.checked_sub(YOUNG)?);
        let stamped = paths.into_iter().map(|path| {
            let stamp = Stamp::of(&path);
            let is_old = stamp.is_none_or(|it| it.modified < before && it.changed < before);
            is_old.then_some((path, stamp))
        });
        stamped.collect::<Option<Vec<_>>>().map(Self)
    }

    /// Whether everything still looks as it did.
    pub(super) fn holds(&self) -> bool {
        self.0.iter().all(|(path, stamp)| Stamp::of(path) == *stamp)
    }

    /// A line for each; nothing where a path is no text of one line.
    pub(super) fn write(&self) -> Option<String> {
        let mut text = String::new();
        for (path, stamp) in &self.0 {
            let path = path.to_str().filter(|path| !path.contains('\n'))?;
            let _ = match stamp {
                Some(Stamp { length, modified, changed, number }) => {
                    writeln!(text, "{length} {modified} {changed} {number} {path}")
                }
                None => writeln!(text, "- {path}"),
            };
        }
        Some(text)
    }

    /// What was written; nothing where a line is none of ours.
    pub(super) fn read(text: &str) -> Option<Self> {
        let line = |line: &str| {
            if let Some(path) = line.strip_prefix("- ") {
                return Some((PathBuf::from(path), None));
            }
            let mut words = line.splitn(5, ' ');
            let stamp = Stamp {
                length: words.next()?.parse().ok()?,
                modified: words.next()?.parse().ok()?,
                changed: words.next()?.parse().ok()?,
                number: words.next()?.parse().ok()?,
            };
            Some((PathBuf::from(words.next()?), Some(stamp)))
        };
        text.lines().map(line).collect::<Option<Vec<_>>>().map(Self)
    }
}

impl Stamp {
    fn of(path: &Path) -> Option<Self> {
        let found = fs::metadata(path).ok()?;
        let modified = nanoseconds(found.modified().ok()?);
        #[cfg(unix)]
        let (changed, number) = {
            use std::os::unix::fs::MetadataExt as _;
            let seconds = i128::from(found.ctime());
            (seconds * 1_000_000_000 + i128::from(found.ctime_nsec()), found.ino())
        };
        #[cfg(not(unix))]
        let (changed, number) = (modified, 0);
        Some(Self { length: found.len(), modified, changed, number })
    }
}

fn nanoseconds(time: SystemTime) -> i128 {
    let since = |duration: Duration| i128::try_from(duration.as_nanos()).unwrap_or(i128::MAX);
    match time.duration_since(SystemTime::UNIX_EPOCH) {
        Ok(after) => since(after),
        Err(before) => -since(before.duration()),
    }
}

/// The files of Cargo's configuration, whether they are there or not. Nothing where one of them
/// includes others.
fn configuration(directory: &Path, paths: &mut BTreeSet<PathBuf>) -> Option<()> {
    let above = directory.ancestors().map(|folder| folder.join(".cargo"));
    let folders = above.chain([cargo_home()]);
    for folder in folders {
        for name in ["config.toml", "config"] {
            let path = folder.join(name);
            if fs::read(&path).is_ok_and(|text| has_word(&text, b"include")) {
                return None;
            }
            paths.insert(path);
        }
    }
    Some(())
}

fn has_word(text: &[u8], word: &[u8]) -> bool {
    text.windows(word.len()).any(|window| window == word)
}

/// A manifest, and those above it, one of which may be the root of its workspace.
fn with_those_above(manifest: &Path, paths: &mut BTreeSet<PathBuf>) {
    paths.extend(manifest.ancestors().skip(1).map(|folder| folder.join(MANIFEST)));
}

/// The folders of a package in which Cargo looks for targets and for a readme.
fn targets(package: &Path, paths: &mut BTreeSet<PathBuf>) {
    paths.insert(package.to_owned());
    for folder in TARGETS.map(|name| package.join(name)) {
        let Ok(entries) = fs::read_dir(&folder) else { continue };
        if !folder.ends_with("src") {
            let is_folder = |entry: &fs::DirEntry| entry.file_type().is_ok_and(|it| !it.is_file());
            let below = entries.flatten().filter(is_folder).map(|entry| entry.path());
            paths.extend(below.map(|below| below.join("main.rs")));
        }
        paths.insert(folder);
    }
}

/// What decides which folders a pattern of members finds. Nothing for a pattern of any depth.
fn found_by(folder: &Path, pattern: &str, paths: &mut BTreeSet<PathBuf>) -> Option<()> {
    let (part, rest) = pattern.split_once('/').unwrap_or((pattern, ""));
    if part.contains("**") || paths.len() > MOST_PATHS {
        return None;
    }
    if !part.contains(['*', '?', '[']) {
        let below = folder.join(part);
        if rest.is_empty() {
            paths.insert(below.join(MANIFEST));
            return Some(());
        }
        return found_by(&below, rest, paths);
    }
    paths.insert(folder.to_owned());
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        if entry.file_type().is_ok_and(|it| it.is_file()) {
            continue;
        }
        if rest.is_empty() {
            paths.insert(entry.path().join(MANIFEST));
        } else {
            found_by(&entry.path(), rest, paths)?;
        }
    }
    Some(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use cargo_metadata::MetadataCommand;

    /// A workspace of two members, one of them found by a pattern, with what it rests on.
    struct World {
        folder: tempfile::TempDir,
        ground: Ground,
    }

    impl World {
        fn new() -> Self {
            let folder = tempfile::tempdir().expect("a temporary folder");
            let write = |path: &str, text: &str| {
                let path = folder.path().join(path);
                fs::create_dir_all(path.parent().expect("a folder")).expect("a folder is made");
                fs::write(path, text).expect("a file is written");
            };
            write(
                "Cargo.toml",
                "[workspace]\nmembers = [\"lib1\", \"crates/*\"]\nresolver = \"3\"",
            );
            for member in ["lib1", "crates/lib2"] {
                let name = member.trim_start_matches("crates/");
                let package = format!("[package]\nname = \"{name}\"\nversion = \"0.1.0\"\n");
                write(&format!("{member}/Cargo.toml"), &package);
                write(&format!("{member}/src/lib.rs"), "");
            }
            write("lib1/examples/one/main.rs", "fn main() {}");
            let ground = Self::ground(folder.path(), SystemTime::now() + YOUNG * 2);
            Self { ground: ground.expect("nothing is young"), folder }
        }

        fn ground(folder: &Path, began: SystemTime) -> Option<Ground> {
            let manifest = folder.join(MANIFEST);
            let metadata = MetadataCommand::new().no_deps().manifest_path(&manifest).exec();
            let metadata = metadata.expect("a workspace");
            Ground::of(&metadata, Path::new("/bin/sh"), folder, &manifest, began)
        }
    }

    #[test]
    fn what_decides_about_cargos_answer_is_noticed() {
        type Change = fn(&Path);
        let table: [(&str, Change); 9] = [
            ("a manifest", |at| fs::write(at.join("lib1/Cargo.toml"), "").expect("written")),
            ("a root manifest", |at| fs::write(at.join("Cargo.toml"), "").expect("written")),
            ("a member that goes", |at| fs::remove_dir_all(at.join("crates/lib2")).expect("gone")),
            ("a folder beside a member", |at| fs::create_dir(at.join("crates/x")).expect("made")),
            ("a program", |at| fs::write(at.join("lib1/src/main.rs"), "").expect("written")),
            ("tests", |at| fs::create_dir(at.join("lib1/tests")).expect("made")),
            ("an example", |at| {
                fs::remove_file(at.join("lib1/examples/one/main.rs")).expect("gone");
            }),
            ("a readme", |at| fs::write(at.join("lib1/README.md"), "").expect("written")),
            ("configuration", |at| {
                fs::create_dir(at.join(".cargo")).expect("made");
                fs::write(at.join(".cargo/config.toml"), "").expect("written");
            }),
        ];
        for (what, change) in table {
            let world = World::new();
            assert!(world.ground.holds(), "before {what}");
            change(world.folder.path());
            assert!(!world.ground.holds(), "{what} changed");
        }
    }

    #[test]
    fn what_decides_nothing_is_not_looked_at() {
        let world = World::new();
        let source = world.folder.path().join("lib1/src/lib.rs");
        fs::write(source, "pub fn one() {}").expect("written");
        assert!(world.ground.holds());
    }

    #[test]
    fn what_is_young_or_rests_on_more_is_not_kept() {
        let world = World::new();
        let (folder, later) = (world.folder.path(), SystemTime::now() + YOUNG * 2);
        assert_eq!(World::ground(folder, SystemTime::now()), None, "written a moment ago");
        assert!(World::ground(folder, later).is_some());
        fs::create_dir(folder.join(".cargo")).expect("made");
        fs::write(folder.join(".cargo/config.toml"), "include = \"../x.toml\"").expect("written");
        fs::write(folder.join("x.toml"), "").expect("written");
        assert_eq!(World::ground(folder, later), None, "configuration from elsewhere");
    }

    #[test]
    fn what_is_written_is_read_again() {
        let world = World::new();
        let text = world.ground.write().expect("paths are text");
        assert_eq!(Ground::read(&text), Some(world.ground));
        assert_eq!(Ground::read("1 2 3 /a"), None);
    }
}
