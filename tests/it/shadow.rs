//! Edits are tried in a shadow copy before anything real is touched.

use crate::sandbox;
use crate::support::Sandbox;
use std::fs;

/// A folder that is no member and that a member uses in its tests.
fn bystander(sandbox: &Sandbox, folder: &str, requirement: &str) {
    let manifest = format!(
        "[package]\nname = \"bystander\"\nversion = \"0.0.0\"\nedition = \"2021\"\n[workspace]\n\
         [dependencies]\nlib1 = {{ path = \"{requirement}\n"
    );
    let folder = sandbox.work().join(folder);
    fs::create_dir_all(folder.join("src")).unwrap();
    fs::write(folder.join("Cargo.toml"), manifest).unwrap();
    fs::write(folder.join("src/lib.rs"), "").unwrap();
}

fn commit(sandbox: &Sandbox) {
    sandbox.git(&["add", "--all"]);
    sandbox.git(&["commit", "--quiet", "--message", "test: use a bystander"]);
    sandbox.git(&["push", "--quiet"]);
}

/// Lets `bin` use the bystander at this path, seen from its own folder, in its tests.
fn used(sandbox: &Sandbox, path: &str) {
    let text = sandbox.read("bin/Cargo.toml");
    let dependency = format!("[dev-dependencies]\nbystander = {{ path = \"{path}\" }}\n");
    sandbox.write("bin/Cargo.toml", &format!("{text}\n{dependency}"));
}

#[test]
fn what_cargo_would_refuse_afterwards_is_refused_before_anything_is_written() {
    let sandbox = sandbox("chain");
    let root = sandbox.read("Cargo.toml");
    sandbox.write("Cargo.toml", &format!("{root}exclude = [\"tool\"]\n"));
    // The plan rewrites what members require; this is none, and excludes lib1 0.2.0.
    bystander(&sandbox, "tool", "../lib1\", version = \"0.1\" }");
    used(&sandbox, "../tool");
    commit(&sandbox);
    let head = sandbox.git(&["rev-parse", "HEAD"]);
    let output = sandbox.run(&["publish", "--yes"]).exits(97);
    for words in [
        "Cargo refuses the workspace as it would be",
        "failed to select a version for the requirement `lib1 = \"^0.1\"`",
        "nothing was changed",
    ] {
        assert!(output.stderr.contains(words), "no `{words}`\n{output}");
    }
    let tool = sandbox.work().join("tool");
    assert!(output.stderr.contains(&format!("({})", tool.display())), "{output}");
    assert!(!output.stderr.contains("scratch"), "paths are those of the real files\n{output}");
    assert_eq!(sandbox.git(&["status", "--porcelain", "--ignored"]), "");
    assert_eq!(sandbox.git(&["rev-parse", "HEAD"]), head);
    assert_eq!(sandbox.published_lines().len(), 5, "nothing was published");
    let memory = sandbox.work().join(".git/orchestrate");
    let left = fs::read_dir(memory).unwrap().map(|it| it.unwrap().file_name());
    // What was read of commits is kept between runs.
    let left: Vec<_> = left.filter(|name| name != "kept").collect();
    assert_eq!(left, ["lock"], "no run was begun, and the shadow is gone");
}

#[test]
fn a_shadow_knows_what_lies_outside_of_the_workspace() {
    let sandbox = sandbox("chain");
    // Beside the repository, seen from `bin` two folders up, and back in by the folder's name.
    bystander(&sandbox, "../outside", "../greetings/lib1\" }");
    used(&sandbox, "../../outside");
    sandbox.write(".cargo/config.toml", "[patch.crates-io]\nlib4 = { path = \"lib4\" }\n");
    let manifest = sandbox.read("bin/Cargo.toml");
    sandbox.write("bin/Cargo.toml", &manifest.replace('\n', "\r\n"));
    sandbox.cargo(&["generate-lockfile", "--offline"]).exits(0);
    commit(&sandbox);
    let lock = sandbox.read("Cargo.lock");
    sandbox.run(&["publish", "--yes"]).exits(0);
    assert_ne!(sandbox.read("Cargo.lock"), lock);
    sandbox.cargo(&["metadata", "--locked", "--offline", "--format-version", "1"]).exits(0);
    sandbox.run(&["yank-rollback", "--yes"]).exits(0);
    sandbox.cargo(&["metadata", "--locked", "--offline", "--format-version", "1"]).exits(0);
}
