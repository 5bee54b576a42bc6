//! Packing, by stock Cargo alone.

use super::checkout::Checkout;
use crate::build;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// What a package holds: path to content.
pub(crate) type Files = BTreeMap<String, File>;

/// A packed file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct File {
    pub(crate) bytes: Vec<u8>,
    /// Cargo keeps this, and no other part of the mode.
    pub(crate) executable: bool,
}

/// The packages of one checkout, packed; what Cargo said about those it could not pack.
#[derive(Debug, Default)]
pub(crate) struct Packed {
    pub(crate) files: BTreeMap<String, Files>,
    pub(crate) refused: BTreeMap<String, String>,
}

/// Packs `names` from a checkout, in one call if that works and one by one if it does not. Lock
/// files are not made: that would want a registry in which everything resolves.
pub(crate) fn pack(
    checkout: &Checkout,
    names: &BTreeSet<String>,
    target: &Path,
) -> Result<Packed, String> {
    let mut packed = Packed::default();
    let (known, missing): (Vec<&String>, Vec<&String>) =
        names.iter().partition(|name| checkout.manifests.contains_key(*name));
    for name in missing {
        packed.refused.insert(name.clone(), "there is no such package at that commit".to_owned());
    }
    if known.is_empty() {
        return Ok(packed);
    }
    let root = checkout.workspace.join("Cargo.toml");
    if root.is_file() {
        let mut all = package(&root, target);
        for name in &known {
            all.args(["--package", name.as_str()]);
        }
        // Whether it worked shows in what is there.
        all.output().map_err(|error| format!("could not run cargo: {error}"))?;
    }
    for name in known {
        let manifest = &checkout.manifests[name];
        let mut found = archive(target, name);
        if found.is_none() {
            let output = package(manifest, target).output().map_err(|error| error.to_string())?;
            found = archive(target, name);
            if found.is_none() {
                let said = String::from_utf8_lossy(&output.stderr).trim().to_owned();
                packed.refused.insert(name.clone(), said);
                continue;
            }
        }
        let found = found.expect("it was looked for");
        packed.files.insert(name.clone(), unpack(&found, &target.join("unpacked").join(name))?);
    }
    Ok(packed)
}

fn package(manifest: &Path, target: &Path) -> Command {
    let mut command = build::cargo();
    command.current_dir(manifest.parent().unwrap_or(Path::new("/")));
    command.args(["package", "--quiet", "--offline", "--no-verify", "--allow-dirty"]);
    command.args(["--exclude-lockfile", "--manifest-path"]).arg(manifest);
    command.arg("--target-dir").arg(target);
    command
}

/// `NAME-VERSION.crate`, whatever the version.
fn archive(target: &Path, name: &str) -> Option<PathBuf> {
    let entries = fs::read_dir(target.join("package")).ok()?.filter_map(Result::ok);
    let mut paths = entries.map(|entry| entry.path());
    paths.find(|path| {
        let file = path.file_name().unwrap_or_default().to_string_lossy();
        let version = file.strip_prefix(name).and_then(|rest| rest.strip_prefix('-'));
        let version = version.and_then(|rest| rest.strip_suffix(".crate"));
        version.is_some_and(|version| version.starts_with(|c: char| c.is_ascii_digit()))
    })
}

fn unpack(archive: &Path, folder: &Path) -> Result<Files, String> {
    fs::create_dir_all(folder).map_err(|error| error.to_string())?;
    let mut tar = Command::new("tar");
    tar.arg("-xzf").arg(archive).arg("-C").arg(folder).arg("--strip-components=1");
    let status = tar.status().map_err(|error| format!("could not run tar: {error}"))?;
    if !status.success() {
        return Err(format!("could not unpack {}", archive.display()));
    }
    let mut files = Files::new();
    collect(folder, "", &mut files).map_err(|error| error.to_string())?;
    Ok(files)
}

fn collect(folder: &Path, at: &str, files: &mut Files) -> Result<(), std::io::Error> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let path = format!("{at}{}", entry.file_name().to_string_lossy());
        if entry.file_type()?.is_dir() {
            collect(&entry.path(), &format!("{path}/"), files)?;
        } else {
            let executable = is_executable(&entry.metadata()?);
            files.insert(path, File { bytes: fs::read(entry.path())?, executable });
        }
    }
    Ok(())
}

#[cfg(unix)]
fn is_executable(metadata: &fs::Metadata) -> bool {
    use std::os::unix::fs::PermissionsExt;
    metadata.permissions().mode() & 0o100 != 0
}

#[cfg(not(unix))]
fn is_executable(_: &fs::Metadata) -> bool {
    false
}
