//! `plan --fix`: dev-dependencies that keep packages from being published lose their version.

use crate::sandbox;
use crate::support::Sandbox;

/// What a member's manifest says after its `[dev-dependencies]`.
fn dev(sandbox: &Sandbox, file: &str) -> String {
    let text = sandbox.read(file);
    text.split_once("[dev-dependencies]\n").expect("dev-dependencies").1.to_owned()
}

fn commit(sandbox: &Sandbox, message: &str) {
    sandbox.git(&["commit", "--all", "--quiet", "--message", message]);
    sandbox.git(&["push", "--quiet"]);
}

#[test]
fn the_finding_names_the_edit_the_flag_makes_it_and_the_release_goes_out() {
    let sandbox = sandbox("dev-cycle-versioned");
    let refused = sandbox.run(&["plan"]).exits(97);
    let told = refused.stdout.split_whitespace().collect::<Vec<_>>().join(" ");
    for words in [
        "error[dev-cycle]: a and b need each other through versioned dev-dependencies",
        "--> a/Cargo.toml:9:1",
        r#"a/Cargo.toml:9: `b = { version = "1.0.0", path = "../b" }` becomes `b = { path = "../b" }`"#,
        "`cargo orchestrate plan --fix` makes this edit",
    ] {
        assert!(told.contains(words), "no `{words}`\n{refused}");
    }
    let before = sandbox.read("a/Cargo.toml");
    let head = sandbox.git(&["rev-parse", "HEAD"]);
    let fixed = sandbox.run(&["plan", "--fix"]).exits(0);
    assert!(fixed.stdout.contains("1 dev-dependency without a version now"), "{fixed}");
    assert_eq!(sandbox.read("a/Cargo.toml"), before.replace("version = \"1.0.0\", ", ""));
    assert_eq!(sandbox.git(&["status", "--porcelain"]).trim(), "M a/Cargo.toml");
    assert_eq!(sandbox.git(&["rev-parse", "HEAD"]), head, "nothing is committed");
    let again = sandbox.run(&["plan", "--fix"]).exits(0);
    assert!(again.stdout.contains("nothing to fix"), "{again}");
    commit(&sandbox, "test(a): need b by path");
    sandbox.run(&["publish", "--yes"]).exits(0);
}

#[test]
fn an_inherited_version_goes_where_it_is_used_and_stays_in_the_root() {
    let sandbox = sandbox("dev-cycle-versioned");
    let root = sandbox.read("Cargo.toml");
    let shared = "b = { version = \"1.0.0\", path = \"b\", features = [\"more\"] }";
    sandbox.write("Cargo.toml", &format!("{root}\n[workspace.dependencies]\n{shared}\n"));
    let a = sandbox.read("a/Cargo.toml");
    let own = "b = { version = \"1.0.0\", path = \"../b\" }";
    sandbox.write("a/Cargo.toml", &a.replace(own, "b.workspace = true # in tests"));
    let b = sandbox.read("b/Cargo.toml");
    sandbox.write("b/Cargo.toml", &format!("{b}\n[features]\nmore = []\n"));
    commit(&sandbox, "test: share b");
    let root = sandbox.read("Cargo.toml");
    let refused = sandbox.run(&["plan"]).exits(97);
    let told = refused.stdout.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(told.contains("that of a on b is inherited and therefore versioned"), "{refused}");
    let fixed = sandbox.run(&["plan", "--fix", "--message-format", "json"]).exits(0).object("fix");
    let entry = &fixed["fixed"][0];
    assert_eq!((&entry["file"], &entry["line"]), (&"a/Cargo.toml".into(), &9.into()));
    assert_eq!(entry["before"], "b.workspace = true # in tests");
    assert_eq!(
        dev(&sandbox, "a/Cargo.toml").trim_end(),
        "b = { path = \"../b\", features = [\"more\"] } # in tests"
    );
    assert_eq!(sandbox.read("Cargo.toml"), root);
    sandbox.cargo(&["metadata", "--locked", "--offline", "--format-version", "1"]).exits(0);
}

#[test]
fn nothing_is_edited_where_something_is_not_committed_or_left_to_people() {
    let sandbox = sandbox("dev-cycle-versioned");
    let committed = sandbox.read("a/Cargo.toml");
    let own = format!("{committed}# mine\n");
    sandbox.write("a/Cargo.toml", &own);
    let refused = sandbox.run(&["plan", "--fix"]).exits(97);
    assert!(refused.stderr.contains("not committed: `a/Cargo.toml`"), "{refused}");
    assert_eq!(sandbox.read("a/Cargo.toml"), own);

    // An entry that is written in a way that is not edited holds the others up.
    let inside = "[dev-dependencies]\nb = { version = \"1.0.0\", path = \"../b\" }";
    let dotted = "dev-dependencies = { b.version = \"1.0.0\", b.path = \"../b\" }\n";
    let by_hand = format!("{dotted}{}", committed.replace(inside, ""));
    sandbox.write("a/Cargo.toml", &by_hand);
    commit(&sandbox, "test: write it in another way");
    let refused = sandbox.run(&["plan", "--fix"]).exits(97);
    for words in ["must be edited by hand", "a/Cargo.toml:1: ", "nothing was changed"] {
        assert!(refused.stderr.contains(words), "no `{words}`\n{refused}");
    }
    assert_eq!(sandbox.read("a/Cargo.toml"), by_hand);
}
