//! What the registry is asked: each package that matters, once, all at once, and no other.

use crate::support::Sandbox;
use crate::{program, sandbox};

/// What the index was asked since `from` requests ago: packages with the status of the answer.
fn asked(sandbox: &Sandbox, from: usize) -> (usize, usize, Vec<String>) {
    let log = sandbox.registry().control("GET", "log", None);
    let requests = log["requests"].as_array().unwrap();
    let connections = usize::try_from(log["connections"].as_u64().unwrap()).unwrap();
    let mut lines: Vec<String> = requests[from..]
        .iter()
        .map(|request| match request["package"].as_str() {
            Some(package) => format!("{package} {}", request["status"]),
            None => request["path"].to_string(),
        })
        .collect();
    lines.sort();
    (requests.len(), connections, lines)
}

fn manifest(name: &str, more: &str) -> String {
    format!(
        "[package]\nname = \"{name}\"\nversion = \"0.1.0\"\nedition = \"2021\"\n\
         description = \"a greeting\"\nlicense = \"MIT\"\n{more}"
    )
}

/// A workspace of 60 packages of which 40 are published, beside two that cannot matter.
fn sixty() -> Sandbox {
    let sandbox = Sandbox::empty(program());
    sandbox.write("Cargo.toml", "[workspace]\nmembers = [\"crates/*\"]\nresolver = \"2\"\n");
    for number in 0..60 {
        let folder = format!("crates/p{number:02}");
        let needs = match number {
            0 => String::new(),
            _ => format!(
                "[dependencies]\np{0:02} = {{ path = \"../p{0:02}\", version = \"0.1\" }}\n",
                number / 8
            ),
        };
        let needs = if number % 8 == 7 { String::new() } else { needs };
        sandbox.write(&format!("{folder}/Cargo.toml"), &manifest(&format!("p{number:02}"), &needs));
        sandbox.write(&format!("{folder}/src/lib.rs"), "");
    }
    sandbox.write("crates/inner/Cargo.toml", &manifest("inner", "publish = false\n"));
    sandbox.write("crates/inner/src/lib.rs", "");
    let held = "[package.metadata.orchestrate]\nrelease = false\n";
    sandbox.write("crates/held/Cargo.toml", &manifest("held", held));
    sandbox.write("crates/held/src/lib.rs", "");
    for arguments in [
        &["init", "--quiet"][..],
        &["add", "--all"],
        &["commit", "--quiet", "--message", "feat: begin"],
    ] {
        sandbox.git(arguments);
    }
    for number in 0..40 {
        let version = serde_json::json!({ "name": format!("p{number:02}"), "version": "0.1.0" });
        sandbox.registry().control("POST", "publish-foreign", Some(&version));
    }
    sandbox
}

#[test]
fn one_batch_over_few_connections_and_nothing_again_that_did_not_change() {
    let sandbox = sixty();
    let (before, connections, _) = asked(&sandbox, 0);
    sandbox.run(&["plan", "--no-push", "--message-format", "json"]);
    let (after, opened, lines) = asked(&sandbox, before);
    let expected = |published: u16| -> Vec<String> {
        let status = |number| if number < 40 { published } else { 404 };
        (0..60).map(|number| format!("p{number:02} {}", status(number))).collect()
    };
    // A published package that no tag names is downloaded too, for the commit that it names.
    let (config, mut packages): (Vec<_>, Vec<_>) =
        lines.into_iter().partition(|line| line.contains("config.json"));
    packages.dedup();
    assert_eq!(packages, expected(200));
    assert!(config.len() <= 1, "{config:?}");
    // One connection asks for the log; without HTTP/2 eight carry everything else.
    assert!(opened - connections <= 9, "{} connections", opened - connections);

    sandbox.run(&["plan", "--no-push", "--message-format", "json"]);
    let (_, _, lines) = asked(&sandbox, after);
    assert_eq!(lines, expected(304), "each package is asked for once, with its tag");
}

#[test]
fn a_selection_asks_only_about_what_can_matter_to_it() {
    let sandbox = sandbox("chain");
    let (before, ..) = asked(&sandbox, 0);
    sandbox.run(&["plan", "-p", "lib2"]).exits(0);
    let (after, _, lines) = asked(&sandbox, before);
    assert_eq!(lines, ["bin 200", "lib1 200", "lib2 200", "lib3 200"]);
    sandbox.run(&["plan", "-p", "lib4"]).exits(0);
    assert_eq!(asked(&sandbox, after).2, ["lib4 200"]);
}
