use super::arguments::{definition, understand};
use super::*;
use cargo_orchestrate::decide::RequestedBump;
use cargo_orchestrate::model::PackageName;
use std::time::Duration;

fn parse(line: &str) -> Result<Invocation, clap::Error> {
    understand(line.split_whitespace().map(Into::into))
}

fn check(line: &str) -> Invocation {
    parse(line).unwrap_or_else(|error| panic!("{line}: {error}"))
}

fn refuse(line: &str, because: &str) {
    let error = parse(line).expect_err(line).to_string();
    assert!(error.contains(because), "{line}: {error}");
}

#[test]
fn the_definition_is_sound() {
    definition().debug_assert();
}

#[test]
fn cargo_hands_its_own_word_on_and_it_may_be_missing() {
    for line in [
        "cargo-orchestrate orchestrate plan",
        "cargo-orchestrate plan",
        "/home/me/.cargo/bin/cargo-orchestrate orchestrate -q plan",
    ] {
        assert!(matches!(check(line).command, Command::Plan(_)), "{line}");
    }
}

#[test]
fn what_every_command_shares_may_stand_on_both_sides_of_it() {
    for line in [
        "x --message-format json -C sub --color never -v plan",
        "x plan --message-format json --directory sub --color=never --verbose",
    ] {
        let global = check(line).global;
        assert_eq!(global.format, MessageFormat::Json);
        assert_eq!(global.colour, Colour::Never);
        assert_eq!(global.verbosity, Verbosity::Verbose);
        assert_eq!(global.directory.as_deref(), Some("sub".as_ref()));
    }
    refuse("x -q -v plan", "cannot be used with");
}

#[test]
fn what_is_to_be_explained_is_a_package_or_a_rule() {
    let asked = |line: &str| match check(line).command {
        Command::Plan(plan) => plan.explain.expect("it was asked for"),
        _ => panic!("not a plan"),
    };
    let held = PackageName::new("held").expect("a name");
    assert_eq!(asked("x plan --explain held"), Explained::Either(held));
    assert_eq!(asked("x plan --explain rule:held"), Explained::Rule("held".to_owned()));
    assert_eq!(asked("x plan --explain rule:"), Explained::Rule(String::new()));
    refuse("x plan --explain a/b", "a/b");
}

#[test]
fn a_selection_becomes_a_request() {
    let line = "x plan -p a -p b --exclude c --bump a=minor --bump b=2.0.0-rc.1 --no-push";
    let Command::Plan(plan) = check(line).command else { panic!("not a plan") };
    let request = &plan.selection.request;
    assert_eq!(request.only.iter().map(ToString::to_string).collect::<Vec<_>>(), ["a", "b"]);
    assert_eq!(request.exclude.len(), 1);
    assert!(request.bumps.values().any(|bump| matches!(bump, RequestedBump::Exactly(_))));
    assert_eq!(plan.selection.push, Push::Nothing);
    refuse("x plan --bump a", "no `=`");
    refuse("x plan --bump a=huge", "neither `patch`");
    refuse("x plan --bump a=mjor", "did you mean `major`?");
    refuse("x plan -p ../etc", "not a valid name");
}

#[test]
fn publish_asks_and_waits_an_hour_unless_told_otherwise() {
    let Command::Publish(publish) = check("x publish").command else { panic!("not publish") };
    assert_eq!(publish.consent, Consent::Ask);
    assert_eq!(publish.max_wait, Duration::from_hours(1));
    assert_eq!(publish.wait_lock, Duration::ZERO);
    let line = "x publish --yes --max-wait 90s --wait-lock 5m --plan plan.json";
    let Command::Publish(publish) = check(line).command else { panic!("not publish") };
    assert_eq!(publish.consent, Consent::Given);
    assert_eq!(publish.max_wait, Duration::from_secs(90));
    assert_eq!(publish.wait_lock, Duration::from_mins(5));
    refuse("x publish --plan plan.json -p a", "cannot be used with");
    refuse("x publish --max-wait 10", "no length of time");
    refuse("x publish --allow-dirty", "unexpected argument");
}

#[test]
fn a_rollback_is_of_the_last_release_unless_one_is_named() {
    for (line, target) in [
        ("x yank-rollback", RollbackTarget::Release(None)),
        ("x yank-rollback --last", RollbackTarget::Release(None)),
        ("x yank-rollback r1 --yes", RollbackTarget::Release(Some("r1".into()))),
        ("x yank-rollback --undo", RollbackTarget::Undo(None)),
        ("x yank-rollback --undo k1", RollbackTarget::Undo(Some("k1".into()))),
    ] {
        let Command::YankRollback(rollback) = check(line).command else { panic!("{line}") };
        assert_eq!(rollback.target, target, "{line}");
    }
    refuse("x yank-rollback r1 --undo k1", "cannot be used with");
}

#[test]
fn flags_of_which_only_one_can_be_meant_are_refused_with_both() {
    for (flags, words) in [
        ("--bump a=minor --bump a=major", "`--bump a=minor` and `--bump a=major`"),
        ("--bump a=1.2.3 --bump b=major --bump a=1.3.0", "`--bump a=1.2.3` and `--bump a=1.3.0`"),
        ("--pre rc --pre beta", "`--pre rc` and `--pre beta`"),
        ("--pre a=rc --pre a=beta", "`--pre a=rc` and `--pre a=beta`"),
        ("--pre rc --finish", "`--pre rc` goes on with a line that `--finish` ends"),
        ("--pre a=rc --finish a", "`--pre a=rc` goes on with a line that `--finish a` ends"),
    ] {
        for command in ["plan", "publish", "rehearse"] {
            refuse(&format!("x {command} {flags}"), words);
        }
    }
    for flags in [
        "--bump a=minor --bump a=minor --bump b=major",
        "--pre rc --pre a=beta",
        "--pre rc --finish a",
        "--pre a=rc --finish",
        "--pre a=rc --finish b",
    ] {
        check(&format!("x plan {flags}"));
    }
}

#[test]
fn a_program_gets_what_is_wrong_with_its_line_as_a_document() {
    use super::usage::{command, failure, is_for_programs};
    let line = |line: &str| line.split(' ').map(Into::into).collect::<Vec<std::ffi::OsString>>();
    assert!(is_for_programs(&line("x plan --message-format json --nope")));
    assert!(is_for_programs(&line("x --message-format=json")));
    assert!(!is_for_programs(&line("x plan --nope -- --message-format=json")));
    let name = |words| command(&line(words), &definition());
    assert_eq!(name("x orchestrate plan --nope"), "cargo orchestrate plan");
    assert_eq!(name("x --nope"), "cargo orchestrate");
    for (words, expected) in [
        ("x plan --bump a", ["`a` has no `=`", "cargo orchestrate plan --help"]),
        ("x plan --dif x", ["unexpected argument '--dif'", "'--diff'"]),
        ("x --offline", ["requires a subcommand", "cargo orchestrate --help"]),
        ("x plan --pre rc --pre beta", ["`--pre rc` and `--pre beta`", "--help"]),
    ] {
        let error = parse(words).expect_err(words);
        let said = failure(&error, &name(words)).to_json();
        for word in expected {
            assert!(said.contains(word), "{word}: {said}");
        }
        assert!(said.contains("\"code\":2") && !said.contains("For more"), "{said}");
    }
}
