//! One release to two registries, whose packages need each other back and forth.

use crate::program;
use crate::support::index::index_entries;
use crate::support::snapshot::needless_uploads;
use crate::support::{Embedded, Output, Sandbox, Settings};
use cargo_orchestrate::model::Digest;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::io::Write as _;
use std::path::PathBuf;

const PUBLISH: &[&str] = &["publish", "--yes"];

type Package = (&'static str, &'static str, &'static [(&'static str, &'static str)]);

/// Each package, its registry, and what it needs with the registry of that: `core` is at the
/// bottom, `util` needs it from the other registry, `app` needs both, and `tool` nothing.
const PACKAGES: [Package; 4] = [
    ("core", "east", &[]),
    ("util", "west", &[("core", "east")]),
    ("app", "east", &[("core", "east"), ("util", "west")]),
    ("tool", "west", &[]),
];

struct World {
    /// Its own registry is `east`.
    sandbox: Sandbox,
    west: Embedded,
}

impl World {
    /// A world in which everything was released once by stock Cargo, and then `core` broke and
    /// `tool` was mended.
    fn new() -> Self {
        Self::of(&Settings { is_private: true, ..Settings::default() })
    }

    /// The same with registries that are started like this.
    fn of(settings: &Settings) -> Self {
        let private = |token: &str| Settings { token: Some(token.to_owned()), ..settings.clone() };
        let east = Embedded::start(program(), &private("token-of-the-east"));
        let west = Embedded::start(program(), &private("token-of-the-west"));
        let world = Self { sandbox: Sandbox::around(program(), east), west };
        world.configure();
        for (name, registry, needs) in PACKAGES {
            world.write(name, registry, needs);
        }
        let sandbox = &world.sandbox;
        let members = PACKAGES.map(|(name, ..)| format!("\"{name}\"")).join(", ");
        sandbox.write(
            "Cargo.toml",
            &format!("[workspace]\nresolver = \"2\"\nmembers = [{members}]\n"),
        );
        sandbox.start();
        for (name, registry, _) in PACKAGES {
            let publish = ["publish", "--no-verify", "--registry", registry, "--package", name];
            sandbox.cargo(&publish).exits(0);
            sandbox.git(&["tag", &format!("{name}-v0.1.0")]);
        }
        sandbox.write("core/src/lib.rs", "pub fn core(of: u32) -> u32 { of }\n");
        for name in ["util", "app"] {
            let text = sandbox.read(&format!("{name}/src/lib.rs")).replace("core()", "core(1)");
            sandbox.write(&format!("{name}/src/lib.rs"), &text);
        }
        sandbox.git(&[
            "commit",
            "--quiet",
            "--all",
            "--message",
            "feat(core)!: core takes a number",
        ]);
        sandbox.write("tool/src/lib.rs", "pub fn tool() -> u32 { 2 }\n");
        sandbox.git(&["commit", "--quiet", "--all", "--message", "fix(tool): two is right"]);
        sandbox.git(&["push", "--quiet", "--all", "origin"]);
        sandbox.git(&["push", "--quiet", "--tags", "origin"]);
        world
    }

    fn cargo_home(&self) -> PathBuf {
        self.sandbox.root().join("cargo-home")
    }

    /// Tells Cargo where the registries are, and one credential for each.
    fn configure(&self) {
        let add = |file: &str, key: &str, value: &dyn Fn(&Embedded) -> String| {
            let path = self.cargo_home().join(file);
            let mut file = fs::OpenOptions::new().create(true).append(true).open(path).unwrap();
            for (name, registry) in [("east", self.sandbox.registry()), ("west", &self.west)] {
                writeln!(file, "[registries.{name}]\n{key} = \"{}\"", value(registry)).unwrap();
            }
        };
        add("config.toml", "index", &|it| it.endpoint().index.clone());
        add("credentials.toml", "token", &|it| it.endpoint().token.clone());
    }

    fn write(&self, name: &str, registry: &str, needs: &[(&str, &str)]) {
        let mut manifest = format!(
            "[package]\nname = \"{name}\"\nversion = \"0.1.0\"\nedition = \"2021\"\n\
             description = \"A package\"\nlicense = \"MIT\"\npublish = [\"{registry}\"]\n\n\
             [dependencies]\n"
        );
        let mut sum = "1".to_owned();
        for (to, registry) in needs {
            let at = format!("path = \"../{to}\", registry = \"{registry}\"");
            writeln!(manifest, "{to} = {{ version = \"0.1.0\", {at} }}").unwrap();
            write!(sum, " + ::{to}::{to}()").unwrap();
        }
        self.sandbox.write(&format!("{name}/Cargo.toml"), &manifest);
        let code = format!("pub fn {name}() -> u32 {{ {sum} }}\n");
        self.sandbox.write(&format!("{name}/src/lib.rs"), &code);
    }

    fn registry(&self, name: &str) -> &Embedded {
        if name == "east" { self.sandbox.registry() } else { &self.west }
    }

    fn fault(&self, registry: &str, rule: &Value) {
        self.registry(registry).control("POST", "faults", Some(rule));
    }

    /// What the indexes show of the packages, and with which checksum.
    fn shown(&self) -> BTreeMap<String, String> {
        let mut shown = BTreeMap::new();
        for (name, registry, _) in PACKAGES {
            let entries = index_entries(self.registry(registry).endpoint(), &[name.to_owned()]);
            shown.extend(entries.into_iter().map(|entry| (entry.line(), entry.checksum)));
        }
        shown
    }

    fn lines(&self) -> Vec<String> {
        self.shown().into_keys().collect()
    }

    /// The packages of all uploads that a registry was sent, refused ones too.
    fn uploads(&self, registry: &str) -> Vec<String> {
        let log = self.registry(registry).control("GET", "log", None);
        let requests = log["requests"].as_array().unwrap().iter();
        let uploads = requests.filter(|request| request["operation"] == "publish");
        let uploads = uploads.filter(|request| request["version"] != "0.1.0");
        uploads.map(|request| request["package"].as_str().unwrap().to_owned()).collect()
    }

    /// What Cargo keeps of registries that were there only while packages were packed.
    fn remaining_previews(&self) -> Vec<PathBuf> {
        let kept = self.cargo_home().join("registry/index");
        let folders = fs::read_dir(kept).unwrap().map(|entry| entry.unwrap().path());
        let is_known = |folder: &PathBuf| {
            let points = fs::read_to_string(folder.join("config.json")).unwrap_or_default();
            ["east", "west"].iter().any(|name| {
                let index = &self.registry(name).endpoint().index;
                let origin = index.trim_start_matches("sparse+").trim_end_matches("/index/");
                points.contains(origin)
            })
        };
        folders.filter(|folder| !is_known(folder)).collect()
    }

    /// Makes the workspace a fresh clone of the remote, as on another machine.
    fn move_elsewhere(&self) {
        fs::remove_dir_all(self.sandbox.work()).unwrap();
        let (from, to) = (self.sandbox.remote(), self.sandbox.work().to_owned());
        let places = [from.to_str().unwrap(), to.to_str().unwrap()];
        self.sandbox.remote_git(&[&["clone", "--quiet"][..], &places].concat());
    }
}

/// The places of these lines in what a run told, in order.
fn steps(output: &Output, reason: &str) -> Vec<String> {
    let lines = output.json();
    let told = lines.iter().filter(|line| line["reason"] == reason);
    told.filter_map(|line| line["step"].as_str().map(str::to_owned)).collect()
}

const RELEASED: [&str; 8] = [
    "app 0.1.0",
    "app 0.2.0",
    "core 0.1.0",
    "core 0.2.0",
    "tool 0.1.0",
    "tool 0.1.1",
    "util 0.1.0",
    "util 0.2.0",
];

#[test]
fn a_release_goes_to_two_registries_and_back() {
    let world = World::new();
    let output = world.sandbox.run(&[PUBLISH, &["--message-format", "json"]].concat()).exits(0);
    let uploads: Vec<String> = steps(&output, "done")
        .into_iter()
        .filter(|step| step.starts_with("upload:") && !step.contains("tool"))
        .collect();
    assert_eq!(uploads, ["upload:core@0.2.0", "upload:util@0.2.0", "upload:app@0.2.0"]);
    assert_eq!(world.lines(), RELEASED);
    assert_eq!(world.uploads("east"), ["core", "app"]);
    assert_eq!(world.remaining_previews(), Vec::<PathBuf>::new());

    // Now that all is out, stock Cargo packs it without any help: the same bytes.
    let shown = world.shown();
    let target = world.sandbox.root().join("by-cargo");
    for registry in ["east", "west"] {
        let of_registry = PACKAGES.iter().filter(|(_, it, _)| *it == registry);
        let named = of_registry.flat_map(|(name, ..)| ["--package", name]);
        let package = ["package", "--no-verify", "--registry", registry];
        let package = package.into_iter().chain(["--target-dir", target.to_str().unwrap()]);
        let arguments: Vec<&str> = package.chain(named).collect();
        world.sandbox.cargo(&arguments).exits(0);
    }
    for line in ["app 0.2.0", "core 0.2.0", "tool 0.1.1", "util 0.2.0"] {
        let file = format!("by-cargo/package/{}.crate", line.replace(' ', "-"));
        let bytes = fs::read(world.sandbox.root().join(&file)).unwrap();
        assert_eq!(Digest::of(&bytes).as_str(), shown[line], "{line}");
    }

    let back = world.sandbox.run(&["yank-rollback", "--yes", "--message-format", "json"]).exits(0);
    let yanks: Vec<String> = steps(&back, "done")
        .into_iter()
        .filter(|step| step.starts_with("yank:") && !step.contains("tool"))
        .collect();
    assert_eq!(yanks, ["yank:app@0.2.0", "yank:util@0.2.0", "yank:core@0.2.0"]);
    assert!(world.lines().contains(&"util 0.2.0 (yanked)".to_owned()), "{:?}", world.lines());
    assert!(world.sandbox.read("app/Cargo.toml").contains("util = { version = \"0.1.0\""));
}

#[test]
fn each_waits_for_the_registry_of_what_it_needs_and_for_no_other() {
    let world = World::new();
    let late = |reads: u32| json!({"operation": "publish", "package": "core", "fault": {"kind": "index-lag", "reads": reads}});
    world.fault("east", &late(6));
    let output = world.sandbox.run(&[PUBLISH, &["--message-format", "json"]].concat()).exits(0);
    let told = output.json();
    let place = |reason: &str, step: &str| {
        let is_it = |line: &Value| line["reason"] == reason && line["step"] == step;
        told.iter().position(is_it).unwrap_or_else(|| panic!("no {reason} {step}\n{output}"))
    };
    assert!(place("done", "upload:core@0.2.0") < place("started", "upload:util@0.2.0"));
    assert!(place("done", "upload:tool@0.1.1") < place("done", "upload:core@0.2.0"));
}

#[test]
fn a_registry_that_has_enough_holds_up_nothing_of_the_other() {
    let world = World::new();
    let fault = json!({"kind": "status", "code": 429, "retry-after-seconds": 900});
    world.fault("west", &json!({"operation": "publish", "times": 0, "fault": fault}));
    let output = world.sandbox.run(&["publish", "--yes", "--max-wait", "0"]).exits(100);
    output.says("west");
    assert_eq!(world.uploads("east"), ["core"]);
    world.registry("west").control("DELETE", "faults", None);
    world.sandbox.run(PUBLISH).exits(0);
    assert_eq!(world.lines(), RELEASED);
    assert_eq!(world.uploads("east"), ["core", "app"]);
}

#[test]
fn a_killed_release_goes_on_here_and_elsewhere() {
    for (killed_at, is_elsewhere) in
        [("upload:core@0.2.0", false), ("upload:core@0.2.0", true), ("upload:util@0.2.0", true)]
    {
        let world = World::new();
        assert!(world.sandbox.run_until(PUBLISH, "done", killed_at), "{killed_at}");
        let before = world.shown();
        if is_elsewhere {
            world.move_elsewhere();
        }
        world.sandbox.run(PUBLISH).exits(0);
        assert_eq!(world.lines(), RELEASED);
        assert!(before.iter().all(|(line, checksum)| world.shown()[line] == *checksum));
        assert_eq!(needless_uploads(&world.sandbox), Vec::<String>::new());
        world.sandbox.run(&["status", "--verify"]).exits(0);
    }
}

#[test]
fn a_credential_that_one_registry_does_not_take_stops_only_what_goes_there() {
    let world = World::new();
    let mut command = world.sandbox.command(PUBLISH);
    command.env("CARGO_REGISTRIES_WEST_TOKEN", "token-of-nobody");
    let output = Output::of(&mut command).exits(100);
    output.says("util 0.2.0");
    assert_eq!(world.uploads("east"), ["core"]);
    world.sandbox.run(PUBLISH).exits(0);
    assert_eq!(world.lines(), RELEASED);
}

/// What each registry wants to hear, in the environment and no file.
fn in_environment(world: &World, arguments: &[&str]) -> Output {
    fs::remove_file(world.cargo_home().join("credentials.toml")).ok();
    let mut command = world.sandbox.command(arguments);
    command.env("CARGO_REGISTRIES_EAST_TOKEN", "token-of-the-east");
    command.env("CARGO_REGISTRIES_WEST_TOKEN", "token-of-the-west");
    Output::of(&mut command)
}

#[test]
fn registries_that_nobody_reads_without_a_credential_are_packed_for_and_verified() {
    let closed = Settings { is_private: true, is_closed: true, ..Settings::default() };
    for verification in [&[][..], &["--no-verify"]] {
        let world = World::of(&closed);
        world.sandbox.run(&[PUBLISH, verification].concat()).exits(0);
        assert_eq!(world.lines(), RELEASED);
        world.sandbox.run(&["status", "--verify"]).exits(0);
        world.sandbox.run(&["yank-rollback", "--yes"]).exits(0);
        assert_eq!(world.remaining_previews(), Vec::<PathBuf>::new());
    }
}

/// A release to closed registries whose credentials are in the environment alone, with a build script
/// that tells what it sees. Packages of different editions only Cargo itself can verify.
fn without_files(edition: &str) {
    let closed = Settings { is_private: true, is_closed: true, ..Settings::default() };
    let world = World::of(&closed);
    let seen = world.sandbox.root().join("seen");
    let script = format!(
        "fn main() {{\n    let all = std::env::vars().map(|(k, v)| format!(\"{{k}}={{v}}\"));\n    \
         std::fs::write(\"{}\", all.collect::<Vec<_>>().join(\"\\n\")).unwrap();\n}}\n",
        seen.display()
    );
    world.sandbox.write("core/build.rs", &script);
    let manifest = world.sandbox.read("tool/Cargo.toml");
    let edition = format!("edition = \"{edition}\"");
    world.sandbox.write("tool/Cargo.toml", &manifest.replace("edition = \"2021\"", &edition));
    world.sandbox.git(&["add", "--all"]);
    world.sandbox.git(&["commit", "--quiet", "--message", "build(core): look around"]);
    world.sandbox.git(&["push", "--quiet", "origin", "HEAD"]);
    in_environment(&world, &["plan"]).exits(0);
    in_environment(&world, PUBLISH).exits(0);
    assert_eq!(world.lines(), RELEASED);
    let seen = fs::read_to_string(seen).unwrap();
    assert!(seen.contains("CARGO_MANIFEST_DIR="), "{seen}");
    assert!(!seen.contains("token-of-the"), "{seen}");
    in_environment(&world, &["status", "--verify"]).exits(0);
    in_environment(&world, &["yank-rollback", "--yes"]).exits(0);
    assert_eq!(world.remaining_previews(), Vec::<PathBuf>::new());
}

#[test]
fn so_are_they_where_the_credentials_are_in_the_environment_which_no_build_sees() {
    without_files("2021");
}

#[test]
fn what_only_cargo_can_verify_is_verified_without_a_credential_too() {
    without_files("2018");
}
