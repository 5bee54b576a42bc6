//! Programs that are asked, each a few lines of shell.

use super::*;
use std::process::Command;
use std::time::{Duration, Instant};

const QUICK: Limits =
    Limits { answer: Duration::from_secs(20), end: Duration::from_secs(20), line_bytes: 1 << 16 };
const PURPOSE: Purpose<'static> =
    Purpose::Publish { name: "lib1", version: "0.1.0", checksum: "abc" };

/// A program of these lines. Another process writes it: one that is forked meanwhile would hold it
/// open for writing, and then it cannot be started.
fn shell(script: &str) -> (PathAndArgs, tempfile::TempDir) {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("provider");
    let mut writer = Command::new("sh");
    writer.args(["-c", "printf '#!/bin/sh\\n%s\\n' \"$1\" > \"$2\" && chmod 700 \"$2\"", "sh"]);
    let written = writer.arg(script).arg(&path).status().expect("a shell");
    assert!(written.success());
    let mut command = PathAndArgs::new(path);
    command.args(["--profile", "ci"]);
    (command, folder)
}

fn asked(script: &str, limits: Limits) -> String {
    let name = RegistryName::crates_io();
    let (command, _folder) = shell(script);
    let answer = talk(&command, &name, "sparse+https://x/", &PURPOSE, limits);
    match answer.and_then(understand) {
        Ok(Some(Provided { secret, keep: None })) => format!("{} once", secret.expose()),
        Ok(Some(Provided { secret, keep: Some(keep) })) => {
            let all = if keep.is_for_all { "all" } else { "reads" };
            format!("{} for {all} until {:?}", secret.expose(), keep.until.map(|until| until.0))
        }
        Ok(None) => "nothing".to_owned(),
        Err(text) => text,
    }
}

#[test]
fn a_program_is_asked_in_cargos_protocol() {
    let request = concat!(
        r#"{"v":1,"registry":{"index-url":"sparse+https://x/","name":"crates-io"},"#,
        r#""kind":"get","operation":"publish","name":"lib1","vers":"0.1.0","cksum":"abc","#,
        r#""args":["--profile","ci"]}"#,
    );
    let script = format!(
        "echo '{{\"v\":[1]}}'; read -r line\n[ \"$1 $#\" = '--cargo-plugin 1' ] || exit 9\n\
         [ \"$line\" = '{request}' ] || exit 8\n\
         echo '{{\"Ok\":{{\"kind\":\"get\",\"token\":\"t0\",\"cache\":\"never\",\
         \"operation_independent\":true}}}}'"
    );
    assert_eq!(asked(&script, QUICK), "t0 once");
}

#[test]
fn every_answer_has_its_meaning() {
    let get = |rest: &str| format!(r#"{{"Ok":{{"kind":"get","token":"t0",{rest}}}}}"#);
    let table = [
        (get(r#""cache":"never","operation_independent":true"#), "t0 once"),
        (get(r#""cache":"later","operation_independent":true"#), "t0 once"),
        (get(r#""cache":"session","operation_independent":true"#), "t0 for all until None"),
        (get(r#""cache":"session","operation_independent":false"#), "t0 for reads until None"),
        (
            get(r#""cache":"expires","expiration":1693928537,"operation_independent":true"#),
            "t0 for all until Some(1693928537000)",
        ),
        (r#"{"Err":{"kind":"url-not-supported"}}"#.to_owned(), "nothing"),
        (r#"{"Err":{"kind":"not-found"}}"#.to_owned(), "nothing"),
        (
            r#"{"Err":{"kind":"operation-not-supported"}}"#.to_owned(),
            "failed: requested operation not supported",
        ),
        (
            r#"{"Err":{"kind":"other","message":"vault is sealed","caused-by":["no key"]}}"#
                .to_owned(),
            "failed: vault is sealed: no key",
        ),
        (r#"{"Ok":{"kind":"login"}}"#.to_owned(), "answered something else"),
        ("token=s3cret".to_owned(), "does not speak Cargo's protocol"),
        (String::new(), "does not speak Cargo's protocol"),
    ];
    for (answer, expected) in table {
        let script = format!("echo '{{\"v\":[1]}}'; read -r line; echo '{answer}'");
        assert_eq!(asked(&script, QUICK), expected, "{answer}");
    }
}

#[test]
fn a_program_that_misbehaves_ends_in_a_sentence() {
    let quick =
        Limits { answer: Duration::from_millis(300), end: Duration::from_millis(300), ..QUICK };
    let hello = "echo '{\"v\":[1]}'; read -r line";
    let table = [
        ("exec sleep 600", quick, "did not answer within 0 s"),
        ("sleep 600 & exec sleep 600", quick, "did not answer within 0 s"),
        ("while :; do printf x; done", QUICK, "says more than any token is long"),
        ("printf '\\377\\376\\n'", QUICK, "printed no text"),
        ("echo garbage", QUICK, "does not speak Cargo's protocol"),
        ("echo '{\"v\":[2]}'", QUICK, "speaks another version of Cargo's protocol"),
        ("exit 3", QUICK, "ended without an answer"),
    ];
    let began = Instant::now();
    for (script, limits, expected) in table {
        assert_eq!(asked(script, limits), expected, "{script}");
    }
    let token =
        r#"echo '{"Ok":{"kind":"get","token":"t0","cache":"never","operation_independent":true}}'"#;
    let table = [
        (format!("{hello}; {token}; exit 3"), "ended with exit status: 3"),
        (format!("{hello}; {token}; exec sleep 600"), "did not end"),
    ];
    for (script, expected) in table {
        assert_eq!(asked(&script, quick), expected, "{script}");
    }
    assert!(began.elapsed() < Duration::from_mins(2));
    let missing = PathAndArgs::new("/nowhere/provider");
    let name = RegistryName::crates_io();
    let error = ask(&missing, &name, "sparse+https://x/", &PURPOSE).expect_err("nothing is there");
    assert!(error.to_string().starts_with("credential provider `/nowhere/provider` could not be"));
}

#[test]
fn a_program_that_prints_a_token_prints_one_line_and_ends_well() {
    let quick = Limits { answer: Duration::from_millis(300), ..QUICK };
    let table = [
        ("echo t0", QUICK, "t0"),
        ("printf t0", QUICK, "t0"),
        ("printf 't0\\r\\n'", QUICK, "t0"),
        ("[ $CARGO_REGISTRY_NAME_OPT = lib ] && echo $CARGO_REGISTRY_INDEX_URL", QUICK, "sparse+x"),
        ("echo $2", QUICK, "ci"),
        ("echo a; echo b", QUICK, "printed more than one line"),
        ("true", QUICK, "printed nothing"),
        ("echo t0; exit 1", QUICK, "ended with exit status: 1"),
        ("exec sleep 600", quick, "did not answer within 0 s"),
        ("yes", QUICK, "printed more than one line"),
        ("tr '\\0' x < /dev/zero", QUICK, "says more than any token is long"),
    ];
    let name = RegistryName::new("lib").expect("a name");
    for (script, limits, expected) in table {
        let (command, _folder) = shell(script);
        let said = print(&command, &name, "sparse+x", limits);
        let said = said.map_or_else(|text| text, |secret| secret.expose().to_owned());
        assert_eq!(said, expected, "{script}");
    }
}
