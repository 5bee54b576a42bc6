//! A rollback of a release of many packages in several waves, killed at every step, and its undo:
//! whatever the registry shows in between, each live version resolves.

use crate::program;
use crate::support::Sandbox;
use crate::support::index::{IndexEntry, index_entries};
use semver::{Version, VersionReq};
use serde_json::json;
use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::process::Stdio;

const BACK: &[&str] = &["yank-rollback", "--yes"];
const FORTH: &[&str] = &["yank-rollback", "--undo", "--yes"];

/// The packages and what each requires, dependencies first: six waves.
const WIDE: [(&str, &[&str]); 12] = [
    ("base", &[]),
    ("codec", &[]),
    ("clock", &[]),
    ("alone", &[]),
    ("store", &["base", "codec"]),
    ("wire", &["codec"]),
    ("query", &["store"]),
    ("link", &["wire", "clock"]),
    ("server", &["query", "link"]),
    ("client", &["link"]),
    ("tool", &["client", "query"]),
    ("app", &["server", "tool"]),
];

/// Two releases of all of them, the second a breaking one.
fn released() -> Sandbox {
    let sandbox = Sandbox::empty(program());
    let names: Vec<String> = WIDE.iter().map(|(name, _)| format!("{name:?}")).collect();
    let root = format!("[workspace]\nresolver = \"2\"\nmembers = [{}]\n", names.join(", "));
    sandbox.write("Cargo.toml", &root);
    sandbox.write(".gitignore", "Cargo.lock\n");
    for (name, needs) in WIDE {
        let mut manifest = format!(
            "[package]\nname = \"{name}\"\nversion = \"0.1.0\"\nedition = \"2021\"\n\
             description = \"one of many\"\nlicense = \"MIT\"\n\n[dependencies]\n"
        );
        for need in needs {
            writeln!(manifest, "{need} = {{ version = \"0.1.0\", path = \"../{need}\" }}")
                .expect("a string takes more text");
        }
        sandbox.write(&format!("{name}/Cargo.toml"), &manifest);
        sandbox.write(&format!("{name}/src/lib.rs"), "");
    }
    sandbox.start();
    sandbox.run(&["publish", "--yes", "--no-verify"]).exits(0);
    for (name, _) in WIDE {
        sandbox.write(&format!("{name}/src/lib.rs"), "//! Another.\n");
    }
    sandbox.git(&["commit", "--quiet", "--all", "--message", "feat!: another"]);
    sandbox.git(&["push", "--quiet"]);
    sandbox.run(&["publish", "--yes", "--no-verify"]).exits(0);
    sandbox
}

/// Whether a live version finds live versions for all it requires, and these for theirs.
fn resolves(entry: &IndexEntry, all: &[IndexEntry]) -> bool {
    entry.dependencies.iter().all(|dependency| {
        let (name, requirement) = dependency.split_once(' ').expect("a name and a requirement");
        let requirement = VersionReq::parse(requirement).expect("a requirement of the index");
        all.iter().any(|other| {
            let version = Version::parse(&other.version).expect("a version of the index");
            let fits = other.name == name && !other.yanked && requirement.matches(&version);
            fits && resolves(other, all)
        })
    })
}

/// Plays the yanks and unyanks that reached the registry, and asks of each state in between
/// whether every live version resolves. Returns what was asked of the registry.
fn every_prefix_resolves(sandbox: &Sandbox) -> Vec<(String, String)> {
    let mut index = sandbox.published();
    for entry in &mut index {
        entry.yanked = false;
    }
    let log = sandbox.registry().control("GET", "log", None);
    let mut turned = Vec::new();
    for request in log["requests"].as_array().expect("the log has requests") {
        let text = |key: &str| request[key].as_str().unwrap_or_default().to_owned();
        let (operation, package) = (text("operation"), text("package"));
        if !["yank", "unyank"].contains(&&*operation) {
            continue;
        }
        assert_eq!(text("version"), "0.2.0", "never planned: {request}");
        for entry in &mut index {
            if entry.name == package && entry.version == text("version") {
                entry.yanked = operation == "yank";
            }
        }
        turned.push((operation, package));
        let live = index.iter().filter(|entry| !entry.yanked);
        let broken: Vec<String> =
            live.filter(|entry| !resolves(entry, &index)).map(IndexEntry::line).collect();
        assert!(broken.is_empty(), "{broken:?} after {turned:?}");
    }
    turned
}

fn is_yanked(sandbox: &Sandbox, package: &str) -> bool {
    let entries = index_entries(sandbox.endpoint(), &[package.to_owned()]);
    entries.iter().any(|entry| entry.version == "0.2.0" && entry.yanked)
}

/// Runs it and kills it when the registry has turned this package and not answered yet; whether
/// there was anything left to turn.
fn killed_at(sandbox: &Sandbox, arguments: &[&str], package: &str) -> bool {
    let yanks = arguments == BACK;
    if is_yanked(sandbox, package) == yanks {
        return false;
    }
    let operation = if yanks { "yank" } else { "unyank" };
    let held = json!({"kind": "delay", "ms": 60_000, "when": "after"});
    sandbox.fault(&json!({"operation": operation, "package": package, "fault": held}));
    let mut command = sandbox.command(arguments);
    command.stdout(Stdio::null()).stderr(Stdio::null());
    let mut child = command.spawn().expect("the program can be run");
    while is_yanked(sandbox, package) != yanks {
        let ended = child.try_wait().expect("our own child can be asked");
        assert!(ended.is_none(), "it ended before {operation} {package}");
        std::thread::yield_now();
    }
    child.kill().expect("our own child can be killed");
    child.wait().expect("our own child can be waited for");
    sandbox.no_faults();
    true
}

/// Kills it at each package, then at each of the steps that follow, and lets it end.
fn survives(sandbox: &Sandbox, arguments: &[&str], order: &[&str]) {
    // Others of a wave may go out with one that is held.
    let killed = order.iter().filter(|package| killed_at(sandbox, arguments, package)).count();
    assert!(killed >= 6, "killed at {killed} packages only");
    for step in ["write-files", "commit", "push-commit", "prove-resolution"] {
        assert!(sandbox.run_until(arguments, "started", step), "it never told {step}");
    }
    sandbox.run(arguments).exits(0);
}

#[test]
fn many_packages_are_taken_and_given_back_whatever_kills_it() {
    let sandbox = released();
    let release = sandbox.git(&["rev-parse", "HEAD^{tree}"]);
    let names: Vec<&str> = WIDE.iter().map(|(name, _)| *name).collect();
    let dependents_first: Vec<&str> = names.iter().rev().copied().collect();

    survives(&sandbox, BACK, &dependents_first);
    let turned = every_prefix_resolves(&sandbox);
    let yanked: BTreeSet<&str> = turned.iter().map(|(_, package)| package.as_str()).collect();
    assert_eq!(yanked, names.iter().copied().collect(), "{turned:?}");
    assert!(names.iter().all(|name| is_yanked(&sandbox, name)));
    assert_eq!(sandbox.remote_git(&["rev-parse", "main"]), sandbox.git(&["rev-parse", "HEAD"]));

    survives(&sandbox, FORTH, &names);
    every_prefix_resolves(&sandbox);
    assert!(names.iter().all(|name| !is_yanked(&sandbox, name)));
    assert_eq!(sandbox.git(&["rev-parse", "HEAD^{tree}"]), release);
    assert_eq!(sandbox.remote_git(&["rev-parse", "main"]), sandbox.git(&["rev-parse", "HEAD"]));
    assert_eq!(sandbox.git(&["status", "--porcelain"]), "");
}
