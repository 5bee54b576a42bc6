//! The commits and tags, written by `git fast-import` in one stream.

use super::files::{File, Files};
use super::{Size, VERSIONS, name};
use crate::random::Random;
use std::io::{self, BufWriter, Write};
use std::path::Path;
use std::process::{ChildStdin, Command, Stdio};

/// So many commits come after the last release, if there are as many.
const TAIL: usize = 100;
/// The types of the commits, as often as they come.
const TYPES: [&str; 10] =
    ["fix", "fix", "fix", "feat", "feat", "docs", "refactor", "test", "chore", "perf"];

/// Writes the history into a fresh folder and checks it out.
pub(super) fn write(place: &Path, files: &mut Files<'_>, size: Size) -> Result<(), String> {
    git(place, &["init", "--quiet", "--initial-branch", "main"])?;
    for (key, value) in
        [("user.name", "bench"), ("user.email", "bench@example.invalid"), ("gc.auto", "0")]
    {
        git(place, &["config", key, value])?;
    }
    let mut import = Command::new("git")
        .args(["fast-import", "--quiet"])
        .current_dir(place)
        .stdin(Stdio::piped())
        .spawn()
        .map_err(|error| format!("could not run git: {error}"))?;
    let stdin = import.stdin.take().expect("stdin is piped");
    let mut stream = Stream { out: BufWriter::new(stdin), time: 1_700_000_000 };
    let written = stream.all(files, size);
    drop(stream);
    let ended = import.wait().map_err(|error| format!("could not wait for git: {error}"))?;
    if !ended.success() {
        return Err("`git fast-import` did not take the history".to_owned());
    }
    written.map_err(|error| format!("could not write the history: {error}"))?;
    // Nothing is ever pushed there; it is only so that there is a remote.
    git(place, &["remote", "add", "origin", "."])?;
    git(place, &["reset", "--quiet", "--hard", "main"])?;
    git(place, &["pack-refs", "--all"])?;
    git(place, &["update-index", "-q", "--refresh"])
}

fn git(place: &Path, words: &[&str]) -> Result<(), String> {
    let status = Command::new("git").args(words).current_dir(place).status();
    match status {
        Ok(status) if status.success() => Ok(()),
        Ok(_) => Err(format!("`git {}` failed in {}", words.join(" "), place.display())),
        Err(error) => Err(format!("could not run git: {error}")),
    }
}

struct Stream {
    out: BufWriter<ChildStdin>,
    /// Of the last commit, in seconds since 1970.
    time: u64,
}

impl Stream {
    fn all(&mut self, files: &mut Files<'_>, size: Size) -> io::Result<()> {
        let mut random = Random(2);
        let packages = files.packages();
        self.commit("feat: the first of everything", &files.first())?;
        self.release(files, VERSIONS[0])?;
        let tail = TAIL.min(size.commits);
        let body = size.commits - tail;
        let between = VERSIONS.len() - 1;
        for number in 0..body {
            let package = random.below(packages);
            let mut touched = vec![files.touch(package, &mut random)];
            if random.is_within(20) {
                touched.push(files.touch(random.below(packages), &mut random));
            }
            self.commit(&message(&mut random, package, number), &touched)?;
            for (part, version) in VERSIONS.iter().enumerate().skip(1) {
                if number + 1 == body * part / between {
                    self.release(files, version)?;
                }
            }
        }
        let changed = size.changed.min(packages);
        for number in 0..tail {
            // Far apart from each other, and each of them once in `changed` commits.
            let Some(turn) = number.checked_rem(changed) else { break };
            let package = turn * packages / changed;
            let touched = files.touch(package, &mut random);
            self.commit(&message(&mut random, package, body + number), &[touched])?;
        }
        self.out.flush()
    }

    fn release(&mut self, files: &Files<'_>, version: &str) -> io::Result<()> {
        self.commit(&format!("chore: release {version}"), &files.release(version))?;
        for package in 0..files.packages() {
            let tag = format!("{}-v{version}", name(package));
            writeln!(
                self.out,
                "tag {tag}\nfrom refs/heads/main\n\
                 tagger bench <bench@example.invalid> {} +0000",
                self.time
            )?;
            self.data(&tag)?;
        }
        Ok(())
    }

    fn commit(&mut self, message: &str, files: &[File]) -> io::Result<()> {
        self.time += 600;
        writeln!(
            self.out,
            "commit refs/heads/main\ncommitter bench <bench@example.invalid> {} +0000",
            self.time
        )?;
        self.data(message)?;
        for (path, text) in files {
            writeln!(self.out, "M 100644 inline {path}")?;
            self.data(text)?;
        }
        Ok(())
    }

    fn data(&mut self, text: &str) -> io::Result<()> {
        writeln!(self.out, "data {}\n{text}", text.len())
    }
}

fn message(random: &mut Random, package: usize, number: usize) -> String {
    let kind = TYPES[random.below(TYPES.len())];
    let mark = if kind == "feat" && random.is_within(10) { "!" } else { "" };
    format!("{kind}({}){mark}: change number {number}", name(package))
}
