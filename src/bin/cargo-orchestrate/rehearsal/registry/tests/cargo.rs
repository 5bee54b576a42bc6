//! The registry as Cargo itself sees it: an unmodified workspace is published, used and yanked.

use super::super::super::stand_in::environment;
use super::super::{EmbeddedRegistry, Options};
use cargo_orchestrate::model::RegistryName;
use std::fs;
use std::path::Path;
use std::process::Command;

fn write(folder: &Path, files: &[(&str, &str)]) {
    for (path, text) in files {
        let path = folder.join(path);
        fs::create_dir_all(path.parent().expect("a file has a folder")).expect("a new folder");
        fs::write(path, text).expect("a new file");
    }
}

fn cargo(registry: &EmbeddedRegistry, folder: &Path, arguments: &[&str]) {
    let output = Command::new(env!("CARGO"))
        .args(arguments)
        .current_dir(folder)
        .env("CARGO_HOME", folder.with_file_name("home"))
        .env("CARGO_TARGET_DIR", folder.with_file_name("target"))
        .envs(environment(&RegistryName::crates_io(), registry, "sesame"))
        .output()
        .expect("cargo is there, as it runs this test");
    let text = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "cargo {arguments:?}: {text}");
}

/// The packages in a fresh resolution, as `name version`.
fn resolve(registry: &EmbeddedRegistry, folder: &Path) -> Vec<String> {
    let lockfile = folder.join("Cargo.lock");
    if lockfile.exists() {
        fs::remove_file(&lockfile).expect("our own file");
    }
    cargo(registry, folder, &["generate-lockfile"]);
    let text = fs::read_to_string(lockfile).expect("just made");
    let values: Vec<&str> = text
        .lines()
        .filter(|line| line.starts_with("name =") || line.starts_with("version = \""))
        .filter_map(|line| line.split('"').nth(1))
        .collect();
    values.chunks(2).map(|pair| pair.join(" ")).collect()
}

fn member(name: &str, needs: &[&str]) -> String {
    let need = |name: &&str| format!("{name} = {{ path = \"../{name}\", version = \"0.1\" }}");
    let needs = needs.iter().map(need).collect::<Vec<_>>().join("\n");
    format!(
        "[package]\nname = \"{name}\"\nversion.workspace = true\nedition = \"2021\"\n\
         description = \"a test\"\nlicense = \"MIT\"\n[dependencies]\n{needs}"
    )
}

#[test]
fn cargo_publishes_uses_and_yanks_an_unmodified_workspace() {
    let registry =
        EmbeddedRegistry::start(Options { token: Some("sesame".into()), ..Options::default() })
            .expect("loopback is there");
    let folder = tempfile::tempdir().expect("a temporary folder");
    let workspace = folder.path().join("workspace");
    let root = |version: &str| {
        format!(
            "[workspace]\nresolver = \"2\"\nmembers = [\"*\"]\n[workspace.package]\nversion = \"{version}\"\n"
        )
    };
    write(
        &workspace,
        &[
            ("rh-lib1/Cargo.toml", &member("rh-lib1", &[])),
            ("rh-lib1/src/lib.rs", "pub fn one() -> u32 { 1 }"),
            ("rh-lib2/Cargo.toml", &member("rh-lib2", &["rh-lib1"])),
            ("rh-lib2/src/lib.rs", "pub fn two() -> u32 { rh_lib1::one() * 2 }"),
            ("rh-app/Cargo.toml", &member("rh-app", &["rh-lib1", "rh-lib2"])),
            ("rh-app/src/lib.rs", "pub fn three() -> u32 { rh_lib1::one() + rh_lib2::two() }"),
        ],
    );
    for version in ["0.1.0", "0.1.1"] {
        write(&workspace, &[("Cargo.toml", &root(version))]);
        cargo(&registry, &workspace, &["publish", "--workspace", "--allow-dirty"]);
    }
    let consumer = folder.path().join("consumer");
    let manifest = "[package]\nname = \"consumer\"\nversion = \"1.0.0\"\nedition = \"2021\"\n\
                    [dependencies]\nrh-app = \"0.1\"\n[workspace]\n";
    write(
        &consumer,
        &[("Cargo.toml", manifest), ("src/lib.rs", "pub fn f() -> u32 { rh_app::three() }")],
    );
    let newest = ["consumer 1.0.0", "rh-app 0.1.1", "rh-lib1 0.1.1", "rh-lib2 0.1.1"];
    assert_eq!(resolve(&registry, &consumer), newest);
    cargo(&registry, &consumer, &["check"]);
    for name in ["rh-app", "rh-lib2", "rh-lib1"] {
        cargo(&registry, &workspace, &["yank", &format!("{name}@0.1.1")]);
    }
    let before = ["consumer 1.0.0", "rh-app 0.1.0", "rh-lib1 0.1.0", "rh-lib2 0.1.0"];
    assert_eq!(resolve(&registry, &consumer), before);
    cargo(&registry, &workspace, &["yank", "--undo", "rh-lib1@0.1.1"]);
    assert_eq!(resolve(&registry, &consumer)[2], "rh-lib1 0.1.1");
}
