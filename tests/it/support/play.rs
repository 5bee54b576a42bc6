//! Plays a history in a sandbox, with git and stock Cargo.

use super::history::{Edit, Instruction, Tagging};
use super::program::Output;
use super::sandbox::Sandbox;
use serde_json::Value;
use std::fs;

/// The first commit: the files as they are, with a lock file where Cargo can make one.
pub fn begin(sandbox: &Sandbox) {
    sandbox.git(&["init", "--quiet"]);
    let remote = sandbox.remote();
    let remote = remote.to_str().expect("temporary folders have plain names");
    sandbox.git(&["init", "--quiet", "--bare", remote]);
    sandbox.git(&["remote", "add", "origin", remote]);
    // A workspace that does not resolve has no lock file; that is then what is tested.
    sandbox.cargo(&["generate-lockfile", "--offline"]);
    commit(sandbox, "chore: begin");
}

/// Carries out the instructions one by one.
///
/// # Panics
/// When one of them cannot be carried out.
pub fn play(sandbox: &Sandbox, history: &[Instruction]) {
    for instruction in history {
        match instruction {
            Instruction::Commit { message, edits } => {
                for edit in edits {
                    apply(sandbox, edit);
                }
                // Refreshes the lock file where a version moved.
                sandbox.cargo(&["metadata", "--offline", "--format-version", "1"]);
                let head = sandbox.git(&["rev-parse", "HEAD"]);
                commit(sandbox, &message.replace("{HEAD}", &head));
            }
            Instruction::Publish { packages, tags } => publish(sandbox, packages, tags.as_ref()),
            Instruction::Tag(name) => {
                sandbox.git(&["tag", name]);
            }
            Instruction::Yank { package, version } => {
                sandbox.cargo(&["yank", package, "--version", version]).exits(0);
            }
            Instruction::Checkout { revision, branch } => {
                sandbox.git(&["checkout", "--quiet", "-b", branch, revision]);
            }
            Instruction::Detach => {
                push(sandbox);
                sandbox.git(&["checkout", "--quiet", "--detach"]);
            }
        }
    }
}

/// Brings branches and tags to the remote.
pub fn push(sandbox: &Sandbox) {
    sandbox.git(&["push", "--quiet", "--all", "--set-upstream", "origin"]);
    sandbox.git(&["push", "--quiet", "--tags", "origin"]);
}

/// Commits everything, one minute after the commit before.
fn commit(sandbox: &Sandbox, message: &str) {
    sandbox.git(&["add", "--all"]);
    let count = Output::of(&mut sandbox.git_command(&["rev-list", "--count", "--all"]));
    let minutes: u64 = count.stdout.trim().parse().unwrap_or(0);
    let date = format!("{} +0000", 1_767_268_800 + 60 * minutes);
    let mut command =
        sandbox.git_command(&["commit", "--quiet", "--allow-empty", "--message", message]);
    command.env("GIT_AUTHOR_DATE", &date).env("GIT_COMMITTER_DATE", &date);
    Output::of(&mut command).exits(0);
}

fn apply(sandbox: &Sandbox, edit: &Edit) {
    match edit {
        Edit::Append { path, text } => {
            let old = sandbox.read(path);
            sandbox.write(path, &format!("{old}{text}\n"));
        }
        Edit::Write { path, text } => sandbox.write(path, &format!("{text}\n")),
        Edit::Replace { path, from, to } => {
            let old = sandbox.read(path);
            assert!(old.matches(from).count() == 1, "{path} has not exactly one `{from}`");
            sandbox.write(path, &old.replace(from, to));
        }
        Edit::Move { from, to } => {
            let target = sandbox.work().join(to);
            fs::create_dir_all(target.parent().expect("a path inside has a parent"))
                .expect("the sandbox can be written");
            fs::rename(sandbox.work().join(from), target)
                .unwrap_or_else(|error| panic!("could not move {from}: {error}"));
        }
        Edit::Remove { path } => fs::remove_file(sandbox.work().join(path))
            .unwrap_or_else(|error| panic!("could not remove {path}: {error}")),
    }
}

/// Publishes with stock Cargo, so that what is in the registry is not our own program's doing.
fn publish(sandbox: &Sandbox, packages: &[String], tags: Option<&Tagging>) {
    let mut arguments = vec!["publish", "--no-verify"];
    if packages.is_empty() {
        arguments.push("--workspace");
    }
    for package in packages {
        arguments.extend(["--package", package]);
    }
    sandbox.cargo(&arguments).exits(0);
    let Some(Tagging(template)) = tags else { return };
    for member in sandbox.members() {
        let text = |key: &str| member[key].as_str().expect("a package has a name and a version");
        let wanted = packages.is_empty() || packages.iter().any(|name| name == text("name"));
        if wanted && is_publishable(&member) {
            let tag =
                template.replace("{name}", text("name")).replace("{version}", text("version"));
            // Members that share a version may share a tag.
            if sandbox.git(&["tag", "--list", &tag]).is_empty() {
                sandbox.git(&["tag", "--annotate", "--message", &tag, &tag]);
            }
        }
    }
}

fn is_publishable(member: &Value) -> bool {
    member["publish"].as_array().is_none_or(|registries| !registries.is_empty())
}
