//! Links that lead elsewhere: what is packed through them, and what would be written through them.

use super::{PUBLISH, commit};
use crate::sandbox;
use std::fs;
use std::os::unix::fs::{PermissionsExt as _, symlink};

#[test]
fn a_link_out_of_the_repository_is_refused_when_it_is_planned() {
    let sandbox = sandbox("chain");
    let secret = sandbox.root().join("secret.txt");
    fs::write(&secret, "of nobody's business").unwrap();
    let place = |link: &str| sandbox.work().join(link);
    symlink("../../secret.txt", place("lib1/notes.txt")).unwrap();
    symlink("../.git/config", place("lib1/settings.txt")).unwrap();
    symlink(sandbox.root(), place("lib2/everything")).unwrap();
    symlink("../../gone.txt", place("lib3/later.txt")).unwrap();
    // These are nobody's business: inside, of a package that does not move, or not packed.
    symlink("../lib2/src/lib.rs", place("lib1/src/same.rs")).unwrap();
    symlink("../../secret.txt", place("lib4/notes.txt")).unwrap();
    symlink("../secret.txt", place("notes.txt")).unwrap();
    let manifest = sandbox.read("lib4/Cargo.toml");
    let exclude = "[package]\nexclude = [\"/notes.txt\"]";
    sandbox.write("lib4/Cargo.toml", &manifest.replace("[package]", exclude));
    commit(&sandbox, "feat(lib1): notes");
    let output = sandbox.run(&["plan", "--message-format", "json"]).exits(97);
    let plan = output.object("plan");
    let findings = plan["findings"].as_array().unwrap().iter();
    let found: Vec<String> = findings
        .filter(|it| it["code"] == "outside-repository")
        .map(|it| it["text"].as_str().unwrap().to_owned())
        .collect();
    let from = |package: &str, file: &str, to: &str| {
        format!("{package}: `{file}` is packed from outside of the repository: {to}")
    };
    let root = sandbox.root().display().to_string();
    let git = sandbox.work().join(".git/config").display().to_string();
    let expected = [
        from("lib1", "notes.txt", &secret.display().to_string()),
        from("lib1", "settings.txt", &git),
        from("lib2", "everything", &root),
        from("lib3", "later.txt", "../../gone.txt"),
    ];
    assert_eq!(found, expected, "{output}");
    sandbox.run(PUBLISH).exits(97);
    assert_eq!(sandbox.git(&["status", "--porcelain"]), "");
}

#[test]
fn a_link_that_is_meant_is_allowed_by_name() {
    let sandbox = sandbox("chain");
    fs::write(sandbox.root().join("shared.txt"), "for everybody\n").unwrap();
    symlink("../../shared.txt", sandbox.work().join("lib1/shared.txt")).unwrap();
    let manifest = sandbox.read("lib1/Cargo.toml");
    let allow = "\n[package.metadata.orchestrate]\nallow-packed = [\"shared.txt\"]\n";
    sandbox.write("lib1/Cargo.toml", &format!("{manifest}{allow}"));
    commit(&sandbox, "feat(lib1): share");
    sandbox.run(PUBLISH).exits(0);
}

#[test]
fn a_lock_or_a_folder_that_is_a_link_is_not_written_through() {
    let sandbox = sandbox("chain");
    let home = sandbox.work().join(".git/orchestrate");
    let victim = sandbox.root().join("victim");
    let before = sandbox.published_lines();

    fs::create_dir_all(&home).unwrap();
    fs::write(&victim, "precious").unwrap();
    symlink(&victim, home.join("lock")).unwrap();
    let output = sandbox.run(PUBLISH);
    assert!(output.stderr.contains("it is a symbolic link"), "{output}");
    assert!(![0, 1, 101].contains(&output.code), "{output}");
    assert_eq!(fs::read_to_string(&victim).unwrap(), "precious");

    fs::remove_dir_all(&home).unwrap();
    let elsewhere = sandbox.root().join("elsewhere");
    fs::create_dir(&elsewhere).unwrap();
    symlink(&elsewhere, &home).unwrap();
    sandbox.run(&["plan"]).exits(0);
    let output = sandbox.run(PUBLISH);
    assert!(output.stderr.contains("it is a symbolic link"), "{output}");
    assert!(fs::read_dir(&elsewhere).unwrap().next().is_none());
    assert_eq!(sandbox.published_lines(), before);
}

#[test]
fn what_is_remembered_is_its_owners_alone() {
    let sandbox = sandbox("chain");
    let home = sandbox.work().join(".git/orchestrate");
    let mode = || fs::metadata(&home).unwrap().permissions().mode() & 0o777;
    sandbox.run(&["plan"]).exits(0);
    assert_eq!(mode(), 0o700);
    // As an earlier version made it.
    fs::set_permissions(&home, fs::Permissions::from_mode(0o755)).unwrap();
    sandbox.run(PUBLISH).exits(0);
    assert_eq!(mode(), 0o700);
}
