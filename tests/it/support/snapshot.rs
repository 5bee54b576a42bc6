//! The state of a world as a text that two worlds can be compared by.
//!
//! Oids and checksums differ between two releases of the same workspace, since a commit holds the
//! time; what they stand for must not.

use super::downstream;
use super::http;
use super::index::{IndexEntry, index_entries};
use super::sandbox::Sandbox;
use serde_json::Value;
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

/// Registry content, tags, branch and tree; equal texts, equal worlds.
pub fn snapshot(sandbox: &Sandbox) -> String {
    let mut text = String::new();
    for entry in held(sandbox) {
        let files = contents(sandbox, &entry);
        line(&mut text, &format!("{} {:?} {files}", entry.line(), entry.dependencies));
    }
    // An annotated tag has a commit and that a tree; a light one is a commit.
    let trees = "--format=%(refname:short) %(*tree)%(tree)";
    line(&mut text, &sandbox.remote_git(&["for-each-ref", trees, "refs/tags"]));
    let (here, there) = (sandbox.git(&["tag", "--list"]), sandbox.remote_git(&["tag", "--list"]));
    line(&mut text, &format!("the same tags here and there: {}", here == there));
    let branch = sandbox.git(&["symbolic-ref", "--short", "HEAD"]);
    for what in [format!("{branch}^{{tree}}"), format!("{branch}~1^{{tree}}")] {
        line(&mut text, &format!("remote {what} {}", sandbox.remote_git(&["rev-parse", &what])));
    }
    line(&mut text, &format!("tree {}", sandbox.git(&["rev-parse", "HEAD^{tree}"])));
    let apart = format!("HEAD...origin/{branch}");
    let apart = sandbox.git(&["rev-list", "--left-right", "--count", &apart]);
    line(&mut text, &format!("ahead and behind {apart}"));
    line(&mut text, &format!("status {}", sandbox.git(&["status", "--porcelain"])));
    for name in ["app", "site"] {
        for branch in downstream::branches(sandbox, name) {
            line(&mut text, &format!("{name} downstream {branch}"));
        }
    }
    text
}

/// The versions that the embedded registry itself holds, as its index shows them; of another one, those
/// of the members.
fn held(sandbox: &Sandbox) -> Vec<IndexEntry> {
    let Some(registry) = sandbox.embedded() else { return sandbox.published() };
    let contents = registry.control("GET", "contents", None);
    let packages = contents["packages"].as_array().expect("the contents list packages");
    let holds = |entry: &IndexEntry| {
        let of_name = packages.iter().find(|package| package["name"] == *entry.name);
        let versions = of_name.and_then(|package| package["versions"].as_array());
        versions.into_iter().flatten().any(|version| version["version"] == *entry.version)
    };
    let names: Vec<_> =
        packages.iter().filter_map(|package| package["name"].as_str().map(str::to_owned)).collect();
    index_entries(sandbox.endpoint(), &names).into_iter().filter(holds).collect()
}

/// The uploads that the registry refused since it had the version already: each was sent without
/// looking first. Other registries than the embedded one do not tell.
pub fn needless_uploads(sandbox: &Sandbox) -> Vec<String> {
    let Some(registry) = sandbox.embedded() else { return Vec::new() };
    let log = registry.control("GET", "log", None);
    let requests = log["requests"].as_array().expect("the log lists requests");
    requests
        .iter()
        .filter(|request| request["operation"] == "publish")
        .filter(|request| request["error"].as_str().is_some_and(|text| text.contains("already")))
        .map(|request| format!("{} {}", request["package"], request["version"]))
        .collect()
}

/// The lines that only one of two texts has: `-` for those missing, `+` for those too many.
pub fn differences(wanted: &str, found: &str) -> Vec<String> {
    let only_in = |sign: char, here: &str, there: &str| -> Vec<String> {
        let lines = here.lines().filter(|line| !there.lines().any(|other| other == *line));
        lines.map(|line| format!("{sign} {line}")).collect()
    };
    let mut lines = only_in('-', wanted, found);
    lines.extend(only_in('+', found, wanted));
    lines
}

fn line(text: &mut String, line: &str) {
    writeln!(text, "{}", line.trim_end()).expect("a string takes more text");
}

/// The digest of a published package's files, without what names a commit or a checksum, or the
/// port by which this world's registry is reached.
fn contents(sandbox: &Sandbox, entry: &IndexEntry) -> String {
    let folder = sandbox.root().join("unpacked").join(&entry.checksum);
    if !folder.is_dir() {
        fs::create_dir_all(&folder).expect("the sandbox can be written");
        unpack(&download(sandbox, entry), &folder);
    }
    let mut files = BTreeMap::new();
    read(&folder, &folder, &mut files);
    let mut text = String::new();
    for (path, file) in files.iter().filter(|(path, _)| !path.ends_with(".cargo_vcs_info.json")) {
        line(&mut text, path);
        for kept in file.lines().filter(|line| !line.starts_with("checksum = ")) {
            line(&mut text, &without_port(kept));
        }
    }
    format!("{} files, {:016x}", files.len(), digest(&text))
}

/// A line without the port of a registry on this machine.
fn without_port(line: &str) -> String {
    const HERE: &str = "//localhost:";
    let Some((before, after)) = line.split_once(HERE) else { return line.to_owned() };
    format!("{before}{HERE}{}", after.trim_start_matches(|c: char| c.is_ascii_digit()))
}

fn download(sandbox: &Sandbox, entry: &IndexEntry) -> Vec<u8> {
    let index = sandbox.endpoint().index.trim_start_matches("sparse+http://");
    let (authority, path) = index.split_once('/').expect("an index address has a path");
    let config = http::request("GET", authority, &format!("/{path}config.json"), None).body;
    let config: Value = serde_json::from_slice(&config).expect("the configuration is JSON");
    let place = config["dl"].as_str().expect("the configuration says where to download");
    let place = place.trim_start_matches("http://").split_once('/').map_or("", |(_, path)| path);
    let url = if place.contains('{') {
        place.replace("{crate}", &entry.name).replace("{version}", &entry.version)
    } else {
        format!("{place}/{}/{}/download", entry.name, entry.version)
    };
    let answer = http::request("GET", authority, &format!("/{url}"), None);
    assert!(answer.status == 200, "{} cannot be downloaded: {}", entry.line(), answer.status);
    answer.body
}

fn unpack(archive: &[u8], folder: &Path) {
    let file = folder.with_extension("crate");
    fs::write(&file, archive).expect("the sandbox can be written");
    let status = Command::new("tar")
        .arg("-xzf")
        .arg(&file)
        .arg("-C")
        .arg(folder)
        .stderr(Stdio::null())
        .status()
        .expect("`tar` is installed");
    assert!(status.success(), "a published package is no archive");
}

fn read(root: &Path, folder: &Path, files: &mut BTreeMap<String, String>) {
    for entry in fs::read_dir(folder).expect("the sandbox can be read") {
        let path = entry.expect("a folder that is read lists its entries").path();
        if path.is_dir() {
            read(root, &path, files);
        } else {
            let bytes = fs::read(&path).expect("the sandbox can be read");
            let name = path.strip_prefix(root).expect("the file lies in the folder");
            files.insert(
                name.to_string_lossy().into_owned(),
                String::from_utf8_lossy(&bytes).into_owned(),
            );
        }
    }
}

/// FNV-1a: equal texts are what matters, not who could forge them.
fn digest(text: &str) -> u64 {
    text.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3)
    })
}
