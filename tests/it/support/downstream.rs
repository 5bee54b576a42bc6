//! Repositories downstream of a sandbox's workspace, which lie beside it.

use super::sandbox::Sandbox;

/// A repository of this name with these files, committed.
pub fn repository(sandbox: &Sandbox, name: &str, files: &[(&str, &str)]) {
    for (path, text) in files {
        sandbox.write(&format!("../{name}/{path}"), text);
    }
    let folder = format!("../{name}");
    sandbox.git(&["init", "--quiet", "--initial-branch", "main", &folder]);
    sandbox.git(&["-C", &folder, "add", "--all"]);
    sandbox.git(&["-C", &folder, "commit", "--quiet", "--message", "feat: begin"]);
}

/// The manifest of a package that needs these.
pub fn package(dependencies: &str) -> String {
    format!(
        "[package]\nname = \"user\"\nversion = \"0.1.0\"\nedition = \"2021\"\n\n[dependencies]\n{dependencies}"
    )
}

/// Two that use the chain: `app`, named by its path, and `site`, named as if it were elsewhere.
pub fn of_chain(sandbox: &Sandbox) {
    let lock = "version = 4\n\n[[package]]\nname = \"lib1\"\nversion = \"0.1.0\"\n\
                source = \"registry+https://index.invalid/\"\n";
    let app = package("lib1 = \"0.1\"\nany = { package = \"lib3\", version = \">=0.3\" }\n");
    repository(sandbox, "app", &[("Cargo.toml", &app), ("Cargo.lock", lock)]);
    repository(sandbox, "site", &[("Cargo.toml", &package("lib2 = \"0.3\"\nlib4 = \"0.1\"\n"))]);
    sandbox.write(
        "orchestrate.toml",
        "[downstream.app]\npath = \"../app\"\n[downstream.site]\ngit = \"../site\"\nbranch = \"main\"\n",
    );
    sandbox.git(&["add", "--all"]);
    sandbox.git(&["commit", "--quiet", "--message", "chore: name who uses us"]);
}

/// The branches that were made in one of them, each with its tree; nothing where it is not there.
pub fn branches(sandbox: &Sandbox, name: &str) -> Vec<String> {
    if !sandbox.root().join(name).is_dir() {
        return Vec::new();
    }
    let (folder, format) = (format!("../{name}"), "--format=%(refname:short) %(tree)");
    let all = sandbox.git(&["-C", &folder, "for-each-ref", format, "refs/heads/orchestrate"]);
    all.lines().map(str::to_owned).collect()
}
