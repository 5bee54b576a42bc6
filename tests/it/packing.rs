//! The bytes that go out are those that stock Cargo packs from the release commit, whoever asked
//! the index for them.

use crate::support::Sandbox;
use crate::{program, sandbox};
use cargo_orchestrate::model::Digest;

/// What a pack that could not do without the index says.
const ASKED: &str = "packing again, with the index";

/// Holds the checksums of all that this release published against stock Cargo's own packing.
#[track_caller]
fn are_cargos(sandbox: &Sandbox, packages: &[(&str, &str)]) {
    let target = sandbox.root().join("by-cargo");
    let mut words = vec!["package", "--no-verify", "--target-dir", target.to_str().unwrap()];
    for (package, _) in packages {
        words.extend(["--package", package]);
    }
    assert_eq!(sandbox.cargo(&words).code, 0);
    let published = sandbox.published();
    for (package, version) in packages {
        let entry = published.iter().find(|it| it.name == *package && it.version == *version);
        let file = target.join(format!("package/{package}-{version}.crate"));
        let checksum = Digest::of(&std::fs::read(file).unwrap()).to_string();
        assert_eq!(entry.map(|it| it.checksum.as_str()), Some(checksum.as_str()), "{package}");
    }
}

#[test]
fn a_release_is_packed_as_stock_cargo_packs_it_and_the_index_is_not_asked() {
    let sandbox = sandbox("chain");
    let output = sandbox.run(&["publish", "--yes", "--verbose"]).exits(0);
    assert!(!output.stderr.contains(ASKED), "{output}");
    are_cargos(
        &sandbox,
        &[("lib1", "0.2.0"), ("lib2", "0.3.0"), ("lib3", "0.4.0"), ("bin", "1.3.1")],
    );
}

/// Two packages that were released at 0.1.0, of which the second, `user`, changed since.
fn only_the_user_changed() -> Sandbox {
    let sandbox = Sandbox::empty(program());
    let manifest = |name: &str, more: &str| {
        format!(
            "[package]\nname = \"{name}\"\nversion = \"0.1.0\"\nedition = \"2024\"\n\
             description = \"Small\"\nlicense = \"MIT\"\n{more}"
        )
    };
    let needs = "[dependencies]\nbase = { path = \"../base\", version = \"0.1.0\" }\n";
    sandbox.write("Cargo.toml", "[workspace]\nresolver = \"3\"\nmembers = [\"base\", \"user\"]\n");
    sandbox.write(".gitignore", "/target\n");
    sandbox.write("base/Cargo.toml", &manifest("base", ""));
    sandbox.write("base/src/lib.rs", "pub fn it() {}\n");
    sandbox.write("user/Cargo.toml", &manifest("user", needs));
    sandbox.write("user/src/lib.rs", "pub fn it() {\n    base::it();\n}\n");
    sandbox.start();
    sandbox.run(&["publish", "--yes"]).exits(0);
    sandbox.write("user/src/lib.rs", "pub fn it() {\n    base::it();\n    base::it();\n}\n");
    sandbox.git(&["commit", "--quiet", "--all", "--message", "fix(user): do it twice"]);
    sandbox.git(&["push", "--quiet"]);
    sandbox
}

#[test]
fn a_member_that_comes_from_the_registry_is_asked_for() {
    let sandbox = only_the_user_changed();
    sandbox.run(&["publish", "--yes", "--verbose"]).exits(0).says(ASKED);
    are_cargos(&sandbox, &[("user", "0.1.1")]);
}
