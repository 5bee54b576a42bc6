//! The commands that are measured side by side.

use super::world::{World, cargo};
use std::env;
use std::ffi::OsString;
use std::path::{Path, PathBuf};

/// A command, or several that are run one after the other and count together.
#[derive(Debug)]
pub(super) struct Contestant {
    /// As people would type it.
    pub(super) name: &'static str,
    pub(super) commands: Vec<Vec<OsString>>,
    /// Whether it changes tracked files, which are restored after it.
    pub(super) writes: bool,
}

/// What the plan is compared with: the least that anybody does who looks for changed packages.
pub(super) const FLOOR: &str = "floor";
pub(super) const METADATA: &str = "cargo metadata --no-deps";
pub(super) const DIFF: &str = "git diff --name-only";
pub(super) const PLAN: &str = "cargo orchestrate plan";
pub(super) const RELEASE: &str = "cargo release changes";

/// A tool that others use, and what it is asked for. Each only looks, but for the last.
struct Peer {
    name: &'static str,
    program: &'static str,
    words: &'static [&'static str],
    writes: bool,
}

const PEERS: [Peer; 4] = [
    Peer {
        name: "cargo workspaces changed",
        program: "cargo-workspaces",
        words: &["workspaces", "changed"],
        writes: false,
    },
    Peer { name: RELEASE, program: "cargo-release", words: &["release", "changes"], writes: false },
    Peer {
        name: "cargo smart-release",
        program: "cargo-smart-release",
        words: &["smart-release"],
        writes: false,
    },
    Peer { name: "release-plz update", program: "release-plz", words: &["update"], writes: true },
];

/// Everything that is measured in a world: the floor and its parts, the plan, and the peers that
/// are found in `folder` or on the path.
pub(super) fn contestants(world: &World, program: &Path, folder: Option<&Path>) -> Vec<Contestant> {
    let words = |program: &Path, words: &[&str]| {
        let words = words.iter().map(OsString::from);
        std::iter::once(OsString::from(program)).chain(words).collect::<Vec<_>>()
    };
    let metadata = words(&cargo(), &["metadata", "--no-deps", "--format-version", "1"]);
    let range = format!("{}..HEAD", world.last);
    let diff = words(Path::new("git"), &["diff", "--name-only", &range]);
    let plan = words(program, &["orchestrate", "plan", "--offline"]);
    let one = |name, command: &Vec<OsString>| Contestant {
        name,
        commands: vec![command.clone()],
        writes: false,
    };
    let mut all = vec![
        Contestant { name: FLOOR, commands: vec![metadata.clone(), diff.clone()], writes: false },
        one(METADATA, &metadata),
        one(DIFF, &diff),
        one(PLAN, &plan),
    ];
    for peer in PEERS {
        if let Some(program) = find(peer.program, folder) {
            let commands = vec![words(&program, peer.words)];
            all.push(Contestant { name: peer.name, commands, writes: peer.writes });
        }
    }
    all
}

/// Where a program is: in this folder, or on the path.
pub(super) fn find(program: &str, folder: Option<&Path>) -> Option<PathBuf> {
    let path = env::var_os("PATH").unwrap_or_default();
    let folders = folder.map(Path::to_owned).into_iter().chain(env::split_paths(&path));
    folders.map(|folder| folder.join(program)).find(|path| path.is_file())
}
