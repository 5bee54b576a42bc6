//! The world of a past commit: a throw-away clone that knows no later tag, and the plan made there.

use super::Replay;
use super::compare::{self, Row, Theirs};
use super::index_then::IndexThen;
use super::line::{self, Commit, Line, Tag};
use super::releases::{self, Release};
use crate::support::{Output, Sandbox};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsStr;
use std::fs;
use std::path::Path;

/// A past commit, and the release that came after it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Past<'a> {
    pub(crate) program: &'a Path,
    pub(crate) repository: &'a Path,
    pub(crate) line: &'a Line,
    /// The commit to plan at.
    pub(crate) commit: &'a Commit,
    pub(crate) release: &'a Release,
}

impl Past<'_> {
    /// Plans at the commit and compares with the release.
    pub(crate) fn replay(&self, index: &IndexThen) -> Replay {
        let (rows, failed) = match self.rows(index) {
            Ok(rows) => (rows, None),
            Err(text) => (Vec::new(), Some(text)),
        };
        let (commit, day) = (&self.commit.oid[..9], &self.commit.moment[..10]);
        Replay { commit: commit.to_owned(), day: day.to_owned(), rows, failed }
    }

    fn rows(&self, index: &IndexThen) -> Result<Vec<Row>, String> {
        let Self { program, repository, line, commit, release } = *self;
        let mut sandbox = Sandbox::beside(program, index.endpoint());
        // Some find themselves by the name of their folder.
        if let Some(name) = repository.file_name().and_then(OsStr::to_str) {
            sandbox.rename(name);
        }
        let from = repository.to_str().ok_or("the path of the repository is no text")?;
        run(&sandbox, &["clone", "--quiet", "--no-checkout", from, "."])?;
        run(&sandbox, &["remote", "remove", "origin"])?;
        let theirs = released(&sandbox, release)?;
        check_out(&sandbox, &commit.oid)?;
        let later = run(&sandbox, &["tag", "--no-merged", &commit.oid])?;
        let later: Vec<&str> = later.lines().collect();
        for some in later.chunks(500) {
            run(&sandbox, &[&["tag", "--delete"], some].concat())?;
        }
        let kept = run(&sandbox, &["tag", "--list"])?;
        let kept: BTreeSet<(Option<&str>, &str)> =
            kept.lines().filter_map(line::read_tag).collect();
        let members = members(&sandbox)?;
        let names: Vec<String> = members.keys().cloned().collect();
        index.set(&names, &commit.moment, |package, version| {
            kept.contains(&(Some(package), version))
                || kept.contains(&(None, version))
                || members.get(package).is_some_and(|now| now == version)
        });
        let output = sandbox.run(&["plan", "--no-push", "--message-format", "json"]);
        let plan =
            output.stdout.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok());
        let plan = plan.into_iter().find(|line| line["reason"] == "plan").ok_or_else(|| {
            format!("no plan (exit code {}): {}", output.code, output.stderr.trim())
        })?;
        let theirs = theirs
            .into_iter()
            .map(|(name, version)| {
                let member = members.contains_key(&name);
                (name, Theirs { version: version.0, oid: version.1, was_member: member })
            })
            .collect();
        let folders = folders(&sandbox);
        let changed = |package: &str, from: &str, to: &str| {
            changed_files(&sandbox, from, to, folders.get(package).map_or("", String::as_str))
        };
        let later = |package: &str| later_version(line, release, package);
        Ok(compare::rows(&plan, &theirs, &changed, &later))
    }
}

/// The versions that the tags of a release stand for, and the commits they are at. A tag that names no package stands for
/// every member that has its version.
fn released(
    sandbox: &Sandbox,
    release: &Release,
) -> Result<BTreeMap<String, (String, String)>, String> {
    let mut released = BTreeMap::new();
    let shared: Vec<&Tag> = release.tags.iter().filter(|tag| tag.package.is_none()).collect();
    for tag in shared {
        check_out(sandbox, &tag.oid)?;
        let same = members(sandbox)?.into_iter().filter(|(_, version)| *version == tag.version);
        released.extend(same.map(|(name, version)| (name, (version, tag.oid.clone()))));
    }
    for tag in &release.tags {
        if let Some(package) = &tag.package {
            released.insert(package.clone(), (tag.version.clone(), tag.oid.clone()));
        }
    }
    Ok(released)
}

/// The publishable members and their versions.
fn members(sandbox: &Sandbox) -> Result<BTreeMap<String, String>, String> {
    let arguments = ["metadata", "--no-deps", "--offline", "--format-version", "1"];
    let output = sandbox.cargo(&arguments);
    let metadata: Value = serde_json::from_str(&output.stdout)
        .map_err(|_| format!("`cargo metadata` failed: {}", output.stderr.trim()))?;
    let members = metadata["packages"].as_array().into_iter().flatten();
    Ok(members
        .filter(|member| member["publish"] != serde_json::json!([]))
        .filter_map(|member| {
            Some((member["name"].as_str()?.to_owned(), member["version"].as_str()?.to_owned()))
        })
        .collect())
}

/// Where each member lies, seen from the root of the repository.
fn folders(sandbox: &Sandbox) -> BTreeMap<String, String> {
    let root = sandbox.work().to_string_lossy().into_owned();
    let folder = |member: &Value| {
        let manifest =
            member["manifest_path"].as_str()?.strip_prefix(&root)?.trim_start_matches('/');
        let folder = manifest.strip_suffix("Cargo.toml")?.trim_end_matches('/');
        Some((member["name"].as_str()?.to_owned(), folder.to_owned()))
    };
    sandbox.members().iter().filter_map(folder).collect()
}

/// The files below a folder that differ between two commits.
fn changed_files(sandbox: &Sandbox, from: &str, to: &str, folder: &str) -> Vec<String> {
    let folder = if folder.is_empty() { "." } else { folder };
    let arguments = ["diff", "--name-only", from, to, "--", folder];
    let text = run(sandbox, &arguments).unwrap_or_default();
    text.lines().map(str::to_owned).collect()
}

/// The version that a package got in a later release, if it did.
fn later_version(line: &Line, release: &Release, package: &str) -> Option<String> {
    let mut next = releases::next(line, release.end + 1);
    while let Some(release) = next {
        // A tag without a name is everybody's only where no tag has one.
        let shared = release.tags.iter().all(|tag| tag.package.is_none());
        let named = release.tags.iter().find(|tag| match &tag.package {
            Some(named) => named == package,
            None => shared,
        });
        if let Some(tag) = named {
            return Some(tag.version.clone());
        }
        next = releases::next(line, release.end + 1);
    }
    None
}

/// Puts the files of a commit there, and HEAD on it. Not `git checkout`: a copy of a repository may
/// lack large files, which no plan reads.
fn check_out(sandbox: &Sandbox, oid: &str) -> Result<(), String> {
    for entry in fs::read_dir(sandbox.work()).map_err(|error| error.to_string())? {
        let path = entry.map_err(|error| error.to_string())?.path();
        let is_folder = path.is_dir() && !path.is_symlink();
        let removed = match path.file_name().is_some_and(|name| name == ".git") {
            true => Ok(()),
            false if is_folder => fs::remove_dir_all(&path),
            false => fs::remove_file(&path),
        };
        removed.map_err(|error| format!("could not remove `{}`: {error}", path.display()))?;
    }
    run(sandbox, &["symbolic-ref", "HEAD", "refs/heads/replay"])?;
    run(sandbox, &["update-ref", "refs/heads/replay", oid])?;
    run(sandbox, &["read-tree", oid])?;
    drop(run(sandbox, &["checkout-index", "--all", "--force", "--quiet"]));
    Ok(())
}

fn run(sandbox: &Sandbox, arguments: &[&str]) -> Result<String, String> {
    let output = Output::of(&mut sandbox.git_command(arguments));
    if output.code != 0 {
        return Err(format!("git {} failed: {}", arguments[0], output.stderr.trim()));
    }
    Ok(output.stdout)
}
