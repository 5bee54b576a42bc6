//! Lines of pre-releases and groups through the real binary, registry and Cargo.

use crate::sandbox;
use crate::support::Sandbox;

fn change(sandbox: &Sandbox, package: &str, message: &str) {
    let file = format!("{package}/src/lib.rs");
    let text = sandbox.read(&file);
    sandbox.write(&file, &format!("{text}// {message}\n"));
    sandbox.git(&["add", "--all"]);
    sandbox.git(&["commit", "--quiet", "--message", message]);
}

/// Publishes with these flags, has Cargo check the result, and checks that nothing is left to do.
#[track_caller]
fn release(sandbox: &Sandbox, flags: &[&str]) {
    sandbox.run(&[&["publish", "--yes"], flags].concat()).exits(0);
    sandbox.cargo(&["metadata", "--locked", "--offline", "--format-version", "1"]).exits(0);
    sandbox.run(&["plan", "--require-changes"]).exits(4);
}

fn versions(sandbox: &Sandbox) -> String {
    let version = |package: &str| {
        let text = sandbox.read(&format!("{package}/Cargo.toml"));
        let line = text.lines().find(|line| line.starts_with("version = ")).unwrap().to_owned();
        format!("{package} {}", line.trim_start_matches("version = ").trim_matches('"'))
    };
    ["lib1", "lib2", "lib3", "lib4", "bin"].map(version).join(", ")
}

#[test]
fn a_line_starts_goes_on_grows_and_is_finished() {
    let sandbox = sandbox("chain");
    release(&sandbox, &["--pre", "rc"]);
    assert_eq!(
        versions(&sandbox),
        "lib1 0.2.0-rc.1, lib2 0.3.0-rc.1, lib3 0.4.0-rc.1, lib4 0.1.0, bin 1.3.1-rc.1"
    );
    assert!(sandbox.read("lib2/Cargo.toml").contains("\"0.2.0-rc.1\""));
    change(&sandbox, "lib3", "fix(lib3): mend");
    release(&sandbox, &[]);
    assert_eq!(
        versions(&sandbox),
        "lib1 0.2.0-rc.1, lib2 0.3.0-rc.1, lib3 0.4.0-rc.2, lib4 0.1.0, bin 1.3.1-rc.1"
    );
    release(&sandbox, &["--finish"]);
    assert_eq!(versions(&sandbox), "lib1 0.2.0, lib2 0.3.0, lib3 0.4.0, lib4 0.1.0, bin 1.3.1");
    assert!(sandbox.read("lib2/Cargo.toml").contains("\"0.2.0\""));
}

#[test]
fn a_fixed_group_stays_together_from_release_to_release() {
    let sandbox = sandbox("fixed-group");
    release(&sandbox, &[]);
    let first = versions(&sandbox);
    assert!(first.contains("lib1 0.1.1,") && first.contains("lib4 0.1.1,"), "{first}");
    change(&sandbox, "lib1", "feat(lib1)!: drop it");
    release(&sandbox, &[]);
    let second = versions(&sandbox);
    assert!(second.contains("lib1 0.2.0,") && second.contains("lib4 0.2.0,"), "{second}");
}

#[test]
fn a_group_that_contradicts_itself_is_refused_before_anything_happens() {
    let sandbox = sandbox("fixed-group");
    let text = sandbox.read("orchestrate.toml");
    sandbox.write("orchestrate.toml", &text.replace("\"lib4\"", "\"lib5\""));
    sandbox.git(&["commit", "--quiet", "--all", "--message", "chore: a typing mistake"]);
    let output = sandbox.run(&["publish", "--yes"]).exits(97);
    for words in ["orchestrate.toml:4:21", "no member of the workspace is called `lib5`"] {
        assert!(output.stdout.contains(words), "no `{words}`\n{output}");
    }
    assert_eq!(sandbox.git(&["status", "--porcelain"]), "");
}
