//! Releases a real workspace to a registry called `local`, and takes releases back in every way.

use crate::support::journey::is_in_step;
use crate::support::{Output, Sandbox};
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Instant;
use toml_edit::{Array, DocumentMut, Item, TableLike, value};

/// The ways back, each with whether a consumer gets something newer after it.
const WAYS: [(&str, bool); 4] =
    [("--yank-only", false), ("--revert", false), ("--pin", false), ("--hotfix", true)];

/// A clone of the workspace releases to `local`; then, for each way back, it is changed, releases
/// again, takes that back, and takes that back. A new consumer and a repository downstream are
/// built at every stop.
///
/// # Panics
/// When something is not as it should be.
pub(crate) fn there_and_back(sandbox: &mut Sandbox, repository: &Path) {
    sandbox.load_clone(repository);
    forget_tags(sandbox);
    let members = send_to_local(sandbox);
    println!("  {members} members of {} go to `local`", repository.display());
    stop(sandbox, "first release", &["publish", "--yes"]);
    stop(sandbox, "second publish", &["publish", "--yes"]);
    let mut good = consumer(sandbox, "first");
    downstream(sandbox);
    for (way, is_newer) in WAYS {
        change(sandbox, "feat: something new");
        stop(sandbox, "bad release", &["publish", "--yes"]);
        let bad = consumer(sandbox, &format!("bad{way}"));
        assert_ne!(good, bad, "a consumer gets nothing new");
        let got_bad = built_downstream(sandbox);
        if is_newer {
            change(sandbox, "fix: mend it");
        }
        stop(sandbox, way, &["yank-rollback", way, "--yes"]);
        is_in_step(sandbox);
        let after = consumer(sandbox, &format!("after{way}"));
        if is_newer {
            assert!(after != good && after != bad, "a consumer does not get the hotfix");
        } else {
            assert_eq!(after, good, "a consumer does not get the last good versions");
        }
        let pinned = (way == "--pin").then(|| merged_downstream(sandbox, "pin"));
        let got = built_downstream(sandbox);
        assert_ne!(got, got_bad, "nothing was taken back downstream");
        stop(sandbox, "undone", &["yank-rollback", "--undo", "--yes"]);
        if let Some(pins) = pinned {
            assert_eq!(built_downstream(sandbox), got, "what is pinned moves");
            assert_eq!(merged_downstream(sandbox, "unpin"), pins, "not every pin is lifted");
            assert_eq!(built_downstream(sandbox), got_bad, "it does not take what is back");
        }
        is_in_step(sandbox);
        let undone = consumer(sandbox, &format!("undone{way}"));
        let expected = if is_newer { &after } else { &bad };
        assert_eq!(undone, *expected, "the undo brings not everything back");
        built_downstream(sandbox);
        good = undone;
    }
    let impact = sandbox.run(&["impact"]).exits(0);
    println!("{}", impact.stdout);
    let status = sandbox.run(&["status"]).exits(0);
    println!("{}", status.stdout);
}

/// A clone of the workspace releases to `local` and is changed.
///
/// # Panics
/// When something is not as it should be.
pub(crate) fn released_and_changed(sandbox: &mut Sandbox, repository: &Path, more: &[String]) {
    sandbox.load_clone(repository);
    forget_tags(sandbox);
    let members = send_to_local(sandbox);
    println!("  {members} members of {} go to `local`", repository.display());
    let words: Vec<_> =
        ["publish", "--yes"].into_iter().chain(more.iter().map(String::as_str)).collect();
    stop(sandbox, "first release", &words);
    change(sandbox, "feat: something new");
}

fn stop(sandbox: &Sandbox, what: &str, words: &[&str]) {
    let start = Instant::now();
    let output: Output = sandbox.run(words).exits(0);
    let last = output.stderr.lines().rev().find(|line| line.trim().starts_with("Finished"));
    let took = start.elapsed().as_secs_f64();
    println!("  {what:<16} {took:>6.1} s  {}", last.unwrap_or("").trim());
}

/// The tags speak of releases to another registry.
fn forget_tags(sandbox: &Sandbox) {
    let tags = sandbox.git(&["tag", "--list"]);
    let tags: Vec<_> = tags.lines().collect();
    if !tags.is_empty() {
        sandbox.git(&[&["tag", "--delete"], &tags[..]].concat());
        sandbox.git(&[&["push", "--quiet", "--delete", "origin"], &tags[..]].concat());
    }
}

/// Makes every member that can be published go to `local`, and take its siblings from there.
fn send_to_local(sandbox: &Sandbox) -> usize {
    let manifests = sandbox.git(&["ls-files", "Cargo.toml", "**/Cargo.toml"]);
    let mut members = 0;
    for path in manifests.lines() {
        let text = sandbox.read(path);
        let mut manifest: DocumentMut = text.parse().expect("the workspace has valid manifests");
        members += usize::from(goes_to_local(manifest.as_table_mut()));
        sandbox.write(path, &manifest.to_string());
    }
    sandbox.git(&["commit", "--quiet", "--all", "--message", "chore: release to `local`"]);
    sandbox.git(&["push", "--quiet"]);
    members
}

/// Whether it is the manifest of a package that can be published.
fn goes_to_local(manifest: &mut dyn TableLike) -> bool {
    siblings(manifest);
    if let Some(targets) = manifest.get_mut("target").and_then(Item::as_table_like_mut) {
        for (_, target) in targets.iter_mut() {
            target.as_table_like_mut().into_iter().for_each(siblings);
        }
    }
    if let Some(workspace) = manifest.get_mut("workspace").and_then(Item::as_table_like_mut) {
        siblings(workspace);
    }
    let Some(package) = manifest.get_mut("package").and_then(Item::as_table_like_mut) else {
        return false;
    };
    let may = package.get("publish").and_then(Item::as_bool).unwrap_or(true);
    if may {
        package.insert("publish", value(Array::from_iter(["local"])));
    }
    may
}

/// Gives every dependency with a path and a version the registry.
fn siblings(table: &mut dyn TableLike) {
    for name in ["dependencies", "dev-dependencies", "build-dependencies"] {
        let Some(dependencies) = table.get_mut(name).and_then(Item::as_table_like_mut) else {
            continue;
        };
        for (_, dependency) in dependencies.iter_mut() {
            let Some(dependency) = dependency.as_table_like_mut() else { continue };
            if dependency.contains_key("path") && dependency.contains_key("version") {
                dependency.insert("registry", value("local"));
            }
        }
    }
}

/// A change to every library.
fn change(sandbox: &Sandbox, what: &str) {
    let sources = sandbox.git(&["ls-files", "src/lib.rs", "**/src/lib.rs"]);
    for path in sources.lines() {
        sandbox.write(path, &format!("{}\n// {what}\n", sandbox.read(path)));
    }
    sandbox.git(&["commit", "--quiet", "--all", "--message", what]);
    sandbox.git(&["push", "--quiet"]);
}

/// Adds every library to a fresh project and builds it; the versions that it got.
fn consumer(sandbox: &Sandbox, name: &str) -> Vec<String> {
    let folder = project(sandbox, &format!("consumer-{name}"));
    let got = built(sandbox, &folder);
    println!(
        "  consumer         {} of ours build: {} …",
        got.len(),
        got[..got.len().min(4)].join(", ")
    );
    got
}

/// A project that requires every library as it is now.
fn project(sandbox: &Sandbox, name: &str) -> PathBuf {
    let folder = sandbox.root().join(name);
    let manifest = folder.join("Cargo.toml");
    fs::create_dir_all(folder.join("src")).expect("the sandbox can be written");
    fs::write(folder.join("src/lib.rs"), "").expect("the sandbox can be written");
    let text =
        "[package]\nname = \"consumer\"\nversion = \"0.0.0\"\nedition = \"2021\"\n[workspace]\n";
    fs::write(&manifest, text).expect("the sandbox can be written");
    let names = libraries(sandbox);
    let names: Vec<_> = names.iter().map(String::as_str).collect();
    let at = ["--manifest-path", manifest.to_str().expect("plain names")];
    let add = [&["add", "--quiet", "--registry", "local"], &at[..], &names].concat();
    sandbox.cargo(&add).exits(0);
    folder
}

/// Makes that project a repository that the workspace knows to be downstream.
fn downstream(sandbox: &Sandbox) {
    let folder = project(sandbox, "downstream");
    let at = folder.to_str().expect("plain names");
    sandbox.git(&["init", "--quiet", at]);
    sandbox.git(&["-C", at, "add", "Cargo.toml", "src"]);
    sandbox.git(&["-C", at, "commit", "--quiet", "--message", "feat: use it"]);
    let path = format!("[downstream.site]\npath = \"{at}\"\n");
    sandbox.write("orchestrate.toml", &path);
    sandbox.git(&["add", "orchestrate.toml"]);
    sandbox.git(&["commit", "--quiet", "--message", "ci: know who is downstream"]);
    sandbox.git(&["push", "--quiet"]);
}

/// Merges the branch that was made in the repository downstream; the number of its edits.
fn merged_downstream(sandbox: &Sandbox, what: &str) -> usize {
    let folder = sandbox.root().join("downstream");
    let at = ["-C", folder.to_str().expect("plain names")];
    let git = |line: &[&str]| sandbox.git(&[&at[..], line].concat());
    let pattern = format!("refs/heads/orchestrate/{what}-*");
    let branch = git(&["for-each-ref", "--format=%(refname:short)", &pattern]);
    let changed = git(&["diff", "--numstat", "HEAD", branch.trim()]);
    git(&["merge", "--quiet", "--ff-only", branch.trim()]);
    let edits = changed.split_whitespace().next().and_then(|it| it.parse().ok());
    let edits = edits.expect("the branch edits the manifest");
    println!("  downstream       {edits} requirements on {}, merged", branch.trim());
    edits
}

/// Builds the repository downstream with the newest versions that it takes.
fn built_downstream(sandbox: &Sandbox) -> Vec<String> {
    let got = built(sandbox, &sandbox.root().join("downstream"));
    println!("  downstream       {} of ours build", got.len());
    got
}

/// Builds a project without a lock file; the versions of ours that it got.
fn built(sandbox: &Sandbox, folder: &Path) -> Vec<String> {
    let lock = folder.join("Cargo.lock");
    if lock.exists() {
        fs::remove_file(&lock).expect("the sandbox can be written");
    }
    let manifest = folder.join("Cargo.toml");
    let at = ["--manifest-path", manifest.to_str().expect("plain names")];
    sandbox.cargo(&[&["build", "--quiet"], &at[..]].concat()).exits(0);
    let lock = fs::read_to_string(lock).expect("Cargo wrote it");
    let lock: DocumentMut = lock.parse().expect("a lock file is TOML");
    let packages = lock["package"].as_array_of_tables().expect("a lock file lists packages");
    let text = |item: Option<&Item>| item.and_then(Item::as_str).unwrap_or_default().to_owned();
    let names = libraries(sandbox);
    let ours = packages
        .iter()
        .filter(|package| !text(package.get("source")).contains("crates.io-index"))
        .map(|package| (text(package.get("name")), text(package.get("version"))))
        .filter(|(name, _)| names.contains(name));
    ours.map(|(name, version)| format!("{name} {version}")).collect()
}

/// The names of the libraries that are published.
fn libraries(sandbox: &Sandbox) -> Vec<String> {
    let members = sandbox.members();
    let libraries = members.iter().filter(|member| is_library(member));
    libraries.filter_map(|member| Some(member["name"].as_str()?.to_owned())).collect()
}

fn is_library(member: &serde_json::Value) -> bool {
    let targets = member["targets"].as_array().into_iter().flatten();
    let kinds = targets.flat_map(|target| target["kind"].as_array().into_iter().flatten());
    member["publish"] != serde_json::json!([])
        && kinds.into_iter().any(|kind| kind == "lib" || kind == "proc-macro")
}
