//! What a comparison depends on, as one digest.

use super::Place;
use cargo_orchestrate::facts::Packed;
use cargo_orchestrate::model::{Digest, EdgeKind, Package, PackageName, Workspace};
use cargo_orchestrate::plan::Unchecked;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io;
use std::path::Path;

/// Which features are compared: the tool's choice, all but those that are named as unstable.
const FEATURES: &str = "features of the tool's choice";

/// The key under which the outcome is kept: the tool, the release, and the files of the package
/// and of the members that it depends on, whose types may show in its interface.
///
/// # Errors
/// When a file cannot be read; then nothing is kept.
pub(super) fn key(
    place: Place<'_>,
    workspace: &Workspace,
    wanted: &Unchecked,
    tool: &str,
) -> io::Result<String> {
    let baseline = &wanted.baseline;
    let released = match (&baseline.checksum, &baseline.commit) {
        (Some(checksum), _) => format!("package {checksum}"),
        (None, Some(commit)) => format!("commit {commit}"),
        (None, None) => return Err(io::Error::other("nothing names the release")),
    };
    let mut lines = vec![
        "1".to_owned(),
        tool.to_owned(),
        FEATURES.to_owned(),
        format!("{} {} {released}", wanted.package, baseline.version),
    ];
    for file in ["Cargo.toml", "Cargo.lock"] {
        let text = fs::read(place.workspace.join(file)).unwrap_or_default();
        lines.push(format!("{file} {}", Digest::of(&text)));
    }
    for package in with_dependencies(workspace, &wanted.package) {
        lines.push(package.name.to_string());
        let packed = Packed::of(package).map_err(io::Error::other)?;
        let folder = place.repository.join(package.dir.as_str());
        let mut files = BTreeMap::new();
        collect(&folder, "", &packed, place.target, &mut files)?;
        lines.extend(files.iter().map(|(path, digest)| format!("{digest} {path:?}")));
    }
    Ok(Digest::of(lines.join("\n").as_bytes()).to_string())
}

/// A member and those that it is built with, by name.
fn with_dependencies<'a>(workspace: &'a Workspace, name: &PackageName) -> Vec<&'a Package> {
    let mut reached = BTreeSet::new();
    let mut open = vec![name];
    while let Some(package) = open.pop().and_then(|name| workspace.packages.get(name)) {
        if reached.insert(&package.name) {
            let edges = package.edges.iter().filter(|edge| edge.kind != EdgeKind::Dev);
            open.extend(edges.map(|edge| &edge.to));
        }
    }
    reached.into_iter().filter_map(|name| workspace.packages.get(name)).collect()
}

/// The digests of the packed files below a folder; packages inside of it are others.
fn collect(
    folder: &Path,
    below: &str,
    packed: &Packed,
    target: &Path,
    files: &mut BTreeMap<String, Digest>,
) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let (path, name) = (entry.path(), entry.file_name().to_string_lossy().into_owned());
        let inside = if below.is_empty() { name.clone() } else { format!("{below}/{name}") };
        let kind = entry.file_type()?;
        if kind.is_dir() {
            if name != ".git" && path != target && !path.join("Cargo.toml").exists() {
                collect(&path, &inside, packed, target, files)?;
            }
        } else if packed.contains(&inside) {
            let bytes = match fs::read(&path) {
                Err(_) if kind.is_symlink() => {
                    fs::read_link(&path)?.into_os_string().into_encoded_bytes()
                }
                bytes => bytes?,
            };
            files.insert(inside, Digest::of(&bytes));
        }
    }
    Ok(())
}
