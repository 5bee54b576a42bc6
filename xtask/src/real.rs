//! Releases a real workspace to a registry called `local`, twice, and takes the second back.

use crate::support::journey::is_in_step;
use crate::support::{Output, Sandbox};
use std::fs;
use std::path::Path;
use std::time::Instant;
use toml_edit::{Array, DocumentMut, Item, TableLike, value};

/// A clone of the workspace releases to `local`, is changed, releases again, and takes that back;
/// a consumer looks at every stop.
///
/// # Panics
/// When something is not as it should be.
pub(crate) fn there_and_back(sandbox: &mut Sandbox, repository: &Path) {
    sandbox.load_clone(repository);
    forget_tags(sandbox);
    let members = send_to_local(sandbox);
    println!("  {members} members of {} go to `local`", repository.display());
    stop(sandbox, "first release", &["publish", "--yes"]);
    let first = consumer(sandbox, "first");
    stop(sandbox, "second publish", &["publish", "--yes"]);

    change(sandbox);
    stop(sandbox, "second release", &["publish", "--yes"]);
    let second = consumer(sandbox, "second");
    assert_ne!(first, second, "a consumer gets nothing new");
    stop(sandbox, "taken back", &["yank-rollback", "--yes"]);
    is_in_step(sandbox);
    assert_eq!(consumer(sandbox, "after"), first, "a consumer does not get the last good versions");
    stop(sandbox, "undone", &["yank-rollback", "--undo", "--yes"]);
    assert_eq!(consumer(sandbox, "undone"), second, "the undo brings not everything back");
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
    change(sandbox);
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

/// A feature in every library.
fn change(sandbox: &Sandbox) {
    let sources = sandbox.git(&["ls-files", "src/lib.rs", "**/src/lib.rs"]);
    for path in sources.lines() {
        sandbox.write(path, &format!("{}\n// Something new.\n", sandbox.read(path)));
    }
    sandbox.git(&["commit", "--quiet", "--all", "--message", "feat: something new"]);
    sandbox.git(&["push", "--quiet"]);
}

/// Adds every library to a fresh project and builds it; the versions that it got.
fn consumer(sandbox: &Sandbox, name: &str) -> Vec<String> {
    let folder = sandbox.root().join(format!("consumer-{name}"));
    let manifest = folder.join("Cargo.toml");
    fs::create_dir_all(folder.join("src")).expect("the sandbox can be written");
    fs::write(folder.join("src/lib.rs"), "").expect("the sandbox can be written");
    let text =
        "[package]\nname = \"consumer\"\nversion = \"0.0.0\"\nedition = \"2021\"\n[workspace]\n";
    fs::write(&manifest, text).expect("the sandbox can be written");
    let at = ["--manifest-path", manifest.to_str().expect("plain names")];
    let members = sandbox.members();
    let libraries: Vec<_> = members.iter().filter(|member| is_library(member)).collect();
    let names = libraries.iter().filter_map(|member| member["name"].as_str());
    let names: Vec<_> = names.collect();
    let add = [&["add", "--quiet", "--registry", "local"], &at[..], &names].concat();
    sandbox.cargo(&add).exits(0);
    sandbox.cargo(&[&["build", "--quiet"], &at[..]].concat()).exits(0);
    let lock = fs::read_to_string(folder.join("Cargo.lock")).expect("Cargo wrote it");
    let lock: DocumentMut = lock.parse().expect("a lock file is TOML");
    let packages = lock["package"].as_array_of_tables().expect("a lock file lists packages");
    let text = |item: Option<&Item>| item.and_then(Item::as_str).unwrap_or_default().to_owned();
    let ours = packages
        .iter()
        .filter(|package| !text(package.get("source")).contains("crates.io-index"))
        .map(|package| (text(package.get("name")), text(package.get("version"))))
        .filter(|(name, _)| names.contains(&name.as_str()));
    let got: Vec<_> = ours.map(|(name, version)| format!("{name} {version}")).collect();
    println!(
        "  consumer         {} of ours build: {} …",
        got.len(),
        got[..got.len().min(4)].join(", ")
    );
    got
}

fn is_library(member: &serde_json::Value) -> bool {
    let targets = member["targets"].as_array().into_iter().flatten();
    let kinds = targets.flat_map(|target| target["kind"].as_array().into_iter().flatten());
    member["publish"] != serde_json::json!([])
        && kinds.into_iter().any(|kind| kind == "lib" || kind == "proc-macro")
}
