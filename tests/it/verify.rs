//! What `publish` verifies before anything is out: each package alone, though they are built together.

use crate::program;
use crate::support::Sandbox;
use std::collections::BTreeSet;
use std::fmt::Write as _;

const PUBLISH: &[&str] = &["publish", "--yes", "--verbose"];

/// A package of a small workspace: its name, what its manifest says besides, and its library.
struct Small<'a>(&'a str, &'a str, &'a str);

/// A workspace of packages that were never released.
fn world(packages: &[Small<'_>]) -> Sandbox {
    let sandbox = Sandbox::empty(program());
    let mut root = String::from("[workspace]\nresolver = \"3\"\nmembers = [");
    for Small(name, manifest, library) in packages {
        let _ = write!(root, "\"{name}\", ");
        let head = format!(
            "[package]\nname = \"{name}\"\nversion = \"0.1.0\"\nedition = \"2024\"\n\
             description = \"Small\"\nlicense = \"MIT\"\n"
        );
        sandbox.write(&format!("{name}/Cargo.toml"), &(head + manifest));
        sandbox.write(&format!("{name}/src/lib.rs"), library);
    }
    sandbox.write("Cargo.toml", &(root + "]\n"));
    sandbox.write(".gitignore", "/target\n");
    sandbox
}

fn needs(name: &str, more: &str) -> String {
    format!("[dependencies]\n{name} = {{ path = \"../{name}\", version = \"0.1.0\"{more} }}\n")
}

/// Publishes what must not verify: 101, and nothing is out.
#[track_caller]
fn refused(sandbox: &Sandbox) -> crate::support::Output {
    sandbox.start();
    let output = sandbox.run(PUBLISH).exits(101);
    assert_eq!(sandbox.published_lines(), Vec::<String>::new());
    output.says("nothing was published")
}

#[test]
fn a_feature_that_only_a_sibling_enables_is_missed_and_named() {
    let extra = "[features]\nextra = []\n";
    let alone = needs("lib1", "");
    let lends = needs("lib1", ", features = [\"extra\"]");
    let uses = "pub fn it() {\n    lib1::extra();\n}\n";
    let library = "#[cfg(feature = \"extra\")]\npub fn extra() {}\n";
    let sandbox = world(&[
        Small("lib1", extra, library),
        Small("lib2", &alone, uses),
        Small("lib3", &lends, uses),
    ]);
    // The workspace itself is none the wiser.
    assert_eq!(sandbox.cargo(&["check", "--workspace"]).code, 0);
    refused(&sandbox)
        .says("lib2 0.1.0 does not build as packed")
        .says("cannot find function `extra`")
        .says("lib3 switches on the feature `extra` of lib1");
}

#[test]
fn a_build_script_that_writes_into_its_package_is_refused() {
    let sandbox = world(&[Small("lib1", "", "pub fn it() {}\n")]);
    let script = "fn main() {\n    std::fs::write(\"src/made.rs\", \"\").unwrap();\n    \
                  std::fs::write(\"notes.txt\", \"new\").unwrap();\n}\n";
    sandbox.write("lib1/build.rs", script);
    sandbox.write("lib1/notes.txt", "old");
    refused(&sandbox)
        .says("building lib1 0.1.0 changes its own files")
        .says("changed: notes.txt")
        .says("added: src/made.rs");
}

#[test]
fn a_module_that_is_not_packed_is_missed() {
    let include = "include = [\"src/lib.rs\"]\n";
    let sandbox = world(&[Small("lib1", include, "pub mod inner;\n")]);
    sandbox.write("lib1/src/inner.rs", "pub fn it() {}\n");
    refused(&sandbox).says("file not found for module `inner`");
}

#[test]
fn a_profile_that_decides_what_compiles_counts_for_its_package_alone() {
    let profile = "[profile.dev]\ndebug-assertions = false\n[profile.dev.package.\"*\"]\n\
                   opt-level = 1\n";
    let sandbox =
        world(&[Small("lib1", "", "#[cfg(not(debug_assertions))]\ncompile_error!(\"\");")]);
    let root = "[workspace]\nmembers = [\"lib1\"]\n[package]\nname = \"root\"\n\
                version = \"0.1.0\"\nedition = \"2024\"\ndescription = \"Small\"\n\
                license = \"MIT\"\n";
    sandbox.write("Cargo.toml", &format!("{root}{profile}"));
    sandbox.write("src/lib.rs", "#[cfg(debug_assertions)]\ncompile_error!(\"never\");\n");
    sandbox.start();
    let output = sandbox.run(PUBLISH).exits(0);
    assert!(!output.stderr.contains("one by one"), "{output}");
    assert_eq!(sandbox.published_lines().len(), 2);
}

#[test]
fn macros_scripts_aliases_and_programs_are_verified_together() {
    let library = "[lib]\nproc-macro = true\n";
    let makes = "use proc_macro::TokenStream;\n#[proc_macro]\npub fn make(_: TokenStream) -> \
                 TokenStream {\n    \"pub fn made() {}\".parse().unwrap()\n}\n";
    let alias = "[dependencies]\nother = { package = \"lib1\", path = \"../lib1\", version = \
                 \"0.1.0\" }\n[[bin]]\nname = \"tool\"\nrequired-features = [\"tool\"]\n\
                 [features]\ntool = []\n";
    let sandbox = world(&[
        Small("lib1", library, makes),
        Small("lib2", &needs("lib1", ""), "lib1::make!();\n"),
        Small("lib3", alias, "other::make!();\n"),
    ]);
    // Not a default feature's: nobody builds it, and Cargo does not either.
    sandbox.write("lib3/src/bin/tool.rs", "fn main() { nowhere() }\n");
    sandbox.write("lib2/build.rs", "fn main() {\n    println!(\"cargo::rustc-cfg=x\");\n}\n");
    sandbox.start();
    let output = sandbox.run(PUBLISH).exits(0);
    assert!(!output.stderr.contains("one by one"), "{output}");
    let compiled: BTreeSet<&str> =
        output.stderr.lines().map(str::trim).filter(|it| it.starts_with("Compiling")).collect();
    assert_eq!(compiled.len(), 3, "each once\n{output}");
}

#[test]
fn a_small_further_commit_is_all_that_is_verified_again() {
    let sandbox = Sandbox::of(program(), "chain");
    sandbox.refuse_pushes();
    sandbox.run(PUBLISH).exits(97);
    std::fs::remove_file(sandbox.remote().join("hooks/pre-receive")).unwrap();
    let library = sandbox.read("lib3/src/lib.rs");
    sandbox.write("lib3/src/lib.rs", &(library + "\n/// More.\npub fn more() {}\n"));
    sandbox.git(&["commit", "--quiet", "--all", "--message", "fix(lib3): say more"]);
    sandbox.git(&["push", "--quiet"]);
    let output = sandbox.run(PUBLISH).exits(0).says("2 of 4 packages were verified before");
    assert!(!output.stderr.contains("Compiling lib2"), "{output}");
}

#[test]
fn what_a_rehearsal_compiled_is_not_taken_for_what_is_released() {
    let sandbox = world(&[Small("lib1", "", "pub fn it() {}\n")]);
    sandbox.start();
    sandbox.run(&["rehearse"]).exits(0);
    sandbox.write("lib1/src/lib.rs", "pub fn it() { nowhere() }\n");
    sandbox.git(&["commit", "--quiet", "--all", "--message", "fix: break it"]);
    sandbox.git(&["push", "--quiet"]);
    sandbox.run(PUBLISH).exits(101).says("lib1 0.1.0 does not build as packed");
}
