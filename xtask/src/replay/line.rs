//! The first-parent line of a history, and where its tags stand on it.

use std::collections::{BTreeMap, HashMap};
use std::path::Path;
use std::process::Command;

/// The commits that a branch went through, oldest first.
#[derive(Debug)]
pub(crate) struct Line {
    pub(crate) commits: Vec<Commit>,
    /// The tags by their place on the line: the place of the first commit that contains them.
    pub(crate) tags: BTreeMap<usize, Vec<Tag>>,
    /// The place on the line at which each commit of the history came in.
    places: HashMap<String, usize>,
}

/// A commit of the line.
#[derive(Debug, Clone)]
pub(crate) struct Commit {
    pub(crate) oid: String,
    /// In seconds since 1970.
    pub(crate) time: i64,
    /// The same as an index writes it, `2026-03-13T18:59:28Z`.
    pub(crate) moment: String,
}

/// A tag that names a version.
#[derive(Debug, Clone)]
pub(crate) struct Tag {
    pub(crate) name: String,
    /// The commit it stands for.
    pub(crate) oid: String,
    /// The package it names; nothing where it only says a version.
    pub(crate) package: Option<String>,
    pub(crate) version: String,
}

impl Line {
    /// Reads the line that leads to HEAD.
    ///
    /// # Errors
    /// When git does not find it.
    pub(crate) fn of(repository: &Path) -> Result<Self, String> {
        let commits = log(repository, &["--first-parent", "--reverse", "HEAD"])?;
        let places = places(repository, &commits)?;
        let mut tags: BTreeMap<usize, Vec<Tag>> = BTreeMap::new();
        let list = [
            "for-each-ref",
            "refs/tags",
            "--format=%(refname:strip=2) %(*objectname) %(objectname)",
        ];
        for line in git(repository, &list)?.lines() {
            let mut words = line.split_whitespace();
            let (Some(name), Some(oid)) = (words.next(), words.next()) else { continue };
            if let (Some(&place), Some((package, version))) = (places.get(oid), read_tag(name)) {
                let package = package.map(str::to_owned);
                let (name, oid) = (name.to_owned(), oid.to_owned());
                let tag = Tag { name, oid, package, version: version.to_owned() };
                tags.entry(place).or_default().push(tag);
            }
        }
        Ok(Self { commits, tags, places })
    }

    /// The place at which a commit came in; nothing for one that HEAD does not contain.
    pub(crate) fn place(&self, oid: &str) -> Option<usize> {
        self.places.get(oid).copied()
    }
}

/// The commits that `git log` lists.
///
/// # Errors
/// When it fails.
pub(crate) fn log(repository: &Path, which: &[&str]) -> Result<Vec<Commit>, String> {
    let form = ["log", "--format=%H %ct %cd", "--date=format-local:%Y-%m-%dT%H:%M:%SZ"];
    let text = git(repository, &[&form[..], which].concat())?;
    let commit = |line: &str| {
        let mut words = line.split(' ');
        let (oid, time, moment) = (words.next()?, words.next()?, words.next()?);
        let time = time.parse().ok()?;
        Some(Commit { oid: oid.to_owned(), time, moment: moment.to_owned() })
    };
    Ok(text.lines().filter_map(commit).collect())
}

/// Where each commit of the history came in: one that a merge brought came with the merge.
fn places(repository: &Path, line: &[Commit]) -> Result<HashMap<String, usize>, String> {
    let text = git(repository, &["rev-list", "--parents", "HEAD"])?;
    let parents: HashMap<&str, Vec<&str>> = text
        .lines()
        .filter_map(|line| {
            let mut oids = line.split(' ');
            Some((oids.next()?, oids.collect()))
        })
        .collect();
    let mut places: HashMap<String, usize> = HashMap::new();
    for (place, commit) in line.iter().enumerate() {
        let mut open = vec![commit.oid.as_str()];
        while let Some(oid) = open.pop() {
            if !places.contains_key(oid) {
                places.insert(oid.to_owned(), place);
                open.extend(parents.get(oid).into_iter().flatten());
            }
        }
    }
    Ok(places)
}

/// The package, where one is named, and the version that a tag stands for.
pub(crate) fn read_tag(tag: &str) -> Option<(Option<&str>, &str)> {
    let starts = tag.char_indices().filter(|(at, c)| {
        c.is_ascii_digit() && !tag[..*at].ends_with(|c: char| c.is_ascii_digit() || c == '.')
    });
    let at = starts.map(|(at, _)| at).find(|at| is_version(&tag[*at..]))?;
    let before = &tag[..at];
    let before = before.strip_suffix('v').unwrap_or(before);
    if before.is_empty() {
        return Some((None, &tag[at..]));
    }
    let package = before.strip_suffix(['-', '@', '/', '_'])?;
    Some((Some(package), &tag[at..]))
}

fn is_version(text: &str) -> bool {
    let core = text.split(['-', '+']).next().unwrap_or_default();
    let numbers: Vec<&str> = core.split('.').collect();
    numbers.len() == 3 && numbers.iter().all(|number| number.parse::<u64>().is_ok())
}

/// What git prints; times in UTC.
///
/// # Errors
/// When it fails, with its words.
pub(crate) fn git(repository: &Path, arguments: &[&str]) -> Result<String, String> {
    let output = Command::new("git")
        .arg("-C")
        .arg(repository)
        .args(arguments)
        .env("TZ", "UTC")
        .output()
        .map_err(|error| format!("could not run git: {error}"))?;
    if !output.status.success() {
        let said = String::from_utf8_lossy(&output.stderr);
        return Err(format!("git {}: {}", arguments.join(" "), said.trim()));
    }
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}
