//! The folder in which packed packages are built: a workspace of what their archives hold.
//!
//! Each finds the others there as the registry would give them. A package that is there already is
//! left alone, so that Cargo does not compile anew what an earlier verification compiled.
//!
//! A target folder has one such folder, always at the same place. Cargo knows the files of a
//! workspace by their paths from its root, and those below the target folder by their paths from
//! there; so two of them would be one to it, and what was compiled in the first would count
//! as compiled in the second.

use super::archive::{Archive, COMMIT, Packed};
use cargo_orchestrate::model::RegistryName;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

/// What changes from commit to commit, and is the same to a build for all that.
const EACH_COMMIT: [&str; 2] = [COMMIT, "Cargo.lock"];

/// A folder with packed packages, which is ours until this is dropped.
pub(super) struct Room {
    pub(super) folder: PathBuf,
    _lock: File,
}

/// What became of a package while it was built.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Changes {
    pub(super) changed: Vec<PathBuf>,
    pub(super) added: Vec<PathBuf>,
    pub(super) removed: Vec<PathBuf>,
}

impl Room {
    /// Waits for the room of a target folder; `heard` is told if somebody else is in it.
    pub(super) fn enter(intermediate: &Path, heard: &dyn Fn(&str)) -> io::Result<Self> {
        let packed = intermediate.join("package");
        let folder = packed.join("verified");
        fs::create_dir_all(&folder)?;
        let lock = File::create(packed.join(".verified-lock"))?;
        if lock.try_lock().is_err() {
            heard("waiting for another verification in the same target folder");
            lock.lock()?;
        }
        Ok(Self { folder, _lock: lock })
    }

    /// Lays the packages out, with the workspace's lock file to begin from.
    pub(super) fn lay(&self, archives: &[&Archive], lock: Option<&str>) -> io::Result<()> {
        let room = self;
        let manifest = manifest(archives);
        let files = [Some(("Cargo.toml", manifest.as_str())), lock.map(|it| ("Cargo.lock", it))];
        let mut wanted: BTreeSet<PathBuf> = archives.iter().map(|it| it.folder().into()).collect();
        for (name, text) in files.into_iter().flatten() {
            let path = PathBuf::from(name);
            let file = Packed { path: path.clone(), bytes: text.as_bytes(), runs: false };
            place(&room.folder, &file)?;
            wanted.insert(path);
        }
        for archive in archives {
            room.unpack(archive)?;
        }
        for entry in fs::read_dir(&room.folder)? {
            let entry = entry?;
            if !wanted.contains(Path::new(&entry.file_name())) {
                remove(&entry.path())?;
            }
        }
        Ok(())
    }

    /// Lays a package out: anew from the first file to the last if anything in it is different,
    /// for its build script may go by files that it does not name.
    fn unpack(&self, archive: &Archive) -> io::Result<()> {
        let folder = self.folder.join(archive.folder());
        let is_minor = |path: &PathBuf| EACH_COMMIT.iter().any(|name| path == Path::new(name));
        let is_there = fs::symlink_metadata(&folder).is_ok_and(|it| it.is_dir());
        let changes = if is_there { Some(self.changes(archive)?) } else { None };
        let is_same = changes.is_some_and(|it| {
            it.added.is_empty() && it.removed.iter().chain(&it.changed).all(is_minor)
        });
        if !is_same {
            remove(&folder)?;
        }
        archive.each(&mut |file| place(&folder, &file))
    }

    /// What differs now from what was laid out.
    pub(super) fn changes(&self, archive: &Archive) -> io::Result<Changes> {
        let folder = self.folder.join(archive.folder());
        let mut there = BTreeMap::new();
        found(&folder, Path::new(""), &mut there)?;
        let mut changes = Changes::default();
        archive.each(&mut |file| {
            for above in file.path.ancestors().skip(1) {
                there.remove(above);
            }
            match there.remove(&file.path) {
                None => changes.removed.push(file.path),
                Some(is_file) => {
                    let same = is_file && fs::read(folder.join(&file.path))? == file.bytes;
                    if !same {
                        changes.changed.push(file.path);
                    }
                }
            }
            Ok(())
        })?;
        // Like Cargo: what a build is wont to leave beside the manifest is nobody's source.
        changes.added = there.into_keys().filter(|path| !path.starts_with("target")).collect();
        Ok(changes)
    }
}

impl Changes {
    pub(super) fn are_none(&self) -> bool {
        *self == Self::default()
    }
}

/// The root manifest: who is there, and that they take the place of what the registries have.
fn manifest(archives: &[&Archive]) -> String {
    let mut text = String::from("# Packed packages while they are verified; can go at any time.\n");
    let members: Vec<String> = archives.iter().map(|it| format!("\"{}\"", it.folder())).collect();
    let resolver = archives.first().map_or("2", |archive| archive.manifest.resolver.as_str());
    let members = members.join(", ");
    let _ = writeln!(text, "[workspace]\nresolver = \"{resolver}\"\nmembers = [{members}]");
    let needed: BTreeSet<&str> =
        archives.iter().flat_map(|it| &it.manifest.needs).map(String::as_str).collect();
    let mut patches: BTreeMap<&RegistryName, Vec<&Archive>> = BTreeMap::new();
    for archive in archives.iter().filter(|it| needed.contains(it.upload.package.as_str())) {
        patches.entry(&archive.upload.registry).or_default().push(archive);
    }
    for (registry, archives) in patches {
        let _ = writeln!(text, "\n[patch.\"{registry}\"]");
        for archive in archives {
            let (package, folder) = (&archive.upload.package, archive.folder());
            let _ = writeln!(text, "\"{package}\" = {{ path = \"{folder}\" }}");
        }
    }
    text
}

/// Writes a file, unless it is there already.
fn place(folder: &Path, file: &Packed<'_>) -> io::Result<()> {
    let path = folder.join(&file.path);
    let is_there = fs::symlink_metadata(&path).is_ok_and(|it| {
        it.is_file() && it.len() == file.bytes.len() as u64 && is_run(&it, file.runs)
    });
    if is_there && fs::read(&path)? == file.bytes {
        return Ok(());
    }
    remove(&path)?;
    fs::create_dir_all(path.parent().unwrap_or(folder))?;
    fs::write(&path, file.bytes)?;
    set_runs(&path, file.runs)
}

/// Whether a file may be run just if it is to be.
#[cfg(unix)]
fn is_run(metadata: &fs::Metadata, runs: bool) -> bool {
    use std::os::unix::fs::PermissionsExt as _;
    (metadata.permissions().mode() & 0o111 != 0) == runs
}

#[cfg(not(unix))]
fn is_run(_: &fs::Metadata, _: bool) -> bool {
    true
}

#[cfg(unix)]
fn set_runs(path: &Path, runs: bool) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt as _;
    if !runs {
        return Ok(());
    }
    let mode = fs::metadata(path)?.permissions().mode();
    fs::set_permissions(path, fs::Permissions::from_mode(mode | 0o111))
}

#[cfg(not(unix))]
fn set_runs(_: &Path, _: bool) -> io::Result<()> {
    Ok(())
}

/// All that is below a folder, by relative path; whether it is a file.
fn found(folder: &Path, inside: &Path, all: &mut BTreeMap<PathBuf, bool>) -> io::Result<()> {
    for entry in fs::read_dir(folder.join(inside))? {
        let entry = entry?;
        let (path, kind) = (inside.join(entry.file_name()), entry.file_type()?);
        if kind.is_dir() {
            found(folder, &path, all)?;
        }
        all.insert(path, kind.is_file());
    }
    Ok(())
}

fn remove(path: &Path) -> io::Result<()> {
    match fs::symlink_metadata(path) {
        Ok(it) if it.is_dir() => fs::remove_dir_all(path),
        Ok(_) => fs::remove_file(path),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        Err(error) => Err(error),
    }
}
