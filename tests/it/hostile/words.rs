//! Words that mean harm, wherever a repository may put them: in what is said they are text and
//! nothing else.

use super::{PUBLISH, commit, nothing_is_attacked};
use crate::sandbox;
use crate::support::{Output, Sandbox};
use cargo_orchestrate::model::is_unseen;
use std::collections::BTreeSet;

/// The texts of `payloads.txt`.
fn payloads() -> Vec<String> {
    let lines = include_str!("payloads.txt").lines();
    let is_comment = |line: &&str| *line == "#" || (line.starts_with("# ") && !line.contains('['));
    lines.filter(|line| !is_comment(line)).map(unescaped).collect()
}

fn unescaped(line: &str) -> String {
    let mut text = String::new();
    let mut rest = line.chars();
    while let Some(c) = rest.next() {
        match (c, if c == '\\' { rest.next() } else { None }) {
            ('\\', Some('e')) => text.push('\u{1b}'),
            ('\\', Some('n')) => text.push('\n'),
            ('\\', Some('r')) => text.push('\r'),
            ('\\', Some('u')) if rest.as_str().starts_with('{') => {
                let digits: String = rest.by_ref().skip(1).take_while(|c| *c != '}').collect();
                let number = u32::from_str_radix(&digits, 16).unwrap();
                text.push(char::from_u32(number).unwrap());
            }
            ('\\', Some(other)) => text.push(other),
            (c, _) => text.push(c),
        }
    }
    text
}

/// The chain with a commit for each text: in its subject, and as a whole message.
fn told() -> Sandbox {
    let sandbox = sandbox("chain");
    for (number, payload) in payloads().iter().enumerate() {
        sandbox.write("lib1/src/notes.rs", &format!("// {number}\n"));
        sandbox.git(&["add", "--all"]);
        let message = format!("fix(lib1): {payload}\n\n{payload}\n\nBREAKING CHANGE: {payload}");
        let exactly = ["commit", "--quiet", "--cleanup=verbatim", "--message"];
        sandbox.git(&[&exactly[..], &[&message]].concat());
        sandbox.write("lib1/src/notes.rs", &format!("// {number}, again\n"));
        sandbox.git(&["add", "--all"]);
        sandbox.git(&[&exactly[..], &[payload.as_str()]].concat());
    }
    sandbox.git(&["push", "--quiet", "origin", "HEAD"]);
    sandbox
}

/// Runs where GitHub would look for commands.
fn in_ci(sandbox: &Sandbox, arguments: &[&str]) -> Output {
    let mut command = sandbox.command(arguments);
    command.env("GITHUB_ACTIONS", "true").env("CI", "true");
    Output::of(&mut command)
}

#[track_caller]
fn is_harmless(output: &Output) {
    for line in output.stdout.lines().chain(output.stderr.lines()) {
        let seen = line.chars().filter(|c| is_unseen(*c)).collect::<Vec<_>>();
        assert!(seen.is_empty(), "{}: {seen:?} in {line:?}", output.command);
        let is_command = line.trim_start().starts_with("::")
            || line.contains("##[")
            || line.trim_start().starts_with("##vso");
        assert!(!is_command, "{}: {line:?}", output.command);
    }
}

/// What Markdown is made of beside text: headings, and what could load or run something.
fn made_of(page: &str) -> (BTreeSet<String>, Vec<String>) {
    let headings = page.lines().filter(|line| line.starts_with('#')).map(str::to_owned).collect();
    let active = |line: &&str| {
        // An escaped bracket begins and ends no link.
        let line = line.replace("<br>", "").replace("\\](", "");
        line.contains('<') || line.contains("](") || line.contains("```") || line.contains("@every")
    };
    (headings, page.lines().filter(active).map(str::to_owned).collect())
}

#[test]
fn hostile_words_are_text_wherever_they_are_shown() {
    assert!(payloads().len() > 70);
    let calm = sandbox("chain");
    calm.write("lib1/src/notes.rs", "");
    commit(&calm, "fix(lib1)!: nothing");
    let sandbox = told();
    let page = ["plan", "--format", "markdown"];
    let (headings, active) = made_of(&calm.run(&page).exits(0).stdout);
    assert_eq!(active, Vec::<String>::new());
    assert_eq!(made_of(&in_ci(&sandbox, &page).exits(0).stdout), (headings, active));
    for arguments in [
        &["plan"][..],
        &["plan", "--verbose"],
        &["plan", "--explain", "lib1"],
        &page,
        &["plan", "--format", "dot"],
        &["plan", "--format", "mermaid"],
        &["plan", "--format", "svg"],
        &["plan", "--message-format", "json"],
        &["plan", "-o", "../plan.json"],
        &["plan", "--diff", "../plan.json", "--message-format", "json"],
    ] {
        is_harmless(&in_ci(&sandbox, arguments).exits(0));
    }
    let picture = in_ci(&sandbox, &["plan", "--format", "svg"]).stdout;
    assert!(!picture.contains("<script") && !picture.contains("onload=alert(1)>"), "{picture}");
    for arguments in [
        PUBLISH,
        &["status", "--verify"],
        &["status", "--message-format", "json"],
        &["yank-rollback", "--yes", "--message-format", "json"],
    ] {
        is_harmless(&in_ci(&sandbox, arguments).exits(0));
    }
    nothing_is_attacked(&sandbox);
    assert_eq!(sandbox.git(&["status", "--porcelain"]), "");
}
